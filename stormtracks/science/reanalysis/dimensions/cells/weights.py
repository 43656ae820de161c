"""From the values of cells, which have no rows and columns, to those of an even grid: a sparse matrix."""

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from stormtracks.science import sphere
from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.dimensions.cells import caps, hull, rows
from stormtracks.science.records import Grid

FORMAT = 1
"""Of the weights: another number, where the same cells get others."""
STEPS = (0.05, 0.1, 0.125, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.75, 1, 1.25, 1.5, 2, 2.5, 3, 3.75, 5, 7.5, 10)
"""Degrees that an even grid has by itself."""
_MUCH_COARSER = 2.5
"""From so many distances of cells on linear weights do: they damp 2 % there, and reading costs a third."""
_LEAST = 1e-5
"""Shares below this are left out, so that a missing value counts only where it matters."""


@dataclass(frozen=True, eq=False)
class Weights:
    """The way from cells to an even grid; as `Columns`, which is that from stored rows and columns.

    Attributes
    ----------
    matrix : scipy.sparse.csr_matrix of float32, shape (points, cells)
        Each row has the shares of some cells, of sum 1.
    grid : Grid
    method : str
        "linear rows", "cubic rows", "linear triangles" or "quadratic triangles".
    """

    matrix: Any  # scipy has no types
    grid: Grid
    method: str

    @property
    def unchanged(self) -> bool:
        """Whether values stay where they are, which they do not."""
        return False

    @property
    def step(self) -> float:
        """Degrees between two rows of the grid."""
        return float(self.grid.lat[1] - self.grid.lat[0])

    @property
    def ratio(self) -> float:
        """That in mean distances of the cells."""
        return self.step / distance(self.matrix.shape[1])

    def normalised(self, values: Floats) -> Floats:
        """Values (..., cell) on the grid: (..., lat, lon), float32; missing where a cell that matters is (NaN)."""
        of_cells = np.ascontiguousarray(values, np.float32).reshape(-1, values.shape[-1])
        found = np.empty((len(of_cells), self.matrix.shape[0]), np.float32)
        for place, one in enumerate(of_cells):  # faster than all at once: they need not be turned first
            found[place] = self.matrix @ one
        return found.reshape(*values.shape[:-1], *self.grid.shape)

    def reached(self, cells: Bools) -> Bools:
        """Which points of the grid some cells count for: (..., cell) -> (..., lat, lon)."""
        of_cells = cells.reshape(-1, cells.shape[-1]).astype(np.float32)
        found = np.stack([abs(self.matrix) @ one > 0 for one in of_cells])
        return found.reshape(*cells.shape[:-1], *self.grid.shape)


def make(lat: Floats, lon: Floats, step: float) -> Weights:
    """The weights of some cells.

    Parameters
    ----------
    lat, lon : ndarray of float64, shape (cells,)
        Where the cells lie, degrees, in the order in which their values are stored.
    step : float
        Degrees between rows and columns of the grid, of which 180 is a whole multiple.

    Returns
    -------
    Weights

    Raises
    ------
    InputError
        The cells do not go round the whole Earth; the message begins with a verb.

    Examples
    --------
    >>> import numpy as np
    >>> from stormtracks.science.reanalysis.dimensions.cells import healpix, weights
    >>> lat, lon = healpix.places(8, "ring")
    >>> found = weights.make(lat, lon, 10)
    >>> found.normalised(lat).shape, round(float(found.normalised(lat)[12, 0]), 3)
    ((19, 36), 30.0)
    """
    grid, is_much_coarser = even_grid(step), step >= _MUCH_COARSER * distance(len(lat))
    order = np.lexsort((lon, lat))  # what is as near as another is chosen alike, in whatever order cells are stored
    lat, lon = lat[order], lon[order]
    at_lat, at_lon = (one.ravel() for one in np.meshgrid(grid.lat, grid.lon, indexing="ij"))
    found = rows.find(lat, lon)
    if found is None:
        kind = ("linear", "quadratic")[not is_much_coarser]
        near_pole = 90 - abs(at_lat) < hull.FROM_POLE[kind] * distance(len(lat))
        cells, shares = hull.weights(sphere.unit_vectors(lat, lon), sphere.unit_vectors(at_lat, at_lon), kind)
    else:
        kind = ("linear", "cubic")[not is_much_coarser]
        cells, shares, near_pole = rows.weights(found, at_lat, at_lon, kind)
    plain = _matrix(cells, shares, len(lat))
    at = np.flatnonzero(near_pole)
    cells, shares, exact = caps.weights(lat, lon, at_lat[at], at_lon[at])
    matrix = _replaced(plain, at[exact], _matrix(cells[exact], shares[exact], len(lat)))
    matrix.indices = order[matrix.indices].astype(matrix.indices.dtype)
    matrix.has_sorted_indices = False
    return Weights(_without_least(matrix), grid, f"{kind} {'rows' if found else 'triangles'}")


@functools.lru_cache(16)
def even_grid(step: float) -> Grid:
    """The grid of so many degrees, poles included; one object for all that lies on it."""
    rows_ = round(180 / step)
    if abs(rows_ * step - 180) > 1e-6 * step or rows_ < 3:
        raise InputError(
            f"a grid of {step:g} degrees does not go from pole to pole; choose a divisor of 180, such as 1"
        )
    lat, lon = np.linspace(-90, 90, rows_ + 1), np.arange(2 * rows_) * (180 / rows_)
    return Grid(np.round(lat, 9), np.round(lon, 9), True)


def distance(cells: int) -> float:
    """The mean distance of cells that cover the Earth, degrees."""
    return float(np.degrees(np.sqrt(4 * np.pi / cells)))


def finest_step(cells: int) -> float:
    """Degrees of the finest usual grid that is no finer than the cells."""
    return float(next((step for step in STEPS if step >= distance(cells)), STEPS[-1]))


def _matrix(cells: Ints, shares: Floats, of: int) -> Any:
    """The sparse matrix of some rows of shares; a cell that is there twice counts with the sum."""
    points, each = cells.shape
    ends = np.arange(points + 1) * each
    found = sparse.csr_matrix((shares.ravel(), cells.ravel(), ends), shape=(points, of))
    found.sum_duplicates()
    return found


def _replaced(matrix: Any, at: Ints, others: Any) -> Any:
    """The matrix with some of its rows replaced."""
    stacked = sparse.vstack([matrix, others], format="csr")
    place: Ints = np.arange(matrix.shape[0])
    place[at] = matrix.shape[0] + np.arange(len(at))
    return stacked[place]


def _without_least(matrix: Any) -> Any:
    """The matrix in float32 without its least shares, of rows of sum 1."""
    kept: Bools = abs(matrix.data) >= _LEAST
    matrix.data[~kept] = 0
    matrix.eliminate_zeros()
    sums = np.asarray(matrix.sum(axis=1)).ravel()
    matrix.data /= np.repeat(sums, np.diff(matrix.indptr))
    matrix.sort_indices()
    return matrix.astype(np.float32)
