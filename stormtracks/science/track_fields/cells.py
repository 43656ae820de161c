"""Cells of a grid: the nearest one to a place, their edges and areas, and rows that need tables of like width."""

import numpy as np

from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.records import Grid

WIDER = 1.6
"""Rows that need nearly as many cells are worked on together; a group needs up to so many times more than the last."""

AT_A_TIME = 1 << 16
"""Cells that are worked on in one go, to stay in a processor's cache."""


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
    inside[np.isnan(lon)] = False
    # East of the first column; on a regional grid, which may be wider than half the globe, by its middle.
    middle = 180.0 if grid.periodic else (grid.lon[-1] - grid.lon[0]) / 2
    east = (np.nan_to_num(lon) - (grid.lon[0] + middle - 180.0)) % 360.0 - (180.0 - middle)
    column = np.rint(east * (1.0 / spacing(grid))).astype(np.intp)
    if grid.periodic:
        column[column == len(grid.lon)] = 0
        return row, column, inside
    last = len(grid.lon) - 1
    inside[(column < 0) | (column > last)] = False
    return row, np.clip(column, 0, last), inside


def nearest_row(grid: Grid, lat: Floats) -> tuple[Ints, Bools]:
    """Nearest row of each latitude, and whether it lies within half a row's spacing of the grid."""
    half = np.diff(grid.lat) / 2
    row = np.searchsorted(grid.lat[:-1] + half, lat)
    return row, np.asarray((lat >= grid.lat[0] - half[0]) & (lat <= grid.lat[-1] + half[-1]), bool)


def values(flat: tuple[Floats, ...], index: Ints) -> Floats:
    """What flat fields have at some indices, as float32: the first of them minus the others, if there are any."""
    found = np.empty(index.shape, np.float32)
    np.take(flat[0], index, out=found, mode="clip")  # with "raise" NumPy would copy `out`
    for other in flat[1:]:
        found -= values((other,), index)
    return found


def spacing(grid: Grid) -> float:
    """Degrees from one column to the next."""
    return float(grid.lon[1] - grid.lon[0])


def row_edges(grid: Grid) -> Floats:
    """Latitudes half-way between the rows, and as far beyond the outer ones; degrees, shape (nlat + 1,)."""
    half = np.diff(grid.lat) / 2
    inner = grid.lat[:-1] + half
    return np.clip(np.concatenate([[grid.lat[0] - half[0]], inner, [grid.lat[-1] + half[-1]]]), -90.0, 90.0)


def areas(grid: Grid) -> Floats:
    """Area of a cell of each row, that of the largest being 1; shape (nlat,)."""
    area = np.diff(np.sin(np.radians(row_edges(grid))))
    return area / area.max()


def groups(width: Ints) -> Ints:
    """Number of the group that each row belongs to, by the number of cells that it needs; shape (nlat,)."""
    return np.ceil(np.log(width / width.min()) / np.log(WIDER) - 1e-9).astype(np.intp)


def parts(count: int, width: int) -> list[slice]:
    """Slices of `count` positions of `width` cells each that are worked on in one go."""
    few = max(1, AT_A_TIME // width)
    return [slice(first, first + few) for first in range(0, count, few)]
