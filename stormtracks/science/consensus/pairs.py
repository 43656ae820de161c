"""Tracks of different members -> pairs that run together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from stormtracks.science import sphere
from stormtracks.science.arrays import Floats, Ints, Times
from stormtracks.science.records import Tracks

_Sums = tuple[Ints, Ints, Floats]
"""Key (track, other track), times near each other and their distances' sum in km, of pairs of tracks."""

_POINTS_AT_A_TIME = 10_000
"""Points whose pairs are looked for in one go, whole time steps: fewer cost calls, more cost memory."""
_MANY_PAIRS = 10_000_000
"""Pairs of near points that are kept before they are summed up: some 300 MB."""


@dataclass(frozen=True)
class Points:
    """Points of the tracks of all members, sorted by time; `track` counts through the members.

    Attributes
    ----------
    time : ndarray of int64, shape (n,)
        Index into `times`.
    lat, lon : ndarray of float64, shape (n,)
        Degrees; lon in [-180, 180).
    vorticity : ndarray of float32, shape (n,)
    track : ndarray of int64, shape (n,)
    times : ndarray of datetime64[s], shape (nt,)
    member : ndarray of int64, shape (ntracks,)
        Position of each track's member in the ensemble.
    members : int
        Members of the ensemble, also those without tracks.
    """

    time: Ints
    lat: Floats
    lon: Floats
    vorticity: Floats
    track: Ints
    times: Times
    member: Ints
    members: int

    @classmethod
    def of(cls, ensemble: Sequence[Tracks]) -> "Points":
        """Points of a list of Tracks, one per member."""
        sizes = [len(tracks) for tracks in ensemble]
        member = np.repeat(np.arange(len(ensemble)), sizes)
        first = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        track = np.concatenate([tracks.track + start for tracks, start in zip(ensemble, first, strict=False)])
        lat, lon, vorticity, time = (
            np.concatenate([getattr(tracks, name) for tracks in ensemble])
            for name in ("lat", "lon", "vorticity", "time")
        )
        times, index = np.unique(time, return_inverse=True)
        order = np.lexsort((track, index))
        return cls(index[order], lat[order], lon[order], vorticity[order], track[order], times, member, len(ensemble))

    def span(self) -> tuple[Ints, Ints]:
        """First and last time index of each track, two arrays of shape (ntracks,)."""
        first = np.full(len(self.member), np.iinfo(np.int64).max)
        last = np.full(len(self.member), -1)
        np.minimum.at(first, self.track, self.time)
        np.maximum.at(last, self.track, self.time)
        return first, last


@dataclass(frozen=True)
class Pairs:
    """Tracks that run together, each pair in both directions.

    Sorted by `track`, within it by the other's member, and within that the best first: most common times, then nearest.

    Attributes
    ----------
    track, other : ndarray of int64, shape (n,)
    common : ndarray of int64, shape (n,)
        Times that they are near each other.
    distance_km : ndarray of float64, shape (n,)
        Mean over these times.
    start : ndarray of int64, shape (ntracks + 1,)
        The pairs of track i are ``start[i]:start[i + 1]``.
    """

    track: Ints
    other: Ints
    common: Ints
    distance_km: Floats
    start: Ints


def find_pairs(
    points: Points, *, radius_km: float, min_common_times: int, max_mean_distance_km: float, min_near_share: float
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

    Returns
    -------
    Pairs

    Notes
    -----
    Near points are looked for some time steps at a time, so the work grows with their number, not with the square of
    the tracks; they are summed up now and then, so that they are never all in memory.
    """
    key, common, total_km = _near_tracks(points, radius_km)
    mean = total_km / np.maximum(common, 1)
    first, second = np.divmod(key, max(len(points.member), 1))
    begin, end = points.span()
    both = np.minimum(end[first], end[second]) - np.maximum(begin[first], begin[second]) + 1
    keep = (common >= min_common_times) & (mean <= max_mean_distance_km) & (common >= min_near_share * both)
    return _both_ways(first[keep], second[keep], common[keep], mean[keep], points.member)


def _near_tracks(points: Points, radius_km: float) -> _Sums:
    """Of every two tracks that are ever near."""
    waiting: list[_Sums] = []
    sums: list[_Sums] = []
    size = 0
    for rows in _whole_steps(points.time):
        waiting.append(_near_points(points, rows, radius_km))
        size += len(waiting[-1][0])
        if size > _MANY_PAIRS:
            sums.append(_summed(waiting))
            waiting, size = [], 0
    return _summed([*sums, *waiting])


def _whole_steps(time: Ints) -> Iterator[slice]:
    """Slices of the points, sorted by time, that cut no time step in two."""
    start = 0
    while start < len(time):
        last = time[min(start + _POINTS_AT_A_TIME, len(time)) - 1]
        stop = int(np.searchsorted(time, last, side="right"))
        yield slice(start, stop)
        start = stop


def _near_points(points: Points, rows: slice, radius_km: float) -> _Sums:
    """Of every two tracks that are near at one of some time steps, an entry for each time."""
    track = points.track[rows]
    first, second, metres = sphere.pairs_within(points.lat[rows], points.lon[rows], points.time[rows], radius_km)
    first, second = track[first], track[second]
    others = points.member[first] != points.member[second]
    first, second = first[others], second[others]
    key = np.minimum(first, second) * len(points.member) + np.maximum(first, second)
    distance_km = (metres[others] / 1000.0).astype(np.float32)
    return key, np.ones(len(key), np.int32), distance_km


def _summed(parts: list[_Sums]) -> _Sums:
    """One entry per key, with the sum of its counts and distances."""
    if not parts:
        return np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32)
    key, common, distance = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(key, kind="stable")  # else rounding would depend on the processor
    key = key[order]
    first = np.flatnonzero(np.append(True, key[1:] != key[:-1])) if len(key) else np.zeros(0, np.int64)
    if not len(first):
        return key, common, distance
    return key[first], np.add.reduceat(common[order], first), np.add.reduceat(distance[order], first)


def _both_ways(first: Ints, second: Ints, common: Ints, distance: Floats, member: Ints) -> Pairs:
    track, other = np.concatenate([first, second]), np.concatenate([second, first])
    common, distance = np.tile(common, 2), np.tile(distance, 2)
    order = np.lexsort((other, distance, -common, member[other], track))
    track = track[order]
    start = np.searchsorted(track, np.arange(len(member) + 1))
    return Pairs(track, other[order], common[order], distance[order], start)
