"""The cyclones of the background: lows and tropical disturbances, what red noise lacks, each with its class."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.sphere import lat_lon
from stormtracks.science.synthetic.nature import Population, nature
from stormtracks.science.synthetic.plan import Plan
from stormtracks.science.synthetic.storms.courses import Room, courses
from stormtracks.science.synthetic.storms.vortices import Vortex, displaced, least_size_km, resolution, wander

TROPICAL_CYCLONE = "tropical_cyclone"
CLASSES = (
    TROPICAL_CYCLONE, "midlatitude_low", "warm_seclusion", "subtropical_low", "tropical_disturbance", "heat_low",
)  # fmt: skip
"""What may be planted; the truth tells them apart."""

STRONGEST_WIND = 36.0
"""m s-1 at 850 hPa. Chance would make a few lows that no atmosphere has, of 3900 m at 500 hPa."""

_JITTER_KM = 60.0
_STRENGTH_SPREAD = 0.15

SECLUSION_SHARE = (0.7, 1.0)
"""Share of a warm seclusion's wind at 200 hPa in that at 850 hPa: its core is warm in cold surroundings."""


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
    populations, room = enumerate(nature(plan.like).populations), Room()
    return [cyclone for number, population in populations for cyclone in _live(plan, population, number, room)]


def cyclone_rows(cyclone: Cyclone, plan: Plan, member: int) -> tuple[Ints, Floats, Floats, Floats]:
    """Steps of the plan at which a cyclone lives, its latitude, longitude and resolved vorticity in a member."""
    vortex = cyclone.vortex
    steps = vortex.first + np.arange(vortex.spin.shape[1])
    alive = (steps >= 0) & (steps < len(plan.times))
    lat, lon = lat_lon(vortex.centre[member, alive])
    return steps[alive], lat, lon, np.abs(vortex.spin[member, alive]) * resolution(plan.grid, vortex.size_km)


def _live(plan: Plan, population: Population, number: int, room: Room) -> Iterator[Cyclone]:
    """Every cyclone of a population; the lives of all are laid end to end, so that a member needs one generator."""
    made = courses(plan, population, np.random.default_rng([plan.seed, 2, number, 0]), room)
    if made is None:
        return
    centre, spin = _in_members(plan, number, made.centre, made.peak * plan.noise)
    stop = np.cumsum(made.life)
    structures = _structures(plan, population, number, len(made.life))
    for begin, end, count, (kind, size_km, share) in zip(made.first, stop, made.life, structures, strict=True):
        span = slice(end - count, end)
        spun = _held(spin[:, span], size_km) if plan.like else spin[:, span]
        yield Cyclone(kind, Vortex(int(begin), centre[:, span], spun, size_km), share)


def _held(spin: Floats, size_km: float) -> Floats:
    """No stronger than `STRONGEST_WIND`: a cyclone's pressure grows with the square of its wind."""
    most = np.float32(STRONGEST_WIND / (500 * size_km * np.exp(-0.5)))
    return np.clip(spin, -most, most)


def _structures(plan: Plan, population: Population, number: int, count: int) -> list[tuple[str, float, float]]:
    """Class, size (km) and upper share of each cyclone, from a generator of their own."""
    generator = np.random.default_rng([plan.seed, 5, number])
    sizes = generator.uniform(*population.size_km, count)
    if plan.like:
        sizes = np.maximum(sizes, least_size_km(plan.grid))
    secluded = generator.random(count) < population.seclusions
    shares = np.where(
        secluded, generator.uniform(*SECLUSION_SHARE, count), generator.uniform(*population.upper_share, count)
    )
    kinds = ["warm_seclusion" if warm else population.kind for warm in secluded]
    return list(zip(kinds, sizes.tolist(), shares.tolist(), strict=True))


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
