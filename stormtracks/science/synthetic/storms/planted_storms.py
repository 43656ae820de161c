"""Best tracks -> storms of each member: where they are, how strong, and from when to when."""

from dataclasses import dataclass

import numpy as np

from stormtracks.science.arrays import Bools, Floats, Ints, Times
from stormtracks.science.records import BestTracks
from stormtracks.science.sphere import KM_PER_DEGREE, lat_lon, unit_vectors
from stormtracks.science.synthetic.nature import nature
from stormtracks.science.synthetic.plan import Plan
from stormtracks.science.synthetic.storms.vortices import (
    Vortex,
    displaced,
    least_size_km,
    resolution,
    wander,
)

JITTER_KM = 50.0
"""Standard deviation of a member's storm about the best track, eastward and northward each."""

STRENGTH_SPREAD = 0.1
"""Standard deviation of the logarithm of a member's strength."""

LIFE_SHIFT = 2
"""A member's storm begins and ends up to this many steps before or after the best track."""

SIZE_CELLS = 1.5
SIZE_KM = 180.0
"""Distance of the strongest wind: the cells that a grid needs for it, and the least that a reanalysis has of it."""

SHOWN_ON_DEGREES = 2.0
"""Grid that shows the vorticity by wind (`nature`) of storms like an archive's; finer ones show more of it."""

UPPER_SHARE = (0.15, 0.4)
"""Share of a storm's wind at 200 hPa in that at 850 hPa."""

TRANSITION = (35.0, 52.0)
COLD_SHARE = 1.3
"""Degrees from the equator between which that changes to the share of a mid-latitude low."""

_UNKNOWN_WIND_KT = 30.0

EXTRA_STORMS = {
    "PLANTEDGREENW": ("GREENWICH", "NA", 80.0, ((14.0, 12.0), (20.0, -14.0))),
    "PLANTEDDATELN": ("DATELINE", "EP", 90.0, ((12.0, -166.0), (22.0, 166.0))),
    "PLANTEDSOUTH0": ("SOUTH", "SI", 80.0, ((-11.0, 84.0), (-22.0, 58.0))),
}
"""Storms that are planted as well, by sid: name, basin, highest wind (kt), first and last place (lat, lon)."""

_AT_SEA = {"PLANTEDGREENW": ("GREENWICH", "SA", 80.0, ((-9.0, 8.0), (-18.0, -16.0)))}
"""Their courses in a season that is like an archive: over the Sahara no list of tropical cyclones could have one."""

_EXTRA_DAYS = 9.0


@dataclass(frozen=True)
class Course:
    """A best track at the data's times.

    Attributes
    ----------
    sid, name, basin : str
    first : int
        Step (of the plan) of the first element; may lie before the plan's first.
    centre : ndarray, shape (n, 3)
        Unit vectors; the first and last `LIFE_SHIFT` lie outside the best track's own life.
    wind_kt : ndarray, shape (n,)
    """

    sid: str
    name: str
    basin: str
    first: int
    centre: Floats
    wind_kt: Floats


@dataclass(frozen=True)
class Storm:
    """A storm as it was planted in every member; `alive` and `resolved` have shape (member, step).

    `upper_share`, shape (step,), is the share of its wind at 200 hPa in that at 850 hPa: small where its core is warm.
    """

    course: Course
    vortex: Vortex
    alive: Bools
    resolved: Floats
    upper_share: Floats


def storms(plan: Plan, best: BestTracks) -> list[Storm]:
    """Every storm of the plan: those of the best tracks, and the extra ones.

    Parameters
    ----------
    plan : Plan
    best : BestTracks

    Returns
    -------
    list of Storm
        Those that live during the plan's times.
    """
    courses = _observed(best, plan) + (_extra(plan) if plan.extra_storms else [])
    planted = [_plant(course, plan, number) for number, course in enumerate(courses)]
    return [storm for storm in planted if storm.alive.any()]


def _observed(best: BestTracks, plan: Plan) -> list[Course]:
    """The best tracks' storms with at least two observations."""
    courses = []
    for storm, (start, size) in enumerate(zip(best.start, best.row_size, strict=True)):
        points = slice(start, start + size)
        if size < 2 or best.time[points][-1] < plan.times[0] or best.time[points][0] > plan.times[-1]:
            continue
        track = best.time[points], unit_vectors(best.lat[points], best.lon[points]), best.wind_kt[points]
        courses.append(_course((str(best.sid[storm]), str(best.name[storm]), str(best.basin[storm])), track, plan))
    return courses


def _extra(plan: Plan) -> list[Course]:
    """The extra storms, in the middle of the plan, and as long as they can be up to nine days."""
    first, last = plan.times[0], plan.times[-1]
    span = min((last - first) / np.timedelta64(1, "s"), _EXTRA_DAYS * 86400)
    begin = first + ((last - first) - np.timedelta64(int(span), "s")) // 2
    time = begin + (np.linspace(0, span, 13)).astype("timedelta64[s]")
    share = np.linspace(0, 1, 13)
    courses = []
    extra = EXTRA_STORMS | (_AT_SEA if plan.like else {})
    for sid, (name, basin, peak, (start, stop)) in extra.items():
        lat, lon = np.transpose([start, stop])
        ends = unit_vectors(lat, lon)
        centre = (1 - share[:, None]) * ends[0] + share[:, None] * ends[1]
        wind = 35 + (peak - 35) * np.sin(np.pi * share)
        courses.append(_course((sid, name, basin), (time, centre, wind), plan))
    return courses


