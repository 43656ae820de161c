"""What a map shows, and in which projection: chosen by the region, or by name."""

import functools
from dataclasses import dataclass

import cartopy.crs as ccrs
import numpy as np

from stormtracks.errors import BadValue
from stormtracks.science import sphere
from stormtracks.science.arrays import Floats
from stormtracks.science.sphere import Region

GLOBAL_CENTRE = -160.0
"""Central meridian of a world map, so that it is cut at 20E, where few storms are, and in no ocean."""
POLAR_LATITUDE = 25.0
"""A region all around the globe that lies poleward of this is drawn around its pole."""
NEAREST_EQUATOR = 20.0
"""A polar map of the whole globe shows its hemisphere from here to the pole; one of a region at least its hemisphere's
part."""

_WHOLE = (ccrs.Robinson, ccrs.EqualEarth)  # a world map in them has a round edge
_MERCATOR_LATITUDE = 80.0
_FLATTEST_CONE = 10.0  # degrees between the equator and the middle of a conic map


@dataclass(frozen=True)
class MapView:
    """What a map shows: region (south, north, west, east), projection, central meridian, pole (1, -1; 0: none)."""

    region: Region
    projection: ccrs.Projection
    central: float
    pole: int

    @classmethod
    def of(cls, region: Region | None, projection: str = "auto") -> "MapView":
        """The view of a region (None: the globe) in a projection of `printed.PROJECTIONS`.

        Raises
        ------
        BadValue
            A projection that cannot show the region.
        """
        south, north, west, east = region or (-90.0, 90.0, GLOBAL_CENTRE - 180.0, GLOBAL_CENTRE + 180.0)
        width = 360.0 if east - west >= 360.0 else (east - west) % 360.0
        central = float(sphere.wrap(west + width / 2))
        region = (south, north, central - width / 2, central + width / 2)
        if projection == "auto":
            projection = _suited(region)
        if projection in ("north-polar", "south-polar"):
            return cls._polar(region, width, 1 if projection == "north-polar" else -1)
        if projection == "lambert":
            return cls(region, _lambert(region), central, 0)
        if projection == "mercator":
            region = (max(south, -_MERCATOR_LATITUDE), min(north, _MERCATOR_LATITUDE), *region[2:])
        return cls(region, _CYLINDERS[projection](central_longitude=central), central, 0)

    @classmethod
    def _polar(cls, region: Region, width: float, pole: int) -> "MapView":
        south, north, west, east = region
        if (north <= 0) if pole > 0 else (south >= 0):
            name = "north-polar" if pole > 0 else "south-polar"
            raise BadValue(f"the projection {name} cannot show {south:.3g} to {north:.3g} N; choose another one")
        edge = NEAREST_EQUATOR if north - south > 120.0 else 0.0
        south, north = (max(south, edge), 90.0) if pole > 0 else (-90.0, min(north, -edge))
        central = 0.0 if width >= 360.0 else float(sphere.wrap((west + east) / 2))
        kind = ccrs.NorthPolarStereo if pole > 0 else ccrs.SouthPolarStereo
        return cls((south, north, central - 180.0, central + 180.0), kind(central_longitude=central), central, pole)

    @property
    def is_world(self) -> bool:
        """Whether the whole globe is shown within a round edge."""
        south, north, west, east = self.region
        return isinstance(self.projection, _WHOLE) and east - west >= 300.0 and north - south >= 120.0

    @functools.cached_property
    def limits(self) -> tuple[float, float, float, float]:
        """Map coordinates of the left, right, lower and upper end."""
        south, north, west, east = self.region
        if self.pole:
            edge = self.edge
            radius = float(np.hypot(*edge.T).max())
            return -radius, radius, -radius, radius
        if self.is_world:
            return (*self.projection.x_limits, *self.projection.y_limits)
        lon, lat = np.linspace(west, east, 91) - self.central, np.linspace(south, north, 91)
        sides = [(lon, np.full(91, south)), (lon, np.full(91, north)), (lon[[0] * 91], lat), (lon[[-1] * 91], lat)]
        if self.region[0] < 0 < self.region[1]:  # where pseudo-cylindrical maps are widest
            sides.append((lon, np.zeros(91)))
        points = np.concatenate([self.project(*side) for side in sides])
        (left, lower), (right, upper) = points.min(axis=0), points.max(axis=0)
        return float(left), float(right), float(lower), float(upper)

    @property
    def edge(self) -> Floats:
        """The parallel that a polar map ends at, shape (181, 2)."""
        around = np.linspace(-180.0, 180.0, 181)
        return self.project(around, np.full(181, self.region[0] if self.pole > 0 else self.region[1]))

    @property
    def aspect(self) -> float:
        """Height per width."""
        left, right, lower, upper = self.limits
        return (upper - lower) / (right - left)

    def project(self, rel: Floats, lat: Floats) -> Floats:
        """Map coordinates of points given in degrees east of the central meridian (-180 to 180) and degrees north."""
        rel = np.clip(rel, -180.0 + 1e-7, 180.0 - 1e-7)  # the edge itself could come out on the other side of the map
        flat = ccrs.PlateCarree(central_longitude=self.central)
        x, y = np.broadcast_arrays(np.asarray(rel, float), np.asarray(lat, float))
        points = self.projection.transform_points(flat, np.atleast_1d(x), np.atleast_1d(y))
        return points[..., :2].reshape(*x.shape, 2)

    def place(self, lat: Floats, lon: Floats) -> Floats:
        """Map coordinates of points, shape (..., 2)."""
        return self.project(sphere.wrap(np.subtract(lon, self.central)), lat)

    def clip(self) -> tuple[float, float]:
        """South and north of what is worth drawing: all, or somewhat more than is shown of what has no end."""
        south, north = self.region[:2]
        if isinstance(self.projection, ccrs.LambertConformal):
            return max(south - 25.0, -85.0), min(north + 25.0, 90.0 if north > 0 else 0.0)
        if isinstance(self.projection, ccrs.Mercator):
            return -85.0, 85.0
        return {0: (-90.0, 90.0), 1: (max(south - 20.0, -60.0), 90.0), -1: (-90.0, min(north + 20.0, 60.0))}[self.pole]

    def widened(self, least: float, most: float) -> "MapView":
        """A view of about the same that is neither flatter nor higher than this, in height per width.

        Only regional maps between parallels change: more is shown to both sides, or to the south and north.
        """
        south, north, west, east = self.region
        if self.pole or self.is_world or not isinstance(self.projection, (ccrs.PlateCarree, ccrs.Mercator)):
            return self
        if self.aspect > most:
            more = min((east - west) * self.aspect / most, 360.0)
            middle = (west + east) / 2
            return MapView((south, north, middle - more / 2, middle + more / 2), self.projection, self.central, 0)
        if self.aspect < least:
            more = (north - south) * (least / self.aspect - 1) / 2
            end = _MERCATOR_LATITUDE if isinstance(self.projection, ccrs.Mercator) else 90.0
            return MapView((max(south - more, -end), min(north + more, end), west, east), *self._how)
        return self

    @property
    def _how(self) -> tuple[ccrs.Projection, float, int]:
        return self.projection, self.central, self.pole


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


