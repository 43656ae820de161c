"""Where the cells of a HEALPix grid lie (Gorski et al. 2005), in ring and in nested order."""

import numpy as np

from stormtracks.science.arrays import Floats, Ints

ORDERS = ("ring", "nested")
_ROW = np.array([2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4])
"""Of the southern corner of each of the twelve base cells, in rings of one base cell."""
_COLUMN = np.array([1, 3, 5, 7, 0, 2, 4, 6, 1, 3, 5, 7])


def nside(cells: int) -> int:
    """Cells along the side of a base cell; 0 where no HEALPix grid has so many cells: 12 times a square."""
    side = round((cells / 12) ** 0.5)
    return side if side > 0 and 12 * side * side == cells else 0


def places(side: int, order: str) -> tuple[Floats, Floats]:
    """Latitudes and longitudes of all cells.

    Parameters
    ----------
    side : int
        Cells along the side of a base cell; a power of 2 in nested order.
    order : str
        "ring" or "nested".

    Returns
    -------
    lat, lon : ndarray of float64, shape (12 side**2,)
        Degrees; longitudes in [0, 360).

    Examples
    --------
    >>> from stormtracks.science.reanalysis.dimensions.cells import healpix
    >>> lat, lon = healpix.places(1, "ring")
    >>> [round(float(one), 2) for one in lat[:5]], [float(one) for one in lon[:5]]
    ([41.81, 41.81, 41.81, 41.81, 0.0], [45.0, 135.0, 225.0, 315.0, 0.0])
    """
    lat, lon = _rings(side)
    if order == "ring":
        return lat, lon
    place = ring_of_nested(side)
    return lat[place], lon[place]


def ring_of_nested(side: int) -> Ints:
    """The place in ring order of each cell in nested order; shape (12 side**2,)."""
    cell = np.arange(12 * side * side)
    base, within = np.divmod(cell, side * side)
    x, y = _every_other_bit(within), _every_other_bit(within >> 1)
    ring = _ROW[base] * side - x - y - 1
    length = np.minimum(np.minimum(ring, 4 * side - ring), side)  # a quarter of the ring's cells
    shift = (ring - side) & 1
    shift[length < side] = 0
    along = (_COLUMN[base] * length + x - y + 1 + shift) // 2 - 1
    along %= 4 * length
    return _first_of(side)[ring - 1] + along


def _rings(side: int) -> tuple[Floats, Floats]:
    ring = np.arange(1, 4 * side)
    quarter = np.minimum(np.minimum(ring, 4 * side - ring), side)
    sine = np.where(quarter < side, 1 - quarter**2 / (3 * side**2), 2 * (2 * side - ring) / (3 * side))
    sine[ring > 3 * side] *= -1
    shift = np.where((quarter < side) | ((ring - side) % 2 == 0), 0.5, 0.0)  # of a cell
    counts = 4 * quarter
    along = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    lon = (along + np.repeat(shift, counts)) * np.repeat(360 / counts, counts)
    return np.repeat(np.degrees(np.arcsin(sine)), counts), lon


def _first_of(side: int) -> Ints:
    ring = np.arange(1, 4 * side)
    counts = 4 * np.minimum(np.minimum(ring, 4 * side - ring), side)
    return np.cumsum(counts) - counts


def _every_other_bit(number: Ints) -> Ints:
    """The number that the bits 0, 2, 4, ... of a number are."""
    found = np.zeros_like(number)
    for bit in range(30):
        found |= (number >> (2 * bit) & 1) << bit
    return found
