"""Points of all tracks -> those of some time steps, piece after piece of a track."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.consensus.grouping.points import Points


@dataclass(frozen=True)
class Block:
    """The points of some time steps, and the pieces of tracks that they are.

    Attributes
    ----------
    lat, lon : ndarray of float64, shape (n,)
        Degrees.
    step : ndarray of int32, shape (n,)
        From the first of these steps on.
    starts : ndarray of int64, shape (npieces,)
        Index of each piece's first point.
    track, member : ndarray of int32, shape (npieces,)
        Ascending.
    """

    lat: Floats
    lon: Floats
    step: Ints
    starts: Ints
    track: Ints
    member: Ints


def blocks(points: Points, steps: int) -> Iterator[tuple[int, Block]]:
    """First step of each block of so many that has points, and the block."""
    number = points.time // steps
    narrow = number.astype(np.uint16) if len(points.times) <= steps << 16 else number  # which is sorted by digits
    order, track = np.argsort(narrow, kind="stable").astype(np.int32), points.track
    ends = np.cumsum([0, *np.bincount(number)]).tolist()
    for block in range(len(ends) - 1):
        rows = order[ends[block] : ends[block + 1]]
        if len(rows):
            starts = np.flatnonzero(np.diff(track[rows], prepend=-1))
            of = track[rows[starts]]
            step = points.time[rows] - block * steps
            yield block * steps, Block(points.lat[rows], points.lon[rows], step, starts, of, points.member[of])
