"""Map axes with land, in the projection that a region asks for; lines and meshes on them."""

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cartopy.crs as ccrs
import matplotlib.path
import numpy as np
import shapely
from matplotlib.collections import LineCollection, PatchCollection, QuadMesh
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from matplotlib.patches import PathPatch

from stormtracks.science import sphere
from stormtracks.science.arrays import Floats
from stormtracks.science.records import Grid, Tracks
from stormtracks.science.seam import cut_segments
from stormtracks.science.sphere import Region

GeoAxes = Any  # cartopy.mpl.geoaxes.GeoAxes; Cartopy has no types

LAND = Path(__file__).parents[1] / "data" / "ne_110m_land.geojson"
LAND_COLOUR, COAST_COLOUR = "#e9e7e2", "#8c8a85"
GLOBAL_CENTRE = -160.0
"""Central meridian of a world map, so that it is cut at 20E, where few storms are, and in no ocean."""
POLAR_LATITUDE = 25.0
"""A region all around the globe that lies poleward of this is drawn around its pole."""
MANY_SEGMENTS = 20_000
"""So many lines are drawn as an image, in SVG and PDF too: otherwise no viewer would open the file."""


@dataclass(frozen=True)
class MapView:
    """What a map shows: region (south, north, west, east), projection, central meridian, pole (1, -1; 0: none)."""

    region: Region
    projection: ccrs.Projection
    central: float
    pole: int

    @classmethod
    def of(cls, region: Region | None) -> "MapView":
        """The view of a region (None: the globe)."""
        south, north, west, east = region or (-90.0, 90.0, GLOBAL_CENTRE - 180.0, GLOBAL_CENTRE + 180.0)
        width = 360.0 if east - west >= 360.0 else (east - west) % 360.0
        central = float(sphere.wrap(west + width / 2))
        region = (south, north, central - width / 2, central + width / 2)
        if width > 180.0 and (south >= POLAR_LATITUDE or north <= -POLAR_LATITUDE):
            north_pole = south >= POLAR_LATITUDE
            kind = ccrs.NorthPolarStereo if north_pole else ccrs.SouthPolarStereo
            central = 0.0 if width >= 360.0 else central
            return cls(region, kind(central_longitude=central), central, 1 if north_pole else -1)
        kind = ccrs.Robinson if width >= 300.0 and north - south >= 120.0 else ccrs.PlateCarree
        return cls(region, kind(central_longitude=central), central, 0)

    def project(self, rel: Floats, lat: Floats) -> Floats:
        """Map coordinates of points given in degrees east of the central meridian (-180 to 180) and degrees north."""
        rel = np.clip(rel, -180.0 + 1e-7, 180.0 - 1e-7)  # the edge itself could come out on the other side of the map
        flat = ccrs.PlateCarree(central_longitude=self.central)
        return self.projection.transform_points(flat, np.asarray(rel, float), np.asarray(lat, float))[..., :2]

    def place(self, lat: Floats, lon: Floats) -> Floats:
        """Map coordinates of points, shape (..., 2)."""
        return self.project(sphere.wrap(np.subtract(lon, self.central)), lat)

    def clip(self) -> tuple[float, float]:
        """South and north of what is worth drawing: all, or around a pole somewhat more than is shown."""
        south, north = self.region[:2]
        return {0: (-90.0, 90.0), 1: (max(south - 20.0, -60.0), 90.0), -1: (-90.0, min(north + 20.0, 60.0))}[self.pole]


def region_of(lat: Floats, lon: Floats, margin: float = 5.0) -> Region:
    """The smallest region around points, with a margin in degrees: the widest gap between longitudes is left out."""
    lat, lon = np.asarray(lat, float), np.sort(np.mod(lon, 360.0))
    south, north = max(lat.min() - margin, -90.0), min(lat.max() + margin, 90.0)
    gaps = np.diff(np.append(lon, lon[0] + 360.0))
    widest = int(np.argmax(gaps))
    if gaps[widest] <= 2 * margin + 30.0:
        return south, north, GLOBAL_CENTRE - 180.0, GLOBAL_CENTRE + 180.0
    west = lon[(widest + 1) % len(lon)] - margin
    east = lon[widest] + margin
    return south, north, float(sphere.wrap(west)), float(sphere.wrap(west) + (east - west) % 360.0)


