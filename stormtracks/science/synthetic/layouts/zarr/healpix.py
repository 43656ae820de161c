"""A store on HEALPix, nested order, as Destination Earth and nextGEMS have them."""

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.synthetic.layouts.cells import Cells
from stormtracks.science.synthetic.layouts.layout import Field
from stormtracks.science.synthetic.layouts.zarr import axes
from stormtracks.science.synthetic.layouts.zarr.axes import Axis
from stormtracks.science.synthetic.layouts.zarr.stored import Stored
from stormtracks.science.synthetic.plan import Plan

_ROW_OF_FACE = np.repeat([2, 3, 4], 4)
_COLUMN_OF_FACE = np.array([1, 3, 5, 7, 0, 2, 4, 6, 1, 3, 5, 7])


class Healpix(Stored):
    """`healpix_YEAR.zarr`, version 2: `time, number, level, cell`, and a variable `crs` that names the grid."""

    version = 2

    @staticmethod
    def names(plan: Plan) -> list[str]:
        return [f"healpix_{plan.year}.zarr"]

    def __init__(self, stack: contextlib.ExitStack, paths: Sequence[Path], plan: Plan) -> None:
        self._nside = nside(plan.grid)
        super().__init__(stack, paths, plan)
        self._cells = Cells(plan.axes, *places(self._nside))

    def axes(self, plan: Plan, levels: list[int]) -> list[Axis]:
        time = Axis("time", axes.seconds(plan.times), {"standard_name": "time", "axis": "T", **axes.SECONDS})
        member = Axis("number", np.arange(plan.members), axes.MEMBER)
        pressure = Axis("level", np.array(levels, float), axes.PRESSURE)
        cell = Axis("cell", np.arange(12 * self._nside**2), {"long_name": "HEALPix cell"})
        return [time, *([member] if plan.members > 1 else []), *([pressure] if levels else []), cell]

    def chunks(self, found: Sequence[Axis]) -> tuple[list[int], list[int] | None]:
        return [len(axis) if axis.name == "cell" else 1 for axis in found], None

    def more(self) -> None:
        about = {"grid_mapping_name": "healpix", "healpix_nside": self._nside, "healpix_order": "nest"}
        self.store.coordinate("crs", [], np.int64(0), about)

    def attributes(self, field: Field) -> dict[str, Any]:
        return {**super().attributes(field), "grid_mapping": "crs"}

    def put(self, array: Any, step: int, field: Field, block: Floats) -> None:
        values = self._cells.of(block)
        place = (slice(step, step + len(block)), slice(None), *self.level_place(field))
        if self._plan.members == 1:
            values, place = values[:, 0], (place[0], *place[2:])
        array[place] = values


def nside(grid: float) -> int:
    """The power of two whose cells (58.6 degrees by it) are the finest that are not finer than a grid's."""
    return 2 ** max(int(np.floor(np.log2(np.degrees(np.sqrt(np.pi / 3)) / grid))), 0)


def places(nside: int) -> tuple[Floats, Floats]:
    """Latitude and longitude of the centres of all cells, nested order, degrees.

    Notes
    -----
    Gorski et al. (2005), ApJ 622, 759: twelve faces, each with rows of cells that are parallel to its edges; the
    number of a cell in its face has its two coordinates bit by bit in turn.
    """
    face, within = np.divmod(np.arange(12 * nside**2), nside**2)
    x, y = _every_other_bit(within), _every_other_bit(within >> 1)
    ring = _ROW_OF_FACE[face] * nside - x - y - 1  # from the north, 1 to 4 nside - 1
    in_cap = np.minimum(ring, 4 * nside - ring)  # rings from the nearer pole
    length = np.minimum(in_cap, nside)  # a quarter of the cells of the ring
    polar = 1 - in_cap**2 / (3 * nside**2)
    z = np.where(in_cap < nside, np.where(ring < 2 * nside, polar, -polar), (2 * nside - ring) * 2 / (3 * nside))
    shift = np.where(in_cap < nside, 0, (ring - nside) % 2)
    column = (_COLUMN_OF_FACE[face] * length + x - y + 1 + shift) / 2
    lon = (column - (shift + 1) / 2) * 90 / length
    return np.degrees(np.arcsin(z)), lon % 360


def _every_other_bit(number: Ints) -> Ints:
    """The number that bits 0, 2, 4 ... of another one are."""
    found = np.zeros_like(number)
    for bit in range(16):
        found |= ((number >> (2 * bit)) & 1) << bit
    return found
