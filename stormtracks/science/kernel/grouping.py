"""The compiled way from pairs of tracks to groups: what `partners.c` and `groups.c` are given and give back."""

import ctypes
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks.science import kernel
from stormtracks.science.arrays import Floats, Ints

_PARTNER = np.dtype(
    [("distance_km", np.float64), ("member", np.int32), ("other", np.int32), ("common", np.int32)], align=True
)
_SEED = np.dtype([("score", "i8"), ("track", "i8")])


class _Tracks(ctypes.Structure):
    """See `groups.c`."""

    _fields_ = tuple(
        (name, ctypes.c_void_p) for name in ("start", "other", "common", "member", "begin", "end", "labels")
    )


def partners(
    start: Ints, first: Ints, second: Ints, times: Ints, metres: Ints, member: Ints, with_distance: bool
) -> tuple[Ints, Ints, Floats]:
    """Other track, common times and mean distance of the pairs of each track, the best of each member first.

    Parameters
    ----------
    start : ndarray of int, shape (ntracks + 1,)
        Those of track i are to be ``start[i]:start[i + 1]``.
    first, second : ndarray of int, shape (n,)
        Pairs of tracks, each once.
    times, metres : ndarray of int, shape (n,)
        At which they are near each other, and the sum of their distances then.
    member : ndarray of int, shape (ntracks,)
    with_distance : bool
        Without, no distances are given back, which take more memory than all else.
    """
    start, metres = (np.ascontiguousarray(of, np.int64) for of in (start, metres))
    first, second, times, member = (np.ascontiguousarray(of, np.int32) for of in (first, second, times, member))
    size = int(start[-1])
    other, common = np.empty(size, np.int32), np.empty(size, np.int32)
    distance_km = np.empty(size if with_distance else 0)
    some = np.empty(int(np.diff(start).max(initial=0)), _PARTNER)
    columns: list[npt.NDArray[Any]] = [first, second, times, metres, member, start.copy(), some, other, common]
    _function("partners")(
        ctypes.c_int64(len(member)),
        _at(start),
        ctypes.c_int64(len(first)),
        *map(_at, columns),
        _at(distance_km) if with_distance else None,
    )
    return other, common, distance_km


def groups(start: Ints, other: Ints, common: Ints, member: Ints, begin: Ints, end: Ints, smallest: float) -> Ints:
    """As `groups._Grouping.run`, from the columns of its pairs, and of each track the member, first and last time."""
    labels = np.full(len(member), -1, np.int64)
    start = np.ascontiguousarray(start, np.int64)
    held = [start, *(np.ascontiguousarray(of, np.int32) for of in (other, common, member, begin, end)), labels]
    heap, taken = np.empty(len(member), _SEED), np.empty(int(np.diff(start).max(initial=0)), np.int32)
    tracks = _Tracks(*(of.ctypes.data for of in held))
    count = ctypes.c_int64(len(member))
    _function("groups")(ctypes.byref(tracks), count, ctypes.c_double(smallest), _at(heap), _at(taken))
    return labels


def _function(name: str) -> Any:
    """A function of the kernel; ctypes needs no more of it where it gives back nothing."""
    function = getattr(kernel.library(), name)
    function.restype = None
    return function


def _at(array: npt.NDArray[Any]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)
