"""Where the cyclones of the background go, and how strong each is: a life of steps after the other, laid end to end."""

from dataclasses import dataclass

import numpy as np

from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.climatology.coasts import on_land
from stormtracks.science.sphere import EARTH_RADIUS_KM, unit_vectors
from stormtracks.science.synthetic.nature import Population
from stormtracks.science.synthetic.plan import Plan

_MIDSUMMER = 200
"""Day of the year on which the north is warmest."""

_TRIES = 12


@dataclass(frozen=True)
class Courses:
    """The courses of a population.

    Attributes
    ----------
    first : ndarray of int, shape (ncyclones,)
        Step of birth; may lie before the plan's first.
    life : ndarray of int, shape (ncyclones,)
        Steps.
    centre : ndarray, shape (total steps, 3)
        Unit vectors.
    peak : ndarray, shape (total steps,)
        Vorticity in the centre (s-1), positive anticlockwise.
    """

    first: Ints
    life: Ints
    centre: Floats
    peak: Floats


def courses(plan: Plan, population: Population, generator: np.random.Generator, room: "Room") -> Courses | None:
    """Random courses.

    Parameters
    ----------
    plan : Plan
    population : Population
    generator : numpy.random.Generator
    room : Room
        Where cyclones that keep apart are already; those of this population are added.

    Returns
    -------
    Courses or None
        None: not a single birth.
    """
    days = len(plan.times) * plan.step_hours / 24
    longest = population.life_days[1]
    births = np.sort(generator.uniform(-longest, days, generator.poisson(2 * population.per_day * (days + longest))))
    if not len(births):
        return None
    life = np.maximum(generator.uniform(*population.life_days, len(births)) * 24 / plan.step_hours, 2).astype(int)
    first = np.floor(births * 24 / plan.step_hours).astype(int)
    drawn = (
        _seasonal(plan, population, births, generator) if population.winter else _even(population, len(life), generator)
    )
    lat, lon, strength = drawn.of(life, plan.step_hours)
    if population.apart_km:
        lon += np.repeat(room.shifts(first, life, (lat, lon), population.apart_km, generator), life)
    age = np.concatenate([np.arange(count) for count in life])
    growth = np.sin(np.pi * (age + 1) / (np.repeat(life, life) + 1))
    if population.exponent != 1:
        growth **= population.exponent
    return Courses(first, life, unit_vectors(lat, lon), np.sign(lat) * population.peak * strength * growth)


@dataclass(frozen=True)
class _Drawn:
    """What is drawn for each cyclone: birth, motion (degrees per day), strength; `hemisphere` is 1 or -1."""

    hemisphere: Floats
    lat: Floats
    poleward: Floats
    lon: Floats
    eastward: Floats
    strength: Floats

    def of(self, life: Ints, step_hours: int) -> tuple[Floats, Floats, Floats]:
        """Latitude, longitude and strength at each step of each life."""
        age = np.concatenate([np.arange(count) for count in life])
        days = age * step_hours / 24
        hemisphere, lat, poleward, lon, eastward, strength = (
            np.repeat(values, life)
            for values in (self.hemisphere, self.lat, self.poleward, self.lon, self.eastward, self.strength)
        )
        lat = np.clip(lat + poleward * days, 1, 80)
        return hemisphere * lat, lon + eastward * days, strength


def _even(population: Population, count: int, generator: np.random.Generator) -> _Drawn:
    """The same in both hemispheres at all times."""
    hemisphere = generator.choice([-1.0, 1.0], count)
    lat, poleward = (generator.uniform(*limits, count) for limits in (population.latitudes, population.poleward))
    lon, eastward = (generator.uniform(*limits, count) for limits in ((0.0, 360.0), population.eastward))
    strength = np.exp(population.spread * generator.standard_normal(count))
    return _Drawn(hemisphere, lat, poleward, lon, eastward, strength)


def _seasonal(plan: Plan, population: Population, births: Floats, generator: np.random.Generator) -> _Drawn:
    """More, and stronger ones, in the hemisphere that has winter (or summer, where `winter` is negative)."""
    start = plan.times[0]
    day = (start - start.astype("datetime64[Y]")) / np.timedelta64(1, "D") + births
    summer = np.cos(2 * np.pi * (day - _MIDSUMMER) / 365.25)  # of the north; -1 in its winter
    north = 0.5 - population.winter * summer / 2
    hemisphere = np.where(generator.random(len(births)) < north, 1.0, -1.0)
    drawn = _even(population, len(births), generator)
    lat, lon = _over_land(population, hemisphere, generator) if population.over_land else (drawn.lat, drawn.lon)
    strength = drawn.strength * (1 - population.winter_strength * summer * hemisphere)
    return _Drawn(hemisphere, lat, drawn.poleward, lon, drawn.eastward, strength)


def _over_land(population: Population, hemisphere: Floats, generator: np.random.Generator) -> tuple[Floats, Floats]:
    """Degrees from the equator, and longitude, of a place over land for each cyclone."""
    lat, lon = np.zeros(len(hemisphere)), np.zeros(len(hemisphere))
    without = np.arange(len(hemisphere))
    low, high = np.sin(np.radians(population.latitudes))
    while len(without):
        lat[without] = np.degrees(np.arcsin(generator.uniform(low, high, len(without))))
        lon[without] = generator.uniform(-180, 180, len(without))
        without = without[~on_land(hemisphere[without] * lat[without], lon[without])]
    return lat, lon


class Room:
    """Where cyclones are, so that the next one keeps away from them.

    Lows of the real atmosphere are a wave length apart; random ones would often lie on each other and be one.
    """

    def __init__(self) -> None:
        self._taken: list[Floats] = []
        self._spans: list[tuple[int, int]] = []

    def shifts(
        self, first: Ints, life: Ints, course: tuple[Floats, Floats], apart_km: float, generator: np.random.Generator
    ) -> Floats:
        """Degrees of longitude by which to move each course (latitude and longitude of all steps), shape (ncyclones,).

        Of a dozen random ones the first that keeps it `apart_km` from all others at all times; if none does, the one
        that keeps it farthest.
        """
        tries = generator.uniform(0, 360, (len(life), _TRIES))
        stop, chosen = np.cumsum(life), np.zeros(len(life))
        for cyclone, (begin, end, count) in enumerate(zip(first, stop, life, strict=True)):
            lat, lon = (line[end - count : end] for line in course)
            places = unit_vectors(np.broadcast_to(lat, (_TRIES, count)), lon + tries[cyclone][:, None])
            likeness = self._nearest(int(begin), places)
            apart = likeness <= np.cos(apart_km / EARTH_RADIUS_KM)
            best = int(apart.argmax() if apart.any() else likeness.argmin())
            self._taken.append(places[best])
            self._spans.append((int(begin), int(begin + count)))
            chosen[cyclone] = tries[cyclone][best]
        return chosen

    def _nearest(self, first: int, places: Floats) -> Floats:
        """Cosine of the distance to what comes nearest to each of some courses (try, step, 3), shape (try,)."""
        likeness = np.full(len(places), -1.0)
        spans = np.array(self._spans).reshape(-1, 2)
        stop = first + places.shape[1]
        for other in np.flatnonzero((spans[:, 0] < stop) & (spans[:, 1] > first)):
            begin, end = max(spans[other, 0], first), min(spans[other, 1], stop)
            theirs = self._taken[other][begin - spans[other, 0] : end - spans[other, 0]]
            ours = places[:, begin - first : end - first]
            likeness = np.maximum(likeness, np.einsum("tsx,sx->ts", ours, theirs).max(axis=1))
        return likeness
