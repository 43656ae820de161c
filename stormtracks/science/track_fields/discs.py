"""The cells within a distance of positions, and what fields have there."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from stormtracks.science import sphere
from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.records import Grid
from stormtracks.science.track_fields import cells

FAR = np.float32(1e38)
"""Added to values outside a disc: more than any value inside."""

SIDE = np.float32(1e-3)
"""Parts of the Earth's radius (6 km): a cell so near to the line of motion counts partly for either side."""


class Discs:
    """Finds the cells in discs about any positions on a grid.

    Parameters
    ----------
    grid : Grid
    reach_km : float
        The largest disc's radius.

    Notes
    -----
    A disc lies about the exact position, not about its nearest cell. The cells of a box around the nearest cell, wide
    enough for each position there, are told apart by their distance. Boxes are wider near a pole; those of like width
    are worked on together.
    """

    def __init__(self, grid: Grid, reach_km: float) -> None:
        self.grid = grid
        self.reach_km = reach_km
        self.phi = np.radians(grid.lat).astype(np.float32)
        self.cos = np.cos(np.radians(grid.lat)).astype(np.float32)
        self.area = cells.areas(grid).astype(np.float32)
        self._group = cells.groups(2 * self._half_widths(reach_km) + 1)
        self.box = functools.cache(self._box)

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
        row, column, on_grid = cells.nearest(self.grid, lat, lon)
        group = np.where(on_grid, self._group[row], -1)
        for number in range(int(self._group.max()) + 1):
            mine = np.flatnonzero(group == number)
            for part in cells.parts(len(mine), self.box(number, self.reach_km).size) if len(mine) else ():
                which = mine[part]
                phi = np.radians(lat[which]).astype(np.float32)
                away = np.radians(sphere.lon_difference(self.grid.lon[column[which]], lon[which])).astype(np.float32)
                yield which, Disc(self, number, field[which], row[which], column[which], phi, away)

    def _box(self, group: int, km: float) -> "Box":
        """The box in which all cells lie that are within a distance of a position in the rows of a group."""
        half, nlon = int(self._half_widths(km)[self._group == group].max()), len(self.grid.lon)
        first = max(-half, half + 1 - nlon) if self.grid.periodic else -half
        columns = np.arange(first, half + 1)[:, np.newaxis]
        height = self._half_height(km)
        return Box(np.arange(-height, height + 1)[:, np.newaxis], columns, height, -first)

    def _half_widths(self, km: float) -> Ints:
        """Columns on either side of each row's cells that can lie within a distance of a position there."""
        reach = np.degrees(km / sphere.EARTH_RADIUS_KM)
        edges = np.abs(cells.row_edges(self.grid))
        farthest = np.maximum(edges[:-1], edges[1:])
        sine = np.sin(np.radians(reach)) / np.maximum(np.cos(np.radians(farthest)), 1e-12)
        reach_lon = np.where(farthest + reach < 90.0, np.degrees(np.arcsin(np.minimum(sine, 1.0))), 360.0)
        columns = np.floor(reach_lon / cells.spacing(self.grid) + 0.5 + 1e-6).astype(np.intp)
        return np.minimum(columns, len(self.grid.lon) // 2 if self.grid.periodic else len(self.grid.lon) - 1)

    def _half_height(self, km: float) -> int:
        """Rows on either side that can lie within a distance."""
        reach = np.degrees(km / sphere.EARTH_RADIUS_KM) + 1e-6
        edges, rows = cells.row_edges(self.grid), np.arange(len(self.grid.lat))
        north = np.searchsorted(self.grid.lat, edges[1:] + reach) - 1 - rows
        south = rows - np.searchsorted(self.grid.lat, edges[:-1] - reach)
        return int(max(north.max(), south.max()))


@dataclass(frozen=True)
class Box:
    """Cells of a box around its own cell.

    Attributes
    ----------
    rows : ndarray of int, shape (nrows, 1)
    columns : ndarray of int, shape (ncolumns, 1)
        Relative to the own cell, each once.
    own_row, own_column : int
        Where in the box that is.
    """

    rows: Ints
    columns: Ints
    own_row: int
    own_column: int

    @property
    def size(self) -> int:
        """Number of its cells."""
        return len(self.rows) * len(self.columns)


@dataclass(frozen=True)
class Disc:
    """The surroundings of n positions whose boxes are alike.

    Attributes
    ----------
    discs : Discs
    group : int
        Of the rows in which the positions lie.
    field, row, column : ndarray of int, shape (n,)
        Each position's field and nearest cell.
    phi, away : ndarray of float32, shape (n,)
        Latitude, and longitude to the east of the nearest cell; radians.
    """

    discs: Discs
    group: int
    field: Ints
    row: Ints
    column: Ints
    phi: Floats
    away: Floats

    def near(self, km: float) -> "Near":
        """The cells within a distance."""
        grid, box = self.discs.grid, self.discs.box(self.group, km)
        nlat, nlon = grid.shape
        rows = self.row + box.rows
        beyond = (rows < 0) | (rows >= nlat)
        rows = np.clip(rows, 0, nlat - 1)
        columns = self.column + box.columns
        aside = (columns >= nlon).astype(np.intp) - (columns < 0)
        columns -= nlon * aside
        east = (np.radians(cells.spacing(grid)) * box.columns).astype(np.float32) - self.away
        outside = self._outside(km, rows, beyond, east)
        if not grid.periodic:
            outside |= aside != 0
        outside[box.own_row, box.own_column] = False
        index = ((self.field * nlat + rows) * nlon)[:, np.newaxis] + columns
        return Near(self, index.reshape(box.size, -1), outside.reshape(box.size, -1), rows, east)

    def _outside(self, km: float, rows: Ints, beyond: Bools, east: Floats) -> Bools:
        """Which cells lie farther away, by the haversine; shape (nrows, ncolumns, n)."""
        north = np.sin((self.discs.phi[rows] - self.phi) * np.float32(0.5))
        north *= north
        north[beyond] = 2.0
        sine = np.sin(east * np.float32(0.5))
        sine *= sine
        haversine = (np.cos(self.phi) * self.discs.cos[rows])[:, np.newaxis] * sine
        haversine += north[:, np.newaxis]
        return haversine > np.float32(np.sin(km / sphere.EARTH_RADIUS_KM / 2) ** 2)


@dataclass(frozen=True)
class Near:
    """The cells within a distance of n positions, among k of a box; the nearest one always is.

    Attributes
    ----------
    disc : Disc
    index : ndarray of intp, shape (k, n)
        Cells of fields that are laid out flat, shape (nfields * nlat * nlon,).
    outside : ndarray of bool, shape (k, n)
        Which cells are farther away.
    rows : ndarray of int, shape (nrows, n)
        The box's rows.
    east : ndarray of float32, shape (ncolumns, n)
        Longitude of the box's columns to the east of the position, radians.
    """

    disc: Disc
    index: Ints
    outside: Bools
    rows: Ints
    east: Floats

    def values(self, *flat: Floats) -> Floats:
        """What flat fields have in the box, the first minus any others; float32, shape (k, n)."""
        return cells.values(flat, self.index)

    def lowest(self, values: Floats) -> tuple[Floats, Ints]:
        """The lowest of some values, shape (k, n): NaN where there is none; and its flat index; both of shape (n,)."""
        values = values + self.far
        which = np.arange(values.shape[1])
        place = values.argmin(axis=0)
        lowest = values[place, which]
        unknown = np.isnan(lowest)  # NumPy's lowest is the first NaN
        if unknown.any():
            known = values[:, unknown]
            place[unknown] = np.where(np.isnan(known), FAR, known).argmin(axis=0)
            lowest = values[place, which]
        lowest[lowest >= FAR] = np.nan
        return lowest, self.index[place, which]

    def range_of(self, values: Floats) -> Floats:
        """Highest minus lowest value, shape (n,); NaN where there is none."""
        lowest, highest = (values + self.far).min(axis=0), (values - self.far).max(axis=0)
        found = highest - lowest
        unknown = np.isnan(found)
        if unknown.any():
            values, far = values[:, unknown], self.far[:, unknown]
            found[unknown] = np.fmax.reduce(values - far, axis=0) - np.fmin.reduce(values + far, axis=0)
        found[found < 0] = np.nan
        return found

    def mean(self, values: Floats) -> Floats:
        """Mean by area of what is known, shape (n,)."""
        return _mean(values, self.area)

    def asymmetry(self, values: Floats, east: Floats, north: Floats) -> Floats:
        """Mean on the right minus mean on the left of a motion; the reverse in the southern hemisphere.

        Parameters
        ----------
        values : ndarray of float32, shape (k, n)
        east, north : ndarray of float64, shape (n,)
            Direction of motion, of length 1; NaN: the asymmetry is not known.
        """
        side = self._to_the_right(east.astype(np.float32), north.astype(np.float32))
        side *= 1 / SIDE
        np.minimum(np.maximum(side, -1, out=side), 1, out=side)
        right_less_left = side * self.area
        right = np.float32(0.5) * (self.area + right_less_left)
        difference = _mean(values, right) - _mean(values, right - right_less_left)
        return np.where(self.disc.phi < 0, -difference, difference)

    def _to_the_right(self, east: Floats, north: Floats) -> Floats:
        """How far cells lie to the right of a motion, in Earth radii; shape (k, n)."""
        phi, cos, rows = self.disc.phi, self.disc.discs.cos, self.rows
        along = north * np.sin(self.east) + (east * np.sin(phi)) * np.cos(self.east)
        side = cos[rows][:, np.newaxis] * along
        side -= (east * np.cos(phi) * np.sin(self.disc.discs.phi[rows]))[:, np.newaxis]
        return side.reshape(self.index.shape)

    @functools.cached_property
    def far(self) -> Floats:
        """Very much for cells outside, 0 inside; float32, shape (k, n)."""
        return np.multiply(self.outside, FAR, dtype=np.float32)

    @functools.cached_property
    def area(self) -> Floats:
        """Area of the cells inside, 0 for those outside; float32, shape (k, n)."""
        inside = ~self.outside.reshape(len(self.rows), -1, self.index.shape[1])
        return (inside * self.disc.discs.area[self.rows][:, np.newaxis]).reshape(self.index.shape)


def _mean(values: Floats, weight: Floats) -> Floats:
    total, whole = (values * weight).sum(axis=0), weight.sum(axis=0)
    unknown = np.isnan(total)
    if unknown.any():
        known = ~np.isnan(values[:, unknown])
        whole[unknown] = (weight[:, unknown] * known).sum(axis=0)
        total[unknown] = (np.where(known, values[:, unknown], np.float32(0)) * weight[:, unknown]).sum(axis=0)
    whole[whole == 0] = np.nan
    return total / whole
