"""The compiled way to tracks that are near each other: what `meetings.c` is given, and what it gives back."""

import ctypes
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks.science import kernel
from stormtracks.science.arrays import Floats, Ints

_ROOM = 1 << 18
"""Pairs that there is room for at a time."""


class _Table(ctypes.Structure):
    """See `meetings.c`."""

    _fields_ = (
        ("count", ctypes.c_int64),
        *((name, ctypes.c_void_p) for name in ("lon", "vector", "wide", "cell", "begin", "piece", "member")),
    )


def of_block(
    cell: Ints, lon: Floats, vectors: Floats, wide: Floats, ends: Ints, member: Ints, least: float
) -> Iterator[tuple[Ints, Ints, Ints, Ints]]:
    """Pieces of tracks that are near each other: the first, the second, how often, and the sum of metres.

    Parameters
    ----------
    cell : ndarray of int, shape (n,)
        Of the points, piece after piece: time and band of latitude; near points are in the same one or next to it.
    lon, wide : ndarray of float64, shape (n,)
        Longitude, and how far off in longitude a near point may be, degrees.
    vectors : ndarray of float64, shape (n, 3)
        Unit vectors.
    ends : ndarray of int, shape (npieces + 1,)
        Where the points of each piece begin, and those of the last one end.
    member : ndarray of int, shape (npieces,)
    least : float
        Points whose vectors have a larger product are near each other.
    """
    order = np.lexsort((lon, cell))
    points = np.empty(len(order), np.int64)
    points[order] = np.arange(len(order))
    begin = np.cumsum([0, *np.bincount(cell, minlength=int(cell.max()) + 2)])
    piece = np.repeat(np.arange(len(member), dtype=np.int32), np.diff(ends))[order]
    sorted_by_cell = (lon[order], vectors[order], wide[order], cell[order], begin, piece, member[piece])
    kinds = (np.float64, np.float64, np.float64, np.int64, np.int64, np.int32, np.int32)
    columns = [np.ascontiguousarray(of, kind) for of, kind in zip(sorted_by_cell, kinds, strict=True)]
    table = _Table(len(order), *(of.ctypes.data for of in columns))
    near_each_other = np.argsort(points[ends[:-1]])
    ends, place = np.ascontiguousarray(ends, np.int64), np.full(len(member), -1, np.int32)
    near, room = np.empty(int(np.diff(begin).max()) + 1, np.int64), max(_ROOM, len(member))
    made: list[npt.NDArray[Any]] = [np.empty(room, kind) for kind in (np.int32, np.int32, np.int32, np.int64)]
    into: list[npt.NDArray[Any]] = [near, place, *made]
    given = (
        ctypes.byref(table),
        ctypes.c_int64(len(member)),
        _at(near_each_other),
        _at(ends),
        _at(points),
        ctypes.c_double(least),
    )
    begun, function = ctypes.c_int64(0), getattr(kernel.library(), "meetings")  # noqa: B009  # it may be None for mypy
    function.restype = ctypes.c_int64
    while begun.value < len(member):
        pairs = function(*given, ctypes.byref(begun), ctypes.c_int64(room), *map(_at, into))
        first, second, common, metres = (column[:pairs].copy() for column in made)
        yield first, second, common, metres


def _at(array: npt.NDArray[Any]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)
