"""The only geometry: the Earth's radius, great-circle distance, longitude difference, points as unit vectors."""

import functools
import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stormtracks.science import kernel
from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.kernel import links
from stormtracks.science.region import Region

EARTH_RADIUS_KM = 6371.0
"""Mean radius (IUGG R1 is 6371.0088; reanalysis models use 6371.2 or 6371.229: 0.004 % apart)."""

KM_PER_DEGREE = 111.2
"""Length of a degree along the surface."""

POLE = 1e-4
"""A row this close to a pole (degrees) is the pole."""


def unit_vectors(lat: npt.ArrayLike, lon: npt.ArrayLike) -> Floats:
    """Points on the unit sphere.

    Parameters
    ----------
    lat, lon : array_like, shape (n,)
        Degrees.

    Returns
    -------
    ndarray, shape (n, 3)
        x towards (0N, 0E), y towards (0N, 90E), z towards the north pole.
    """
    phi, lam = np.radians(lat, dtype=float), np.radians(lon, dtype=float)
    cos = np.cos(phi)
    return np.stack([cos * np.cos(lam), cos * np.sin(lam), np.sin(phi)], axis=-1)


def lat_lon(vectors: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Latitude and longitude (degrees, longitude in [-180, 180)) of vectors of any length > 0, shape (..., 3)."""
    x, y, z = np.moveaxis(np.asarray(vectors, dtype=float), -1, 0)
    return np.degrees(np.arctan2(z, np.hypot(x, y))), wrap(np.degrees(np.arctan2(y, x)))


def distance_km(lat1: npt.ArrayLike, lon1: npt.ArrayLike, lat2: npt.ArrayLike, lon2: npt.ArrayLike) -> Floats:
    """Great-circle distance in km; arguments in degrees, broadcast against each other.

    Notes
    -----
    The haversine with the sine clipped to 1, so that equal and antipodal points are safe.

    Examples
    --------
    >>> from stormtracks.science.sphere import distance_km
    >>> round(float(distance_km(0, 179, 0, -179)), 1)
    222.4
    """
    phi1, phi2 = np.radians(lat1, dtype=float), np.radians(lat2, dtype=float)
    half_lat, half_lon = (phi2 - phi1) / 2, np.radians(np.subtract(lon2, lon1, dtype=float)) / 2
    a = np.sin(half_lat) ** 2 + np.cos(phi1) * np.cos(phi2) * np.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(a, 0.0, 1.0)))


GRID_DIGITS = 5
"""Decimals of a degree that a position has: about a metre. Equal positions are then equal on every processor."""


def on_grid(degrees: npt.ArrayLike) -> Floats:
    """Degrees rounded to `GRID_DIGITS` decimals, so that what differs by rounding errors only is the same position."""
    return np.round(np.asarray(degrees, dtype=float), GRID_DIGITS)


def distance_m(lat1: npt.ArrayLike, lon1: npt.ArrayLike, lat2: npt.ArrayLike, lon2: npt.ArrayLike) -> Ints:
    """Great-circle distances in whole metres, the same on every processor; arguments in degrees, broadcast.

    Notes
    -----
    Positions are rounded to `GRID_DIGITS` decimals and longitudes subtracted as whole numbers before anything is
    computed. Pairs that lie alike on the sphere (fields on a grid are full of them) are then computed from the same
    numbers, and what different processors make of a sine is far below the metre to which the result is rounded. Use
    this, not `distance_km`, wherever distances are compared with each other or with a limit.
    """
    return Places.of(lat1, lon1).metres_to(Places.of(lat2, lon2))


def vectors_on_grid(lat: npt.ArrayLike, lon: npt.ArrayLike) -> Floats:
    """Unit vectors of positions as `distance_m` rounds them, so that their products are its distances; shape (n, 3)."""
    return unit_vectors(on_grid(lat), np.rint(np.multiply(lon, _CIRCLE / 360)) * (360 / _CIRCLE))


def least_cosine(km: float) -> float:
    """Above this is the product of unit vectors on the grid that `distance_m` finds at most `km` apart."""
    return float(np.cos(min((round(1000 * km) + 0.5) / (1000.0 * EARTH_RADIUS_KM), np.pi)))


def metres_of_cosine(cosine: Floats) -> Floats:
    """The distances of `distance_m`, as floats, from products of unit vectors on the grid."""
    return np.rint(2000.0 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip((1.0 - cosine) / 2.0, 0.0, 1.0))))


@dataclass(frozen=True)
class Places:
    """Positions on the grid: latitude in radians, its cosine, longitude as a whole number of the grid's steps."""

    phi: Floats
    cos: Floats
    lon: Floats

    @classmethod
    def of(cls, lat: npt.ArrayLike, lon: npt.ArrayLike) -> "Places":
        """Of positions in degrees."""
        phi = np.radians(on_grid(lat))
        return cls(phi, np.cos(phi), np.rint(np.multiply(lon, _CIRCLE / 360)))

    def metres_to(self, other: "Places") -> Ints:
        """Distances, as `distance_m`."""
        return _metres(_haversine(self, other))

    def take(self, index: Ints) -> "Places":
        """Those that an index array picks."""
        return Places(self.phi[index], self.cos[index], self.lon[index])


_CIRCLE = 360 * 10**GRID_DIGITS


def _haversine(one: Places, other: Places) -> Floats:
    """Squared sine of half the angle between positions."""
    turned = np.abs(one.lon - other.lon)
    turned = np.minimum(turned % _CIRCLE, -turned % _CIRCLE)
    return np.sin((one.phi - other.phi) / 2) ** 2 + one.cos * other.cos * np.sin(turned * (np.pi / _CIRCLE)) ** 2


def _metres(haversine: Floats) -> Ints:
    return np.rint(2000.0 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(haversine, 0.0, 1.0)))).astype(np.int64)


