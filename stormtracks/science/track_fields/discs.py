"""The cells within a distance of positions, by tables made once for a grid."""

import functools
from dataclasses import dataclass

import numpy as np

from stormtracks.science import sphere
from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.kernel.around import by_line
from stormtracks.science.records import Grid
from stormtracks.science.track_fields import cells
from stormtracks.science.track_fields.table import Cells, Table

FINENESS_DEG = 0.7
"""Positions are told apart to so much; a disc's centre is up to half of it away, north or south and east or west."""

SIDE = 1e-3
"""Parts of the Earth's radius (6 km): a cell so near to the line of motion counts partly for either side."""

EARTH_RADIUS_M = 1000.0 * sphere.EARTH_RADIUS_KM

LEAST_COS = 0.02
"""Cosine of the latitude (88.9 degrees) beyond which vorticity is not made."""


@dataclass(frozen=True)
class Places:
    """Positions on a grid, told apart to `FINENESS_DEG`.

    Attributes
    ----------
    which : ndarray of int, shape (n,)
        Which of the positions that were asked for they are: those that lie on the grid.
    field, line, column : ndarray of int, shape (n,)
        Each one's field; its line of a `DiscTable`; its nearest cell's column.
    """

    which: Ints
    field: Ints
    line: Ints
    column: Ints

    @classmethod
    def of(cls, grid: Grid, field: Ints, lat: Floats, lon: Floats) -> "Places":
        """Places of positions in fields; lat and lon in degrees."""
        row, column, aside, on_grid = cells.nearest(grid, lat, lon)
        which = np.flatnonzero(on_grid)
        if len(which) < len(row):
            field, row, column = (one[which] for one in (field, row, column))
            lat, aside = lat[which], aside[which]
        fine, edges = fineness(grid), cells.row_edges(grid)
        up = ((lat - edges.take(row)) * (fine / np.diff(edges)).take(row)).astype(np.intp)
        along = ((aside + 0.5) * fine).astype(np.intp)
        line = (row * fine + np.clip(up, 0, fine - 1)) * fine + np.clip(along, 0, fine - 1)
        return cls(which, field, line, column)

    def __len__(self) -> int:
        return len(self.which)

    def cells(self, table: Table) -> Cells:
        """The cells of a table around the places; looked up once."""
        if id(table) not in self._found:
            self._found[id(table)] = table.cells(self.field, self.line, self.column)
        return self._found[id(table)]

    @functools.cached_property
    def _found(self) -> dict[int, Cells]:
        return {}

    def take(self, part: slice | Ints) -> "Places":
        """Some of them."""
        return Places(*(one[part] for one in (self.which, self.field, self.line, self.column)))


@functools.lru_cache(maxsize=16)
def fineness(grid: Grid) -> int:
    """Parts that a cell is divided into in either direction: an odd number, so that its own place is one's middle."""
    widest = max(float(np.median(np.diff(grid.lat))), cells.spacing(grid))
    return int(np.ceil(widest / FINENESS_DEG - 1e-6)) // 2 * 2 + 1


