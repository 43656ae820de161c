"""The nouns that pass from stage to stage: arrays with names, not one object per point."""

import dataclasses
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from stormtracks.readable import counted
from stormtracks.science import calendars
from stormtracks.science.arrays import Bools, Floats, Ints, Texts, Times
from stormtracks.science.errors import InputError
from stormtracks.science.ragged import Ragged, joined
from stormtracks.science.shown import Shown


@dataclass(frozen=True, eq=False)  # hashable by identity, so that what is derived from a grid can be cached
class Grid(Shown):
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

    lat: Floats
    lon: Floats
    periodic: bool

    @property
    def shape(self) -> tuple[int, int]:
        """(nlat, nlon)."""
        return len(self.lat), len(self.lon)

    def __repr__(self) -> str:
        edges = (
            f"{self.lat[0]:g} to {self.lat[-1]:g} N, {self.lon[0]:g} to {self.lon[-1]:g} E" if all(self.shape) else ""
        )
        return f"<Grid: {_listed(f'{len(self.lat)} x {len(self.lon)}', edges, 'periodic' * self.periodic)}>"


@dataclass(frozen=True)
class TimeAxis(Shown):
    """The times of a season.

    Attributes
    ----------
    times : ndarray of datetime64[s], shape (nt,)
        Dates as the file's own calendar gives them (UTC), strictly ascending; in a calendar of 360 days they count
        seconds from its 1970-01-01 (see `calendars`).
    hours : ndarray of float64, shape (nt,)
        Elapsed hours since the first time in that calendar; speeds are computed from them.
    calendar : str
        CF calendar of the file.
    """

    times: Times
    hours: Floats
    calendar: str = "standard"

    def __len__(self) -> int:
        return len(self.times)

    def __repr__(self) -> str:
        every = f"every {self.step_hours:g} h" if len(self) > 1 else ""
        calendar = "" if self.calendar == "standard" else self.calendar
        return f"<TimeAxis: {_listed(counted(len(self), 'time'), _span(self.times), every, calendar)}>"

    @property
    def step_hours(self) -> float:
        """The data's time step: the most common difference between neighbours (0 for a single time)."""
        if len(self.hours) < 2:
            return 0.0
        values, counts = np.unique(np.round(np.diff(self.hours), 6), return_counts=True)
        return float(values[np.argmax(counts)])

    @property
    def moments(self) -> Ints:
        """The times numbered from 0, with a number left out for each time that is missing; shape (nt,).

        A time is missing where two neighbours lie further apart than one and a half of the data's step around them:
        the larger of the medians of up to three differences before and three after. A step that changes, as from
        3-hourly to 6-hourly, is therefore not taken for times that are missing.
        """
        apart = np.diff(self.hours)
        if not len(apart):
            return np.arange(len(self.hours))
        steps = np.ceil(apart / _steps_around(apart) - 0.5)
        return np.concatenate([[0], np.cumsum(np.maximum(steps, 1))]).astype(np.int64)

    @property
    def missing(self) -> Ints:
        """How many times are missing before each time (0 before the first); shape (nt,)."""
        return np.diff(self.moments, prepend=-1) - 1 if len(self) else np.zeros(0, np.int64)


class Block(NamedTuple):
    """What one stored chunk of a field holds: reading a part of it costs as much as reading all.

    Attributes
    ----------
    steps, members : int
    kept : bool
        Whether the decoded chunks of a step are kept until the next one is read: then a part of the steps at a time
        costs no more than all of them.
    """

    steps: int
    members: int
    kept: bool = True

    @classmethod
    def largest(cls, blocks: Iterable["Block"]) -> "Block":
        """What reading several fields at once should take: the most steps, and the most members, of any of them."""
        each = list(blocks)
        steps, members = (max(sizes) for sizes in zip((1, 1), *(one[:2] for one in each), strict=True))
        return cls(steps, members, all(one.kept for one in each))


