"""The compiled way to tracks that are near each other: what `meetings.c` is given, and what it gives back."""

import ctypes
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks.science import kernel
from stormtracks.science.arrays import Bools, Floats, Ints

_ROOM = 1 << 18
"""Pairs that there is room for at a time."""
_COLUMNS = {
    "lon": np.float64, "x": np.float64, "y": np.float64, "z": np.float64, "wide": np.float64, "cell": np.int64,
    "begin": np.int64, "piece": np.int32, "member": np.int32,
}  # fmt: skip


class _Table(ctypes.Structure):
    """See `meetings.c`."""

    _fields_ = (("count", ctypes.c_int64), *((name, ctypes.c_void_p) for name in _COLUMNS))


def of_window(
    order: Ints,
    cell: Ints,
    lon: Floats,
    vectors: Floats,
    wide: Floats,
    ends: Ints,
    member: Ints,
    own: Bools,
    whole: Bools,
    least: float,
    fewest: int,
) -> Iterator[tuple[Ints, ...]]:
    """Pieces of tracks that are near each other: the first, the second, how often, and the sum of metres.

    Parameters
    ----------
    order : ndarray of int, shape (n,)
        Place of the points, piece after piece, by which they are sorted by cell, and within it by longitude.
    cell : ndarray of int, shape (n,)
        Of the points in this order: time and band of latitude; near points are in the same one or next to it.
    lon, wide : ndarray of float64, shape (n,)
        Longitude, and how far off in longitude a near point may be, degrees.
    vectors : ndarray of float64, shape (n, 3)
        Unit vectors.
    ends : ndarray of int, shape (npieces + 1,)
        Where the points of each piece begin, and those of the last one end.
    member : ndarray of int, shape (npieces,)
    own : ndarray of bool, shape (npieces,)
        Of two pieces one is own.
    whole : ndarray of bool, shape (npieces,)
    least : float
        Points whose vectors have a larger product are near each other.
    fewest : int
        Two pieces that are whole and near each other fewer times than this are left out.
    """
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    by_neighbour = np.lexsort((place[ends[:-1]], ~own))  # own ones first; neighbours follow each other
    number = np.empty(len(member), np.int32)
    number[by_neighbour] = np.arange(len(member))
    piece = np.repeat(number, np.diff(ends))[order]
    begin = np.concatenate([[0], np.cumsum(np.bincount(cell, minlength=int(cell[-1]) + 2))])
    columns = (lon, *vectors.T, wide, cell, begin, piece, member[by_neighbour][piece])
    table = [np.ascontiguousarray(of, kind) for of, kind in zip(columns, _COLUMNS.values(), strict=True)]
    of_pieces = ((ends[:-1], np.int64), (ends[1:], np.int64), (whole, np.uint8))
    starts, stops, flags = (np.ascontiguousarray(of[by_neighbour], kind) for of, kind in of_pieces)
    for first, second, *sums in _found(table, int(own.sum()), (starts, stops, place, flags), least, fewest):
        yield by_neighbour[first], by_neighbour[second], *sums


def _found(
    columns: Sequence[npt.NDArray[Any]], own: int, of_pieces: Sequence[npt.NDArray[Any]], least: float, fewest: int
) -> Iterator[list[npt.NDArray[Any]]]:
    """What the kernel finds, as much at a time as there is room for."""
    table = _Table(len(columns[0]), *(of.ctypes.data for of in columns))
    pieces, begin = len(of_pieces[0]), columns[list(_COLUMNS).index("begin")]
    most, room = 3 * int(np.diff(begin).max()) + 1, max(_ROOM, 2 * pieces)
    near: list[npt.NDArray[Any]] = [np.empty(most, np.int32), np.empty(most), np.full(pieces, -1, np.int32)]
    made: list[npt.NDArray[Any]] = [np.empty(room, kind) for kind in (np.int32, np.int32, np.int32, np.int64)]
    begun, function = ctypes.c_int64(0), getattr(kernel.library(), "meetings")  # noqa: B009  # it may be None for mypy
    function.restype = ctypes.c_int64
    while begun.value < own:
        pairs = function(
            ctypes.byref(table),
            ctypes.c_int64(own),
            ctypes.c_int64(pieces),
            *map(_at, of_pieces),
            ctypes.c_double(least),
            ctypes.c_int64(fewest),
            ctypes.byref(begun),
            ctypes.c_int64(room),
            *map(_at, [*near, *made]),
        )
        yield [column[:pairs].copy() for column in made]


def _at(array: npt.NDArray[Any]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)