@dataclass(frozen=True)
class DiscTable(Table):
    """The cells in discs about the parts of each row's cells; by distance, then the own cell again and again.

    Of a row's cells only those in every second, fourth column and so on near a pole, see `cells.strides`.

    Attributes
    ----------
    weight : ndarray of float32, shape (k, nlines)
        Of a mean by area; 0 for what only fills the table.
    to_east, to_north : ndarray of float32, shape (k, nlines)
        Direction from the disc's centre, of length sine of the distance.
    """

    weight: Floats
    to_east: Floats
    to_north: Floats

    @classmethod
    def of(cls, grid: Grid, km: float) -> "DiscTable":
        """The table of discs of some radius; the nearest cell is always in it."""
        tables = _stacked([_Box.of(grid, row, km).disc() for row in range(len(grid.lat))])
        rows, columns, weight, east, north = tables
        count = (weight > 0).sum(axis=0)
        weight /= weight.sum(axis=0)
        single = (part.astype(np.float32) for part in (weight, east, north))
        return cls(grid, rows, columns, np.zeros(rows.shape, bool), count, *single)

    def mean(self, values: Floats, line: Ints) -> Floats:
        """Mean by area of what is known of values in discs, shape (k, n); shape (n,)."""
        return _mean(values, self.weight[: len(values)].take(line, axis=1))

    def asymmetry(self, values: Floats, line: Ints, east: Floats, north: Floats) -> Floats:
        """Mean to the right minus mean to the left of a motion.

        Parameters
        ----------
        values : ndarray of float32, shape (k, n)
        line : ndarray of int, shape (n,)
        east, north : ndarray of float, shape (n,)
            Direction of motion, of length 1; NaN: the asymmetry is not known.
        """
        right = self.to_east[: len(values)].take(line, axis=1)
        right *= (north / SIDE).astype(np.float32)
        other = self.to_north[: len(values)].take(line, axis=1)
        other *= (east / SIDE).astype(np.float32)
        right -= other
        np.minimum(np.maximum(right, -1, out=right), 1, out=right)
        weight = self.weight[: len(values)].take(line, axis=1)
        right *= weight
        right += weight
        right *= np.float32(0.5)
        weight -= right
        return _mean(values, right) - _mean(values, weight)

    @functools.cached_property
    def by_line(self) -> tuple[Floats, Floats, Floats]:
        """Weight and direction as the kernel reads them, shape (nlines, k)."""
        weight, east, north = (by_line(one, np.float32) for one in (self.weight, self.to_east, self.to_north))
        return weight, east, north


@dataclass(frozen=True)
class CurlTable(Table):
    """What the wind in and around a disc is multiplied by to give the mean of its cyclonic vorticity.

    Attributes
    ----------
    of_u, of_v : ndarray of float32, shape (k, nlines)
        m-1.
    """

    of_u: Floats
    of_v: Floats

    @classmethod
    def of(cls, grid: Grid, km: float) -> "CurlTable":
        """The table of discs of some radius.

        Notes
        -----
        zeta = (dv/dlambda - d(u cos(phi))/dphi) / (a cos(phi)) by centred differences between the cells looked at.
        """
        tables = _stacked([_Box.of(grid, row, km, margin=1).curl() for row in range(len(grid.lat))])
        rows, columns, of_u, of_v = tables
        count = ((of_u != 0) | (of_v != 0)).sum(axis=0)
        of_u[:, ~of_u.any(axis=0)] = np.nan  # no cell of the disc has a vorticity
        single = (part.astype(np.float32) for part in (of_u, of_v))
        return cls(grid, rows, columns, np.zeros(rows.shape, bool), count, *single)

    def mean(self, u: Floats, v: Floats, line: Ints) -> Floats:
        """The mean cyclonic vorticity, s-1, shape (n,), of winds of shape (k, n); NaN where one is missing."""
        product = u * self.of_u[: len(u)].take(line, axis=1)
        product += v * self.of_v[: len(u)].take(line, axis=1)
        return sum_of(product)

    @functools.cached_property
    def by_line(self) -> tuple[Floats, Floats]:
        """What winds are multiplied by, as the kernel reads it, shape (nlines, k)."""
        return by_line(self.of_u, np.float32), by_line(self.of_v, np.float32)


