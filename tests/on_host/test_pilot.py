"""A job of a queue becomes a worker: what it takes from its allocation, and that it is the very process of the job."""

import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stormtracks.on_host import bind
from stormtracks.on_host.queue import pilot
from stormtracks.process import Process
from stormtracks.pyro_cluster import pidfile, secret
from stormtracks.pyro_cluster.worker.options import parser
from stormtracks.pyro_cluster.worker.tenure import MARGIN_SECONDS
from stormtracks.queues import length
from stormtracks.queues.known import SYSTEMS
from tests.faults.stage import CHECKOUT, Stage
from tests.processes import wait_for

REQUEST = {
    "launch": "slurm",
    "entry": "fast",
    "name": "fast",
    "base": "/base",
    "local": False,
    "nameserver": {"host": "127.0.0.1", "port": 9090},
    "slots": 2,
    "idle_exit": 300,
    "grace": 20,
    "time": "1:00:00",
}
JOB = {"SLURM_JOB_ID": "130", "SLURM_ARRAY_JOB_ID": "123", "SLURM_ARRAY_TASK_ID": "4", "SLURM_CPUS_PER_TASK": "3"}
MEMORY = {**JOB, "SLURM_MEM_PER_CPU": "2000"}


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("STORMTRACKS_HOME", str(tmp_path / "home"))


@pytest.fixture
def squeue(tmp_path):
    """A squeue that does what a line for sh says; PATH with it."""

    def written(line):
        path = tmp_path / "bin" / "squeue"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{line}\n")
        path.chmod(0o755)
        return f"{path.parent}:{os.environ['PATH']}"

    return written


def options(request=None, environment=JOB):
    command, _ = pilot.prepared({**REQUEST, **(request or {})}, {"PATH": "/nowhere", **environment})
    assert command[1:3] == ["-m", "stormtracks.pyro_cluster.pyro_worker"]
    return parser().parse_args(command[3:])


def test_the_worker_is_named_after_its_job_and_takes_what_the_allocation_has():
    found = options()
    assert (found.name, found.entry, found.slots) == ("fast-123_4", "fast", 3)
    assert (found.idle_exit, found.grace, found.memory_limit) == (300, 20, None)


def test_a_task_that_needs_too_much_memory_fails_before_the_queue_kills_the_job(capsys):
    assert options(environment=MEMORY).memory_limit == 2000 - 86
    assert "each slot may take 1,914 MB, as this job has 2,000 MB for each" in capsys.readouterr().err


@pytest.mark.parametrize(("given", "limit"), [(100, 50), (300, 150), (10_000, 9744)])
def test_at_most_half_of_the_memory_is_not_the_slots(given, limit):
    one = {**JOB, "SLURM_CPUS_PER_TASK": "1"}
    assert options({"memory_limit_mb": given}, one).memory_limit == limit  # as was asked for: the job is not told


@pytest.mark.parametrize(
    ("line", "seconds"),
    [("echo 1900000000", None), ("echo N/A", 3600), ("exit 1", 3600), ("sleep 60", 3600)],
    ids=["says", "unlimited", "fails", "hangs"],
)
def test_the_end_is_what_the_queue_says_else_by_time(squeue, monkeypatch, line, seconds):
    monkeypatch.setattr(pilot, "ASK_SECONDS", 0.3)
    monkeypatch.setenv("PATH", squeue(line))
    until = options(environment={**JOB, "PATH": os.environ["PATH"]}).until
    assert until == 1.9e9 if seconds is None else until == pytest.approx(time.time() + seconds, abs=5)


def test_the_end_that_the_job_was_told_is_not_asked_for():
    assert options(environment={**JOB, "SLURM_JOB_END_TIME": "1800000000"}).until == 1.8e9


def test_without_any_end_it_stays():
    assert options({"time": None}).until is None
    assert options({"time": "0"}).until is None  # as Slurm has it


def test_the_address_of_the_login_node_is_not_taken(monkeypatch):
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 50000 10.9.9.9 22")
    assert options().host == "127.0.0.1"
    assert bind.address({**REQUEST, "entry": None}) == "10.9.9.9"


def test_a_prefix_comes_before_it():
    command, _ = pilot.prepared({**REQUEST, "prefix": ["nice", "-n", "10"]}, JOB)
    assert command[:4] == ["nice", "-n", "10", sys.executable]


def test_what_is_not_a_job_becomes_no_worker():
    with pytest.raises(pilot.NoPilot, match="this is not a job of Slurm; start workers with fab start-workers"):
        options(environment={"SLURM_JOB_ID": ""})


def test_a_node_without_the_key_says_what_to_do():
    with pytest.raises(pilot.NoPilot, match=r"not the one that the worker needs \(missing\): the home folder"):
        options({"fingerprint": "ab:cd"})


