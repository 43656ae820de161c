import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from needs import need

from stormtracks import private
from stormtracks.process import Process, start_time
from stormtracks.pyro_cluster.pidfile import AlreadyRunning, PidFile, nameserver_path, read, worker_path


def test_says_who_runs_and_is_gone_afterwards(tmp_path):
    path = tmp_path / "host" / "worker-a.pid"
    with PidFile(path):
        assert read(path) == Process.this()
        assert read(path).runs()
    assert list(path.parent.iterdir()) == []


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.fixture
def without_locks(monkeypatch):
    def refuse(*_):
        raise OSError(37, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)


def test_without_locks_the_file_itself_is_the_claim(tmp_path, without_locks, caplog):
    path = tmp_path / "a.pid"
    with PidFile(path) as file:
        file.ready("PYRO:a@b:1", 2)
        assert "cannot lock files (No locks available)" in caplog.text and "Continuing without" in caplog.text
        assert read(path) == Process.this()
        with pytest.raises(AlreadyRunning, match=f"already running: pid {os.getpid()} "), PidFile(path):
            pass
        assert read(path) == Process.this()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "rubbish", f"{2**22 + 1} 7 {socket.gethostname()}\n"])
def test_without_locks_the_file_of_a_dead_process_is_replaced(tmp_path, without_locks, text):
    path = tmp_path / "a.pid"
    path.write_text(text)
    with PidFile(path):
        assert read(path) == Process.this()
    assert list(tmp_path.iterdir()) == []


def test_without_locks_one_of_many_starts_at_once_succeeds(tmp_path, without_locks):
    test_of_many_starts_at_once_one_succeeds(tmp_path)


@pytest.mark.slow
def test_a_host_that_was_renamed_still_knows_its_own(tmp_path, monkeypatch):
    """Really so: the process that looks has another host name, in a UTS namespace of its own."""
    need("unshare", "hostname", root=True)
    monkeypatch.setenv("STORMTRACKS_HOME", str(tmp_path))
    look = """
from stormtracks.on_host import processes
from stormtracks.pyro_cluster import pidfile
import socket
path = pidfile.worker_path("w")
print(socket.gethostname(), path, processes.holder(path).pid, pidfile.worker_path("other"))
try:
    pidfile.PidFile(path).__enter__()
except pidfile.AlreadyRunning as error:
    print(error)
"""
    with PidFile(worker_path("w")) as file:
        file.ready("PYRO:a@b:1", 2)
        renamed = ["unshare", "--uts", "sh", "-c", 'hostname renamed; exec "$@"', "sh", sys.executable, "-c", look]
        said = subprocess.run(renamed, check=True, stdout=subprocess.PIPE, text=True).stdout
    here = tmp_path / socket.gethostname() / "worker-w.pid"
    assert said.splitlines()[0] == f"renamed {here} {os.getpid()} {tmp_path}/renamed/worker-other.pid"
    assert f"already running: pid {os.getpid()} " in said


@pytest.mark.parametrize("how", ["another user's", "open to others", "a link"])
def test_a_folder_that_another_user_may_change_is_refused(tmp_path, give_away, how):
    folder = tmp_path / "state"
    folder.mkdir()
    if how == "another user's":
        give_away(folder)
    elif how == "open to others":
        folder.chmod(0o777)
    else:
        folder.symlink_to(folder.rename(tmp_path / "elsewhere"))
    with pytest.raises(private.NotOurs, match=f"{folder} .*, or choose another folder with STORMTRACKS_HOME"):
        PidFile(folder / "a.pid").__enter__()


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
