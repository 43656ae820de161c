"""What lies on a map: lines along tracks, a field as cells or as filled contours, arrows of wind."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, QuadMesh
from scipy.interpolate import RectBivariateSpline

from stormtracks.science import sphere
from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.plots.maps.land import GeoAxes
from stormtracks.science.plots.maps.view import MapView
from stormtracks.science.records import BestTracks, Grid, Tracks
from stormtracks.science.seam import cut_segments

_FINE_DEG = 0.5
MANY_SEGMENTS = 20_000
"""So many lines are drawn as an image, in SVG and PDF too: otherwise no viewer would open the file."""


def add_lines(axes: GeoAxes, view: MapView, tracks: Tracks, **style: Any) -> LineCollection:
    """Draw tracks, in one colour or by a value per point (`array`, shape (npoints,), with `cmap` and `norm`)."""
    segments, first = segments_of(view, tracks)
    if "array" in style:
        values = np.asarray(style["array"], float)
        style["array"] = (values[first] + values[first + 1]) / 2
    if np.ndim(style.get("linewidths", 0)):
        style["linewidths"] = np.asarray(style["linewidths"])[tracks.row[first]]
    lines = LineCollection(list(segments), capstyle="round", **style)
    lines.set_rasterized(len(segments) > MANY_SEGMENTS)
    axes.add_collection(lines, autolim=False)
    return lines


def segments_of(view: MapView, tracks: Tracks | BestTracks) -> tuple[Floats, Ints]:
    """The lines along tracks, cut where the map is: their ends (n, 2, 2) on the map, and at which point each begins."""
    first = tracks.followed
    ends = (tracks.lon[first], tracks.lat[first], tracks.lon[first + 1], tracks.lat[first + 1])
    segments, source = cut_segments(*ends, view.central)
    south, north = view.clip()
    inside = np.all((segments[..., 1] >= south) & (segments[..., 1] <= north), axis=1)
    segments = segments[inside]
    return view.project(segments[..., 0], segments[..., 1]), first[source[inside]]


def add_mesh(axes: GeoAxes, view: MapView, values: Floats, grid: Grid, **style: Any) -> QuadMesh:
    """Draw a field (nlat, nlon) cell by cell; the mesh."""
    rel, lat, values = _around(view, values, grid)
    west_east = np.clip(_edges(rel), -180.0, 180.0)
    columns = np.diff(west_east) > 0
    edges = west_east[np.append(columns, False) | np.append(False, columns)]
    corners = view.project(*np.meshgrid(edges, np.clip(_edges(lat), -90.0, 90.0)))
    mesh = axes.pcolormesh(corners[..., 0], corners[..., 1], values[:, columns], rasterized=True, zorder=0.5, **style)
    limit(axes, view)
    return mesh


def add_contours(axes: GeoAxes, view: MapView, values: Floats, grid: Grid, **style: Any) -> Any:
    """Draw a field (nlat, nlon) as filled contours between `levels`; what is outside of them stays as it is.

    Between the grid's points the field is a spline through them, so that a coarse grid does not show as blocks.
    """
    rel, lat, values = _finer(*_around(view, values, grid))
    if grid.periodic:  # up to the map's edge and no further
        values = np.stack([np.interp(_ends(rel), rel, row) for row in np.ma.filled(values, np.nan)])
        rel = _ends(rel)
    points = view.project(*np.meshgrid(rel, lat))
    # Matplotlib's own: the points are the map's already, and Cartopy fails to project some areas once more.
    style = {"zorder": 0.5, "transform": axes.transData} | style
    filled = Axes.contourf(axes, points[..., 0], points[..., 1], values, **style)
    filled.set_rasterized(True)
    limit(axes, view)
    return filled


def limit(axes: GeoAxes, view: MapView) -> None:
    """Show what the view shows, and no more than that."""
    left, right, lower, upper = view.limits
    axes.set_xlim(left, right)
    axes.set_ylim(lower, upper)


def _around(view: MapView, values: Floats, grid: Grid) -> tuple[Floats, Floats, Floats]:
    """Longitudes relative to the central meridian, latitudes worth drawing, and the values there."""
    rel = sphere.wrap(grid.lon - view.central)
    order = np.argsort(rel)
    rel, values = rel[order], values[:, order]
    if grid.periodic:  # so that the cell that the map's edge cuts is there on both sides
        rel = np.concatenate([rel[-1:] - 360.0, rel, rel[:1] + 360.0])
        values = np.ma.concatenate([values[:, -1:], values, values[:, :1]], axis=1)
    south, north = view.clip()
    rows = (grid.lat >= south) & (grid.lat <= north)
    return rel, grid.lat[rows], values[rows]


def _finer(rel: Floats, lat: Floats, values: Floats) -> tuple[Floats, Floats, Floats]:
    """The field at points between those of a coarse grid, never beyond its extremes; as it is where values lack."""
    step = float(np.median(np.diff(lat)))
    parts = int(np.ceil(step / _FINE_DEG - 1e-6))
    if parts < 2 or min(values.shape) < 4 or np.ma.is_masked(values):
        return rel, lat, values
    known = np.asarray(values, float)
    finer_lat, finer_rel = _between(lat, parts), _between(rel, parts)
    spline = RectBivariateSpline(lat, rel, known, kx=3, ky=3)
    return finer_rel, finer_lat, np.clip(spline(finer_lat, finer_rel), known.min(), known.max())


def _between(axis: Floats, parts: int) -> Floats:
    """An axis with so many parts in place of each step."""
    place = np.arange((len(axis) - 1) * parts + 1) / parts
    return np.interp(place, np.arange(len(axis)), axis)


def _ends(rel: Floats) -> Floats:
    """The longitudes from -180 to 180, these two among them."""
    return np.concatenate([[-180.0], rel[(rel > -180.0) & (rel < 180.0)], [180.0]])


def _edges(centres: Floats) -> Floats:
    middle = (centres[:-1] + centres[1:]) / 2
    return np.concatenate([[1.5 * centres[0] - 0.5 * centres[1]], middle, [1.5 * centres[-1] - 0.5 * centres[-2]]])
