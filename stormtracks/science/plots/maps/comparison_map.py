"""Map of two sets of tracks: those in both, and those in one only."""

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from stormtracks.science.plots import style
from stormtracks.science.plots.maps.layers import add_lines, limit
from stormtracks.science.plots.maps.map_sheet import MapSheet
from stormtracks.science.plots.maps.view import MapView, region_of
from stormtracks.science.plots.printed import Print
from stormtracks.science.records import Tracks
from stormtracks.science.sphere import Region

_MANY = 300
"""So many tracks in both would hide the others: they are paler and thinner then."""
_BOTH, _PALE = ("#777777", 0.8), ("#b5b5b5", 0.35)
_ONLY = ((style.BLUE, "o"), (style.VERMILION, "^"))
"""Colour, and the mark where a track begins, which tells the two apart in grey too."""
_WIDTH, _MARK = 1.4, 3.5


def compared_tracks(
    both: Tracks,
    only_one: Tracks,
    only_other: Tracks,
    names: tuple[str, str] = ("A", "B"),
    region: Region | None = None,
    title: str = "",
    *,
    printed: Print | None = None,
) -> Figure:
    """Map of the tracks of two sets, with their numbers.

    Parameters
    ----------
    both : Tracks
        Storms in both sets, as the first has them.
    only_one, only_other : Tracks
    names : tuple of str
        Of the two sets, for the legend.
    region : tuple of float, optional
        South, north, west, east; none: around all tracks.
    title : str
    printed : Print, optional
        Width, projection and title of the figure.

    Returns
    -------
    matplotlib.figure.Figure
    """
    printed = printed or Print()
    view = MapView.of(region or _around([both, only_one, only_other]), printed.projection)
    colour, width = _BOTH if len(both) <= _MANY else _PALE
    handles: list[Artist] = [Line2D([], [], color=colour, linewidth=width, label=f"in both: {len(both):,}")]
    only = list(zip((only_one, only_other), names, _ONLY, strict=True))
    for tracks, name, (hue, mark) in only:
        look: dict[str, Any] = {"color": hue, "linewidth": _WIDTH, "marker": mark, "markersize": _MARK}
        handles.append(Line2D([], [], **look, label=f"only {name}: {len(tracks):,}"))
    sheet = MapSheet.of(view, printed, title or "Tracks of two sets", handles)
    if len(both):
        add_lines(sheet.axes, view, both, colors=colour, linewidths=width, zorder=2)
    for order, (tracks, _, (hue, mark)) in enumerate(only, start=3):
        if len(tracks):
            add_lines(sheet.axes, view, tracks, colors=hue, linewidths=_WIDTH, zorder=order)
            begins = view.place(tracks.lat[tracks.start], tracks.lon[tracks.start])
            sheet.axes.plot(*begins.T, linestyle="", marker=mark, markersize=_MARK, color=hue, zorder=order)
    limit(sheet.axes, view)
    return sheet.figure


def _around(sets: list[Tracks]) -> Region | None:
    """The region of all tracks; None for no track at all."""
    there = [tracks for tracks in sets if len(tracks)]
    if not there:
        return None
    lat, lon = (np.concatenate([getattr(tracks, name) for tracks in there]) for name in ("lat", "lon"))
    return region_of(lat, lon)
