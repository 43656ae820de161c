"""The compiled way from tracks to how many pass each point of a grid: what `visits.c` is given and gives back."""

import ctypes
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks.science import kernel
from stormtracks.science.arrays import Floats, Ints


class _Tracks(ctypes.Structure):
    """See `visits.c`."""

    _fields_ = (
        ("count", ctypes.c_int64),
        *((name, ctypes.c_void_p) for name in ("row_size", "lat", "lon")),
        ("long_way", ctypes.c_double),
        ("opposite", ctypes.c_double),
    )


class _Grid(ctypes.Structure):
    """See `visits.c`."""

    _fields_ = (
        ("rows", ctypes.c_int64),
        ("columns", ctypes.c_int64),
        *((name, ctypes.c_void_p) for name in ("south", "north", "sine", "cosine")),
        ("first", ctypes.c_double),
        ("spacing", ctypes.c_double),
    )


def visits(
    lat: Floats,
    lon: Floats,
    row_size: Ints,
    row_lat: Floats,
    columns: tuple[float, float, int],
    *,
    radius: float,
    reach: float,
    long_way: float,
    opposite: float,
) -> Ints:
    """Number of tracks that pass within a radius of each point of a grid, shape (rows, columns).

    Parameters
    ----------
    lat, lon : ndarray of float64, shape (n,)
        Degrees, of points track after track.
    row_size : ndarray of int, shape (ntracks,)
        Points of each track.
    row_lat : ndarray of float64, shape (rows,)
        Degrees, ascending.
    columns : tuple of float, float and int
        The first one and their spacing, degrees; how many they are.
    radius, reach : float
        The radius in radians and in degrees.
    long_way, opposite : float
        Between points that are farther apart there is one half-way, but not between those that are nearly opposite each
        other: straight through the unit sphere.
    """
    first, spacing, count = columns
    made, words = np.zeros((len(row_lat), count), np.int32), -(-count // 64)
    bits, phi = np.zeros((len(row_lat), words), np.uint64), np.radians(row_lat)
    points = [np.ascontiguousarray(row_size, np.int64), *(np.ascontiguousarray(of, np.float64) for of in (lat, lon))]
    rows = [np.ascontiguousarray(of) for of in (row_lat - reach, row_lat + reach, np.sin(phi), np.cos(phi))]
    tracks = _Tracks(len(row_size), *(of.ctypes.data for of in points), long_way**2, opposite**2)
    grid = _Grid(*made.shape, *(of.ctypes.data for of in rows), first, spacing)
    function = getattr(kernel.library(), "visits")  # noqa: B009  # it may be None for mypy
    function.restype = None
    radius_cosine = ctypes.c_double(float(np.cos(radius)))
    function(ctypes.byref(tracks), ctypes.byref(grid), radius_cosine, ctypes.c_int64(words), _at(bits), _at(made))
    return made.astype(np.int64)


def _at(array: npt.NDArray[Any]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)
