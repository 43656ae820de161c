"""tracks -> track density: how many tracks pass a place in a season, per unit area."""

from collections.abc import Iterable

import numpy as np
from scipy.spatial import cKDTree

from stormtracks.science import sphere
from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.errors import InputError
from stormtracks.science.records import Grid, Tracks
from stormtracks.science.region import check_region

AREA_KM2 = 1.0e6
"""Unit area for counting tracks; a cap of 5 degrees, as in TRACK's statistics (Hodges 1996), has 0.97e6."""

CAP_RADIUS_KM = sphere.EARTH_RADIUS_KM * np.arccos(1 - AREA_KM2 / (2 * np.pi * sphere.EARTH_RADIUS_KM**2))
"""Radius along the surface of a spherical cap of that area: 565 km."""

_LONG_STEP_KM = 250.0
"""Points farther apart get one half-way between them; nearer ones narrow the swath of a cap by less than 3 %."""


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
    lat, lon = (axis.ravel() for axis in np.meshgrid(grid.lat, grid.lon, indexing="ij"))
    cells = cKDTree(sphere.unit_vectors(lat, lon))
    total, number = np.zeros(len(lat)), 0
    for tracks in seasons:
        total += _visits(tracks, cells)
        number += 1
    return total.reshape(grid.shape) / max(number, 1), grid


def _grid(spacing_deg: float, region: sphere.Region | None) -> Grid:
    south, north, west, east = region or (-90.0, 90.0, 0.0, 360.0)
    width = 360.0 if east - west >= 360.0 else (east - west) % 360.0
    periodic = width == 360.0
    lat = np.linspace(south, north, max(round((north - south) / spacing_deg), 1) + 1)
    lon = west % 360.0 + np.linspace(0.0, width, max(round(width / spacing_deg), 1) + 1)
    return Grid(lat, lon[:-1] if periodic else lon, periodic)


def _visits(tracks: Tracks, cells: cKDTree) -> Ints:
    """Number of tracks that pass each cell's cap, shape (ncells,)."""
    lat, lon, track = _with_midpoints(tracks)
    points = cKDTree(sphere.unit_vectors(lat, lon))
    near = points.sparse_distance_matrix(cells, float(sphere.chord(CAP_RADIUS_KM)), output_type="ndarray")
    # A track and a cell as one number: each pair counts once, however many points of the track are in the cap.
    visits = np.unique(track[near["i"]].astype(np.int64) * cells.n + near["j"])
    return np.bincount(visits % cells.n, minlength=cells.n)


def _with_midpoints(tracks: Tracks) -> tuple[Floats, Floats, Ints]:
    """Latitude, longitude and track of all points and of those added half-way."""
    track, first = tracks.track, tracks.followed
    lat, lon = tracks.lat, tracks.lon
    first = first[sphere.distance_km(lat[first], lon[first], lat[first + 1], lon[first + 1]) > _LONG_STEP_KM]
    between = sphere.between(lat[first], lon[first], lat[first + 1], lon[first + 1], np.full(len(first), 0.5))
    return np.append(lat, between[0]), np.append(lon, between[1]), np.append(track, track[first])