def _course(names: tuple[str, str, str], track: tuple[Times, Floats, Floats], plan: Plan) -> Course:
    """Interpolate a track (time, unit vectors, wind) at the data's times, and continue it straight at both ends.

    Between observations hours apart a straight line through the Earth, seen from its centre, is the great circle.
    """
    time, centre, wind = track
    hours = (time - plan.times[0]) / np.timedelta64(1, "h")
    inside = np.arange(np.ceil(hours[0] / plan.step_hours), np.floor(hours[-1] / plan.step_hours) + 1)
    steps = np.arange(inside[0] - LIFE_SHIFT, inside[-1] + LIFE_SHIFT + 1) if len(inside) else np.zeros(0)
    at = steps * plan.step_hours
    ends = _ahead(centre, hours, at)
    placed = np.stack([np.interp(at, hours, line) for line in centre.T], axis=-1) + ends
    placed /= np.linalg.norm(placed, axis=-1, keepdims=True)
    known = np.isfinite(wind)
    strength = np.interp(at, hours[known], wind[known]) if known.any() else np.full(len(at), _UNKNOWN_WIND_KT)
    return Course(*names, int(steps[0]) if len(steps) else 0, placed, strength)


def _ahead(centre: Floats, hours: Floats, at: Floats) -> Floats:
    """What to add to a track's first or last place at times before or after it: its motion there."""
    if hours[-1] == hours[0]:  # a season of one time: nobody can say where a storm came from
        return np.zeros((len(at), 3))
    begin = (centre[1] - centre[0]) / (hours[1] - hours[0])
    end = (centre[-1] - centre[-2]) / (hours[-1] - hours[-2])
    return np.minimum(at - hours[0], 0)[:, None] * begin + np.maximum(at - hours[-1], 0)[:, None] * end


def _plant(course: Course, plan: Plan, number: int) -> Storm:
    """The storm in every member: displaced, stronger or weaker, longer or shorter."""
    like, count = nature(plan.like), len(course.wind_kt)
    size_km, upper_share = _structure(plan, course, number)
    centre, strength = np.empty((plan.members, count, 3)), np.empty((plan.members, count))
    alive = np.zeros((plan.members, count), bool)
    observed = like.at_rest + like.per_knot * course.wind_kt
    for member in range(plan.members):
        generator = np.random.default_rng([plan.seed, 1, number, member])
        east, north, stronger = wander(generator, count, plan.step_hours, (3,))
        centre[member] = displaced(course.centre, (JITTER_KM * east, JITTER_KM * north))
        strength[member] = observed * np.exp(STRENGTH_SPREAD * stronger)
        early, late = generator.integers(0, 2 * LIFE_SHIFT, 2, endpoint=True)
        alive[member, early : max(count - late, early)] = True
    step = course.first + np.arange(count)
    alive &= (step >= 0) & (step < len(plan.times))
    # A storm like an archive's has the same pressure on every grid; others have the same vorticity.
    whole = strength / resolution(SHOWN_ON_DEGREES if plan.like else plan.grid, size_km)
    resolved = np.where(alive, whole * resolution(plan.grid, size_km), 0.0)
    spin = np.sign(centre[..., 2]) * np.where(alive, whole, 0.0)
    vortex = Vortex(course.first, centre.astype(np.float32), spin.astype(np.float32), size_km)
    return Storm(course, vortex, alive, resolved, upper_share)


def _structure(plan: Plan, course: Course, number: int) -> tuple[float, Floats]:
    """A storm's size (km), no smaller than the grid can hold, and its upper share at each step.

    Poleward of `TRANSITION` the core turns cold, as that of storms that become extratropical does.
    """
    generator = np.random.default_rng([plan.seed, 4, number])
    sizes = nature(plan.like).storm_size_km
    if sizes:
        size_km = max(generator.uniform(*sizes), least_size_km(plan.grid))
    else:
        size_km = max(SIZE_CELLS * plan.grid * KM_PER_DEGREE, SIZE_KM)
    distance = np.abs(lat_lon(course.centre)[0])
    return size_km, np.interp(distance, TRANSITION, (generator.uniform(*UPPER_SHARE), COLD_SHARE))


def truth_rows(storm: Storm, member: int) -> tuple[Ints, Floats, Floats, Floats, Floats]:
    """Steps, latitude, longitude, resolved vorticity and observed wind (kt) of a storm in a member, while it lives."""
    alive = storm.alive[member]
    lat, lon = lat_lon(storm.vortex.centre[member, alive])
    steps = storm.course.first + np.flatnonzero(alive)
    return steps, lat, lon, storm.resolved[member, alive], storm.course.wind_kt[alive]
