"""Whether this machine computes the same storms as every other: a small season whose tracks are known to the last bit.

Two hosts of a cluster, or a task that is done again on another one, must agree. Processors and versions of NumPy differ
in the last digits of sines and sums; nothing here may hang on those (see `sphere.distance_m`, `maxima.find`). The
season below is made by whole numbers and divisions only, which every processor rounds alike, and is full of ties.
"""

import hashlib

import numpy as np

from stormtracks.science import linking, matching, maxima, vorticity
from stormtracks.science.arrays import Floats
from stormtracks.science.records import BestTracks, Grid, Maxima, TimeAxis, Tracks
from stormtracks.science.settings import LINKERS

EXPECTED = "86203e45709a8093"
"""What `fingerprint` gives everywhere; changed only when the science is meant to change."""

_STEPS = 12


def fingerprint() -> str:
    """Sixteen hexadecimal digits that stand for every maximum, link and match of the small season.

    Examples
    --------
    >>> from stormtracks.science.self_check import EXPECTED, fingerprint
    >>> fingerprint() == EXPECTED
    True
    """
    grid = Grid(np.linspace(-90.0, 90.0, 73), np.arange(144) * 2.5, True)
    axis = TimeAxis(
        np.datetime64("2005-08-01", "s") + np.arange(_STEPS) * np.timedelta64(6, "h"), np.arange(_STEPS) * 6.0
    )
    found = maxima.find(vorticity.cyclonic_vorticity(*_winds(grid), grid), grid, threshold_s1=1e-6)
    parts = [found.step, *_position(found), _whole(found.vorticity, 1e-9)]
    for linker in LINKERS:
        tracks = linking.link(found, axis, linker=linker, min_points=3, min_peak_s1=0.0)
        best = _best_tracks(tracks)
        matches = matching.match(tracks, best, axis, min_common_times=3)
        parts += [tracks.row_size, tracks.maximum, matches.track, matches.common_times, matches.storm_of_track]
    return digest(parts)


def digest(parts: list) -> str:
    """Sixteen hexadecimal digits of some arrays of whole numbers."""
    total = hashlib.sha256()
    for part in parts:
        total.update(np.ascontiguousarray(part, dtype="<i8").tobytes())
    return total.hexdigest()[:16]


def _winds(grid: Grid) -> tuple[Floats, Floats]:
    """Winds of eddies that lie and move alike: u and v, m s-1, float32, shape (steps, nlat, nlon)."""
    row, column = np.arange(73, dtype=float)[:, None], np.arange(144, dtype=float)[None, :]
    u, v = np.zeros((_STEPS, 73, 144)), np.zeros((_STEPS, 73, 144))
    for number in range(24):
        place = 10.0 + 2.0 * (number % 9) + (40.0 if number % 2 else 0.0)
        for step in range(_STEPS):
            north = row - place
            east = (column - 6.0 * number - (step if number % 3 else step / 2) + 72.0) % 144.0 - 72.0
            strength = (20.0 + number) / (1.0 + (north**2 + east**2) / 4.0) * (1.0 if number % 2 else -1.0)
            u[step] -= strength * north
            v[step] += strength * east
    return u.astype(np.float32), v.astype(np.float32)


def _best_tracks(tracks: Tracks) -> BestTracks:
    """Observed storms where the tracks are, half a degree further north: as many as tracks, ties and all."""
    nothing = np.full(len(tracks.time), np.nan, np.float32)
    names = np.array([f"S{number:03d}" for number in range(len(tracks))])
    seasons = np.full(len(tracks), 2005, np.int32)
    north = np.minimum(tracks.lat + 0.5, 90.0)
    return BestTracks(names, names, names, seasons, tracks.row_size, tracks.time, north, tracks.lon, nothing, nothing)


def _position(found: Maxima) -> tuple[Floats, Floats]:
    return _whole(found.lat, 1e-5), _whole(found.lon, 1e-5)


def _whole(values: Floats, unit: float) -> Floats:
    return np.rint(values.astype(float) / unit)
