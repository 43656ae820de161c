"""The grid of a schedule in the lines and columns there are."""

from itertools import groupby

from stormtracks.pyro_cluster.journal import chain
from stormtracks.pyro_cluster.pyro_task import STATUSES, PyroTaskSchedule


def grid(schedule: PyroTaskSchedule, height: int = 40, width: int = 100) -> list[str]:
    """The grid, at most `height` lines of at most `width` characters.

    Where a line has no room for all members, their statuses are counted. Where there are too many years for the
    height, first neighbouring years that are all complete, or all outstanding, share a line, then any neighbours do.

    Parameters
    ----------
    schedule : PyroTaskSchedule
    height, width : int

    Returns
    -------
    list of str
        Of a chain the last line is its `legend`.
    """
    below = [legend(schedule)[:width]] if len(chain.steps_in(schedule)) > 1 else []
    height = max(1, height - len(below))
    years = [(year, year) for year in schedule.years]
    if len(years) > height:
        years = _uniform_together(schedule)
    if len(years) > height:
        step = -(-len(schedule.years) // height)  # rounded up
        years = [(first, min(first + step - 1, schedule.end_year)) for first in schedule.years[::step]]
    return [_line(schedule, first, last, width) for first, last in years] + below


def legend(schedule: PyroTaskSchedule) -> str:
    """What the numbers in the grid of a chain mean; nothing of a run of one task.

    Examples
    --------
    >>> from stormtracks.pyro_cluster.journal import chain, grid
    >>> grid.legend(chain.schedule_of(2000, 2012, 56, "vort_track,field_collection,classify"))
    'complete: 1 vort_track, 2 field_collection, + all with classify'
    """
    *before, last = (step.task for step in chain.steps_in(schedule))
    if not before:
        return ""
    numbered = ", ".join(f"{number} {task}" for number, task in enumerate(before, start=1))
    return f"complete: {numbered}, {STATUSES['complete']} all with {last}"


def counted(signs: str) -> str:
    """How often each sign occurs, as ``45+ 3W 1F``, a number of steps as ``2:5``; what does not occur is left out."""
    found = ((f"{signs.count(sign):,}", sign) for sign in _ORDER if sign in signs)
    return " ".join(f"{sign}:{number}" if sign.isdigit() else f"{number}{sign}" for number, sign in found)


_ORDER = "+W" + "".join(str(number) for number in range(chain.MOST_STEPS, 0, -1)) + "-FT"


def _uniform_together(schedule: PyroTaskSchedule) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for sign, alike in groupby(schedule.years, key=lambda year: _uniform(schedule, year)):
        years = list(alike)
        spans += [(years[0], years[-1])] if sign else [(year, year) for year in years]
    return spans


def _uniform(schedule: PyroTaskSchedule, year: int) -> str | None:
    """The sign that all cells of a year have, where none is being done or has failed; else None."""
    signs = schedule.get_progress_for_year(year, include_year=False)
    return signs[0] if signs[0] not in "WFT" and signs.count(signs[0]) == len(signs) else None


def _line(schedule: PyroTaskSchedule, first: int, last: int, width: int) -> str:
    if first == last:
        line = schedule.get_progress_for_year(first)
        if len(line) <= width:
            return line
        return f"{first:4d}: {counted(line[6:])}"
    signs = schedule.get_progress(range(first, last + 1))
    return f"{first:4d}-{last}: {counted(signs)}"
