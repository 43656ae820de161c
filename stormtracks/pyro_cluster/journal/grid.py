"""The grid of a schedule in the lines and columns there are."""

from itertools import groupby

from stormtracks import label
from stormtracks.label import Label
from stormtracks.pyro_cluster.journal import chain
from stormtracks.pyro_cluster.pyro_task import STATUSES, PyroTaskSchedule

Span = tuple[Label, Label]
"""The first and the last year, or start, that share a line."""


def grid(schedule: PyroTaskSchedule, height: int = 40, width: int = 100) -> list[str]:
    """The grid, at most `height` lines of at most `width` characters.

    Where a line has no room for all members, their statuses are counted. Where there are too many years (or starts)
    for the height, first neighbouring ones that are all complete, or all outstanding, share a line, then any
    neighbours do.

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
    years: list[Span] = [(year, year) for year in schedule.years]
    if len(years) > height:
        years = _uniform_together(schedule)
    if len(years) > height:
        step = -(-len(schedule.years) // height)  # rounded up
        lasts = [*schedule.years[step - 1 :: step], schedule.end_year]  # the last span may be shorter
        years = list(zip(schedule.years[::step], lasts, strict=False))
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


def _uniform_together(schedule: PyroTaskSchedule) -> list[Span]:
    spans: list[Span] = []
    for sign, alike in groupby(schedule.years, key=lambda year: _uniform(schedule, year)):
        years = list(alike)
        spans += [(years[0], years[-1])] if sign else [(year, year) for year in years]
    return spans


def _uniform(schedule: PyroTaskSchedule, year: Label) -> str | None:
    """The sign that all cells of a year have, where none is being done or has failed; else None."""
    signs = schedule.get_progress_for_year(year, include_year=False)
    return signs[0] if signs[0] not in "WFT" and signs.count(signs[0]) == len(signs) else None


def _line(schedule: PyroTaskSchedule, first: Label, last: Label, width: int) -> str:
    if first == last:
        line = schedule.get_progress_for_year(first)
        if len(line) <= width:
            return line
        head, _, signs = line.partition(": ")
        return f"{head}: {counted(signs)}"
    rows = list(schedule.years)
    signs = schedule.get_progress(rows[rows.index(first) : rows.index(last) + 1])
    return f"{first:4}{'..' if label.is_start(first) else '-'}{last}: {counted(signs)}"
