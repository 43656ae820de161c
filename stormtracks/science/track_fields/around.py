"""What fields have around places: by the kernel, or by NumPy, with the same results."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from stormtracks.science import kernel
from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.kernel.around import Around as Compiled
from stormtracks.science.track_fields.discs import SIDE, CurlTable, DiscTable, Places


class Around(Protocol):
    """Discs around places; fields are flat, float32. What is missing is left out: NaN where nothing is known."""

    def lowest(self, *flat: Floats) -> tuple[Floats, Ints]:
        """The lowest of a field (of two, the first minus the second), and its flat index."""

    def strongest(self, u: Floats, v: Floats) -> tuple[Floats, Ints]:
        """The highest speed of the wind, and its flat index."""

    def mean(self, flat: Floats) -> Floats:
        """Mean by area."""

    def ranges(self, flat: Mapping[str, Floats]) -> dict[str, Floats]:
        """Highest minus lowest value of each field."""

    def asymmetry(self, one: Floats, other: Floats, east: Floats, north: Floats) -> Floats:
        """Of the first field minus the second: see `DiscTable.asymmetry`."""


def around(places: Places, table: DiscTable) -> Around:
    """The discs of a table around places."""
    return _ByKernel(places, table) if _compiled(table) else _ByNumPy(places, table)


def vorticity(places: Places, table: CurlTable, u: Floats, v: Floats) -> Floats:
    """The mean cyclonic vorticity around places, s-1; NaN where a wind is missing."""
    if _compiled(table):
        return _of(places, table).curl(*table.by_line, u, v)
    near = places.cells(table)
    return table.mean(near.values(u), near.values(v), places.line)


def _compiled(table: DiscTable | CurlTable) -> bool:
    return kernel.library() is not None and table.grid.periodic


def _of(places: Places, table: DiscTable | CurlTable) -> Compiled:
    where = places.field, places.line, places.column
    return Compiled(table.compiled, table.most(places.line), len(table.grid.lat), *where)


class _ByKernel:
    def __init__(self, places: Places, table: DiscTable) -> None:
        self._table = table
        self._around = _of(places, table)

    def lowest(self, *flat: Floats) -> tuple[Floats, Ints]:
        return self._around.lowest(*flat)

    def strongest(self, u: Floats, v: Floats) -> tuple[Floats, Ints]:
        lowest, cell = self._around.lowest(u, v, winds=True)
        return np.sqrt(-lowest), cell

    def mean(self, flat: Floats) -> Floats:
        return self._around.mean(self._table.by_line[0], flat)

    def ranges(self, flat: Mapping[str, Floats]) -> dict[str, Floats]:
        return {role: self._around.range(field) for role, field in flat.items()}

    def asymmetry(self, one: Floats, other: Floats, east: Floats, north: Floats) -> Floats:
        motion = (north / SIDE).astype(np.float32), (east / SIDE).astype(np.float32)
        return self._around.asymmetry(self._table.by_line, one, other, motion)


class _ByNumPy:
    def __init__(self, places: Places, table: DiscTable) -> None:
        self._table = table
        self._places = places
        self._near = places.cells(table)
        self._known: dict[int, Floats] = {}

    def lowest(self, *flat: Floats) -> tuple[Floats, Ints]:
        return self._near.lowest(self._near.values(*flat))

    def strongest(self, u: Floats, v: Floats) -> tuple[Floats, Ints]:
        east, north = self._near.values(u), self._near.values(v)
        east *= east
        north *= north
        east += north
        lowest, cell = self._near.lowest(np.negative(east, out=east))
        return np.sqrt(-lowest), cell

    def mean(self, flat: Floats) -> Floats:
        return self._table.mean(self._near.values(flat), self._places.line)

    def ranges(self, flat: Mapping[str, Floats]) -> dict[str, Floats]:
        return {role: _range(self._values(field)) for role, field in flat.items()}

    def asymmetry(self, one: Floats, other: Floats, east: Floats, north: Floats) -> Floats:
        return self._table.asymmetry(self._values(one) - self._values(other), self._places.line, east, north)

    def _values(self, flat: Floats) -> Floats:
        """What a field has, looked up once."""
        if id(flat) not in self._known:
            self._known[id(flat)] = self._near.values(flat)
        return self._known[id(flat)]


def _range(values: Floats) -> Floats:
    """Highest minus lowest value of discs, shape (k, n); NaN where there is none."""
    found = values.max(axis=0) - values.min(axis=0)
    unknown = np.isnan(found)
    if unknown.any():
        values = values[:, unknown]
        found[unknown] = np.fmax.reduce(values, axis=0) - np.fmin.reduce(values, axis=0)
    return found
