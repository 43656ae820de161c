"""Only what is provably a worker's is taken for one."""

import fcntl
import os
import signal
import subprocess
import sys

import pytest
from processes import wait_for

from stormtracks import lineage
from stormtracks.on_host import processes
from stormtracks.process import start_time
from stormtracks.pyro_cluster import pidfile

HOLD = """
import sys, time
from stormtracks.pyro_cluster.pidfile import PidFile
with PidFile(sys.argv[1]):
    time.sleep(99)
"""


@pytest.fixture
def pid_file(tmp_path):
    return tmp_path / "worker-w.pid"


@pytest.fixture
def worker(pid_file):
    process = subprocess.Popen([sys.executable, "-c", HOLD, pid_file])
    wait_for(lambda: pidfile.read(pid_file))
    yield process
    process.kill()
    process.wait()


def test_who_holds_the_lock_is_the_worker(pid_file, worker):
    assert processes.holder(pid_file).pid == worker.pid
    assert worker.pid in processes.family(pid_file)
    worker.kill()
    worker.wait()
    assert processes.holder(pid_file) is None
    assert processes.family(pid_file) == {}


@pytest.mark.parametrize("text", ["", "1 1 here", "no pid at all"])
def test_a_file_that_merely_names_a_pid_proves_nothing(pid_file, text):
    assert processes.holder(pid_file) is None
    pid_file.write_text(text)
    assert processes.holder(pid_file) is None


def test_a_lock_of_another_process_than_the_named_one_proves_nothing(pid_file):
    pid_file.write_text(f"{os.getpid()} 1 {os.uname().nodename}\n")
    with pid_file.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert processes.holder(pid_file) is None


def test_children_and_marked_processes_belong_to_the_family(pid_file, worker):
    marked = subprocess.Popen(["sleep", "99"], env={**os.environ, pidfile.MARK: str(pid_file)})
    stranger = subprocess.Popen(["sleep", "99"], env={**os.environ, pidfile.MARK: f"{pid_file}.other"})
    family = processes.family(pid_file)
    assert {worker.pid, marked.pid} == set(family)
    assert processes.kill(family) == {}
    assert (marked.wait(5), worker.wait(5), stranger.poll()) == (-signal.SIGKILL, -signal.SIGKILL, None)
    stranger.kill()
    stranger.wait()


def test_another_process_with_the_number_gets_no_signal():
    process = subprocess.Popen(["sleep", "99"])
    other = {process.pid: start_time(process.pid) - 1}
    assert processes.running(other) == {}
    lineage.send(other, signal.SIGKILL)
    assert process.poll() is None
    process.kill()
    process.wait()


def test_memory_and_age_are_those_of_the_kernel(worker, pid_file):
    assert 2 < processes.memory_mb([worker.pid]) < 200
    assert 0 <= processes.age(processes.holder(pid_file)) < 60
    assert processes.memory_mb([2**22 + 1]) == 0
