"""Dates as figures say them, in the calendar of their data, and axes of dates."""

from typing import NamedTuple

import matplotlib.dates
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator

from stormtracks.science import calendars
from stormtracks.science.arrays import Times
from stormtracks.science.plots.printed import Print

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = 86400
_STEPS = 1, 2, 5, 10, 15  # days between ticks that start again on the first of each month


class _Date(NamedTuple):
    year: int
    month: int
    day: int


def _date(time: Times, calendar: str) -> _Date:
    return _Date(*(int(part) for part in str(calendars.texts(time, calendar, "D")).split("-")))


def day(time: Times, calendar: str = "standard") -> str:
    """A date without its year, such as 23 Aug."""
    date = _date(time, calendar)
    return f"{date.day} {MONTHS[date.month - 1]}"


def period(first: Times, last: Times, calendar: str = "standard") -> str:
    """From one day to another, such as 23–31 Aug 2005, or 30 Aug to 2 Sep 2005."""
    one, other = _date(first, calendar), _date(last, calendar)
    end = f"{day(last, calendar)} {other.year}"
    if one == other:
        return end
    if one[:2] == other[:2]:
        return f"{one.day}–{end}".replace(" ", "\u00a0")  # on one line
    return f"{day(first, calendar)}{'' if one.year == other.year else f' {one.year}'} to {end}"


def months(first: Times, last: Times, calendar: str = "standard") -> str:
    """The months from one to another, such as Aug 2005, or Aug–Oct 2005."""
    one, other = _date(first, calendar), _date(last, calendar)
    end = f"{MONTHS[other.month - 1]} {other.year}"
    if one[:2] == other[:2]:
        return end
    return f"{MONTHS[one.month - 1]}{'' if one.year == other.year else f' {one.year}'}–{end}"


def date_axis(axes: Axes, printed: Print, first: Times, last: Times, calendar: str = "standard") -> None:
    """Dates below axes that show some time, and below them its months: the first and the last of what is shown.

    The axes' own times are those that `calendars.on_an_axis` makes.
    """
    most = 6 if printed.narrow else 10
    if calendar == "noleap" or calendars.has_own_dates(calendar):
        places, texts = _own_ticks(first, last, calendar, most)
        axes.xaxis.set_major_locator(FixedLocator(matplotlib.dates.date2num(places)))
        axes.xaxis.set_major_formatter(FixedFormatter(texts))
    else:
        locator = matplotlib.dates.AutoDateLocator(minticks=3, maxticks=most)
        axes.xaxis.set_major_locator(locator)
        # The formatter's own offset is of the last tick, which may lie beyond what is shown.
        axes.xaxis.set_major_formatter(matplotlib.dates.ConciseDateFormatter(locator, show_offset=False))
    begin, end = calendars.on_an_axis(np.array([first, last]), calendar)
    room = np.timedelta64(int((end - begin) / np.timedelta64(1, "s") * 0.02) + 1, "s")
    axes.set_xlim(matplotlib.dates.date2num(begin - room), matplotlib.dates.date2num(end + room))
    axes.set_xlabel(f"{months(first, last, calendar)} (UTC)", fontsize=printed.label_pt)


def _own_ticks(first: Times, last: Times, calendar: str, most: int) -> tuple[Times, list[str]]:
    """At most so many days of a calendar, where they lie on an axis, and what stands there: the day, or a month."""
    begin, end = (int(time.astype("datetime64[s]").astype(np.int64)) for time in (first, last))
    days = (np.arange(-(-begin // _DAY), end // _DAY + 1) * _DAY).astype("datetime64[s]")
    dates = [_date(one, calendar) for one in days]
    there = [not (calendar == "noleap" and (date.month, date.day) == (2, 29)) for date in dates]
    kept: list[int] = []
    for step in _STEPS:
        kept = [
            place
            for place, date in enumerate(dates)
            if there[place] and (date.day - 1) % step == 0 and date.day - 1 + step <= 31
        ]
        if len(kept) <= most:
            break
    else:
        kept = [place for place in kept if dates[place].day == 1]
        kept = kept[:: -(-len(kept) // most)]
    texts = [MONTHS[dates[place].month - 1] if dates[place].day == 1 else str(dates[place].day) for place in kept]
    return calendars.on_an_axis(days[kept], calendar), texts
