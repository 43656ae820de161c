"""Tracks of all members of an ensemble, one after another."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stormtracks.science.arrays import Floats, Ints, Times
from stormtracks.science.ragged import ragged_starts
from stormtracks.science.records import Tracks


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
    def of(cls, ensemble: Sequence[Tracks]) -> "Points":
        """Points of a list of Tracks, one per member."""
        sizes = [len(tracks) for tracks in ensemble]
        times = np.unique(np.concatenate([np.unique(tracks.time) for tracks in ensemble]))
        lat, lon, vorticity, row_size = (
            np.concatenate([getattr(tracks, name) for tracks in ensemble])
            for name in ("lat", "lon", "vorticity", "row_size")
        )
        time = np.concatenate([np.searchsorted(times, tracks.time).astype(np.int32) for tracks in ensemble])
        member = np.repeat(np.arange(len(ensemble), dtype=np.int32), sizes)
        calendars = tuple(sorted({tracks.calendar for tracks in ensemble}))
        return cls(time, lat, lon, vorticity, row_size, times, member, len(ensemble), calendars)

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
