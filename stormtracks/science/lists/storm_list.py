"""The storms of one member: the noun that `classify` makes."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks.science import heads as track_heads
from stormtracks.science.arrays import Bools, Floats, Ints, Times
from stormtracks.science.records import Matches, Tracks
from stormtracks.science.shown import Shown

CLASSES = ("none", "tc", "etc", "hybrid")
"""What a track can be; its place here is the number that stands for it in arrays and files."""

LISTS = {"tc": ("tc", "hybrid"), "etc": ("etc", "hybrid")}
"""Name of a list -> the classes that it holds: tropical cyclones, extratropical cyclones. A hybrid has both stages."""


@dataclass(frozen=True)
class StormList(Shown):
    """The tracks of a member that are storms.

    Attributes
    ----------
    tracks : Tracks
        Those with a class, in the order of the member's tracks.
    track_id : ndarray of int32, shape (n,)
        Number of each among all of the member's tracks (the `track_id` of its ``vort_track`` result).
    storm_class : ndarray of int8, shape (n,)
        Place in `CLASSES`.
    probability : ndarray of float32, shape (n,)
        That it is a tropical cyclone.
    tc_first, tc_last : ndarray of datetime64[s], shape (n,)
        First and last time as a tropical cyclone; NaT where it never is one.
    intensity_max : ndarray of float32, shape (n,)
        Highest wind around it, m s-1, while it is of its class; NaN without winds.
    pressure_lowest : ndarray of float32, shape (n,)
        Pa, while it is of its class; NaN without pressure.
    genesis_lat, genesis_lon : ndarray of float64, shape (n,)
        Where it is first of its class (of a hybrid: tropical), degrees; lon in [-180, 180).
    tropical : ndarray of bool, shape (npoints,)
        Whether the storm is a tropical cyclone at each point of `tracks`.
    fields : dict of str to ndarray of float32, shape (npoints,)
        What was collected around each point: "wind_max", "pressure_min", "pressure_depth", "warm_core" and so on, those
        that there are.
    matches : Matches
        The best tracks, and which storm of the list ``tc`` each is; `track` and `storm_of_track` count the rows of
        `tracks`.
    every_class, every_probability : ndarray of int8 and float32, shape (ntracks,)
        Class and probability of all of the member's tracks.
    """

    tracks: Tracks
    track_id: Ints
    storm_class: Ints
    probability: Floats
    tc_first: Times
    tc_last: Times
    intensity_max: Floats
    pressure_lowest: Floats
    genesis_lat: Floats
    genesis_lon: Floats
    tropical: Bools
    fields: Mapping[str, Floats]
    matches: Matches
    every_class: Ints
    every_probability: Floats

    def __len__(self) -> int:
        return len(self.tracks)

    def __repr__(self) -> str:
        counts = (f"{int((self.storm_class == code).sum())} {name}" for code, name in enumerate(CLASSES) if code)
        return f"<StormList: {', '.join(counts)} of {len(self.every_class):,} tracks>"

    @property
    def genesis(self) -> Ints:
        """Index of the point of each storm at which it is first of its class, shape (n,)."""
        tracks = self.tracks
        here = (tracks.lat == self.genesis_lat[tracks.row]) & (tracks.lon == self.genesis_lon[tracks.row])
        points = np.where(here, np.arange(len(here)), len(here))
        first = np.minimum.reduceat(points, tracks.start) if len(tracks) else np.zeros(0, np.int64)
        return np.where(first < len(here), first, tracks.start)

    @property
    def heads(self) -> track_heads.Heads:
        """What is known of each storm without its points; it begins where the list says."""
        return dataclasses.replace(
            track_heads.of(self.tracks, self.matches),
            genesis_time=self.tracks.time[self.genesis],
            genesis_lat=self.genesis_lat,
            genesis_lon=self.genesis_lon,
            wind_m_s=self.intensity_max,
            pressure_pa=self.pressure_lowest,
            storm_class=self.storm_class,
        )

    def of(self, name: str) -> "StormList":
        """The storms of one of `LISTS`, with the matches of what is left."""
        return self.take(self.rows_of(name))

    def rows_of(self, name: str) -> Ints:
        """Row numbers of the storms of one of `LISTS`, ascending."""
        return np.flatnonzero(in_list(self.storm_class, name))

    def take(self, rows: Ints) -> "StormList":
        """The storms with these row numbers, ascending; best tracks whose storm is left out become misses."""
        kept = self.tracks.of_rows(rows)
        each = {name: getattr(self, name)[rows] for name in _PER_STORM}
        return dataclasses.replace(
            self,
            **each,
            tracks=self.tracks.take(rows),
            tropical=self.tropical[kept],
            fields={name: values[kept] for name, values in self.fields.items()},
            matches=matches_of_rows(self.matches, rows, len(self.tracks)),
        )


def in_list(storm_class: Ints, name: str) -> Bools:
    """Which classes (places in `CLASSES`) one of `LISTS` holds, in their shape."""
    return np.isin(storm_class, [CLASSES.index(one) for one in LISTS[name]])


_PER_STORM = (
    "track_id", "storm_class", "probability", "tc_first", "tc_last", "intensity_max", "pressure_lowest", "genesis_lat",
    "genesis_lon",
)  # fmt: skip


def matches_of_rows(matches: Matches, rows: Ints, count: int) -> Matches:
    """Matches of the storms with some row numbers, by their new ones; best tracks of the others become misses.

    Parameters
    ----------
    matches : Matches
    rows : ndarray of int
        Ascending.
    count : int
        Storms that there were.
    """
    new = np.full(count + 1, -1, np.int32)  # one more: what -1 picks
    new[rows] = np.arange(len(rows), dtype=np.int32)
    track = new[matches.track]
    gone = track < 0
    nothing: dict[str, Any] = {
        "common_times": 0, "mean_distance_km": np.nan, "first_time": np.datetime64("NaT"),
        "last_time": np.datetime64("NaT"), "lead_hours": np.nan,
    }  # fmt: skip
    columns: dict[str, npt.NDArray[Any]] = {
        name: np.where(gone, np.asarray(value, getattr(matches, name).dtype), getattr(matches, name))
        for name, value in nothing.items()
    }
    return dataclasses.replace(matches, track=track, storm_of_track=matches.storm_of_track[rows], **columns)
