"""What a person gives -> a filter: by the names and in the units of the options of commands, as texts or as values."""

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from stormtracks.errors import BadValue
from stormtracks.science.filters.filter import Filter
from stormtracks.science.region import Region, check_region

UNIT_S1 = 1e-5
"""Of ``min_peak``, as of vorticity in every table."""


def filter_of(given: Mapping[str, Any], before: Filter | None = None, called: Callable[[str], str] = str) -> Filter:
    """The filter that is given.

    Parameters
    ----------
    given : mapping
        ``region``, ``basin``, ``months``, ``genesis_region``, ``min_peak`` (1e-5 s-1), ``min_hours``, ``min_distance``
        (km), ``min_share`` as texts or as values; ``matched`` as a bool. None: not given. Other keys are not read.
    before : Filter, optional
        What is asked already; what is given takes the place of that.
    called : callable
        What a key is called in a message: ``called("min_peak")``.

    Raises
    ------
    BadValue
        What cannot be understood; the message has the name.

    Examples
    --------
    >>> from stormtracks.science.filters.given import filter_of
    >>> filter_of({"basin": "NA,EP", "months": "8-10", "min_peak": 10}).describe()
    'begin in NA or EP and in Aug-Oct and reach 10e-5 s-1'
    >>> filter_of({"basin": ["na", "ep"], "months": (8, 9, 10), "min_peak": "10"}).describe()
    'begin in NA or EP and in Aug-Oct and reach 10e-5 s-1'
    """
    asked = {name: read(given[key], called(key)) for key, (name, read) in _READ.items() if given.get(key) is not None}
    return Filter(**{**vars(before or Filter()), **asked})


def region_of(value: Any, called: str) -> Region:
    """South, north, west, east, degrees.

    Raises
    ------
    BadValue
    """
    try:
        south, north, west, east = (float(edge) for edge in _parts(value))
    except (TypeError, ValueError):
        raise BadValue(f"{called} must be south,north,west,east in degrees, not {value!r:.200}") from None
    check_region((south, north, west, east), called)
    return south, north, west, east


def _basins(value: Any, called: str) -> tuple[str, ...]:
    return tuple(str(part).strip().upper() for part in _parts(value))


def _months(value: Any, called: str) -> tuple[int, ...]:
    """Months such as 8-10, 11-2 (through New Year) or 6,9; or their numbers.

    Examples
    --------
    >>> from stormtracks.science.filters.given import _months
    >>> _months("11-2,6", "months"), _months([8, 9], "months"), _months(8, "months")
    ((11, 12, 1, 2, 6), (8, 9), (8,))
    """
    found: list[int] = []
    for part in _parts(value):
        first, last = _ends(part)
        if not (1 <= first <= 12 and 1 <= last <= 12):
            raise BadValue(f"{called} must be months from 1 to 12, such as 8-10 or 11-2 or 6,9, not {value!r:.200}")
        found += [(month - 1) % 12 + 1 for month in range(first, last + 1 + 12 * (last < first))]
    return tuple(dict.fromkeys(found))


def _ends(part: Any) -> tuple[int, int]:
    """First and last month of a text, or of a number; zeros of anything else."""
    if isinstance(part, str):
        ends = re.fullmatch(r"\s*(\d\d?)\s*(?:-\s*(\d\d?)\s*)?", part)
        return (int(ends[1]), int(ends[2] or ends[1])) if ends else (0, 0)
    try:
        number = operator.index(part)
    except TypeError:
        return 0, 0
    return number, number


def _number(least: str) -> Callable[[Any, str], float]:
    def read(value: Any, called: str) -> float:
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = -1.0
        if not 0 <= number < float("inf"):
            raise BadValue(f"{called} must be a number {least}, not {value!r:.200}")
        return number

    return read


def _peak(value: Any, called: str) -> float:
    return _number("in 1e-5 s-1, such as 8")(value, called) * UNIT_S1


def _share(value: Any, called: str) -> float:
    share = _number("from 0 to 1")(value, called)
    if share > 1:
        raise BadValue(f"{called} must be a fraction from 0 to 1, not {value!r:.200}")
    return share


def _truth(value: Any, called: str) -> bool:
    """A truth value, of numpy too; a text such as "no" is none."""
    if isinstance(value, str) or value not in (True, False):
        raise BadValue(f"{called} must be True or False, not {value!r:.200}")
    return bool(value)


def _parts(value: Any) -> Iterable[Any]:
    """What stands between the commas of a text; the values of several; one value alone."""
    if isinstance(value, str):
        return value.split(",")
    return value if isinstance(value, Iterable) else (value,)


_READ: dict[str, tuple[str, Callable[[Any, str], Any]]] = {
    "region": ("region", region_of),
    "basin": ("basins", _basins),
    "months": ("months", _months),
    "genesis_region": ("genesis_region", region_of),
    "min_peak": ("min_peak_s1", _peak),
    "min_hours": ("min_hours", _number("of hours")),
    "min_distance": ("min_distance_km", _number("of km")),
    "min_share": ("min_share", _share),
    "matched": ("matched", _truth),
}
"""What is given -> field of `Filter`, and how it is read."""
