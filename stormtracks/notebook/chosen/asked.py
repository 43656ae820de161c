"""A filter as a person gives it in a notebook: names and units of the options of commands."""

from collections.abc import Iterable, Mapping
from typing import Any

from stormtracks.errors import BadValue
from stormtracks.notebook.chosen.choice import members as whole_numbers
from stormtracks.science.filters import Filter

UNIT_S1 = 1e-5
"""Of `min_peak`, as of every table."""


def filter_of(before: Filter, given: Mapping[str, Any]) -> Filter:
    """A filter with more asked of it; what is None stays as it was.

    Parameters
    ----------
    before : Filter
    given : mapping
        ``region``, ``basin``, ``months``, ``genesis_region``, ``min_peak`` (1e-5 s-1), ``min_hours``, ``min_distance``
        (km), ``matched``, ``min_share``.

    Examples
    --------
    >>> from stormtracks.notebook.chosen.asked import filter_of
    >>> from stormtracks.science.filters import Filter
    >>> filter_of(Filter(min_hours=48), {"basin": "NA,EP", "months": "8-10", "min_peak": 10}).describe()
    'begin in NA or EP and begin in Aug-Oct and reach 10e-5 s-1 and last 48 h or more'
    """
    asked = {_FIELDS[name][0]: _FIELDS[name][1](value) for name, value in given.items() if value is not None}
    return Filter(**{**vars(before), **asked})


def _region(value: Any) -> tuple[float, ...]:
    edges = value.split(",") if isinstance(value, str) else value
    try:
        return tuple(float(edge) for edge in edges)
    except (TypeError, ValueError):
        raise BadValue(f"a region must be south, north, west, east in degrees, not {value!r}") from None


def _names(value: str | Iterable[str]) -> tuple[str, ...]:
    names = value.split(",") if isinstance(value, str) else value
    return tuple(str(name).strip().upper() for name in names)


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise BadValue(f"a limit must be a number, not {value!r}") from None


_FIELDS = {
    "region": ("region", _region),
    "basin": ("basins", _names),
    "months": ("months", whole_numbers),
    "genesis_region": ("genesis_region", _region),
    "min_peak": ("min_peak_s1", lambda value: _number(value) * UNIT_S1),
    "min_hours": ("min_hours", _number),
    "min_distance": ("min_distance_km", _number),
    "matched": ("matched", bool),
    "min_share": ("min_share", _number),
}
"""What is given -> field of `Filter`, and what makes its value."""