def map_axes(figure: Figure, view: MapView, spec: SubplotSpec | None = None) -> GeoAxes:
    """Axes with land, coastlines and labelled meridians and parallels."""
    axes = figure.add_subplot(spec or figure.add_gridspec(1, 1)[0], projection=view.projection)
    _limit(axes, view)
    axes.set_facecolor("white")
    _add_land(axes, view)
    _add_grid_lines(axes, view)
    axes.spines["geo"].set_linewidth(0.8)
    return axes


def add_lines(axes: GeoAxes, view: MapView, tracks: Tracks, **style: Any) -> LineCollection:
    """Draw tracks, in one colour or by a value per point (`array`, shape (npoints,), with `cmap` and `norm`)."""
    track, first = tracks.track, tracks.followed
    ends = (tracks.lon[first], tracks.lat[first], tracks.lon[first + 1], tracks.lat[first + 1])
    segments, source = cut_segments(*ends, view.central)
    inside = np.all((segments[..., 1] >= view.clip()[0]) & (segments[..., 1] <= view.clip()[1]), axis=1)
    segments, source = segments[inside], source[inside]
    if "array" in style:
        values = np.asarray(style["array"], float)
        style["array"] = (values[first] + values[first + 1])[source] / 2
    if np.ndim(style.get("linewidths", 0)):
        style["linewidths"] = np.asarray(style["linewidths"])[track[first]][source]
    lines = LineCollection(list(view.project(segments[..., 0], segments[..., 1])), capstyle="round", **style)
    lines.set_rasterized(len(segments) > MANY_SEGMENTS)
    axes.add_collection(lines, autolim=False)
    return lines


def add_mesh(axes: GeoAxes, view: MapView, values: Floats, grid: Grid, **style: Any) -> QuadMesh:
    """Draw a field (nlat, nlon) cell by cell; the mesh."""
    rel = sphere.wrap(grid.lon - view.central)
    order = np.argsort(rel)
    rel, values = rel[order], values[:, order]
    if grid.periodic:  # so that the cell that the map's edge cuts is there on both sides
        rel = np.concatenate([rel[-1:] - 360.0, rel, rel[:1] + 360.0])
        values = np.ma.concatenate([values[:, -1:], values, values[:, :1]], axis=1)
    south, north = view.clip()
    rows = (grid.lat >= south) & (grid.lat <= north)
    west_east = np.clip(_edges(rel), -180.0, 180.0)
    columns = np.diff(west_east) > 0
    edges = west_east[np.append(columns, False) | np.append(False, columns)]
    corners = view.project(*np.meshgrid(edges, np.clip(_edges(grid.lat[rows]), -90.0, 90.0)))
    mesh = axes.pcolormesh(
        corners[..., 0], corners[..., 1], values[rows][:, columns], rasterized=True, zorder=0.5, **style
    )
    _limit(axes, view)
    return mesh


def add_coast(axes: GeoAxes, view: MapView, **style: Any) -> None:
    """Coastlines alone, over a field."""
    style = {"colors": COAST_COLOUR, "linewidths": 0.5, "zorder": 1.2, **style}
    segments = _coast_segments()
    segments, _ = cut_segments(segments[:, 0, 0], segments[:, 0, 1], segments[:, 1, 0], segments[:, 1, 1], view.central)
    south, north = view.clip()
    inside = np.all((segments[..., 1] >= south) & (segments[..., 1] <= north), axis=1)
    segments = segments[inside]
    axes.add_collection(LineCollection(list(view.project(segments[..., 0], segments[..., 1])), **style), autolim=False)


