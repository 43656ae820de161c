"""Map of the vorticity of one time, with what was found in it."""

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from stormtracks.science import sphere
from stormtracks.science.arrays import Floats, Times
from stormtracks.science.plots import style
from stormtracks.science.plots.maps.layers import add_contours, add_lines
from stormtracks.science.plots.maps.map_sheet import MapSheet
from stormtracks.science.plots.maps.names import Name, add_names
from stormtracks.science.plots.maps.view import MapView
from stormtracks.science.plots.printed import Print
from stormtracks.science.records import BestTracks, Grid, Maxima, Tracks
from stormtracks.science.sphere import Region

_LEVELS = 25  # odd, so that the middle one, about zero, is white
_ARROWS = 28  # along the longer side of the map
_DAY = np.timedelta64(1, "D")


def vorticity_field(
    field: Floats,
    grid: Grid,
    maxima: Maxima | None = None,
    region: Region | None = None,
    title: str = "",
    *,
    winds: tuple[Floats, Floats] | None = None,
    tracks: Tracks | None = None,
    best: BestTracks | None = None,
    time: Times | None = None,
    printed: Print | None = None,
) -> Figure:
    """Map of cyclonic vorticity at one time, with the maxima found in it.

    Parameters
    ----------
    field : ndarray, shape (nlat, nlon)
        Cyclonic vorticity, s-1.
    grid : Grid
    maxima : Maxima, optional
        Those of this time.
    region : tuple of float, optional
        South, north, west, east; none: the globe.
    title : str
        Such as the time and the member.
    winds : tuple of ndarray, shape (nlat, nlon), optional
        Eastward and northward wind, m s-1, drawn as arrows.
    tracks : Tracks, optional
        Those that have a point at the time are drawn, a day before and after it.
    best : BestTracks, optional
        Where these storms are at the time, with their names.
    time : datetime64, optional
        Needed for tracks and best tracks.
    printed : Print, optional
        Width, projection and title of the figure.

    Returns
    -------
    matplotlib.figure.Figure
    """
    printed = printed or Print()
    view = MapView.of(region, printed.projection)
    there = None if best is None or time is None else _at(best, time)
    shown = None if tracks is None or time is None else _around(tracks, time)
    handles = _handles(
        maxima is not None, shown is not None, winds is not None, there is not None and len(there[0]) > 0
    )
    sheet = MapSheet.of(view, printed, title or "Vorticity", handles, bar=True, filled=False)
    values: Any = np.ma.masked_invalid(np.asarray(field, float) * 1e5)
    most = max(float(np.ceil(np.percentile(np.abs(values).compressed(), 99.8))), 1.0)
    levels, norm = np.linspace(-most, most, _LEVELS + 1), Normalize(-most, most)
    drawn = add_contours(
        sheet.axes,
        view,
        values,
        grid,
        levels=levels,
        cmap=style.DIVERGING,
        norm=norm,
        extend="both",
    )
    sheet.colour_bar(drawn, style.VORTICITY_LABEL, ticks=_ticks(most))
    if winds is not None:
        _add_arrows(sheet, grid, *winds)
    if shown is not None:
        add_lines(sheet.axes, view, shown, colors=style.BLUE, linewidths=1.0, zorder=4)
    if maxima is not None and len(maxima):
        _add_maxima(sheet, maxima)
    if there is not None:
        _add_best(sheet, *there)
    return sheet.figure


