"""Files at once and whole, what dead processes leave, and locks."""

import errno
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from stormtracks import disk
from stormtracks.process import Process
from tests.processes import wait_for


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def started(code, *arguments):
    """A process that runs the code and says when it has come to its end, where it waits."""
    code = textwrap.dedent(code) + "\nprint('there', flush=True)\nimport time; time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "there\n"
    return process


def descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture
def writer(tmp_path):
    """A process that is killed in the middle of writing `storms.nc`, and another file's writer that lives."""
    code = """
        import sys
        from stormtracks import disk
        place = disk.whole(sys.argv[1]).__enter__()
        place.write_text("half")
    """
    dead, alive = started(code, tmp_path / "storms.nc"), started(code, tmp_path / "tracks.nc")
    dead.send_signal(signal.SIGKILL)
    dead.communicate()
    yield tmp_path
    alive.kill()
    alive.communicate()


def test_a_file_appears_whole_and_nothing_stays_beside_it(tmp_path):
    path = tmp_path / "new" / "storms.nc"
    with disk.whole(path) as place:
        place.write_text("one")
        assert not path.exists()
    disk.write_whole(path, b"two")
    assert path.read_bytes() == b"two" and names(path.parent) == ["storms.nc"]


def test_a_block_that_fails_leaves_what_was_there(tmp_path):
    path = tmp_path / "storms.nc"
    disk.write_whole(path, "before")
    with pytest.raises(KeyboardInterrupt), disk.whole(path) as place:
        place.write_text("half")
        raise KeyboardInterrupt
    assert path.read_text() == "before" and names(tmp_path) == ["storms.nc"]


def test_a_mode_holds_from_the_first_byte(tmp_path):
    with disk.whole(tmp_path / "secret.pem", mode=0o600) as place:
        assert place.stat().st_mode & 0o777 == 0o600
        place.write_text("key")
    assert (tmp_path / "secret.pem").stat().st_mode & 0o777 == 0o600


def test_the_longest_name_can_be_written(tmp_path):
    disk.write_whole(tmp_path / ("n" * 255), "x")
    assert names(tmp_path) == ["n" * 255]


def test_what_a_dead_process_left_is_swept_and_a_living_one_keeps_its_file(writer):
    assert len(names(writer)) == 2
    [removed] = disk.sweep(writer)
    assert removed.name.startswith(".storms.nc~")
    assert [name.split("~")[0] for name in names(writer)] == [".tracks.nc"]


def test_writing_the_same_file_again_sweeps_what_a_dead_process_left(writer):
    disk.write_whole(writer / "storms.nc", "whole")
    assert [name.split("~")[0] for name in names(writer)] == [".tracks.nc", "storms.nc"]


def test_a_file_of_another_host_or_another_name_stays(tmp_path):
    for name in (".a.nc~elsewhere~1~1~0123abcd.part", ".a.nc.part", "a.nc.part", ".a~b.part"):
        (tmp_path / name).touch()
    assert disk.sweep(tmp_path) == [] and len(names(tmp_path)) == 4


def test_a_pid_that_is_used_again_is_another_process(tmp_path):
    here = Process.this()
    (tmp_path / f".a.nc~{here.host}~{here.pid}~{here.start + 1}~0123abcd.part").touch()
    assert len(disk.sweep(tmp_path)) == 1


def test_a_folder_that_does_not_exist_has_nothing_to_sweep(tmp_path):
    assert disk.sweep(tmp_path / "none") == []


def test_a_lock_is_one_process_at_a_time_and_ends_with_it(tmp_path):
    path = tmp_path / "run.lock"
    other = started("import sys; from stormtracks import disk; lock = disk.lock(sys.argv[1])", path)
    assert disk.held(path) is True and disk.lock(path) is None
    other.kill()
    other.communicate()
    wait_for(lambda: disk.held(path) is False)
    with disk.lock(path) as lock:
        lock.write("a longer text")
        lock.write("pid 1")
        assert lock.read() == "pid 1" and disk.lock(path) is None
    assert disk.held(path) is False


def test_shared_locks_are_shared_and_keep_an_exclusive_one_out(tmp_path):
    path = tmp_path / "in_use"
    with disk.lock(path, shared=True), disk.lock(path, shared=True):
        assert disk.held(path) is False and disk.lock(path) is None


def test_a_lock_of_a_file_that_was_removed_meanwhile_is_none(tmp_path):
    path = tmp_path / "run.lock"
    first = disk.lock(path)
    path.unlink()
    second = disk.lock(path)  # the name is free, so there is another file
    assert second is not None and disk.held(path) is True
    first.release()
    assert disk.lock(path) is None
    second.release()
    second.release()


def test_a_file_system_without_locks_is_named(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(37, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    before = descriptors()
    with pytest.raises(disk.NoLocks, match=r"run.lock: the file system cannot lock files .*choose a folder"):
        disk.lock(tmp_path / "run.lock")
    assert disk.held(tmp_path / "run.lock") is None
    assert descriptors() == before
    with disk.lock(tmp_path / "run.lock", needed=False) as lock, disk.lock(tmp_path / "run.lock", needed=False):
        lock.write("text")
        assert lock.read() == "text"


def test_a_link_in_place_of_a_lock_is_not_followed(tmp_path):
    (tmp_path / "run.lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic links"):
        disk.lock(tmp_path / "run.lock")
    assert disk.held(tmp_path / "run.lock") is False and not (tmp_path / "elsewhere").exists()


def test_an_error_without_a_file_is_said_of_the_file_that_was_to_be(tmp_path):
    with pytest.raises(OSError) as refused, disk.whole(tmp_path / "a.csv"):
        raise OSError(errno.ENOSPC, "Error writing bytes to file")  # as buffers, and pyarrow, say it
    assert refused.value.filename == str(tmp_path / "a.csv") and refused.value.strerror == os.strerror(errno.ENOSPC)
    assert not list(tmp_path.iterdir())


def test_an_error_of_another_file_is_left_alone(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"), disk.whole(tmp_path / "a.csv"):
        (tmp_path / "nowhere").read_text()
