"""The grid of a schedule in the lines and columns there are."""

import re

from hypothesis import given
from hypothesis import strategies as st

from stormtracks.pyro_cluster.journal import chain
from stormtracks.pyro_cluster.journal.grid import counted, grid
from stormtracks.pyro_cluster.pyro_task import STATUSES, PyroTaskSchedule


def _schedule(years=3, members=4, **statuses):
    schedule = PyroTaskSchedule(2000, 1999 + years, members)
    for status, cells in statuses.items():
        for year, member in cells:
            schedule.get_task(year, member).status = status
    return schedule


def test_a_small_grid_is_shown_whole():
    schedule = _schedule(complete=[(2000, 0)], working=[(2000, 1)], failure=[(2001, 3)], timeout=[(2002, 0)])
    assert grid(schedule) == ["2000: +W--", "2001: ---F", "2002: T---"]


def test_too_many_members_for_a_line_are_counted():
    schedule = _schedule(1, 200, complete=[(2000, m) for m in range(150)], failure=[(2000, 199)])
    assert grid(schedule, width=80) == ["2000: 150+ 49- 1F"]


def test_years_that_are_all_alike_share_a_line():
    done = [(year, member) for year in range(2000, 2050) for member in range(80)]
    schedule = _schedule(150, 80, complete=done, working=[(2050, 0)])
    assert grid(schedule, height=5) == ["2000-2049: 4,000+", "2050: W" + 79 * "-", "2051-2149: 7,920-"]


CELLS = st.lists(st.tuples(st.integers(2000, 2149), st.integers(0, 79), st.sampled_from(list(STATUSES))), max_size=80)


@given(CELLS, st.integers(1, 60), st.integers(60, 120))
def test_every_grid_fits_and_counts_every_task(cells, height, width):
    schedule = PyroTaskSchedule(2000, 2149, 80)
    for year, member, status in cells:
        schedule.get_task(year, member).status = status
    lines = grid(schedule, height, width)
    assert len(lines) <= height and all(len(line) <= width for line in lines)
    assert sum(_tasks_of(line) for line in lines) == len(schedule)


def _tasks_of(line):
    signs = line.partition(": ")[2]
    if re.fullmatch(r"[-+WFT]{80}", signs):
        return 80
    return sum(int(number.replace(",", "")) for number in re.findall(r"([\d,]+)[-+WFT]", signs))


def test_signs_are_counted():
    assert counted("++-WFT+") == "3+ 1W 1- 1F 1T"


def _chain(years=3, members=2, complete=0):
    schedule = chain.schedule_of(2000, 1999 + years, members, "vort_track,field_collection,classify")
    for step in schedule.steps[:complete]:
        for year in schedule.years:
            for member in range(members):
                step.get_task(year, member).status = "complete"
    return schedule


def test_the_grid_of_a_chain_shows_how_far_each_member_is_and_what_the_numbers_mean():
    schedule = _chain(complete=1)
    schedule.get_task(2001, 0, "field_collection").status = "complete"
    schedule.get_task(2001, 1, "field_collection").status = "timeout"
    lines = grid(schedule)
    assert lines == [
        "2000: 11",
        "2001: 2T",
        "2002: 11",
        "complete: 1 vort_track, 2 field_collection, + all with classify",
    ]


def test_where_a_chain_has_too_many_years_those_that_are_equally_far_share_a_line():
    schedule = _chain(years=20, members=3, complete=2)
    schedule.get_task(2007, 1, "classify").status = "working"
    lines = grid(schedule, height=4)
    assert lines[:3] == ["2000-2006: 2:21", "2007: 2W2", "2008-2019: 2:36"] and lines[3].startswith("complete: 1 ")
    assert counted("+W2211-F") == "1+ 1W 2:2 1:2 1- 1F"
