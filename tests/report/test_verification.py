"""Results that are missing, altered, replaced, unreadable or mixed are named; nothing else is."""

import dataclasses
import json
import shutil

import pytest

from stormtracks.console import verify as console
from stormtracks.console.tables import PEOPLE, Form
from stormtracks.pyro_cluster.journal import runs
from stormtracks.pyro_cluster.journal.identity import Run
from stormtracks.pyro_cluster.journal.journal import Journal
from stormtracks.pyro_cluster.journal.outcome import TaskOutcome
from stormtracks.report import verification
from stormtracks.science import pipeline, results
from stormtracks.science.errors import ResultError
from tests.science.ensembles import member_result
from tests.science.storm_lists import save_lists

YEARS, MEMBERS = (2005, 2006), 3
SETTINGS, OTHER = ({"settings": {"threshold_s1": value}, "version": "1.0.0"} for value in (2.5e-5, 9e-5))


def made(year, member, provenance=SETTINGS):
    return dataclasses.replace(member_result(member, year), provenance=provenance)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "results"


@pytest.fixture
def state(folder, tmp_path, monkeypatch):
    """A run of two years and three members that is complete, and its results."""
    monkeypatch.setenv("STORMTRACKS_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir(mode=0o700)
    journal = Journal(Run("evening", "vort_track", *YEARS, MEMBERS, version="1"))
    for year in YEARS:
        for member in range(MEMBERS):
            path, digest = results.save_hashed(made(year, member), folder)
            recipe = results.fingerprint(SETTINGS)
            done = TaskOutcome(year, member, "complete", "w1", path=str(path), recipe=recipe, digest=digest)
            journal.record(done)
    journal.close("complete")
    return runs.read("evening")


def found(folder, state=None):
    return [(one.what, one.listed) for one in verification.verify(folder, state).problems]


def test_results_that_are_as_their_journal_says(folder, state):
    checked = verification.verify(folder, state)
    assert (checked.problems, checked.sound, checked.number) == ((), 6, 6)
    assert found(folder) == []


def test_missing_altered_replaced_and_unreadable_ones_are_told_apart(folder, state):
    results.path(folder, "vort_track", 2005, 0).unlink()
    results.save(dataclasses.replace(made(2005, 1), member_label="other bytes"), folder)
    results.save(made(2006, 0, OTHER), folder)
    results.path(folder, "vort_track", 2006, 1).write_bytes(b"not a result")
    results.path(folder, "vort_track", 2005, 2).replace(results.path(folder, "vort_track", 2006, 2))
    assert found(folder, state) == [
        ("missing", "2005 members 0, 2"),
        ("altered", "2005 member 1"),
        ("other recipe", "2006 member 0"),
        ("unreadable", "2006 member 1"),
        ("unreadable", "2006 member 2"),
        ("mixed", "2006 member 0"),
    ]
    assert verification.verify(folder, state).sound == 0


def test_results_beside_those_of_the_run_are_opened_too(folder, state, capsys):
    """What reads the folder takes all together: one that was made differently, or is a copy of another, is named."""
    results.save(made(2007, 0), folder)
    assert found(folder, state) == []
    console.verify(str(folder), "evening")
    assert "6 of 6 results are as they should be" in (printed := capsys.readouterr().out)
    assert "1 more there, not of this run" in printed
    results.save(made(2006, 3, OTHER), folder)
    shutil.copy(results.path(folder, "vort_track", 2005, 0), results.path(folder, "vort_track", 2005, 7))
    assert found(folder, state) == [("unreadable", "2005 member 7"), ("mixed", "2006 member 3")]
    assert verification.verify(folder, state).sound == 6


def test_a_run_that_is_not_complete(folder, state):
    wider = Journal(Run("evening", "vort_track", *YEARS, MEMBERS + 1, version="1"))
    wider.close("incomplete")
    assert found(folder, runs.read("evening")) == [("not done", "2005 member 3; 2006 member 3")]


def test_a_folder_by_itself(folder, state):
    results.path(folder, "vort_track", 2005, 1).unlink()
    results.save(made(2006, 2, OTHER), folder)
    assert found(folder) == [("missing", "2005 member 1"), ("mixed", "2006 member 2")]


def test_a_folder_without_results_is_refused(tmp_path):
    with pytest.raises(ResultError, match="no results"):
        verification.verify(tmp_path)


def test_the_command_says_so_and_its_exit_status_is_1(folder, state, capsys):
    console.verify(str(folder), "evening")
    assert f"6 of 6 results are as they should be: {folder} of run evening" in capsys.readouterr().out
    results.path(folder, "vort_track", 2005, 0).unlink()
    for form in (PEOPLE, Form(json=True)):
        with pytest.raises(SystemExit) as ended:
            console.verify(str(folder), "evening", form)
        assert ended.value.code == 1
    printed = capsys.readouterr().out
    assert "missing" in printed and "5 of 6 results are as they should be" in printed
    assert json.loads(printed.splitlines()[-1])["problems"][0]["cells"] == [[2005, 0]]


def test_of_a_chain_each_tasks_results_are_looked_at(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("STORMTRACKS_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir(mode=0o700)
    journal = Journal(Run("chain", "vort_track,classify", 2005, 2005, 2))
    for member in range(2):
        path, digest = results.save_hashed(made(2005, member), folder)
        journal.record(TaskOutcome(2005, member, "complete", "w1", path=str(path), digest=digest, task="vort_track"))
    journal.record(TaskOutcome(2005, 0, "complete", "w1", path="x.nc", task="classify"))
    journal.close("interrupted")
    checked = verification.verify(folder, runs.read("chain"))
    assert [(one.what, one.listed) for one in checked.problems] == [
        ("not done", "classify 2005 member 1"),
        ("missing", "classify 2005 member 0"),
    ]
    assert (checked.number, checked.sound, checked.others) == (4, 2, 0)


def test_a_member_without_the_later_results_of_the_others_is_missing_there(folder):
    for member in range(2):
        results.save(made(2005, member), folder)
    results.save(made(2006, 0), folder)
    save_lists(folder, members=1)
    assert found(folder) == [("missing", "vort_track 2006 member 1"), ("missing", "classify 2005 member 1")]


@pytest.mark.slow
def test_results_of_a_chain_whose_first_result_was_replaced_are_named(tmp_path):
    setup = {"data": "sample/20crv2c_1987", "results": tmp_path}
    for task in pipeline.TASKS:
        pipeline.run_task(1987, 0, task, setup)
    assert found(tmp_path) == []
    pipeline.run_task(1987, 0, "vort_track", setup | {"overwrite": True})  # the same comes out
    assert found(tmp_path) == []
    pipeline.run_task(1987, 0, "vort_track", setup | {"overwrite": True, "settings": {"min_points": 4}})
    problems = verification.verify(tmp_path).problems
    assert [(one.what, one.task) for one in problems] == [
        ("built on others", "field_collection"),
        ("built on others", "classify"),
    ]
    pipeline.run_task(1987, 0, "field_collection", setup | {"overwrite": True, "settings": {"min_points": 4}})
    (problem,) = verification.verify(tmp_path).problems
    assert problem.detail.startswith("the result of vort_track and field_collection that it was made from")
    results.path(tmp_path, "vort_track", 1987, 0).write_bytes(b"")
    assert [what for what, _ in found(tmp_path)] == ["unreadable"]