@dataclass(frozen=True)
class InputFile:
    """A file that a result was made from: path, size in bytes, time of last change (ns since 1970)."""

    path: Path
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: str | os.PathLike[str]) -> "InputFile":
        """The file as it is now."""
        try:
            stat = os.stat(path)  # noqa: PTH116 - of ten thousand files
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}; check the path") from error
        return cls(path if isinstance(path, Path) else Path(path), stat.st_size, stat.st_mtime_ns)


@dataclass(frozen=True)
class Maxima(Shown):
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

    step: Ints
    lat: Floats
    lon: Floats
    vorticity: Floats

    def __len__(self) -> int:
        return len(self.step)

    def __repr__(self) -> str:
        steps = f"steps {self.step.min()} to {self.step.max()}" if len(self) else ""
        return f"<Maxima: {_listed(f'{len(self):,} maxima', steps)}>"

    def take(self, index: npt.NDArray[Any] | slice) -> "Maxima":
        """The maxima that an index array, mask or slice picks."""
        return Maxima(self.step[index], self.lat[index], self.lon[index], self.vorticity[index])


class Named:
    """What has rows that may be best tracks: found by name or identifier.

    Attributes
    ----------
    sid, name : ndarray of str, shape (n,)
        Of the best track; '' for none.
    """

    sid: Texts
    name: Texts

    def called(self, wanted: str) -> Bools:
        """Which rows are the storm of a name or an identifier, in capitals; shape (n,)."""
        return np.asarray((self.sid == wanted) | (self.name == wanted))


@dataclass(frozen=True)
class Tracks(Ragged):
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
    calendar : str
        CF calendar of the times: "proleptic_gregorian", also of data without leap days, or "360_day", of which `dates`
        says the dates.
    """

    row_size: Ints
    time: Times
    lat: Floats
    lon: Floats
    vorticity: Floats
    maximum: Ints
    calendar: str = "proleptic_gregorian"

    @classmethod
    def joined(cls, parts: Sequence["Tracks"]) -> "Tracks":
        """The tracks of several records, at least one, as one; all have the calendar of the first."""
        per_track_and_point = ("row_size", "time", "lat", "lon", "vorticity", "maximum")
        return cls(**joined(parts, per_track_and_point), calendar=parts[0].calendar)

    @property
    def dates(self) -> Texts:
        """The times as ISO 8601 says them in their calendar, shape (npoints,)."""
        return calendars.texts(self.time, self.calendar)

    def __repr__(self) -> str:
        return f"<Tracks: {_listed(counted(len(self), 'track'), counted(len(self.time), 'point'), _span(self.time))}>"

    @property
    def track(self) -> Ints:
        """Number of the track that each point belongs to, shape (npoints,)."""
        return self.row

    @property
    def peak(self) -> Ints:
        """Index of each track's strongest point, of equals the first; shape (ntracks,)."""
        return self.largest(self.vorticity)

    def take(self, rows: Ints | Bools) -> "Tracks":
        """The tracks with these numbers, ascending, or that a mask picks."""
        return self._with(self.row_size[rows], self.of_rows(rows))

    def where(self, points: Bools) -> "Tracks":
        """The points that a mask picks, shape (npoints,), as tracks; those of which nothing is left are left out."""
        left = np.bincount(self.track[points], minlength=len(self))
        return self._with(left[left > 0].astype(self.row_size.dtype), points)

    def parts(self, points: int = 1 << 18) -> Iterator["Tracks"]:
        """Whole tracks one after the other, with about so many points at a time: where there are few, all at once.

        What is computed of millions of points then takes the memory of some.
        """
        if len(self.maximum) <= points:
            yield self
            return
        ends = np.cumsum(self.row_size, dtype=np.int64)
        row = point = 0
        while row < len(self):
            stop = max(int(np.searchsorted(ends, point + points, side="right")), row + 1)
            yield self._with(self.row_size[row:stop], slice(point, int(ends[stop - 1])))
            row, point = stop, int(ends[stop - 1])

    def _with(self, row_size: Ints, points: Ints | Bools | slice) -> "Tracks":
        """Tracks of some of the points, so many each."""
        columns = {name: getattr(self, name)[points] for name in ("time", "lat", "lon", "vorticity", "maximum")}
        return Tracks(row_size, **columns, calendar=self.calendar)


