import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from needs import need

from stormtracks.process import Process, start_time
from stormtracks.pyro_cluster.pidfile import AlreadyRunning, PidFile, nameserver_path, read, worker_path


def test_says_who_runs_and_is_gone_afterwards(tmp_path):
    path = tmp_path / "host" / "worker-a.pid"
    with PidFile(path):
        assert read(path) == Process.this()
        assert read(path).runs()
    assert list(path.parent.iterdir()) == []


def test_second_start_is_refused_with_the_pid(tmp_path):
    path = tmp_path / "a.pid"
    refused = pytest.raises(AlreadyRunning, match=f"already running: pid {os.getpid()} ")
    with PidFile(path), refused as caught, PidFile(path):
        pass
    assert caught.value.process == Process.this()


def test_the_lock_goes_with_the_process(tmp_path):
    path = tmp_path / "a.pid"
    code = f"import os; from stormtracks.pyro_cluster.pidfile import *; PidFile({str(path)!r}).__enter__(); os._exit(0)"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert not read(path).runs()  # it left its file behind
    with PidFile(path):
        assert read(path).runs()


def test_who_only_looks_does_not_hinder_a_start(tmp_path):
    need("flock")
    path = tmp_path / "a.pid"
    path.touch()
    looks = subprocess.Popen(["flock", "-n", path, "sleep", "0.3"])
    time.sleep(0.1)
    with PidFile(path):
        assert read(path).runs()
    looks.wait()


def test_of_many_starts_at_once_one_succeeds(tmp_path):
    held, refused, go = [], [], threading.Barrier(6)

    def start():
        go.wait()
        file = PidFile(tmp_path / "a.pid")
        try:
            held.append(file.__enter__())
        except AlreadyRunning:
            refused.append(file)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(held), len(refused)) == (1, 5)
    held[0].__exit__()


def test_ready_file_tells_more_and_goes_too(tmp_path):
    with PidFile(tmp_path / "a.pid") as file:
        file.ready("PYRO:a@b:1", 2)
        assert file.ready_path.read_text().split()[3:] == ["PYRO:a@b:1", "2"]
        assert read(file.ready_path) == Process.this()
    assert not file.ready_path.exists()


def test_what_a_dead_process_left_half_written_is_removed(tmp_path):
    left = tmp_path / f".a.ready~{socket.gethostname()}~{2**22 + 1}~7~0123abcd.part"
    left.touch()
    with PidFile(tmp_path / "a.pid"):
        assert not left.exists()


def test_each_service_has_its_file(monkeypatch):
    monkeypatch.setenv("STORMTRACKS_HOME", "/state")
    assert nameserver_path() == Path("/state/nameserver.pid")
    assert worker_path("a.b") == Path("/state") / socket.gethostname() / "worker-a.b.pid"


def test_a_pid_that_is_used_again_is_another_process():
    this = Process.this()
    assert this.runs()
    assert not Process(this.pid, this.start - 1, this.host).runs()
    assert not Process(this.pid, this.start, "elsewhere").runs()
    assert start_time(2**22 + 1) == 0


@pytest.mark.parametrize("text", ["", "12", "x y z"])
def test_half_a_file_names_nobody(tmp_path, text):
    (tmp_path / "a.pid").write_text(text)
    assert read(tmp_path / "a.pid") is None
    assert read(tmp_path / "b.pid") is None