_CYLINDERS = {
    "robinson": ccrs.Robinson,
    "equal-earth": ccrs.EqualEarth,
    "platecarree": ccrs.PlateCarree,
    "mercator": ccrs.Mercator,
}


def _suited(region: Region) -> str:
    """The projection for a region."""
    south, north, west, east = region
    if east - west > 180.0 and (south >= POLAR_LATITUDE or north <= -POLAR_LATITUDE):
        return "north-polar" if south >= POLAR_LATITUDE else "south-polar"
    return "robinson" if east - west >= 300.0 and north - south >= 120.0 else "platecarree"


def _lambert(region: Region) -> ccrs.LambertConformal:
    south, north, west, east = region
    middle, sixth = (south + north) / 2, (north - south) / 6
    if east - west > 180.0 or abs(middle) < _FLATTEST_CONE:
        raise BadValue(
            "the projection lambert is for regions of one hemisphere, at most 180 degrees wide, "
            f"not {south:.3g} to {north:.3g} N and {east - west:.3g} degrees; choose another --region or --projection"
        )
    return ccrs.LambertConformal(
        central_longitude=float(sphere.wrap((west + east) / 2)),
        central_latitude=middle,
        standard_parallels=(south + sixth, north - sixth),
        cutoff=-60 if middle > 0 else 60,
    )
