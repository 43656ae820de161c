"""Maxima -> pairs of them that may be one storm at two times: the second can be reached from the first."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from stormtracks.science import sphere
from stormtracks.science.arrays import Bools, Ints
from stormtracks.science.records import Maxima, TimeAxis

TOGETHER = 1 << 15
"""About so many maxima are linked at a time, with whole steps: their tables stay in a processor's cache, and those of a
season never are in memory together."""
_SEARCHED_TOGETHER = 1.3
"""Reaches that differ by no more than this factor are searched for in one go, and sorted out afterwards."""


@dataclass(frozen=True)
class Pairs:
    """Maxima that may follow each other: index of the earlier, of the later, metres between them, reach in metres."""

    tails: Ints
    heads: Ints
    metres: Ints
    reach_m: Ints

    def take(self, index: Ints | Bools | slice) -> "Pairs":
        """Those that an index array, mask or slice picks."""
        return Pairs(self.tails[index], self.heads[index], self.metres[index], self.reach_m[index])


@dataclass(frozen=True)
class Follow:
    """How maxima of a season may follow each other, so many data steps apart.

    Attributes
    ----------
    moments : ndarray of int, shape (nt,)
        See `TimeAxis.moments`.
    reach_m : ndarray of int, shape (nt,)
        How far a storm gets from each time to the one so many moments later, metres; -1 where there is none.
    apart : int
    first : ndarray of int, shape (nt + 1,)
        Where the maxima of each time begin, and the last ones end.
    """

    moments: Ints
    reach_m: Ints
    apart: int
    first: Ints

    @classmethod
    def of(cls, maxima: Maxima, axis: TimeAxis, apart: int, max_speed_m_s1: float) -> "Follow":
        """Within the distance that a speed gives."""
        first = np.searchsorted(maxima.step, np.arange(len(axis) + 1))
        return cls(axis.moments, _reaches_m(axis, apart, max_speed_m_s1), apart, first)

    def among(self, chosen: Ints) -> "Follow":
        """The same of some of the maxima only, whose indices ascend: they are counted from 0 then."""
        return replace(self, first=np.searchsorted(chosen, self.first))

    def blocks(self) -> Iterator[slice]:
        """Times one after the other, so many that there are about `TOGETHER` maxima at each block's."""
        begin, last = 0, len(self.moments)
        while begin < last:
            end = int(np.searchsorted(self.first, self.first[begin] + TOGETHER))
            end = min(max(end, begin + 1), last)
            yield slice(begin, end)
            begin = end

    def maxima(self, steps: slice) -> slice:
        """The maxima at some times and at those that follow them."""
        end = np.searchsorted(self.moments, self.moments[steps.stop - 1] + self.apart, side="right")
        return slice(int(self.first[steps.start]), int(self.first[max(int(end), steps.stop)]))

    def pairs(self, maxima: Maxima, steps: slice, leads: Bools | None = None, follows: Bools | None = None) -> Pairs:
        """Pairs whose earlier maximum is at some times.

        Parameters
        ----------
        maxima : Maxima
            Those that `maxima` says; the indices of the pairs are into them.
        steps : slice
        leads, follows : ndarray of bool, shape (n,), optional
            Which of them may be the earlier and the later one of a pair; none: all.

        Returns
        -------
        Pairs
            In no particular order.
        """
        reach_m = np.full(len(self.reach_m), -1)
        reach_m[steps] = self.reach_m[steps]
        ranges = _alike(reach_m)
        found = [self._searched(maxima, reach_m, limits, leads, follows) for limits in ranges]
        none = np.zeros(0, int)
        if len(found) == 1 and len(set(ranges[0])) == 1:  # as a rule: steps alike, and only what is near was found
            tails, heads, metres = found[0]
            return Pairs(tails, heads, metres, np.full(len(tails), ranges[0][0]))
        columns = zip(*found, strict=True) if found else [()] * 3
        tails, heads, metres = (np.concatenate([none, *column]) for column in columns)
        pairs = Pairs(tails, heads, metres, reach_m[maxima.step[tails]])
        near = pairs.metres <= pairs.reach_m
        return pairs if near.all() else pairs.take(near)

    def _searched(
        self, maxima: Maxima, reach_m: Ints, limits: tuple[int, int], leads: Bools | None, follows: Bools | None
    ) -> tuple[Ints, Ints, Ints]:
        """Tails, heads and metres of the pairs whose tail's reach is within the limits."""
        own = ((reach_m >= limits[0]) & (reach_m <= limits[1]))[maxima.step]
        leads = own if leads is None else own & leads
        where = maxima.lat, maxima.lon, self.moments[maxima.step]
        return sphere.pairs_within(*where, limits[1] / 1000, self.apart, leads=leads, follows=follows)


def _reaches_m(axis: TimeAxis, apart: int, max_speed_m_s1: float) -> Ints:
    """How far a storm gets from each time to the one `apart` moments later, metres; -1 where there is none."""
    moments = axis.moments
    later = np.searchsorted(moments, moments + apart)
    there = np.minimum(later, len(moments) - 1)
    hours = axis.hours[there] - axis.hours
    # A float32 time is off by seconds, which is not to decide a link: hours count to the hundredth.
    reach_m = np.rint(3600.0 * max_speed_m_s1 * np.round(hours, 2)).astype(np.int64)
    return np.where((later < len(moments)) & (moments[there] == moments + apart), reach_m, -1)


def _alike(reach_m: Ints) -> list[tuple[int, int]]:
    """Ranges (lowest, highest) that hold all reaches, none of them much wider than its lowest: each is one search."""
    ranges: list[tuple[int, int]] = []
    for reach in np.unique(reach_m[reach_m >= 0]).tolist():
        if ranges and reach <= _SEARCHED_TOGETHER * ranges[-1][0]:
            ranges[-1] = ranges[-1][0], reach
        else:
            ranges.append((reach, reach))
    return ranges
