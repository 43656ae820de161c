"""Runs that write into one results folder: of one kind at a time, also through workers of other processes."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stormtracks.pyro_cluster.worker import writers
from stormtracks.pyro_cluster.worker.writers import Kind, Writers


class Connection:
    """As Pyro's: with a socket."""

    def __init__(self):
        self.sock, self.other = socket.socketpair()

    def close(self):
        self.sock.close()
        self.other.close()


@pytest.fixture
def connect():
    made = []
    yield lambda: made.append(Connection()) or made[-1]
    for one in made:
        one.close()


@pytest.fixture
def kinds(tmp_path):
    """Results of two kinds in one folder."""
    return [Kind.of(str(tmp_path), "vort_track", {"settings": {"threshold_s1": value}}) for value in (1e-5, 9e-5)]


def test_another_kind_waits_until_the_manager_has_gone(kinds, connect):
    here, manager, same = Writers(), connect(), connect()
    assert here.enter(kinds[0], "first", "pid 7 on cray", manager) == ""
    assert here.enter(kinds[0], "of the same settings", "", same) == ""
    manager.close()
    assert "run first (pid 7 on cray) writes results of other settings" in here.enter(kinds[1], "b", "", connect())
    same.close()
    assert here.enter(kinds[1], "second", "", connect()) == ""


def test_a_task_under_way_counts_though_its_manager_has_gone(kinds):
    here = Writers()
    assert here.begin(kinds[0], "first") == ""
    assert here.begin(kinds[1], "second") != ""
    here.end(kinds[0])
    assert here.begin(kinds[1], "second") == ""


def test_another_task_or_folder_is_not_in_the_way(kinds, tmp_path, connect):
    here = Writers()
    assert here.enter(kinds[0], "first", "", connect()) == ""
    assert here.enter(kinds[1]._replace(task="other"), "second", "", connect()) == ""
    assert here.enter(kinds[1]._replace(folder=str(tmp_path / "motion")), "third", "", connect()) == ""


def other_process(kind, seconds=60):
    """Another worker that writes results of a kind, until it is killed."""
    code = (
        "import sys, time; from stormtracks.pyro_cluster.worker.writers import *; "
        f"w = Writers(); print(w.begin(Kind(*{tuple(kind)!r}), 'theirs'), flush=True); time.sleep({seconds})"
    )
    root = Path(__file__).resolve().parents[3]
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=root)
    return process, process.stdout.readline().strip()


def test_a_worker_of_another_process_is_seen_and_forgotten_when_it_was_killed(kinds):
    process, said = other_process(kinds[0])
    try:
        assert said == ""
        assert "run theirs writes" in Writers().begin(kinds[1], "ours")
    finally:
        process.kill()
        process.communicate()
    ours = Writers()
    assert ours.begin(kinds[1], "ours") == ""
    assert [path.name[:16] for path in (Path(kinds[0].folder) / ".runs").iterdir()] == [kinds[1].made_from]
    ours.close()
    assert not (Path(kinds[0].folder) / ".runs").exists()


def test_a_worker_of_another_host_counts_for_as_long_as_it_renews_its_file(kinds):
    file = Path(kinds[0].folder) / ".runs" / f"{kinds[0].made_from}~cray~1~2.json"
    file.parent.mkdir()
    file.write_text('{"task": "vort_track", "run": "far", "who": ""}')
    assert "run far writes" in Writers().begin(kinds[1], "ours")
    old = time.time() - writers.STALE_SECONDS - 1
    os.utime(file, (old, old))
    assert Writers().begin(kinds[1], "ours") == ""
    assert not file.exists()


def test_the_file_is_renewed(kinds, monkeypatch):
    monkeypatch.setattr(writers, "RENEW_SECONDS", 0.0)
    here = Writers()
    here.begin(kinds[0], "ours")
    (file,) = (Path(kinds[0].folder) / ".runs").iterdir()
    os.utime(file, (1.0, 1.0))
    here.renew()
    assert file.stat().st_mtime > 1.0


def test_a_folder_that_cannot_be_written_stops_nothing(kinds, tmp_path):
    (tmp_path / "file").touch()
    kind = kinds[0]._replace(folder=str(tmp_path / "file"))
    here = Writers()
    assert here.begin(kind, "ours") == ""
    assert here.begin(kinds[1]._replace(folder=kind.folder), "second") != ""


def test_files_of_workers_that_were_killed_do_not_pile_up(kinds, tmp_path, connect):
    place = tmp_path / writers.FOLDER
    place.mkdir()
    long_ago = time.time() - 2 * writers.STALE_SECONDS
    for number in range(100):
        path = place / f"{kinds[0].made_from}~node{number}~77~1.json"
        path.write_text("{}")
        if number:  # the first one is of a worker that lives
            os.utime(path, (long_ago, long_ago))
    for _ in range(60):
        one = Writers()
        assert one.enter(kinds[0], "run", "", connect()) == ""
        one.close()
    assert [path.name for path in place.iterdir()] == [f"{kinds[0].made_from}~node0~77~1.json"]
