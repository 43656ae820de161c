"""Cells in no order: linear in the triangles of their convex hull, which are Delaunay's on a sphere."""

import numpy as np
from scipy.spatial import ConvexHull, QhullError, cKDTree

from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.errors import InputError

_CANDIDATES = (4, 16, 64)
"""Triangles looked at around a point, the nearest centres first; more where it lies in none of them."""
_INSIDE = -1e-9
_LARGEST = 6.0
"""Largest radius of the circle round a triangle, in mean distances of the cells: grids that are finer in one region have
up to 4; a continent without cells, or all but one region, has more."""
_LARGEST_DEGREES = 20.0
_FEWEST = 12


def weights(cells: Floats, points: Floats) -> tuple[Ints, Floats]:
    """Three cells around each point, and what each counts.

    Parameters
    ----------
    cells : ndarray of float64, shape (cells, 3)
        On the unit sphere.
    points : ndarray of float64, shape (points, 3)

    Returns
    -------
    cells : ndarray of int64, shape (points, 3)
    shares : ndarray of float64, shape (points, 3)
        Their sum is 1.

    Raises
    ------
    InputError
        They do not go round the whole Earth.
    """
    triangles = _triangles(cells)
    inverse = np.linalg.inv(cells[triangles].transpose(0, 2, 1))
    tree = cKDTree(_unit(cells[triangles].sum(axis=1)))
    found, shares = np.empty(len(points), np.int64), np.full((len(points), 3), -np.inf)
    left = np.arange(len(points))
    for many in _CANDIDATES:
        near = tree.query(points[left], k=min(many, len(triangles)))[1]
        inside = np.einsum("pkij,pj->pki", inverse[near], points[left])
        inside /= inside.sum(axis=2, keepdims=True)
        best = inside.min(axis=2).argmax(axis=1)
        one = np.arange(len(left))
        found[left], shares[left] = near[one, best], inside[one, best]
        left = left[shares[left].min(axis=1) < _INSIDE]
        if not len(left):
            break
    shares = np.maximum(shares, 0)  # beside all triangles by rounding
    return triangles[found], shares / shares.sum(axis=1, keepdims=True)


def _triangles(cells: Floats) -> Ints:
    """The triangles, shape (triangles, 3); refused where there is a hole among the cells."""
    try:
        hull = ConvexHull(cells) if len(cells) >= _FEWEST else None
    except QhullError:  # all in one plane
        hull = None
    if hull is None:
        raise InputError("has too few cells, or all on one circle")
    distance = np.clip(abs(hull.equations[:, 3]), 0, 1)  # of a triangle's plane from the centre of the Earth
    outside = hull.equations[:, 3] > -1e-9  # the centre is not behind it
    radius = np.degrees(np.where(outside, np.pi / 2, np.arccos(distance)))
    allowed = min(_LARGEST * np.degrees(np.sqrt(4 * np.pi / len(cells))), _LARGEST_DEGREES)
    if radius.max() > allowed:
        middle = -hull.equations[radius.argmax(), :3] if outside.any() else hull.equations[radius.argmax(), :3]
        lat, lon = np.degrees(np.arcsin(np.clip(middle[2], -1, 1))), np.degrees(np.arctan2(middle[1], middle[0]))
        raise InputError(
            f"has no cells within {radius.max():.0f} degrees of {lat:.0f} N, {lon:.0f} E"
        )
    return hull.simplices


def _unit(vectors: Floats) -> Floats:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
