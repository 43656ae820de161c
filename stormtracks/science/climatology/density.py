"""tracks -> track density: how many tracks pass a place in a season, per unit area."""

from collections.abc import Iterable

import numpy as np

from stormtracks.science import kernel, sphere
from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.errors import InputError
from stormtracks.science.kernel import visits as compiled
from stormtracks.science.records import Grid, Tracks
from stormtracks.science.region import check_region

AREA_KM2 = 1.0e6
"""Unit area for counting tracks; a cap of 5 degrees, as in TRACK's statistics (Hodges 1996), has 0.97e6."""

CAP_RADIUS_KM = sphere.EARTH_RADIUS_KM * np.arccos(1 - AREA_KM2 / (2 * np.pi * sphere.EARTH_RADIUS_KM**2))
"""Radius along the surface of a spherical cap of that area: 565 km."""

_RADIUS = CAP_RADIUS_KM / sphere.EARTH_RADIUS_KM
_REACH = np.degrees(_RADIUS)
"""The same as an angle, in radians and in degrees."""
_LONG_STEP_KM = 250.0
"""Points farther apart get one half-way between them; nearer ones narrow the swath of a cap by less than 3 %."""
_OPPOSITE_KM = 20_000.0
"""Points so far apart are opposite each other, give or take 15 km: no way between them is shorter than all others."""


def track_density(
    seasons: Iterable[Tracks], spacing_deg: float = 2.0, region: sphere.Region | None = None
) -> tuple[Floats, Grid]:
    """Tracks that pass within a cap of 10^6 km2 around each point of a grid, per season.

    Parameters
    ----------
    seasons : iterable of Tracks
        The tracks of one member and year each; at most one of them is in memory.
    spacing_deg : float
        Spacing of the grid, degrees.
    region : tuple of float, optional
        South, north, west, east (west > east: across the date line or Greenwich); none: the globe.

    Returns
    -------
    density : ndarray of float64, shape (nlat, nlon)
        Tracks per 10^6 km2 and season, mean over the seasons; a track that stays or returns counts once.
    grid : Grid
        The points.

    Raises
    ------
    BadValue
        A spacing that is not above 0, or a region out of its range.

    Notes
    -----
    Equal caps make the count a density per area everywhere, also at the poles. Points that are far apart get one
    half-way between them, so that a fast storm does not jump over a cap.

    Examples
    --------
    >>> import numpy as np
    >>> from stormtracks.science.climatology.density import track_density
    >>> from stormtracks.science.records import Tracks
    >>> times = np.datetime64("2005-08-23T00", "s") + 6 * np.arange(3) * np.timedelta64(1, "h")
    >>> lat, lon = np.full(3, 10.0), np.array([-60.0, -62.0, -64.0])
    >>> storm = Tracks(np.array([3]), times, lat, lon, np.full(3, 7e-5), np.arange(3))
    >>> density, grid = track_density([storm, storm], spacing_deg=5.0, region=(0, 20, -80, -40))
    >>> density.shape, float(density.max())
    ((5, 9), 1.0)
    """
    if not 0 < spacing_deg <= 180:
        raise InputError(f"'spacing_deg' must be above 0 and at most 180 degrees, not {spacing_deg}")
    check_region(region)
    grid = _grid(spacing_deg, region)
    total, number = np.zeros(grid.shape), 0
    for tracks in seasons:
        total += _visits(tracks, grid)
        number += 1
    return total / max(number, 1), grid


def _grid(spacing_deg: float, region: sphere.Region | None) -> Grid:
    south, north, west, east = region or (-90.0, 90.0, 0.0, 360.0)
    width = 360.0 if east - west >= 360.0 else (east - west) % 360.0
    periodic = width == 360.0
    lat = np.linspace(south, north, max(round((north - south) / spacing_deg), 1) + 1)
    lon = west % 360.0 + np.linspace(0.0, width, max(round(width / spacing_deg), 1) + 1)
    return Grid(lat, lon[:-1] if periodic else lon, periodic)


