"""Which months the results of each season cover: what a mean month is made of."""

from dataclasses import dataclass

import numpy as np

from stormtracks.science import calendars
from stormtracks.science.arrays import Bools, Ints
from stormtracks.science.climatology.quantities import MONTHS
from stormtracks.science.records import TimeAxis

NONE, PART, WHOLE = range(3)
"""How much of a month a result covers."""
_DAY = np.timedelta64(1, "D")
_LACKING = 1.0
"""Days that a whole month may lack, as where data begin at noon or skip a day."""
_LEAST = 2.0
"""Days from which on a month is covered in part: a season often ends with the first time of the next month."""


def months_of(axis: TimeAxis) -> Ints:
    """How much of each month some times cover: `NONE`, `PART` or `WHOLE`, shape (12,).

    Parameters
    ----------
    axis : TimeAxis
        The times that were looked at, in their own calendar.

    Examples
    --------
    >>> import numpy as np
    >>> from stormtracks.science.climatology.coverage import months_of
    >>> from stormtracks.science.records import TimeAxis
    >>> hours = 6.0 * np.arange(45 * 4)
    >>> months_of(TimeAxis(np.datetime64("2005-08-01", "s") + hours.astype("timedelta64[h]"), hours))[6:10].tolist()
    [0, 2, 1, 0]
    """
    covered = np.full(12, NONE)
    if not len(axis):
        return covered
    days = np.unique(axis.times.astype("datetime64[s]").astype("datetime64[D]")).astype("datetime64[s]")
    month = 12 * calendars.years(days, axis.calendar) + calendars.months(days, axis.calendar) - 1
    each = max(axis.step_hours / 24.0, 1.0)
    for one, number in zip(*(part.tolist() for part in np.unique(month, return_counts=True)), strict=True):
        seen = number * each
        level = WHOLE if seen >= _days(one, axis.calendar) - _LACKING else PART if seen >= _LEAST else NONE
        covered[one % 12] = max(covered[one % 12], level)
    return covered


@dataclass(frozen=True)
class Coverage:
    """How much of each month the compared seasons cover.

    Attributes
    ----------
    level : ndarray of int64, shape (nmembers, nyears, 12)
        `NONE`, `PART` or `WHOLE`; `NONE` where a season is not compared.
    """

    level: Ints

    @property
    def best(self) -> Ints:
        """How much of each month the seasons that count in it cover, shape (12,)."""
        return np.asarray(self.level.max(axis=(0, 1), initial=NONE))

    @property
    def counted(self) -> Bools:
        """Which seasons count in which month: those that cover it whole; where none does, those that have a part.

        Shape (nmembers, nyears, 12).
        """
        return np.asarray((self.level == self.best) & (self.level > NONE))

    @property
    def years(self) -> Ints:
        """How many years count in each month, shape (12,)."""
        return np.asarray(self.counted.any(axis=0).sum(axis=0))

    @property
    def results(self) -> Ints:
        """How many results count in each month, shape (12,)."""
        return np.asarray(self.counted.sum(axis=(0, 1)))

    @property
    def compared(self) -> int:
        """How many results are compared, whatever they cover."""
        return int((self.level > NONE).any(axis=2).sum())

    @property
    def remarks(self) -> tuple[str, ...]:
        """In which months not all results count, and which are covered in part alone."""
        fewer = np.flatnonzero((self.results > 0) & (self.results < self.compared))
        said = []
        if len(fewer):
            each = ", ".join(f"{MONTHS[month]} {self.results[month]}" for month in fewer)
            said.append(f"a month counts only the results that cover it, of {self.compared}: {each}")
        part = [MONTHS[month] for month in np.flatnonzero(self.best == PART)]
        if part:
            said.append(f"no result covers the whole of {', '.join(part)}: fewer begin there than in a whole month")
        return tuple(said)


def _days(month: int, calendar: str) -> float:
    """How many days a month has, which counts from January of the year 0."""
    first, after = (calendars.of_date(one // 12, one % 12 + 1, 1, calendar) for one in (month, month + 1))
    length = float((after - first) / _DAY)
    return min(length, 28.0) if calendar in ("noleap", "365_day") and month % 12 == 1 else length
