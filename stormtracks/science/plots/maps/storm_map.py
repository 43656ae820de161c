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
from stormtracks.science.plots.charts.strength import add_strength
from stormtracks.science.plots.maps.layers import add_lines
from stormtracks.science.plots.maps.map_sheet import MapSheet
from stormtracks.science.plots.maps.names import Name, add_names
from stormtracks.science.plots.maps.observed import add_best, best_handle, days
from stormtracks.science.plots.maps.one_storm import OneStorm, Piece
from stormtracks.science.plots.printed import Print
from stormtracks.science.plots.sheet import Row
from stormtracks.science.records import BestTracks, Tracks
from stormtracks.science.sphere import Region

_BEST, _MEAN, _MEMBER = 1.0, 2.2, 0.4
_SPREAD_ALPHA = 0.3
_SHORTEST = 3  # times for which so many members have a storm, for their number to be said
_NUMBER_COLOUR = "#9a5b00"


def storm_members(
    consensus: ConsensusTracks,
    number: int | Sequence[int] | Ints,
    ensemble: Sequence[Tracks],
    best: BestTracks | None = None,
    region: Region | None = None,
    title: str = "",
    *,
    whole: bool = False,
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
        '': the storm's name, when it was, and how many members have it; each piece of it by itself.
    whole : bool
        Whether tracks are drawn as far as they go; otherwise until a day before and after the
            observed storm, or the consensus of one that was not observed.
    printed : Print, optional
        Width, projection and title of the figure.

    Returns
    -------
    matplotlib.figure.Figure
    """
    printed = printed or Print()
    storm = OneStorm.of(consensus, number, ensemble, best, whole=whole)
    view = storm.view(region, printed.projection)
    high, low = (1.2, 0.35) if printed.narrow else (1.5, 0.45)
    panels = [Row(high, over=0.08, under=0.06), Row(low, over=0.06, under=0.38)]
    sheet = MapSheet.of(view, printed, title or storm.title, _handles(storm), panels=panels)
    for path in storm.paths:
        _add_spread(sheet, path)
    thin = printed.thin
    add_lines(sheet.axes, view, storm.members, colors=style.BLUE, linewidths=_MEMBER * thin, alpha=0.5, zorder=2)
    add_lines(sheet.axes, view, storm.mean, colors=style.VERMILION, linewidths=_MEAN * thin, zorder=4)
    if storm.observed is not None:
        add_best(sheet, storm.observed, _BEST * thin)
    _add_days_and_numbers(sheet, storm)
    add_strength(sheet.panel(0), sheet.panel(1), printed, storm)
    return sheet.figure


def _handles(storm: OneStorm) -> list[Artist]:
    handles: list[Artist] = [
        Line2D([], [], color=style.BLUE, linewidth=0.8, alpha=0.7, label="members"),
        Line2D([], [], color=style.VERMILION, linewidth=_MEAN, label="consensus"),
        Patch(facecolor=style.ORANGE, alpha=_SPREAD_ALPHA, label="spread (number: of so many members)"),
    ]
    if storm.observed is not None:
        handles.append(best_handle(_BEST, "IBTrACS"))
    if storm.has_wind:
        handles.append(Line2D([], [], color=style.BLACK, linewidth=1.0, linestyle="--", label="IBTrACS wind"))
    return handles


def _add_spread(sheet: MapSheet, path: Piece) -> None:
    """The area swept by circles of the spread's radius, as one shape."""
    rings = sheet.view.place(*_circles(path.lat, path.lon, np.maximum(path.spread_km, 1.0)))
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


def _add_days_and_numbers(sheet: MapSheet, storm: OneStorm) -> None:
    dated: Tracks | BestTracks = storm.mean if storm.observed is None else storm.observed
    colour = style.VERMILION if storm.observed is None else style.BLACK
    marked = days(sheet, dated, colour)
    if marked:
        x, y = np.array([one.xy for one in marked]).T
        sheet.axes.scatter(x, y, s=5 * sheet.sheet.printed.thin, c=colour, linewidths=0, zorder=5.5)
    mean = storm.mean
    where = sheet.view.place(np.append(mean.lat, dated.lat), np.append(mean.lon, dated.lon))
    held = [name for path in storm.paths for name in _held(sheet, path)]
    add_names(sheet, [*marked, *held], where)


def _held(sheet: MapSheet, path: Piece) -> list[Name]:
    """How many members the spread is of, in the middle of each stretch with so many that is long enough to matter."""
    starts = np.flatnonzero(np.diff(path.number, prepend=-1))
    names = []
    for start, stop in itertools.pairwise([*starts, len(path.number)]):
        if stop - start >= _SHORTEST:
            middle = (start + stop) // 2
            xy = sheet.view.place(path.lat[middle], path.lon[middle])
            names.append(Name(xy, (str(path.number[middle]),), _NUMBER_COLOUR, bold=True))
    return names