def _visits(tracks: Tracks, grid: Grid) -> Ints:
    """Number of tracks that pass each cell's cap, shape (nlat, nlon)."""
    spacing = float(grid.lon[1] - grid.lon[0]) if len(grid.lon) > 1 else 1.0
    if kernel.library() is not None:
        points, columns = (tracks.lat, tracks.lon, tracks.row_size), (float(grid.lon[0]), spacing, len(grid.lon))
        long_way, opposite = (float(sphere.chord(km)) for km in (_LONG_STEP_KM, _OPPOSITE_KM))
        how = {"radius": _RADIUS, "reach": _REACH, "long_way": long_way, "opposite": opposite}
        return compiled.visits(*points, grid.lat, columns, **how)
    lat, lon, track = _with_midpoints(tracks)
    lon = (lon - grid.lon[0]) % 360.0
    order = np.argsort(lat)
    lat, lon, track = lat[order], lon[order], track[order]
    first = np.searchsorted(lat, grid.lat - _REACH)
    last = np.searchsorted(lat, grid.lat + _REACH, side="right")
    rows = (slice(*ends) for ends in zip(first, last, strict=True))
    row_of = len(grid.lon), spacing
    each = [_visits_of_row(lat[row], lon[row], track[row], at, *row_of) for at, row in zip(grid.lat, rows, strict=True)]
    return np.array(each)


def _visits_of_row(lat: Floats, lon: Floats, track: Ints, row_lat: float, columns: int, spacing: float) -> Ints:
    """Number of tracks that pass the caps of a row of the grid, from the points that are near it; shape (columns,).

    The columns that a point is near are a stretch of the row. Stretches of a track are joined, so that it counts once.
    """
    size = columns + 1  # one more than the columns, so that stretches of different tracks never touch
    begins, ends = _stretches(lat, lon, row_lat, columns, spacing)
    owner = np.tile(track.astype(np.int64) * size, 3)
    some = begins < ends
    begins, ends = begins[some] + owner[some], ends[some] + owner[some]
    order = np.argsort(begins)
    begins, ends = begins[order], np.maximum.accumulate(ends[order])
    fresh = np.append(True, begins[1:] > ends[:-1])[: len(begins)]
    closing = np.append(fresh[1:], True)[: len(ends)]
    steps = np.bincount(begins[fresh] % size, minlength=size) - np.bincount(ends[closing] % size, minlength=size)
    return np.asarray(np.cumsum(steps)[:-1])


def _stretches(lat: Floats, lon: Floats, row_lat: float, columns: int, spacing: float) -> tuple[Ints, Ints]:
    """First column whose cap each point is in, and the one after the last: once as it is and once each way round."""
    phi, row_phi = np.radians(lat), np.radians(row_lat)
    far = np.cos(_RADIUS) - np.sin(phi) * np.sin(row_phi)
    wide = np.maximum(np.cos(phi) * np.cos(row_phi), 1e-15)  # at a pole: all of the row is near, or nothing
    half = np.where(far > wide, np.nan, np.degrees(np.arccos(np.clip(far / wide, -1.0, 1.0))))
    east = np.concatenate([lon + turn for turn in (-360.0, 0.0, 360.0)])
    half = np.tile(half, 3)
    begins = np.nan_to_num(np.ceil((east - half) / spacing), nan=1.0)
    ends = np.nan_to_num(np.floor((east + half) / spacing) + 1, nan=0.0)
    return tuple(np.clip(one, 0, columns).astype(np.int64) for one in (begins, ends))


def _with_midpoints(tracks: Tracks) -> tuple[Floats, Floats, Ints]:
    """Latitude, longitude and track of all points and of those added half-way."""
    track, first = tracks.track, tracks.followed
    lat, lon = tracks.lat, tracks.lon
    way_km = sphere.distance_km(lat[first], lon[first], lat[first + 1], lon[first + 1])
    first = first[(way_km > _LONG_STEP_KM) & (way_km < _OPPOSITE_KM)]
    between = sphere.between(lat[first], lon[first], lat[first + 1], lon[first + 1], np.full(len(first), 0.5))
    return np.append(lat, between[0]), np.append(lon, between[1]), np.append(track, track[first])
