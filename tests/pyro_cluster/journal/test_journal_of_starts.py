"""The journal of a run of forecasts; and that of a run of years, which stays what it was."""

import json
import sqlite3

import pytest

from stormtracks.pyro_cluster.journal import report, runs, schema
from stormtracks.pyro_cluster.journal.identity import Run, default_name
from stormtracks.pyro_cluster.journal.journal import Journal
from stormtracks.pyro_cluster.journal.lock import JournalRefused
from stormtracks.pyro_cluster.journal.outcome import TaskOutcome
from stormtracks.pyro_cluster.pyro_task import TASKS

STARTS = ("2025-06-01T00", "2025-06-08T00", "2025-06-15T00")
YEARS = Run("r", "vort_track", 2000, 2001, 3)


def _run(starts=STARTS, task="vort_track", name="r"):
    return Run(name, task, starts[0], starts[-1], 3, starts=starts)


def _written(run, place, *outcomes, state="incomplete"):
    journal = Journal(run, place=place)
    for outcome in outcomes:
        journal.record(outcome)
    journal.close(state)


def _altered(path, statement, *values):
    with sqlite3.connect(path) as db:
        db.execute(statement, values)
    db.close()


def test_what_is_recorded_of_a_start_is_read(tmp_path):
    done = TaskOutcome(STARTS[0], 1, "complete", "w1", "h", 2.0, 1.5, f"/r/vort_track/{STARTS[0]}/x.nc", {"tracks": 7})
    _written(_run(), tmp_path, done, TaskOutcome(STARTS[1], 0, "failure", "w1", error="no file", attempts=3))
    state = runs.read("r", tmp_path)
    assert state.schedule.get_progress(include_year=True) == (
        "2025-06-01T00: -+-\n2025-06-08T00: F--\n2025-06-15T00: ---\n"
    )
    assert (state.counts, state.seconds, state.run["starts"]) == ({"tracks": 7}, 2.0, list(STARTS))
    assert [(kept.year, kept.member) for kept in runs.kept("r", tmp_path)] == [(STARTS[0], 1)]
    lines = report.status(state)
    assert lines[0].startswith("run r: vort_track 2025-06-01T00..2025-06-15T00, 3 members; incomplete")
    assert "2025-06-01T00: -+-" in lines and lines[-1] == "  1 x failure: no file (2025-06-08T00/0; on w1)"
    assert json.loads(json.dumps(report.as_json(state)))["grid"]["2025-06-08T00"] == "F--"


def test_a_run_of_starts_is_resumed_and_may_grow(tmp_path):
    _written(
        _run(STARTS[:2]), tmp_path, TaskOutcome(STARTS[1], 2, "complete", "w1", path=f"/r/vort_track/{STARTS[1]}/m")
    )
    again = Journal(_run(("2025-06-04T00", *STARTS[1:])), place=tmp_path)
    assert (again.complete, again.held[0].file, again.held[0].worker) == ([(STARTS[1], 2)], "m", "w1")
    again.working("w1", 0, STARTS[2], 1)
    again.record(TaskOutcome("2025-06-04T00", 0, "complete"))
    assert again.again([(STARTS[1], 2)]) == {(STARTS[1], 2)}
    again.close("incomplete")
    assert runs.read("r", tmp_path).schedule.get_progress() == "+--\n---\n---\n"


def test_starts_that_are_not_asked_for_now_are_kept_but_not_counted(tmp_path):
    _written(_run(), tmp_path, TaskOutcome(STARTS[1], 0, "complete", seconds=5.0, counts={"tracks": 3}))
    _written(_run((STARTS[0], STARTS[2])), tmp_path)  # the one that is done lies between
    state = runs.read("r", tmp_path)
    assert (state.counts, state.seconds, runs.kept("r", tmp_path)) == ({}, 0.0, [])
    _written(_run(), tmp_path)
    assert runs.read("r", tmp_path).counts == {"tracks": 3}


def test_a_chain_of_starts(tmp_path):
    chain = ",".join(TASKS)
    first = [TaskOutcome(STARTS[0], member, "complete", task="vort_track") for member in range(2)]
    _written(_run(task=chain), tmp_path, *first, TaskOutcome(STARTS[0], 1, "failure", task="field_collection"))
    assert runs.read("r", tmp_path).schedule.get_progress() == "1F-\n---\n---\n"
    again = Journal(_run(task=chain), place=tmp_path)
    assert again.complete == [(STARTS[0], 0, "vort_track"), (STARTS[0], 1, "vort_track")]
    again.close("incomplete")


