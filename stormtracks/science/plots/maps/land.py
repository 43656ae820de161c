"""Land, coasts and lakes: Natural Earth's, coarse for the world and finer for a region; shipped, not fetched."""

import functools
import json
from pathlib import Path
from typing import Any

import matplotlib.path
import numpy as np
import shapely
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.patches import PathPatch

from stormtracks.science.arrays import Floats
from stormtracks.science.plots.maps.view import MapView
from stormtracks.science.seam import cut_segments

GeoAxes = Any  # cartopy.mpl.geoaxes.GeoAxes; Cartopy has no types

LAND = Path(__file__).parents[2] / "data" / "ne_110m_land.geojson"
FINE_LAND = LAND.parent / "ne_50m.npz"
LAND_COLOUR, COAST_COLOUR, LAKE_COLOUR = "#e9e7e2", "#8c8a85", "#ffffff"
REGIONAL_WIDTH = 170.0
"""Degrees of longitude; a map that is no wider has the finer coast, with lakes."""


def add_land(axes: GeoAxes, view: MapView) -> None:
    """Land as areas, with its coast; of a region also its lakes."""
    fine = is_regional(view)
    _add_areas(axes, view, land(fine), LAND_COLOUR, 0.4)
    if fine:
        _add_areas(axes, view, lakes(), LAKE_COLOUR, 0.45)
    add_coast(axes, view)


def add_coast(axes: GeoAxes, view: MapView, **style: Any) -> None:
    """Coastlines alone, over a field."""
    style = {"colors": COAST_COLOUR, "linewidths": 0.4, "zorder": 1.2, **style}
    segments = coast_segments(is_regional(view))
    segments, _ = cut_segments(segments[:, 0, 0], segments[:, 0, 1], segments[:, 1, 0], segments[:, 1, 1], view.central)
    segments = segments[np.all(_within(segments, view), axis=1)]
    axes.add_collection(
        LineCollection(_joined(view.project(segments[..., 0], segments[..., 1])), **style), autolim=False
    )


def is_regional(view: MapView) -> bool:
    """Whether a map shows so little that the finer coast is worth it."""
    return view.region[3] - view.region[2] <= REGIONAL_WIDTH


@functools.cache
def land(fine: bool = False) -> list[Any]:
    """The world's land as polygons of shapely: Natural Earth 1:110m, or `fine` 1:50m; cut at the date line."""
    if fine:
        return _polygons("land")
    features = json.loads(LAND.read_text(encoding="utf-8"))["features"]
    return [shapely.geometry.shape(feature["geometry"]) for feature in features]


@functools.cache
def lakes() -> list[Any]:
    """Lakes of more than 1500 km2 as polygons of shapely."""
    return _polygons("lakes")


@functools.cache
def coast_segments(fine: bool = False) -> Floats:
    """Ends of all pieces of coast: those of the rings, but for the cuts at the date line and at the south pole."""
    areas = [*land(fine), *(lakes() if fine else [])]
    rings = [shapely.get_coordinates(ring) for polygon in areas for ring in (polygon.exterior, *polygon.interiors)]
    segments = np.concatenate([np.stack([ring[:-1], ring[1:]], axis=1) for ring in rings])
    cut = np.all(np.abs(segments[..., 0]) == 180.0, axis=1) | np.any(segments[..., 1] == -90.0, axis=1)
    return segments[~cut]


def _joined(segments: Floats) -> list[Floats]:
    """Lines of pieces, shape (n, 2, 2), each of which begins where the one before ends: SVG has an element per line."""
    torn = np.any(segments[1:, 0] != segments[:-1, 1], axis=1)
    lines = np.split(segments, np.flatnonzero(torn) + 1)
    return [np.concatenate([line[:, 0], line[-1:, 1]]) for line in lines if len(line)]


def _polygons(name: str) -> list[Any]:
    """Polygons of the finer file: points in hundredths of a degree, points per ring, rings per polygon."""
    with np.load(FINE_LAND) as stored:
        points = stored[name] / 100.0
        rings = np.split(points, np.cumsum(stored[f"{name}_ring_size"])[:-1])
        of_polygon = np.repeat(np.arange(len(stored[f"{name}_rings"])), stored[f"{name}_rings"])
    of_ring = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    linear: Any = shapely.linearrings(np.concatenate(rings), indices=of_ring)
    polygons: Any = shapely.polygons(linear, indices=of_polygon)
    return list(polygons)


def _within(segments: Floats, view: MapView) -> Any:
    """Which ends are worth drawing, shape (n, 2): degrees east of the central meridian, degrees north."""
    south, north = view.clip()
    inside = (segments[..., 1] >= south) & (segments[..., 1] <= north)
    if is_regional(view):
        far = (view.region[3] - view.region[2]) / 2 + 60.0
        inside &= np.abs(segments[..., 0]) <= far
    return inside


def _add_areas(axes: GeoAxes, view: MapView, areas: list[Any], colour: str, order: float) -> None:
    south, north = view.clip()
    half = min((view.region[3] - view.region[2]) / 2 + 60.0, 180.0) if is_regional(view) else 180.0
    patches = []
    for shift in (-360.0, 0.0, 360.0):
        frame = shapely.box(view.central - half - shift, south, view.central + half - shift, north)
        for part in shapely.get_parts(shapely.intersection(areas, frame)):
            if part.geom_type == "Polygon" and not part.is_empty:
                patches.append(PathPatch(_path(part, view, shift)))
    filled = PatchCollection(patches, facecolor=colour, edgecolor=colour, linewidth=0.2, zorder=order)
    axes.add_collection(filled, autolim=False)


def _path(polygon: shapely.Polygon, view: MapView, shift: float) -> matplotlib.path.Path:
    rings = []
    for ring in (polygon.exterior, *polygon.interiors):
        lon, lat = shapely.get_coordinates(shapely.segmentize(ring, 5.0)).T  # a long edge bends with the map
        codes = np.full(len(lon), matplotlib.path.Path.LINETO)
        codes[0] = matplotlib.path.Path.MOVETO
        rings.append(matplotlib.path.Path(view.project(lon + shift - view.central, lat), codes))
    return matplotlib.path.Path.make_compound_path(*rings)
