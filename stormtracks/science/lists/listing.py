"""A member's tracks and what each of them is -> the list of its storms."""

import dataclasses
from typing import Any

import numpy as np

from stormtracks.science.arrays import Bools, Floats, Ints, Times
from stormtracks.science.lists.storm_list import StormList, in_list
from stormtracks.science.lists.sustained import number
from stormtracks.science.lists.verdict import Verdict
from stormtracks.science.ragged import Ragged
from stormtracks.science.records import Matches, Tracks
from stormtracks.science.track_fields import TrackFields


def listed(tracks: Tracks, fields: TrackFields, verdict: Verdict) -> StormList:
    """The list of a member's storms, not yet matched with best tracks.

    Parameters
    ----------
    tracks : Tracks
        All of the member.
    fields : TrackFields
        Of their points.
    verdict : Verdict
        From `classes`.

    Returns
    -------
    StormList
    """
    rows = np.flatnonzero(verdict.storm_class)
    points = tracks.of_rows(rows)
    chosen, codes = tracks.take(rows), verdict.storm_class[rows]
    is_tc = in_list(codes, "tc")
    tropical = verdict.tropical[points] & np.repeat(is_tc, chosen.row_size)
    # A storm that is tropical only by a fitted probability may have no point that counts: then all of them do.
    own = np.where(np.repeat(is_tc, chosen.row_size), tropical, verdict.extratropical[points])
    own |= ~np.repeat(number(own, chosen) > 0, chosen.row_size)
    around = {name: values[points] for name, values in fields.values.items()}
    first = _first(own, chosen)
    return StormList(
        tracks=chosen,
        track_id=rows.astype(np.int32),
        storm_class=codes,
        probability=verdict.probability[rows],
        tc_first=_times(chosen, tropical, last=False),
        tc_last=_times(chosen, tropical, last=True),
        intensity_max=_extreme(around.get("wind_max"), own, chosen, np.fmax),
        pressure_lowest=_extreme(around.get("pressure_min"), own, chosen, np.fmin),
        genesis_lat=chosen.lat[first],
        genesis_lon=chosen.lon[first],
        tropical=tropical,
        fields=around,
        matches=_unmatched(len(rows)),
        every_class=verdict.storm_class,
        every_probability=verdict.probability,
    )


def matched(storms: StormList, matches: Matches) -> StormList:
    """The list with what became of the best tracks.

    Parameters
    ----------
    storms : StormList
    matches : Matches
        Of the tracks of ``storms.of("tc")``, by their numbers there.

    Returns
    -------
    StormList
        `matches` counts the rows of all its storms.
    """
    rows = storms.rows_of("tc")
    hit = matches.track >= 0
    track = np.full(len(matches), -1, np.int32)
    track[hit] = rows[matches.track[hit]]
    storm_of_track = np.full(len(storms), -1, np.int32)
    storm_of_track[rows] = matches.storm_of_track
    return dataclasses.replace(storms, matches=dataclasses.replace(matches, track=track, storm_of_track=storm_of_track))


def _first(where: Bools, tracks: Ragged) -> Ints:
    """Index of the first chosen point of each track, which has one."""
    chosen = np.flatnonzero(where)
    return chosen[np.searchsorted(tracks.row[chosen], np.arange(len(tracks)))]


def _times(tracks: Tracks, where: Bools, last: bool) -> Times:
    """First or last time at which each track is chosen; NaT where it never is."""
    times = np.full(len(tracks), np.datetime64("NaT"), "datetime64[s]")
    some = np.flatnonzero(number(where, tracks))
    chosen = np.flatnonzero(where)
    row = tracks.row[chosen]
    place = np.searchsorted(row, some, side="right") - 1 if last else np.searchsorted(row, some)
    times[some] = tracks.time[chosen[place]]
    return times


def _extreme(values: Floats | None, where: Bools, tracks: Ragged, of: Any) -> Floats:
    """Highest or lowest of each track's chosen values, shape (n,), float32; NaN without any."""
    if values is None or not len(tracks):
        return np.full(len(tracks), np.nan, np.float32)
    extreme: Floats = of.reduceat(np.where(where, values, np.float32(np.nan)), tracks.start)
    return extreme.astype(np.float32)


def _unmatched(count: int) -> Matches:
    texts, times = np.zeros(0, "U1"), np.zeros(0, "datetime64[s]")
    numbers, values = np.zeros(0, np.int32), np.zeros(0)
    return Matches(
        sid=texts,
        name=texts,
        max_wind_kt=values.astype(np.float32),
        track=numbers,
        common_times=numbers,
        mean_distance_km=values,
        first_time=times,
        last_time=times,
        lead_hours=values,
        storm_of_track=np.full(count, -1, np.int32),
    )
