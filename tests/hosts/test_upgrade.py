"""`fab upgrade`: host by host, with running workers, and not while a run of another version would lose them."""

import re

import pytest

from stormtracks.hosts import upgrade
from stormtracks.pyro_cluster.journal.identity import Run
from stormtracks.pyro_cluster.journal.journal import Journal


def run_of(version, name="r"):
    return Journal(Run(name, "vort_track", 2000, 2000, 3, {}, "", version))


def test_a_run_of_another_version_is_not_robbed_of_its_workers(tmp_path, monkeypatch):
    monkeypatch.setenv("STORMTRACKS_HOME", str(tmp_path))
    upgrade.check_runs()
    journal = run_of("0.9.0+1234")
    with pytest.raises(
        upgrade.RunUnderWay, match=r"run r is under way with stormtracks 0\.9\.0\+1234, and this checkout"
    ):
        upgrade.check_runs()
    journal.close("interrupted")
    upgrade.check_runs()
    journal = run_of(upgrade.code_version(), "same")
    upgrade.check_runs()
    journal.close("interrupted")


@pytest.mark.sshd
@pytest.mark.slow
def test_hosts_are_upgraded_one_after_the_other(operator, sshd, entry, nameserver):
    servers = {name: sshd(name) for name in ("w1", "w2")}
    operator.snapshot()
    hosts = [entry(name, server, code="~/code") for name, server in servers.items()]
    operator.configure({"nameserver": nameserver, "workers": hosts})
    assert operator.fab("deploy").returncode == 0
    for server in servers.values():  # as if an earlier version had been deployed there
        with (server.home / "code" / "stormtracks" / "process.py").open("a") as source:
            source.write("# older\n")
    assert operator.fab("start-workers").returncode == 0
    done = operator.fab("upgrade")
    assert done.returncode == 0, done.stdout
    for name in servers:
        assert re.search(rf"^{name} +ok +stopped gracefully: .*; 1 file\(s\) copied, .*; started: ", done.stdout, re.M)
    again = operator.fab("upgrade")
    assert len(re.findall(r"runs 1\.\S+ already", again.stdout)) == 2, again.stdout


@pytest.mark.sshd
@pytest.mark.slow
def test_after_a_host_that_cannot_be_upgraded_no_other_is_begun(operator, sshd, entry, nameserver):
    servers = {name: sshd(name) for name in ("w1", "w2")}
    operator.snapshot()
    hosts = [entry(name, server, code="~/code") for name, server in servers.items()]
    operator.configure({"nameserver": nameserver, "workers": hosts})
    assert operator.fab("deploy").returncode == 0
    assert operator.fab("start-workers").returncode == 0
    slot = operator.checkout / "stormtracks" / "pyro_cluster" / "worker" / "slots" / "slot_main.py"
    slot.write_text("raise RuntimeError('a version that does not start')\n" + slot.read_text())
    done = operator.fab("upgrade")
    assert done.returncode == 1
    assert (
        len(re.findall(r"FAILED stopped gracefully: .*; its worker is stopped: put this right", done.stdout, re.S)) == 1
    )
    other = re.search(r"^(w\d) +FAILED not begun, because w\d could not be upgraded", done.stdout, re.M)
    assert other, done.stdout
    assert re.search(rf"^{other[1]} +pid \d+", operator.fab("workers").stdout, re.M)
