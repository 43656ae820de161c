"""Maps of tracks: those of a year, and one storm with the tracks of all its members."""

import itertools
from collections.abc import Sequence
from typing import Any

import matplotlib.dates
import numpy as np
import numpy.typing as npt
import shapely
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Polygon
from matplotlib.ticker import MaxNLocator

from stormtracks.science import calendars, sphere
from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.consensus import ConsensusTracks
from stormtracks.science.plots import style
from stormtracks.science.plots.maps import GeoAxes, MapView, add_lines, map_axes, region_of
from stormtracks.science.records import BestTracks, Tracks, ragged_starts
from stormtracks.science.sphere import Region

_CASING = 0.8  # points that a best track's white border is wider than the track


def year_tracks(
    tracks: Tracks,
    best: BestTracks | None = None,
    storm: Bools | None = None,
    region: Region | None = None,
    title: str = "",
    min_peak_s1: float = 0.0,
) -> Figure:
    """Map of tracks coloured by vorticity, with the best tracks in black.

    Parameters
    ----------
    tracks : Tracks
        Of a year, one member or consensus.
    best : BestTracks, optional
    storm : ndarray of bool, shape (ntracks,), optional
        Tracks that are observed storms; the others are drawn thinner.
    region : tuple of float, optional
        South, north, west, east; none: the globe.
    title : str
    min_peak_s1 : float
        Tracks that never reach this vorticity (s-1) are left out, unless they are observed storms.

    Returns
    -------
    matplotlib.figure.Figure
    """
    view = MapView.of(region)
    figure = style.new_figure(*style.map_size(view))
    axes = map_axes(figure, view)
    known = np.zeros(len(tracks), bool) if storm is None else np.asarray(storm, bool)
    tracks, known = _drawn(tracks, known, min_peak_s1)
    values = tracks.vorticity * 1e5
    widths = np.where(known, 2.8, 0.7 if known.any() else 1.0)
    norm = Normalize(*_limits(values))
    lines = add_lines(axes, view, tracks, array=values, cmap=style.STRENGTH, norm=norm, linewidths=widths, zorder=2)
    style.colour_bar(figure, lines, axes, style.VORTICITY_LABEL, extend="max")
    if best is not None and len(best):
        _add_best(axes, view, best)
    style.legend(axes, view, _year_legend(best, known))
    axes.set_title(title or "Tracks", fontsize=11)
    return figure


def storm_members(
    consensus: ConsensusTracks,
    number: int,
    ensemble: Sequence[Tracks],
    best: BestTracks | None = None,
    region: Region | None = None,
) -> Figure:
    """One storm: map of its members' tracks, the consensus and its spread; below it the strength in time.

    Parameters
    ----------
    consensus : ConsensusTracks
    number : int
        Storm of the consensus, from 0.
    ensemble : list of Tracks
        One for each of ``consensus.members``.
    best : BestTracks, optional
        The storm with the same sid is drawn.
    region : tuple of float, optional
        None: around the storm.

    Returns
    -------
    matplotlib.figure.Figure
    """
    members = _tracks_of(consensus, number, ensemble)
    rows = consensus.points(number)
    view = MapView.of(region or region_of(members.lat, members.lon))
    width, height = style.map_size(view)
    figure = style.new_figure(width, height + 2.6)
    grid = figure.add_gridspec(2, 1, height_ratios=(height, 2.3))
    axes = map_axes(figure, view, grid[0])
    _add_spread(axes, view, consensus.lat[rows], consensus.lon[rows], consensus.spread_km[rows])
    add_lines(axes, view, members, colors=style.BLUE, linewidths=0.5, alpha=0.5, zorder=2)
    add_lines(axes, view, consensus.tracks.take(np.array([number])), colors=style.VERMILION, linewidths=2.4, zorder=4)
    if best is not None:
        _add_best(axes, view, best.take(best.sid == consensus.sid[number]))
    style.legend(axes, view, _storm_legend(best))
    axes.set_title(_storm_title(consensus, number), fontsize=11)
    _add_strength(figure.add_subplot(grid[1]), consensus, rows, members)
    return figure


def _drawn(tracks: Tracks, known: Bools, min_peak_s1: float) -> tuple[Tracks, Bools]:
    """Tracks in the order in which they are drawn: observed storms over others, strong ones over weak ones."""
    strength = tracks.vorticity[tracks.peak]
    order = np.lexsort((strength, known))
    order = order[(strength >= min_peak_s1)[order] | known[order]]
    sizes = tracks.row_size[order].astype(np.int64)
    points = np.repeat(tracks.start[order] - ragged_starts(sizes), sizes) + np.arange(sizes.sum())
    return _points_of(tracks, sizes, points), known[order]


def _limits(values: Floats) -> tuple[float, float]:
    """Colour limits: from the weakest to nearly the strongest, so that one point does not take all the colours."""
    if not len(values):
        return 0.0, 1.0
    low, high = float(np.floor(values.min())), float(np.ceil(np.percentile(values, 99.5)))
    return low, max(high, low + 1.0)


def _add_best(axes: GeoAxes, view: MapView, best: BestTracks) -> None:
    nothing = np.zeros(len(best.lat), int)
    track = Tracks(best.row_size, best.time, best.lat, best.lon, nothing.astype(float), nothing)
    add_lines(axes, view, track, colors="white", linewidths=1.0 + _CASING, zorder=4.5)
    add_lines(axes, view, track, colors=style.BLACK, linewidths=1.0, zorder=5)
    x, y = view.place(best.lat[best.start], best.lon[best.start]).T
    axes.scatter(x, y, s=14, c="white", edgecolors=style.BLACK, linewidths=0.9, zorder=6)


