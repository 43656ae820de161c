"""The compiled way from tracks to how many pass each point of a grid: what `visits.c` is given and gives back."""

import ctypes
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks.science import kernel
from stormtracks.science.arrays import Floats, Ints


class _Points(ctypes.Structure):
    """See `visits.c`."""

    _fields_ = (
        ("count", ctypes.c_int64),
        *((name, ctypes.c_void_p) for name in ("lat", "sine", "cosine", "east", "track")),
    )


class _Grid(ctypes.Structure):
    """See `visits.c`."""

    _fields_ = (
        ("rows", ctypes.c_int64),
        ("columns", ctypes.c_int64),
        *((name, ctypes.c_void_p) for name in ("south", "north", "sine", "cosine")),
        ("spacing", ctypes.c_double),
    )


def visits(
    lat: Floats, lon: Floats, track: Ints, row_lat: Floats, columns: int, spacing: float, radius: float, reach: float
) -> Ints:
    """Number of tracks that pass within a radius of each point of a grid, shape (rows, columns).

    Parameters
    ----------
    lat, lon : ndarray of float64, shape (n,)
        Degrees, of points track after track; longitudes from the first column on, in [0, 360).
    track : ndarray of int, shape (n,)
        Ascending.
    row_lat : ndarray of float64, shape (rows,)
        Degrees, ascending.
    columns : int
    spacing : float
        Of the columns, degrees.
    radius, reach : float
        The radius in radians and in degrees.
    """
    made, last = np.zeros((len(row_lat), columns), np.int32), np.full((len(row_lat), columns), -1, np.int32)
    phi, row_phi = np.radians(lat), np.radians(row_lat)
    points = [np.ascontiguousarray(of, np.float64) for of in (lat, np.sin(phi), np.cos(phi), lon)]
    rows = [np.ascontiguousarray(of) for of in (row_lat - reach, row_lat + reach, np.sin(row_phi), np.cos(row_phi))]
    track = np.ascontiguousarray(track, np.int32)
    given = _Points(len(lat), *(of.ctypes.data for of in (*points, track)))
    grid = _Grid(*made.shape, *(of.ctypes.data for of in rows), spacing)
    function = getattr(kernel.library(), "visits")  # noqa: B009  # it may be None for mypy
    function.restype = None
    function(ctypes.byref(given), ctypes.byref(grid), ctypes.c_double(radius), _at(last), _at(made))
    return made.astype(np.int64)


def _at(array: npt.NDArray[Any]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)
