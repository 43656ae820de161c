"""Fields on the sphere from spherical-harmonic coefficients; as much of it as a made background needs."""

import numpy as np


def legendre(lat, truncation):
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
    for m in range(1, size):
        p[m, m] = np.sqrt((2 * m + 1) / (2 * m)) * cos * p[m - 1, m - 1]
    for n in range(1, size):
        m = np.arange(n)
        a = np.sqrt((4.0 * n * n - 1) / (n * n - m * m))[:, None]
        b = np.sqrt(np.maximum((n - 1.0) ** 2 - m * m, 0) / max(4.0 * (n - 1) ** 2 - 1, 1))[:, None]
        p[:n, n] = a * (mu * p[:n, n - 1] - b * (p[:n, n - 2] if n > 1 else 0))
    n, m = np.arange(size), np.arange(size)[:, None]
    lower = np.sqrt(np.maximum(n * n - m * m, 0) * (2 * n + 1) / np.maximum(2 * n - 1, 1))
    below = np.concatenate([np.zeros_like(p[:, :1]), p[:, :-1]], axis=1)
    slope = (lower[..., None] * below - n[:, None] * mu * p) / cos
    return _single(p), _single(slope)


def _single(p):
    """Order, latitude, degree in float32; without the tiny values near the poles that slow arithmetic down."""
    return np.ascontiguousarray(np.where(np.abs(p) < 1e-30, 0.0, p).transpose(0, 2, 1), dtype=np.float32)
