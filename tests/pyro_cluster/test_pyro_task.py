"""The schedule, its grid, and what a task may be."""

import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.errors import StormtracksError
from stormtracks.pyro_cluster import pyro_task
from stormtracks.pyro_cluster.pyro_task import STATUSES, PyroTask, PyroTaskSchedule, Status


def test_statuses_and_their_signs():
    assert list(STATUSES.values()) == ["-", "W", "+", "F", "T"]
    assert typing.get_args(Status) == tuple(STATUSES)


def test_a_new_task_is_outstanding():
    task = PyroTask(2005, 3, "vort_track")
    assert (task.year, task.ensemble_member, task.task, task.status) == (2005, 3, "vort_track", "outstanding")


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_can_be_set(status):
    task = PyroTask(2005, 3, "vort_track")
    task.status = status
    assert task.status == status


@pytest.mark.parametrize("wrong", ["done", "-", None, 1, ["complete"]])
def test_another_status_is_refused(wrong):
    for task in (PyroTask(2005, 3, "vort_track"), PyroTaskSchedule().get_next_outstanding()):
        with pytest.raises(ValueError, match="outstanding, working, complete, failure, timeout"):
            task.status = wrong
        assert task.status == "outstanding"


def test_another_task_is_refused():
    with pytest.raises(ValueError, match="unknown task 'vort_tracks'; known: vort_track"):
        PyroTask(2005, 3, "vort_tracks")
    for task in (PyroTask(2005, 3, "vort_track"), PyroTaskSchedule().get_next_outstanding()):
        with pytest.raises(ValueError, match="unknown task"):
            task.task = "something"
        assert task.task == "vort_track"


def test_a_task_is_added_by_one_entry(monkeypatch):
    monkeypatch.setitem(pyro_task.TASKS, "wind_radii", "radii of winds")
    assert PyroTask(2005, 3, "wind_radii").task == "wind_radii"
    assert PyroTaskSchedule(task="wind_radii").get_next_outstanding().task == "wind_radii"
    with pytest.raises(ValueError, match="this schedule's task is 'vort_track'"):
        PyroTaskSchedule().get_next_outstanding().task = "wind_radii"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((2005, -1), "ensemble member must be at least 0, not -1"),
        (("2005", 1), "year must be a whole number, not '2005'"),
        ((2005, 1.5), "ensemble member must be a whole number, not 1.5"),
    ],
)
def test_a_task_of_no_cell_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        PyroTask(*arguments, "vort_track")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((2005, 2004, 1), "end year 2004 is before the start year 2005"),
        ((0, 2004, 1), "start year must be at least 1, not 0"),
        ((2000, 10000, 1), "at most 9999, not 10000"),
        ((2000, 2004, 0), "number of ensemble members must be at least 1, not 0"),
        ((2000.5, 2004, 1), "start year must be a whole number, not 2000.5"),
    ],
)
def test_a_bad_range_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message) as caught:
        PyroTaskSchedule(*arguments)
    assert isinstance(caught.value, StormtracksError)


def test_the_schedule_as_it_is_without_arguments():
    schedule = PyroTaskSchedule()
    assert (schedule.start_year, schedule.end_year, schedule.num_ensemble_members) == (2000, 2012, 56)
    assert len(schedule) == 13 * 56  # the end year is included
    first = schedule.get_next_outstanding()
    assert (first.year, first.ensemble_member, first.task) == (2000, 0, "vort_track")
    assert schedule.get_next_outstanding() == first  # until its status is set


def _little():
    schedule = PyroTaskSchedule(2000, 2001, 5)
    for member, status in enumerate(["complete", "failure", "timeout", "working"]):
        schedule.get_task(2000, member).status = status
    return schedule


def test_progress():
    schedule = _little()
    assert schedule.get_progress_for_year(2000) == "2000: +FTW-"
    assert schedule.get_progress_for_year(2000, include_year=False) == "+FTW-"
    assert schedule.get_progress() == "+FTW-\n-----\n"
    assert schedule.get_progress(include_year=True) == "2000: +FTW-\n2001: -----\n"
    assert schedule.get_progress([2001], include_year=True) == "2001: -----\n"


