"""The members' lists of storms of a year -> the list that they agree on."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from stormtracks.label import Label
from stormtracks.science import sphere
from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.consensus.calibration import Calibration
from stormtracks.science.consensus.grouping.pairs import find_pairs
from stormtracks.science.consensus.grouping.points import Points
from stormtracks.science.consensus.mean import ConsensusTracks
from stormtracks.science.consensus.smoothing import smoothed
from stormtracks.science.consensus.storms import ConsensusStorms
from stormtracks.science.consensus.year_consensus import consensus_of
from stormtracks.science.lists import StormList
from stormtracks.science.records import Tracks

MIN_SHARE = 0.5
"""Share of the members whose lists must have a storm for the consensus to have it."""

MAX_OFFSET_KM = 350.0
"""A member whose track is farther than this from the storm's middle position does not have the storm then."""

_NEAR_KM, _NEAR_MEAN_KM, _NEAR_TIMES, _NEAR_SHARE = 350.0, 250.0, 4, 0.5
"""What makes a track of a member whose list lacks a storm a track of that storm: about as in `ConsensusSettings`."""


def consensus_of_lists(
    year: Label,
    members: Sequence[int],
    lists: Sequence[StormList],
    tracks: Sequence[Tracks] = (),
    *,
    name: str = "tc",
    calibration: Calibration | None = None,
    min_share: float = MIN_SHARE,
    max_offset_km: float = MAX_OFFSET_KM,
    **thresholds: Any,
) -> ConsensusStorms:
    """One storm for those that members' lists have in common.

    Parameters
    ----------
    year : int or str
    members : list of int
    lists : list of StormList
        All storms of each member.
    tracks : list of Tracks, optional
        All tracks of each member, of which the lists are made, to look there for what a list lacks; without them a
        member whose list does not have a storm counts with probability 0.
    name : {'tc', 'etc'}
        The list.
    calibration : Calibration, optional
    min_share : float
        Share of the members whose lists must have a storm. 0: one list is enough.
    max_offset_km : float
        A member's position farther from the middle one of the storm at a time is not in the mean path: its track has
        gone on to something else. 0: all are.
    **thresholds
        Further fields of `ConsensusSettings` by name.

    Returns
    -------
    ConsensusStorms
        In an order that does not depend on that of the members, but for storms that begin at the same time and place.
    """
    chosen = [one.of(name) for one in lists]
    ensemble, matches = [one.tracks for one in chosen], [one.matches for one in chosen]
    limits = {"min_share": min_share, "max_offset_km": max_offset_km, **thresholds}
    agreed = consensus_of(year, members, ensemble, matches, alone=True, list_name=name, **limits)
    every = _listed(agreed, chosen) if name == "tc" else agreed.held_by.astype(float)
    if name == "tc" and len(tracks):
        every = np.maximum(every, np.stack([_near(agreed, *one) for one in zip(tracks, lists, strict=True)], axis=1))
    probability = every.mean(axis=1)
    unknown = np.full(len(agreed), np.nan)
    lat, lon = smoothed(agreed.tracks)
    return ConsensusStorms(
        **vars(agreed),
        list_name=name,
        probability=probability,
        calibrated=unknown if calibration is None else calibration.probability(agreed.held_by, probability),
        **_intensity(agreed, chosen),
        **_along(agreed, chosen, max_offset_km or np.inf),
        lat_smooth=lat,
        lon_smooth=lon,
    )


def _listed(agreed: ConsensusTracks, lists: Sequence[StormList]) -> Floats:
    """Probability of each storm in each member's list, 0 where the list lacks it; shape (nstorms, nmembers)."""
    found = np.zeros((len(agreed), len(lists)))
    for column, (one, storm) in enumerate(zip(lists, agreed.storm_of, strict=True)):
        np.maximum.at(found[:, column], storm[storm >= 0], one.probability[storm >= 0])
    return found


def _near(agreed: ConsensusTracks, tracks: Tracks, storms: StormList) -> Floats:
    """Probability of the track of a member that runs with each storm, 0 where none does; shape (nstorms,)."""
    found = np.zeros(len(agreed))
    if not len(agreed) or not len(tracks):
        return found
    during = _alive(tracks, agreed)
    points = Points.of([agreed.tracks, tracks.take(during)])
    pairs = find_pairs(
        points,
        radius_km=_NEAR_KM,
        min_common_times=_NEAR_TIMES,
        max_mean_distance_km=_NEAR_MEAN_KM,
        min_near_share=_NEAR_SHARE,
    )
    of_storm = pairs.track < len(agreed)
    other = during[pairs.other[of_storm] - len(agreed)]
    np.maximum.at(found, pairs.track[of_storm], storms.every_probability[other].astype(float))
    return found


