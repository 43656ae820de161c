"""The cells within a distance of positions, with that distance and the side of the motion on which they lie."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from stormtracks.science import sphere
from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.records import Grid
from stormtracks.science.track_fields.cells import Cells, Table, nearest

WIDER = 1.5
"""Rows whose tables are nearly as wide share one; each table is so much wider than the last."""


class Discs:
    """Tables of the cells around each row of a grid, for discs about any position.

    Parameters
    ----------
    grid : Grid
    reach_km : float
        The largest disc's radius.

    Notes
    -----
    A disc lies about the exact position, not about its nearest cell. A row's table therefore has every cell that can be
    within reach of any position of which the row's own cell is the nearest. Cells are sorted by distance, so that
    smaller discs look at the first ones only.
    """

    def __init__(self, grid: Grid, reach_km: float) -> None:
        self.grid = grid
        self._slack_km = _half_diagonals_km(grid)
        lines = [_line(grid, row, reach_km + slack) for row, slack in enumerate(self._slack_km)]
        width = np.array([len(line[0]) for line in lines])
        self._kind = np.ceil(np.log(width / width.min()) / np.log(WIDER) - 1e-9).astype(np.intp)
        self._tables = {
            int(kind): _DiscTable.of(grid, np.flatnonzero(self._kind == kind), lines) for kind in np.unique(self._kind)
        }

    def around(self, field: Ints, lat: Floats, lon: Floats) -> Iterator[tuple[Ints, "Disc"]]:
        """Discs about positions in fields, some thousand cells at a time.

        Parameters
        ----------
        field : ndarray of int, shape (n,)
        lat, lon : ndarray of float64, shape (n,)
            Degrees. Positions that do not lie on the grid are left out.

        Yields
        ------
        which : ndarray of int
            Index of the positions, of which each is in one disc.
        disc : Disc
        """
        row, column, on_grid = nearest(self.grid, lat, lon)
        kind = self._kind[row]
        for number, table in self._tables.items():
            mine = np.flatnonzero((kind == number) & on_grid)
            for part in sphere.parts(np.full(len(mine), table.rows.shape[1])):
                which = mine[part]
                if len(which):
                    yield which, table.disc(field[which], row[which], column[which], lat[which], lon[which])


@dataclass(frozen=True)
class Disc:
    """The cells around n positions.

    Attributes
    ----------
    cells : Cells
        k for each position, by distance from the position's nearest cell, which is the first.
    table : _DiscTable
    line : ndarray of intp, shape (n,)
        The table's lines.
    centre : ndarray of float64, shape (n, 3)
        The positions as unit vectors; x through the nearest cell's meridian.
    """

    cells: Cells
    table: "_DiscTable"
    line: Ints
    centre: Floats

    @functools.cached_property
    def cosine(self) -> Floats:
        """Cosine of each cell's distance from its position, float32, shape (n, k)."""
        return self.along(self.centre)

    def along(self, vectors: Floats) -> Floats:
        """Each cell's unit vector times a vector of its position, shape (n, 3), as `centre`; float32, shape (n, k)."""
        vectors = vectors.astype(np.float32)
        product = self.table.x.take(self.line, axis=0)
        product *= vectors[:, :1]
        for table, vector in ((self.table.y, vectors[:, 1:2]), (self.table.z, vectors[:, 2:])):
            part = table.take(self.line, axis=0)
            part *= vector
            product += part
        return product

    def count(self, km: float) -> int:
        """How many of the first cells can be within a distance."""
        return self.table.count(km)

    def within(self, km: float) -> Bools:
        """Which of the first `count` cells are within a distance; the nearest one always is. Shape (n, count)."""
        inside = self.cosine[:, : self.count(km)] >= np.float32(np.cos(km / sphere.EARTH_RADIUS_KM))
        inside[:, 0] = True
        return inside

    def area(self, count: int) -> Floats:
        """Area of the first cells, in any unit, float32, shape (n, count); 0 for what only fills the table."""
        return self.table.area[:, :count].take(self.line, axis=0)


