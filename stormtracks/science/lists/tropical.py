"""The physical rule for tropical cyclones, point by point and track by track."""

import numpy as np

from stormtracks.science import sphere
from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.lists.evidence import Evidence, at_sea, feature
from stormtracks.science.lists.sustained import steps_of, sustained
from stormtracks.science.records import TimeAxis, Tracks
from stormtracks.science.settings import Settings
from stormtracks.science.track_fields import TrackFields

_FINE_DEGREES = 1.5
_VORTICITY_AT_1_DEGREE = 1.5e-4
_CELLS_OF_WIND = 2.0
_RESOLVED_DEGREES = 1.0
"""A weak storm of a reanalysis is no smaller and hardly stronger on a finer grid than this: on that of ERA5, 0.25
degrees, two of 17 and 18 m s-1 have 1.2 times their vorticity at 1 degree."""


def point_margin(
    tracks: Tracks,
    fields: TrackFields,
    evidence: Evidence,
    *,
    grid_degrees: float,
    depth_least_pa: float | None = Settings.depth_least_pa,
    core_least_m: float | None = Settings.core_least_m,
    tc_wind_least_m_s1: float = Settings.tc_wind_least_m_s1,
    tc_vorticity_s1: float | None = Settings.tc_vorticity_s1,
    tc_wind_distance_km: float | None = Settings.tc_wind_distance_km,
    tc_latitude: float = Settings.tc_latitude,
) -> Floats:
    """How far each point is beyond the conditions for a tropical cyclone, shape (npoints,).

    Parameters
    ----------
    tracks : Tracks
    fields : TrackFields
    evidence : Evidence
        What is known: conditions on anything else are left out.
    grid_degrees : float
        Spacing of the grid that the fields were on, degrees.
    depth_least_pa, core_least_m, tc_wind_least_m_s1, tc_vorticity_s1, tc_wind_distance_km, tc_latitude : float
        See `Settings`.

    Returns
    -------
    ndarray of float
        The least of (value / threshold) over all conditions: 1 or more where all are met. -inf over land, beyond
        `tc_latitude`, where the highest wind is too far out, and where a value is not known.
    """
    parts = [tracks.vorticity / (tc_vorticity_s1 or vorticity_least(_VORTICITY_AT_1_DEGREE, grid_degrees))]
    if evidence.pressure:
        parts.append(_over(tracks, fields, "pressure_depth", _depth_least(depth_least_pa, evidence, grid_degrees)))
    if evidence.warm_core:
        parts.append(_over(tracks, fields, "warm_core", core_least_of(core_least_m, evidence, grid_degrees)))
    if evidence.wind and tc_wind_least_m_s1:
        parts.append(_over(tracks, fields, "wind_max", tc_wind_least_m_s1))
    allowed = at_sea(tracks, fields) & (np.abs(tracks.lat) <= tc_latitude)
    if evidence.wind and not evidence.pressure:
        most = tc_wind_distance_km or _CELLS_OF_WIND * sphere.KM_PER_DEGREE * max(grid_degrees, _RESOLVED_DEGREES)
        distance = feature(tracks, fields, "wind_max_distance")
        allowed &= (distance <= most) | np.isnan(distance).all()
    least = np.min(parts, axis=0) if len(tracks) else np.zeros(0)
    return np.where(allowed & ~np.isnan(least), least, -np.inf)


def track_margin(
    margin: Floats,
    tracks: Tracks,
    axis: TimeAxis,
    evidence: Evidence,
    *,
    tc_steps_hours: float = Settings.tc_steps_hours,
    tc_steps_hours_coreless: float = Settings.tc_steps_hours_coreless,
) -> Floats:
    """The margin that each track holds for as long as a tropical cyclone must, shape (ntracks,).

    Parameters
    ----------
    margin : ndarray of float, shape (npoints,)
        Of each point, from `point_margin`.
    tracks : Tracks
    axis : TimeAxis
        The data's times.
    evidence : Evidence
    tc_steps_hours, tc_steps_hours_coreless : float
        See `Settings`.
    """
    count = np.full(len(tracks), steps_of(tc_steps_hours, axis))
    if not evidence.warm_core:
        longer = max(steps_of(tc_steps_hours_coreless, axis), int(count.max(initial=1)))
        count = np.where(cut(tracks, axis), count, longer)
    return sustained(margin, np.ones(len(margin), bool), tracks, count)


def born_in_the_tropics(
    tracks: Tracks,
    axis: TimeAxis,
    evidence: Evidence,
    *,
    tc_latitude: float = Settings.tc_latitude,
    tc_genesis_latitude: float | None = Settings.tc_genesis_latitude,
) -> Bools:
    """Which tracks begin near enough to the equator, shape (ntracks,).

    Notes
    -----
    Nobody knows where a storm was born that is there at the data's first time. It may have come far by then, so it
    must only be where a tropical cyclone can be.
    """
    seen = tc_genesis_latitude if tc_genesis_latitude is not None else 35.0 if evidence.warm_core else 30.0
    most = np.where(_from_the_first_time(tracks, axis), max(tc_latitude, seen), seen)
    return np.abs(tracks.lat[tracks.start]) <= most


def cut(tracks: Tracks, axis: TimeAxis) -> Bools:
    """Which tracks are there at the data's first or last time, so that part of them may be missing."""
    if not len(axis):
        return np.zeros(len(tracks), bool)
    last = tracks.time[tracks.start + tracks.row_size - 1]
    return _from_the_first_time(tracks, axis) | (last == axis.times[-1])


def vorticity_least(at_1_degree_s1: float, grid_degrees: float) -> float:
    """A threshold of vorticity by the grid, s-1: a grid twice as coarse shows half of a small storm's."""
    return at_1_degree_s1 / max(grid_degrees, _RESOLVED_DEGREES)


def core_least_of(core_least_m: float | None, evidence: Evidence, grid_degrees: float) -> float:
    """The threshold of the warm core, in metres: by the grid, and by the level that it is made of."""
    if core_least_m is not None:
        return core_least_m
    if grid_degrees > _FINE_DEGREES:
        return 2.0
    return 11.0 if evidence.core_level_hpa is not None and evidence.core_level_hpa < 250 else 6.0


def _depth_least(depth_least_pa: float | None, evidence: Evidence, grid_degrees: float) -> float:
    if depth_least_pa is not None:
        return depth_least_pa
    # A coarse grid loses most of a small low's depth. Without a warm core there is nothing else that tells a weak
    # tropical cyclone from a trough, so the threshold stays.
    return 50.0 if evidence.warm_core and grid_degrees > _FINE_DEGREES else 200.0


def _over(tracks: Tracks, fields: TrackFields, name: str, threshold: float) -> Floats:
    return feature(tracks, fields, name) / threshold


def _from_the_first_time(tracks: Tracks, axis: TimeAxis) -> Bools:
    if not len(axis):
        return np.zeros(len(tracks), bool)
    return tracks.time[tracks.start] == axis.times[0]


def held(margin: Floats, least: Floats, counts: Ints) -> Bools:
    """Which points belong to a track's tropical stage: as far beyond the conditions as the track is, or beyond all."""
    return (margin > -np.inf) & (margin >= np.minimum(np.repeat(least, counts), 1.0))
