"""A journal that is removed or replaced while a run goes on: noticed, written anew, and safe from a second manager."""

import contextlib
import errno
import shutil
import sqlite3
import time

import pytest

from stormtracks.pyro_cluster.journal import lock, place, runs, writer
from stormtracks.pyro_cluster.journal.identity import Run
from stormtracks.pyro_cluster.journal.journal import Journal
from stormtracks.pyro_cluster.journal.lock import AlreadyManaged
from stormtracks.pyro_cluster.journal.outcome import TaskOutcome
from stormtracks.pyro_cluster.journal.writer import Heard
from tests.processes import wait_for

RUN = Run("r", "vort_track", 2000, 2001, 3, {}, "127.0.0.1:9090", "1.0.0")


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr(writer, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(lock, "PATIENCE_SECONDS", 0.05)


class Case:
    """A journal in a folder of its own, with one task complete, and what it said."""

    def __init__(self, place):
        self.place, self.events, self.lost, self.troubles = place, [], [], []
        heard = Heard(self.troubles.append, self.events.append, self.lost.append)
        self.journal = Journal(RUN, place=place, heard=heard)
        self.journal.record(TaskOutcome(2000, 1, "complete", counts={"tracks": 7}))
        wait_for(lambda: runs.read("r", place).counts)

    def remove(self, what):
        if what == "folder":
            shutil.rmtree(self.place)
        for suffix in {"all": (".sqlite", ".lock"), "file": (".sqlite",), "lock": (".lock",)}.get(what, ()):
            (self.place / f"r{suffix}").unlink()


@pytest.fixture
def case(tmp_path):
    return Case(tmp_path / "runs")


@pytest.mark.parametrize("what", ["file", "lock", "all", "folder"])
def test_what_is_removed_is_said_and_written_anew(case, what):
    case.remove(what)
    wait_for(lambda: case.events)
    assert "was removed while the run continues; it was written anew" in case.events[0]
    with pytest.raises(AlreadyManaged):  # the run is still this manager's
        Journal(RUN, place=case.place)
    case.journal.record(TaskOutcome(2001, 2, "complete"))
    case.journal.close("incomplete")
    assert runs.read("r", case.place).schedule.get_progress() == "-+-\n--+\n"
    assert (len(case.events), case.journal.lost) == (1, None)
    assert not list(case.place.glob(".*"))


def test_a_journal_removed_just_before_the_end_is_written_all_the_same(case, monkeypatch):
    monkeypatch.setattr(writer, "LOOK_SECONDS", 3600)
    case.remove("folder")
    case.journal.close("complete")
    assert runs.read("r", case.place).schedule.get_progress() == "-+-\n---\n"


def test_another_file_in_its_place_is_replaced(case):
    other = case.place / "other"
    with contextlib.closing(sqlite3.connect(other)) as db:
        db.execute("CREATE TABLE things (name TEXT)")
    other.replace(case.place / "r.sqlite")
    wait_for(lambda: case.events)
    assert "was replaced while the run continues" in case.events[0]
    case.journal.close("incomplete")
    assert runs.read("r", case.place).counts == {"tracks": 7}


@pytest.mark.parametrize("what", ["journal", "folder of the journals"])
def test_what_keeps_it_from_being_written_anew_is_said_once_and_waited_for(case, what):
    """The manager's patience begins with what is said: said again and again, the run would never end."""
    path = case.place / "r.sqlite" if what == "journal" else case.place
    path.unlink() if what == "journal" else shutil.rmtree(path)
    path.mkdir() if what == "journal" else path.write_text("in its place")
    wait_for(lambda: case.troubles)
    assert "and cannot be written anew: " in case.troubles[0]
    case.journal.record(TaskOutcome(2001, 2, "complete"))
    time.sleep(0.3)  # some more looks
    assert len(case.troubles) == 1 and not case.lost
    path.rmdir() if what == "journal" else path.unlink()
    wait_for(lambda: case.troubles[-1] is None)
    case.journal.close("incomplete")
    assert runs.read("r", case.place).schedule.get_progress() == "-+-\n--+\n"


def test_a_second_manager_that_was_faster_has_the_run(case, monkeypatch):
    monkeypatch.setattr(writer, "LOOK_SECONDS", 3600)
    case.remove("folder")
    second = Journal(RUN, place=case.place)
    case.journal.record(TaskOutcome(2001, 2, "complete"))
    case.journal.close("complete")
    assert "already managed by pid" in case.journal.taken and case.lost == [case.journal.taken]
    second.record(TaskOutcome(2001, 0, "complete"))
    second.close("incomplete")
    assert runs.read("r", case.place).schedule.get_progress() == "---\n+--\n"


def test_what_cannot_be_looked_at_for_now_is_no_problem(case, monkeypatch):
    looks = []

    def away(path):
        looks.append(path)
        raise OSError(errno.ESTALE, "Stale file handle")

    monkeypatch.setattr(place, "_identity", away)
    wait_for(lambda: len(looks) > 2)
    case.journal.close("incomplete")
    assert (case.journal.lost, case.events) == (None, [])


def test_a_place_that_cannot_be_written_is_trouble_until_it_can(tmp_path):
    troubles = []
    folder = tmp_path / "a" / "runs"
    journal = Journal(RUN, place=folder, heard=Heard(trouble=troubles.append))
    shutil.rmtree(tmp_path / "a")
    (tmp_path / "a").write_text("in the way")
    wait_for(lambda: troubles)
    assert "and cannot be written anew: " in troubles[0]
    (tmp_path / "a").unlink()
    wait_for(lambda: None in troubles)
    journal.close("incomplete")
    assert runs.read("r", folder).run["state"] == "incomplete"
