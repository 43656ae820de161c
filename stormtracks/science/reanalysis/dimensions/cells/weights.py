"""From the values of cells, which have no rows and columns, to those of an even grid: a sparse matrix."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from stormtracks.science import sphere
from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.dimensions.cells import caps, hull, rows
from stormtracks.science.records import Grid

FORMAT = 1
"""Of the weights: another number, where the same cells get others."""
STEPS = (0.25, 0.3, 0.4, 0.5, 0.6, 0.75, 1, 1.25, 1.5, 2, 2.5, 3, 3.75, 5, 7.5, 10)
"""Degrees that an even grid has by itself: ERA5's own at the least, since the weights of 0.1 degrees take 700 MB."""
_MUCH_COARSER = 2.5
"""From so many distances of cells on linear weights do: they damp 2 % there, and reading costs a third."""
_AT_ONCE = 20_000
"""Points of the grid: cells in triangles need 10 kB for each meanwhile."""
_LEAST = 1e-5
"""Shares below this are left out, so that a missing value counts only where it matters."""


class _Around(NamedTuple):
    """How the cells around points are found: a name, and what has cells, shares, and whether a pole is too near."""

    method: str
    weights: Callable[[Floats, Floats], tuple[Ints, Floats, Bools]]


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
    from scipy import sparse  # a third of a slot's start-up time, and few data have cells

    grid, is_much_coarser = even_grid(step), step >= _MUCH_COARSER * distance(len(lat))
    order = np.lexsort((lon, lat))  # what is as near as another is chosen alike, in whatever order cells are stored
    lat, lon = lat[order], lon[order]
    around = _in_rows(lat, lon, is_much_coarser) or _in_triangles(lat, lon, is_much_coarser)
    at_lat, at_lon = (one.ravel() for one in np.meshgrid(grid.lat, grid.lon, indexing="ij"))
    parts = np.split(np.arange(len(at_lat)), range(_AT_ONCE, len(at_lat), _AT_ONCE))
    polar = caps.Caps(lat, lon)
    matrix = sparse.vstack([_of_points(at_lat[part], at_lon[part], around, polar) for part in parts], format="csr")
    matrix.indices = order[matrix.indices].astype(matrix.indices.dtype)
    matrix.has_sorted_indices = False
    matrix.sort_indices()
    return Weights(matrix, grid, around.method)


@functools.lru_cache(16)
def even_grid(step: float) -> Grid:
    """The grid of so many degrees, poles included; one object for all that lies on it.

    Raises
    ------
    InputError
        180 degrees are not a whole multiple of it.
    """
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
    """Degrees of the finest usual grid that is not finer than the cells, nor than 0.25 degrees."""
    return float(next((step for step in STEPS if step >= distance(cells)), STEPS[-1]))


def _in_rows(lat: Floats, lon: Floats, is_much_coarser: bool) -> _Around | None:
    """The way for cells that lie in rows; None where they do not."""
    found = rows.find(lat, lon)
    if found is None:
        return None
    kind = "linear" if is_much_coarser else "cubic"
    return _Around(f"{kind} rows", functools.partial(rows.weights, found, kind=kind))


def _in_triangles(lat: Floats, lon: Floats, is_much_coarser: bool) -> _Around:
    triangles = hull.Triangles(sphere.unit_vectors(lat, lon))
    kind = "linear" if is_much_coarser else "quadratic"
    reach = hull.FROM_POLE[kind] * distance(len(lat))

    def weights(at_lat: Floats, at_lon: Floats) -> tuple[Ints, Floats, Bools]:
        return *triangles.weights(sphere.unit_vectors(at_lat, at_lon), kind), 90 - abs(at_lat) < reach

    return _Around(f"{kind} triangles", weights)


def _of_points(lat: Floats, lon: Floats, around: _Around, polar: caps.Caps) -> Any:
    """The rows of the matrix of some points."""
    cells, shares, near_pole = around.weights(lat, lon)
    matrix = _matrix(cells, shares, polar.cells)
    at = np.flatnonzero(near_pole)
    if len(at):
        cells, shares, exact = polar.weights(lat[at], lon[at])
        matrix = _replaced(matrix, at[exact], _matrix(cells[exact], shares[exact], polar.cells))
    return _without_least(matrix)


def _matrix(cells: Ints, shares: Floats, of: int) -> Any:
    """The sparse matrix of some rows of shares; a cell that is there twice counts with the sum."""
    from scipy import sparse

    points, each = cells.shape
    ends = np.arange(points + 1) * each
    found = sparse.csr_matrix((shares.ravel(), cells.ravel(), ends), shape=(points, of))
    found.sum_duplicates()
    return found


def _replaced(matrix: Any, at: Ints, others: Any) -> Any:
    """The matrix with some of its rows replaced."""
    from scipy import sparse

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
    return matrix.astype(np.float32)