def test_years_and_starts_under_one_name_are_both_kept(tmp_path):
    _written(YEARS, tmp_path, TaskOutcome(2000, 1, "complete"))
    _written(_run(), tmp_path, TaskOutcome(STARTS[0], 1, "complete"))
    assert runs.read("r", tmp_path).schedule.get_progress() == "-+-\n---\n---\n"
    _written(YEARS, tmp_path)
    assert runs.read("r", tmp_path).schedule.get_progress() == "-+-\n---\n"
    assert runs.read("r", tmp_path).faults == []


@pytest.mark.parametrize("year", ["2025-06-01", "2o25-06-01T00", "x", 2.5, None])
def test_a_start_in_which_the_disk_has_changed_a_letter_is_done_again(tmp_path, year):
    _written(_run(), tmp_path, TaskOutcome(STARTS[0], 1, "complete"), TaskOutcome(STARTS[1], 1, "complete"))
    path = tmp_path / "r.sqlite"
    if year is None:
        _altered(path, "UPDATE tasks SET member = 'x' WHERE year = ?", STARTS[0])
    else:
        _altered(path, "UPDATE tasks SET year = ? WHERE year = ?", year, STARTS[0])
    state = runs.read("r", tmp_path)
    assert state.schedule.get_progress() == "---\n-+-\n---\n" and "1 row of" in state.faults[0]
    again = Journal(_run(), place=tmp_path)
    assert again.complete == [(STARTS[1], 1)]
    again.close("incomplete")


@pytest.mark.parametrize("starts", ["", "[]", "5", '["2025-06-01T00"]', '["x", "y"]', '[["a"]]', "\x80"])
def test_a_run_whose_starts_make_no_sense_is_refused(tmp_path, starts):
    _written(_run(), tmp_path)
    _altered(tmp_path / "r.sqlite", "UPDATE run SET starts = ?", starts)
    with pytest.raises(JournalRefused, match="its run has years 2025-06-01T00 to 2025-06-15T00 and 3 members"):
        runs.read("r", tmp_path)


def test_the_name_of_a_run_of_starts():
    assert default_name("vort_track,classify", *STARTS[::2]) == "vort_track-classify_2025-06-01T00..2025-06-15T00"
    assert default_name("vort_track", STARTS[0], STARTS[0]) == "vort_track_2025-06-01T00"


def test_the_rows_of_a_run_of_years_are_what_they_were(tmp_path):
    done = TaskOutcome(2000, 1, "complete", "w1", "h", 2.0, 1.5, "/r/x.nc", {"tracks": 7}, finished=9.0)
    _written(YEARS, tmp_path, done)
    with sqlite3.connect(tmp_path / "r.sqlite") as db:
        assert db.execute("SELECT * FROM tasks").fetchall() == [
            (
                2000,
                1,
                "complete",
                "w1",
                "h",
                2.0,
                1.5,
                "/r/x.nc",
                '{"tracks": 7}',
                0,
                *(None, None),
                1,
                9.0,
                *(None,) * 4,
            )
        ]
        run = dict(zip(schema.columns_of(db, "run"), db.execute("SELECT * FROM run").fetchone(), strict=True))
    db.close()
    assert (run["start_year"], run["end_year"], run["starts"]) == (2000, 2001, None)
    assert "starts" not in runs.read("r", tmp_path).run


def test_a_journal_from_before_there_were_starts_is_read_and_resumed(tmp_path, monkeypatch):
    older = {
        table: {name: kind for name, kind in of.items() if name != "starts"} for table, of in schema.TABLES.items()
    }
    _written(YEARS, tmp_path, TaskOutcome(2000, 1, "complete"))
    _altered(tmp_path / "r.sqlite", "ALTER TABLE run DROP COLUMN starts")
    with sqlite3.connect(tmp_path / "r.sqlite") as db:
        assert {table: schema.columns_of(db, table) for table in older} == {table: [*of] for table, of in older.items()}
    db.close()
    assert runs.read("r", tmp_path).schedule.get_progress() == "-+-\n---\n"
    again = Journal(YEARS, place=tmp_path)
    assert again.complete == [(2000, 1)]
    again.close("incomplete")
    assert runs.read("r", tmp_path).schedule.get_progress() == "-+-\n---\n"
