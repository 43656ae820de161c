"""What each track of a member is: the rule applied to all that is known."""

import dataclasses
from dataclasses import dataclass

import numpy as np

from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.lists import chance, extratropical, tropical
from stormtracks.science.lists.evidence import Evidence
from stormtracks.science.lists.storm_list import CLASSES, in_list
from stormtracks.science.lists.sustained import bridged, steps_of
from stormtracks.science.records import TimeAxis, Tracks
from stormtracks.science.settings import Settings
from stormtracks.science.track_fields import TrackFields


@dataclass(frozen=True)
class Verdict:
    """Class and probability of each track, and of which kind it is at each point.

    Attributes
    ----------
    evidence : Evidence
        What the tracks were told by.
    storm_class : ndarray of int8, shape (ntracks,)
        Place in `CLASSES`.
    probability : ndarray of float32, shape (ntracks,)
        That it is a tropical cyclone.
    margin : ndarray of float64, shape (ntracks,)
        How far it is beyond the conditions for a tropical cyclone: 1 is just enough; -inf where it never is near them.
    tropical : ndarray of bool, shape (npoints,)
        Where its tropical stage is, or would be: of a track that is not a tropical cyclone, its most tropical points.
    extratropical : ndarray of bool, shape (npoints,)
        Where it meets the conditions for an extratropical cyclone.
    """

    evidence: Evidence
    storm_class: Ints
    probability: Floats
    margin: Floats
    tropical: Bools
    extratropical: Bools

    def __repr__(self) -> str:
        counts = (f"{int((self.storm_class == code).sum()):,} {name}" for code, name in enumerate(CLASSES))
        return f"<Verdict: {', '.join(counts)}; told by {self.evidence.name}>"


