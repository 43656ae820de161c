"""Points of all tracks -> windows of time, with the tracks that begin in each and all that those can be near there.

A track that ends soon after it began lies in one window whole, so that what it meets is known at once. Of a longer one
a piece lies in each second window.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.consensus.grouping.points import Points


@dataclass(frozen=True)
class Window:
    """Two spans of time steps: the pieces that begin in the first one, and what there is later than these.

    Attributes
    ----------
    until : int
        Time step at which the next window begins: no later one has what lies before it.
    lat, lon : ndarray of float64, shape (n,)
        Degrees, piece after piece.
    step : ndarray of int32, shape (n,)
        From the first one of the window on.
    ends : ndarray of int64, shape (npieces + 1,)
        Where the points of each piece begin, and those of the last one end.
    track, member : ndarray of int32, shape (npieces,)
        One piece per track.
    own : ndarray of bool, shape (npieces,)
        Which begin in the first span. Two pieces of which one is own are met in this window, and in no other.
    whole : ndarray of bool, shape (npieces,)
        Own ones that are all of their track, and others that are the beginning of it: two that are whole meet nowhere
        else.
    """

    until: int
    lat: Floats
    lon: Floats
    step: Ints
    ends: Ints
    track: Ints
    member: Ints
    own: Bools
    whole: Bools


def windows(points: Points, steps: int) -> Iterator[Window]:
    """Windows of two spans of so many steps, each of which begins with the second span of the last one."""
    span = (points.time // steps).astype(np.uint16 if len(points.times) <= steps << 16 else np.int32)
    order = np.argsort(span, kind="stable").astype(np.int32)  # which sorts short numbers by their digits
    ends = np.cumsum([0, *np.bincount(span), 0]).tolist()
    track, begin, end = points.track, points.span[0] // steps, points.span[1] // steps
    for number in range(len(ends) - 2):
        middle, stop = ends[number + 1 : number + 3]
        rows = order[ends[number] : middle]
        rows = rows[(begin[track[rows]] - number) % 2 == 0]  # the others are of pieces of the window before
        if not len(rows):
            continue
        rows = np.sort(np.concatenate([rows, order[middle:stop]]))  # piece after piece, as tracks are
        starts = np.flatnonzero(np.diff(track[rows], prepend=-1))
        of = track[rows[starts]]
        own = (begin[of] - number) % 2 == 0
        whole = np.where(own, (begin[of] == number) & (end[of] <= number + 1), begin[of] == number + 1)
        step = points.time[rows] - number * steps
        yield Window(
            (number + 1) * steps,
            points.lat[rows],
            points.lon[rows],
            step,
            np.append(starts, len(rows)),
            of,
            points.member[of],
            own,
            whole,
        )
