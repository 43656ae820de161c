"""A storm's strength in time, in its members and as observed, and how many members have it."""

import matplotlib.dates
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from stormtracks.science import calendars
from stormtracks.science.arrays import Ints, Times
from stormtracks.science.consensus import ConsensusTracks
from stormtracks.science.plots import style
from stormtracks.science.plots.printed import Print
from stormtracks.science.records import BestTracks, Tracks

KT_TO_M_S1 = 1852.0 / 3600.0


def add_strength(
    axes: Axes, printed: Print, consensus: ConsensusTracks, pieces: Ints, members: Tracks, best: BestTracks | None
) -> None:
    """Vorticity of the members and of each piece of the consensus; on the right the observed wind."""
    for start, size in zip(members.start, members.row_size, strict=True):
        points = slice(start, start + size)
        time = calendars.on_an_axis(members.time[points], members.calendar)
        axes.plot(time, members.vorticity[points] * 1e5, color=style.BLUE, lw=0.4, alpha=0.5)
    for piece in pieces:
        rows = consensus.points(int(piece))
        time = calendars.on_an_axis(consensus.time[rows], consensus.calendar)
        mean, deviation = consensus.vorticity[rows] * 1e5, consensus.vorticity_std[rows] * 1e5
        axes.fill_between(time, mean - deviation, mean + deviation, color=style.ORANGE, alpha=0.3, lw=0)
        axes.plot(time, mean, color=style.VERMILION, lw=1.8)
    axes.set_ylabel("cyclonic vorticity\n(10$^{-5}$ s$^{-1}$)", fontsize=printed.label_pt)
    axes.set_ylim(bottom=0)
    if best is not None and np.isfinite(best.wind_kt).any():
        _add_wind(axes, printed, best)


def add_members_held(axes: Axes, printed: Print, consensus: ConsensusTracks, pieces: Ints, above: Axes) -> None:
    """How many members have the storm at each time, below the axes of its strength."""
    for piece in pieces:
        rows = consensus.points(int(piece))
        time = calendars.on_an_axis(consensus.time[rows], consensus.calendar)
        axes.fill_between(time, consensus.number[rows], step="mid", color=style.ORANGE, alpha=0.6, lw=0)
    axes.set_ylim(0, len(consensus.members) * 1.05)
    axes.set_yticks([0, len(consensus.members)])
    axes.set_ylabel("members", fontsize=printed.label_pt)
    axes.set_xlim(above.get_xlim())
    above.tick_params(labelbottom=False)
    first, last = (matplotlib.dates.num2date(end).replace(tzinfo=None) for end in above.get_xlim())
    for one in (above, axes):
        date_axis(one, printed)
    axes.set_xlabel(months_between(np.datetime64(first), np.datetime64(last)) + " (UTC)", fontsize=printed.label_pt)


def date_axis(axes: Axes, printed: Print) -> None:
    """Dates below axes; the months and the year are for the axis' label: see `months_between`."""
    locator = matplotlib.dates.AutoDateLocator(minticks=3, maxticks=6 if printed.narrow else 12)
    axes.xaxis.set_major_locator(locator)
    # Its offset is of the last tick, which may lie beyond what is shown.
    axes.xaxis.set_major_formatter(matplotlib.dates.ConciseDateFormatter(locator, show_offset=False))


def months_between(first: Times, last: Times) -> str:
    """The months that a time axis shows, such as August 2005, or August to October 2005."""
    one, other = (time.astype("datetime64[D]").item() for time in (first, last))
    end = f"{other:%B %Y}"
    if (one.year, one.month) == (other.year, other.month):
        return end
    return f"{one:%B}{'' if one.year == other.year else f' {one.year}'} to {end}"


def _add_wind(axes: Axes, printed: Print, best: BestTracks) -> None:
    wind = axes.twinx()
    for row in range(len(best)):
        points = best.points(row)
        wind.plot(best.time[points], best.wind_kt[points] * KT_TO_M_S1, color=style.BLACK, lw=1.0, ls="--")
    wind.set_ylim(bottom=0)
    wind.yaxis.set_major_locator(MaxNLocator(nbins=5))
    wind.set_ylabel("IBTrACS wind (m s$^{-1}$)", fontsize=printed.label_pt)
    wind.tick_params(labelsize=printed.tick_pt, width=0.6, length=2.5)
    wind.spines["top"].set_visible(False)
