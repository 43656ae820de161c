"""The Slurm that tests use is real, alone, and gone with the process that started it."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from needs import SLURM, need
from processes import alive, wait_for

pytestmark = [pytest.mark.slurm, pytest.mark.slow]  # two nodes take seconds to come

SLEEP = "sleep\x001000"
STARTS = """
import sys, time
from pathlib import Path
sys.path.insert(0, "tests")
from slurm import Slurm
with Slurm(Path(sys.argv[1])) as slurm:
    slurm.submit("exec sleep 1234", "--job-name=left")
    print("started", flush=True)
    time.sleep(100)
"""


def test_each_node_is_a_host_of_its_own(slurm):
    said = slurm.run("srun", "--nodes=2", "--ntasks=2", "hostname")
    assert sorted(said.split()) == ["n1", "n2"]


def test_a_job_waits_behind_another_and_runs_after_it(slurm):
    other = slurm.occupy()
    job = slurm.submit("exec sleep 1000", "--array=1-2")
    wait_for(lambda: slurm.jobs("%i %r")[:1] == [f"{job}_1 Resources"], what="a reason")
    slurm.run("scancel", other)
    wait_for(lambda: slurm.state(f"{job}_2") == "RUNNING", what="the job")
    # both on one node, where the other is not yet rid of what was cancelled
    wait_for(lambda: len(slurm.pids("n1", SLEEP) + slurm.pids("n2", SLEEP)) >= 2, what="the processes of both")


def test_nothing_is_left_when_the_tests_are_killed(tmp_path):
    need(*SLURM, root=True)
    tests = subprocess.Popen([sys.executable, "-c", STARTS, tmp_path / "s"], stdout=subprocess.PIPE, text=True)
    assert tests.stdout.readline() == "started\n"
    mine = _of(tmp_path)
    assert len(mine) > 5
    os.kill(tests.pid, signal.SIGKILL)
    tests.wait()
    wait_for(lambda: not any(map(alive, mine)), what="the end of everything")


def _of(folder):
    """Pids of what was started with a Slurm of this folder in its environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"SLURM_CONF={folder}".encode() in (path / "environ").read_bytes():
                found.append(int(path.name))
    return found
