"""Pilots of a real Slurm are kept up while a run has work, waited for while they wait, and not blamed on tasks."""

import re
import time

import pytest
from engines import arrays
from engines.site import MEMBERS
from processes import wait_for
from sshd import PrivateSshd

pytestmark = [pytest.mark.slow, pytest.mark.slurm, pytest.mark.timeout(300)]


@pytest.fixture
def queue(site, slurm):
    """A site whose workers are jobs of this machine's queue; call it with keys of the entry."""
    site.operator.environment.update(slurm.environment)

    def configure(**keys):
        usual = {"launch": "slurm", "jobs": 2, "slots": 1, "time": "10", "idle_exit": 60}
        site.configure(site.entry("q", **{**usual, **keys}))
        return site

    return configure


def running(slurm):
    """Ids of jobs of the entry that run."""
    return [line.split()[0] for line in slurm.jobs() if line.split()[1:3] == ["RUNNING", "q"]]


def test_a_run_waits_for_jobs_that_are_pending_longer_than_wait(queue, slurm, tracked):
    site, other = queue(idle_exit=10), slurm.occupy()
    with site.serving():
        site.fab("start-workers")
        manager = site.manage("--wait=3")
        site.until_said(manager, r"waits for 2 jobs of q: pending \(\w+\)")
        time.sleep(8)
        assert manager.poll() is None, manager.output()
        assert "waits for 2 jobs of q: pending (" in site.inv("status")
        slurm.run("scancel", other)
        said = site.ended(manager)
        assert "jobs of q may still be pending or running" in said
        wait_for(lambda: not slurm.jobs(), 60, "the end of idle jobs")
    assert arrays.differences(site.made(), {key: one for key, one in tracked.items() if key in site.made()}) == []


def test_a_pilot_that_is_killed_is_replaced_and_the_line_says_how_its_job_ended(queue, slurm):
    site = queue()
    with site.serving():
        site.hold()
        site.fab("start-workers")
        manager = site.manage()
        site.until_held(2)
        job = running(slurm)[0]
        slurm.run("scancel", "--batch", "--signal=KILL", job)
        line = site.until_said(manager, rf"worker q-{job} lost: (.*); its 1 task is outstanding again")
        assert line[1].startswith("its job ended by itself (FAILED")
        site.until_said(manager, r"q: 1 job\(s\) submitted as Slurm array")
        site.release()
        site.ended(manager)
        assert site.counts()["complete"] == MEMBERS


def test_a_login_node_that_is_down_is_said_once_and_the_run_continues(site, slurm):
    login = PrivateSshd(site.folder / "login", site.operator.key, environment=slurm.environment)
    site.operator.trust(login)
    keys = {"launch": "slurm", "jobs": 2, "slots": 1, "time": "10", "shared_files": True}
    site.configure(site.entry("q", address=login.address, port=login.port, **keys))
    with login, site.serving():
        site.hold()
        site.fab("start-workers")
        manager = site.manage()
        site.until_held(2)
        login.__exit__()
        slurm.run("scancel", "--batch", "--signal=KILL", running(slurm)[0])
        site.until_said(manager, "the queue of q cannot be asked: .* refuses SSH: start its sshd")
        site.until_said(manager, r"worker q-\d+_\d lost: (?!its job).*; its 1 task is outstanding again")
        site.release()
        said = site.ended(manager)
        assert said.count("cannot be asked") == 1
        login.__enter__()  # for the end of the other pilot


@pytest.mark.parametrize("partition", ["spare", "scrap"])
def test_a_preempted_pilot_is_no_task_s_fault(queue, slurm, partition):
    site = queue(partition=partition)
    with site.serving():
        site.hold()
        site.fab("start-workers")
        manager = site.manage("--retries=0", "--wait=3")
        site.until_held(2)
        other = slurm.occupy()
        site.until_said(manager, r"waits for \d jobs? of q: pending")
        site.release()
        slurm.run("scancel", other)
        site.ended(manager)
        assert site.counts()["complete"] == MEMBERS


def test_what_somebody_has_cancelled_does_not_come_back(queue, slurm):
    site = queue()
    with site.serving():
        site.hold()
        site.fab("start-workers")
        manager = site.manage("--retries=0", "--wait=3")
        site.until_held(2)
        slurm.run("scancel", *running(slurm))
        said = site.ended(manager, status=1)
        assert re.search(r"q: job [\d_, ]+ cancelled, though not by fab stop-workers, and none is left", said)
        assert not slurm.jobs() and site.counts()["failure"] == 0


def test_suspended_pilots_are_waited_for_and_no_task_s_fault(queue, slurm):
    site = queue()
    with site.serving():
        site.hold()
        site.fab("start-workers")
        manager = site.manage("--retries=0", "--wait=3")
        site.until_held(2)
        for job in running(slurm):
            slurm.run("scontrol", "suspend", job)
        site.until_said(manager, r"worker q-\d+_\d lost: its job is suspended; its 1 task is outstanding again")
        site.until_said(manager, r"waits for 2 jobs of q: pending \(Suspended\)")
        time.sleep(5)
        assert manager.poll() is None, manager.output()
        site.release()
        for job in slurm.jobs("%i"):
            slurm.run("scontrol", "resume", job)
        site.ended(manager)
        assert site.counts()["complete"] == MEMBERS


def test_a_wrong_line_of_setup_ends_the_waiting_with_what_the_jobs_wrote(queue, slurm):
    site = queue(setup=["module load pyhton", "exit 3"], jobs=1)
    with site.serving():
        site.operator.fab("start-workers")
        said = site.ended(site.manage("--wait=3"), status=3)
        assert "module: " in said and "jobs in a row ended before a worker registered" in said
        assert not slurm.jobs()


def test_after_stop_workers_no_more_jobs_are_submitted(queue, slurm):
    site = queue(grace=1)
    with site.serving():
        site.hold()
        site.fab("start-workers")
        manager = site.manage("--wait=3")
        site.until_held(2)
        site.fab("stop-workers", "--now")
        said = site.ended(manager, status=1)
        assert "q: no more jobs are submitted, as fab stop-workers has stopped it" in said
        assert "start them with 'fab start-workers'" in said
        assert not slurm.jobs()