@dataclass(frozen=True)
class BestTracks(Ragged):
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
    remarks : tuple of str
        What was assumed when the file was read, a sentence each.
    """

    sid: Texts
    name: Texts
    basin: Texts
    season: Ints
    row_size: Ints
    time: Times
    lat: Floats
    lon: Floats
    wind_kt: Floats
    pressure_hpa: Floats
    remarks: tuple[str, ...] = ()

    @classmethod
    def none(cls) -> "BestTracks":
        """No storm at all: what there is to match with where no best tracks are given."""
        texts, positions, times = np.zeros(0, "U1"), np.zeros(0), np.zeros(0, "datetime64[s]")
        counts, values = np.zeros(0, np.int32), np.zeros(0, np.float32)
        return cls(
            sid=texts,
            name=texts,
            basin=texts,
            season=counts,
            row_size=counts,
            time=times,
            lat=positions,
            lon=positions,
            wind_kt=values,
            pressure_hpa=values,
        )

    def __repr__(self) -> str:
        counts = counted(len(self), "storm"), counted(len(self.time), "point")
        return f"<BestTracks: {_listed(*counts, _span(self.time))}>"

    @property
    def storm(self) -> Ints:
        """Number of the storm that each point belongs to, shape (npoints,)."""
        return self.row

    def take(self, rows: Ints | Bools) -> Self:
        """The storms with these numbers, ascending, or that a mask picks."""
        points = self.of_rows(rows)
        storms = {name: getattr(self, name)[rows] for name in ("sid", "name", "basin", "season", "row_size")}
        values = {name: getattr(self, name)[points] for name in ("time", "lat", "lon", "wind_kt", "pressure_hpa")}
        return dataclasses.replace(self, **storms, **values)


@dataclass(frozen=True)
class Matches(Named, Shown):
    """What became of each best track that the season could have seen: one row per best track, hit or miss.

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
        Row of the best track that each of the member's tracks is, or is a further piece of; -1 for none. One entry
        for every track.
    """

    sid: Texts
    name: Texts
    max_wind_kt: Floats
    track: Ints
    common_times: Ints
    mean_distance_km: Floats
    first_time: Times
    last_time: Times
    lead_hours: Floats
    storm_of_track: Ints

    def __len__(self) -> int:
        return len(self.sid)

    def __repr__(self) -> str:
        found = f"{int(self.hit.sum()):,} of {counted(len(self), 'best track')} found"
        return f"<Matches: {found}, {counted(len(self.storm_of_track), 'track')}>"

    @property
    def hit(self) -> Bools:
        """Which best tracks were found, shape (n,) of bool."""
        return self.track >= 0


def _steps_around(apart: Floats) -> Floats:
    """The data's step around each difference between neighbouring times, from its own neighbours where it has any."""
    empty = np.full(3, np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(np.concatenate([empty, apart, empty]), 7)
    sides = windows[:, :3], windows[:, 4:]
    around = np.fmax(*(_lower_median(side) for side in sides))
    # Near an end there is too little to compare with on one side: then a neighbour alike is enough to be regular.
    near_end = np.isnan(sides[0]).any(axis=1) | np.isnan(sides[1]).any(axis=1)
    neighbours = np.fmax(windows[:, 2], windows[:, 4])
    around = np.where(near_end, np.fmax(around, np.minimum(neighbours, apart)), around)
    return np.where(np.isnan(around), apart, around)


def _lower_median(values: Floats) -> Floats:
    """Of each row the lower middle one of its values (of a step and a gap, the step); NaN for a row without any."""
    ordered = np.sort(values, axis=1)  # NaN at the end
    count = np.sum(~np.isnan(values), axis=1)
    middle = ordered[np.arange(len(values)), np.maximum(count - 1, 0) // 2]
    return np.where(count > 0, middle, np.nan)


def _span(times: Times) -> str:
    """First and last time, without the minutes and seconds where they are 0."""
    if not len(times):
        return ""
    return " to ".join(str(time).removesuffix(":00").removesuffix(":00") for time in (times.min(), times.max()))


def _listed(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
