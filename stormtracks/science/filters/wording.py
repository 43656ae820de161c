"""Regions, months and choices as a title says them."""

import calendar
from collections.abc import Sequence

from stormtracks.science.region import Region


def place(region: Region) -> str:
    """A region by its edges.

    Examples
    --------
    >>> from stormtracks.science.filters.wording import place
    >>> place((0, 30, -100, -20)), place((-30, -5.5, 150, -150))
    ('0N-30N 100W-20W', '30S-5.5S 150E-150W')
    """
    south, north, west, east = region
    lat = f"{_degrees(south, 'NS')}-{_degrees(north, 'NS')}"
    if east - west >= 360.0:
        return lat
    return f"{lat} {_degrees(_wrapped(west), 'EW')}-{_degrees(_wrapped(east), 'EW')}"


def months(numbers: Sequence[int]) -> str:
    """Months by their short names, those that follow one another (in a circle) as a range.

    Examples
    --------
    >>> from stormtracks.science.filters.wording import months
    >>> months((8, 9, 10)), months((12, 1, 2, 7)), months((6,))
    ('Aug-Oct', 'Jul or Dec-Feb', 'Jun')
    """
    wanted = sorted(set(numbers))
    if len(wanted) == 12:
        return "any month"
    begins = [month for month in wanted if (month - 2) % 12 + 1 not in wanted]
    return either([_run(begin, wanted) for begin in begins])


def either(texts: Sequence[str]) -> str:
    """Texts of which one holds: "NA, EP or WP"."""
    *first, last = texts
    return f"{', '.join(first)} or {last}" if first else last


def _run(begin: int, wanted: Sequence[int]) -> str:
    end = begin
    while end % 12 + 1 in wanted:
        end = end % 12 + 1
    names = [calendar.month_abbr[month] for month in (begin, end)]
    return names[0] if begin == end else "-".join(names)


def _degrees(value: float, sides: str) -> str:
    return f"{abs(value):g}{sides[value < 0]}"


def _wrapped(lon: float) -> float:
    return lon if -180.0 <= lon <= 180.0 else (lon + 180.0) % 360.0 - 180.0
