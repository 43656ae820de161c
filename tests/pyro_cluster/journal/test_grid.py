"""The grid of a schedule in the lines and columns there are."""

import re

from hypothesis import given
from hypothesis import strategies as st

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
