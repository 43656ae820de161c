"""Tracks -> where they come from the sea onto land, and the coast that it is."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stormtracks.science import sphere
from stormtracks.science.arrays import Bools, Floats, Ints, Times
from stormtracks.science.climatology import land
from stormtracks.science.climatology.basins import BASINS, basin
from stormtracks.science.records import Tracks

STEPS_BETWEEN = 6
"""Parts that the way from one point of a track to the next is cut into: hours, of six-hourly data."""

SAME_LANDFALL_HOURS = 24.0
"""A storm that comes back onto the same coast within this time has not made another landfall."""

COASTS = (
    ("NA", "US Gulf coast", 25.9, 31.5, -98.0, -82.0),
    ("NA", "US Atlantic coast", 24.0, 45.0, -82.0, -66.9),
    ("NA", "Canada and Greenland", 41.0, 84.0, -82.0, -20.0),
    ("NA", "Mexico, Gulf and Yucatan", 18.2, 25.9, -99.0, -86.5),
    ("NA", "Central America, Caribbean", 7.0, 18.2, -93.0, -77.0),
    ("NA", "Caribbean islands", 13.0, 27.5, -85.0, -59.0),
    ("NA", "South America, north", 0.0, 13.0, -77.0, -49.0),
    ("NA", "Europe, Mediterranean", 30.0, 72.0, -25.0, 30.0),
    ("NA", "West Africa", 0.0, 30.0, -26.0, 16.0),
    ("EP", "Mexico, Pacific", 14.6, 32.6, -118.0, -92.0),
    ("EP", "Central America, Pacific", 0.0, 14.6, -93.0, -77.0),
    ("EP", "US and Canada, Pacific", 32.6, 62.0, -170.0, -110.0),
    ("EP", "Hawaii", 18.0, 23.0, -161.0, -154.0),
    ("WP", "Philippines", 4.5, 19.5, 116.5, 127.5),
    ("WP", "Taiwan", 21.7, 25.5, 119.9, 122.3),
    ("WP", "Korea", 34.0, 43.0, 124.0, 129.5),
    ("WP", "Japan", 24.0, 46.0, 128.0, 146.5),
    ("WP", "China", 18.1, 41.0, 108.4, 124.0),
    ("WP", "Viet Nam and Thailand", 6.0, 21.7, 99.0, 110.0),
    ("WP", "Russia, Far East", 42.0, 75.0, 130.0, 180.0),
    ("NI", "Bangladesh", 21.5, 25.0, 88.0, 92.5),
    ("NI", "Myanmar", 9.0, 22.0, 92.0, 100.0),
    ("NI", "India, east, and Sri Lanka", 5.5, 22.5, 77.5, 89.0),
    ("NI", "India, west, and Pakistan", 7.5, 26.0, 61.5, 77.5),
    ("NI", "Arabia", 12.0, 30.0, 35.0, 60.5),
    ("NI", "Horn of Africa", 0.0, 12.0, 40.0, 52.0),
    ("SI", "Madagascar", -26.0, -11.5, 43.0, 51.0),
    ("SI", "Mozambique, East Africa", -35.0, 0.0, 24.0, 42.5),
    ("SI", "Australia, west and north", -36.0, -10.0, 112.0, 135.0),
    ("SP", "Australia, east and north", -40.0, -10.7, 135.0, 154.0),
    ("SP", "New Guinea", -11.0, 0.0, 130.0, 152.0),
    ("SP", "Pacific islands", -25.0, 0.0, 152.0, 230.0),
    ("SP", "New Zealand", -48.0, -34.0, 166.0, 179.0),
    ("SP", "South America, west", -56.0, 0.0, -82.0, -64.0),
    ("SA", "Brazil", -28.0, 0.0, -55.0, -34.0),
    ("SA", "South America, south-east", -56.0, -28.0, -70.0, -47.0),
    ("", "Southern Africa", -36.0, -15.0, 11.0, 36.0),
    ("", "Antarctica", -90.0, -60.0, -180.0, 180.0),
    ("", "Arctic and Siberia", 60.0, 90.0, 30.0, 190.0),
)
"""Basin of the sea ("": any), name, south, north, west, east (degrees) of each coast; the first that fits counts. The
basin parts the two sides of Central America. This project's choice."""

OTHER = len(COASTS)
"""Number of all coasts that have no name here."""


def name(coast: int) -> str:
    """Name of a coast by its number; "other" for `OTHER`."""
    return COASTS[coast][1] if coast < OTHER else "other"


@dataclass(frozen=True)
class Landfalls:
    """Where storms came onto land, in the order of the tracks and of time.

    Attributes
    ----------
    track : ndarray of int64, shape (n,)
        Number of the track.
    point : ndarray of int64, shape (n,)
        Index of the track's last point before it.
    time : ndarray of datetime64[s], shape (n,)
    lat, lon : ndarray of float64, shape (n,)
        Degrees; lon in [-180, 180).
    coast : ndarray of int64, shape (n,)
        Place in `COASTS`; `OTHER` for none of them.
    """

    track: Ints
    point: Ints
    time: Times
    lat: Floats
    lon: Floats
    coast: Ints

    def __len__(self) -> int:
        return len(self.track)


