"""maxima -> tracks: which maximum of one time and which of the next are the same storm."""

import itertools
from dataclasses import dataclass

import numpy as np

from stormtracks.science import chains, link_cost, sphere
from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.records import Maxima, TimeAxis, Tracks
from stormtracks.science.settings import LINKERS, Settings, check_choice

_STEADINESS = 0.8
"""Share of a storm's last displacement that its next one is expected to be (motion linker)."""
_SEARCHED_TOGETHER = 1.3
"""Reaches that differ by no more than this factor are searched for in one go, and sorted out afterwards."""


def link(
    maxima: Maxima,
    axis: TimeAxis,
    *,
    linker: str = Settings.linker,
    max_speed_m_s1: float = Settings.max_speed_m_s1,
    max_missing_steps: int = Settings.max_missing_steps,
    strength_cost_km: float = Settings.strength_cost_km,
    min_points: int = Settings.min_points,
    min_peak_s1: float = Settings.min_peak_s1,
) -> Tracks:
    """Tracks of the maxima of one member.

    Parameters
    ----------
    maxima : Maxima
        Sorted by step.
    axis : TimeAxis
    linker : str
        'nearest', 'motion' or 'course'.
    max_speed_m_s1 : float
        Fastest displacement between two times, m s-1.
    max_missing_steps : int
        Steps without a maximum that a track may bridge.
    strength_cost_km : float
        What a change of the vorticity by a factor e costs, km: as much as a link that is so much longer.
    min_points : int
        Shortest track that is kept.
    min_peak_s1 : float
        Vorticity that a track must reach at least once, s-1; 0: it need not.

    Returns
    -------
    Tracks
        Ordered by first time, then by the place of the first maximum in the table.

    Notes
    -----
    Two maxima at neighbouring times of the data may be linked if the displacement between them is within
    `max_speed_m_s1` times the difference of their own times; each has at most one predecessor and one successor.
    The cost of a pair is its distance and `strength_cost_km` times ``|ln(zeta2 / zeta1)|``, so that a weak maximum
    nearby does not draw the link of a strong one. Costs are compared in whole metres (`sphere.distance_m`), so the
    links are the same on every processor; of equally good pairs the one earlier in the table of maxima is taken.

    ``nearest``: the cheapest pair of all is linked first, then the cheapest of those left, and so on. Linking every
    pair in which each is the other's cheapest, and repeating that with what is free, gives the same. ``motion``: step
    by step, the next position is predicted from the last displacement, which takes the place of the position in the
    cost, and the sum of costs is minimised over all pairs at once (Kuhn-Munkres; as in the tracking of Hodges 1999,
    with a constant in place of his adaptive smoothness). ``course``: as ``nearest``, but the cost has half of the
    distance, and half of the changes of motion from the best pair before and to the best pair after (see
    `link_cost.course_m`; three times and the motion between them, as in the cost of Hodges 1994).

    A time that is missing in the data (see `TimeAxis.moments`) and a time without a maximum both count as a missing
    step. With `max_missing_steps`, ends and beginnings that are left are linked by ``nearest`` two, three, ... steps
    apart, the fewest first. Otherwise no link bridges a missing step.

    Examples
    --------
    A storm that moves by 2 degrees, 211 km or 9.8 m/s, in 6 hours:

    >>> import numpy as np
    >>> from stormtracks.science.linking import link
    >>> from stormtracks.science.records import Maxima, TimeAxis
    >>> hours = 6.0 * np.arange(8)
    >>> axis = TimeAxis(np.datetime64("2005-08-23T00", "s") + (3600 * hours).astype("timedelta64[s]"), hours)
    >>> lon = -60.0 - 2.0 * np.arange(8)
    >>> maxima = Maxima(np.arange(8), np.full(8, 18.0), lon, np.full(8, 7e-5))
    >>> link(maxima, axis).row_size.tolist()
    [8]
    >>> link(maxima, axis, max_speed_m_s1=9.0).row_size.tolist()
    []
    """
    check_choice("linker", linker, LINKERS)
    successor = np.full(len(maxima), -1)
    if len(maxima):
        for apart in range(1, min(max_missing_steps + 1, int(axis.moments[-1])) + 1):  # no further than the season
            loose = _loose(successor)
            pairs = _pairs_within_reach(maxima.take(loose), axis, apart, max_speed_m_s1).of(loose)
            strength_m = link_cost.strength_m(maxima.vorticity, pairs.tails, pairs.heads, strength_cost_km)
            if apart == 1 and linker == "motion":
                _link_by_motion(maxima, pairs, strength_m, successor)
            elif apart == 1 and linker == "course":
                _link_cheapest(len(maxima), pairs, _by_course_m(maxima, pairs, strength_m), successor)
            else:
                _link_cheapest(len(maxima), pairs, pairs.metres + strength_m, successor)
    return chains.tracks(maxima, axis, successor, min_points=min_points, min_peak_s1=min_peak_s1)


