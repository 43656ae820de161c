"""A planted season's winds at three levels, step after step: noise and jets, storms, cyclones of the background."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.synthetic.atmosphere.background import Background
from stormtracks.science.synthetic.atmosphere.levels import LEVELS, UPWARD, UPWARD_IN_STORMS, share
from stormtracks.science.synthetic.plan import Plan
from stormtracks.science.synthetic.storms.cyclones import Cyclone, cyclones
from stormtracks.science.synthetic.storms.planted_storms import Storm
from stormtracks.science.synthetic.storms.vortices import Vortex, WindGrid

Winds = dict[int, tuple[Floats, Floats]]


class Weather:
    """The winds of all members.

    Parameters
    ----------
    plan : Plan
    planted : sequence of Storm
        The storms, as `planted_storms.storms` has them.

    Attributes
    ----------
    cyclones : list of Cyclone
        What is planted besides.
    """

    def __init__(self, plan: Plan, planted: Sequence[Storm]) -> None:
        self._plan = plan
        self.cyclones: list[Cyclone] = cyclones(plan)
        storms = [_Planted.at_steps(storm.vortex, storm.upper_share, UPWARD_IN_STORMS) for storm in planted]
        others = [_Planted.at_steps(cyclone.vortex, cyclone.upper_share, UPWARD) for cyclone in self.cyclones]
        self._alive = _calendar(storms + others)

    def __len__(self) -> int:
        """Number of steps."""
        return len(self._plan.times)

    def __iter__(self) -> Iterator[Winds]:
        """Each step's winds: level (hPa) -> eastward and northward, m s-1, float32, shape (member, nlat, nlon).

        The levels are those of `levels.LEVELS`; 850 hPa only where the plan is not like an archive.
        """
        grid, wanted = WindGrid(self._plan.axes), LEVELS if self._plan.like else LEVELS[:1]
        for step, winds in enumerate(Background(self._plan).levels(wanted)):
            for one in self._alive.get(step, ()):
                at = step - one.vortex.first
                parts = [(float(one.shares[level][at]), *winds[level]) for level in wanted]
                grid.add_to(one.vortex, step, parts)
            yield winds


@dataclass(frozen=True)
class _Planted:
    """A vortex, and the share of its wind that each level has at each of its steps."""

    vortex: Vortex
    shares: dict[int, Floats]

    @classmethod
    def at_steps(cls, vortex: Vortex, upper_share: Floats | float, upward: Mapping[int, float]) -> "_Planted":
        steps = np.zeros(vortex.spin.shape[1])
        return cls(vortex, {level: share(level, upper_share, upward) + steps for level in LEVELS})


def _calendar(planted: Sequence[_Planted]) -> dict[int, list[_Planted]]:
    """Which vortices there are at each step."""
    alive: dict[int, list[_Planted]] = {}
    for one in planted:
        for at in np.flatnonzero(one.vortex.spin.any(axis=0)):
            alive.setdefault(one.vortex.first + int(at), []).append(one)
    return alive
