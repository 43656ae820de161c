"""A run on two nodes of Slurm, each with an address of its own: jobs that wait, die, expire and are put back."""

import os
import re
import signal
import time
from pathlib import Path

import pytest
from engines import arrays
from engines.site import CHAIN, MEMBERS, Site
from namespaces import HostCluster
from processes import wait_for
from slurm import Slurm

pytestmark = [pytest.mark.slurm, pytest.mark.netns, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def slurm(operator):
    """Two nodes beyond loopback, which the operator's commands use."""
    with HostCluster(operator.folder / "nodes", operator.key, 2) as hosts, Slurm(operator.folder / "s", hosts) as run:
        operator.environment |= run.environment
        yield run
        print(run.tails(8))  # pytest shows it where the test fails


@pytest.fixture
def site(operator, planted, slurm):
    """A site with three pilots of one slot each, and its nameserver."""
    made = Site(operator, planted, slurm.address)
    made.configure(made.entry("q", launch="slurm", jobs=3, slots=1, time="5", idle_exit=60))
    with made.serving():
        yield made


def test_a_nameserver_on_localhost_is_named_as_what_nodes_do_not_reach(operator, planted, slurm):
    site = Site(operator, planted)
    site.nameserver["host"] = "localhost"
    site.configure(site.entry("q", launch="slurm", jobs=1, slots=1, time="5"))
    with site.serving():
        checked = site.operator.fab("check")
    assert checked.returncode == 1
    assert re.search(r"to do:\n +nameserver: 'host' is localhost, which on the node w\d is that node", checked.stdout)
    assert "cannot reach" not in checked.stdout


def test_the_whole_way(site, slurm, tracked):
    assert re.search(r"\bq +ok\b", site.fab("check"))
    other = slurm.occupy()
    pending_jobs_are_cancelled(site, slurm, other)
    site.fab("start-workers")
    wait_for(lambda: len(reasons(slurm)) == 3, what="a reason of each job")
    expected = r"3 pending \(Resources\), expected to start at \d"  # Slurm reckons it a moment later
    wait_for(lambda: re.search(expected, site.fab("workers")), 60, "an expected start")
    site.hold()
    manager = site.manage("--wait=2", "--retries=0")
    site.until_said(manager, r"waits for 3 jobs of q: pending \(Resources\), expected to start at")
    time.sleep(3)  # more than --wait
    assert manager.poll() is None
    slurm.run("scancel", other)
    site.until_held(3)
    array = running(slurm)[0].partition("_")[0]
    three_jobs_end(slurm)
    wait_for(lambda: any(not job.startswith(f"{array}_") for job in running(slurm)), 120, "a job in their place")
    site.release()
    said = site.ended(manager)
    assert said.count("its 1 task is outstanding again") == 3
    assert re.search(r"worker q-\S+ lost: its job ended by itself", said)
    assert re.search(r"q: \d job\(s\) submitted as Slurm array", said)
    assert (site.counts()["complete"], site.counts()["failure"]) == (MEMBERS, 0)
    nothing_is_left(site, slurm)
    made = site.made()
    assert len(made) == MEMBERS
    assert arrays.differences(made, {key: arrays for key, arrays in tracked.items() if key[0] == CHAIN[0]}) == []


def pending_jobs_are_cancelled(site, slurm, other):
    """Jobs that have not begun are gone when workers are stopped, and nobody else's are."""
    site.fab("start-workers")
    assert "cancelled before it ran" in site.fab("stop-workers")
    assert [line.split()[0] for line in slurm.jobs()] == [other]


def three_jobs_end(slurm):
    """One's worker is killed, one's time is over, one is put back into the queue."""
    killed, expired, requeued = running(slurm)
    os.kill(worker_of(slurm, killed), signal.SIGKILL)  # as the kernel, when memory is out
    slurm.expire(expired)
    slurm.run("scontrol", "requeue", requeued)
    wait_for(lambda: slurm.state(expired) == "TIMEOUT", 60, "the end of an allocation")
    assert slurm.state(killed) == "FAILED"


def nothing_is_left(site, slurm):
    """After `fab stop-workers`, which finds the jobs' output where `fab logs` does."""
    assert len(re.findall(r"this job becomes the worker q-", site.fab("logs"))) >= 5
    site.fab("stop-workers")
    assert slurm.jobs() == []
    assert not [pid for node in slurm.nodes for pid in slurm.pids(node, "stormtracks")]


def running(slurm):
    """Ids of jobs that run."""
    return [line.split()[0] for line in slurm.jobs("%i %T") if line.endswith(" RUNNING")]


def reasons(slurm):
    """Why jobs wait that have been looked at."""
    return [line for line in slurm.jobs("%r") if line in ("Resources", "Priority")]


def worker_of(slurm, job):
    """Pid of a job's worker."""
    (node,) = slurm.run("squeue", "-h", "-r", "-j", job, "-o", "%N").split()
    named = slurm.pids(node, f"q-{job}")
    return next(pid for pid in named if b"pyro_worker" in Path(f"/proc/{pid}/cmdline").read_bytes())
