"""Best tracks on a map: their lines, first points, names and dates."""

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.lines import Line2D

from stormtracks.science.arrays import Ints, Times
from stormtracks.science.plots import style
from stormtracks.science.plots.maps.layers import add_lines
from stormtracks.science.plots.maps.map_sheet import MapSheet
from stormtracks.science.plots.maps.names import Name
from stormtracks.science.records import BestTracks, Tracks

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def add_best(sheet: MapSheet, best: BestTracks, width: float = 1.0) -> None:
    """Draw best tracks in black, so thin that what lies below is seen beside them; a circle at each first point."""
    nothing = np.zeros(len(best.lat), int)
    track = Tracks(best.row_size, best.time, best.lat, best.lon, nothing.astype(float), nothing)
    add_lines(sheet.axes, sheet.view, track, colors=style.BLACK, linewidths=width, zorder=5)
    x, y = sheet.view.place(best.lat[best.start], best.lon[best.start]).T
    sheet.axes.scatter(x, y, s=9, c="white", edgecolors=style.BLACK, linewidths=0.7, zorder=6)


def best_handle(width: float = 1.0) -> Artist:
    """What a legend shows for best tracks."""
    line = Line2D([], [], color=style.BLACK, linewidth=width, marker="o", markersize=3.5, markerfacecolor="white")
    line.set_markevery([0])
    line.set_markeredgewidth(0.7)
    line.set_label("IBTrACS (circle: first point)")
    return line


def storm_names(sheet: MapSheet, best: BestTracks) -> list[Name]:
    """Names of the storms with their first day, at their first points; the strongest first."""
    strongest = np.array([np.nanmax(np.append(best.wind_kt[best.points(row)], 0.0)) for row in range(len(best))])
    names = []
    for row in np.argsort(-strongest, kind="stable"):
        first = int(best.start[row])
        name = str(best.name[row]).title() or str(best.sid[row])
        xy = sheet.view.place(best.lat[first], best.lon[first])
        names.append(Name(xy, (f"{name} {day(best.time[first])}", name)))
    return names


def days(sheet: MapSheet, points: Tracks | BestTracks, rows: Sequence[int] | Ints, colour: str) -> list[Name]:
    """The days at which a track is at a place, at 00 UTC: the first and each month's first with the month."""
    names, before = [], ""
    for row in rows:
        for point in range(points.points(row).start, points.points(row).stop):
            time = points.time[point]
            if time != time.astype("datetime64[D]"):
                continue
            month = str(time.astype("datetime64[M]"))
            said = day(time)
            texts = (said,) if month != before else (said.split()[0],)
            names.append(Name(sheet.view.place(points.lat[point], points.lon[point]), texts, colour))
            before = month
    return names


def day(time: Times) -> str:
    """A date without its year, such as 23 Aug."""
    date = time.astype("datetime64[D]").item()
    return f"{date.day} {MONTHS[date.month - 1]}"


def period(first: Times, last: Times) -> str:
    """From one day to another, such as 23-31 Aug 2005."""
    one, other = (time.astype("datetime64[D]").item() for time in (first, last))
    end = f"{other.day} {MONTHS[other.month - 1]} {other.year}"
    if one == other:
        return end
    if (one.year, one.month) == (other.year, other.month):
        return f"{one.day}–{end}"
    start = f"{one.day} {MONTHS[one.month - 1]}" + (f" {one.year}" if one.year != other.year else "")
    return f"{start} to {end}"
