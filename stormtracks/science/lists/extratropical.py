"""The physical rule for extratropical cyclones, point by point and track by track."""

import numpy as np

from stormtracks.science import sphere
from stormtracks.science.arrays import Bools, Floats
from stormtracks.science.lists.evidence import Evidence, feature
from stormtracks.science.lists.sustained import mean, number, steps_of
from stormtracks.science.lists.tropical import vorticity_least
from stormtracks.science.records import TimeAxis, Tracks
from stormtracks.science.settings import Settings
from stormtracks.science.track_fields import TrackFields

_VORTICITY_AT_1_DEGREE = 1.2e-4


def points(
    tracks: Tracks,
    fields: TrackFields,
    evidence: Evidence,
    tropical: Bools,
    *,
    core_least: float,
    grid_degrees: float,
    etc_depth_least_pa: float = Settings.etc_depth_least_pa,
    etc_vorticity_s1: float | None = Settings.etc_vorticity_s1,
    etc_asymmetry_least_m: float = Settings.etc_asymmetry_least_m,
) -> Bools:
    """Where tracks are an extratropical cyclone: deep enough, and with a cold or a frontal core; shape (npoints,).

    Parameters
    ----------
    tracks : Tracks
    fields : TrackFields
    evidence : Evidence
    tropical : ndarray of bool, shape (npoints,)
        Where they are a tropical cyclone: all that is left to tell the two apart where there are no heights.
    core_least : float
        Warm core of a tropical cyclone at least, m.
    grid_degrees : float
    etc_depth_least_pa, etc_vorticity_s1, etc_asymmetry_least_m : float
        See `Settings`.
    """
    deep = tracks.vorticity >= (etc_vorticity_s1 or vorticity_least(_VORTICITY_AT_1_DEGREE, grid_degrees))
    if evidence.pressure:
        deep &= feature(tracks, fields, "pressure_depth") >= etc_depth_least_pa
    if not evidence.warm_core:
        return deep & ~tropical
    cold = feature(tracks, fields, "warm_core") < core_least
    frontal = feature(tracks, fields, "lower_thickness_asymmetry") > etc_asymmetry_least_m
    return deep & (cold | frontal)


def cyclones(
    extratropical: Bools,
    tracks: Tracks,
    axis: TimeAxis,
    *,
    etc_hours: float = Settings.etc_hours,
    etc_distance_km: float = Settings.etc_distance_km,
    etc_latitude: float = Settings.etc_latitude,
) -> Bools:
    """Which tracks are extratropical cyclones, shape (ntracks,).

    Parameters
    ----------
    extratropical : ndarray of bool, shape (npoints,)
        From `points`.
    tracks : Tracks
    axis : TimeAxis
    etc_hours, etc_distance_km, etc_latitude : float
        See `Settings`.
    """
    long = number(extratropical, tracks) >= steps_of(etc_hours, axis)
    far = path_km(tracks) >= etc_distance_km
    poleward = mean(np.abs(tracks.lat), extratropical, tracks) >= etc_latitude
    return long & far & poleward


def path_km(tracks: Tracks) -> Floats:
    """Length of each track, shape (ntracks,)."""
    if not len(tracks):
        return np.zeros(0)
    step = sphere.distance_km(tracks.lat[:-1], tracks.lon[:-1], tracks.lat[1:], tracks.lon[1:])
    within = tracks.followed
    return np.bincount(tracks.row[within], step[within], minlength=len(tracks)).astype(float)
