"""How much a field rises around its lowest place: closed contours, looked for along rays."""

from dataclasses import dataclass

import numpy as np

from stormtracks.science import sphere
from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.records import Grid
from stormtracks.science.track_fields.cells import Table, nearest_row

BEARINGS = 16
"""Rays from each place; the first goes north."""

ENOUGH_BEARINGS = 12
"""So many rays must be known, else the depth is not."""

LEAST_SAMPLES = 8
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
        self.table = _RayTable.of(grid, radius_deg)

    def rise(self, flat: Floats, field: Ints, row: Ints, column: Ints, start: Floats) -> Floats:
        """The least, over the rays, of the highest rise on the way.

        Parameters
        ----------
        flat : ndarray of float32, shape (nfields * nlat * nlon,)
        field, row, column : ndarray of int, shape (n,)
            The places.
        start : ndarray of float32, shape (n,)
            The field there.

        Returns
        -------
        ndarray of float32, shape (n,)
            In the field's unit. A contour of any smaller rise is closed around the place. Below 0 where a ray only goes
            down; NaN where too little is known.

        Notes
        -----
        A ray is made of its nearest cells. What it lacks (a missing value, the outside of a regional grid) is left out;
        a ray that lacks more than half of its way is not known. A place needs `ENOUGH_BEARINGS` rays.
        """
        rise = np.empty(len(row), np.float32)
        for part in sphere.parts(np.full(len(row), self.table.rows.shape[1])):
            rise[part] = self._rise(flat, field[part], row[part], column[part], start[part])
        return rise

    def _rise(self, flat: Floats, field: Ints, row: Ints, column: Ints, start: Floats) -> Floats:
        found = self.table.cells(field, row, column).values(flat).reshape(len(row), -1, BEARINGS)
        highest = found[:, 0]
        for along in range(1, found.shape[1]):
            highest = np.maximum(highest, found[:, along])
        least = highest
        while least.shape[1] > 1:  # by halves: NumPy reduces short rows slowly
            half = least.shape[1] // 2
            least = np.minimum(least[:, :half], least[:, half:])
        rise = least[:, 0] - start
        lacking = np.flatnonzero(np.isnan(rise))
        rise[lacking] = self._of_known(found[lacking], self.table.samples[row[lacking]]) - start[lacking]
        return rise

    @staticmethod
    def _of_known(found: Floats, samples: Ints) -> Floats:
        """The least of the rays' highest values where some are missing; arguments of shape (n, along, bearing)."""
        known = (samples > 0) & ~np.isnan(found)
        highest = np.where(known, found, -np.inf).max(axis=1)
        enough = 2 * (samples * known).sum(axis=1) >= samples.sum(axis=1)
        least = np.where(enough, highest, np.inf).min(axis=1)
        return np.where(enough.sum(axis=1) >= ENOUGH_BEARINGS, least, np.nan).astype(np.float32)


@dataclass(frozen=True)
class _RayTable(Table):
    """Cells of the rays: shape (nlat, along * BEARINGS), the first of all rays, then the second.

    Attributes
    ----------
    samples : ndarray of int, shape (nlat, along, BEARINGS)
        How much of the ray lies in the cell; 0 where a ray has fewer cells than others and its last one stands again.
    """

    samples: Ints

    @classmethod
    def of(cls, grid: Grid, radius_deg: float) -> "_RayTable":
        """The table of a whole grid."""
        rows, columns, beyond = _samples(grid, radius_deg)
        fresh = _changes(rows, np.arange(len(grid.lat))[:, np.newaxis])
        fresh |= _changes(columns, np.zeros(1, np.intp)) | _changes(beyond, np.zeros(1, bool))
        length = np.maximum(fresh.sum(axis=-1), 1)
        # The samples that enter a cell, in their order; then the last of them again and again.
        order = np.argsort(~fresh, axis=-1, kind="stable")[..., : length.max()]
        along = np.minimum(np.arange(length.max()), length[..., np.newaxis] - 1)
        order = np.take_along_axis(order, along, axis=-1)

        def picked(table: np.ndarray) -> np.ndarray:
            return np.take_along_axis(table, order, axis=-1).transpose(0, 2, 1).reshape(len(grid.lat), -1)

        until = np.where(
            np.arange(length.max()) < length[..., np.newaxis] - 1, np.roll(order, -1, axis=-1), fresh.shape[-1]
        )
        samples = np.where(np.arange(length.max()) < length[..., np.newaxis], until - order, 0).transpose(0, 2, 1)
        return cls(grid, np.arange(len(rows)), picked(rows), picked(columns), picked(beyond), samples)


def _samples(grid: Grid, radius_deg: float) -> tuple[Ints, Ints, Bools]:
    """Nearest row, columns to the east, and whether it is north or south of the grid; shape (nlat, BEARINGS, n)."""
    spacing = min(float(np.diff(grid.lat).min()), float(grid.lon[1] - grid.lon[0]))
    count = max(LEAST_SAMPLES, int(np.ceil(2 * radius_deg / spacing)))
    bearing = np.radians(np.arange(BEARINGS) * 360.0 / BEARINGS)[:, np.newaxis]
    way = np.radians(radius_deg * np.arange(1, count + 1) / count)
    phi = np.radians(grid.lat)[:, np.newaxis, np.newaxis]
    sine = np.sin(phi) * np.cos(way) + np.cos(phi) * np.sin(way) * np.cos(bearing)
    lat = np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0)))
    east = np.arctan2(np.sin(bearing) * np.sin(way) * np.cos(phi), np.cos(way) - np.sin(phi) * sine)
    rows, on_grid = nearest_row(grid, lat)
    columns = np.rint(np.degrees(east) / (grid.lon[1] - grid.lon[0])).astype(np.intp)
    if grid.periodic:
        columns = (columns + len(grid.lon) // 2) % len(grid.lon) - len(grid.lon) // 2
    return rows, columns, ~on_grid


def _changes(cells: Ints | Bools, first: Ints | Bools) -> Bools:
    """Where a sample's row, say, is another than before, or than the place's own; along the last axis."""
    before = np.concatenate([np.broadcast_to(first[..., np.newaxis], (*cells.shape[:-1], 1)), cells[..., :-1]], axis=-1)
    return cells != before
