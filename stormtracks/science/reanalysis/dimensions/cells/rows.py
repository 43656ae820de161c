"""Cells in rows round the Earth, as of reduced Gaussian, octahedral and HEALPix grids: along rows, then between them.

Linear between two neighbours, or cubic among four: half way between the parabolas through three of them (Catmull and
Rom 1974; Overhauser 1968), which damps what is small five times less.
"""

from dataclasses import dataclass

import numpy as np

from stormtracks.science.arrays import Bools, Floats, Ints

_APART = 1e-3
"""Degrees of latitude that two rows are apart at least; the rows of a grid of 1 km are 0.01."""
_EVEN = 0.1
"""Largest departure of a longitude from even spacing, in steps."""
_FEWEST = 4
"""Cells in a row: the rows of HEALPix next to a pole."""
_TO_POLE = 2.0
"""The outermost rows may be this far from the poles, in distances between rows."""
_LINEAR = np.array([0, 1])
_CUBIC = np.array([-1, 0, 1, 2])
"""Neighbours that are taken: which of them, from the one to the south or west."""
SHORT = {"linear": 72, "cubic": 24}
"""Below so many cells in a row, winds that blow across a pole, cos(lon), are not exact to 1e-3 between them."""


@dataclass(frozen=True)
class Rows:
    """Rows of cells, south to north.

    Attributes
    ----------
    lat : ndarray of float64, shape (rows,)
        Degrees north, ascending.
    first : ndarray of float64, shape (rows,)
        Longitude of the first cell of each, degrees east.
    counts : ndarray of int64, shape (rows,)
        Cells of each, evenly spaced round the Earth.
    order : ndarray of int64, shape (cells,)
        Which stored cell is the first of the southern row, the second, and so on.
    """

    lat: Floats
    first: Floats
    counts: Ints
    order: Ints


def find(lat: Floats, lon: Floats) -> Rows | None:
    """The rows that cells lie in, whatever their order; None where they are not evenly spaced round the Earth.

    Parameters
    ----------
    lat, lon : ndarray of float64, shape (cells,)
        Degrees.
    """
    by_lat = np.argsort(lat, kind="stable")
    row = np.empty(len(lat), np.int64)
    row[by_lat] = np.concatenate([[0], np.cumsum(np.diff(lat[by_lat]) > _APART)])
    counts = np.bincount(row)
    if counts.min() < _FEWEST or len(counts) < _FEWEST:
        return None
    east = np.where(lon % 360 > 360 - 1e-6, 0.0, lon % 360)
    order = np.lexsort((east, row))
    starts = np.cumsum(counts) - counts
    first = east[order[starts]]
    step = np.repeat(360 / counts, counts)
    even = np.repeat(first, counts) + (np.arange(len(lat)) - np.repeat(starts, counts)) * step
    latitudes = lat[order[starts]]
    apart = np.diff(latitudes)
    reaches = max(90 + latitudes[0], 90 - latitudes[-1]) <= _TO_POLE * apart.max()
    if not reaches or (abs(east[order] - even) > _EVEN * step).any():
        return None
    return Rows(latitudes, first, counts, order)


def weights(rows: Rows, lat: Floats, lon: Floats, kind: str) -> tuple[Ints, Floats, Bools]:
    """The cells around each point, and what each counts.

    Parameters
    ----------
    rows : Rows
    lat, lon : ndarray of float64, shape (points,)
        Degrees.
    kind : str
        "linear" or "cubic".

    Returns
    -------
    cells : ndarray of int64, shape (points, 4 or 16)
    shares : ndarray of float64, shape (points, 4 or 16)
        Their sum is 1. Beyond the outermost row it is that row alone.
    near_pole : ndarray of bool, shape (points,)
        Where a row is short or there is none between the point and a pole, so that another way is better.
    """
    last = len(rows.lat) - 1
    south = np.clip(np.searchsorted(rows.lat, lat, side="right") - 1, 0, last - 1)
    share = np.clip((lat - rows.lat[south]) / (rows.lat[south + 1] - rows.lat[south]), 0, 1)
    offsets, of_rows = _LINEAR, np.stack([1 - share, share], axis=1)
    has_four = (south > 0) & (south < last - 1)
    if kind == "cubic":
        offsets = _CUBIC
        around = rows.lat[np.clip(south[:, None] + offsets, 0, last)]
        of_rows = np.pad(of_rows, ((0, 0), (1, 1)))
        of_rows[has_four] = _of_four_rows(around[has_four], lat[has_four], share[has_four])
    cells, shares = [], []
    for offset, of_row in zip(offsets, of_rows.T, strict=True):
        along, of_along = _along(rows, np.clip(south + offset, 0, last), lon, kind)
        cells.append(along)
        shares.append(of_along * of_row[:, None])
    is_short = np.minimum(rows.counts[south], rows.counts[south + 1]) < SHORT[kind]
    beyond = (lat < rows.lat[0]) | (lat > rows.lat[-1]) | ((kind == "cubic") & ~has_four)
    return np.concatenate(cells, axis=1), np.concatenate(shares, axis=1), is_short | beyond


def _of_four_rows(around: Floats, lat: Floats, share: Floats) -> Floats:
    """What the four rows around points count; rows may be unevenly spaced. Shape (points, 4)."""
    southern, northern = _parabola(around[:, :3], lat), _parabola(around[:, 1:], lat)
    return (1 - share)[:, None] * np.pad(southern, ((0, 0), (0, 1))) + share[:, None] * np.pad(
        northern, ((0, 0), (1, 0))
    )


def _parabola(places: Floats, at: Floats) -> Floats:
    """What three places count for a point on the parabola through them; shape (points, 3)."""
    away = at[:, None] - places
    one, two, three = places.T
    return np.stack(
        [
            away[:, 1] * away[:, 2] / ((one - two) * (one - three)),
            away[:, 0] * away[:, 2] / ((two - one) * (two - three)),
            away[:, 0] * away[:, 1] / ((three - one) * (three - two)),
        ],
        axis=1,
    )


def _along(rows: Rows, row: Ints, lon: Floats, kind: str) -> tuple[Ints, Floats]:
    """The two or four cells of a row around a longitude, and their shares."""
    counts = rows.counts[row]
    at = ((lon - rows.first[row]) % 360) * counts / 360
    west = np.floor(at).astype(np.int64)
    share = at - west
    offsets, shares = (_CUBIC, _evenly(share)) if kind == "cubic" else (_LINEAR, np.stack([1 - share, share], axis=1))
    starts = (np.cumsum(rows.counts) - rows.counts)[row]
    return rows.order[starts[:, None] + (west[:, None] + offsets) % counts[:, None]], shares


def _evenly(share: Floats) -> Floats:
    """What four evenly spaced cells count for a point between the second and the third."""
    two, three = share**2, share**3
    return (
        np.stack([2 * two - share - three, 2 - 5 * two + 3 * three, share + 4 * two - 3 * three, three - two], axis=1)
        / 2
    )
