"""Links by motion: the next position is predicted from the last displacement, all pairs of a time at once."""

import itertools

import numpy as np

from stormtracks.science import kernel, link_cost, sphere
from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.contests import Contests
from stormtracks.science.followers import Follow, Pairs
from stormtracks.science.kernel import links
from stormtracks.science.records import Maxima

_STEADINESS = 0.8
"""Share of a storm's last displacement that its next one is expected to be."""


def link(maxima: Maxima, follow: Follow, strength_cost_km: float, successor: Ints) -> None:
    """Link each time to the next; fills `successor`, in which nothing is linked.

    Parameters
    ----------
    maxima : Maxima
        Sorted by step.
    follow : Follow
        How they may follow each other, a moment apart.
    strength_cost_km : float
        See `link_cost.strength_m`.
    successor : ndarray of int, shape (n,)
    """
    expected = _Expected()
    for steps in follow.blocks():
        place = follow.maxima(steps)
        here = maxima.take(place)
        pairs = follow.pairs(here, steps)
        pairs = pairs.take(np.lexsort((pairs.heads, pairs.tails)))
        strength_m = link_cost.strength_m(here.vorticity, pairs.tails, pairs.heads, strength_cost_km)
        _link_block(here, pairs, strength_m, expected.at(here, place), successor[place], place.start)


class _Expected:
    """Where each maximum is expected next: where it is, unless it has come from somewhere."""

    def __init__(self) -> None:
        self._known = slice(0, 0)
        self._lat: Floats = np.zeros(0)
        self._lon: Floats = np.zeros(0)

    def at(self, maxima: Maxima, place: slice) -> tuple[Floats, Floats]:
        """Latitudes and longitudes of some maxima, to be changed in place: those known of the block before stay."""
        lat, lon = maxima.lat.copy(), maxima.lon.copy()
        both = slice(place.start, max(place.start, self._known.stop))
        old, new = (slice(both.start - one.start, both.stop - one.start) for one in (self._known, place))
        lat[new], lon[new] = self._lat[old], self._lon[old]
        self._known, self._lat, self._lon = place, lat, lon
        return lat, lon


def _link_block(
    maxima: Maxima, pairs: Pairs, strength_m: Ints, expected: tuple[Floats, Floats], successor: Ints, number: int
) -> None:
    """The same of the pairs of some times, by tail and head; the first of the maxima has a number."""
    points, places = sphere.unit_vectors(maxima.lat, maxima.lon), sphere.Places.of(maxima.lat, maxima.lon)
    step = maxima.step[pairs.tails]
    ends = np.append(np.flatnonzero(np.diff(step)) + 1, len(step)) if len(step) else np.zeros(0, int)
    if kernel.library() is not None:
        tables, columns = (points, places.phi, places.cos, places.lon), (pairs.tails, pairs.heads, pairs.reach_m)
        found = links.motion(tables, (*columns, strength_m), ends, _STEADINESS, expected)
        linked = np.flatnonzero(found >= 0)
        successor[linked] = found[linked] + number
        return
    expected_lat, expected_lon = expected
    contests = Contests.of(pairs.tails, pairs.heads)
    for begin, end in itertools.pairwise([0, *ends.tolist()]):
        here = pairs.take(slice(begin, end))
        head = places.take(here.heads)
        miss_m = sphere.Places.of(expected_lat[here.tails], expected_lon[here.tails]).metres_to(head)
        cost_m = np.where(miss_m <= here.reach_m, miss_m + strength_m[begin:end], -1)
        chosen = contests.decided(slice(begin, end), cost_m, max(1, int(here.reach_m.max()), int(cost_m.max())))
        tails, heads = here.tails[chosen], here.heads[chosen]
        successor[tails] = heads + number
        expected_lat[heads], expected_lon[heads] = _ahead(points[tails], points[heads])


def _ahead(before: Floats, now: Floats) -> tuple[Floats, Floats]:
    """Where points that came from `before` to `now` are expected next: latitude and longitude."""
    return sphere.lat_lon(now + _STEADINESS * (now - before))
