"""Tracks of all members of an ensemble, one after another."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks.science.arrays import Floats, Ints, Times
from stormtracks.science.ragged import ragged_starts
from stormtracks.science.records import Tracks

_COPIED = ("lat", "lon", "vorticity", "row_size")
_KINDS = {"time": np.int32, "lat": np.float64, "lon": np.float64, "vorticity": np.float32, "row_size": np.int32}


@dataclass(frozen=True)
class Points:
    """Points of the tracks of all members, track after track; tracks are counted through the members.

    Numbers are as small as they can be: an ensemble's season has millions of points.

    Attributes
    ----------
    time : ndarray of int32, shape (n,)
        Index into `times`.
    lat, lon : ndarray of float64, shape (n,)
        Degrees; lon in [-180, 180).
    vorticity : ndarray of float32, shape (n,)
    row_size : ndarray of int32, shape (ntracks,)
        Points of each track.
    times : ndarray of datetime64[s], shape (nt,)
        All times that a point has, ascending.
    member : ndarray of int32, shape (ntracks,)
        Position of each track's member in the ensemble.
    members : int
        Members of the ensemble, also those without tracks.
    calendars : tuple of str
        Those of the members, each once, in the order of the alphabet.
    """

    time: Ints
    lat: Floats
    lon: Floats
    vorticity: Floats
    row_size: Ints
    times: Times
    member: Ints
    members: int
    calendars: tuple[str, ...]

    @classmethod
    def of(cls, ensemble: Iterable[Tracks]) -> "Points":
        """Points of the Tracks of each member; of those that are loaded one by one, no two are in memory together."""
        columns = {name: _Column(kind) for name, kind in _KINDS.items()}
        sizes, lengths, own_times, calendars = [], [], [], set()
        for tracks in ensemble:
            times, time = np.unique(tracks.time, return_inverse=True)
            for name, values in (("time", time), *((name, getattr(tracks, name)) for name in _COPIED)):
                columns[name].extend(values)
            sizes.append(len(tracks))
            lengths.append(len(time))
            own_times.append(times)
            calendars.add(tracks.calendar)
        made = {name: column.values for name, column in columns.items()}
        times = np.unique(np.concatenate(own_times))
        for own, end, length in zip(own_times, np.cumsum(lengths), lengths, strict=True):
            rows = slice(end - length, end)
            made["time"][rows] = np.searchsorted(times, own)[made["time"][rows]]
        member = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
        return cls(**made, times=times, member=member, members=len(sizes), calendars=tuple(sorted(calendars)))

    @property
    def track(self) -> Ints:
        """Number of each point's track, shape (n,) of int32."""
        return np.repeat(np.arange(len(self.row_size), dtype=np.int32), self.row_size)

    @property
    def sizes(self) -> Ints:
        """Tracks of each member, shape (members,)."""
        return np.bincount(self.member, minlength=self.members)

    @property
    def start(self) -> Ints:
        """Index of each track's first point, shape (ntracks,)."""
        return ragged_starts(self.row_size)

    @property
    def span(self) -> tuple[Ints, Ints]:
        """First and last time index of each track, two arrays of shape (ntracks,)."""
        if not len(self.row_size):
            return np.zeros(0, np.int32), np.zeros(0, np.int32)
        return np.minimum.reduceat(self.time, self.start), np.maximum.reduceat(self.time, self.start)


class _Column:
    """An array that grows where it is, as far as the system lets it: nothing of it is ever in memory twice."""

    def __init__(self, kind: type) -> None:
        self.values: npt.NDArray[Any] = np.zeros(0, kind)

    def extend(self, values: npt.NDArray[Any]) -> None:
        """Add some at its end."""
        size = len(self.values)
        self.values.resize(size + len(values), refcheck=False)  # nobody else knows of it yet
        self.values[size:] = values
