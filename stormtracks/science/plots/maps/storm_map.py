"""One storm with the tracks of all its members: a map, and below it strength and members in time."""

import itertools
from collections.abc import Sequence

import numpy as np
import shapely
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Polygon

from stormtracks.science import sphere
from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.consensus import ConsensusTracks
from stormtracks.science.plots import style
from stormtracks.science.plots.charts.strength import add_members_held, add_strength
from stormtracks.science.plots.maps.layers import add_lines
from stormtracks.science.plots.maps.map_sheet import MapSheet
from stormtracks.science.plots.maps.names import Name, add_names
from stormtracks.science.plots.maps.observed import add_best, best_handle, days
from stormtracks.science.plots.maps.one_storm import OneStorm
from stormtracks.science.plots.printed import Print
from stormtracks.science.records import BestTracks, Tracks
from stormtracks.science.sphere import Region

_BEST, _MEAN, _MEMBER = 1.0, 2.2, 0.4
_SPREAD_ALPHA = 0.3


def storm_members(
    consensus: ConsensusTracks,
    number: int | Sequence[int],
    ensemble: Sequence[Tracks],
    best: BestTracks | None = None,
    region: Region | None = None,
    title: str = "",
    *,
    printed: Print | None = None,
) -> Figure:
    """One storm: map of its members' tracks, the consensus and its spread; below it the strength in time.

    Parameters
    ----------
    consensus : ConsensusTracks
    number : int or list of int
        Storm of the consensus, from 0; or all the pieces of one that the consensus has.
    ensemble : list of Tracks
        One for each of ``consensus.members``.
    best : BestTracks, optional
        The storm with the same sid is drawn, and its wind.
    region : tuple of float, optional
        None: around the storm.
    title : str
        None: the storm's name, when it was, and how many members have it; each piece of it by itself.
    printed : Print, optional
        Width, projection and title of the figure.

    Returns
    -------
    matplotlib.figure.Figure
    """
    printed = printed or Print()
    storm = OneStorm.of(consensus, number, ensemble, best)
    pieces, members, mean, observed = storm.pieces, storm.members, storm.mean, storm.observed
    view = storm.view(region, printed.projection)
    panels = (1.25, 0.4) if printed.narrow else (1.5, 0.45)
    handles = _handles(observed, storm.has_wind)
    sheet = MapSheet.of(view, printed, title or storm.title, handles, panels=panels)
    for piece in pieces:
        rows = consensus.points(int(piece))
        _add_spread(sheet, consensus.lat[rows], consensus.lon[rows], consensus.spread_km[rows])
    add_lines(sheet.axes, view, members, colors=style.BLUE, linewidths=_MEMBER, alpha=0.5, zorder=2)
    add_lines(sheet.axes, view, mean, colors=style.VERMILION, linewidths=_MEAN, zorder=4)
    if observed is not None:
        add_best(sheet, observed, _BEST)
    _add_days_and_numbers(sheet, consensus, pieces, mean, observed)
    _add_panels(sheet, consensus, pieces, members, observed)
    return sheet.figure


def _handles(observed: BestTracks | None, has_wind: bool) -> list[Artist]:
    handles: list[Artist] = [
        Line2D([], [], color=style.BLUE, linewidth=0.8, alpha=0.7, label="members"),
        Line2D([], [], color=style.VERMILION, linewidth=_MEAN, label="consensus"),
        Patch(facecolor=style.ORANGE, alpha=_SPREAD_ALPHA, label="spread (map: r.m.s. distance; number: its members)"),
    ]
    if observed is not None:
        handles.append(best_handle(_BEST))
    if has_wind:
        handles.append(Line2D([], [], color=style.BLACK, linewidth=1.0, linestyle="--", label="IBTrACS wind"))
    return handles


def _add_spread(sheet: MapSheet, lat: Floats, lon: Floats, spread_km: Floats) -> None:
    """The area swept by circles of the spread's radius, as one shape."""
    rings = sheet.view.place(*_circles(lat, lon, np.maximum(spread_km, 1.0)))
    hulls = [shapely.MultiPoint(np.concatenate(pair)).convex_hull for pair in itertools.pairwise(rings)]
    left, right = sheet.axes.get_xlim()
    whole = [hull for hull in hulls if np.diff(hull.bounds[::2])[0] < (right - left) / 2]  # not cut by the map's edge
    for part in shapely.get_parts(shapely.union_all(whole)):
        area = Polygon(shapely.get_coordinates(part.exterior), facecolor=style.ORANGE, alpha=_SPREAD_ALPHA, lw=0)
        area.set_zorder(1.8)
        sheet.axes.add_patch(area)


def _circles(lat: Floats, lon: Floats, radius_km: Floats) -> tuple[Floats, Floats]:
    """Latitudes and longitudes of circles on the sphere, each of shape (n, 37)."""
    bearing = np.radians(np.arange(0, 361, 10))
    phi, angle = np.radians(lat)[:, None], (radius_km / sphere.EARTH_RADIUS_KM)[:, None]
    sin_lat = np.sin(phi) * np.cos(angle) + np.cos(phi) * np.sin(angle) * np.cos(bearing)
    east = np.arctan2(np.sin(bearing) * np.sin(angle) * np.cos(phi), np.cos(angle) - np.sin(phi) * sin_lat)
    return np.degrees(np.arcsin(np.clip(sin_lat, -1, 1))), sphere.wrap(np.asarray(lon)[:, None] + np.degrees(east))


def _add_days_and_numbers(
    sheet: MapSheet, consensus: ConsensusTracks, pieces: Ints, mean: Tracks, observed: BestTracks | None
) -> None:
    dated: Tracks | BestTracks = mean if observed is None else observed
    colour = style.VERMILION if observed is None else style.BLACK
    dates = days(sheet, dated, range(len(dated)), colour)
    if dates:
        x, y = np.array([one.xy for one in dates]).T
        sheet.axes.scatter(x, y, s=5, c=colour, linewidths=0, zorder=6)
    where = sheet.view.place(np.append(mean.lat, dated.lat), np.append(mean.lon, dated.lon))
    add_names(sheet, [*_held(sheet, consensus, pieces), *dates], where)


def _held(sheet: MapSheet, consensus: ConsensusTracks, pieces: Ints) -> list[Name]:
    """How many members the spread is of, wherever that changes."""
    names = []
    for piece in pieces:
        rows = consensus.points(int(piece))
        number = consensus.number[rows]
        changes = np.flatnonzero(np.diff(number, prepend=-1))
        for change in changes:
            xy = sheet.view.place(consensus.lat[rows][change], consensus.lon[rows][change])
            names.append(Name(xy, (str(number[change]),), "#9a5b00", bold=True))
    return names


def _add_panels(
    sheet: MapSheet, consensus: ConsensusTracks, pieces: Ints, members: Tracks, observed: BestTracks | None
) -> None:
    strength = sheet.panel(0)
    add_strength(strength, sheet.sheet.printed, consensus, pieces, members, observed)
    add_members_held(sheet.panel(1), sheet.sheet.printed, consensus, pieces, strength)
