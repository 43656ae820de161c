"""Tracks of two sets -> which are the same storm, one of each."""

from dataclasses import dataclass

import numpy as np

from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.consensus.grouping.pairs import Pairs, find_pairs
from stormtracks.science.consensus.grouping.points import Points
from stormtracks.science.records import Tracks
from stormtracks.science.settings import Settings


@dataclass(frozen=True)
class Rule:
    """When two tracks may be the same storm.

    Attributes
    ----------
    near_km : float
        They are near each other at a time if no farther apart than this.
    min_common_times : int
        They must be near at so many times.
    max_mean_distance_km : float or None
        And so near in the mean over those times; None: no such demand.
    min_near_share : float
        And at this share of the times that both have.
    """

    near_km: float = Settings.max_distance_km or np.inf
    min_common_times: int = Settings.min_common_times
    max_mean_distance_km: float | None = Settings.max_mean_distance_km
    min_near_share: float = 0.0


@dataclass(frozen=True)
class Pairing:
    """Pairs of tracks, one of each set, every track in one of them at most; ascending in the first.

    Attributes
    ----------
    one, other : ndarray of int64, shape (npairs,)
        Numbers of the tracks.
    common : ndarray of int64, shape (npairs,)
        Times at which they are near each other.
    distance_km : ndarray of float64, shape (npairs,)
        Mean over those.
    """

    one: Ints
    other: Ints
    common: Ints
    distance_km: Floats

    def __len__(self) -> int:
        return len(self.one)

    def take(self, rows: Bools | Ints) -> "Pairing":
        """Some of the pairs."""
        return Pairing(self.one[rows], self.other[rows], self.common[rows], self.distance_km[rows])


def pair(one: Tracks, other: Tracks, rule: Rule | None = None) -> Pairing:
    """Which tracks of two sets are the same storm.

    Parameters
    ----------
    one, other : Tracks
    rule : Rule, optional
        None: that by which tracks are matched with best tracks.

    Returns
    -------
    Pairing

    Notes
    -----
    Of the pairs that may be the same storm, the one with most common times (at a tie the nearest) is taken first, and
    so on with those whose tracks are both still free, as in `matching.match`. A tie of both is decided by when and
    where tracks begin and end. So the outcome does not depend on the order of the tracks, nor on which set is first.

    Examples
    --------
    >>> import numpy as np
    >>> from stormtracks.science.comparison import pair
    >>> from stormtracks.science.records import Tracks
    >>> hours = np.datetime64("2005-08-23T18", "s") + 6 * np.arange(8) * np.timedelta64(1, "h")
    >>> lat, lon = 23 + 0.2 * np.arange(8), 179.5 + 0.2 * np.arange(8)
    >>> one = Tracks(np.array([8]), hours, lat, (lon + 180) % 360 - 180, np.full(8, 9e-5), np.arange(8))
    >>> other = Tracks(np.array([8]), hours, lat + 1.0, one.lon, np.full(8, 8e-5), np.arange(8))
    >>> found = pair(one, other)
    >>> found.one.tolist(), found.other.tolist(), found.common.tolist(), found.distance_km.round().tolist()
    ([0], [0], [8], [111.0])
    """
    rule = rule or Rule()
    if not len(one) or not len(other):
        return Pairing(*(np.zeros(0, np.int64),) * 3, np.zeros(0))
    found = find_pairs(
        Points.of([one, other]),
        radius_km=rule.near_km,
        min_common_times=rule.min_common_times,
        max_mean_distance_km=np.inf if rule.max_mean_distance_km is None else rule.max_mean_distance_km,
        min_near_share=rule.min_near_share,
    )
    return _one_to_one(found, len(one), _ranks(one, other))


def _ranks(one: Tracks, other: Tracks) -> Ints:
    """Place of each track of both sets in an order that asks only what the track is; shape (ntracks,)."""
    what = []
    for tracks in (one, other):
        last = tracks.start + tracks.row_size - 1
        ends = [values[place] for place in (tracks.start, last) for values in (tracks.time, tracks.lat, tracks.lon)]
        what.append(np.stack([end.astype(np.int64) if end.dtype.kind == "M" else end for end in ends], axis=1))
    return np.unique(np.concatenate(what), axis=0, return_inverse=True)[1].ravel()


def _one_to_one(pairs: Pairs, count: int, rank: Ints) -> Pairing:
    """The best pairs, each track in one of them at most; `count` tracks are of the first set."""
    ours = np.flatnonzero(pairs.track < count)
    ends = np.sort(np.stack([rank[pairs.track[ours]], rank[pairs.other[ours]]]), axis=0)
    order = ours[np.lexsort((ends[1], ends[0], pairs.distance_km[ours], -pairs.common[ours]))]
    taken: set[int] = set()
    kept = []
    for number, track, other in zip(
        order.tolist(), pairs.track[order].tolist(), pairs.other[order].tolist(), strict=True
    ):
        if track not in taken and other not in taken:
            taken |= {track, other}
            kept.append(number)
    chosen = np.array(sorted(kept, key=lambda number: pairs.track[number]), np.int64)
    return Pairing(
        pairs.track[chosen], pairs.other[chosen] - count, pairs.common[chosen], pairs.distance_km[chosen].astype(float)
    )
