"""Tracks of different members -> pairs that run together."""

import itertools
from dataclasses import dataclass

import numpy as np

from stormtracks.science import kernel
from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.consensus.grouping.meetings import Meetings, meetings
from stormtracks.science.consensus.grouping.points import Points
from stormtracks.science.kernel import grouping as compiled

_AT_A_TIME = 1 << 20
"""Pairs that are sorted in one go."""


@dataclass(frozen=True)
class Pairs:
    """Tracks that run together, each pair in both directions.

    Sorted by `track`, within it by the other's member, and within that the best first: most common times, then nearest.

    Attributes
    ----------
    other : ndarray of int32, shape (n,)
    common : ndarray of int32, shape (n,)
        Times that they are near each other.
    distance_km : ndarray of float64, shape (n,)
        Mean over these times; of shape (0,) where it was not asked for, as it takes more memory than all else.
    start : ndarray of int64, shape (ntracks + 1,)
        The pairs of track i are ``start[i]:start[i + 1]``.
    """

    other: Ints
    common: Ints
    distance_km: Floats
    start: Ints

    @property
    def track(self) -> Ints:
        """The one of each pair that `other` runs with, shape (n,) of int32."""
        return np.repeat(np.arange(len(self.start) - 1, dtype=np.int32), np.diff(self.start))


def find_pairs(
    points: Points,
    *,
    radius_km: float,
    min_common_times: int,
    max_mean_distance_km: float,
    min_near_share: float,
    with_distance: bool = True,
) -> Pairs:
    """Tracks of different members that are the same storm as far as two can tell.

    Parameters
    ----------
    points : Points
    radius_km : float
        Points at one time and no farther apart than this are near.
    min_common_times : int
        Times that two tracks must be near each other.
    max_mean_distance_km : float
        Largest mean distance over those times.
    min_near_share : float
        Share of the times that both exist at which they must be near.
    with_distance : bool
        Whether the pairs know their mean distance, or have been put in order by it only.

    Returns
    -------
    Pairs

    Notes
    -----
    Tracks are held against their neighbours some time steps at a time, and a pair is kept only if it fulfils all this
    when one of the two has ended, so memory grows with the pairs that are found and work with the near ones.
    """
    begin, end = points.span

    def enough(met: Meetings) -> Bools:
        both = np.minimum(end[met.first], end[met.second]) - np.maximum(begin[met.first], begin[met.second]) + 1
        often = (met.common >= min_common_times) & (met.common >= min_near_share * both)
        return often & (met.distance_km <= max_mean_distance_km)

    met = meetings(points, radius_km, enough, min_common_times)
    return _both_ways(met, points.member, with_distance)


def _both_ways(met: Meetings, member: Ints, with_distance: bool) -> Pairs:
    """Pairs in both directions."""
    ntracks = len(member)
    count = np.bincount(met.first, minlength=ntracks) + np.bincount(met.second, minlength=ntracks)
    start = np.concatenate([[0], np.cumsum(count)])
    if kernel.library() is None:
        return _sorted(met, member, count, start, with_distance)
    columns = met.first, met.second, met.common, met.metres
    return Pairs(*compiled.partners(start, *columns, member, with_distance), start)


def _sorted(met: Meetings, member: Ints, count: Ints, start: Ints, with_distance: bool) -> Pairs:
    """The same by NumPy, some tracks at a time."""
    ntracks = len(member)
    cuts = np.unique([*np.searchsorted(start, np.arange(0, start[-1], _AT_A_TIME)), ntracks])
    size = start[-1]
    made = Pairs(np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size if with_distance else 0), start)
    for low, high in itertools.pairwise(cuts):
        there, back = (np.flatnonzero((of >= low) & (of < high)) for of in (met.first, met.second))
        track = np.concatenate([met.first[there], met.second[back]])
        other = np.concatenate([met.second[there], met.first[back]])
        row = np.concatenate([there, back])
        order = np.argsort((track - low) * np.int64(ntracks) + other)
        row = row[order][_best_first(track[order], other[order], met.take(row[order]), member)]
        rows = slice(start[low], start[high])
        track = np.repeat(np.arange(low, high), count[low:high])
        made.other[rows] = np.where(met.first[row] == track, met.second[row], met.first[row])
        made.common[rows] = met.common[row]
        if with_distance:
            made.distance_km[rows] = met.take(row).distance_km
    return made


def _best_first(track: Ints, other: Ints, met: Meetings, member: Ints) -> Ints:
    """Order of pairs, sorted by track and other, by which the best one of each member comes first."""
    order, of = np.arange(len(track)), member[other]
    again = np.append((track[1:] == track[:-1]) & (of[1:] == of[:-1]), False)
    several = np.flatnonzero(again | np.append(False, again[:-1]))  # of most members there is one
    best = np.lexsort((other[several], met.distance_km[several], -met.common[several], of[several], track[several]))
    order[several] = several[best]
    return order
