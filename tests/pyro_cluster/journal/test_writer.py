"""The thread that writes a journal: what it waits for, what it leaves out, and that its end is never silent."""

import contextlib
import sqlite3

import pytest

from stormtracks.pyro_cluster.journal import runs, writer
from stormtracks.pyro_cluster.journal.identity import Run
from stormtracks.pyro_cluster.journal.journal import Journal
from stormtracks.pyro_cluster.journal.outcome import TaskOutcome
from stormtracks.pyro_cluster.journal.writer import Heard, Writer, passes
from tests.processes import wait_for

RUN = Run("r", "vort_track", 2000, 2000, 4, {}, "", "1.0.0")


class Said:
    def __init__(self):
        self.troubles, self.events, self.losses = [], [], []
        self.heard = Heard(self.troubles.append, self.events.append, self.losses.append)


@pytest.fixture
def said():
    return Said()


@pytest.mark.parametrize("odd", [{"path": 2**70}, {"error": "\ud800"}, {"worker": ["w"]}, {"seconds": 1j}], ids=repr)
def test_values_without_a_form_cost_their_own_entry_only(tmp_path, said, odd):
    journal = Journal(RUN, place=tmp_path, heard=said.heard)
    for member in range(3):
        journal.record(TaskOutcome(2000, member, "complete", **(odd if member == 1 else {})))
    journal.close("incomplete")
    assert runs.read("r", tmp_path).schedule.get_progress() == "+-+-\n"
    assert len(said.events) == 1 and "an entry cannot be kept in the journal: " in said.events[0]
    assert (journal.lost, said.losses) == (None, [])


def test_a_table_that_somebody_drops_is_not_waited_for(tmp_path, said):
    journal = Journal(RUN, place=tmp_path, heard=said.heard)
    with contextlib.closing(sqlite3.connect(journal.path)) as db:
        db.execute("DROP TABLE tasks")
    journal.record(TaskOutcome(2000, 0, "complete"))
    wait_for(lambda: said.losses)
    assert "1 entries could not be written to the journal: no such table: tasks" in said.losses[0]
    assert said.troubles == []
    journal.close("incomplete")
    assert journal.lost == said.losses[0]


def test_a_column_that_somebody_adds_does_no_harm(tmp_path):
    Journal(RUN, place=tmp_path).close("incomplete")
    with contextlib.closing(sqlite3.connect(tmp_path / "r.sqlite")) as db:
        for table in ("run", "tasks", "working", "events"):
            db.execute(f"ALTER TABLE {table} ADD COLUMN more TEXT")
    journal = Journal(RUN, place=tmp_path)
    journal.working("w", 0, 2000, 1)
    journal.event("something")
    journal.record(TaskOutcome(2000, 0, "complete"))
    journal.close("incomplete")
    assert runs.read("r", tmp_path).schedule.get_progress() == "+---\n"


def test_a_journal_that_lacks_a_column_gets_it(tmp_path):
    Journal(RUN, place=tmp_path).close("incomplete")
    with contextlib.closing(sqlite3.connect(tmp_path / "r.sqlite")) as db:
        db.execute("ALTER TABLE tasks DROP COLUMN traceback")
    journal = Journal(RUN, place=tmp_path)
    journal.record(TaskOutcome(2000, 0, "failure", traceback="line 1"))
    journal.close("incomplete")
    assert runs.read("r", tmp_path).problems[0]["attempts"] == 1


def test_a_thread_that_ends_by_a_bug_says_so(said):
    place = type("Place", (), {"problem": lambda self: 1 / 0})()
    made = Writer(sqlite3.connect(":memory:", check_same_thread=False), "", said.heard, place)
    made.close()
    assert made.lost == said.losses[0] == "the journal is not written any more: ZeroDivisionError: division by zero"


def test_who_cannot_listen_does_not_end_the_writing(tmp_path):
    journal = Journal(RUN, place=tmp_path, heard=Heard(event=lambda text: 1 / 0))
    journal.record(TaskOutcome(2000, 0, "complete", path=2**70))
    journal.record(TaskOutcome(2000, 1, "complete"))
    journal.close("incomplete")
    assert (journal.lost, runs.read("r", tmp_path).schedule.get_progress()) == (None, "-+--\n")


@pytest.mark.parametrize(
    ("code", "passing"),
    [
        (sqlite3.SQLITE_FULL, True),
        (sqlite3.SQLITE_IOERR_WRITE, True),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, True),
        (sqlite3.SQLITE_READONLY_DBMOVED, True),
        (sqlite3.SQLITE_ERROR, False),
        (sqlite3.SQLITE_CORRUPT, False),
        (sqlite3.SQLITE_NOTADB, False),
        (None, False),
    ],
)
def test_only_what_may_be_over_in_a_while_is_waited_for(code, passing):
    error = sqlite3.OperationalError("x")
    if code is not None:
        error.sqlite_errorcode = code
    assert passes(error) is passing
    assert passes(MemoryError())


def test_the_beat_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(writer, "BEAT_SECONDS", 0.05)
    journal = Journal(RUN, place=tmp_path)
    first = runs.read("r", tmp_path).run["heartbeat"]
    wait_for(lambda: runs.read("r", tmp_path).run["heartbeat"] > first)
    journal.close("incomplete")
