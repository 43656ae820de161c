"""When a set of tracks could have had a point, and what two sets have of that in common."""

from dataclasses import dataclass

import numpy as np

from stormtracks.science.arrays import Bools, Times
from stormtracks.science.errors import InputError

_DAY = 86400


@dataclass(frozen=True)
class Clock:
    """Times at which tracks have points: from the first to the last, at some times of the day.

    Attributes
    ----------
    first, last : datetime64[s]
    seconds : frozenset of int
        Of the day.
    calendar : str
    """

    first: np.datetime64
    last: np.datetime64
    seconds: frozenset[int]
    calendar: str

    @classmethod
    def of(cls, times: Times, calendar: str, whole_years: bool = False) -> "Clock":
        """Of the times of data; of tracks alone, which need not have one at all times, `whole_years`."""
        first, last = times.min(), times.max()
        if whole_years:
            years = first.astype("datetime64[Y]"), last.astype("datetime64[Y]") + 1
            first, last = (year.astype("datetime64[s]") for year in years)
        seconds = np.unique(times.astype("datetime64[s]").astype(np.int64) % _DAY)
        return cls(first, last, frozenset(seconds.tolist()), calendar)

    def common(self, other: "Clock") -> "Clock":
        """What both have.

        Raises
        ------
        InputError
            Nothing, or calendars that have not the same dates.
        """
        if self.calendar != other.calendar:
            raise InputError(
                f"calendars {self.calendar} and {other.calendar} have not the same dates, so tracks cannot be compared"
            )
        both = self.seconds & other.seconds
        if not both:
            raise InputError(
                f"no time of the day is in both: {_hours(self)} UTC and {_hours(other)} UTC; compare data of the same "
                "times"
            )
        return Clock(max(self.first, other.first), min(self.last, other.last), both, self.calendar)

    def holds(self, times: Times) -> Bools:
        """Which of some times are among these."""
        seconds = times.astype("datetime64[s]").astype(np.int64) % _DAY
        return (times >= self.first) & (times <= self.last) & np.isin(seconds, sorted(self.seconds))


def _hours(clock: Clock) -> str:
    texts = [f"{second // 3600:02d}:{second % 3600 // 60:02d}" for second in sorted(clock.seconds)]
    return ", ".join(texts[:4]) + (", ..." if len(texts) > 4 else "")
