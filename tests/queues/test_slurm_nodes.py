"""Slurm's words with the real thing: two nodes, whose jobs wait, run, end, are preempted, put back and cancelled."""

import os
import subprocess
import time

import pytest
from processes import wait_for

from stormtracks.queues.job import Wanted
from stormtracks.queues.known import SYSTEMS

pytestmark = [pytest.mark.slurm, pytest.mark.slow]
SYSTEM = SYSTEMS["slurm"]
ORDERLY = "#!/bin/sh\ntrap 'echo told to end; exit 0' TERM\nenv\nwhile :; do sleep 0.1; done\n"
ODD = {"SQUEUE_FORMAT": "%j", "SQUEUE_PARTITION": "nix", "SLURM_TIME_FORMAT": "relative", "SLURM_JOB_END_TIME": "5"}
"""A user's own settings, and what is left of a job that this may be in."""


class Queue:
    """What the login node does, in an environment that has other things in mind."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = SYSTEM.environment(os.environ | ODD)

    def run(self, words, given=""):
        return subprocess.run(words, input=given, env=self.environment, capture_output=True, text=True, timeout=60)

    def submit(self, jobs=1, script=ORDERLY, **changed):
        asked = {"time": "5", "slots": 1, "memory_mb": 100, "partition": None, "account": None, "options": ()}
        wanted = Wanted(name="tc", mark="mark-1", jobs=jobs, output=str(self.folder), **(asked | changed))
        assert self.run(SYSTEM.only_asked(wanted), script).returncode == 0
        return SYSTEM.array_of(self.run(SYSTEM.submit(wanted), script).stdout)

    def jobs(self, *arrays):
        done = self.run(SYSTEM.listing(arrays))
        return {job.id: job for job in SYSTEM.jobs_in(done.stdout, done.stderr)}

    def wait(self, job, *states):
        return wait_for(lambda: (found := self.jobs(job.split("_")[0])[job]).state in states and found, what=job)


@pytest.fixture
def queue(slurm, tmp_path):
    return Queue(tmp_path)


def test_an_array_from_submitting_to_its_end(slurm, queue):
    array = queue.submit(2, options=("--nice=5", "-k"))
    first, second = (queue.wait(f"{array}_{index}", "running") for index in (1, 2))
    assert {first.host, second.host} <= {"n1", "n2"}
    assert (first.array, first.mark, first.by_queue) == (array, "mark-1", False)
    assert abs(first.end - first.start - 300) < 2
    assert abs(SYSTEM.end_in(queue.run(SYSTEM.end_of(first.id)).stdout) - first.end) < 2
    log = wait_for(lambda: "SLURM_MEM_PER_CPU" in (text := read(queue, first.id)) and text, what="the output")
    told = dict(line.split("=", 1) for line in log.splitlines() if line.startswith("SLURM_"))
    found = SYSTEM.allocation(told)
    assert (found.id, found.slots, found.memory_mb) == (first.id, 1, 100)
    assert found.end is None or abs(found.end - first.end) < 2  # Slurm tells it from 23.02 on; never the 5 of before
    queue.run(SYSTEM.ending([first.id], "TERM"))
    assert (queue.wait(first.id, "ended").word, queue.wait(second.id, "running").word) == ("COMPLETED", "RUNNING")
    assert "told to end" in read(queue, first.id)
    queue.run(SYSTEM.ending([first.id, second.id, "99999_1"]))
    ended = queue.wait(second.id, "ended")
    assert (ended.word, ended.by_queue) == ("CANCELLED", True)
    assert {job.mark for job in SYSTEM.jobs_in(queue.run(SYSTEM.mine()).stdout) if job.array == array} == {"mark-1"}
    assert queue.jobs("99999") == {}


def read(queue, job):
    path = queue.folder / f"{job}.log"
    return path.read_text() if path.exists() else ""


def test_what_waits_and_what_is_taken_back(slurm, queue):
    spare, scrap = (queue.submit(partition=name, slots=2, memory_mb=None) for name in ("spare", "scrap"))
    for array in (spare, scrap):
        queue.wait(f"{array}_1", "running")
    other = slurm.submit("exec sleep 60", "--nodes=2", "--exclusive")
    queue.wait(f"{spare}_1", "pending")  # put back
    gone = queue.wait(f"{scrap}_1", "ended")
    assert (gone.word, gone.by_queue) == ("PREEMPTED", True)
    wait_for(lambda: slurm.state(other) == "RUNNING", what="the other's job")
    waits = queue.submit(3)
    found = queue.jobs(waits)
    assert sorted(found) == [f"{waits}_{index}" for index in (1, 2, 3)]
    assert {job.state for job in found.values()} == {"pending"}
    wait_for(lambda: all(job.reason for job in queue.jobs(waits).values()), what="a reason to wait")
    expected = wait_for(lambda: queue.jobs(waits)[f"{waits}_1"].start, what="when it is expected to begin")
    assert expected > time.time() - 5


def test_an_allocation_that_is_over(slurm, queue):
    array = queue.submit()
    queue.wait(f"{array}_1", "running")
    slurm.expire(f"{array}_1")
    ended = wait_for(lambda: (job := queue.jobs(array)[f"{array}_1"]).state == "ended" and job, seconds=60)
    assert (ended.word, ended.by_queue) == ("TIMEOUT", True)
