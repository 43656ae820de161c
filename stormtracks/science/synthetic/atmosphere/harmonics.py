"""Spherical harmonics, as much of them as an artificial season needs: functions, weights, products."""

from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks.science.arrays import Floats

Waves = npt.NDArray[np.complexfloating]
"""Fourier coefficients along the longitudes, or coefficients of spherical harmonics: complex64."""

_GROUP = 8


def legendre(lat: Floats, truncation: int, dtype: npt.DTypeLike = np.float32) -> tuple[Floats, Floats]:
    """Normalised associated Legendre functions and their slopes.

    Parameters
    ----------
    lat : ndarray, shape (nlat,)
        Degrees, not the poles themselves.
    truncation : int
        Highest degree N.
    dtype : data type
        Of what is returned.

    Returns
    -------
    p, slope : ndarray, shape (N + 1, nlat, N + 1)
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
    return _arranged(p, dtype), _arranged(_slope(p, mu, cos), dtype)


def products(matrices: Floats, waves: Waves) -> Waves:
    """A matrix for each order times coefficients of many members.

    Parameters
    ----------
    matrices : ndarray of float32, shape (order, n, k)
    waves : ndarray of complex64, shape (order, k, member)

    Returns
    -------
    ndarray of complex64, shape (order, n, member)

    Notes
    -----
    Members in groups of a fixed size: a matrix product's last digits depend on its shape, and a member's must not
    depend on how many others there are.
    """
    members = waves.shape[-1]
    padded = -(-members // _GROUP) * _GROUP
    grouped = np.zeros((padded // _GROUP, *waves.shape[:2], _GROUP), np.complex64)
    for number, group in enumerate(grouped):
        part = waves[..., number * _GROUP : (number + 1) * _GROUP]
        group[..., : part.shape[-1]] = part
    parts: list[Any] = [np.matmul(matrices, group.view(np.float32)).view(np.complex64) for group in grouped]
    return np.concatenate(parts, axis=-1)[..., :members]


def quadrature(rows: int) -> Floats:
    """Weights of evenly spaced rows with both poles, for integrals over the sine of latitude; they add up to 2.

    Notes
    -----
    Clenshaw and Curtis (1960): exact for polynomials in the sine up to the degree `rows - 1`.
    """
    intervals = rows - 1
    k = np.arange(1, intervals // 2 + 1)
    share = np.where(2 * k == intervals, 1.0, 2.0) / (4.0 * k * k - 1)
    weights = 2 * (1 - np.cos(2 * np.pi * np.outer(np.arange(rows), k) / intervals) @ share) / intervals
    weights[[0, -1]] /= 2
    return weights


def finer(rows: int, odd: bool) -> Floats:
    """Matrix that interpolates rows from pole to pole to twice as many intervals, shape (2 rows - 1, rows).

    Parameters
    ----------
    rows : int
    odd : bool
        Whether what is interpolated changes its sign across the poles (a scalar's odd orders, a wind's even ones):
        a sum of sines of the colatitude, otherwise of cosines.

    Notes
    -----
    A product of two harmonics has twice their degree. The quadrature of the finer rows is exact for it, that of the
    rows themselves is not.
    """
    wave, degrees = (np.sin, np.arange(1, rows - 1)) if odd else (np.cos, np.arange(rows))
    coarse, fine = (wave(np.outer(np.linspace(0, np.pi, count), degrees)) for count in (rows, 2 * rows - 1))
    return fine @ np.linalg.pinv(coarse)


def _slope(p: Floats, mu: Floats, cos: Floats) -> Floats:
    """Derivative by latitude of functions (order, degree, latitude) at places of this sine and cosine."""
    n, m = np.arange(len(p)), np.arange(len(p))[:, None]
    lower = np.sqrt(np.maximum(n * n - m * m, 0) * (2 * n + 1) / np.maximum(2 * n - 1, 1))
    below = np.concatenate([np.zeros_like(p[:, :1]), p[:, :-1]], axis=1)
    return (lower[..., None] * below - n[:, None] * mu * p) / cos


def _arranged(p: Floats, dtype: npt.DTypeLike) -> Floats:
    """Order, latitude, degree; without the tiny values near the poles that slow arithmetic down."""
    return np.ascontiguousarray(np.where(np.abs(p) < 1e-30, 0.0, p).transpose(0, 2, 1), dtype=dtype)
