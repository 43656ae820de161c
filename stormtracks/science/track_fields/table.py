"""Tables of cells relative to a place on a grid, and what fields have there."""

import functools
from dataclasses import dataclass

import numpy as np

from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.kernel import around
from stormtracks.science.records import Grid


@dataclass(frozen=True)
class Table:
    """k cells relative to places of nlines kinds: a kind has its row.

    Attributes
    ----------
    grid : Grid
    rows, columns : ndarray of intp, shape (k, nlines)
        Row of each cell, clipped to the grid; columns to the east of the place's own.
    beyond : ndarray of bool, shape (k, nlines)
        Which cells lie north or south of the grid.
    count : ndarray of int, shape (nlines,)
        How many of the k cells a kind has; the others only fill the table.
    """

    grid: Grid
    rows: Ints
    columns: Ints
    beyond: Bools
    count: Ints

    def __len__(self) -> int:
        return len(self.rows)

    def cells(self, field: Ints, line: Ints, column: Ints) -> "Cells":
        """The cells around places in fields, as many as one of the places needs.

        Parameters
        ----------
        field, line, column : ndarray of int, shape (n,)
            The places' fields, lines of the table, and columns.
        """
        nlat, nlon = self.grid.shape
        most = self.most(line)
        index = self._offsets[:most].take(line, axis=1)
        index += field * (nlat * nlon) + column
        west, east = self._reach
        edge = np.flatnonzero((column < west.take(line)) | (column >= east.take(line)))
        if not len(edge):
            return Cells(index, edge, None)
        columns = column[edge] + self.columns[:most].take(line[edge], axis=1)
        aside = (columns >= nlon).astype(np.intp) - (columns < 0)
        index[:, edge] -= nlon * aside
        outside = self.beyond[:most].take(line[edge], axis=1)
        if not self.grid.periodic:
            outside |= aside != 0
        return Cells(index, edge, outside if outside.any() else None)

    def most(self, line: Ints) -> int:
        """As many cells as one of some places needs."""
        return int(self.count.take(line).max(initial=1))

    @functools.cached_property
    def compiled(self) -> around.CellTable:
        """The table as the kernel reads it."""
        return around.CellTable(self.rows, self.columns, self.beyond, self._reach, len(self.grid.lon))

    @functools.cached_property
    def _offsets(self) -> Ints:
        return self.rows * len(self.grid.lon) + self.columns

    @functools.cached_property
    def _reach(self) -> tuple[Ints, Ints]:
        """The columns from which, and before which, a place of each line has all its cells between a field's edges."""
        nlon, beyond = len(self.grid.lon), self.beyond.any(axis=0)
        return np.where(beyond, nlon, -self.columns.min(axis=0)), nlon - self.columns.max(axis=0)


@dataclass(frozen=True)
class Cells:
    """Cells of some fields, k for each of n places.

    Attributes
    ----------
    index : ndarray of intp, shape (k, n)
        Into fields that are laid out flat, shape (nfields * nlat * nlon,).
    edge : ndarray of intp
        Places near an edge.
    outside : ndarray of bool, shape (k, len(edge)), or None
        Which cells of those are not on the grid; None: all are.
    """

    index: Ints
    edge: Ints
    outside: Bools | None

    def values(self, *flat: Floats) -> Floats:
        """What flat fields have there, of the first minus the others; float32, shape (k, n); NaN outside the grid."""
        found = np.empty(self.index.shape, np.float32)
        np.take(flat[0], self.index, out=found, mode="clip")  # with "raise" NumPy would copy `out`
        for other in flat[1:]:
            found -= other.take(self.index, mode="clip")
        if self.outside is not None:
            found[:, self.edge] = np.where(self.outside, np.float32(np.nan), found[:, self.edge])
        return found

    def lowest(self, values: Floats) -> tuple[Floats, Ints]:
        """The lowest of `values`, NaN where there is none, and its flat index; shape (n,)."""
        lowest = values.min(axis=0)
        unknown = np.isnan(lowest)
        if unknown.any():
            lowest[unknown] = np.fmin.reduce(values[:, unknown], axis=0)
        # The first place of the lowest by numbers of few bytes: `argmin` over a long axis is forty times slower.
        count = len(values)
        left = np.arange(count, 0, -1, dtype=np.uint8 if count < 256 else np.uint32)[:, np.newaxis]
        place = count - ((values == lowest) * left).max(axis=0).astype(np.intp)
        place[place == count] = 0  # all are missing
        return lowest, self.index[place, np.arange(values.shape[1])]
