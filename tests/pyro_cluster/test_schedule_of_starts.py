"""A schedule of forecasts does what one of as many years does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.errors import BadValue, NotThere
from stormtracks.pyro_cluster.journal import chain
from stormtracks.pyro_cluster.journal.grid import grid
from stormtracks.pyro_cluster.pyro_task import STATUSES, TASKS, PyroTask, PyroTaskSchedule

STARTS = ("2025-06-01T00", "2025-06-08T00", "2025-06-15T00", "2025-06-22T00")
YEARS = range(2000, 2000 + len(STARTS))
MEMBERS = 3
CHAIN = ",".join(TASKS)
STEPS = st.lists(
    st.tuples(st.sampled_from(["next", "of a line", "defer"]), st.integers(0, 3), st.sampled_from(sorted(STATUSES)))
)


def _done(schedule, steps):
    """What is handed out when some steps are taken, with rows in place of years; and the grid then."""
    row, order = list(schedule.years).index, []
    for kind, line, status in steps:
        of_a_line = kind == "of a line"
        task = (
            schedule.get_next_outstanding_of_year(schedule.years[line])
            if of_a_line
            else schedule.get_next_outstanding()
        )
        order.append(task and (row(task.year), task.ensemble_member, task.task, task.status))
        if task and kind == "defer":
            schedule.defer(task)
        elif task:
            task.status = status
        schedule.check()
    left = {row(year): number for year, number in schedule.open_years().items()}
    return order, left, schedule.get_progress(), schedule.counts(), schedule.unfinished()


@given(STEPS, st.sampled_from(["vort_track", CHAIN]))
def test_a_schedule_of_starts_is_one_of_years_with_other_names(steps, task):
    of_years = chain.schedule_of(YEARS[0], YEARS[-1], MEMBERS, task)
    of_starts = chain.schedule_of_starts(STARTS, MEMBERS, task)
    assert type(of_years) is type(of_starts)
    assert _done(of_years, steps) == _done(of_starts, steps)


def test_the_lines_are_the_starts_in_order_each_once():
    schedule = PyroTaskSchedule.of_starts(["20250608", "2025-06-01 00:00", "2025-06-08T00"], 2)
    assert (schedule.years, len(schedule)) == (("2025-06-01T00", "2025-06-08T00"), 4)
    assert (schedule.start_year, schedule.end_year) == schedule.years
    schedule.get_task("2025-06-01T00", 0).status = "complete"
    schedule.get_task("2025-06-01T00", 1).status = "failure"
    assert schedule.get_progress_for_year("2025-06-01T00") == "2025-06-01T00: +F"
    assert schedule.get_progress(include_year=True) == "2025-06-01T00: +F\n2025-06-08T00: --\n"


def test_lines_of_starts_that_are_not_at_a_full_hour_are_of_one_width():
    schedule = PyroTaskSchedule.of_starts(["2025-06-01T0030", "2025-06-01T00"], 1)
    assert schedule.get_progress(include_year=True) == "2025-06-01T00  : -\n2025-06-01T0030: -\n"


def test_what_is_not_scheduled_is_refused_by_name():
    schedule = PyroTaskSchedule.of_starts(STARTS, MEMBERS)
    for other in ("2025-06-02T00", 2025, None):
        assert not schedule.is_scheduled(other)
        with pytest.raises(
            NotThere, match=f"the start {other} is not scheduled; 4 from 2025-06-01T00 to 2025-06-22T00"
        ):
            schedule.get_progress_for_year(other)
    years = PyroTaskSchedule(2000, 2003, MEMBERS)
    assert years.is_scheduled(2000) and not years.is_scheduled("2000") and not years.is_scheduled(2004)
    with pytest.raises(NotThere, match="the year 2025-06-01T00 is not scheduled; 2000 to 2003 are"):
        years.get_task("2025-06-01T00", 0)


def test_a_schedule_of_no_start_or_of_what_is_none_is_refused():
    with pytest.raises(BadValue, match="there is no start of a forecast; give at least one"):
        PyroTaskSchedule.of_starts([])
    for odd in ("2025-13-01T00", "../x", True, 1.5):
        with pytest.raises(BadValue, match="must be a year from 1 to 9999, or the start of a forecast"):
            chain.schedule_of_starts([odd], 2, CHAIN)
    with pytest.raises(BadValue, match="number of ensemble members must be at least 1"):
        PyroTaskSchedule.of_starts(STARTS, 0)


def test_a_task_of_a_forecast():
    task = PyroTask("2025-06-01", 2, "vort_track")
    assert (task.year, repr(task)) == ("2025-06-01T00", "<PyroTask vort_track 2025-06-01T00 member 2: outstanding>")
    with pytest.raises(BadValue, match="must be a year from 1 to 9999, or the start"):
        PyroTask("June", 2, "vort_track")


def test_a_grid_of_starts_fits_into_the_room_there_is():
    schedule = PyroTaskSchedule.of_starts([f"2025-{month:02d}-01T00" for month in range(1, 13)], 90)
    for member in range(90):
        schedule.get_task("2025-01-01T00", member).status = "complete"
    assert grid(schedule, 40, 200)[0] == "2025-01-01T00: " + "+" * 90
    assert grid(schedule, 40, 60)[:2] == ["2025-01-01T00: 90+", "2025-02-01T00: 90-"]
    assert grid(schedule, 4, 60) == ["2025-01-01T00: 90+", "2025-02-01T00..2025-12-01T00: 990-"]
    schedule.get_task("2025-03-01T00", 0).status = "failure"
    schedule.get_task("2025-08-01T00", 0).status = "failure"
    assert grid(schedule, 3, 60) == [
        "2025-01-01T00..2025-04-01T00: 90+ 269- 1F",
        "2025-05-01T00..2025-08-01T00: 359- 1F",
        "2025-09-01T00..2025-12-01T00: 360-",
    ]
