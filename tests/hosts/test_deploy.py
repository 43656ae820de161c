"""`fab deploy`: this checkout's tracked files on a host, and the second time only what changed."""

import getpass
import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.sshd, pytest.mark.slow]


@pytest.fixture
def deployable(operator, sshd, entry):
    """A host whose code is not this checkout; its sshd."""
    server = sshd("w1")
    operator.snapshot()
    operator.configure({"workers": [entry("w1", server, code="~/my code")]})
    return server


def tracked(checkout):
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=checkout, capture_output=True, text=True, check=True).stdout
    return [name for name in listing.split("\0") if name]


def test_what_is_tracked_is_brought_once(operator, deployable):
    done = operator.fab("deploy")
    assert done.returncode == 0, done.stdout
    code, here = deployable.home / "my code", operator.checkout
    assert (
        f"{len(tracked(here))} file(s) copied, 0 removed, environment not changed ('python' in hosts.yaml is "
        in done.stdout
    )
    assert all((code / name).read_bytes() == (here / name).read_bytes() for name in tracked(here))
    compiled = [*(code / "stormtracks" / "science" / "kernel").glob("*.so")]
    assert (", kernel compiled: " if compiled else ", kernel not compiled (no C compiler: ") in done.stdout
    assert "w1 ok     0 file(s) copied, 0 removed" in operator.fab("deploy").stdout
    assert "code: the code differs" not in operator.fab("check").stdout


def test_modules_that_are_not_tracked_are_told(operator, deployable):
    (operator.checkout / "stormtracks" / "new.py").touch()
    assert "not copied, because git does not track them: stormtracks/new.py" in operator.fab("deploy").stdout
    assert not (deployable.home / "my code" / "stormtracks" / "new.py").exists()
    assert list((deployable.home / "my code" / "stormtracks" / "__pycache__").glob("label.*.pyc"))


def test_only_what_differs_is_brought_and_what_is_gone_goes(operator, deployable):
    operator.fab("deploy")
    code = deployable.home / "my code"
    (code / "stormtracks" / "strict_dataclass.py").write_text("changed = True\n")
    (code / "fabfile.py").unlink()
    (code / "old").mkdir()
    (code / "old" / "module.py").touch()
    (code / "mine.txt").touch()
    record = code / ".stormtracks-files.json"
    record.write_text(json.dumps(["old/module.py", *json.loads(record.read_text())["names"]]))  # as of 1.0
    assert "code: the code differs from the operator's" in operator.fab("check").stdout
    assert "2 file(s) copied, 1 removed" in operator.fab("deploy").stdout
    assert (code / "stormtracks" / "strict_dataclass.py").read_bytes() == (
        operator.checkout / "stormtracks" / "strict_dataclass.py"
    ).read_bytes()
    assert not (code / "old").exists()
    assert (code / "mine.txt").exists()


def test_code_is_not_changed_under_a_running_worker(operator, deployable, entry, nameserver):
    operator.configure({"nameserver": nameserver, "workers": [entry("w1", deployable, code="~/my code")]})
    operator.fab("deploy")
    assert operator.fab("start-workers").returncode == 0
    (deployable.home / "my code" / "README").write_text("")
    (deployable.home / "my code" / "stormtracks" / "strict_dataclass.py").unlink()
    done = operator.fab("deploy")
    assert done.returncode == 1
    assert "its worker is running: run fab stop-workers first, or fab deploy --force" in done.stdout
    assert "1 file(s) copied" in operator.fab("deploy", "--force").stdout


def test_what_keeps_from_deploying_is_told(operator, sshd, entry, tmp_path):
    (tmp_path / "empty").mkdir()
    server = sshd("w1")
    operator.configure(
        {
            "workers": [
                entry("w1", server, code="/proc/no", base_python=sys.executable),
                entry("w2", server, code="~/c", base_python="python2.1", user=getpass.getuser()),
            ]
        }
    )
    done = operator.fab("deploy")
    assert done.returncode == 1
    assert "w1 FAILED" in done.stdout
    assert "no python2.1 on the host: install Python 3.11 or later, or set 'base_python'" in done.stdout
    assert "no wheels in" in operator.fab("deploy", "--wheels", tmp_path / "empty").stdout


def test_hosts_that_have_the_code_are_left_alone(operator, sshd, entry):
    operator.configure({"workers": [entry("w1", sshd("w1"), shared_files=True), {"name": "here", "launch": "local"}]})
    done = operator.fab("deploy")
    assert done.stdout.count("uses this checkout: nothing to deploy") == 2


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_the_environment_is_made_once(operator, sshd, entry, tmp_path):
    worker = entry("w1", sshd("w1"), code="~/code", base_python=sys.executable)
    del worker["python"]
    operator.configure({"workers": [worker]})
    made = operator.fab("deploy", seconds=550)
    assert "environment created" in made.stdout
    assert "environment unchanged" in operator.fab("deploy").stdout
    checked = operator.fab("check").stdout
    assert "packages:" not in checked
    environment = Path(made.stdout.split()[-1]) / ".venv"
    installed = {path.name.partition("-")[0] for path in environment.glob("lib/python*/site-packages/*")}
    assert "numpy" in installed and not installed & {"pip", "setuptools", "wheel", "pkg_resources"}