def on_land(lat: npt.ArrayLike, lon: npt.ArrayLike) -> Bools:
    """Whether positions (degrees, any longitude) lie on land of 1:110m, an array of bool in their shape.

    Examples
    --------
    >>> from stormtracks.science.climatology.coasts import on_land
    >>> on_land([30.5, 26.0], [-91.0, -91.0]).tolist()
    [True, False]
    """
    import shapely  # a slot's tracks need no land

    lat, lon = np.broadcast_arrays(np.asarray(lat, float), sphere.wrap(np.asarray(lon, float)))
    squares = land.squares()
    square = squares[np.clip(np.nan_to_num(lat) + 90, 0, 179).astype(np.intp), np.nan_to_num(lon + 180).astype(np.intp)]
    coast = np.nonzero(square == land.HAS_COAST)
    found = square == land.IS_LAND
    found[coast] = shapely.contains_xy(land.polygon(), lon[coast], lat[coast])
    return found


def landfalls(tracks: Tracks, counted: Bools | None = None) -> Landfalls:
    """Where tracks come from the sea onto land.

    Parameters
    ----------
    tracks : Tracks
    counted : ndarray of bool, shape (npoints,), optional
        Points from which a landfall counts, such as those at which the storm is tropical; none: all.

    Returns
    -------
    Landfalls

    Notes
    -----
    The way between two points is the great circle, looked at in `STEPS_BETWEEN` equal parts. A landfall is the first
    part on land after one over the sea. A storm that begins over land makes none there.

    Examples
    --------
    >>> import numpy as np
    >>> from stormtracks.science.climatology import coasts
    >>> from stormtracks.science.records import Tracks
    >>> times = np.datetime64("2005-08-29T00", "s") + 6 * np.arange(4) * np.timedelta64(1, "h")
    >>> storm = Tracks(np.array([4]), times, np.array([27.0, 28.5, 30.0, 31.5]), np.full(4, -89.6), np.ones(4),
    ...                np.arange(4))
    >>> found = coasts.landfalls(storm)
    >>> [coasts.name(coast) for coast in found.coast], str(found.time[0])
    (['US Gulf coast'], '2005-08-29T09:00:00')
    """
    first = tracks.followed
    if counted is not None:
        first = first[counted[first]]
    part = np.arange(STEPS_BETWEEN + 1) / STEPS_BETWEEN
    ends = [np.repeat(values, len(part)) for values in (first, first + 1)]
    here, there = ((tracks.lat[end], tracks.lon[end]) for end in ends)
    lat, lon = (axis.reshape(-1, len(part)) for axis in sphere.between(*here, *there, np.tile(part, len(first))))
    ashore = on_land(lat, lon)
    way, step = np.nonzero(ashore[:, 1:] & ~ashore[:, :-1])
    point, position = first[way], (lat[way, step + 1], lon[way, step + 1])
    elapsed = (tracks.time[point + 1] - tracks.time[point]).astype(np.int64) * (step + 1) // STEPS_BETWEEN
    time = tracks.time[point] + elapsed.astype("timedelta64[s]")
    coast = _coast(basin(lat[way, step], lon[way, step]), *position)
    found = Landfalls(tracks.track[point], point, time, *position, coast)
    return _only(found, _new(found))


def _coast(sea: Ints, lat: Floats, lon: Floats) -> Ints:
    """Number of the first coast that each position lies in, coming from the sea of a basin."""
    fits = [
        _from(sea, code) & (lat >= south) & (lat < north) & (np.mod(lon - west, 360.0) < east - west)
        for code, _, south, north, west, east in COASTS
    ]
    return np.select(fits, list(range(len(COASTS))), OTHER).astype(np.int64)


def _from(sea: Ints, code: str) -> Bools:
    return sea == BASINS.index(code) if code else np.ones(len(sea), bool)


def _new(found: Landfalls) -> Bools:
    """Which landfalls are not soon after one of the same storm on the same coast."""
    order = np.lexsort((found.time, found.coast, found.track))
    again = np.zeros(len(found), bool)
    one, other = order[:-1], order[1:]
    soon = (found.time[other] - found.time[one]) / np.timedelta64(1, "h") < SAME_LANDFALL_HOURS
    again[other] = soon & (found.track[one] == found.track[other]) & (found.coast[one] == found.coast[other])
    return ~again


def _only(found: Landfalls, keep: Bools) -> Landfalls:
    return Landfalls(*(getattr(found, column)[keep] for column in ("track", "point", "time", "lat", "lon", "coast")))