@dataclass(frozen=True)
class _Box:
    """All cells that may be of use around the nlines parts of a row's cells.

    Attributes
    ----------
    grid : Grid
    row : int
    rows, columns : ndarray of int, shape (nrows, 1) and (1, ncolumns)
        The columns relative to the own cell, each once.
    distance_km, inside, to_east, to_north : ndarray, shape (nlines, nrows * ncolumns)
        From the part's centre; whether a cell is in the disc.
    """

    grid: Grid
    row: int
    rows: Ints
    columns: Ints
    inside: Bools
    distance_km: Floats
    to_east: Floats
    to_north: Floats

    @classmethod
    def of(cls, grid: Grid, row: int, km: float, margin: int = 0) -> "_Box":
        """The box of a row, with some rows and columns more than the disc needs."""
        lat, east = _parts(grid, row)
        rows, columns = _rows(grid, row, km, margin), _columns(grid, row, km, margin)
        phi, turned = np.radians(lat)[:, np.newaxis, np.newaxis], np.radians(columns * cells.spacing(grid))
        turned = turned - np.radians(east)[:, np.newaxis, np.newaxis]
        there = np.radians(grid.lat[rows])
        distance = sphere.distance_km(lat[:, np.newaxis, np.newaxis], 0.0, grid.lat[rows], np.degrees(turned))
        own = (rows == row) & (columns == 0)
        to_east = np.broadcast_to(np.cos(there) * np.sin(turned), distance.shape)
        to_north = np.sin(there) * np.cos(phi) - np.cos(there) * np.sin(phi) * np.cos(turned)
        inside = ((distance <= km) | own).reshape(len(lat), -1)
        return cls(
            grid, row, rows, columns, inside, *(part.reshape(inside.shape) for part in (distance, to_east, to_north))
        )

    def disc(self) -> tuple[np.ndarray, ...]:
        """Rows, columns, areas and directions of the cells inside, by distance; each of shape (nlines, k)."""
        area = np.broadcast_to(cells.areas(self.grid)[self.rows], self._shape).reshape(1, -1)
        by_distance = np.where(self.inside, self.distance_km.round(3), np.inf)
        return self._picked(by_distance, area, self.to_east, self.to_north)

    def curl(self) -> tuple[np.ndarray, ...]:
        """Rows, columns, and what u and v are multiplied by; each of shape (nlines, k)."""
        lat, shape = self.grid.lat[self.rows], (len(self.inside), *self._shape)
        cos, south = np.cos(np.radians(lat)), np.where(lat < 0, -1.0, 1.0)
        usable = np.zeros(self._shape, bool)
        usable[1:-1, 1:-1] = True
        weight = self.inside.reshape(shape) * cells.areas(self.grid)[self.rows] * (usable & (cos > LEAST_COS))
        weight /= np.maximum(weight.sum(axis=(1, 2), keepdims=True), 1e-12)
        weight *= south / (EARTH_RADIUS_M * np.maximum(cos, LEAST_COS))
        of_u, of_v = np.zeros(shape), np.zeros(shape)
        turn = 2 * np.sin(np.radians(cells.strides(self.grid)[self.row] * cells.spacing(self.grid)))
        of_v[:, :, 2:] += weight[:, :, 1:-1] / turn
        of_v[:, :, :-2] -= weight[:, :, 1:-1] / turn
        step = np.radians(lat[2:] - lat[:-2])
        of_u[:, 2:] -= weight[:, 1:-1] * cos[2:] / step
        of_u[:, :-2] += weight[:, 1:-1] * cos[:-2] / step
        used = ((of_u != 0) | (of_v != 0)).reshape(self.inside.shape)
        flat = (one.reshape(self.inside.shape) for one in (of_u, of_v))
        return self._picked(np.where(used, 0.0, np.inf), *flat)

    def _picked(self, rank: Floats, *values: Floats) -> tuple[np.ndarray, ...]:
        """Rows, columns and values of the cells of finite rank, in its order; then the own cell and 0."""
        order = np.argsort(rank, axis=1, kind="stable")[:, : np.isfinite(rank).sum(axis=1).max()]
        real = np.isfinite(np.take_along_axis(rank, order, axis=1))
        rows, columns = (np.broadcast_to(part, self._shape).reshape(-1) for part in (self.rows, self.columns))
        picked = [np.take_along_axis(np.broadcast_to(one, rank.shape), order, axis=1) * real for one in values]
        return np.where(real, rows[order], self.row), np.where(real, columns[order], 0), *picked

    @property
    def _shape(self) -> tuple[int, int]:
        return len(self.rows), self.columns.shape[1]