def _alive(tracks: Tracks, agreed: ConsensusTracks) -> Ints:
    """Numbers of the tracks that pass latitudes of the storms and are there at a time of them."""
    south, north = agreed.lat.min() - 4.0, agreed.lat.max() + 4.0
    inside = (tracks.lat >= south) & (tracks.lat <= north) & np.isin(tracks.time, agreed.time)
    return np.unique(tracks.row[inside])


def _intensity(agreed: ConsensusTracks, lists: Sequence[StormList]) -> dict[str, Any]:
    """Mean and standard deviation over the members of each storm's extremes; pieces of a member's storm count once."""
    found = {}
    for name, extreme in (("intensity_max", np.fmax), ("pressure_lowest", np.fmin)):
        values = np.full((len(agreed), len(lists)), np.nan)
        for column, (one, storm) in enumerate(zip(lists, agreed.storm_of, strict=True)):
            inside = storm >= 0
            extreme.at(values[:, column], storm[inside], getattr(one, name)[inside].astype(float))
        row, member = np.nonzero(np.isfinite(values))
        found[name], found[f"{name}_std"] = _mean_std(values[row, member], row, len(agreed))
    return found


def _along(agreed: ConsensusTracks, lists: Sequence[StormList], within_km: float) -> dict[str, Any]:
    """Mean and standard deviation over the members at each point of the mean paths."""
    size = len(agreed.time)
    cells = [_cells(agreed, one.tracks, storm, within_km) for one, storm in zip(lists, agreed.storm_of, strict=True)]
    cell = np.concatenate([np.zeros(0, np.int64), *cells])
    tropical = np.concatenate([np.zeros(0), *(one.tropical for one in lists)]).astype(float)
    found = {"tropical": np.nan_to_num(_mean_std(tropical[cell >= 0], cell[cell >= 0], size)[0])}
    for name, field in (("wind", "wind_max"), ("pressure", "pressure_min")):
        empty = (np.full(len(one.tracks.time), np.nan) for one in lists)
        values = [one.fields.get(field, nothing) for one, nothing in zip(lists, empty, strict=True)]
        value = np.concatenate([np.zeros(0), *values]).astype(float)
        known = (cell >= 0) & np.isfinite(value)
        found[name], found[f"{name}_std"] = _mean_std(value[known], cell[known], size)
    return found


def _cells(agreed: ConsensusTracks, tracks: Tracks, storm: Ints, within_km: float) -> Ints:
    """Point of the mean paths that each point of a member's storms is near, -1 for none; shape (npoints,)."""
    times, index = np.unique(agreed.time, return_inverse=True)
    key = agreed.row * (len(times) + 1) + index
    step = np.searchsorted(times, tracks.time)
    there = np.append(times, np.datetime64("NaT", "s"))[step] == tracks.time
    wanted = storm[tracks.row] * (len(times) + 1) + step
    place = np.searchsorted(key, wanted)
    same = there & (np.append(key, -1)[place] == wanted) & (storm[tracks.row] >= 0)
    place = np.where(same, place, -1)
    lat, lon = (np.append(axis, 0.0)[place] for axis in (agreed.lat, agreed.lon))
    apart = sphere.distance_km(tracks.lat, tracks.lon, lat, lon)
    return _nearest(np.where(same & (apart <= within_km), place, -1), apart)


def _nearest(place: Ints, apart: Floats) -> Ints:
    """The places, but -1 where another point of the same member is at the same place and nearer."""
    order = np.lexsort((apart, place))
    again = np.zeros(len(place), bool)
    again[order[1:]] = np.diff(place[order]) == 0
    return np.where(again, -1, place)


def _mean_std(values: Floats, row: Ints, size: int) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the values of each row; NaN where there are none."""
    number = np.bincount(row, minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(row, values, minlength=size) / number
        return mean, np.sqrt(np.bincount(row, (values - mean[row]) ** 2, minlength=size) / number)
