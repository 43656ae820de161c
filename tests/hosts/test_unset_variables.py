"""A variable that is not set, in any path of hosts.yaml: refused with the key and the host, and no folder is made."""

import re
import subprocess
import sys

import pytest

from stormtracks.config import CHECKOUT
from stormtracks.console.local_paths import local_path
from stormtracks.paths import PathRefused
from stormtracks.pyro_cluster.worker import process
from stormtracks.pyro_cluster.worker.options import parser

pytestmark = pytest.mark.sshd

ON_THE_HOST = ("data", "results", "best_tracks", "scratch", "code", "python")


@pytest.fixture
def worker(operator, sshd, entry):
    """An entry of hosts.yaml with $NOPE in one path: worker("data", local=False)."""
    server = sshd("server")

    def describe(key, local):
        described = {"launch": "local"} if local else entry("", server)
        described |= {"name": f"{key.replace('_', '-')}-{'here' if local else 'there'}", key: "$NOPE/r"}
        if not local:  # one address under several names, as several hosts
            host = f"Host {described['name']}\n  Hostname {described.pop('address')}\n  Port {described.pop('port')}\n"
            with (operator.ssh / "config").open("a") as file:
                file.write(host)
        return described

    return describe


def refused(key, name, said):
    faults = re.search(rf"^{name} +FAILED (.*\n( .*\n)*)", said, re.MULTILINE)[1]  # the further ones are indented
    return f"'{key}' in hosts.yaml: $NOPE/r: the variable $NOPE is not set on " in faults


def nothing_was_made(operator):
    return [path for folder in (operator.folder, CHECKOUT) for path in folder.rglob("$NOPE*")] == []


@pytest.mark.parametrize("local", [False, True], ids=["ssh", "local"])
@pytest.mark.parametrize("command", ["check", "start-workers"])
@pytest.mark.slow
def test_paths_of_a_worker(operator, worker, command, local):
    workers = {key: worker(key, local) for key in ON_THE_HOST}
    operator.configure({"workers": list(workers.values())})
    done = operator.fab(command)
    assert done.returncode == 1
    assert [key for key, one in workers.items() if not refused(key, one["name"], done.stdout)] == []
    assert nothing_was_made(operator)


@pytest.mark.slow
def test_what_an_environment_is_made_with(operator, worker):
    workers = {key: worker(key, False) | {"code": "~/code"} for key in ("base_python", "code")}
    workers["code"] |= {"code": "$NOPE/r", "base_python": sys.executable}
    operator.configure({"workers": list(workers.values())})
    done = operator.fab("deploy")
    assert [key for key, one in workers.items() if not refused(key, one["name"], done.stdout)] == []
    assert nothing_was_made(operator)


@pytest.mark.slow
@pytest.mark.parametrize("key", ["results", "dataset", "identity"])
@pytest.mark.parametrize("words", [["fabric", "workers"], ["invoke", "summary"]], ids=["fab", "inv"])
def test_paths_of_this_machine(operator, key, words):
    worker = {"name": "w1", "launch": "local"}
    path = {key: "$NOPE/r"}
    operator.configure({"workers": [worker]} | path if key == "results" else {"workers": [worker | path]})
    process = operator.run("-m", *words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said = process.communicate(timeout=60)[0]
    assert process.returncode == 2
    assert f"'{key}': $NOPE/r: the variable $NOPE is not set on " in said
    assert f"error: {operator.hosts}, line " in said
    assert nothing_was_made(operator)


@pytest.mark.parametrize("key", ["data", "best_tracks", "scratch"])
def test_paths_of_the_local_worker_that_inv_uses(operator, monkeypatch, key):
    monkeypatch.setenv("STORMTRACKS_HOSTS", str(operator.hosts))
    operator.configure({"workers": [{"name": "w1", "launch": "local", key: "$NOPE/r"}]})
    with pytest.raises(PathRefused, match=rf"'{key}' of w1: \$NOPE/r: the variable \$NOPE is not set on"):
        local_path(key)
    assert nothing_was_made(operator)


@pytest.mark.parametrize("key", ["data", "results", "best_tracks", "scratch"])
def test_paths_of_a_worker_that_is_started_by_hand(operator, monkeypatch, key):
    monkeypatch.chdir(operator.folder)
    options = parser().parse_args([f"--{key.replace('_', '-')}", "$NOPE/r"])
    with pytest.raises(PathRefused, match=rf"'{key}': \$NOPE/r: the variable \$NOPE is not set on"):
        process._setup(options)
    assert nothing_was_made(operator)
