"""Cells in no order: the triangles of their convex hull, which are Delaunay's on a sphere.

Linear in a triangle, or the mean of three parabolas weighted alike: each goes through a corner and, by least squares,
past the cells around it. That is to two dimensions what the cubic way of `rows` is to one.
"""

import numpy as np

from stormtracks.science import sphere
from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.errors import InputError

_CANDIDATES = (4, 16, 64)
"""Triangles looked at around a point, the nearest centres first; more where it lies in none of them."""
_INSIDE = -1e-9
_LARGEST = 6.0
"""Largest radius of the circle round a triangle, in mean distances of the cells: grids that are finer in one region
have up to 4; a continent without cells, or all but one region, has more."""
_LARGEST_DEGREES = 20.0
_FEWEST = 12
FROM_POLE = {"linear": 15.0, "quadratic": 7.0}
"""So many mean distances from a pole, winds that blow across it are exact to 1e-3."""
_AROUND = 12
"""Cells around one that its parabola, of five numbers, is fitted to."""


class Triangles:
    """The triangles of some cells.

    Parameters
    ----------
    cells : ndarray of float64, shape (cells, 3)
        On the unit sphere.

    Raises
    ------
    InputError
        They do not go round the whole Earth.
    """

    def __init__(self, cells: Floats) -> None:
        from scipy.spatial import cKDTree  # a third of a slot's start-up time, and few data have cells

        self._cells = cells
        self._corners = _triangles(cells)
        self._inverse = np.linalg.inv(cells[self._corners].transpose(0, 2, 1))
        self._centres = cKDTree(_unit(cells[self._corners].sum(axis=1)))
        self._near = cKDTree(cells)

    def weights(self, points: Floats, kind: str) -> tuple[Ints, Floats]:
        """Some cells around each point, and what each counts.

        Parameters
        ----------
        points : ndarray of float64, shape (points, 3)
            Some ten thousand at once: each quadratic one needs 10 kB meanwhile.
        kind : str
            "linear" or "quadratic".

        Returns
        -------
        cells : ndarray of int64, shape (points, 3 or 39)
        shares : ndarray of float64, shape (points, 3 or 39)
            Their sum is 1; a cell may be there twice.
        """
        corners, shares = self._linear(points)
        return (corners, shares) if kind == "linear" else self._quadratic(points, corners, shares)

    def _linear(self, points: Floats) -> tuple[Ints, Floats]:
        """The corners of the triangle around each point, and their shares."""
        found, shares = np.empty(len(points), np.int64), np.full((len(points), 3), -np.inf)
        left = np.arange(len(points))
        for many in _CANDIDATES:
            near: Ints = np.asarray(self._centres.query(points[left], k=min(many, len(self._corners)))[1])
            inside = np.einsum("pkij,pj->pki", self._inverse[near], points[left])
            inside /= inside.sum(axis=2, keepdims=True)
            best = inside.min(axis=2).argmax(axis=1)
            one = np.arange(len(left))
            found[left], shares[left] = near[one, best], inside[one, best]
            left = left[shares[left].min(axis=1) < _INSIDE]
            if not len(left):
                break
        shares = np.maximum(shares, 0)  # beside all triangles by rounding
        return self._corners[found], shares / shares.sum(axis=1, keepdims=True)

    def _quadratic(self, points: Floats, corners: Ints, shares: Floats) -> tuple[Ints, Floats]:
        """The cells around the corners too, and what all of them count."""
        fitted, place = np.unique(corners, return_inverse=True)
        place = place.reshape(corners.shape)
        around: Ints = np.asarray(self._near.query(self._cells[fitted], k=_AROUND + 1)[1])[:, 1:]
        fits = _parabolas(self._cells[fitted], self._cells[around])
        east, north = _plane(self._cells[corners], points[:, None, None])
        terms = _terms(east[..., 0], north[..., 0])
        of_around = np.einsum("pci,pcin->pcn", terms, fits[place]) * shares[:, :, None]
        of_corners = shares - of_around.sum(axis=2)
        flat = (len(points), -1)
        return (
            np.concatenate([corners, around[place].reshape(flat)], axis=1),
            np.concatenate([of_corners, of_around.reshape(flat)], axis=1),
        )


def _triangles(cells: Floats) -> Ints:
    """The triangles, shape (triangles, 3); refused where there is a hole among the cells."""
    from scipy.spatial import ConvexHull, QhullError

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
        lat, lon = (round(float(one)) for one in sphere.lat_lon(middle))
        raise InputError(f"has no cells within {radius.max():.0f} degrees of {lat} N, {lon} E")
    return hull.simplices


def _parabolas(cells: Floats, around: Floats) -> Floats:
    """The five numbers of each cell's parabola, per value of the cells around it; shape (cells, 5, around)."""
    east, north = _plane(cells, around)
    near = 1 / (east**2 + north**2)
    scale = np.sqrt(1 / near.mean(axis=1))[:, None]  # so that all five are of one size
    terms = _terms(east / scale, north / scale)
    weighted = (terms * (near * scale**2)[:, :, None]).transpose(0, 2, 1)
    normal = weighted @ terms
    normal += 1e-9 * np.trace(normal, axis1=1, axis2=2)[:, None, None] * np.eye(5)  # cells on one line
    sizes = np.concatenate([scale, scale, scale**2, scale**2, scale**2], axis=1)
    return np.linalg.solve(normal, weighted) / sizes[:, :, None]


def _plane(at: Floats, points: Floats) -> tuple[Floats, Floats]:
    """East and north of points (..., n, 3) in the plane that touches the sphere at a place (..., 3)."""
    east = _unit(np.stack([-at[..., 1], at[..., 0], np.full(at.shape[:-1], 1e-12)], axis=-1))
    north = np.cross(at, east)
    up, along, across = (np.einsum("...nj,...j->...n", points, one) for one in (at, east, north))
    return along / up, across / up


def _terms(east: Floats, north: Floats) -> Floats:
    """What the five numbers of a parabola are multiplied by; shape (..., 5)."""
    return np.stack([east, north, east**2, east * north, north**2], axis=-1)


def _unit(vectors: Floats) -> Floats:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
