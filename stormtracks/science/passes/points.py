"""Points of a member's tracks in the order of time, as a pass over the fields takes them block by block."""

import functools
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.records import TimeAxis, Tracks

COLUMNS: Mapping[str, str] = {"step": "<i4", "lat": "<f8", "lon": "<f8", "east": "<f4", "north": "<f4"}
UNKNOWN = np.zeros(4, "<i4")
"""In place of a digest: a member whose points nobody knew."""


@dataclass(frozen=True)
class TrackPoints:
    """Points of one member's tracks, sorted by step, at each step by whole degrees of latitude, then as the tracks are.

    Attributes
    ----------
    step : ndarray of int, shape (n,)
        Index into the season's time axis.
    lat, lon : ndarray of float64, shape (n,)
        Degrees; lon in [-180, 180).
    east, north : ndarray of float32, shape (n,)
        Direction of the motion, a vector of length 1; NaN where it is not known.
    """

    step: Ints
    lat: Floats
    lon: Floats
    east: Floats
    north: Floats

    def __len__(self) -> int:
        return len(self.step)

    @classmethod
    def of(cls, tracks: Tracks, motion: tuple[Floats, Floats], axis: TimeAxis) -> "tuple[TrackPoints, Ints]":
        """The points of some tracks, and which point of the tracks each is, shape (n,).

        Parameters
        ----------
        tracks : Tracks
        motion : tuple of ndarray, shape (npoints,)
            East and north.
        axis : TimeAxis
        """
        step = np.searchsorted(axis.times, tracks.time).astype("<i4")
        # By latitude, so that places which are sampled one after the other lie near each other in memory.
        order = np.argsort((tracks.lat + 90).astype(np.uint16), kind="stable")
        order = order[in_time(step[order], len(axis))]
        heading = (one.astype("<f4") for one in motion)
        return cls(step[order], *(one[order] for one in (tracks.lat, tracks.lon, *heading))), order

    @classmethod
    def joined(cls, parts: "Sequence[TrackPoints]") -> "TrackPoints":
        """The points of several members, one after the other."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS))

    def within(self, steps: slice) -> "TrackPoints":
        """Those of some steps."""
        return self.take(self.at(steps))

    def at(self, steps: slice) -> slice:
        """Where those of some steps are."""
        # Limits of the same type: NumPy would convert all points otherwise.
        first, last = np.searchsorted(self.step, np.array((steps.start, steps.stop), self.step.dtype))
        return slice(int(first), int(last))

    def take(self, index: Ints | slice) -> "TrackPoints":
        """The points that an index array or slice picks."""
        return TrackPoints(self.step[index], self.lat[index], self.lon[index], self.east[index], self.north[index])

    @functools.cached_property
    def digest(self) -> Ints:
        """What tells these points from any others, shape (4,)."""
        found = hashlib.sha256(len(self).to_bytes(8, "little"))
        for name, kind in COLUMNS.items():
            found.update(np.ascontiguousarray(getattr(self, name), kind).tobytes())
        return np.frombuffer(found.digest()[: UNKNOWN.nbytes], UNKNOWN.dtype)


def in_time(step: Ints, steps: int) -> Ints:
    """The order of points by their steps, of which there are so many in all; those of one step stay as they are."""
    return np.argsort(step.astype(np.uint16) if steps <= 1 << 16 else step, kind="stable")  # 16 bits: a radix sort
