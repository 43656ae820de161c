"""Journals with odd rows: what makes no sense is named with its file, and the rest of the run is still read."""

import contextlib
import sqlite3
import threading
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stormtracks.pyro_cluster.journal import journal as journals
from stormtracks.pyro_cluster.journal import report, runs
from stormtracks.pyro_cluster.journal.identity import Run
from stormtracks.pyro_cluster.journal.journal import Journal
from stormtracks.pyro_cluster.journal.lock import JournalRefused
from stormtracks.pyro_cluster.journal.outcome import TaskOutcome

RUN = Run("r", "vort_track", 2000, 2000, 4, {"threshold_s1": 2e-5}, "", "1.0.0")


@pytest.fixture
def place(tmp_path):
    made = Journal(RUN, place=tmp_path)
    for member in range(3):
        made.record(TaskOutcome(2000, member, "complete", "w", "h", 2.0, 1.0, "/r", {"tracks": 5}))
    made.event("something")
    made.close("incomplete")
    return tmp_path


def _spoil(place, *statements):
    with contextlib.closing(sqlite3.connect(place / "r.sqlite")) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()


CHANGES = pytest.mark.parametrize(
    ("change", "named"),
    [
        ("status = 'comqlete'", "2000 member 1, status 'comqlete'"),
        ("status = NULL", "2000 member 1, status None"),
        ("counts = '{\"tracks\": 5'", "2000 member 1"),
        ("counts = '[5]'", "2000 member 1"),
        ("seconds = 'long'", "2000 member 1"),
        ("error = x'ff00'", "2000 member 1"),
        ("year = 'x'", "'x' member 1"),
    ],
)


@CHANGES
def test_an_odd_row_is_not_taken_for_complete_when_the_run_is_resumed(place, change, named):
    _spoil(place, f"UPDATE tasks SET {change} WHERE member = 1")
    again = Journal(RUN, place=place)
    assert (2000, 1) not in again.complete and (2000, 0) in again.complete
    again.close("incomplete")


@CHANGES
def test_an_odd_row_is_named_and_the_others_are_read(place, change, named):
    _spoil(place, f"UPDATE tasks SET {change} WHERE member = 1")
    state = runs.read("r", place)
    assert state.schedule.get_progress() == "+-+-\n"
    assert (state.counts, state.seconds) == ({"tracks": 10}, 4.0)
    assert len(state.faults) == 1 and f"1 row of {place / 'r.sqlite'} cannot be read" in state.faults[0]
    assert named in state.faults[0]
    assert state.faults[0] in "\n".join(report.status(state)) and report.as_json(state)["faults"] == state.faults


def test_text_that_is_not_utf_8_is_shown_as_what_it_is(place):
    _spoil(place, "UPDATE tasks SET status = 'failure', error = CAST(x'ff41' AS TEXT) WHERE member = 1")
    assert runs.read("r", place).problems[0]["error"] == "\\xffA"


def test_counts_that_are_odd_have_no_sum(place):
    _spoil(place, """UPDATE tasks SET counts = '{"tracks": "many", "maxima": 9223372036854775807}'""")
    assert runs.read("r", place).counts == {"maxima": 3 * 2**63}


def test_workers_that_are_set_aside_are_shown_until_the_run_is_started_anew(place):
    again = Journal(RUN, place=place)
    again.event("worker w is set aside: 3 of its replies made no sense")
    again.close("incomplete")
    assert "  worker w is set aside: 3 of its replies made no sense" in report.status(runs.read("r", place))
    Journal(RUN, place=place).close("incomplete")
    assert runs.read("r", place).aside == []


def test_many_odd_rows_are_counted(place):
    _spoil(place, *(f"INSERT INTO tasks (year, member, status) VALUES (2000, {n}, 'x')" for n in range(4, 30)))
    assert "26 rows of " in (fault := runs.read("r", place).faults[0]) and "and 21 more" in fault