@dataclass(frozen=True)
class _DiscTable(Table):
    """A table whose lines are sorted by distance and filled up with the row's own cell.

    Attributes
    ----------
    x, y, z : ndarray of float32, shape (nlines, k)
        Cells as unit vectors, x through the row's own cell's meridian; 0 where the line is filled up.
    area : ndarray of float32, shape (nlines, k)
    nearest_km : ndarray of float64, shape (k,)
        The least distance at which a position of any line may have such a cell.
    """

    x: Floats
    y: Floats
    z: Floats
    area: Floats
    nearest_km: Floats

    @classmethod
    def of(cls, grid: Grid, its_rows: Ints, lines: list[tuple[Ints, Ints, Floats]]) -> "_DiscTable":
        """The table of some rows."""
        width = max(len(lines[row][0]) for row in its_rows)
        rows = np.repeat(its_rows[:, np.newaxis], width, axis=1)
        columns = np.zeros_like(rows)
        km = np.full(rows.shape, np.inf)
        for line, row in enumerate(its_rows):
            count = len(lines[row][0])
            rows[line, :count], columns[line, :count], km[line, :count] = lines[row]
        real = np.isfinite(km)
        vectors = sphere.unit_vectors(grid.lat[rows], columns * (grid.lon[1] - grid.lon[0])) * real[..., np.newaxis]
        line_of = np.zeros(len(grid.lat), np.intp)
        line_of[its_rows] = np.arange(len(its_rows))
        return cls(
            grid=grid,
            line=line_of,
            rows=rows,
            columns=columns,
            beyond=np.zeros(rows.shape, bool),
            x=vectors[..., 0].astype(np.float32),
            y=vectors[..., 1].astype(np.float32),
            z=vectors[..., 2].astype(np.float32),
            area=(_areas(grid)[rows] * real).astype(np.float32),
            nearest_km=(km - _half_diagonals_km(grid)[its_rows, np.newaxis]).min(axis=0),
        )

    def count(self, km: float) -> int:
        """How many of the first cells can be within a distance of a position."""
        return max(1, int(np.searchsorted(self.nearest_km, km, side="right")))

    def disc(self, field: Ints, row: Ints, column: Ints, lat: Floats, lon: Floats) -> Disc:
        """The disc about positions whose nearest cells are known; arguments of shape (n,)."""
        away = sphere.lon_difference(self.grid.lon[column], lon)
        return Disc(self.cells(field, row, column), self, self.line[row], sphere.unit_vectors(lat, away))


def _half_diagonals_km(grid: Grid) -> Floats:
    """The farthest that a position can be from its nearest cell, for each row; a metre more."""
    edges = _edges(grid)
    half = (grid.lon[1] - grid.lon[0]) / 2
    corners = [sphere.distance_km(grid.lat, 0.0, edge, half) for edge in (edges[:-1], edges[1:])]
    # At the row's own latitude a cell may be wider than towards the poleward corner.
    return np.maximum(*corners) + 1e-3


def _edges(grid: Grid) -> Floats:
    """Latitudes half-way between the rows, and as far beyond the outer ones; shape (nlat + 1,)."""
    half = np.diff(grid.lat) / 2
    inner = grid.lat[:-1] + half
    return np.clip(np.concatenate([[inner[0] - 2 * half[0]], inner, [inner[-1] + 2 * half[-1]]]), -90.0, 90.0)


def _areas(grid: Grid) -> Floats:
    """Area of a cell of each row, that of the largest being 1."""
    area = np.diff(np.sin(np.radians(_edges(grid))))
    return area / area.max()


def _line(grid: Grid, row: int, km: float) -> tuple[Ints, Ints, Floats]:
    """Rows, columns and distances of the cells within a distance of a row's own cell, by distance."""
    reach = np.degrees(km / sphere.EARTH_RADIUS_KM)
    rows = np.flatnonzero(np.abs(grid.lat - grid.lat[row]) <= reach)
    columns = _columns(grid, grid.lat[row], reach)
    distance = sphere.distance_km(grid.lat[row], 0.0, grid.lat[rows][:, np.newaxis], columns * _spacing(grid))
    near = np.nonzero(distance <= km)
    order = np.lexsort((columns[near[1]], rows[near[0]], np.round(distance[near], 3)))
    return rows[near[0]][order], columns[near[1]][order], distance[near][order]


def _columns(grid: Grid, lat: float, reach: float) -> Ints:
    """Columns to the east of a cell that can lie within reach (degrees) of it, each once."""
    nlon = len(grid.lon)
    if abs(lat) + reach >= 90.0:
        limit = nlon
    else:
        limit = int(np.degrees(np.arcsin(np.sin(np.radians(reach)) / np.cos(np.radians(lat)))) / _spacing(grid)) + 1
    first, last = (-((nlon - 1) // 2), nlon // 2) if grid.periodic else (1 - nlon, nlon - 1)
    return np.arange(max(first, -limit), min(last, limit) + 1)


def _spacing(grid: Grid) -> float:
    return float(grid.lon[1] - grid.lon[0])
