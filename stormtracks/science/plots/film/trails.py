"""Tracks as they are at a time: what they have passed by then, and where they are."""

from dataclasses import dataclass

import numpy as np

from stormtracks.science.arrays import Bools, Floats, Ints, Times
from stormtracks.science.plots.maps.layers import segments_of
from stormtracks.science.plots.maps.view import MapView
from stormtracks.science.records import BestTracks, Tracks


@dataclass(frozen=True)
class Trails:
    """Lines and positions of tracks on a map.

    Attributes
    ----------
    segments : ndarray of float64, shape (nsegments, 2, 2)
        Ends of each piece of line, map coordinates.
    first : ndarray of int64, shape (nsegments,)
        Point of the track at which each piece begins.
    passed : ndarray of datetime64[s], shape (nsegments,)
        When the track is at the end of each piece.
    places : ndarray of float64, shape (npoints, 2)
    begin, until : ndarray of datetime64[s], shape (npoints,)
        From when until when the track is at each point: until the next one, or, at its last one, for a second.
    """

    segments: Floats
    first: Ints
    passed: Times
    places: Floats
    begin: Times
    until: Times

    @classmethod
    def of(cls, view: MapView, tracks: Tracks | BestTracks) -> "Trails":
        """The trails of tracks on a map."""
        segments, first = segments_of(view, tracks)
        until = tracks.time + np.timedelta64(1, "s")
        until[tracks.followed] = tracks.time[tracks.followed + 1]
        return cls(
            segments, first, tracks.time[first + 1], view.place(tracks.lat, tracks.lon), tracks.time, until
        )  # fmt: skip

    def behind(self, now: np.datetime64, since: np.datetime64 | None = None) -> Ints:
        """Numbers of the pieces that were passed by now, of those since a time."""
        passed = self.passed <= now
        if since is not None:
            passed &= self.passed > since
        return np.flatnonzero(passed)

    def here(self, now: np.datetime64) -> Bools:
        """Which points tracks are at; shape (npoints,)."""
        return np.asarray((self.begin <= now) & (now < self.until))