def test_print_years(capsys):
    _little().print_years()
    assert capsys.readouterr().out == "2000: +FTW-\n2001: -----\n"
    _little().print_years([2000], include_year=False)
    assert capsys.readouterr().out == "+FTW-\n"


@pytest.mark.parametrize(
    "ask",
    [
        lambda s: s.get_progress_for_year(1999),
        lambda s: s.get_progress([2000, 1999]),
        lambda s: s.print_years([1999]),
        lambda s: s.get_next_outstanding_of_year(1999),
        lambda s: s.outstanding(1999),
    ],
)
def test_an_unknown_year_is_a_key_error_that_says_so(ask):
    with pytest.raises(KeyError, match="the year 1999 is not scheduled; 2000 to 2001 are"):
        ask(_little())


def test_an_unknown_member_is_a_key_error():
    with pytest.raises(KeyError, match="no ensemble member 5; there are 0 to 4"):
        _little().get_task(2000, 5)


def test_counts():
    assert _little().counts() == {"outstanding": 6, "working": 1, "complete": 1, "failure": 1, "timeout": 1}
    assert [_little().outstanding(year) for year in (2000, 2001)] == [1, 5]


CHANGES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.sampled_from(list(STATUSES))), max_size=60)


@given(CHANGES)
def test_whatever_is_set_the_schedule_agrees_with_a_plain_table(changes):
    schedule, table = (
        PyroTaskSchedule(2000, 2002, 4),
        {(y, m): "outstanding" for y in range(3) for m in range(4)},
    )
    for year, member, status in changes:
        schedule.get_task(2000 + year, member).status = table[year, member] = status
        left = [cell for cell in table if table[cell] == "outstanding"]
        following = schedule.get_next_outstanding()
        assert (following and (following.year - 2000, following.ensemble_member)) == (left[0] if left else None)
        in_year = schedule.get_next_outstanding_of_year(2000 + year)
        assert (in_year and in_year.ensemble_member) == next((m for y, m in left if y == year), None)
        assert schedule.outstanding(2000 + year) == sum(y == year for y, _ in left)
        schedule.check()
    assert schedule.counts() == {status: list(table.values()).count(status) for status in STATUSES}


def test_a_drained_schedule_gives_out_each_task_once():
    schedule, seen = PyroTaskSchedule(1900, 1904, 7), []
    while (task := schedule.get_next_outstanding()) is not None:
        task.status = "working"
        seen.append((task.year, task.ensemble_member))
    assert seen == [(year, member) for year in range(1900, 1905) for member in range(7)]


def test_deferred_tasks_are_outstanding_but_come_last():
    schedule = PyroTaskSchedule(2000, 2000, 3)
    schedule.defer(schedule.get_task(2000, 1))
    schedule.defer(schedule.get_task(2000, 0))
    assert schedule.get_progress_for_year(2000) == "2000: ---"
    assert (schedule.outstanding(2000), schedule.outstanding(), schedule.counts()["outstanding"]) == (1, 1, 3)
    members = []
    while (task := schedule.get_next_outstanding()) is not None:
        members.append(task.ensemble_member)
        task.status = "working"
    assert members == [2, 1, 0]
    assert list(schedule.deferred()) == [] and schedule.counts()["working"] == 3
    schedule.check()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda s: s._counts.__setitem__(0, 2), "counted"),
        (lambda s: s._left.__setitem__(0, 3), "outstanding tasks of each year"),
        (lambda s: s._deferred.clear(), "deferred"),
        (lambda s: setattr(s, "_first", 4), "the search starts at cell 4, but cell 0 is outstanding"),
    ],
)
def test_counts_that_differ_from_the_tasks_are_found(spoil, message):
    schedule = PyroTaskSchedule(2000, 2001, 3)
    schedule.defer(schedule.get_task(2000, 1))
    schedule.check()
    spoil(schedule)
    with pytest.raises(AssertionError, match=message):
        schedule.check()
