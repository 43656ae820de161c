"""Tracks whose points stand in a table of maxima: a season of millions of points is in memory once, not twice."""

from stormtracks.science import calendars
from stormtracks.science.arrays import Bools, Floats, Ints, Times
from stormtracks.science.records import Maxima, TimeAxis, Tracks

MANY = 1 << 20
"""Maxima, or points, that take memory to speak of: some ten megabytes a column."""


def whole(maxima: Maxima, axis: TimeAxis, maximum: Ints, row_size: Ints) -> Tracks:
    """Maxima as tracks.

    Parameters
    ----------
    maxima : Maxima
    axis : TimeAxis
    maximum : ndarray of int64, shape (npoints,)
        Index of each point's maximum, track after track.
    row_size : ndarray of int32, shape (ntracks,)
    """
    return Tracks(
        row_size=row_size,
        time=axis.times[maxima.step[maximum]],
        lat=maxima.lat[maximum],
        lon=maxima.lon[maximum],
        vorticity=maxima.vorticity[maximum],
        maximum=maximum,
        calendar=calendars.in_files(axis.calendar),
    )


def looked_up(maxima: Maxima, axis: TimeAxis, maximum: Ints, row_size: Ints) -> Tracks:
    """The same; columns of many points are looked up whenever they are asked for."""
    made = LinkedTracks if len(maximum) > MANY else whole
    return made(maxima, axis, maximum, row_size)


class LinkedTracks(Tracks):
    """The same tracks, a quarter as large: times, places and vorticity are looked up whenever they are asked for.

    Whoever needs one of these arrays more than once keeps it.
    """

    _maxima: Maxima
    _axis: TimeAxis

    def __init__(self, maxima: Maxima, axis: TimeAxis, maximum: Ints, row_size: Ints) -> None:
        own = {"row_size": row_size, "maximum": maximum, "calendar": calendars.in_files(axis.calendar)}
        vars(self).update(own | {"_maxima": maxima, "_axis": axis})

    @property
    def time(self) -> Times:
        return self._axis.times[self._maxima.step[self.maximum]]

    @property
    def lat(self) -> Floats:
        return self._maxima.lat[self.maximum]

    @property
    def lon(self) -> Floats:
        return self._maxima.lon[self.maximum]

    @property
    def vorticity(self) -> Floats:
        return self._maxima.vorticity[self.maximum]

    def _with(self, row_size: Ints, points: Ints | Bools | slice) -> Tracks:
        return whole(self._maxima, self._axis, self.maximum[points], row_size)
