"""What the slots of a run did, as its journal has it: in order, bounded, and as far as journals of before know it."""

import sqlite3
import time

import pytest

from stormtracks.pyro_cluster.journal import attempts
from stormtracks.pyro_cluster.journal.identity import Run
from stormtracks.pyro_cluster.journal.journal import Journal
from stormtracks.pyro_cluster.journal.lock import JournalRefused
from stormtracks.pyro_cluster.journal.outcome import TaskOutcome


@pytest.fixture
def journal(tmp_path):
    made = Journal(Run("r", "vort_track", 2000, 2001, 3), place=tmp_path)
    yield made
    made.close("complete")


def outcome(member, status="complete", worker="w1", **more):
    return TaskOutcome(2000, member, status, worker, "h", 5.0, 4.0, finished=time.time(), **more)


def ended(journal):
    """The journal once all is written."""
    journal.close("incomplete")
    return attempts.recent("r", journal.path.parent)


def test_each_attempt_is_kept_with_slot_begin_and_end(journal):
    journal.working("w1", 1, 2000, 0)
    began = time.time()
    journal.attempted("w1", 1, outcome(0, "outstanding", error="no file"), 1.5)
    journal.attempted("w1", 1, outcome(0))
    first, second = ended(journal)
    assert (first.worker, first.slot, first.year, first.member, first.task) == ("w1", 1, 2000, 0, "vort_track")
    assert first.began == pytest.approx(began, abs=1) and first.status == "outstanding" and first.error == "no file"
    assert (first.read_seconds, second.read_seconds, second.cpu_seconds) == (1.5, None, 4.0)
    assert second.ended - second.began == pytest.approx(5)  # nobody said when it began


def test_the_latest_are_read_and_a_new_manager_keeps_them(journal, monkeypatch):
    for member in range(3):
        journal.attempted("w1", 0, outcome(member))
    journal.close("incomplete")
    place = journal.path.parent
    Journal(Run("r", "vort_track", 2000, 2001, 3), place=place).close("incomplete")
    assert [one.member for one in attempts.recent("r", place, most=2)] == [1, 2]
    assert len(attempts.recent("r", place)) == 3


def test_a_journal_of_before_tells_of_the_last_attempts(journal):
    journal.record(outcome(0, worker="w1, w2"))
    journal.record(outcome(1, "failure", error="no room"))
    journal.record(TaskOutcome(2000, 2, "complete", "w1", skipped=True, finished=time.time(), seconds=0.1))
    journal.close("incomplete")
    with sqlite3.connect(journal.path) as db:
        db.execute("DROP TABLE attempts")
    found = attempts.recent("r", journal.path.parent)
    assert sorted((one.worker, one.slot, one.member, one.error) for one in found) == [
        ("w1", None, 1, "no room"), ("w2", None, 0, None)
    ]  # fmt: skip
    assert all(one.ended - one.began == pytest.approx(5) for one in found)


def test_rows_that_make_no_sense_are_left_out(journal):
    journal.attempted("w1", 0, outcome(0))
    journal.close("incomplete")
    with sqlite3.connect(journal.path) as db:
        db.execute(
            "INSERT INTO attempts SELECT 'w1', 'x', year, member, task, began, ended, status, 1, 1, NULL FROM attempts"
        )
        db.execute(
            "INSERT INTO attempts SELECT NULL, 0, year, member, task, began, ended, status, 1, 1, NULL FROM attempts"
        )
    assert [one.slot for one in attempts.recent("r", journal.path.parent)] == [0]


def test_no_journal_is_refused(tmp_path):
    with pytest.raises(JournalRefused, match=r"none\.sqlite cannot be read"):
        attempts.recent("none", tmp_path)