def test_files_of_killed_workers_of_the_entry_are_removed_and_no_others():
    folder = pidfile.host_folder()
    folder.mkdir(parents=True, mode=0o700)
    gone = Process(2**22 + 1, 1, Process.this().host)
    for name in ("fast-120_1", "other-120_1"):
        for suffix in ("pid", "ready"):
            (folder / f"worker-{name}.{suffix}").write_text(f"{gone.pid} {gone.start} {gone.host}\n")
    with pidfile.PidFile(folder / "worker-fast-121_1.pid") as lives:
        lives.ready("PYRO:x")
        pilot.remove_left_over("fast")
        left = sorted(path.name for path in folder.iterdir())
    assert left == [
        f"worker-{name}" for name in ("fast-121_1.pid", "fast-121_1.ready", "other-120_1.pid", "other-120_1.ready")
    ]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1:00:00", 3600),
        ("90", 5400),
        ("1:30", 90),
        ("2-0", 172_800),
        ("1-12:30", 131_400),
        ("1-00:00:01", 86_401),
        ("UNLIMITED", None),
        ("", None),
        ("1:2:3:4", None),
    ],
)
def test_lengths_of_time(text, seconds):
    assert length.seconds(text) == seconds


# The real thing


@pytest.fixture
def stage(tmp_path):
    secret.ensure()
    made = Stage(tmp_path)
    yield made
    made.close()


@pytest.fixture
def job(stage, squeue, tmp_path):
    """A job as a queue starts it: a shell that is replaced, with the request on a here-document."""
    started = []

    def begun(end="echo N/A", **request):
        asked = {**REQUEST, "nameserver": {"host": "127.0.0.1", "port": stage.port}, **request}
        asked |= {"results": str(stage.results("fast")), "tasks": "tests.faults.tasks:TASKS"}
        stage.results("fast").mkdir(parents=True, exist_ok=True)
        script = f"exec {sys.executable} -m stormtracks.on_host queue.pilot <<'END'\n{json.dumps(asked)}\nEND\n"
        with (tmp_path / f"job{len(started)}.log").open("w") as log:
            child = subprocess.Popen(
                ["sh", "-s"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=CHECKOUT,
                env={
                    **os.environ,
                    **JOB,
                    "SLURM_ARRAY_TASK_ID": str(len(started)),
                    "PATH": squeue(end),
                    "STORMTRACKS_TEST_SECONDS": "1.0",
                },
            )
        child.stdin.write(script.encode())
        child.stdin.close()
        child.output = lambda: Path(log.name).read_text()
        started.append(child)
        return child

    yield begun
    for child in started:
        child.kill()
        child.wait()


@pytest.mark.slow
def test_the_worker_is_the_process_of_the_job_and_obeys_its_signals(job):
    child = job()
    wait_for(lambda: "ready: pid" in child.output() or child.poll() is not None, what="the worker")
    assert f"worker fast-123_0 ready: pid {child.pid}," in child.output()
    assert Path(f"/proc/{child.pid}/fd/0").readlink() == Path(os.devnull)
    child.send_signal(signal.SIGTERM)
    assert child.wait(60) == 0
    assert "worker fast-123_0 ended" in child.output()
    assert list(pidfile.host_folder().glob("worker-fast*")) == []


def test_a_job_in_which_nothing_can_work_fails_with_the_reason(job):
    child = job(fingerprint="ab:cd")
    assert child.wait(60) == 1
    assert "error: the cluster's key on this node is not the one that the worker needs (other)" in child.output()


@pytest.mark.slow
def test_it_leaves_when_there_is_nothing_to_do(job):
    child = job(idle_exit=1)
    assert child.wait(60) == 0
    assert "leaving: there was nothing to do for" in child.output()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_run_outlives_its_workers_and_is_resumed_by_any_other_of_the_entry(stage, job):
    grace = math.ceil(2 + 2 * seconds_of_a_start(job))  # a task of a second ends in it
    seconds = math.ceil(2 * (grace + MARGIN_SECONDS))  # it leaves after half of its allocation
    first = job(end=f"echo $(( $(date +%s) + {seconds} ))", grace=grace)
    wait_for(lambda: "ready: pid" in first.output(), what="the worker")
    members = 3 * (seconds // 2) + 6  # more than its three slots do until then
    manager = stage.manage("work", members=members)
    assert first.wait(seconds + 60) == 0
    assert "leaving: its allocation ends in" in first.output()
    second = job()
    assert manager.wait(seconds + 60) == 0, manager.output()
    assert "has stopped and left in order" in manager.output() and "attempt" not in manager.output()
    second.send_signal(signal.SIGTERM)
    second.wait(60)
    third = job()
    wait_for(lambda: "ready: pid" in third.output(), what="the worker")
    again = stage.manage("work", members=members)
    assert again.wait(60) == 0
    assert f"{members} of {members} tasks are complete" in again.output() and "not looked for" not in again.output()


def seconds_of_a_start(job):
    """How long a job's worker takes here and now until it is ready."""
    since, child = time.monotonic(), job()
    wait_for(lambda: "ready: pid" in child.output(), what="a worker")
    taken = time.monotonic() - since
    child.send_signal(signal.SIGTERM)
    child.wait(60)
    return taken


def test_slurm_is_known():
    assert SYSTEMS["slurm"].allocation(JOB).id == "123_4"
