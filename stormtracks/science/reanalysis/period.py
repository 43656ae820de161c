"""What a season is asked for by: a year with the first and last date of its season, or the start of a forecast."""

from dataclasses import dataclass

import numpy as np

from stormtracks import label
from stormtracks.label import Label
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.dimensions import times

_ANY_TIME = np.datetime64(-(2**62), "s"), np.datetime64(2**62, "s")


@dataclass(frozen=True)
class Period:
    """A year, or the start of a forecast.

    Attributes
    ----------
    label : int or str
        The year, or the one that the season begins in; or the start, as `stormtracks.label` writes it.
    first, last : str or None
        First and last date of the season, "MM-DD", both included; None: all of the year, or all leads of the start.

    Examples
    --------
    >>> from stormtracks.science.reanalysis.period import Period
    >>> Period.of(2005, ("11-01", "04-30")).years
    (2005, 2006)
    >>> Period.of("2025-06-01").label
    '2025-06-01T00'
    """

    label: Label
    first: str | None = None
    last: str | None = None

    @classmethod
    def of(cls, year: Label, season: tuple[str, str] | None = None) -> "Period":
        """The period of a year or a start.

        Raises
        ------
        InputError
            A season of a forecast: all leads belong to it.
        BadValue
            A text that is not a start.
        """
        found = label.of(year) if isinstance(year, str) else year
        if season is not None and label.is_start(found):
            raise InputError(
                f"the season {' to '.join(season)} cannot be taken out of the forecast of {found}, which is read at "
                "all of its leads; leave 'season' out"
            )
        return cls(found, *(season or (None, None)))

    @property
    def season(self) -> tuple[str, str] | None:
        """First and last date; None: all of the year, or all leads."""
        return None if self.first is None or self.last is None else (self.first, self.last)

    @property
    def start(self) -> str | None:
        """The start; None for a year."""
        return self.label if isinstance(self.label, str) else None

    @property
    def years(self) -> tuple[int, ...]:
        """The calendar years that it touches; of a start the one that it is in, and the next."""
        if isinstance(self.label, str):
            return int(self.label[:4]), int(self.label[:4]) + 1
        return (self.label, self.label + 1) if times.crosses_new_year(self.season) else (self.label,)

    @property
    def what(self) -> str:
        """How a message names it: "year 2005", "start 2025-06-01T00"."""
        return f"{'year' if self.start is None else 'start'} {self.label}"

    def between(self, calendar: str) -> tuple[np.datetime64, np.datetime64]:
        """First and last moment (datetime64[s]) in a calendar, both included; of a start any."""
        return _ANY_TIME if isinstance(self.label, str) else times.bounds(self.label, self.season, calendar)
