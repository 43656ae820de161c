"""maxima -> tracks: which maximum of one time and which of the next are the same storm."""

import numpy as np

from stormtracks.science import chains, kernel, link_cost, linked_tracks, motion
from stormtracks.science.arrays import Bools, Ints
from stormtracks.science.followers import Follow, Pairs
from stormtracks.science.kernel import links
from stormtracks.science.records import Maxima, TimeAxis, Tracks
from stormtracks.science.settings import LINKERS, Settings, check_choice


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
    looked_up: bool = False,
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
    looked_up : bool
        Whether millions of points may stay in the table of maxima, where their columns are looked up whenever they are
        asked for: then a year is in memory once. See `linked_tracks`.

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
    with a constant in place of his adaptive smoothness). Where several choices have the least sum, see `contests`.
    ``course``: as ``nearest``, but the cost has half of the distance, and half of the changes of motion from the best
    pair before and to the best pair after (see `link_cost.course_m`; three times and the motion between them, as in
    the cost of Hodges 1994).

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
    successor = np.full(len(maxima), -1, np.int32)
    if len(maxima):
        for apart in range(1, min(max_missing_steps + 1, int(axis.moments[-1])) + 1):  # no further than the season
            follow = Follow.of(maxima, axis, apart, max_speed_m_s1)
            if apart > 1:
                _link_loose(maxima, follow, strength_cost_km, successor)
            elif linker == "motion":
                motion.link(maxima, follow, strength_cost_km, successor)
            else:
                _link_all(maxima, follow, strength_cost_km, linker == "course", successor)
    maximum, row_size = chains.chains(maxima.vorticity, successor, min_points=min_points, min_peak_s1=min_peak_s1)
    del successor  # of millions, it takes as much as a column of the tracks
    made = linked_tracks.looked_up if looked_up else linked_tracks.whole
    return made(maxima, axis, maximum, row_size)


def _link_all(maxima: Maxima, follow: Follow, strength_cost_km: float, by_course: bool, successor: Ints) -> None:
    """Link each time to the next, cheapest pairs first; fills `successor`, in which nothing is linked."""
    for steps in follow.blocks():
        # The course of a pair is held against the pairs before and after it.
        looked_at = slice(max(steps.start - 1, 0), min(steps.stop + 1, len(follow.moments))) if by_course else steps
        place = follow.maxima(looked_at)
        here = maxima.take(place)
        pairs = follow.pairs(here, looked_at)
        strength_m = link_cost.strength_m(here.vorticity, pairs.tails, pairs.heads, strength_cost_km)
        cost_m = _by_course_m(here, pairs, strength_m) if by_course else pairs.metres + strength_m
        if by_course:
            step = here.step[pairs.tails]
            own = (step >= steps.start) & (step < steps.stop)
            pairs, cost_m = pairs.take(own), cost_m[own]
        tails, heads = _cheapest_links(len(here), pairs, cost_m)
        successor[place.start + tails] = place.start + heads


def _link_loose(maxima: Maxima, follow: Follow, strength_cost_km: float, successor: Ints) -> None:
    """Link ends of chains to beginnings of others, cheapest pairs first; fills `successor` in place."""
    begins = chains.beginnings(successor)
    loose = np.flatnonzero(begins | (successor < 0))  # fewer than all, and the others would only be carried along
    follow = follow.among(loose)
    for steps in follow.blocks():
        number = loose[follow.maxima(steps)]
        here = maxima.take(number)
        pairs = follow.pairs(here, steps, successor[number] < 0, begins[number])
        strength_m = link_cost.strength_m(here.vorticity, pairs.tails, pairs.heads, strength_cost_km)
        tails, heads = _cheapest_links(len(here), pairs, pairs.metres + strength_m)
        successor[number[tails]] = number[heads]


def _by_course_m(maxima: Maxima, pairs: Pairs, strength_m: Ints) -> Ints:
    """Cost of each pair, metres: half of the distance and of the changes of motion, and the change of strength."""
    off = link_cost.course_m(maxima.lat, maxima.lon, pairs.tails, pairs.heads, pairs.reach_m, strength_m)
    return (pairs.metres + off) // 2 + strength_m


def _cheapest_links(size: int, pairs: Pairs, cost_m: Ints) -> tuple[Ints, Ints]:
    """Tails and heads of the links that pairs of some maxima become, the cheapest first."""
    tails, heads = pairs.tails, pairs.heads
    if kernel.library() is not None:
        return links.cheapest(size, tails, heads, cost_m)
    ends, begins, chosen_tails, chosen_heads = np.ones(size, bool), np.ones(size, bool), [tails[:0]], [heads[:0]]
    while len(tails):
        chosen = _cheapest(tails, heads, cost_m, size)
        chosen_tails.append(tails[chosen])
        chosen_heads.append(heads[chosen])
        ends[tails[chosen]] = begins[heads[chosen]] = False
        left = np.flatnonzero(ends[tails] & begins[heads])
        tails, heads, cost_m = tails[left], heads[left], cost_m[left]
    return np.concatenate(chosen_tails), np.concatenate(chosen_heads)


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