def _ticks(most: float) -> Floats:
    step = next((step for step in (1, 2, 5, 10, 20) if most / step <= 5), 50)
    return np.arange(-(most // step), most // step + 1) * step


def _handles(maxima: bool, tracks: bool, winds: bool, best: bool) -> list[Artist]:
    handles: list[Artist] = []
    if maxima:
        circle = Line2D([], [], marker="o", markerfacecolor="none", color=style.BLACK, linestyle="none", markersize=4)
        circle.set_label("maximum (area: strength)")
        handles.append(circle)
    if tracks:
        handles.append(Line2D([], [], color=style.BLUE, linewidth=1.0, label="track, a day before and after"))
    if winds:
        handles.append(_arrow())
    if best:
        handles.append(_cross())
    return handles


def _arrow() -> Line2D:
    return Line2D(
        [], [], marker=r"$\rightarrow$", color="#333333", linestyle="none", markersize=8, markeredgewidth=0.2,
        label="wind (length: speed)",
    )  # fmt: skip


def _cross() -> Line2D:
    return Line2D([], [], marker="x", color=style.GREEN, linestyle="none", markersize=4, label="IBTrACS")


def _at(best: BestTracks, time: Times) -> tuple[Floats, Floats, list[str]]:
    """Latitude, longitude and name of the storms that there are at a time."""
    points = np.flatnonzero(best.time == time)
    storm = best.storm[points]
    names = [str(best.name[row]).title() or str(best.sid[row]) for row in storm]
    return best.lat[points], best.lon[points], names


def _around(tracks: Tracks, time: Times) -> Tracks:
    """The tracks of a time, a day before and after it."""
    present = np.zeros(len(tracks), bool)
    present[tracks.track[tracks.time == time]] = True
    return tracks.where(tracks.of_rows(present) & (np.abs(tracks.time - time) <= _DAY))


def _add_maxima(sheet: MapSheet, maxima: Maxima) -> None:
    view = sheet.view
    inside = (maxima.lat >= view.region[0]) & (maxima.lat <= view.region[1])
    x, y = view.place(maxima.lat[inside], maxima.lon[inside]).T
    size = (6.0 + 1.5 * np.clip(maxima.vorticity[inside] * 1e5, 0, 30)) * (0.6 if sheet.sheet.printed.narrow else 1.0)
    for width, colour, order in ((1.6, "white", 5), (0.7, style.BLACK, 6)):
        sheet.axes.scatter(x, y, s=size, facecolors="none", edgecolors=colour, lw=width, zorder=order)


def _add_best(sheet: MapSheet, lat: Floats, lon: Floats, names: list[str]) -> None:
    if not len(lat):
        return
    xy = sheet.view.place(lat, lon)
    for width, colour, order in ((2.4, "white", 6), (1.2, style.GREEN, 7)):
        sheet.axes.scatter(*xy.T, s=18, marker="x", c=colour, linewidths=width, zorder=order)
    add_names(sheet, [Name(place, (name,), bold=True) for place, name in zip(xy, names, strict=True)])


def _add_arrows(sheet: MapSheet, grid: Grid, east: Floats, north: Floats) -> None:
    """Arrows of wind, evenly spread over the map, pointing along the meridians and parallels there."""
    left, right, lower, upper = sheet.view.limits
    arrows = _ARROWS * sheet.sheet.printed.thin
    step = max(right - left, upper - lower) / arrows
    south, north_end, west, east_end = sheet.view.region
    spacing = max((north_end - south), (east_end - west)) / arrows
    every = max(round(spacing / float(np.median(np.diff(grid.lat)))), 1)
    rows = slice(every // 2, None, every)
    lat, lon = (axis.ravel() for axis in np.meshgrid(grid.lat[rows], grid.lon[rows], indexing="ij"))
    u, v = east[rows, rows].ravel(), north[rows, rows].ravel()
    inside = sphere.in_region(lat, lon, _whole(sheet.view.region)) & (np.abs(lat) < 89.0)
    lat, lon, u, v = lat[inside], lon[inside], u[inside], v[inside]
    place = sheet.view.place(lat, lon)
    ahead = sheet.view.place(lat + 0.05 * v / 10.0, lon + 0.05 * u / 10.0 / np.cos(np.radians(lat)))
    along = ahead - place
    length = np.hypot(*along.T)
    fine = (length > 0) & (length < step)
    speed = np.hypot(u, v)[fine, None]
    along = along[fine] / length[fine, None] * speed
    sheet.axes.quiver(
        *place[fine].T, *along.T, color="#333333", alpha=0.7, width=0.0013, headwidth=4.0, zorder=3,
        scale=float(np.percentile(speed, 98)) * arrows if len(speed) else 1.0,
    )  # fmt: skip


def _whole(region: Region) -> Region | None:
    south, north, west, east = region
    return (south, north, -180.0, 180.0) if east - west >= 360.0 else (south, north, west, east)
