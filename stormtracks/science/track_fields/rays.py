"""How much a field rises around its lowest place: closed contours, looked for along rays."""

import functools
from dataclasses import dataclass

import numpy as np

from stormtracks.science import kernel
from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.kernel import around
from stormtracks.science.records import Grid
from stormtracks.science.track_fields import cells
from stormtracks.science.track_fields.table import Table

BEARINGS = 16
"""Rays from each place; the first goes north."""

ENOUGH_BEARINGS = 12
"""So many rays must be known, else the depth is not."""

STAGES = ((0, 4, 8, 12), (1, 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15))
"""Bearings in the order in which they are looked along. Of most places one of the first goes only down: they have no
low, whatever the other bearings show."""

LEAST_SAMPLES = 6
"""Samples along a ray; more where the grid is finer, so that they lie half a cell apart."""


class Rays:
    """Tables of the cells along the rays from each row of a grid.

    Parameters
    ----------
    grid : Grid
    radius_deg : float
        Length of the rays, degrees of a great circle.
    """

    def __init__(self, grid: Grid, radius_deg: float) -> None:
        self.grid = grid
        samples = _Samples.of(grid, radius_deg)
        self._group = _groups(samples.longest)
        self._line = np.zeros(len(grid.lat), np.intp)
        self._tables: dict[int, list[_RayTable]] = {}  # by group, those of each stage
        for group in np.unique(self._group):
            rows = np.flatnonzero(self._group == group)
            self._line[rows] = np.arange(len(rows))
            self._tables[int(group)] = [samples.table(rows, np.array(stage)) for stage in STAGES]

    def rise(self, flat: tuple[Floats, ...], field: Ints, row: Ints, column: Ints, start: Floats) -> Floats:
        """The least, over the rays, of the highest rise on the way.

        Parameters
        ----------
        flat : tuple of ndarray of float32, shape (nfields * nlat * nlon,)
            The field; of several, the first minus the others.
        field, row, column : ndarray of int, shape (n,)
            The places.
        start : ndarray of float32, shape (n,)
            The field there.

        Returns
        -------
        ndarray of float32, shape (n,)
            In the field's unit. A contour of any smaller rise is closed around the place. 0 where a ray only goes down;
            else NaN where too little is known.

        Notes
        -----
        A ray is made of its nearest cells, near a pole of those that are looked at (`cells.strides`). What it lacks (a
        missing value, the outside of a regional grid) is left out; a ray that lacks more than half of its way is not
        known. A place needs `ENOUGH_BEARINGS` rays.
        """
        rise = np.empty(len(row), np.float32)
        group = self._group[row]
        for number, tables in self._tables.items():
            mine = np.flatnonzero(group == number)
            for part in cells.parts(len(mine), max(len(table) for table in tables)):
                which = mine[part]
                line = self._line[row[which]]
                rise[which] = _rise(tables, flat, field[which], line, column[which], start[which])
        return rise


def _rise(
    tables: "list[_RayTable]", flat: tuple[Floats, ...], field: Ints, line: Ints, column: Ints, start: Floats
) -> Floats:
    """See `Rays.rise`; places of one group."""
    grid = tables[0].grid
    if kernel.library() is not None and grid.periodic:
        each = [table.compiled for table in tables]
        return around.rise(each, len(grid.lat), flat, field, line, column, start, ENOUGH_BEARINGS)
    least, known = np.full(len(start), np.inf, np.float32), np.zeros(len(start), np.intp)
    left = np.flatnonzero(~np.isnan(start))
    for table in tables:
        if not len(left):
            break
        found = table.cells(field[left], line[left], column[left]).values(*flat)
        highest, count = table.least_of_highest(found, line[left])
        highest = np.minimum(highest, least[left])
        least[left] = highest
        known[left] += count
        left = left[highest > start[left]]
    lacking = left[known[left] < ENOUGH_BEARINGS]
    least[lacking] = np.nan
    least -= start
    return np.maximum(least, 0, out=least)  # the way begins at the place itself


@dataclass(frozen=True)
class _RayTable(Table):
    """Cells of some rays from some rows: shape (along * bearings, nlines), the first of all rays, then the second.

    Attributes
    ----------
    samples : ndarray of int
        How much of the ray lies in the cell; 0 where a ray has fewer cells than others and its last one stands again.
    bearings : int
    """

    samples: Ints
    bearings: int

    @functools.cached_property
    def compiled(self) -> around.CellTable:
        """The table as the kernel reads it."""
        cells = self.rows, self.columns, self.beyond, self._reach
        return around.CellTable(*cells, len(self.grid.lon), self.samples, self.bearings)

    def least_of_highest(self, found: Floats, line: Ints) -> tuple[Floats, Ints | int]:
        """The least of the known rays' highest values, infinite where none is, and how many are known.

        Parameters
        ----------
        found : ndarray of float32, shape (along * bearings, n)
        line : ndarray of int, shape (n,)
        """
        rays = found.reshape(-1, self.bearings, found.shape[1])
        least = rays.max(axis=0).min(axis=0)
        lacking = np.isnan(least)
        if not lacking.any():
            return least, self.bearings
        count = np.full(len(least), self.bearings)
        samples = self.samples[:, line[lacking]].reshape(len(rays), self.bearings, -1)
        least[lacking], count[lacking] = _of_known(rays[:, :, lacking], samples)
        return least, count


