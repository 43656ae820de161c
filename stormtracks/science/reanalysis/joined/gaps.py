"""Times of a season that the files do not have."""

from dataclasses import dataclass

import numpy as np

from stormtracks.readable import moment
from stormtracks.science import calendars
from stormtracks.science.arrays import Floats
from stormtracks.science.records import TimeAxis

_MONTHS_AND_LONGER = 24.0 * 27
"""Hours; data in steps so long are not at times of their own, and nothing can be said of their ends."""

_ROUNDING = 1e-6


@dataclass(frozen=True)
class Gaps:
    """How many times are missing, of how many in all, and the first of them (None where none is) in which calendar."""

    missing: int
    total: int
    first: np.datetime64 | None
    calendar: str = "standard"

    @property
    def remark(self) -> str:
        """One sentence about them; empty where no time is missing."""
        if self.first is None:
            return ""
        are = "are" if self.missing != 1 else "is"
        first = moment(calendars.text(self.first, self.calendar))
        return f"{self.missing:,} of {self.total:,} times of the season {are} missing, the first {first}"


def find(axis: TimeAxis, first: np.datetime64, last: np.datetime64, ends_too: bool) -> Gaps:
    """The times that a season lacks: between those that there are, and before and after them.

    Parameters
    ----------
    axis : TimeAxis
        The times that there are.
    first, last : datetime64[s]
        The season that was asked for, both included.
    ends_too : bool
        Whether times before the first and after the last one count in any case; where not, only if the data have at
        least half of the season: less is an excerpt, which was meant to be one.

    Returns
    -------
    Gaps
    """
    within = int(axis.missing.sum())
    before, after = _ends(axis, first, last)
    there = len(axis) + within
    if not ends_too and before + after > there:
        before = after = 0
    missing = within + before + after
    return Gaps(missing, len(axis) + missing, _first(axis, before) if missing else None, axis.calendar)


def _ends(axis: TimeAxis, first: np.datetime64, last: np.datetime64) -> tuple[int, int]:
    """Whole steps between the season's ends and the first and the last time."""
    if len(axis) < 2:
        return 0, 0
    steps = _steps(axis)
    if steps[0] >= _MONTHS_AND_LONGER:
        return 0, 0
    before = _hours(first, axis.times[0], axis.calendar) / steps[0]
    after = _hours(axis.times[-1], last, axis.calendar) / steps[-1]
    return max(0, int(before + _ROUNDING)), max(0, int(after + _ROUNDING))


def _steps(axis: TimeAxis) -> Floats:
    """Hours from each time to the next, were none missing between them."""
    return np.diff(axis.hours) / (axis.missing[1:] + 1)


def _hours(first: np.datetime64, last: np.datetime64, calendar: str) -> float:
    """Hours between two dates, in their own calendar: one without leap days has no 29 February in between."""
    return float(calendars.elapsed_hours(np.array([first, last]), calendar)[-1])


def _first(axis: TimeAxis, before: int) -> np.datetime64:
    steps = _steps(axis)
    if before:
        return _later(axis.times[0], -before * steps[0], axis.calendar)
    lacking = np.flatnonzero(axis.missing)
    at = int(lacking[0]) if len(lacking) else 0
    return _later(axis.times[at - 1], steps[at - 1], axis.calendar)


def _later(time: np.datetime64, hours: float, calendar: str) -> np.datetime64:
    lasting = np.array([round(hours * 3600)], "timedelta64[s]")
    return calendars.later(np.array([time]), lasting, calendar)[0]