def chord(km: npt.ArrayLike) -> Floats:
    """Straight-line distance on the unit sphere between points `km` apart along the surface."""
    return 2 * np.sin(np.minimum(np.asarray(km, dtype=float) / (2 * EARTH_RADIUS_KM), np.pi / 2))


def arc_km(chord_length: npt.ArrayLike) -> Floats:
    """Surface distance in km between points a straight line of `chord_length` apart on the unit sphere."""
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(np.asarray(chord_length, dtype=float) / 2, 1.0))


def wrap(lon: npt.ArrayLike) -> Floats:
    """Longitude in [-180, 180)."""
    return (np.asarray(lon, dtype=float) + 180.0) % 360.0 - 180.0


def lon_difference(lon1: npt.ArrayLike, lon2: npt.ArrayLike) -> Floats:
    """`lon2 - lon1` the short way round, degrees in [-180, 180)."""
    return wrap(np.subtract(lon2, lon1, dtype=float))


def in_region(lat: Floats, lon: Floats, region: Region | None) -> Bools:
    """Which points lie in a region, edges included; all of them where `region` is None.

    Parameters
    ----------
    lat, lon : ndarray of float
        Degrees; of any shapes that fit each other.
    region : tuple of float or None
        South, north, west, east; west > east goes through 180 or 0.

    Examples
    --------
    >>> import numpy as np
    >>> from stormtracks.science.sphere import in_region
    >>> in_region(np.array([10.0, 10.0]), np.array([175.0, 0.0]), (0, 40, 150, -150)).tolist()
    [True, False]
    """
    if region is None:
        return np.ones(np.broadcast_shapes(np.shape(lat), np.shape(lon)), bool)
    south, north, west, east = region
    width = 360.0 if east - west >= 360.0 else (east - west) % 360.0
    return (lat >= south) & (lat <= north) & ((lon - west) % 360.0 <= width)


def is_pole(lat: Floats) -> Bools:
    """Which latitudes are a pole's."""
    return 90.0 - np.abs(lat) < POLE


