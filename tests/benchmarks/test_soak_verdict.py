"""Whether a soak would notice: results of each step that are altered, damaged, of another recipe, lost."""

import shutil
import sqlite3

import h5py
import pytest

from benchmarks.chaos import planted, verdict
from stormtracks.science import ibtracs, pipeline, synthetic

YEAR = 2003
EACH = [f"{task}/{YEAR}/member_000.nc" for task in planted.CHAIN]


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """One member's results of all steps."""
    folder = tmp_path_factory.mktemp("soak")
    span = {"start": f"{YEAR}-08-20", "stop": f"{YEAR}-08-26", "like": "20crv2c"}
    plan = synthetic.Plan(YEAR, 1, grid=10.0, complevel=0, **span)
    synthetic.plant(folder / "data", plan, ibtracs.load(planted.BEST_TRACKS, plan.times[0], plan.times[-1]))
    for task in planted.CHAIN:
        pipeline.run_task(YEAR, 0, task, {"data": str(folder / "data"), "results": str(folder / "results")})
    return folder / "results"


@pytest.fixture
def judged(reference, tmp_path, monkeypatch):
    """A copy of the results to be spoiled, and the verdict on it where the journal calls some tasks complete."""
    monkeypatch.setattr(verdict, "cells", lambda: [(YEAR, 0)])
    ours = shutil.copytree(reference, tmp_path / "a")

    def judge(complete=planted.CHAIN):
        journal = tmp_path / "run.sqlite"
        journal.unlink(missing_ok=True)
        with sqlite3.connect(journal) as db:
            db.execute("CREATE TABLE tasks (year, member, status, worker, task)")
            rows = [(YEAR, 0, "complete" if task in complete else "outstanding", "a", task) for task in planted.CHAIN]
            db.executemany("INSERT INTO tasks VALUES (?, ?, ?, ?, ?)", rows)
        found = verdict.judge(journal, {"a": ours}, reference, planted.CHAIN)
        assert verdict.to_be_done_again(journal) == {(YEAR, 0, task) for task in planted.CHAIN if task not in complete}
        return found.lost, found.wrong

    judge.ours = ours
    return judge


def test_what_is_as_without_faults_is_neither_lost_nor_wrong(judged):
    assert judged() == ([], [])


@pytest.mark.parametrize(("place", "group", "name", "part"), [
    (EACH[0], "/", "lat", "tracks"), (EACH[0], "maxima", "vorticity", "maxima"), (EACH[1], "/", "wind_max", "fields"),
    (EACH[2], "every", "probability", "list"),
])  # fmt: skip
def test_one_altered_value_is_wrong(judged, place, group, name, part):
    with h5py.File(judged.ours / place, "a") as file:
        file[group][name][0] += 0.25
    assert judged() == ([], [f"a: {place}: other {part}"])


@pytest.mark.parametrize("place", EACH)
def test_another_recipe_is_wrong(judged, place):
    with h5py.File(judged.ours / place, "a") as file:
        stored = file.attrs["provenance"]
        text = stored.decode() if isinstance(stored, bytes) else str(stored)
        file.attrs["provenance"] = text.replace('"min_points": ', '"min_points": 1').replace('k": "', 'k": "0')
    (_, (wrong,)) = judged()
    assert "other settings" in wrong or "other vort_track" in wrong


@pytest.mark.parametrize("place", EACH)
def test_half_a_result_is_wrong_and_none_is_lost(judged, place):
    path, task = judged.ours / place, place.split("/")[0]
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    lost, (wrong,) = judged()
    assert not lost and wrong.startswith(f"a: {place}: ResultError")
    path.unlink()
    assert judged() == ([f"{YEAR} member 0 {task}: complete on a, is on []"], [])


def test_what_the_journal_does_not_call_complete_is_lost(judged):
    lost, wrong = judged(complete=planted.CHAIN[:2])
    assert lost == [f"{YEAR} member 0 classify: complete on None, is on ['a']"] and not wrong
