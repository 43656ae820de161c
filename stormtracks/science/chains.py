"""Successors -> tracks: the chains of maxima that are long and strong enough."""

import numpy as np
import numpy.typing as npt

from stormtracks.science import calendars, kernel
from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.kernel import links
from stormtracks.science.records import Maxima, TimeAxis, Tracks


def tracks(maxima: Maxima, axis: TimeAxis, successor: Ints, *, min_points: int, min_peak_s1: float) -> Tracks:
    """The chains of successors that are long and strong enough, as a ragged array.

    Parameters
    ----------
    maxima : Maxima
        Sorted by step.
    axis : TimeAxis
    successor : ndarray of int, shape (n,)
        Of each maximum the index of the next one of its chain, which is a later one; -1: none.
    min_points : int
        Shortest chain that is kept.
    min_peak_s1 : float
        Vorticity that a chain must reach at least once, s-1.

    Returns
    -------
    Tracks
        Ordered by their first maxima.
    """
    index, row_size = _chained(maxima.vorticity, successor, min_points, min_peak_s1)
    return Tracks(
        row_size=row_size,
        time=axis.times[maxima.step[index]],
        lat=maxima.lat[index],
        lon=maxima.lon[index],
        vorticity=maxima.vorticity[index],
        maximum=index,
        calendar=calendars.in_files(axis.calendar),
    )


def beginnings(successor: Ints) -> Bools:
    """Which maxima follow no other, shape (n,)."""
    begins = np.ones(len(successor), bool)
    begins[successor[successor >= 0]] = False
    return begins


def _chained(vorticity: Floats, successor: Ints, min_points: int, min_peak_s1: float) -> tuple[Ints, Ints]:
    """Indices of the maxima in the order of the tracks, int64; points of each track, int32."""
    if kernel.library() is not None:
        return links.chained(successor, vorticity, min_points, float(_in_units(min_peak_s1)))
    size = len(successor)
    first, rank = _places(successor)
    points = np.bincount(first, minlength=size)
    peak = np.zeros(size, np.float32)
    np.maximum.at(peak, first, vorticity)
    kept = (points >= max(min_points, 1)) & (_in_units(peak) >= _in_units(min_peak_s1))
    row_size = points[kept]
    start = np.zeros(size, np.int32)
    start[kept] = np.cumsum(row_size) - row_size
    del points, peak  # a season may have millions of maxima, and each of these tables takes as much as their places
    point = np.flatnonzero(kept[first])
    index = np.empty(len(point), np.int64)
    index[start[first[point]] + rank[point]] = point
    return index, row_size.astype(np.int32)


def _places(successor: Ints) -> tuple[Ints, Ints]:
    """Of each maximum the first one of its chain, and how many are before it there.

    Each looks at the one before it; those that are not there yet look twice as far each time.
    """
    size = len(successor)
    origin = np.flatnonzero(successor >= 0).astype(np.int32)
    first, rank = np.arange(size, dtype=np.int32), np.zeros(size, np.int32)
    active = successor[origin]
    first[active], rank[active] = origin, 1
    while len(active):
        before = first[active]
        inner = rank[before] > 0
        active, before = active[inner], before[inner]
        # All are read before any is written, so that each looks exactly as far as it is said to.
        further, more = first[before], rank[before]
        first[active] = further
        rank[active] += more
    return first, rank


def _in_units(vorticity_s1: npt.ArrayLike) -> Floats:
    """Vorticity in whole units of 1e-9 s-1: what is nearer to a limit than a rounding error reaches it everywhere."""
    return np.rint(np.multiply(vorticity_s1, 1e9))
