"""Tracks -> the same smoothed in time, for maps and reports; nothing that is measured on tracks uses it."""

import numpy as np

from stormtracks.science import sphere
from stormtracks.science.arrays import Floats
from stormtracks.science.records import Tracks

REACH_STEPS = 4
"""Points before and after each one that are fitted."""
WIDTH_STEPS = 2.0
"""Standard deviation of the Gaussian weights, in the track's usual steps."""


def smoothed(tracks: Tracks) -> tuple[Floats, Floats]:
    """Positions of tracks, each from a quadratic in time through its neighbours.

    Parameters
    ----------
    tracks : Tracks

    Returns
    -------
    lat, lon : ndarray of float64, shape (npoints,)
        Degrees; lon in [-180, 180).

    Notes
    -----
    A local quadratic (Savitzky and Golay 1964; Cleveland 1979) with Gaussian weights over four points before and after,
    of the positions' unit vectors, so that neither the date line nor a pole matters. At a track's ends the quadratic is
    one-sided. Tracks of fewer than four points stay as they are. On planted storms it takes a tenth off the distance
    between a member's track and the true centre.

    Examples
    --------
    >>> import numpy as np
    >>> from stormtracks.science.records import Tracks
    >>> from stormtracks.science.consensus.smoothing import smoothed
    >>> times = np.datetime64("2005-08-23T00", "s") + 6 * np.arange(9) * np.timedelta64(1, "h")
    >>> zigzag = np.array([20, 20.5, 20, 20.5, 20, 20.5, 20, 20.5, 20])
    >>> lat, lon = smoothed(Tracks(np.array([9]), times, zigzag, -60.0 - np.arange(9), np.ones(9), np.arange(9)))
    >>> bool(np.ptp(lat[2:-2]) < 0.2), bool(np.abs(lon + 60 + np.arange(9)).max() < 0.01)
    (True, True)
    """
    vectors = sphere.unit_vectors(tracks.lat, tracks.lon)
    fitted = _at_zero(*_moments(tracks, vectors), vectors)
    fitted /= np.linalg.norm(fitted, axis=1, keepdims=True)
    enough = np.repeat(tracks.row_size >= 4, tracks.row_size)
    return sphere.lat_lon(np.where(enough[:, None], fitted, vectors))


def _moments(tracks: Tracks, vectors: Floats) -> tuple[Floats, Floats]:
    """Weighted sums of t^0 to t^4, shape (npoints, 5), and of t^0 to t^2 times the vectors, shape (npoints, 3, 3)."""
    row, hours = tracks.row, tracks.time.astype(np.int64) / 3600.0
    step = _step_hours(tracks, hours)
    sums, products = np.zeros((len(row), 5)), np.zeros((len(row), 3, 3))
    for offset in range(-REACH_STEPS, REACH_STEPS + 1):
        here = np.arange(max(-offset, 0), len(row) - max(offset, 0))
        here = here[row[here] == row[here + offset]]
        time = (hours[here + offset] - hours[here]) / step[row[here]]
        weight = np.exp(-((time / WIDTH_STEPS) ** 2) / 2)
        powers = weight[:, None] * time[:, None] ** np.arange(5)
        sums[here] += powers
        products[here] += powers[:, :3, None] * vectors[here + offset][:, None, :]
    return sums, products


def _step_hours(tracks: Tracks, hours: Floats) -> Floats:
    """Mean step of each track, hours; 1 of a single point."""
    last = tracks.start + tracks.row_size - 1
    return np.where(tracks.row_size > 1, (hours[last] - hours[tracks.start]) / np.maximum(tracks.row_size - 1, 1), 1.0)


def _at_zero(sums: Floats, products: Floats, vectors: Floats) -> Floats:
    """The quadratics at their own points, shape (npoints, 3); the vectors themselves where too few points say."""
    matrix = sums[:, np.arange(3)[:, None] + np.arange(3)]
    free = np.abs(np.linalg.det(matrix)) < 1e-9
    matrix[free] = np.eye(3)
    return np.where(free[:, None], vectors, np.linalg.solve(matrix, products)[:, 0])
