"""The cells within distances of positions, and what fields have there."""

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

FEWEST_COLUMNS = 8
"""Columns that are looked at around a pole at least."""


class Discs:
    """Finds the cells in discs about any positions on a grid.

    Parameters
    ----------
    grid : Grid
    reach_km : float
        The largest disc's radius.
    curl_km : float, optional
        Radius within which cells need their neighbours too.

    Notes
    -----
    A disc lies about the exact position, not about its nearest cell. The cells of a box around the nearest cell, wide
    enough for each position there, are told apart by their distance. Towards the poles, where columns lie closer
    together than rows, only every second, fourth and so on is looked at, counted from the nearest cell: as many as
    still lie no farther apart than rows. Positions with boxes of like width are worked on together.
    """

    def __init__(self, grid: Grid, reach_km: float, curl_km: float = 0.0) -> None:
        self.grid = grid
        self.phi = np.radians(grid.lat).astype(np.float32)
        self.cos = np.cos(np.radians(grid.lat)).astype(np.float32)
        self.area = cells.areas(grid).astype(np.float32)
        self.stride = strides(grid)
        self._height, width = self._half_height(reach_km), self._half_widths(reach_km)
        if curl_km:
            self._height = max(self._height, self._half_height(curl_km) + 1)
            width = np.maximum(width, self._half_widths(curl_km) + 1)
        self._group = cells.groups(2 * width + 1)
        self._boxes = [self._box(width, number) for number in range(int(self._group.max()) + 1)]

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
        phi = np.radians(lat).astype(np.float32)
        away = np.radians(sphere.lon_difference(self.grid.lon[column], lon)).astype(np.float32)
        for number, box in enumerate(self._boxes):
            mine = np.flatnonzero(group == number)
            for part in cells.parts(len(mine), box.size):
                which = mine[part]
                yield which, Disc(self, box, field[which], row[which], column[which], phi[which], away[which])

    def _box(self, width: Ints, group: int) -> "Box":
        """The box of a group of rows."""
        mine, nlon = self._group == group, len(self.grid.lon)
        half = int(width[mine].max(initial=0))
        laps = self.grid.periodic and bool(((2 * half + 1) * self.stride[mine] > nlon).any())
        return Box(self._height, half, laps)

    def _half_widths(self, km: float) -> Ints:
        """Columns looked at on either side of each row's cells that can lie within a distance of a position there."""
        reach = np.degrees(km / sphere.EARTH_RADIUS_KM)
        edges = np.abs(cells.row_edges(self.grid))
        farthest = np.maximum(edges[:-1], edges[1:])
        sine = np.sin(np.radians(reach)) / np.maximum(np.cos(np.radians(farthest)), 1e-12)
        reach_lon = np.where(farthest + reach < 90.0, np.degrees(np.arcsin(np.minimum(sine, 1.0))), 360.0)
        columns = np.floor((reach_lon / cells.spacing(self.grid) + 0.5) / self.stride + 1e-6).astype(np.intp)
        most = len(self.grid.lon) // 2 if self.grid.periodic else len(self.grid.lon) - 1
        return np.minimum(columns, most // self.stride)

    def _half_height(self, km: float) -> int:
        """Rows on either side that can lie within a distance."""
        reach = np.degrees(km / sphere.EARTH_RADIUS_KM) + 1e-6
        edges, rows = cells.row_edges(self.grid), np.arange(len(self.grid.lat))
        north = np.searchsorted(self.grid.lat, edges[1:] + reach) - 1 - rows
        south = rows - np.searchsorted(self.grid.lat, edges[:-1] - reach)
        return int(max(north.max(), south.max()))


def strides(grid: Grid) -> Ints:
    """Of each row, how many columns the cells that are looked at lie apart: 1, 2, 4 and so on; shape (nlat,)."""
    closer = np.median(np.diff(grid.lat)) / (cells.spacing(grid) * np.maximum(np.cos(np.radians(grid.lat)), 1e-6))
    most = max(1, len(grid.lon) // FEWEST_COLUMNS)
    return (2 ** np.floor(np.log2(np.clip(closer, 1, most)) + 1e-9)).astype(np.intp)


@dataclass(frozen=True)
class Box:
    """Rows and columns around a cell.

    Attributes
    ----------
    height, width : int
        Rows on either side; columns that are looked at on either side.
    laps : bool
        Whether some boxes go around the globe and further.
    """

    height: int
    width: int
    laps: bool

    @property
    def shape(self) -> tuple[int, int]:
        """(nrows, ncolumns)."""
        return 2 * self.height + 1, 2 * self.width + 1

    @property
    def size(self) -> int:
        """Number of its cells."""
        return self.shape[0] * self.shape[1]


@dataclass(frozen=True)
class Disc:
    """The surroundings of n positions whose boxes are alike.

    Attributes
    ----------
    discs : Discs
    box : Box
    field, row, column : ndarray of int, shape (n,)
        Each position's field and nearest cell.
    phi, away : ndarray of float32, shape (n,)
        Latitude, and longitude to the east of the nearest cell; radians.
    """

    discs: Discs
    box: Box
    field: Ints
    row: Ints
    column: Ints
    phi: Floats
    away: Floats

    def near(self, km: float) -> "Near":
        """The cells within a distance; the nearest one always is."""
        outside = self._haversine > np.float32(np.sin(km / sphere.EARTH_RADIUS_KM / 2) ** 2)
        outside[self.box.height, self.box.width] = False
        return Near(self, outside.reshape(self.box.size, -1))

    def values(self, *flat: Floats) -> Floats:
        """What flat fields have in the box, the first minus any others; float32, shape (k, n)."""
        return cells.values(flat, self.index)

    @functools.cached_property
    def index(self) -> Ints:
        """Cells of fields that are laid out flat, shape (nfields * nlat * nlon,); shape (k, n)."""
        nlat, nlon = self.discs.grid.shape
        rows = (self.field * nlat + self.rows) * nlon
        columns = self._columns - nlon * self._aside
        return (rows[:, np.newaxis] + columns).reshape(self.box.size, -1)

    @functools.cached_property
    def rows(self) -> Ints:
        """The box's rows, clipped to the grid, shape (nrows, n)."""
        return np.clip(self._rows, 0, len(self.discs.grid.lat) - 1)

    @functools.cached_property
    def east(self) -> Floats:
        """How far the box's columns lie east of the positions, radians, float32, shape (ncolumns, n)."""
        return self._eastward * np.float32(np.radians(cells.spacing(self.discs.grid))) - self.away

    def vorticity(self, u: Floats, v: Floats) -> Floats:
        """Cyclonic vorticity of winds in the box; arguments and result of shape (k, n), NaN at its edges.

        Notes
        -----
        zeta = (dv/dlambda - d(u cos(phi))/dphi) / (a cos(phi)) by centred differences between the cells looked at.
        """
        discs, shape = self.discs, (*self.box.shape, len(self.row))
        u, v = u.reshape(shape), v.reshape(shape)
        cos, phi = discs.cos[self.rows], discs.phi[self.rows]
        here = cos[1:-1] * np.where(self.discs.grid.lat[self.rows[1:-1]] < 0, -EARTH_RADIUS_M, EARTH_RADIUS_M)
        here[(cos[1:-1] < LEAST_COS) | self._beyond[2:] | self._beyond[:-2]] = np.nan
        turn = 2 * np.sin(discs.stride[self.row] * np.radians(cells.spacing(discs.grid))).astype(np.float32)
        across = v[1:-1, 2:] - v[1:-1, :-2]
        across *= (1 / (here * turn))[:, np.newaxis]
        momentum = u[:, 1:-1] * cos[:, np.newaxis]
        along = momentum[2:] - momentum[:-2]
        along *= (1 / (here * (phi[2:] - phi[:-2])))[:, np.newaxis]
        found = np.full(shape, np.nan, np.float32)
        np.subtract(across, along, out=found[1:-1, 1:-1])
        if not discs.grid.periodic:
            aside = self._aside != 0
            found[1:-1, 1:-1][:, aside[2:] | aside[:-2]] = np.nan
        return found.reshape(self.box.size, -1)

    @functools.cached_property
    def _rows(self) -> Ints:
        return self.row + np.arange(-self.box.height, self.box.height + 1)[:, np.newaxis]

    @functools.cached_property
    def _beyond(self) -> Bools:
        return np.asarray(self._rows != self.rows)

    @functools.cached_property
    def _eastward(self) -> Ints:
        """Columns to the east of the nearest cell, shape (ncolumns, n)."""
        return np.arange(-self.box.width, self.box.width + 1)[:, np.newaxis] * self.discs.stride[self.row]

    @functools.cached_property
    def _columns(self) -> Ints:
        return self.column + self._eastward

    @functools.cached_property
    def _aside(self) -> Ints:
        """1 for columns east of the grid's, -1 for those west of them."""
        nlon = len(self.discs.grid.lon)
        return (self._columns >= nlon).astype(np.intp) - (self._columns < 0)

    @functools.cached_property
    def _haversine(self) -> Floats:
        """Of the cells' distances, float32, shape (nrows, ncolumns, n); above 1 for those not on the grid."""
        north = np.sin((self.discs.phi[self.rows] - self.phi) * np.float32(0.5))
        north *= north
        north[self._beyond] = 2.0
        sine = np.sin(self.east * np.float32(0.5))
        sine *= sine
        haversine = (np.cos(self.phi) * self.discs.cos[self.rows])[:, np.newaxis] * sine
        haversine += north[:, np.newaxis]
        nlon = len(self.discs.grid.lon)
        if not self.discs.grid.periodic:
            haversine[:, self._aside != 0] = 2.0
        elif self.box.laps:
            haversine[:, (2 * self._eastward > nlon) | (2 * self._eastward <= -nlon)] = 2.0
        return haversine


EARTH_RADIUS_M = np.float32(1000.0 * sphere.EARTH_RADIUS_KM)

LEAST_COS = np.float32(0.02)
"""Cosine of the latitude (88.9 degrees) beyond which vorticity is not made."""


@dataclass(frozen=True)
class Near:
    """The cells within a distance of n positions, among k of a box.

    Attributes
    ----------
    disc : Disc
    outside : ndarray of bool, shape (k, n)
        Which cells are farther away.
    """

    disc: Disc
    outside: Bools

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
        return lowest, self.disc.index[place, which]

    def range_of(self, values: Floats) -> Floats:
        """Highest minus lowest value, shape (n,); NaN where there is none."""
        found = (values - self.far).max(axis=0) - (values + self.far).min(axis=0)
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
        phi, discs, rows = self.disc.phi, self.disc.discs, self.disc.rows
        along = north * np.sin(self.disc.east) + (east * np.sin(phi)) * np.cos(self.disc.east)
        side = discs.cos[rows][:, np.newaxis] * along
        side -= (east * np.cos(phi) * np.sin(discs.phi[rows]))[:, np.newaxis]
        return side.reshape(self.outside.shape)

    @functools.cached_property
    def far(self) -> Floats:
        """Very much for cells outside, 0 inside; float32, shape (k, n)."""
        return self.outside.astype(np.float32) * FAR

    @functools.cached_property
    def area(self) -> Floats:
        """Area of the cells inside, 0 for those outside; float32, shape (k, n)."""
        inside = (~self.outside).astype(np.float32).reshape(*self.disc.box.shape, -1)
        inside *= self.disc.discs.area[self.disc.rows][:, np.newaxis]
        return inside.reshape(self.outside.shape)


def _mean(values: Floats, weight: Floats) -> Floats:
    if values.shape[1] == 1:  # of one position NumPy would add in another order than of several
        return _mean(np.repeat(values, 2, axis=1), np.repeat(weight, 2, axis=1))[:1]
    total, whole = (values * weight).sum(axis=0), weight.sum(axis=0)
    unknown = np.isnan(total)
    if unknown.any():
        known = ~np.isnan(values)
        np.copyto(whole, (weight * known).sum(axis=0), where=unknown)
        np.copyto(total, (np.where(known, values, np.float32(0)) * weight).sum(axis=0), where=unknown)
    whole[whole == 0] = np.nan
    return total / whole