def classes(
    tracks: Tracks,
    fields: TrackFields,
    axis: TimeAxis,
    *,
    grid_degrees: float,
    depth_least_pa: float | None = Settings.depth_least_pa,
    core_least_m: float | None = Settings.core_least_m,
    tc_wind_least_m_s1: float = Settings.tc_wind_least_m_s1,
    tc_vorticity_s1: float | None = Settings.tc_vorticity_s1,
    tc_wind_distance_km: float | None = Settings.tc_wind_distance_km,
    tc_steps_hours: float = Settings.tc_steps_hours,
    tc_steps_hours_coreless: float = Settings.tc_steps_hours_coreless,
    tc_latitude: float = Settings.tc_latitude,
    tc_genesis_latitude: float | None = Settings.tc_genesis_latitude,
    tc_gap_hours: float = Settings.tc_gap_hours,
    etc_depth_least_pa: float = Settings.etc_depth_least_pa,
    etc_vorticity_s1: float | None = Settings.etc_vorticity_s1,
    etc_hours: float = Settings.etc_hours,
    etc_distance_km: float = Settings.etc_distance_km,
    etc_latitude: float = Settings.etc_latitude,
    etc_asymmetry_least_m: float = Settings.etc_asymmetry_least_m,
) -> Verdict:
    """Say of each track what it is, by the physical rule.

    Parameters
    ----------
    tracks : Tracks
        All of a member.
    fields : TrackFields
        What is known around their points; of what is not there the conditions are left out.
    axis : TimeAxis
        The data's times.
    grid_degrees : float
        Spacing of the grid, degrees.
    **thresholds
        See `Settings`.

    Returns
    -------
    Verdict

    Notes
    -----
    A point is tropical if it is over sea and within `tc_latitude`, its vorticity is high enough, pressure rises far
    enough on every way out (without pressure: the highest wind is near), the upper troposphere's thickness falls far
    enough on every way out, and the wind is strong enough. A track is a tropical cyclone if it is that for
    `tc_steps_hours` and begins within `tc_genesis_latitude`. It is an extratropical one if it is deep and cold, or deep
    and frontal, for `etc_hours`, travels `etc_distance_km` and is poleward of `etc_latitude` on average; a hybrid if it
    is both.

    Examples
    --------
    Two tracks of which nothing but the vorticity, the pressure around them and the wind is known: one is weak.

    >>> import numpy as np
    >>> from stormtracks.science import lists
    >>> from stormtracks.science.records import TimeAxis, Tracks
    >>> from stormtracks.science.track_fields import TrackFields
    >>> hours = 6.0 * np.arange(8)
    >>> times = np.datetime64("2005-08-25T00", "s") + hours.astype("timedelta64[h]")
    >>> lat, lon = np.linspace(15.0, 20.0, 16), np.linspace(-60.0, -70.0, 16)
    >>> vorticity = np.repeat([3e-4, 5e-5], 8)
    >>> tracks = Tracks(np.array([8, 8]), np.tile(times, 2), lat, lon, vorticity, np.arange(16))
    >>> around = {"pressure_depth": np.full(16, 900.0), "wind_max": np.full(16, 30.0), "sea": np.ones(16)}
    >>> verdict = lists.classes(tracks, TrackFields(around), TimeAxis(times, hours), grid_degrees=1.0)
    >>> [lists.CLASSES[code] for code in verdict.storm_class]
    ['tc', 'none']
    """
    evidence = Evidence.of(fields)
    each = tropical.point_margin(
        tracks,
        fields,
        evidence,
        grid_degrees=grid_degrees,
        depth_least_pa=depth_least_pa,
        core_least_m=core_least_m,
        tc_wind_least_m_s1=tc_wind_least_m_s1,
        tc_vorticity_s1=tc_vorticity_s1,
        tc_wind_distance_km=tc_wind_distance_km,
        tc_latitude=tc_latitude,
    )
    hours = {"tc_steps_hours": tc_steps_hours, "tc_steps_hours_coreless": tc_steps_hours_coreless}
    margin = tropical.track_margin(each, tracks, axis, evidence, **hours)
    born = tropical.born_in_the_tropics(
        tracks, axis, evidence, tc_latitude=tc_latitude, tc_genesis_latitude=tc_genesis_latitude
    )
    margin = np.where(born, margin, -np.inf)
    cold = extratropical.points(
        tracks,
        fields,
        evidence,
        each >= 1,
        core_least=tropical.core_least_of(core_least_m, evidence, grid_degrees),
        grid_degrees=grid_degrees,
        etc_depth_least_pa=etc_depth_least_pa,
        etc_vorticity_s1=etc_vorticity_s1,
        etc_asymmetry_least_m=etc_asymmetry_least_m,
    )
    limits = {"etc_hours": etc_hours, "etc_distance_km": etc_distance_km, "etc_latitude": etc_latitude}
    etc = extratropical.cyclones(cold, tracks, axis, **limits)
    stage = tropical.held(each, margin, tracks.row_size)
    return Verdict(
        evidence=evidence,
        storm_class=_classes(margin >= 1, etc),
        probability=chance.of(margin, tracks, axis, evidence),
        margin=margin,
        tropical=bridged(stage, tracks, steps_of(tc_gap_hours, axis)),
        extratropical=cold,
    )


def told_by(
    verdict: Verdict, probability: Floats, *, tc_probability_least: float = Settings.tc_probability_least
) -> Verdict:
    """The verdict with a fitted probability: tropical cyclones are those of the rule, and what is probable enough.

    Parameters
    ----------
    verdict : Verdict
    probability : ndarray of float, shape (ntracks,)
    tc_probability_least : float
        What makes a track a tropical cyclone besides the rule.
    """
    etc = in_list(verdict.storm_class, "etc")
    listed = in_list(verdict.storm_class, "tc") | (probability >= tc_probability_least)
    return dataclasses.replace(verdict, storm_class=_classes(listed, etc), probability=probability.astype(np.float32))


_CODES = np.array(
    [[CLASSES.index("none"), CLASSES.index("etc")], [CLASSES.index("tc"), CLASSES.index("hybrid")]], np.int8
)
"""Class of what is a tropical cyclone or not (row) and an extratropical one or not (column)."""


def _classes(tc: Bools, etc: Bools) -> Ints:
    return _CODES[tc.astype(int), etc.astype(int)]