def _of_known(found: Floats, samples: Ints) -> tuple[Floats, Ints]:
    """The same where some values are missing; arguments of shape (along, bearings, n)."""
    known = (samples > 0) & ~np.isnan(found)
    highest = np.where(known, found, np.float32(-np.inf)).max(axis=0)
    enough = 2 * (samples * known).sum(axis=0) >= samples.sum(axis=0)
    return np.where(enough, highest, np.float32(np.inf)).min(axis=0), enough.sum(axis=0)


@dataclass(frozen=True)
class _Samples:
    """Rays from each row, evenly sampled; all of shape (nlat, BEARINGS, n).

    Attributes
    ----------
    rows : ndarray of intp
        Nearest row, clipped to the grid.
    columns : ndarray of intp
        Nearest column, to the east of the place.
    beyond : ndarray of bool
        Whether that is north or south of the grid.
    """

    rows: Ints
    columns: Ints
    beyond: Bools
    grid: Grid

    @classmethod
    def of(cls, grid: Grid, radius_deg: float) -> "_Samples":
        """Samples of rays of some length."""
        step = min(float(np.diff(grid.lat).min()), cells.spacing(grid))
        count = max(LEAST_SAMPLES, int(np.ceil(2 * radius_deg / step)))
        bearing = np.radians(np.arange(BEARINGS) * 360.0 / BEARINGS)[:, np.newaxis]
        way = np.radians(radius_deg * np.arange(1, count + 1) / count)
        phi = np.radians(grid.lat)[:, np.newaxis, np.newaxis]
        sine = np.sin(phi) * np.cos(way) + np.cos(phi) * np.sin(way) * np.cos(bearing)
        east = np.arctan2(np.sin(bearing) * np.sin(way) * np.cos(phi), np.cos(way) - np.sin(phi) * sine)
        rows, on_grid = cells.nearest_row(grid, np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0))))
        stride, nlon = cells.strides(grid)[:, np.newaxis, np.newaxis], len(grid.lon)
        columns = np.rint(np.degrees(east) / (cells.spacing(grid) * stride)).astype(np.intp) * stride
        if grid.periodic:
            columns = (columns + nlon // 2) % nlon - nlon // 2
        return cls(rows, columns, ~on_grid, grid)

    @functools.cached_property
    def _enters(self) -> Bools:
        """Whether a sample lies in another cell than the one before it, or than the place itself."""
        own_row = np.arange(len(self.rows))[:, np.newaxis, np.newaxis]
        return _changes(self.rows, own_row) | _changes(self.columns, 0) | _changes(self.beyond, False)

    @property
    def longest(self) -> Ints:
        """Cells of each row's longest ray, without the place's own; at least one, shape (nlat,)."""
        return np.maximum(self._enters.sum(axis=-1).max(axis=-1), 1)

    def table(self, its_rows: Ints, bearings: Ints) -> _RayTable:
        """The table of the cells that rays of some bearings from some rows meet."""
        its = its_rows[:, np.newaxis], bearings
        enters = self._enters[its]
        length = np.maximum(enters.sum(axis=-1), 1)[..., np.newaxis]
        count = int(length.max())
        # The samples that enter a cell, in their order; then the last of them again and again.
        order = np.argsort(~enters, axis=-1, kind="stable")[..., :count]
        order = np.take_along_axis(order, np.minimum(np.arange(count), length - 1), axis=-1)
        until = np.where(np.arange(count) < length - 1, np.roll(order, -1, axis=-1), enters.shape[-1])

        def laid_out(table: np.ndarray) -> np.ndarray:
            return np.ascontiguousarray(table.transpose(2, 1, 0).reshape(-1, len(its_rows)))

        rows, columns, beyond = (
            laid_out(np.take_along_axis(table[its], order, axis=-1)) for table in (self.rows, self.columns, self.beyond)
        )
        samples = laid_out(np.where(np.arange(count) < length, until - order, 0))
        every = np.full(len(its_rows), len(rows))
        return _RayTable(self.grid, rows, columns, beyond, every, samples, len(bearings))


def _groups(length: Ints) -> Ints:
    """Rows whose rays are nearly as long are worked on together; shape (nlat,)."""
    return np.ceil(np.log(length / length.min()) / np.log(LONGER) - 1e-9).astype(np.intp)


LONGER = 1.6
"""A group's longest rays have up to so many times more cells than the last one's."""


def _changes(values: Ints | Bools, first: Ints | int | bool) -> Bools:
    """Where a value is not the one before it along the last axis, or not the first one."""
    ahead = np.broadcast_to(np.asarray(first, values.dtype), (*values.shape[:-1], 1))
    return values != np.concatenate([ahead, values[..., :-1]], axis=-1)
