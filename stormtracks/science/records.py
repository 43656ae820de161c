"""The nouns that pass from stage to stage: arrays with names, not objects per point."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stormtracks.science.errors import InputError


@dataclass(frozen=True, eq=False)  # hashable by identity, so that what is derived from a grid can be cached
class Grid:
    """A latitude-longitude grid as every stage sees it: south to north, west to east.

    Attributes
    ----------
    lat : ndarray of float64, shape (nlat,)
        Degrees north, ascending; even or Gaussian spacing.
    lon : ndarray of float64, shape (nlon,)
        Degrees east, ascending, evenly spaced, first in [0, 360) (later ones may pass 360 on a regional grid).
    periodic : bool
        Whether the last longitude is followed by the first.
    """

    lat: np.ndarray
    lon: np.ndarray
    periodic: bool

    @property
    def shape(self):
        """(nlat, nlon)."""
        return len(self.lat), len(self.lon)


@dataclass(frozen=True)
class TimeAxis:
    """The times of a season.

    Attributes
    ----------
    times : ndarray of datetime64[s], shape (nt,)
        Dates as the file's own calendar gives them (UTC), strictly ascending.
    hours : ndarray of float64, shape (nt,)
        Elapsed hours since the first time in that calendar; what speeds are reckoned with.
    calendar : str
        CF calendar of the file.
    """

    times: np.ndarray
    hours: np.ndarray
    calendar: str = "standard"

    def __len__(self):
        return len(self.times)

    @property
    def step_hours(self):
        """The data's time step: the commonest difference between neighbours (0 for a single time)."""
        if len(self.hours) < 2:
            return 0.0
        values, counts = np.unique(np.round(np.diff(self.hours), 6), return_counts=True)
        return float(values[np.argmax(counts)])


@dataclass(frozen=True)
class InputFile:
    """A file that a result was made from: path, size in bytes, time of last change (ns since 1970)."""

    path: Path
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path):
        """Look at the file now."""
        try:
            stat = Path(path).stat()
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}") from error
        return cls(Path(path), stat.st_size, stat.st_mtime_ns)


@dataclass(frozen=True)
class Maxima:
    """Vorticity maxima of one member, sorted by step, then latitude, then longitude of their grid point.

    Attributes
    ----------
    step : ndarray of int32, shape (n,)
        Index into the season's time axis.
    lat, lon : ndarray of float64, shape (n,)
        Sub-grid centre, degrees; lon in [-180, 180).
    vorticity : ndarray of float32, shape (n,)
        Cyclonic vorticity at the grid point, s-1; positive in both hemispheres.
    """

    step: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    vorticity: np.ndarray

    def __len__(self):
        return len(self.step)

    def take(self, index):
        """The maxima that an index array, mask or slice picks."""
        return Maxima(self.step[index], self.lat[index], self.lon[index], self.vorticity[index])


@dataclass(frozen=True)
class Tracks:
    """Maxima linked in time: a contiguous ragged array, track after track, times ascending within each.

    Attributes
    ----------
    row_size : ndarray of int32, shape (ntracks,)
        Points per track.
    time : ndarray of datetime64[s], shape (npoints,)
    lat, lon : ndarray of float64, shape (npoints,)
        Degrees; lon in [-180, 180).
    vorticity : ndarray of float32, shape (npoints,)
        Cyclonic vorticity, s-1.
    maximum : ndarray of int64, shape (npoints,)
        Index of the point in the member's `Maxima`.
    """

    row_size: np.ndarray
    time: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    vorticity: np.ndarray
    maximum: np.ndarray

    def __len__(self):
        return len(self.row_size)

    @property
    def start(self):
        """Index of each track's first point, shape (ntracks,)."""
        return ragged_starts(self.row_size)

    @property
    def track(self):
        """Number of the track that each point belongs to, shape (npoints,)."""
        return np.repeat(np.arange(len(self.row_size)), self.row_size)


@dataclass(frozen=True)
class BestTracks:
    """Observed tracks: a contiguous ragged array, storm after storm, times ascending within each.

    Attributes
    ----------
    sid, name, basin : ndarray of str, shape (nstorms,)
        IBTrACS identifier; name ('' where unnamed); basin of genesis ('NA' is the North Atlantic).
    season : ndarray of int32, shape (nstorms,)
    row_size : ndarray of int32, shape (nstorms,)
    time : ndarray of datetime64[s], shape (npoints,)
    lat, lon : ndarray of float64, shape (npoints,)
        Degrees; lon in [-180, 180).
    wind_kt, pressure_hpa : ndarray of float32, shape (npoints,)
        NaN where the agency gives none.
    """

    sid: np.ndarray
    name: np.ndarray
    basin: np.ndarray
    season: np.ndarray
    row_size: np.ndarray
    time: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    wind_kt: np.ndarray
    pressure_hpa: np.ndarray

    @classmethod
    def none(cls):
        """No storm at all: what there is to match with where no best tracks are given."""
        words, numbers, times = np.zeros(0, "U1"), np.zeros(0), np.zeros(0, "datetime64[s]")
        counts, floats = np.zeros(0, np.int32), np.zeros(0, np.float32)
        return cls(words, words, words, counts, counts, times, numbers, numbers, floats, floats)

    def __len__(self):
        return len(self.row_size)

    @property
    def start(self):
        """Index of each storm's first point, shape (nstorms,)."""
        return ragged_starts(self.row_size)

    @property
    def storm(self):
        """Number of the storm that each point belongs to, shape (npoints,)."""
        return np.repeat(np.arange(len(self.row_size)), self.row_size)


@dataclass(frozen=True)
class Matches:
    """What became of each best track that the season could have seen: one row a best track, hit or miss.

    Attributes
    ----------
    sid, name : ndarray of str, shape (n,)
    max_wind_kt : ndarray of float32, shape (n,)
        Highest observed wind of the storm, NaN where unknown: its intensity class.
    track : ndarray of int32, shape (n,)
        Number of the matched track, -1 for a miss.
    common_times : ndarray of int32, shape (n,)
        Times that both have; 0 for a miss.
    mean_distance_km : ndarray of float64, shape (n,)
        Over the common times; NaN for a miss.
    first_time, last_time : ndarray of datetime64[s], shape (n,)
        First and last common time; NaT for a miss.
    lead_hours : ndarray of float64, shape (n,)
        How long the track was there before the first observation (negative: after it); NaN for a miss.
    storm_of_track : ndarray of int32, shape (ntracks,)
        Row of the best track that each of the member's tracks is, or is a further piece of; -1 for none. Where
        it is not given, only the matched tracks are known to be storms and the array ends with the last of them.
    """

    sid: np.ndarray
    name: np.ndarray
    max_wind_kt: np.ndarray
    track: np.ndarray
    common_times: np.ndarray
    mean_distance_km: np.ndarray
    first_time: np.ndarray
    last_time: np.ndarray
    lead_hours: np.ndarray
    storm_of_track: np.ndarray | None = None

    def __post_init__(self):
        if self.storm_of_track is None:
            storm = np.full(np.max(self.track, initial=-1) + 1, -1, np.int32)
            storm[self.track[self.hit]] = np.flatnonzero(self.hit)
            object.__setattr__(self, "storm_of_track", storm)

    def __len__(self):
        return len(self.sid)

    @property
    def hit(self):
        """Which best tracks were found, shape (n,) of bool."""
        return self.track >= 0


def ragged_starts(row_size):
    """Index of the first element of each row of a contiguous ragged array."""
    return np.concatenate([[0], np.cumsum(row_size)[:-1]]).astype(np.int64) if len(row_size) else np.zeros(0, np.int64)
