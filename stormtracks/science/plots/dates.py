"""Dates as figures say them, and axes of dates."""

import matplotlib.dates
import numpy as np
from matplotlib.axes import Axes

from stormtracks.science.arrays import Times
from stormtracks.science.plots.printed import Print

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(time: Times) -> str:
    """A date without its year, such as 23 Aug."""
    date = time.astype("datetime64[D]").item()
    return f"{date.day} {MONTHS[date.month - 1]}"


def period(first: Times, last: Times) -> str:
    """From one day to another, such as 23–31 Aug 2005, or 30 Aug to 2 Sep 2005."""
    one, other = (time.astype("datetime64[D]").item() for time in (first, last))
    end = f"{day(last)} {other.year}"
    if one == other:
        return end
    if (one.year, one.month) == (other.year, other.month):
        return f"{one.day}–{end}".replace(" ", "\u00a0")  # on one line
    return f"{day(first)}{'' if one.year == other.year else f' {one.year}'} to {end}"


def months(first: Times, last: Times) -> str:
    """The months from one to another, such as Aug 2005, or Aug–Oct 2005."""
    one, other = (time.astype("datetime64[D]").item() for time in (first, last))
    end = f"{MONTHS[other.month - 1]} {other.year}"
    if (one.year, one.month) == (other.year, other.month):
        return end
    return f"{MONTHS[one.month - 1]}{'' if one.year == other.year else f' {one.year}'}–{end}"


def date_axis(axes: Axes, printed: Print, first: Times, last: Times) -> None:
    """Dates below axes that show some time, and below them its months: the first and the last of what is shown."""
    locator = matplotlib.dates.AutoDateLocator(minticks=3, maxticks=6 if printed.narrow else 10)
    axes.xaxis.set_major_locator(locator)
    # The formatter's own offset is of the last tick, which may lie beyond what is shown.
    axes.xaxis.set_major_formatter(matplotlib.dates.ConciseDateFormatter(locator, show_offset=False))
    room = np.timedelta64(int((last - first) / np.timedelta64(1, "s") * 0.02) + 1, "s")
    axes.set_xlim(matplotlib.dates.date2num(first - room), matplotlib.dates.date2num(last + room))
    axes.set_xlabel(f"{months(first, last)} (UTC)", fontsize=printed.label_pt)
