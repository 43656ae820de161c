"""A storm's strength in time, in its members and as observed, and how many members have it."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from stormtracks.science import calendars
from stormtracks.science.plots import style
from stormtracks.science.plots.dates import date_axis
from stormtracks.science.plots.maps.one_storm import OneStorm
from stormtracks.science.plots.printed import Print
from stormtracks.science.records import BestTracks

KT_TO_M_S1 = 1852.0 / 3600.0


def add_strength(upper: Axes, lower: Axes, printed: Print, storm: OneStorm) -> None:
    """Vorticity of members and consensus, with the observed wind on the right; below that the number of members."""
    members = storm.members
    for row in range(len(members)):
        points = members.points(row)
        time = calendars.on_an_axis(members.time[points], storm.calendar)
        upper.plot(time, members.vorticity[points] * 1e5, color=style.BLUE, lw=0.4, alpha=0.5)
    for path in storm.paths:
        time = calendars.on_an_axis(path.time, storm.calendar)
        mean, deviation = path.vorticity * 1e5, path.vorticity_std * 1e5
        upper.fill_between(time, mean - deviation, mean + deviation, color=style.ORANGE, alpha=0.3, lw=0)
        upper.plot(time, mean, color=style.VERMILION, lw=1.8)
        lower.fill_between(time, path.number, step="mid", color=style.ORANGE, alpha=0.6, lw=0)
    upper.set_ylabel("cyclonic vorticity\n(10$^{-5}$ s$^{-1}$)", fontsize=printed.label_pt)
    upper.set_ylim(bottom=0)
    upper.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    upper.tick_params(labelbottom=False)
    lower.set_ylim(0, len(storm.consensus.members) * 1.05)
    lower.set_yticks([0, len(storm.consensus.members)])
    lower.set_ylabel("members", fontsize=printed.label_pt)
    if storm.observed is not None and storm.has_wind:
        _add_wind(upper, printed, storm.observed)
    _share_dates(upper, lower, printed, storm)


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
    wind.spines[["left", "right", "bottom"]].set_linewidth(0.6)


def _share_dates(upper: Axes, lower: Axes, printed: Print, storm: OneStorm) -> None:
    time = storm.members.time
    if storm.observed is not None:
        time = np.append(time, storm.observed.time)
    for axes in (upper, lower):
        date_axis(axes, printed, time.min(), time.max(), storm.calendar)
    upper.set_xlabel("")
    if storm.beyond:
        lower.set_xlabel(f"{lower.get_xlabel()}; {storm.beyond}", fontsize=printed.label_pt)
