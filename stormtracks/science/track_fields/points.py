"""Track points as the features are sampled at: in which field, where, and where the storm is heading."""

from dataclasses import dataclass

import numpy as np

from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.records import Tracks


@dataclass(frozen=True)
class Points:
    """Points at which fields are sampled.

    Attributes
    ----------
    field : ndarray of int, shape (n,)
        Index of each point's field: its step and member, as the first axis of the fields counts them.
    lat, lon : ndarray of float64, shape (n,)
        Degrees; lon in any range.
    east, north : ndarray of float64, shape (n,)
        Direction of the storm's motion: components of a vector of length 1; NaN where it is not known.
    """

    field: Ints
    lat: Floats
    lon: Floats
    east: Floats
    north: Floats

    def __len__(self) -> int:
        return len(self.lat)

    def take(self, index: Ints) -> "Points":
        """The points that an index array picks."""
        return Points(self.field[index], self.lat[index], self.lon[index], self.east[index], self.north[index])


def motion(tracks: Tracks) -> tuple[Floats, Floats]:
    """Direction of motion at each point of some tracks.

    Parameters
    ----------
    tracks : Tracks

    Returns
    -------
    east, north : ndarray of float64, shape (npoints,)
        Components of a vector of length 1; NaN where a track has one point or stands still.

    Notes
    -----
    The chord from the point before to the point after, laid on the plane that touches the sphere at the point. It is
    the tangent of the circle through three evenly spaced points. At a track's ends one neighbour is the point itself.
    Chords know neither the date line nor the poles.

    Examples
    --------
    >>> import numpy as np
    >>> from stormtracks.science.records import Tracks
    >>> from stormtracks.science.track_fields import motion
    >>> times = np.datetime64("2005-08-25T00", "s") + 6 * np.arange(3).astype("timedelta64[h]")
    >>> lat, lon = np.zeros(3), np.array([179.0, -180.0, -179.0])
    >>> track = Tracks(np.array([3]), times, lat, lon, np.ones(3, np.float32), np.arange(3))
    >>> east, north = motion(track)
    >>> east.round(6).tolist(), north.round(6).tolist()
    ([1.0, 1.0, 1.0], [0.0, 0.0, 0.0])
    """
    index = np.arange(len(tracks.lat))
    start = np.repeat(tracks.start, tracks.row_size)
    before = np.maximum(index - 1, start)
    after = np.minimum(index + 1, start + np.repeat(tracks.row_size, tracks.row_size) - 1)
    phi, lam = np.radians(tracks.lat), np.radians(tracks.lon)
    sin_phi, cos_phi, sin_lam, cos_lam = np.sin(phi), np.cos(phi), np.sin(lam), np.cos(lam)
    x, y, z = (one[after] - one[before] for one in (cos_phi * cos_lam, cos_phi * sin_lam, sin_phi))
    east = y * cos_lam - x * sin_lam
    north = z * cos_phi - sin_phi * (x * cos_lam + y * sin_lam)
    length = np.hypot(east, north)
    length = np.where(length > STANDS_STILL, length, np.nan)
    return east / length, north / length


STANDS_STILL = 1e-9
"""Parts of the Earth's radius (6 mm): a shorter way is rounding, and has no direction."""
