"""The compiled way from fields to what they have around places: what `around.c` is given and gives back."""

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks.science import kernel
from stormtracks.science.arrays import Bools, Floats, Ints


class _Places(ctypes.Structure):
    """See `around.c`, as all of these."""

    _fields_ = (
        *((name, ctypes.c_int64) for name in ("count", "columns")),
        *((name, ctypes.c_void_p) for name in ("field", "line", "column")),
    )


class _Table(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_int64) for name in ("cells", "width")),
        *((name, ctypes.c_void_p) for name in ("offset", "east", "beyond", "from", "until")),
    )


class _Stage(ctypes.Structure):
    _fields_ = (("table", _Table), ("bearings", ctypes.c_int64), ("samples", ctypes.c_void_p))


class CellTable:
    """Cells relative to places, as the kernel reads them: those of a kind of place one after the other.

    Parameters
    ----------
    rows, columns : ndarray of int, shape (k, nlines)
        Row of each cell; columns to the east of the place's own.
    beyond : ndarray of bool, shape (k, nlines)
        Which cells lie north or south of the grid.
    reach : tuple of ndarray of int, shape (nlines,)
        From which and before which column a place has all its cells between a field's edges.
    nlon : int
    samples : ndarray of int, shape (k, nlines), optional
        Of rays: how much of one lies in each cell.
    bearings : int
        Of rays: how many they are.
    """

    def __init__(
        self,
        rows: Ints,
        columns: Ints,
        beyond: Bools,
        reach: tuple[Ints, Ints],
        nlon: int,
        samples: Ints | None = None,
        bearings: int = 0,
    ) -> None:
        self.width = len(rows)
        self.bearings = bearings
        self._nlon = nlon
        self._offset, self._east = by_line(rows * nlon + columns, np.int32), by_line(columns, np.int32)
        self._beyond = by_line(beyond, np.uint8) if beyond.any() else None
        self._reach = [np.ascontiguousarray(one, np.int64) for one in reach]
        self._samples = None if samples is None else by_line(samples, np.int32)

    def given(self, cells: int) -> _Table:
        """What the kernel is given of it; so many cells of each line are looked at."""
        arrays = (self._offset, self._east, self._beyond, *self._reach)
        return _Table(cells, self.width, *map(_address, arrays))

    def stage(self) -> _Stage:
        """The same of rays."""
        return _Stage(self.given(self.width), self.bearings, _address(self._samples))

    def places(self, rows: int, field: Ints, line: Ints, column: Ints) -> "tuple[_Places, tuple[Ints, ...]]":
        """What the kernel is given of places on a grid of so many rows, and the arrays that it points into."""
        held = (field * (rows * self._nlon) + column, line, column)
        arrays = tuple(np.ascontiguousarray(one, np.int64) for one in held)
        return _Places(len(line), self._nlon, *map(_address, arrays)), arrays


class Around:
    """Places and the cells of a table around them, as many as one of the places needs.

    Parameters
    ----------
    table : CellTable
    cells : int
        How many cells of each place are looked at.
    rows : int
        Of the fields.
    field, line, column : ndarray of int, shape (n,)
        The places' fields, lines of the table, and columns.
    """

    def __init__(self, table: CellTable, cells: int, rows: int, field: Ints, line: Ints, column: Ints) -> None:
        self._table = table.given(cells)
        self._places, self._held = table.places(rows, field, line, column)
        self._count = len(line)
        self._at = np.empty(cells, np.int64)
        self._cells = cells

    def lowest(self, one: Floats, other: Floats | None = None, *, winds: bool = False) -> tuple[Floats, Ints]:
        """The lowest of a field, of one less another, or of winds the negative of their square; and its flat index."""
        found, cell = np.empty(self._count, np.float32), np.empty(self._count, np.int64)
        self._call("lowest_around", one, other, ctypes.c_int32(winds), self._at, found, cell)
        return found, cell

    def range(self, field: Floats) -> Floats:
        """Highest minus lowest value."""
        found = np.empty(self._count, np.float32)
        self._call("range_around", field, self._at, found)
        return found

    def mean(self, weight: Floats, field: Floats) -> Floats:
        """Mean by weights of shape (nlines, k) of what is known."""
        found, room = np.empty(self._count, np.float32), np.empty(self._cells, np.float32)
        self._call("mean_around", weight, field, self._at, room, found)
        return found

    def asymmetry(self, tables: Sequence[Floats], one: Floats, other: Floats, motion: tuple[Floats, Floats]) -> Floats:
        """Mean to the right minus mean to the left of a motion; see `discs.DiscTable.asymmetry`."""
        found, room = np.empty(self._count, np.float32), np.empty(3 * self._cells, np.float32)
        self._call("asymmetry_around", *tables, one, other, *motion, self._at, room, found)
        return found

    def curl(self, of_u: Floats, of_v: Floats, u: Floats, v: Floats) -> Floats:
        """The sum of winds, each times its number of shape (nlines, k)."""
        found = np.empty(self._count, np.float32)
        self._call("curl_around", of_u, of_v, u, v, self._at, found)
        return found

    def _call(self, name: str, *given: Any) -> None:
        arguments = [one if isinstance(one, ctypes.c_int32) else ctypes.c_void_p(_address(one)) for one in given]
        _function(name)(ctypes.byref(self._places), ctypes.byref(self._table), *arguments)


def rise(
    tables: Sequence[CellTable],
    rows: int,
    flat: tuple[Floats, ...],
    field: Ints,
    line: Ints,
    column: Ints,
    start: Floats,
    enough: int,
) -> Floats:
    """The least, over rays, of the highest rise on the way; see `rays.Rays.rise`."""
    stages = (_Stage * len(tables))(*(table.stage() for table in tables))
    places, held = tables[0].places(rows, field, line, column)
    most = max(table.width for table in tables)
    at, room = np.empty(most, np.int64), np.empty(most, np.float32)
    start, found = np.ascontiguousarray(start, np.float32), np.empty(len(held[1]), np.float32)
    counts = ctypes.c_int64(len(tables)), ctypes.c_int64(enough)
    arrays = (flat[0], flat[1] if len(flat) > 1 else None, start, at, room, found)
    addresses = [ctypes.c_void_p(_address(one)) for one in arrays]
    _function("rise_around")(ctypes.byref(places), stages, *counts, *addresses)
    return found


def by_line(table: npt.NDArray[Any], kind: Any) -> npt.NDArray[Any]:
    """A table of shape (k, nlines) as the kernel reads it, (nlines, k)."""
    return np.ascontiguousarray(table.T, kind)


def _function(name: str) -> Any:
    function = getattr(kernel.library(), name)
    function.restype = None
    return function


def _address(array: npt.NDArray[Any] | None) -> int | None:
    return None if array is None else array.ctypes.data