@dataclass(frozen=True)
class _Pairs:
    """Maxima that may follow each other: index of the earlier, of the later, metres between them, reach in metres."""

    tails: Ints
    heads: Ints
    metres: Ints
    reach_m: Ints

    def take(self, index: Ints | Bools) -> "_Pairs":
        """Those that an index array or mask picks."""
        return _Pairs(self.tails[index], self.heads[index], self.metres[index], self.reach_m[index])

    def of(self, maxima: Ints) -> "_Pairs":
        """The same pairs where these maxima of a table were all that was searched."""
        return _Pairs(maxima[self.tails], maxima[self.heads], self.metres, self.reach_m)


def _loose(successor: Ints) -> Ints:
    """Indices of the maxima that are not linked on both sides."""
    return np.flatnonzero((successor < 0) | chains.beginnings(successor))


def _pairs_within_reach(maxima: Maxima, axis: TimeAxis, apart: int, max_speed_m_s1: float) -> _Pairs:
    """Pairs of maxima `apart` data steps after one another that a storm can travel between in the time."""
    reach_m = _reaches_m(axis, apart, max_speed_m_s1)
    found = [_pairs_of_reach(maxima, axis, apart, reach_m, limits) for limits in _alike(reach_m)]
    none = np.zeros(0, int)
    columns = zip(*found, strict=True) if found else [()] * 3
    tails, heads, metres = (np.concatenate([none, *column]) for column in columns)
    pairs = _Pairs(tails, heads, metres, reach_m[maxima.step[tails]])
    return pairs.take(pairs.metres <= pairs.reach_m)


def _reaches_m(axis: TimeAxis, apart: int, max_speed_m_s1: float) -> Ints:
    """How far a storm gets from each time to the one `apart` steps later, metres; -1 where there is none."""
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


def _pairs_of_reach(
    maxima: Maxima, axis: TimeAxis, apart: int, reach_m: Ints, limits: tuple[int, int]
) -> tuple[Ints, Ints, Ints]:
    """Tails, heads and metres of the pairs whose tail's reach is within the limits."""
    lowest, highest = limits
    moments, all_points = axis.moments, np.arange(len(maxima))
    tail_step = (reach_m >= lowest) & (reach_m <= highest)
    used = all_points if tail_step[reach_m >= 0].all() else _of_steps(maxima, moments, tail_step, apart)
    moment = moments[maxima.step[used]]
    tails, heads, metres = sphere.pairs_within(maxima.lat[used], maxima.lon[used], moment, highest / 1000, apart)
    if used is all_points:
        return tails, heads, metres
    own = tail_step[maxima.step[used[tails]]]
    return used[tails[own]], used[heads[own]], metres[own]


def _of_steps(maxima: Maxima, moments: Ints, tail_step: Bools, apart: int) -> Ints:
    """Indices of the maxima at some steps and at those `apart` after them."""
    head_step = np.isin(moments, moments[tail_step] + apart)
    return np.flatnonzero((tail_step | head_step)[maxima.step])


def _by_course_m(maxima: Maxima, pairs: _Pairs, strength_m: Ints) -> Ints:
    """Cost of each pair, metres: half of the distance and of the changes of motion, and the change of strength."""
    off = link_cost.course_m(maxima.lat, maxima.lon, pairs.tails, pairs.heads, pairs.reach_m, strength_m)
    return (pairs.metres + off) // 2 + strength_m


