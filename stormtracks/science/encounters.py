"""Observations and the tracks that are there at their times: how often each pair of them meets, and how near."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from stormtracks.science import sphere
from stormtracks.science.arrays import Bools, Floats, Ints, Times
from stormtracks.science.ragged import joined, ragged_starts
from stormtracks.science.records import BestTracks, TimeAxis, Tracks


@dataclass(frozen=True)
class Observations:
    """What is compared: observations in the region, of storms that could have been seen.

    `considered` has one entry per storm, the others have one per observation.
    """

    considered: Ints  # indices of the best tracks
    row: Ints  # index into `considered`
    time: Times
    lat: Floats
    lon: Floats
    step: Ints  # last time of the data at or before the observation
    fraction: Floats  # of the way to the next time; 0 at the data's own


def observations(
    best: BestTracks, axis: TimeAxis, region: sphere.Region | None, min_common_times: int, between: bool
) -> Observations:
    """Observations of those best tracks that have at least so many at the data's times and in the region.

    Parameters
    ----------
    best : BestTracks
    axis : TimeAxis
        Of the data.
    region : Region, optional
        None: the globe.
    min_common_times : int
    between : bool
        Whether observations between two times of the data count too.
    """
    step, fraction = _place_in_time(best.time, axis)
    inside = sphere.in_region(best.lat, best.lon, region)
    used = inside & ((fraction >= 0) if between else (fraction == 0))
    enough = np.bincount(best.storm[used], minlength=len(best)) >= min_common_times
    used &= enough[best.storm]
    row = (np.cumsum(enough) - 1)[best.storm[used]]
    return Observations(
        considered=np.flatnonzero(enough),
        row=row,
        time=best.time[used],
        lat=best.lat[used],
        lon=best.lon[used],
        step=step[used],
        fraction=fraction[used],
    )


def _place_in_time(times: Times, axis: TimeAxis) -> tuple[Ints, Floats]:
    """Step and fraction of the way to the next; NaN outside the data and in gaps longer than their step."""
    step = np.searchsorted(axis.times, times, side="right") - 1
    fraction = np.full(len(times), np.nan)
    if len(axis):
        fraction[(step >= 0) & (axis.times[step] == times)] = 0.0
    length = np.append(np.diff(axis.times).astype(float), np.inf)
    whole = np.append(axis.missing[1:] == 0, False)  # no time is missing before the next
    bridged = (step >= 0) & np.isnan(fraction)
    bridged[bridged] = whole[step[bridged]]
    after = (times[bridged] - axis.times[step[bridged]]).astype(float)
    fraction[bridged] = after / length[step[bridged]]
    return step, fraction


@dataclass(frozen=True)
class Encounters:
    """Observations and tracks that are there at their times.

    Attributes
    ----------
    observation, point : ndarray of int, shape (n,)
        The track's point is the last at or before the observation.
    pair : ndarray of int, shape (n,)
        Best track (by row) and track, as one number: row * ntracks + track.
    """

    observation: Ints
    point: Ints
    pair: Ints

    def take(self, index: Ints | Bools) -> "Encounters":
        """Those that an index array or mask picks."""
        return Encounters(self.observation[index], self.point[index], self.pair[index])


def encounters(seen: Observations, tracks: Tracks, axis: TimeAxis, wanted: Callable[[Encounters], Bools]) -> Encounters:
    """All that are wanted; those of many storms would take much memory, so they are looked at in parts."""
    none = np.zeros(0, np.int64)
    found = [Encounters(none, none, none)]
    if not len(seen.row):  # a season of millions of points need not be looked through
        return found[0]
    there = _there(seen, tracks, axis)
    for between in (False, True):
        observations = np.flatnonzero((seen.fraction > 0) == between)
        if not len(observations):
            continue
        points = there.take(there.continues) if between else there
        for one, other in _joined(seen.step[observations], points.step, len(axis)):
            observation, track = observations[one], points.track[other]
            some = Encounters(observation, points.point[other], seen.row[observation] * len(tracks) + track)
            found.append(some.take(np.flatnonzero(wanted(some))))
    return Encounters(**joined(found, ("observation", "point", "pair")))


@dataclass(frozen=True)
class _There:
    """Points of tracks at times that are asked for: their number, step and track, and whether the next is a step on."""

    point: Ints
    step: Ints
    track: Ints
    continues: Bools

    def take(self, index: Ints | Bools) -> "_There":
        return _There(self.point[index], self.step[index], self.track[index], self.continues[index])


def _there(seen: Observations, tracks: Tracks, axis: TimeAxis) -> _There:
    """The points at the steps of observations; of a year of millions they are a part."""
    asked = np.zeros(len(axis) + 1, bool)
    asked[seen.step] = True
    found, points, rows = [], 0, 0
    for part in tracks.parts():
        step, track = np.searchsorted(axis.times, part.time), part.track
        at = np.flatnonzero(asked[step])
        continues = np.append((np.diff(track) == 0) & (np.diff(step) == 1), False)
        point, its_step, its_track = (each.astype(np.int32) for each in (at + points, step[at], track[at] + rows))
        found.append(_There(point, its_step, its_track, continues[at]))
        points, rows = points + len(part.maximum), rows + len(part)
    return _There(**joined(found, ("point", "step", "track", "continues")))


def _joined(wanted: Ints, step: Ints, nsteps: int) -> Iterator[tuple[Ints, Ints]]:
    """Index pairs (i, j) with ``wanted[i] == step[j]``, i ascending, in parts."""
    order = np.argsort(step.astype(np.min_scalar_type(nsteps)), kind="stable")  # two bytes are sorted by radix
    count = np.bincount(step, minlength=nsteps)
    begin, number = ragged_starts(count)[wanted], count[wanted]
    for part in sphere.parts(number):
        left = np.repeat(np.arange(part.start, part.stop), number[part])
        offset = np.arange(len(left)) - np.repeat(ragged_starts(number[part]), number[part])
        yield left, order[begin[left] + offset]


def latitudes(seen: Observations, tracks: Tracks, max_distance_km: float | None) -> Callable[[Encounters], Bools]:
    """Says of encounters whether the latitudes alone are near enough; a distance is never less than they are apart."""
    if max_distance_km is None:
        return lambda some: np.ones(len(some.pair), bool)
    reach = np.degrees(max_distance_km / sphere.EARTH_RADIUS_KM) + 1e-4
    lat = tracks.lat
    lon = tracks.lon if (seen.fraction > 0).any() else lat  # not asked for

    def near_enough(some: Encounters) -> Bools:
        observed, between = seen.lat[some.observation], np.flatnonzero(seen.fraction[some.observation] > 0)
        near: Bools = np.abs(observed - lat[some.point]) <= reach
        if len(between):
            # A track is nowhere further than half of its way to the next point from one of both: a way along the
            # meridian and then the parallel is no shorter.
            one, other = some.point[between], some.point[between] + 1
            way = np.abs(lat[other] - lat[one]) + np.abs(sphere.lon_difference(lon[one], lon[other]))
            off = np.minimum(np.abs(observed[between] - lat[one]), np.abs(observed[between] - lat[other]))
            near[between] = off <= reach + way / 2
        return near

    return near_enough


def often(some: Encounters, least: int) -> Encounters:
    """Those of pairs that have at least so many of them."""
    _, place, count = counted(some.pair)
    return some.take(np.flatnonzero(count[place] >= least))


_CELLS = 1 << 20
"""A table of so many numbers of pairs is quicker than a sort; a larger one must not be larger than what it counts."""


def counted(pair: Ints) -> tuple[Ints, Ints, Ints]:
    """The different pairs, ascending; the place of each pair among them; how often each is there."""
    size = int(pair.max(initial=-1)) + 1
    if size > max(_CELLS, len(pair)):
        different, place, count = np.unique(pair, return_inverse=True, return_counts=True)
        return different, place, count
    table = np.bincount(pair, minlength=size)
    different = np.flatnonzero(table)
    rank = np.empty(size, np.int32)
    rank[different] = np.arange(len(different), dtype=np.int32)
    return different, rank[pair], table[different]


@dataclass(frozen=True)
class Meetings:
    """Observations with tracks that are there at their times: a best track's row, a track, time, metres."""

    row: Ints
    track: Ints
    time: Times
    metres: Ints

    def take(self, index: Ints | Bools) -> "Meetings":
        """Those that an index array or mask picks."""
        return Meetings(self.row[index], self.track[index], self.time[index], self.metres[index])

    def closer_than(self, km: float | None) -> "Meetings":
        """Those at most so far apart; all of them where there is no limit."""
        return self if km is None else self.take(self.metres <= round(1000 * km))


def meetings(seen: Observations, tracks: Tracks, some: Encounters) -> Meetings:
    """How far each observation is from a track that is there at its time.

    Parameters
    ----------
    seen : Observations
    tracks : Tracks
    some : Encounters
        Which observations and which points of tracks are meant.
    """
    observation, point = some.observation, some.point
    lat, lon = _positions(tracks, point, seen.fraction[observation])
    metres = sphere.distance_m(seen.lat[observation], seen.lon[observation], lat, lon)
    return Meetings(seen.row[observation], some.pair % max(len(tracks), 1), seen.time[observation], metres)


def _positions(tracks: Tracks, point: Ints, fraction: Floats) -> tuple[Floats, Floats]:
    """Positions of the tracks: at some points, or a fraction of the way on from them."""
    lat, lon = tracks.lat[point], tracks.lon[point]
    left = np.flatnonzero(fraction > 0)
    if len(left):
        after = tracks.lat[point[left] + 1], tracks.lon[point[left] + 1]
        lat[left], lon[left] = sphere.between(lat[left], lon[left], *after, fraction[left])
    return lat, lon