def between(
    lat1: npt.ArrayLike, lon1: npt.ArrayLike, lat2: npt.ArrayLike, lon2: npt.ArrayLike, fraction: npt.ArrayLike
) -> tuple[Floats, Floats]:
    """Points a fraction of the way along the great circle from one point to another.

    Parameters
    ----------
    lat1, lon1, lat2, lon2 : array_like, shape (n,)
        Degrees; not antipodal, where the way is not defined.
    fraction : array_like, shape (n,)
        0 at the first, 1 at the second.

    Returns
    -------
    lat, lon : ndarray, shape (n,)
        Degrees; lon in [-180, 180).
    """
    first, second = unit_vectors(lat1, lon1), unit_vectors(lat2, lon2)
    angle = 2 * np.arcsin(np.minimum(np.linalg.norm(second - first, axis=-1) / 2, 1.0))
    fraction = np.asarray(fraction, dtype=float)
    # sin(k angle) / sin(angle), which is k where the angle vanishes; np.sinc is safe there.
    weight = [k * np.sinc(k * angle / np.pi) / np.sinc(angle / np.pi) for k in (1 - fraction, fraction)]
    return lat_lon(weight[0][..., None] * first + weight[1][..., None] * second)


PAIRS_AT_A_TIME = 1 << 17
"""Pairs that `pairs_within` looks at in one go, to stay in a processor's cache."""


def pairs_within(
    lat: Floats,
    lon: Floats,
    moment: Ints,
    km: float,
    later: int = 0,
    *,
    leads: Bools | None = None,
    follows: Bools | None = None,
) -> tuple[Ints, Ints, Ints]:
    """All pairs of points at most `km` apart, the second `later` moments after the first.

    Parameters
    ----------
    lat, lon : ndarray of float, shape (n,)
        Degrees; lon in [-180, 180).
    moment : ndarray of int, shape (n,)
        Number of each point's time.
    km : float
    later : int
        Moments from the first point to the second. 0: pairs of the same moment, each once.
    leads, follows : ndarray of bool, shape (n,), optional
        Which points may be the first of a pair, and which the second, where that is a later one; none: all.

    Returns
    -------
    first, second : ndarray of int, shape (npairs,)
        Indices; in no particular order.
    metres : ndarray of int, shape (npairs,)
        Distance, as `distance_m`, which also decides whether a pair is within `km`.

    Notes
    -----
    Candidates are looked up along the meridian in a table sorted by moment and latitude. Those too far off in longitude
    are dropped, and only the rest is measured. Storms lie about as far apart as they move, so few candidates are
    dropped, and this takes a third of the time of a tree.

    Examples
    --------
    >>> import numpy as np
    >>> from stormtracks.science.sphere import arc_km, pairs_within
    >>> lat, lon, moment = np.array([10.0, 10.0, 11.0]), np.array([179.5, -179.5, 0.0]), np.array([0, 0, 0])
    >>> first, second, metres = pairs_within(lat, lon, moment, 300.0)
    >>> first.tolist(), second.tolist(), metres.tolist()
    ([0], [1], [109506])
    """
    # Ten metres more: which pairs are near is decided in whole metres. No farther than all of the globe, else points of
    # other moments would be in reach.
    reach = min(np.degrees(km / EARTH_RADIUS_KM), 180.0) + 1e-4
    height = 1000.0 * moment + lat  # moments lie further apart than any latitudes
    above, most_m, bands = 1000.0 * later, round(1000 * km), _bands(reach)
    if kernel.library() is not None:
        return links.pairs_within((height, lat, lon), (leads, follows), bands, above, reach, most_m)
    order = np.argsort(height, kind="stable")
    table = _Table.of(order, height, lat, lon)
    one, other = (table if mask is None else table.take(mask[order]) for mask in (leads, follows))
    until = np.searchsorted(other.height, one.height + (above + reach), side="right")
    begin = np.searchsorted(other.height, one.height + (above - reach)) if later else np.arange(1, len(order) + 1)
    first, second, metres = _near(one.places, other.places, _widths(lat[one.index], bands), begin, until, most_m)
    return one.index[first], other.index[second], metres


