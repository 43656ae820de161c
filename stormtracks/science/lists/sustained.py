"""What a track holds for some hours in all: the values of its points in order of size."""

import numpy as np

from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.ragged import Ragged
from stormtracks.science.records import TimeAxis


def steps_of(hours: float, axis: TimeAxis) -> int:
    """Points of a track, neither more nor less, whose first and last are so many hours apart; one at least.

    Examples
    --------
    >>> import numpy as np
    >>> from stormtracks.science.lists.sustained import steps_of
    >>> from stormtracks.science.records import TimeAxis
    >>> steps_of(24.0, TimeAxis(np.array(["2005-08-28T00", "2005-08-28T06"], "datetime64[s]"), np.array([0.0, 6.0])))
    5
    """
    return int(np.ceil(hours / axis.step_hours - 1e-6)) + 1 if axis.step_hours else 1


def sustained(values: Floats, where: Bools, tracks: Ragged, count: int | Ints) -> Floats:
    """The value that a track reaches or exceeds at `count` of its points.

    Parameters
    ----------
    values : ndarray of float, shape (npoints,)
        NaN where it is not known.
    where : ndarray of bool, shape (npoints,)
        Points that count.
    tracks : Tracks
    count : int or ndarray of int, shape (ntracks,)
        1 or more.

    Returns
    -------
    ndarray of float, shape (ntracks,)
        -inf for a track with fewer such points.

    Examples
    --------
    >>> import numpy as np
    >>> from stormtracks.science.lists.sustained import sustained
    >>> from stormtracks.science.ragged import Ragged
    >>> two = Ragged()
    >>> two.row_size = np.array([3, 2])
    >>> sustained(np.array([5.0, 9.0, 7.0, 4.0, np.nan]), np.ones(5, bool), two, 2).tolist()
    [7.0, -inf]
    """
    if not len(tracks):
        return np.zeros(0)
    counted = np.where(where & ~np.isnan(values), values, -np.inf)
    ordered = counted[np.lexsort((-counted, tracks.row))]
    enough = tracks.row_size >= count
    place = tracks.start + np.where(enough, count, 1) - 1
    return np.where(enough, ordered[place], -np.inf)


def number(where: Bools, tracks: Ragged) -> Ints:
    """How many points of each track are chosen, shape (ntracks,)."""
    return np.bincount(tracks.row[where], minlength=len(tracks))


def mean(values: Floats, where: Bools, tracks: Ragged) -> Floats:
    """Mean of each track over its chosen points with a value, shape (ntracks,); NaN without any."""
    chosen = where & ~np.isnan(values)
    total = np.bincount(tracks.row[chosen], values[chosen], minlength=len(tracks))
    with np.errstate(invalid="ignore"):
        return np.divide(total, number(chosen, tracks))


def bridged(where: Bools, tracks: Ragged, most: int) -> Bools:
    """The chosen points and those between two of them that are at most `most` points of their track apart.

    Examples
    --------
    >>> import numpy as np
    >>> from stormtracks.science.lists.sustained import bridged
    >>> from stormtracks.science.ragged import Ragged
    >>> one = Ragged()
    >>> one.row_size = np.array([6])
    >>> bridged(np.array([True, False, True, False, False, True]), one, 2).tolist()
    [True, True, True, False, False, True]
    """
    filled = where.copy()
    chosen = np.flatnonzero(where)
    apart, same = np.diff(chosen), np.diff(tracks.row[chosen]) == 0
    for before in np.flatnonzero(same & (apart > 1) & (apart <= most)):
        filled[chosen[before] : chosen[before + 1]] = True
    return filled
