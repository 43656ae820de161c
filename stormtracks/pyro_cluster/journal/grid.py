"""The grid of a schedule in the lines and columns there are."""

from itertools import groupby

from stormtracks.pyro_cluster.pyro_task import PyroTaskSchedule


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
    """
    height = max(1, height)
    years = [(year, year) for year in schedule.years]
    if len(years) > height:
        years = _uniform_together(schedule)
    if len(years) > height:
        step = -(-len(schedule.years) // height)  # rounded up
        years = [(first, min(first + step - 1, schedule.end_year)) for first in schedule.years[::step]]
    return [_line(schedule, first, last, width) for first, last in years]


def counted(signs: str) -> str:
    """How often each sign occurs, as ``45+ 3W 1F``; signs that do not occur are left out."""
    numbers = ((signs.count(sign), sign) for sign in _ORDER)
    return " ".join(f"{number:,}{sign}" for number, sign in numbers if number)


_ORDER = "+W-FT"


def _uniform_together(schedule: PyroTaskSchedule) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for sign, alike in groupby(schedule.years, key=lambda year: _uniform(schedule, year)):
        years = list(alike)
        spans += [(years[0], years[-1])] if sign else [(year, year) for year in years]
    return spans


def _uniform(schedule: PyroTaskSchedule, year: int) -> str | None:
    """The sign that all tasks of a year have, of complete and outstanding ones; else None."""
    signs = schedule.get_progress_for_year(year, include_year=False)
    return next((sign for sign in "+-" if signs.count(sign) == len(signs)), None)


def _line(schedule: PyroTaskSchedule, first: int, last: int, width: int) -> str:
    if first == last:
        line = schedule.get_progress_for_year(first)
        if len(line) <= width:
            return line
        return f"{first:4d}: {counted(line[6:])}"
    signs = schedule.get_progress(range(first, last + 1))
    return f"{first:4d}-{last}: {counted(signs)}"
