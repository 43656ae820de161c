"""Cells of a grid: the nearest one to a place, their edges and areas, and how closely columns lie near a pole."""

import functools

import numpy as np

from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.records import Grid

AT_A_TIME = 1 << 18
"""Cells that are worked on in one go, to stay in a processor's cache."""

FEWEST_COLUMNS = 8
"""Columns that are looked at around a pole at least."""


def nearest(grid: Grid, lat: Floats, lon: Floats) -> tuple[Ints, Ints, Floats, Bools]:
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
    aside : ndarray of float64, shape (n,)
        How far the position lies to the east of that column, in columns; -0.5 to 0.5.
    on_grid : ndarray of bool, shape (n,)
        False where a position lies more than half a cell beyond a grid's edge, or is NaN.
    """
    row, inside = nearest_row(grid, lat)
    unknown = np.isnan(lon)
    if unknown.any():
        inside[unknown], lon = False, np.where(unknown, 0.0, lon)
    # East of the first column; on a regional grid, which may be wider than half the globe, by its middle.
    first = 180.0 - (180.0 if grid.periodic else (grid.lon[-1] - grid.lon[0]) / 2)
    exact = ((lon - (grid.lon[0] - first)) % 360.0 - first) * (1.0 / spacing(grid))
    whole = np.rint(exact)
    column = whole.astype(np.intp)
    if grid.periodic:
        column[column == len(grid.lon)] = 0
        return row, column, exact - whole, inside
    last = len(grid.lon) - 1
    inside[(column < 0) | (column > last)] = False
    return row, np.clip(column, 0, last), exact - whole, inside


def nearest_row(grid: Grid, lat: Floats) -> tuple[Ints, Bools]:
    """Nearest row of each latitude, and whether it lies within half a row's spacing of the grid."""
    half = np.diff(grid.lat) / 2
    row = np.searchsorted(grid.lat[:-1] + half, lat)
    return row, np.asarray((lat >= grid.lat[0] - half[0]) & (lat <= grid.lat[-1] + half[-1]), bool)


def spacing(grid: Grid) -> float:
    """Degrees from one column to the next."""
    return float(grid.lon[1] - grid.lon[0])


@functools.lru_cache(maxsize=16)
def row_edges(grid: Grid) -> Floats:
    """Latitudes half-way between the rows, and as far beyond the outer ones; degrees, shape (nlat + 1,)."""
    half = np.diff(grid.lat) / 2
    inner = grid.lat[:-1] + half
    return np.clip(np.concatenate([[grid.lat[0] - half[0]], inner, [grid.lat[-1] + half[-1]]]), -90.0, 90.0)


@functools.lru_cache(maxsize=16)
def areas(grid: Grid) -> Floats:
    """Area of a cell of each row, that of the largest being 1; shape (nlat,)."""
    area = np.diff(np.sin(np.radians(row_edges(grid))))
    return area / area.max()


@functools.lru_cache(maxsize=16)
def strides(grid: Grid) -> Ints:
    """How many columns the cells that are looked at from each row lie apart: 1, 2, 4 and so on; shape (nlat,).

    Towards the poles, where columns lie closer together than rows, as many are left out as lets them lie no farther
    apart than rows.
    """
    closer = np.median(np.diff(grid.lat)) / (spacing(grid) * np.maximum(np.cos(np.radians(grid.lat)), 1e-6))
    most = max(1, len(grid.lon) // FEWEST_COLUMNS)
    return (2 ** np.floor(np.log2(np.clip(closer, 1, most)) + 1e-9)).astype(np.intp)


def parts(count: int, width: int) -> list[slice]:
    """Slices of `count` positions of `width` cells each that are worked on in one go."""
    few = max(1, AT_A_TIME // width)
    return [slice(first, first + few) for first in range(0, count, few)]
