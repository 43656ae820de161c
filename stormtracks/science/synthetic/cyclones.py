"""The cyclones of the background: lows and tropical disturbances, what red noise lacks, each with its class."""

import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.sphere import lat_lon, unit_vectors
from stormtracks.science.synthetic.nature import Population, nature
from stormtracks.science.synthetic.plan import Plan
from stormtracks.science.synthetic.vortices import Vortex, displaced, resolution, wander

CLASSES = (
    "tropical_cyclone", "midlatitude_low", "warm_seclusion", "subtropical_low", "tropical_disturbance", "heat_low",
)  # fmt: skip
"""What may be planted; the truth tells them apart."""

_JITTER_KM = 60.0
_STRENGTH_SPREAD = 0.15
_LAND = Path(__file__).parents[1] / "data" / "ne_110m_land.geojson"
_SUMMER_SHARE = 0.45
"""How far the share of heat lows that are born in the north goes from a half, about 20 July and 19 January."""


@dataclass(frozen=True)
class Cyclone:
    """A cyclone of the background as it was planted in every member.

    Attributes
    ----------
    kind : str
        One of `CLASSES`.
    vortex : Vortex
    upper_share : float
        Share of its wind at 200 hPa in that at 850 hPa.
    """

    kind: str
    vortex: Vortex
    upper_share: float


def cyclones(plan: Plan) -> list[Cyclone]:
    """The cyclones of the background in every member.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    list of Cyclone
        Empty where the plan has no noise.
    """
    if not plan.noise:
        return []
    populations = enumerate(nature(plan.like).populations)
    return [cyclone for number, population in populations for cyclone in _live(plan, population, number)]


def cyclone_rows(cyclone: Cyclone, plan: Plan, member: int) -> tuple[Ints, Floats, Floats, Floats]:
    """Steps of the plan at which a cyclone lives, its latitude, longitude and resolved vorticity in a member."""
    vortex = cyclone.vortex
    steps = vortex.first + np.arange(vortex.spin.shape[1])
    alive = (steps >= 0) & (steps < len(plan.times))
    lat, lon = lat_lon(vortex.centre[member, alive])
    return steps[alive], lat, lon, np.abs(vortex.spin[member, alive]) * resolution(plan.grid, vortex.size_km)


def _live(plan: Plan, population: Population, number: int) -> Iterator[Cyclone]:
    """Every cyclone of a population; the lives of all are laid end to end, so that a member needs one generator."""
    generator = np.random.default_rng([plan.seed, 2, number, 0])
    days = len(plan.times) * plan.step_hours / 24
    longest = population.life_days[1]
    births = np.sort(generator.uniform(-longest, days, generator.poisson(2 * population.per_day * (days + longest))))
    if not len(births):
        return
    life = np.maximum(generator.uniform(*population.life_days, len(births)) * 24 / plan.step_hours, 2).astype(int)
    place, peak = _courses(plan, population, (births, life), generator)
    centre, spin = _in_members(plan, number, place, peak * plan.noise)
    first = np.floor(births * 24 / plan.step_hours).astype(int)
    stop = np.cumsum(life)
    sizes, shares = _structures(plan, population, number, len(life))
    for cyclone, (begin, end, count) in enumerate(zip(first, stop, life, strict=True)):
        span = slice(end - count, end)
        vortex = Vortex(int(begin), centre[:, span], spin[:, span], float(sizes[cyclone]))
        yield Cyclone(population.kind, vortex, float(shares[cyclone]))


def _structures(plan: Plan, population: Population, number: int, count: int) -> tuple[Floats, Floats]:
    """Size (km) and upper share of each cyclone, from a generator of their own."""
    generator = np.random.default_rng([plan.seed, 5, number])
    return generator.uniform(*population.size_km, count), generator.uniform(*population.upper_share, count)


def _courses(
    plan: Plan, population: Population, lives: tuple[Floats, Ints], generator: np.random.Generator
) -> tuple[Floats, Floats]:
    """Unit vectors, shape (total steps, 3), and signed central vorticity at each step of each life."""
    births, life = lives

    def drawn(low: float, high: float) -> Floats:
        return np.repeat(generator.uniform(low, high, len(life)), life)

    age = np.concatenate([np.arange(count) for count in life])
    days = age * plan.step_hours / 24
    hemisphere = np.repeat(generator.choice([-1.0, 1.0], len(life)), life)
    lat = np.clip(drawn(*population.latitudes) + drawn(*population.poleward) * days, 1, 80)
    lon = drawn(0, 360) + drawn(*population.eastward) * days
    strength = np.repeat(np.exp(population.spread * generator.standard_normal(len(life))), life)
    growth = np.sin(np.pi * (age + 1) / (np.repeat(life, life) + 1))
    if population.exponent != 1:
        growth **= population.exponent
    lat *= hemisphere
    if population.over_land:
        born_lat, born_lon = _born_over_land(plan, population, births, generator)
        first = np.repeat(np.cumsum(life) - life, life)
        lat = lat - lat[first] + np.repeat(born_lat, life)
        lon = lon - lon[first] + np.repeat(born_lon, life)
    return unit_vectors(lat, lon), np.sign(lat) * population.peak * strength * growth


def _born_over_land(
    plan: Plan, population: Population, births: Floats, generator: np.random.Generator
) -> tuple[Floats, Floats]:
    """A place over land for each birth (days from the plan's first), in the hemisphere that has summer, mostly."""
    start = plan.times[0]
    day = (start - start.astype("datetime64[Y]")) / np.timedelta64(1, "D") + births
    north = 0.5 + _SUMMER_SHARE * np.cos(2 * np.pi * (day - 200) / 365.25)
    hemisphere = np.where(generator.random(len(births)) < north, 1.0, -1.0)
    lat, lon = np.zeros(len(births)), np.zeros(len(births))
    without = np.arange(len(births))
    while len(without):
        low, high = np.sin(np.radians(population.latitudes))
        lat[without] = hemisphere[without] * np.degrees(np.arcsin(generator.uniform(low, high, len(without))))
        lon[without] = generator.uniform(-180, 180, len(without))
        without = without[~_over_land(lat[without], lon[without])]
    return lat, lon


def _over_land(lat: Floats, lon: Floats) -> Bools:
    return shapely.contains_xy(_land(), lon, lat)


@functools.cache
def _land() -> Any:
    features = json.loads(_LAND.read_text(encoding="utf-8"))["features"]
    land = shapely.union_all([shapely.geometry.shape(feature["geometry"]).buffer(0) for feature in features])
    shapely.prepare(land)
    return land


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