def _stacked(lines: list[tuple[np.ndarray, ...]]) -> list[np.ndarray]:
    """The tables of all rows, filled up with each row's own cell and 0; shape (k, nlines)."""
    most, each = max(rows.shape[1] for rows, *_ in lines), len(lines[0][0])
    tables = []
    for number, tables_of_rows in enumerate(zip(*lines, strict=True)):
        table = np.zeros((most, len(lines) * each), tables_of_rows[0].dtype)
        for row, one in enumerate(tables_of_rows):
            its = table[:, row * each : (row + 1) * each]
            its[: one.shape[1]] = one.T
            its[one.shape[1] :] = row if number == 0 else 0
        tables.append(table)
    return tables


def _parts(grid: Grid, row: int) -> tuple[Floats, Floats]:
    """Latitude, and degrees to the east of the cell's own, of the middles of the parts of a row's cells."""
    fine, edges = fineness(grid), cells.row_edges(grid)
    middle = (np.arange(fine) + 0.5) / fine
    lat = edges[row] + middle * (edges[row + 1] - edges[row])
    return np.repeat(lat, fine), np.tile((middle - 0.5) * cells.spacing(grid), fine)


def _rows(grid: Grid, row: int, km: float, margin: int) -> Ints:
    """The rows that can be within a distance of a position in a row's cells, and some more; shape (nrows, 1)."""
    reach, edges = np.degrees(km / sphere.EARTH_RADIUS_KM), cells.row_edges(grid)
    near = np.flatnonzero((grid.lat >= edges[row] - reach) & (grid.lat <= edges[row + 1] + reach))
    first, last = (min(row, near[0]), max(row, near[-1])) if len(near) else (row, row)
    return np.arange(max(first - margin, 0), min(last + margin, len(grid.lat) - 1) + 1)[:, np.newaxis]


def _columns(grid: Grid, row: int, km: float, margin: int) -> Ints:
    """The columns that are looked at and can be within a distance, and some more; shape (1, ncolumns)."""
    reach, stride, nlon = np.degrees(km / sphere.EARTH_RADIUS_KM), int(cells.strides(grid)[row]), len(grid.lon)
    farthest = np.abs(cells.row_edges(grid)[row : row + 2]).max()
    most = nlon
    if farthest + reach < 90.0:
        sine = np.sin(np.radians(reach)) / np.cos(np.radians(farthest))
        most = int(np.degrees(np.arcsin(min(sine, 1.0))) / cells.spacing(grid) + 0.5 + 1e-6)
    half = most // stride + margin
    columns = np.arange(-half, half + 1) * stride
    once = (2 * columns > -nlon) & (2 * columns <= nlon) if grid.periodic else np.abs(columns) < nlon
    return columns[np.newaxis, once]


def _mean(values: Floats, weight: Floats) -> Floats:
    total, whole = sum_of(values * weight), sum_of(weight)
    unknown = np.isnan(total)
    if unknown.any():
        known = ~np.isnan(values)
        np.copyto(whole, sum_of(weight * known), where=unknown)
        np.copyto(total, sum_of(np.where(known, values, np.float32(0)) * weight), where=unknown)
    whole[whole <= LEAST_WEIGHT] = np.nan
    return total / whole


LEAST_WEIGHT = np.float32(1e-6)
"""Of a mean's weights of 1 in all: less is rounding."""


def sum_of(values: Floats) -> Floats:
    """Sum over the first axis; of one position as of several, whose values NumPy would add in another order."""
    if values.shape[1] == 1:
        return np.repeat(values, 2, axis=1).sum(axis=0)[:1]
    return values.sum(axis=0)
