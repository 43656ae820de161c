"""Lows and tropical disturbances of the background: what red noise lacks, many weak cyclones and few strong ones."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.sphere import unit_vectors
from stormtracks.science.synthetic.plan import Plan
from stormtracks.science.synthetic.vortices import Vortex, displaced, wander


@dataclass(frozen=True)
class Population:
    """Cyclones that come and go at random.

    Attributes
    ----------
    per_day : float
        Births per day in each hemisphere.
    latitudes : tuple of (float, float)
        Of birth, degrees from the equator.
    life_days : tuple of (float, float)
    peak, spread : float
        Median of the highest vorticity (s-1), and standard deviation of its logarithm.
    eastward, poleward : tuple of (float, float)
        Motion, degrees per day.
    size_km : float
        Distance of the strongest wind.
    """

    per_day: float
    latitudes: tuple[float, float]
    life_days: tuple[float, float]
    peak: float
    spread: float
    eastward: tuple[float, float]
    poleward: tuple[float, float]
    size_km: float


POPULATIONS = (
    Population(10.0, (35, 70), (2.0, 5.0), 8.0e-5, 0.4, (5, 15), (0, 3), 330.0),
    Population(36.0, (5, 32), (0.5, 2.0), 4.8e-5, 0.3, (-8, 2), (-1, 2), 300.0),
)
"""Mid-latitude lows, and disturbances of the trades and the monsoons."""

_JITTER_KM = 60.0
_STRENGTH_SPREAD = 0.15


def disturbances(plan: Plan) -> list[Vortex]:
    """The cyclones of the background in every member.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    list of Vortex
        Empty where the plan has no noise.
    """
    if not plan.noise:
        return []
    return [vortex for number, population in enumerate(POPULATIONS) for vortex in _live(plan, population, number)]


def _live(plan: Plan, population: Population, number: int) -> Iterator[Vortex]:
    """Every cyclone of a population; the lives of all are laid end to end, so that a member needs one generator."""
    generator = np.random.default_rng([plan.seed, 2, number, 0])
    days = len(plan.times) * plan.step_hours / 24
    longest = population.life_days[1]
    births = np.sort(generator.uniform(-longest, days, generator.poisson(2 * population.per_day * (days + longest))))
    if not len(births):
        return
    life = np.maximum(generator.uniform(*population.life_days, len(births)) * 24 / plan.step_hours, 2).astype(int)
    place, peak = _courses(population, life, plan.step_hours, generator)
    centre, spin = _in_members(plan, number, place, peak * plan.noise)
    first = np.floor(births * 24 / plan.step_hours).astype(int)
    stop = np.cumsum(life)
    for begin, end, count in zip(first, stop, life, strict=True):
        yield Vortex(int(begin), centre[:, end - count : end], spin[:, end - count : end], population.size_km)


def _courses(
    population: Population, life: Ints, step_hours: int, generator: np.random.Generator
) -> tuple[Floats, Floats]:
    """Unit vectors, shape (total steps, 3), and signed central vorticity at each step of each life."""

    def drawn(low: float, high: float) -> Floats:
        return np.repeat(generator.uniform(low, high, len(life)), life)

    age = np.concatenate([np.arange(count) for count in life])
    days = age * step_hours / 24
    hemisphere = np.repeat(generator.choice([-1.0, 1.0], len(life)), life)
    lat = np.clip(drawn(*population.latitudes) + drawn(*population.poleward) * days, 1, 80)
    lon = drawn(0, 360) + drawn(*population.eastward) * days
    strength = np.repeat(np.exp(population.spread * generator.standard_normal(len(life))), life)
    growth = np.sin(np.pi * (age + 1) / (np.repeat(life, life) + 1))
    return unit_vectors(hemisphere * lat, lon), hemisphere * population.peak * strength * growth


def _in_members(plan: Plan, number: int, place: Floats, peak: Floats) -> tuple[Floats, Floats]:
    """The courses in each member, a little elsewhere and stronger or weaker in each; float32, a row per member."""
    centre = np.empty((plan.members, len(peak), 3), np.float32)
    spin = np.empty((plan.members, len(peak)), np.float32)
    for member in range(plan.members):
        generator = np.random.default_rng([plan.seed, 2, number, 1 + member])
        east, north, stronger = wander(generator, len(peak), plan.step_hours, (3,))
        centre[member] = displaced(place, (_JITTER_KM * east, _JITTER_KM * north))
        spin[member] = peak * np.exp(_STRENGTH_SPREAD * stronger)
    return centre, spin