def _year_legend(best: BestTracks | None, known: Bools) -> list[Artist]:
    middle = style.STRENGTH(0.4)  # stands for all the colours
    handles: list[Artist] = [Line2D([], [], color=middle, linewidth=1.0, label="track")]
    if known.any():
        handles = [
            Line2D([], [], color=middle, linewidth=2.8, label="track matched to a best track"),
            Line2D([], [], color=middle, linewidth=0.7, label="other track"),
        ]
    return handles + _best_legend(best)


def _best_legend(best: BestTracks | None) -> list[Artist]:
    if best is None or not len(best):
        return []
    line = Line2D([], [], color=style.BLACK, linewidth=1.2, marker="o", markersize=4, markerfacecolor="white")
    line.set_markevery([0])
    line.set_label("IBTrACS (circle: first point)")
    return [line]


def _storm_legend(best: BestTracks | None) -> list[Artist]:
    return [
        Line2D([], [], color=style.BLUE, linewidth=0.8, alpha=0.7, label="members"),
        Line2D([], [], color=style.VERMILION, linewidth=2.4, label="consensus"),
        Patch(facecolor=style.ORANGE, alpha=0.35, label="spread (root mean square distance)"),
        *_best_legend(best),
    ]


def _storm_title(consensus: ConsensusTracks, number: int) -> str:
    name, sid = consensus.name[number], consensus.sid[number]
    start = calendars.text(consensus.time[consensus.start[number]], consensus.calendar, "D")
    what = f"{name.title() or 'Unnamed storm'} ({sid})" if sid else f"Candidate of {start}"
    return f"{what}: found in {consensus.held_by[number].sum()} of {len(consensus.members)} members"


def _tracks_of(consensus: ConsensusTracks, number: int, ensemble: Sequence[Tracks]) -> Tracks:
    """All members' tracks of a storm, as one record."""
    parts = [tracks.take(storm == number) for tracks, storm in zip(ensemble, consensus.storm_of, strict=True)]
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("row_size", "time", "lat", "lon", "vorticity", "maximum")
    }
    return Tracks(**columns, calendar=consensus.calendar)


def _points_of(tracks: Tracks, row_size: Ints, points: npt.NDArray[Any] | slice) -> Tracks:
    """The tracks that some points make up, of which there are so many in each."""
    return Tracks(
        row_size=row_size,
        time=tracks.time[points],
        lat=tracks.lat[points],
        lon=tracks.lon[points],
        vorticity=tracks.vorticity[points],
        maximum=tracks.maximum[points],
        calendar=tracks.calendar,
    )


def _add_spread(axes: GeoAxes, view: MapView, lat: Floats, lon: Floats, spread_km: Floats) -> None:
    """The area swept by circles of the spread's radius, as one shape."""
    rings = view.place(*_circles(lat, lon, np.maximum(spread_km, 1.0)))
    hulls = [shapely.MultiPoint(np.concatenate(pair)).convex_hull for pair in itertools.pairwise(rings)]
    left, right = axes.get_xlim()
    whole = [hull for hull in hulls if np.diff(hull.bounds[::2])[0] < (right - left) / 2]  # not cut by the map's edge
    for part in shapely.get_parts(shapely.union_all(whole)):
        axes.add_patch(
            Polygon(shapely.get_coordinates(part.exterior), facecolor=style.ORANGE, alpha=0.35, lw=0, zorder=1.8)
        )


def _circles(lat: Floats, lon: Floats, radius_km: Floats) -> tuple[Floats, Floats]:
    """Latitudes and longitudes of circles on the sphere, each of shape (n, 37)."""
    bearing = np.radians(np.arange(0, 361, 10))
    phi, angle = np.radians(lat)[:, None], (radius_km / sphere.EARTH_RADIUS_KM)[:, None]
    sin_lat = np.sin(phi) * np.cos(angle) + np.cos(phi) * np.sin(angle) * np.cos(bearing)
    east = np.arctan2(np.sin(bearing) * np.sin(angle) * np.cos(phi), np.cos(angle) - np.sin(phi) * sin_lat)
    return np.degrees(np.arcsin(np.clip(sin_lat, -1, 1))), sphere.wrap(np.asarray(lon)[:, None] + np.degrees(east))


def _add_strength(axes: Axes, consensus: ConsensusTracks, rows: slice, members: Tracks) -> None:
    time = calendars.on_an_axis(consensus.time[rows], consensus.calendar)
    mean, deviation = consensus.vorticity[rows] * 1e5, consensus.vorticity_std[rows] * 1e5
    for start, size in zip(members.start, members.row_size, strict=True):
        points = slice(start, start + size)
        member_time = calendars.on_an_axis(members.time[points], members.calendar)
        axes.plot(member_time, members.vorticity[points] * 1e5, color=style.BLUE, lw=0.4, alpha=0.4)
    axes.fill_between(time, mean - deviation, mean + deviation, color=style.ORANGE, alpha=0.35, lw=0)
    axes.plot(time, mean, color=style.VERMILION, lw=2.2)
    axes.set_ylabel("cyclonic vorticity\n(10$^{-5}$ s$^{-1}$)", fontsize=9)
    axes.set_ylim(bottom=0)
    count = axes.twinx()
    count.step(time, consensus.number[rows], where="mid", color="#555555", lw=1.0, linestyle="--")
    count.set_ylim(0, len(consensus.members) * 1.05)
    count.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    count.set_ylabel("members (dashed)", fontsize=9, color="#555555")
    locator = matplotlib.dates.AutoDateLocator()
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(matplotlib.dates.ConciseDateFormatter(locator))
    axes.set_xlabel("time (UTC)", fontsize=9)
    for one in (axes, count):
        one.tick_params(labelsize=8)
        one.spines["top"].set_visible(False)
