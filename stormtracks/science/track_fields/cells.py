"""Cells of a grid relative to one of its own: tables made once for each row, and what fields have there."""

import functools
from dataclasses import dataclass

import numpy as np

from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.records import Grid


@dataclass(frozen=True)
class Cells:
    """Cells of some fields, k of them for each of n positions.

    Attributes
    ----------
    index : ndarray of intp, shape (n, k)
        Into fields that are laid out flat, shape (nfields * nlat * nlon,).
    outside : tuple of ndarray or None
        Positions (index into n), and which of their cells are not on the grid, shape (len, k); None: all are on it.
    """

    index: Ints
    outside: tuple[Ints, Bools] | None

    def first(self, count: int) -> "Cells":
        """The first cells of each position."""
        outside = None if self.outside is None else (self.outside[0], self.outside[1][:, :count])
        return Cells(self.index[:, :count], outside)

    def values(self, flat: Floats) -> Floats:
        """What flat fields have there, float32, shape (n, k); NaN outside the grid."""
        found = np.empty(self.index.shape, np.float32)
        np.take(flat, self.index, out=found, mode="clip")  # with "raise" NumPy would copy `out`
        if self.outside is not None:
            where, outside = self.outside
            found[where] = np.where(outside, np.float32(np.nan), found[where])
        return found


@dataclass(frozen=True)
class Table:
    """k cells relative to a cell of each of some rows of a grid.

    Attributes
    ----------
    grid : Grid
    line : ndarray of intp, shape (nlat,)
        Which line of the table is a row's; any for rows that it does not have.
    rows, columns : ndarray of intp, shape (nlines, k)
        Row of each cell, clipped to the grid; columns to the east of the row's own cell.
    beyond : ndarray of bool, shape (nlines, k)
        Which cells lie north or south of the grid.
    """

    grid: Grid
    line: Ints
    rows: Ints
    columns: Ints
    beyond: Bools

    def cells(self, field: Ints, row: Ints, column: Ints) -> Cells:
        """The cells around (row, column) of fields; each argument of shape (n,)."""
        nlat, nlon = self.grid.shape
        line = self.line[row]
        flat = self._offsets.take(line, axis=0)
        flat += (field * (nlat * nlon) + column)[:, np.newaxis]
        west, east, beyond = self._reach
        near_edge = np.flatnonzero((column < west[line]) | (column >= nlon - east[line]) | beyond[line])
        if not len(near_edge):
            return Cells(flat, None)
        columns = column[near_edge, np.newaxis] + self.columns[line[near_edge]]
        turns = (columns < 0).astype(np.intp) - (columns >= nlon)
        flat[near_edge] += turns * nlon
        outside = self.beyond[line[near_edge]]
        if not self.grid.periodic:
            outside = outside | (turns != 0)
        return Cells(flat, (near_edge, outside) if outside.any() else None)

    @functools.cached_property
    def _offsets(self) -> Ints:
        return self.rows * len(self.grid.lon) + self.columns

    @functools.cached_property
    def _reach(self) -> tuple[Ints, Ints, Bools]:
        """How far each line's cells reach to the west and east, in columns, and whether any lies beyond the grid."""
        return -self.columns.min(axis=1), self.columns.max(axis=1), np.asarray(self.beyond.any(axis=1), bool)


def nearest(grid: Grid, lat: Floats, lon: Floats) -> tuple[Ints, Ints, Bools]:
    """Row and column of the nearest cell of a grid, and which positions lie on it.

    Parameters
    ----------
    grid : Grid
    lat, lon : ndarray of float, shape (n,)
        Degrees; lon in any range.

    Returns
    -------
    row, column : ndarray of intp, shape (n,)
        Clipped to a regional grid.
    on_grid : ndarray of bool, shape (n,)
        False where a position lies more than half a cell beyond a grid's edge, or is NaN.
    """
    row, inside = nearest_row(grid, lat)
    away, column = _nearest_column(grid, lon - grid.lon[0])
    inside[np.isnan(away)] = False
    if grid.periodic:
        return row, column % len(grid.lon), inside
    last = len(grid.lon) - 1
    inside[(column < 0) | (column > last)] = False
    return row, np.clip(column, 0, last), inside


def nearest_row(grid: Grid, lat: Floats) -> tuple[Ints, Bools]:
    """Nearest row of each latitude, and whether it lies within half a row's spacing of the grid."""
    half = np.diff(grid.lat) / 2
    row = np.searchsorted(grid.lat[:-1] + half, lat)
    return row, np.asarray((lat >= grid.lat[0] - half[0]) & (lat <= grid.lat[-1] + half[-1]), bool)


def _nearest_column(grid: Grid, east: Floats) -> tuple[Floats, Ints]:
    """The nearest number of columns for a way to the east in degrees, the short way round; first as it is."""
    spacing = grid.lon[1] - grid.lon[0]
    away = (east + 180.0) % 360.0 - 180.0
    if not grid.periodic:  # a regional grid may be wider than half the globe
        centre = (grid.lon[-1] - grid.lon[0]) / 2
        away = (east - centre + 180.0) % 360.0 - 180.0 + centre
    return away, np.rint(np.nan_to_num(away) / spacing).astype(np.intp)