def _link_cheapest(size: int, pairs: _Pairs, cost_m: Ints, successor: Ints) -> None:
    """Link free ends to free beginnings, cheapest pairs first; fills `successor` in place."""
    begins = chains.beginnings(successor)
    free = (successor[pairs.tails] < 0) & begins[pairs.heads]
    tails, heads, cost_m = pairs.tails[free], pairs.heads[free], cost_m[free]
    while len(tails):
        chosen = _cheapest(tails, heads, cost_m, size)
        successor[tails[chosen]] = heads[chosen]
        begins[heads[chosen]] = False
        left = np.flatnonzero((successor[tails] < 0) & begins[heads])
        tails, heads, cost_m = tails[left], heads[left], cost_m[left]


def _cheapest(tails: Ints, heads: Ints, cost: Ints, size: int) -> Ints:
    """Indices of pairs that are the cheapest for their tail and for their head; of equals the first in the table."""
    least = np.full((2, size), np.iinfo(np.int64).max)
    np.minimum.at(least[0], tails, cost)
    np.minimum.at(least[1], heads, cost)
    mutual = np.flatnonzero((cost == least[0, tails]) & (cost == least[1, heads]))
    mutual = mutual[np.lexsort((heads[mutual], tails[mutual]))]
    return mutual[_first_of(tails[mutual], size) & _first_of(heads[mutual], size)]


def _first_of(values: Ints, size: int) -> Bools:
    """Which values have not occurred before, shape of `values`, bool."""
    rank = np.arange(len(values))
    first = np.empty(size, int)
    first[values[::-1]] = rank[::-1]  # of several assignments to one place the last stays
    return first[values] == rank


def _link_by_motion(maxima: Maxima, pairs: _Pairs, strength_m: Ints, successor: Ints) -> None:
    """Link each step to the next by predicted positions, all pairs of a step at once; fills `successor` in place."""
    points = sphere.unit_vectors(maxima.lat, maxima.lon)
    expected_lat, expected_lon = maxima.lat.copy(), maxima.lon.copy()
    order = np.lexsort((pairs.heads, pairs.tails))
    pairs, strength_m = pairs.take(order), strength_m[order]
    step = maxima.step[pairs.tails]
    for begin, end in itertools.pairwise([*np.flatnonzero(np.diff(step, prepend=-1)), len(step)]):
        here = pairs.take(np.arange(begin, end))
        miss_m = sphere.distance_m(
            expected_lat[here.tails], expected_lon[here.tails], maxima.lat[here.heads], maxima.lon[here.heads]
        )
        near = np.flatnonzero(miss_m <= here.reach_m)
        cost_m = (miss_m + strength_m[begin:end])[near]
        limit_m = int(max(here.reach_m.max(), cost_m.max(initial=0)))
        chosen = near[_assigned(here.tails[near], here.heads[near], cost_m, limit_m)]
        tails, heads = here.tails[chosen], here.heads[chosen]
        successor[tails] = heads
        expected_lat[heads], expected_lon[heads] = _ahead(points[tails], points[heads])


def _assigned(tails: Ints, heads: Ints, cost_m: Ints, limit_m: int) -> Ints:
    """Which pairs become links so that the sum of costs is least, where a maximum without a link counts the limit."""
    alone = _alone(tails, heads)
    contested = np.flatnonzero(~np.isin(np.arange(len(tails)), alone))
    if not len(contested):
        return alone
    from scipy.optimize import linear_sum_assignment  # half of a worker's start-up time, and the default does without

    rows, row = np.unique(tails[contested], return_inverse=True)
    columns, column = np.unique(heads[contested], return_inverse=True)
    # Whole metres are exact in floats, so equal sums are equal; any link is better than none.
    cost = np.zeros((len(rows), len(columns)))
    cost[row, column] = cost_m[contested] - limit_m * 1.001
    number = np.full(cost.shape, -1)
    number[row, column] = contested
    best = number[linear_sum_assignment(cost)]
    return np.sort(np.concatenate([alone, best[best >= 0]]))


def _alone(tails: Ints, heads: Ints) -> Ints:
    """Which pairs have neither tail nor head in common with another pair."""
    if not len(tails):
        return np.zeros(0, int)
    return np.flatnonzero((np.bincount(tails)[tails] == 1) & (np.bincount(heads)[heads] == 1))


def _ahead(before: Floats, now: Floats) -> tuple[Floats, Floats]:
    """Where points that came from `before` to `now` are expected next: latitude and longitude."""
    return sphere.lat_lon(now + _STEADINESS * (now - before))