@dataclass(frozen=True)
class _Table:
    """Points by height: their index where they come from, height, and place."""

    index: Ints
    height: Floats
    places: Places

    @classmethod
    def of(cls, order: Ints, height: Floats, lat: Floats, lon: Floats) -> "_Table":
        return cls(order, height[order], Places.of(lat[order], lon[order]))

    def take(self, chosen: Bools) -> "_Table":
        """Those that a mask picks."""
        at = np.flatnonzero(chosen)
        return _Table(self.index[at], self.height[at], self.places.take(at))


def _near(one: Places, other: Places, wide: Floats, begin: Ints, until: Ints, most_m: int) -> tuple[Ints, Ints, Ints]:
    """The pairs within so many metres, of each first point with the second ones from `begin` to `until`."""
    nearly = (chord(most_m / 1000 + 0.01) / 2) ** 2
    # Single precision is half the memory to go through; what it lets pass by a hair is measured in double.
    coarse, coarse_other = one.lon.astype(np.float32), other.lon.astype(np.float32)
    found = []
    for part in parts(until - begin):
        count = until[part] - begin[part]
        second = np.arange(count.sum()) + np.repeat(begin[part] - (np.cumsum(count) - count), count)
        turned = np.abs(np.repeat(coarse[part], count) - coarse_other[second])
        near = np.flatnonzero(np.minimum(turned, np.float32(_CIRCLE) - turned) <= np.repeat(wide[part], count))
        first, second = np.repeat(np.arange(part.start, part.stop), count)[near], second[near]
        haversine = _haversine(one.take(first), other.take(second))
        near = np.flatnonzero(haversine <= nearly)
        metres = _metres(haversine[near])
        near, metres = near[metres <= most_m], metres[metres <= most_m]
        found.append((first[near], second[near], metres))
    first, second, metres = (np.concatenate(column) for column in zip(*found, strict=True))
    return first, second, metres


def parts(counts: Ints) -> list[slice]:
    """Slices of a table of counts (of pairs, say) whose sums are about `PAIRS_AT_A_TIME`; at least one."""
    total = np.cumsum(counts)
    edges = np.arange(PAIRS_AT_A_TIME, total[-1] if len(total) else 0, PAIRS_AT_A_TIME)
    cuts = np.unique(np.concatenate([[0], np.searchsorted(total, edges) + 1, [len(counts)]]))
    return [slice(a, b) for a, b in itertools.pairwise(cuts)] or [slice(0, 0)]


_EDGES = np.arange(-90.0, 90.5, 0.5)
"""Edges of the bands of latitude within which the same reach in longitude will do."""


@functools.lru_cache(maxsize=8)  # a season is searched some thousand maxima at a time, always as far
def _bands(reach: float) -> Floats:
    """Degrees of longitude within which every point at most `reach` degrees from one of a band lies; shape (360,)."""
    edges = reach_lon(_EDGES, reach)
    wide = np.maximum(edges[1:], edges[:-1]) + 1e-3
    wide.setflags(write=False)
    return wide


def _widths(lat: Floats, bands: Floats) -> Floats:
    """The same of each point, as steps of the grid of longitudes; float32."""
    band = np.clip((2.0 * (lat + 90.0)).astype(np.intp), 0, len(bands) - 1)
    return (bands * (_CIRCLE / 360)).astype(np.float32)[band]


def reach_lon(lat: Floats, reach: float) -> Floats:
    """Degrees of longitude within which every point at most `reach` degrees away lies; all of them near a pole."""
    sine = np.sin(np.radians(min(reach, 90.0))) / np.maximum(np.cos(np.radians(lat)), 1e-12)
    return np.where(np.abs(lat) + reach < 90.0, np.degrees(np.arcsin(np.minimum(sine, 1.0))), 180.0) + 1e-9
