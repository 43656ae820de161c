"""The compiled way from maxima to tracks: what `pairs.c`, `links.c` and `motion.c` are given, and what they give back.

Each function mirrors one of NumPy's, which calls it where there is a kernel, with tables that both make alike.
"""

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks.science import kernel
from stormtracks.science.arrays import Bools, Floats, Ints

_ROOM = 4
"""Pairs that there is room for at a time, per point; at least 1."""
_BEYOND = 16
"""Points more than there are, which are looked at with the last ones and count for nothing: VECTOR of `pairs.c`."""


class _Points(ctypes.Structure):
    """See `pairs.c`."""

    _fields_ = (
        ("count", ctypes.c_int64),
        ("index", ctypes.c_void_p),
        *((name, ctypes.c_void_p) for name in ("height", "phi", "cosine", "lon")),
        *((name, ctypes.c_void_p) for name in ("around", "wide", "leads", "follows")),
    )


def pairs_within(
    points: Sequence[Floats],
    which: Sequence[Bools | None],
    bands: Floats,
    above: float,
    reach: float,
    most_m: int,
) -> tuple[Ints, Ints, Ints]:
    """As `sphere.pairs_within`: indices of the first and second points of pairs, and metres.

    Parameters
    ----------
    points : sequence of ndarray of float, shape (n,)
        Heights, latitudes and longitudes (degrees).
    which : sequence of ndarray of bool, shape (n,), or None
        Those that may be the first of a pair, and those that may be the second; none: all.
    bands : ndarray of float64, shape (360,)
        How far off in longitude the second point of a pair may be, by bands of latitude of the first, degrees.
    above, reach : float
        How much higher it is, give or take how much.
    most_m : int
        Distance up to which points are a pair, metres.
    """
    points = [_whole(one, np.float64) for one in points]
    order = _by_height(points[0])
    count = len(order)
    columns = [np.empty(count + _BEYOND, kind) for kind in 4 * [np.float64] + 2 * [np.uint32] + 2 * [np.bool_]]
    table = _Points(count, order.ctypes.data, *(column.ctypes.data for column in columns))
    given = [*points, _whole(bands, np.float64), *(_of_all(one) for one in which)]
    _worked(_function("place")(ctypes.byref(table), *(one if one is None else _at(one) for one in given)) == 0)
    room, begun = _ROOM * count, ctypes.c_int64(0)
    limits = ctypes.c_double(above), ctypes.c_double(reach), ctypes.c_int64(most_m)
    found: list[list[Ints]] = []
    while begun.value < count or not found:
        places = [np.empty(room + 1, np.int64) for _ in range(3)]
        begin = ctypes.byref(begun), ctypes.c_int64(room)
        pairs = _function("pairs_within")(ctypes.byref(table), *limits, *begin, *map(_at, places))
        found.append([place[:pairs] for place in places])
    if len(found) == 1:
        return found[0][0], found[0][1], found[0][2]
    first, second, metres = (np.concatenate(column) for column in zip(*found, strict=True))
    return first, second, metres


def course(point: Floats, pairs: Sequence[Ints], alone: float, radius_m: float) -> Ints:
    """As `link_cost.course_m`, from unit vectors, and tails, heads, reaches and strengths of pairs."""
    given = [_whole(column, np.int64) for column in pairs]
    off, point = np.empty(len(given[0]), np.int64), _whole(point, np.float64)
    sizes = ctypes.c_int64(len(point)), _at(point), ctypes.c_int64(len(off))
    _worked(
        _function("course")(*sizes, *map(_at, given), ctypes.c_double(alone), ctypes.c_double(radius_m), _at(off)) == 0
    )
    return off


def cheapest(count: int, tails: Ints, heads: Ints, cost: Ints) -> tuple[Ints, Ints]:
    """Tails and heads of the links that `linking` makes of some pairs, whose numbers are below `count`."""
    used = [np.array(column, np.int64) for column in (tails, heads, cost)]  # copies: they are used up
    linked = [np.empty(min(count, len(tails)), np.int64) for _ in range(2)]
    sizes = ctypes.c_int64(count), ctypes.c_int64(len(tails))
    links = _function("cheapest")(*sizes, *map(_at, (*used, *linked)))
    _worked(links >= 0)
    return linked[0][:links], linked[1][:links]


def motion(
    tables: Sequence[Floats], pairs: Sequence[Ints], ends: Ints, steadiness: float, expected: Sequence[Floats]
) -> Ints:
    """As `motion`, the successors of some maxima.

    Parameters
    ----------
    tables : sequence of ndarray of float64
        Of the maxima: unit vectors, and places on `sphere`'s grid: latitudes (radians), their cosines, longitudes.
    pairs : sequence of ndarray of int
        Tails, heads, reaches and strengths, by tail and head.
    ends : ndarray of int, shape (ntimes,)
        Where the pairs of each time end.
    steadiness : float
    expected : sequence of ndarray of float64
        Where each maximum is expected next: latitudes and longitudes, degrees; changed in place.
    """
    given = [_whole(table, np.float64) for table in tables]
    columns = [_whole(column, np.int64) for column in (*pairs, ends)]
    successor = np.full(len(given[0]), -1, np.int32)
    sizes = [ctypes.c_int64(len(table)) for table in (successor, columns[0], ends)]
    of_pairs = *map(_at, columns[:-1]), sizes[2], _at(columns[-1])
    places = ctypes.c_double(steadiness), *map(_at, (*expected, successor))
    _worked(_function("motion")(sizes[0], *map(_at, given), sizes[1], *of_pairs, *places) == 0)
    return successor


def chained(successor: Ints, vorticity: Floats, min_points: int, least: float) -> tuple[Ints, Ints]:
    """Maxima in the order of their chains, and the points of each; as `chains.chains` has it."""
    given = _whole(successor, np.int32), _whole(vorticity, np.float32)
    count, tracks = len(given[0]), ctypes.c_int64(0)
    index, row_size = np.empty(count, np.int64), np.empty(count, np.int32)
    limits = ctypes.c_int64(min_points), ctypes.c_double(least)
    points = _function("chained")(
        ctypes.c_int64(count), *map(_at, given), *limits, _at(index), _at(row_size), ctypes.byref(tracks)
    )
    _worked(points >= 0)
    index.resize(points, refcheck=False)  # not a copy: a year may have millions
    row_size.resize(tracks.value, refcheck=False)
    return index, row_size


def _function(name: str) -> Any:
    """A function of the library, which must be there."""
    function = getattr(kernel.library(), name)
    function.restype = ctypes.c_int64
    return function


def _by_height(height: Floats) -> Ints:
    order = np.empty(len(height), np.int64)
    is_sorted = _function("by_height")(ctypes.c_int64(len(height)), _at(height), _at(order)) == 0
    return order if is_sorted else np.argsort(height, kind="stable")


def _of_all(mask: Bools | None) -> Bools | None:
    return None if mask is None else _whole(mask, np.bool_)


def _whole(values: npt.ArrayLike, kind: type) -> npt.NDArray[Any]:
    """An array of a kind without gaps."""
    return np.ascontiguousarray(values, kind)


def _at(array: npt.NDArray[Any]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def _worked(well: bool) -> None:
    if not well:
        raise MemoryError("the kernel has no memory to link maxima")
