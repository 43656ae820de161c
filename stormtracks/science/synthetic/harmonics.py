"""Fields on the sphere from spherical-harmonic coefficients; as much of it as an artificial background needs."""

import numpy as np

from stormtracks.science.arrays import Floats


def legendre(lat: Floats, truncation: int) -> tuple[Floats, Floats]:
    """Normalised associated Legendre functions and their slopes.

    Parameters
    ----------
    lat : ndarray, shape (nlat,)
        Degrees, not the poles themselves.
    truncation : int
        Highest degree N.

    Returns
    -------
    p, slope : ndarray of float32, shape (N + 1, nlat, N + 1)
        P(order m, latitude, degree n) and its derivative by latitude (per radian); 0 where n < m. Normalised so
        that the squares of P(n, m) exp(i m lambda) over all orders -n..n add up to 2 n + 1 at any place.

    Notes
    -----
    The forward recursion in the degree, stable to degrees of about a thousand (Holmes and Featherstone 2002).
    """
    phi = np.radians(lat)
    mu, cos = np.sin(phi), np.cos(phi)
    size = truncation + 1
    p = np.zeros((size, size, len(phi)))  # order, degree, latitude
    p[0, 0] = 1.0
    for order in range(1, size):
        p[order, order] = np.sqrt((2 * order + 1) / (2 * order)) * cos * p[order - 1, order - 1]
    for degree in range(1, size):
        orders = np.arange(degree)
        a = np.sqrt((4.0 * degree * degree - 1) / (degree * degree - orders * orders))[:, None]
        b = np.sqrt(np.maximum((degree - 1.0) ** 2 - orders * orders, 0) / max(4.0 * (degree - 1) ** 2 - 1, 1))[:, None]
        p[:degree, degree] = a * (mu * p[:degree, degree - 1] - b * (p[:degree, degree - 2] if degree > 1 else 0))
    return _single(p), _single(_slope(p, mu, cos))


def _slope(p: Floats, mu: Floats, cos: Floats) -> Floats:
    """Derivative by latitude of functions (order, degree, latitude) at places of this sine and cosine."""
    n, m = np.arange(len(p)), np.arange(len(p))[:, None]
    lower = np.sqrt(np.maximum(n * n - m * m, 0) * (2 * n + 1) / np.maximum(2 * n - 1, 1))
    below = np.concatenate([np.zeros_like(p[:, :1]), p[:, :-1]], axis=1)
    return (lower[..., None] * below - n[:, None] * mu * p) / cos


def _single(p: Floats) -> Floats:
    """Order, latitude, degree in float32; without the tiny values near the poles that slow arithmetic down."""
    return np.ascontiguousarray(np.where(np.abs(p) < 1e-30, 0.0, p).transpose(0, 2, 1), dtype=np.float32)
