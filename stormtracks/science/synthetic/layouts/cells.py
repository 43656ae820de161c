"""Values of a regular grid at the points of another one, linear in latitude and longitude."""

import numpy as np
import scipy.sparse

from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.records import Grid


class Cells:
    """Points of a grid that has no columns.

    Parameters
    ----------
    grid : Grid
        The plan's, global, rows S->N with both poles.
    lat, lon : ndarray, shape (npoints,)
        Degrees.
    """

    def __init__(self, grid: Grid, lat: Floats, lon: Floats) -> None:
        nlat, nlon = len(grid.lat), len(grid.lon)
        row, up = _place((lat - grid.lat[0]) / (grid.lat[1] - grid.lat[0]), nlat - 2)
        column, on = _place((lon % 360) / (grid.lon[1] - grid.lon[0]), nlon - 1)
        corners = [
            ((row + north) * nlon + (column + east) % nlon, (up if north else 1 - up) * (on if east else 1 - on))
            for north in (0, 1)
            for east in (0, 1)
        ]
        places, weights = (np.stack(part, axis=-1).ravel() for part in zip(*corners, strict=True))
        begin = np.arange(0, 4 * len(lat) + 1, 4)
        self._weights = scipy.sparse.csr_array((weights, places, begin), shape=(len(lat), nlat * nlon))

    def of(self, values: Floats) -> Floats:
        """Values at the points: (..., nlat, nlon) -> (..., npoints), float32."""
        flat = values.reshape(-1, self._weights.shape[1])
        return (self._weights @ flat.T).T.astype(np.float32).reshape(*values.shape[:-2], -1)


def _place(position: Floats, last: int) -> tuple[Ints, Floats]:
    """The place before a position, and how far behind that it is."""
    before = np.clip(np.floor(position).astype(int), 0, last)
    return before, position - before
