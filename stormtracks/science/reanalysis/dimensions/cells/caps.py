"""Weights next to a pole, where east and north turn from cell to cell: one wind has components cos and sin there.

A smooth function is fitted to the cells around a point, weighted by distance (moving least squares: Levin 1998): the
products of 1 and the distance from the pole with 1, cos(lon) and sin(lon). So a number and its slope, and both
components of a wind that blows across the pole, are put right by the same weights, whatever is stored.
"""

import numpy as np

from stormtracks.science import sphere
from stormtracks.science.arrays import Bools, Floats, Ints

_NEAR = 32
"""Cells around a point, for six functions; fewer leave it open which way a slope goes."""
_WIDTH = 0.4
"""Of the weight by distance, in distances of the furthest of them."""
_EXACT = 1e-6
_REACH = 30.0
"""Cells so many mean distances from a pole are near no point that is asked for."""


class Caps:
    """The cells around points near a pole.

    Parameters
    ----------
    lat, lon : ndarray of float64, shape (cells,)
        Degrees.

    Attributes
    ----------
    cells : int
    """

    def __init__(self, lat: Floats, lon: Floats) -> None:
        from scipy.spatial import cKDTree  # a third of a slot's start-up time, and few data have cells

        self.cells = len(lat)
        reach = _REACH * np.degrees(np.sqrt(4 * np.pi / self.cells))
        self._kept = np.flatnonzero(90 - abs(lat) < max(reach, 5))
        lat, lon = lat[self._kept], lon[self._kept]
        self._lat, self._lon = lat, lon
        self._tree = cKDTree(sphere.unit_vectors(lat, lon))

    def weights(self, lat: Floats, lon: Floats) -> tuple[Ints, Floats, Bools]:
        """Some cells around each point, and what each counts.

        Parameters
        ----------
        lat, lon : ndarray of float64, shape (points,)
            Degrees.

        Returns
        -------
        cells : ndarray of int64, shape (points, near)
        shares : ndarray of float64, shape (points, near)
            Their sum is 1.
        exact : ndarray of bool, shape (points,)
            Where there are cells enough on all sides.
        """
        found = self._tree.query(sphere.unit_vectors(lat, lon), k=min(_NEAR, len(self._lat)))
        distance, cells = np.asarray(found[0]), np.asarray(found[1])
        furthest = distance[:, -1:]
        falling = np.exp(-((distance / (_WIDTH * furthest)) ** 2))
        functions = _functions(lat, lon, self._lat[cells], self._lon[cells], furthest)
        weighted = functions * falling[:, None, :]
        wanted = np.zeros(functions.shape[:2])
        wanted[:, 0] = 1
        inverse = np.linalg.pinv(weighted @ functions.transpose(0, 2, 1), 1e-12, True)
        shares = np.einsum("pi,pin->pn", np.einsum("pij,pj->pi", inverse, wanted), weighted)
        reached = np.einsum("pin,pn->pi", functions, shares)
        return self._kept[cells], shares, abs(reached - wanted).max(axis=1) < _EXACT


def _functions(at_lat: Floats, at_lon: Floats, lat: Floats, lon: Floats, scale: Floats) -> Floats:
    """The six functions at the cells, shape (points, 6, near); at the point itself the first is 1, all others 0."""
    east = np.radians(lon - at_lon[:, None])
    turned = [np.ones_like(east), np.sin(east), 1 - np.cos(east)]
    away = (np.cos(np.radians(lat)) - np.cos(np.radians(at_lat))[:, None]) / scale
    return np.stack([*turned, *(away * one for one in turned)], axis=1)