@pytest.mark.parametrize(
    "change",
    [
        "members = 'x'",
        "members = 1000000000000",
        "start_year = 2001",
        "settings = '{'",
        "settings = '[1]'",
        "state = x'05'",
        "heartbeat = 'now'",
        "name = NULL",
    ],
)
def test_an_odd_run_is_refused_with_its_file(place, change):
    _spoil(place, f"UPDATE run SET {change}")
    with pytest.raises(JournalRefused, match=r"the journal .*r\.sqlite cannot be read: .*; move it away"):
        runs.read("r", place)


def test_the_manager_does_a_task_again_whose_row_is_odd(place):
    _spoil(place, "UPDATE tasks SET status = 'comqlete' WHERE member = 1", "UPDATE tasks SET year = 'x' WHERE member=0")
    again = Journal(RUN, place=place)
    assert again.complete == [(2000, 2)]
    again.close("incomplete")


def test_settings_that_are_none_are_refused_by_the_manager(place):
    _spoil(place, "UPDATE run SET settings = '[1]'")
    with pytest.raises(JournalRefused, match="is damaged: the run's settings cannot be read"):
        Journal(RUN, place=place)


def test_odd_rows_of_other_tables_are_left_out(place):
    made = Journal(RUN, place=place)
    _spoil(
        place,
        "INSERT INTO working (worker, slot, year, member, since) VALUES ('w', 0, 2000, 3, 'now'), ('v', 0, 2009, 0, 1)",
        "INSERT INTO events VALUES ('x', 5), (1.5, 'good')",
    )
    state = runs.read("r", place)
    assert state.working == [] and [text for _, text in state.events] == ["something", "good"]
    made.close("incomplete")


def test_a_reader_never_meets_a_run_half_created(tmp_path):
    """From nothing to a run, again and again, while another thread reads without rest."""
    over, met = threading.Event(), []

    def read():
        while not over.is_set():
            try:
                runs.read("r", tmp_path)
            except JournalRefused as error:
                met.append(str(error))

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(15):
        Journal(RUN, place=tmp_path).close("incomplete")
        for path in tmp_path.glob("r.sqlite*"):
            path.unlink()
    over.set()
    reader.join()
    odd = [text for text in met if "there is no run" not in text and "never started" not in text]
    assert [text for text in odd if "no such table" in text or "damaged" in text] == []


def test_a_run_that_begins_is_waited_for_and_then_said_to_begin(tmp_path, monkeypatch):
    made = Journal(RUN, place=tmp_path)
    made.close("incomplete")
    (tmp_path / "r.sqlite").write_bytes(b"")
    with pytest.raises(JournalRefused, match="was never started"):
        runs.read("r", tmp_path)
    held = journals.lock.take(tmp_path / "r.sqlite")
    monkeypatch.setattr(runs, "BEGINNING_SECONDS", 0.1)
    began = time.monotonic()
    with pytest.raises(JournalRefused, match="run r begins: its manager has not written yet; ask again"):
        runs.read("r", tmp_path)
    assert time.monotonic() - began >= 0.1
    held.release()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 7)), min_size=1, max_size=20))
def test_whatever_bits_a_disk_flips_the_journal_is_read_or_refused(place, tmp_path_factory, flips):
    """By readers and by the manager that would resume the run."""
    content = bytearray((place / "r.sqlite").read_bytes())
    used = [number for number, byte in enumerate(content) if byte]
    for where, bit in flips:
        content[used[int(where * len(used))]] ^= 1 << bit
    spoilt = tmp_path_factory.mktemp("spoilt")
    (spoilt / "r.sqlite").write_bytes(content)
    with contextlib.suppress(JournalRefused):
        report.status(runs.read("r", spoilt))
    with contextlib.suppress(JournalRefused):
        runs.kept("r", spoilt)
    with contextlib.suppress(JournalRefused):
        again = Journal(RUN, place=spoilt)
        again.record(TaskOutcome(2000, 3, "complete", "w", "h", 2.0, 1.0, "/r", {"tracks": 5}))
        again.close("incomplete")
