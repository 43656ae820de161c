"""The queues of hosts.yaml as a manager asks them: one request per look, hosts.yaml as it is now, words for people."""

import os
import subprocess
import sys
import time

import pytest
import yaml
from broken_queue import BrokenQueue
from fab import ROOT

from stormtracks import config
from stormtracks.hosts.errors import HostFault
from stormtracks.hosts.queued.supply import QueuedSupply
from stormtracks.on_host.queue.arrays import ledger
from stormtracks.pyro_cluster.manager.workers.supply import Entry, Pilot


def entry(name="tc", **more):
    here = {"launch": "slurm", "code": str(ROOT), "python": sys.executable, "jobs": 3, "slots": 2}
    return {"name": name, **here, **more}


@pytest.fixture
def hosts(tmp_path):
    """A function that writes hosts.yaml with these entries; the file."""

    def write(*entries):
        path = tmp_path / "hosts.yaml"
        path.write_text(yaml.safe_dump({"nameserver": {"host": "127.0.0.1", "port": 9090}, "workers": [*entries]}))
        return path

    return write


@pytest.fixture
def queue(tmp_path, monkeypatch):
    """Commands of a Slurm that answers what it is told to, for the actions of a state of their own."""
    tmp_path.chmod(0o700)
    monkeypatch.setenv("STORMTRACKS_HOME", str(tmp_path / "state"))
    broken = BrokenQueue(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{broken.folder}:{os.environ['PATH']}")
    broken.says("sbatch", "8\n")
    return broken


def started(jobs=0):
    """The entry was started, with an array of so many jobs; its mark."""
    with ledger.opened("tc") as (known, save):
        known.wanted, known.arrays = True, [ledger.Array("7", jobs, 0.0)] if jobs else []
        save()
        return known.mark


def test_a_look_lists_and_submits_what_is_lacking_and_says_it_in_words(hosts, queue):
    mark = started(jobs=3)
    soon = str(int(time.time()) + 60)
    waiting = ("7_3", "PENDING", "Priority", soon)
    queue.lists(mark, ("7_1", "RUNNING"), ("7_2", "PREEMPTED", "None", "100", "900"), waiting)
    supply = QueuedSupply(config.load(hosts(entry())))
    found = supply.keep(Entry("tc", 3, 2), 5)
    assert found.pilots == {
        "tc-7_1": Pilot("running"),
        "tc-7_2": Pilot("ended", True, "its job was preempted"),
        "tc-7_3": Pilot("pending"),
    }
    assert found.waits.startswith("pending (Priority), expected to start at ")
    assert (found.lines, found.submitted, found.wanted) == (["1 job(s) submitted as Slurm array 8"], 1, True)
    assert [line.split()[0] for line in queue.calls] == ["squeue", "sbatch"]


def test_a_job_that_cannot_start_is_told_from_one_that_waits_its_turn(hosts, queue):
    mark = started(jobs=3)
    queue.lists(
        mark, ("7_1", "PENDING", "JobHeldUser"), ("7_2", "PENDING", "Priority"), ("7_3", "RUNNING", "BadConstraints")
    )
    pilots = QueuedSupply(config.load(hosts(entry()))).keep(Entry("tc", 3, 2), 6).pilots
    assert [pilot.stuck for pilot in pilots.values()] == [True, False, False]


def test_a_queue_that_takes_no_more_says_why_once_and_is_no_end(hosts, queue):
    started()
    queue.says("sbatch", errors="sbatch: error: QOSMaxSubmitJobPerUserLimit\n", status=1)
    found = QueuedSupply(config.load(hosts(entry()))).keep(Entry("tc", 3, 2), 2)
    assert "1 job(s) were not submitted: sbatch: error: QOSMaxSubmit" in found.refused
    assert (found.lines, found.stopped, found.submitted) == ([], "", 0)


def test_jobs_that_came_to_nothing_stop_it_with_what_they_wrote(hosts, queue, tmp_path):
    mark = started(jobs=3)
    folder = tmp_path / "state" / "queues" / "tc"
    folder.mkdir(mode=0o700)
    (folder / "7_3.log").write_text("module: command not found\n")
    queue.lists(mark, *((f"7_{n}", "FAILED", "NonZeroExitCode", "100", str(200 + n)) for n in (1, 2, 3)))
    found = QueuedSupply(config.load(hosts(entry()))).keep(Entry("tc", 3, 2), 2)
    assert found.stopped.startswith(
        "3 jobs in a row ended before a worker registered, the last of them 7_3, all on the node n1: module: "
    )
    assert (found.lines, found.submitted) == ([], 0)
    assert found.pilots["tc-7_3"].why == "its job ended by itself (FAILED, NonZeroExitCode)"


def test_hosts_yaml_is_read_again_where_it_has_changed(hosts):
    supply = QueuedSupply(config.load(hosts(entry(), {"name": "here", "launch": "local"})))
    assert supply.entries() == [Entry("tc", 3, 2)]
    hosts(entry(jobs=5), entry("long", slots=1))
    assert supply.entries() == [Entry("tc", 5, 2), Entry("long", 3, 1)]
    path = hosts(entry())
    path.write_text("workers: [")  # it is being edited
    assert supply.entries() == [Entry("tc", 5, 2), Entry("long", 3, 1)]
    path.unlink()
    assert supply.entries() == [Entry("tc", 5, 2), Entry("long", 3, 1)]
    hosts(entry("other"))
    assert supply.entries() == [Entry("other", 3, 2)]
    with pytest.raises(HostFault, match=r"tc is not in .*hosts\.yaml any more"):
        supply.keep(Entry("tc", 3, 2), 2)


def test_a_login_node_that_cannot_be_reached_is_a_fault_that_says_what_to_do(hosts):
    supply = QueuedSupply(config.load(hosts(entry(address="127.0.0.1", port=1))))
    with pytest.raises(HostFault, match=r"127\.0\.0\.1"):
        supply.keep(Entry("tc", 3, 2), 2)


@pytest.mark.slow
def test_what_logs_in_is_loaded_with_the_first_look_and_nothing_of_queues_without_one(hosts):
    code = (
        "import sys\nfrom stormtracks import config\nfrom stormtracks.console import cluster\n"
        "made = cluster._supply_of(config.load(sys.argv[1]))\nmade and made.entries()\n"
        "names = ('fabric', 'paramiko', 'stormtracks.hosts.queued', 'stormtracks.queues')\n"
        "print(made is not None, [name for name in names if name in sys.modules])"
    )

    def loaded(*entries):
        words = [sys.executable, "-c", code, str(hosts(*entries))]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.run(words, env=environment, capture_output=True, text=True, check=True).stdout.strip()

    assert loaded({"name": "here", "launch": "local"}) == "False []"
    assert loaded(entry()) == "True ['stormtracks.hosts.queued', 'stormtracks.queues']"
