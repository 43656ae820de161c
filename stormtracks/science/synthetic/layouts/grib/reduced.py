"""One GRIB file per year on a reduced Gaussian grid: fewer points in a row, the nearer it is to a pole."""

import contextlib
from collections.abc import Sequence
from pathlib import Path

from stormtracks.science.arrays import Floats
from stormtracks.science.synthetic.layouts.cells import Cells
from stormtracks.science.synthetic.layouts.grib.message import Kind, Message
from stormtracks.science.synthetic.layouts.grib.yearly import Yearly
from stormtracks.science.synthetic.layouts.layout import WINDS
from stormtracks.science.synthetic.plan import Plan

_ROWS = (1280, 640, 400, 320, 256, 200, 160, 128, 80, 48, 32)
"""Rows from pole to equator of the grids that eccodes has samples of."""


class Reduced(Yearly):
    """`ensemble_YEAR.grib` on the finest of ECMWF's grids that is not finer than the plan's."""

    def __init__(self, stack: contextlib.ExitStack, paths: Sequence[Path], plan: Plan) -> None:
        super().__init__(stack, paths, plan)
        message = Message(self._kind(plan)[0], None, WINDS["u850"], members=1)
        stack.callback(message.close)
        self._cells = Cells(plan.axes, *message.points())

    def _kind(self, plan: Plan) -> tuple[Kind, None]:
        rows = next((rows for rows in _ROWS if 90 / rows >= plan.grid), _ROWS[-1])
        return Kind(1, sample=f"reduced_gg_pl_{rows}"), None

    def _stored(self, values: Floats) -> Floats:
        return self._cells.of(values)
