"""A planted season's winds at three levels, step after step: noise and jets, storms, cyclones of the background."""

from collections.abc import Iterator, Sequence

import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.synthetic.background import Background
from stormtracks.science.synthetic.cyclones import Cyclone, cyclones
from stormtracks.science.synthetic.levels import LEVELS, share
from stormtracks.science.synthetic.plan import Plan
from stormtracks.science.synthetic.planted_storms import Storm
from stormtracks.science.synthetic.vortices import Vortex, WindGrid

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
        vortices = [(storm.vortex, storm.upper_share) for storm in planted]
        vortices += [(cyclone.vortex, cyclone.upper_share) for cyclone in self.cyclones]
        self._alive = _calendar(vortices)

    def __len__(self) -> int:
        """Number of steps."""
        return len(self._plan.times)

    def __iter__(self) -> Iterator[Winds]:
        """Each step's winds: level (hPa) -> eastward and northward, m s-1, float32, shape (member, nlat, nlon).

        The levels are those of `levels.LEVELS`; 850 hPa only where the plan is not like an archive.
        """
        grid, wanted = WindGrid(self._plan.axes), LEVELS if self._plan.like else LEVELS[:1]
        for step, winds in enumerate(Background(self._plan).levels(wanted)):
            for vortex, upper_share in self._alive.get(step, ()):
                grid.add_to(vortex, step, [(float(share(level, upper_share)), *winds[level]) for level in wanted])
            yield winds


def _calendar(vortices: Sequence[tuple[Vortex, float]]) -> dict[int, list[tuple[Vortex, float]]]:
    """Which vortices there are at each step, each with its upper share."""
    alive: dict[int, list[tuple[Vortex, float]]] = {}
    for vortex, upper_share in vortices:
        for at in np.flatnonzero(vortex.spin.any(axis=0)):
            alive.setdefault(vortex.first + int(at), []).append((vortex, upper_share))
    return alive