def _limit(axes: GeoAxes, view: MapView) -> None:
    south, north, west, east = view.region
    if view.pole:
        edge = view.project(np.linspace(-180.0, 180.0, 181), np.full(181, south if view.pole > 0 else north))
        radius = np.hypot(*edge.T).max()
        axes.set_xlim(-radius, radius)
        axes.set_ylim(-radius, radius)
        axes.set_boundary(matplotlib.path.Path(edge))
    elif isinstance(view.projection, ccrs.Robinson):
        axes.set_global()
    else:
        axes.set_xlim(west - view.central, east - view.central)
        axes.set_ylim(south, north)


def _add_grid_lines(axes: GeoAxes, view: MapView) -> None:
    south, north, west, east = view.region
    meridians = np.unique(sphere.wrap(_round_values(west, east, (1, 2, 5, 10, 15, 20, 30, 60))))
    parallels = _round_values(south, north, (1, 2, 5, 10, 20, 30))
    dashes = (0, (3, 3))
    lines = axes.gridlines(
        draw_labels=True, xlocs=meridians, ylocs=parallels, lw=0.4, color="#b5b5b5", linestyle=dashes, zorder=1.5
    )
    lines.rotate_labels = False
    lines.xlabel_style = lines.ylabel_style = {"size": 8, "color": "#333333"}
    lines.top_labels = lines.right_labels = view.pole != 0


def _round_values(low: float, high: float, steps: tuple[int, ...]) -> Floats:
    """Multiples of the finest step of which there are no more than nine."""
    step = next((step for step in steps if (high - low) / step <= 9), steps[-1])
    return np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step


def _add_land(axes: GeoAxes, view: MapView) -> None:
    south, north = view.clip()
    patches = []
    for shift in (-360.0, 0.0, 360.0):
        frame = shapely.box(view.central - 180.0 - shift, south, view.central + 180.0 - shift, north)
        for part in shapely.get_parts(shapely.intersection(_land(), frame)):
            if part.geom_type == "Polygon" and not part.is_empty:
                patches.append(PathPatch(_path(part, view, shift)))
    land = PatchCollection(patches, facecolor=LAND_COLOUR, edgecolor=LAND_COLOUR, linewidth=0.3, zorder=0.4)
    axes.add_collection(land, autolim=False)
    add_coast(axes, view)


def _path(polygon: shapely.Polygon, view: MapView, shift: float) -> matplotlib.path.Path:
    rings = []
    for ring in (polygon.exterior, *polygon.interiors):
        lon, lat = shapely.get_coordinates(shapely.segmentize(ring, 5.0)).T  # a long edge bends with the map
        codes = np.full(len(lon), matplotlib.path.Path.LINETO)
        codes[0] = matplotlib.path.Path.MOVETO
        rings.append(matplotlib.path.Path(view.project(lon + shift - view.central, lat), codes))
    return matplotlib.path.Path.make_compound_path(*rings)


@functools.cache
def _land() -> list[Any]:
    features = json.loads(LAND.read_text(encoding="utf-8"))["features"]
    return [shapely.geometry.shape(feature["geometry"]) for feature in features]


@functools.cache
def _coast_segments() -> Floats:
    """Ends of all pieces of coast: those of the rings, but for the cuts at the date line and at the south pole."""
    rings = [shapely.get_coordinates(ring) for polygon in _land() for ring in (polygon.exterior, *polygon.interiors)]
    segments = np.concatenate([np.stack([ring[:-1], ring[1:]], axis=1) for ring in rings])
    cut = np.all(np.abs(segments[..., 0]) == 180.0, axis=1) | np.any(segments[..., 1] == -90.0, axis=1)
    return segments[~cut]


def _edges(centres: Floats) -> Floats:
    middle = (centres[:-1] + centres[1:]) / 2
    return np.concatenate([[1.5 * centres[0] - 0.5 * centres[1]], middle, [1.5 * centres[-1] - 0.5 * centres[-2]]])
