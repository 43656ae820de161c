"""Successors -> tracks: the chains of maxima that are long and strong enough."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from stormtracks.science import kernel
from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.kernel import links

_TOGETHER = 1 << 16
"""Maxima that NumPy looks at at a time: the tables of all of a season's are many and large."""


def chains(vorticity: Floats, successor: Ints, *, min_points: int, min_peak_s1: float) -> tuple[Ints, Ints]:
    """The chains of successors that are long and strong enough, as a ragged array.

    Parameters
    ----------
    vorticity : ndarray of float32, shape (n,)
        Of the maxima, which are sorted by step, s-1.
    successor : ndarray of int32, shape (n,)
        Of each maximum the index of the next one of its chain, which is a later one; -1: none. It is used up.
    min_points : int
        Shortest chain that is kept.
    min_peak_s1 : float
        Vorticity that a chain must reach at least once, s-1.

    Returns
    -------
    maximum : ndarray of int64, shape (npoints,)
        Indices of the maxima, chain after chain; chains in the order of their first maxima.
    row_size : ndarray of int32, shape (nchains,)
        Maxima of each chain.
    """
    least = float(_in_units(min_peak_s1))
    if kernel.library() is not None:
        return links.chained(successor, vorticity, min_points, least)
    last = np.flatnonzero(successor < 0)  # each chain has one
    chain, rank = _places(successor)
    points = np.empty(len(last), np.int32)
    points[chain[last]] = rank[last] + 1
    kept = np.flatnonzero(points >= max(min_points, 1))
    kept = kept[_in_units(_peaks(vorticity, chain, len(last))[kept]) >= least]
    return _in_order(chain, rank, kept, points[kept]), points[kept]


def beginnings(successor: Ints) -> Bools:
    """Which maxima follow no other, shape (n,)."""
    begins = np.ones(len(successor), bool)
    begins[successor[successor >= 0]] = False
    return begins


def _places(successor: Ints) -> tuple[Ints, Ints]:
    """Of each maximum the number of its chain, by their first ones, and how many are before it there; both int32.

    Each looks at the one before it; those that are not there yet look twice as far each time. What is earlier than
    those that are looked at together knows its place already.
    """
    size = len(successor)
    first, rank = np.arange(size, dtype=np.int32), np.zeros(size, np.int32)
    for some in _blocks(size):
        origin = np.flatnonzero(successor[some] >= 0) + some.start
        follower = successor[origin]
        first[follower], rank[follower] = origin, 1
        active = np.flatnonzero(rank[some]) + some.start
        while len(active):
            before = first[active]
            inner = rank[before] > 0
            active, before = active[inner], before[inner]
            # All are read before any is written, so that each looks exactly as far as it is said to.
            further, more = first[before], rank[before]
            first[active] = further
            rank[active] += more
    number = np.cumsum(rank == 0, dtype=np.int32, out=successor)  # one large table less
    for some in _blocks(size):
        first[some] = number[first[some]] - 1
    return first, rank


def _peaks(vorticity: Floats, chain: Ints, count: int) -> Floats:
    """The highest vorticity of each of so many chains, at least 0."""
    peak = np.zeros(count, np.float32)
    for some in _blocks(len(chain)):
        np.maximum.at(peak, chain[some], vorticity[some])
    return peak


def _in_order(chain: Ints, rank: Ints, kept: Ints, row_size: Ints) -> Ints:
    """Indices of the maxima of some chains, of so many maxima each, chain after chain."""
    start = np.full(int(chain.max(initial=-1)) + 1, -1, np.int32)
    start[kept] = np.cumsum(row_size) - row_size
    index = np.empty(int(row_size.sum()), np.int64)
    for some in _blocks(len(chain)):
        place = start[chain[some]]
        point = np.flatnonzero(place >= 0)
        index[place[point] + rank[some][point]] = point + some.start
    return index


def _blocks(size: int) -> Iterator[slice]:
    """All maxima, some at a time: a season may have millions."""
    return (slice(begin, begin + _TOGETHER) for begin in range(0, size, _TOGETHER))


def _in_units(vorticity_s1: npt.ArrayLike) -> Floats:
    """Vorticity in whole units of 1e-9 s-1: what is nearer to a limit than a rounding error reaches it everywhere."""
    return np.rint(np.multiply(vorticity_s1, 1e9))
