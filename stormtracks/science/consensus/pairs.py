"""Tracks of different members -> pairs that run together."""

import itertools
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from stormtracks.science import sphere

_MANY_PAIRS = 10_000_000
"""Pairs of near points that are kept before they are summed up: some 300 MB."""


@dataclass(frozen=True)
class Points:
    """Points of the tracks of all members, sorted by time; `track` counts through the members.

    Attributes
    ----------
    time : ndarray of int64, shape (n,)
        Index into `times`.
    vector : ndarray of float64, shape (n, 3)
        Unit vector.
    vorticity : ndarray of float32, shape (n,)
    track : ndarray of int64, shape (n,)
    times : ndarray of datetime64[s], shape (nt,)
    member : ndarray of int64, shape (ntracks,)
        Position of each track's member in the ensemble.
    members : int
        Members of the ensemble, also those without tracks.
    """

    time: np.ndarray
    vector: np.ndarray
    vorticity: np.ndarray
    track: np.ndarray
    times: np.ndarray
    member: np.ndarray
    members: int

    @classmethod
    def of(cls, ensemble):
        """Points of a list of Tracks, one of each member."""
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
        vector = sphere.unit_vectors(lat[order], lon[order])
        return cls(index[order], vector, vorticity[order], track[order], times, member, len(ensemble))

    def span(self):
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

    track: np.ndarray
    other: np.ndarray
    common: np.ndarray
    distance_km: np.ndarray
    start: np.ndarray


def find_pairs(points, radius_km, min_common_times, max_mean_distance_km, min_share):
    """Tracks of different members that are the same storm as far as two can tell.

    Parameters
    ----------
    points : Points
    radius_km : float
        Points at one time and closer than this are near.
    min_common_times : int
        Times that two tracks must be near each other.
    max_mean_distance_km : float
        Largest mean distance over those times.
    min_share : float
        Share of the times that both exist at which they must be near.

    Returns
    -------
    Pairs

    Notes
    -----
    One tree a time step, so the work grows with the number of near points, not with the square of the tracks; these are
    summed up now and then, so that they are never all in memory.
    """
    key, common, total_km = _near_tracks(points, sphere.chord(radius_km))
    mean = total_km / np.maximum(common, 1)
    first, second = np.divmod(key, max(len(points.member), 1))
    begin, end = points.span()
    both = np.minimum(end[first], end[second]) - np.maximum(begin[first], begin[second]) + 1
    keep = (common >= min_common_times) & (mean <= max_mean_distance_km) & (common >= min_share * both)
    return _both_ways(first[keep], second[keep], common[keep], mean[keep], points.member)


def _near_tracks(points, chord):
    """Key (track, other track), times near each other and their distances' sum in km, of every two tracks ever near."""
    edges = np.searchsorted(points.time, np.arange(len(points.times) + 1))
    waiting, sums, size = [], [], 0
    for start, stop in itertools.pairwise(edges):
        waiting.append(_near_points(points, slice(start, stop), chord))
        size += len(waiting[-1][0])
        if size > _MANY_PAIRS:
            sums.append(_summed(waiting))
            waiting, size = [], 0
    return _summed([*sums, *waiting])


def _near_points(points, rows, chord):
    """The same of the points of one time."""
    vector, track = points.vector[rows], points.track[rows]
    pair = cKDTree(vector).query_pairs(chord, output_type="ndarray")
    pair = pair[points.member[track[pair[:, 0]]] != points.member[track[pair[:, 1]]]]
    low, high = np.sort(track[pair], axis=1).T
    apart = np.linalg.norm(vector[pair[:, 0]] - vector[pair[:, 1]], axis=1)
    return low * len(points.member) + high, np.ones(len(pair), np.int32), sphere.arc_km(apart).astype(np.float32)


def _summed(parts):
    """One entry a key, with the sum of its counts and distances."""
    if not parts:
        return np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32)
    key, common, distance = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(key, kind="stable")
    key = key[order]
    first = np.flatnonzero(np.append(True, key[1:] != key[:-1])) if len(key) else np.zeros(0, np.int64)
    if not len(first):
        return key, common, distance
    return key[first], np.add.reduceat(common[order], first), np.add.reduceat(distance[order], first)


def _both_ways(first, second, common, distance, member):
    track, other = np.concatenate([first, second]), np.concatenate([second, first])
    common, distance = np.tile(common, 2), np.tile(distance, 2)
    order = np.lexsort((other, distance, -common, member[other], track))
    track = track[order]
    start = np.searchsorted(track, np.arange(len(member) + 1))
    return Pairs(track, other[order], common[order], distance[order], start)
