"""Best tracks on a map: their lines, first points, names and dates."""

import numpy as np
from matplotlib.artist import Artist
from matplotlib.lines import Line2D

from stormtracks.science import calendars
from stormtracks.science.plots import style
from stormtracks.science.plots.dates import day
from stormtracks.science.plots.maps.layers import add_lines
from stormtracks.science.plots.maps.map_sheet import MapSheet
from stormtracks.science.plots.maps.names import Name
from stormtracks.science.records import BestTracks, Tracks


def add_best(sheet: MapSheet, best: BestTracks, width: float = 1.0) -> None:
    """Draw best tracks in black, so thin that what lies below is seen beside them; a circle at each first point."""
    nothing = np.zeros(len(best.lat), int)
    track = Tracks(best.row_size, best.time, best.lat, best.lon, nothing.astype(float), nothing)
    add_lines(sheet.axes, sheet.view, track, colors=style.BLACK, linewidths=width, zorder=5)
    x, y = sheet.view.place(best.lat[best.start], best.lon[best.start]).T
    sheet.axes.scatter(
        x, y, s=9 * sheet.sheet.printed.thin, c="white", edgecolors=style.BLACK, linewidths=0.7, zorder=6
    )


def best_handle(width: float = 1.0, label: str = "IBTrACS (circle: first point)") -> Artist:
    """What a legend shows for best tracks."""
    line = Line2D([], [], color=style.BLACK, linewidth=width, marker="o", markersize=3.5, markerfacecolor="white")
    line.set_markevery([0])
    line.set_markeredgewidth(0.7)
    line.set_label(label)
    return line


def storm_names(sheet: MapSheet, best: BestTracks) -> list[Name]:
    """Names of the storms and their first day, at their first points; the strongest first, the unnamed with the day."""
    strongest = np.array([np.nanmax(np.append(best.wind_kt[best.points(row)], 0.0)) for row in range(len(best))])
    names = []
    for row in np.argsort(-strongest, kind="stable"):
        first = int(best.start[row])
        name, begins = str(best.name[row]).title(), day(best.time[first])
        xy = sheet.view.place(best.lat[first], best.lon[first])
        names.append(Name(xy, (f"{name} {begins}", name) if name else (begins,)))
    return names


def days(sheet: MapSheet, tracks: Tracks | BestTracks, colour: str) -> list[Name]:
    """The days at which tracks are at places, at 00 UTC; the first of each track and of each month with the month."""
    names, calendar = [], tracks.calendar if isinstance(tracks, Tracks) else "standard"
    for row in range(len(tracks)):
        before = ""
        points = tracks.points(row)
        for time, lat, lon in zip(tracks.time[points], tracks.lat[points], tracks.lon[points], strict=True):
            if time != time.astype("datetime64[D]"):
                continue
            said, month = day(time, calendar), calendars.text(time, calendar, "D")[:7]
            text = said if month != before else said.split()[0]
            names.append(Name(sheet.view.place(lat, lon), (text,), colour))
            before = month
    return names
