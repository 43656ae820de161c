"""Observations of storms beside what forecasts have of them: one case for each observation and member."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from stormtracks.science import leads, results, sphere
from stormtracks.science.arrays import Bools, Floats, Ints, Texts, Times
from stormtracks.science.ragged import joined
from stormtracks.science.records import BestTracks, Matches, TimeAxis, Tracks
from stormtracks.science.settings import Settings

_ANYWHERE = np.inf


@dataclass(frozen=True)
class Cases:
    """Cases, one after another; every array has shape (n,).

    Attributes
    ----------
    start, sid : ndarray of str
        Label of the forecast; the storm.
    time : ndarray of datetime64[s]
        Of the observation.
    lead : ndarray of float64
        Hours since the start of the member, which is that of the forecast unless members began at different times.
    observed_lat, observed_lon, wind_kt : ndarray of float
        What was observed; NaN where no wind is known.
    lat, lon, vorticity, distance_km : ndarray of float
        The nearest track of the storm at that time, its vorticity (s-1) and its distance; NaN where there is none.
    near : ndarray of bool
        Whether there is one within the settings' `max_distance_km`.
    """

    start: Texts
    sid: Texts
    time: Times
    lead: Floats
    observed_lat: Floats
    observed_lon: Floats
    wind_kt: Floats
    lat: Floats
    lon: Floats
    vorticity: Floats
    distance_km: Floats
    near: Bools

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """All of several; none of none."""
        names = [one.name for one in dataclasses.fields(cls)]
        if not parts:
            kinds = {"start": "U1", "sid": "U1", "time": "datetime64[s]", "near": "bool"}
            return cls(**{name: np.zeros(0, kinds.get(name, "f8")) for name in names})
        return cls(**joined(parts, names))

    def take(self, chosen: Bools | Ints) -> Self:
        """Some of them."""
        return dataclasses.replace(self, **{name: values[chosen] for name, values in vars(self).items()})

    @property
    def observations(self) -> int:
        """How many observations there are, each once for all members of a forecast."""
        return len(np.unique(self._keys)) if len(self.lead) else 0

    @property
    def _keys(self) -> np.ndarray:
        """What tells the observations of a forecast apart."""
        return np.rec.fromarrays([self.start, self.sid, self.time.astype(np.int64)])

    def ensemble(self) -> "EnsembleMeans":
        """Of each observation that two members or more have a track of: their mean, and how they differ from it."""
        there = self.take(np.isfinite(self.distance_km))
        if not len(there.lead):
            return EnsembleMeans(np.zeros(0), np.zeros(0, int), np.zeros(0), np.zeros(0))
        _, first, row, members = np.unique(there._keys, return_index=True, return_inverse=True, return_counts=True)
        points = sphere.unit_vectors(there.lat, there.lon)
        total = np.stack([np.bincount(row, points[:, axis]) for axis in range(3)], axis=-1)
        lat, lon = sphere.lat_lon(total)
        apart = sphere.distance_km(there.lat, there.lon, lat[row], lon[row])
        several = members > 1
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = np.sqrt(np.bincount(row, apart**2) / (members - 1))
        error = sphere.distance_km(lat, lon, there.observed_lat[first], there.observed_lon[first])
        least = np.full(len(members), np.inf)
        np.minimum.at(least, row, there.lead)  # of members that began at different times that of the last
        return EnsembleMeans(least[several], members[several], error[several], spread[several])


@dataclass(frozen=True)
class EnsembleMeans:
    """Means of members, one for each observation; arrays of shape (n,).

    Attributes
    ----------
    lead : ndarray of float64
        Hours since the last member began.
    members : ndarray of int
        How many have the storm then, two at least.
    error_km, spread_km : ndarray of float64
        Distance of their mean from the observation; root of the sum of their squared distances from it over n - 1.
    """

    lead: Floats
    members: Ints
    error_km: Floats
    spread_km: Floats


def of_member(header: results.Header, tracks: Tracks, matches: Matches, axis: TimeAxis, best: BestTracks) -> Cases:
    """The cases of a member of a forecast.

    Parameters
    ----------
    header : Header
        Of its result.
    tracks : Tracks
    matches : Matches
    axis : TimeAxis
        The times that were looked at.
    best : BestTracks
        Of these times; those that the matches do not know are left out.
    """
    settings = Settings.of_result(header.provenance["settings"])
    number = {sid: row for row, sid in enumerate(matches.sid.tolist())}
    storm = np.array([number.get(sid, -1) for sid in best.sid.tolist()], int)[best.storm]
    seen = (storm >= 0) & np.isin(best.time, axis.times) & sphere.in_region(best.lat, best.lon, settings.region)
    storm, time, lat, lon = storm[seen], best.time[seen], best.lat[seen], best.lon[seen]
    point, metres = _nearest(tracks, matches, axis, storm, time, (lat, lon))
    there = point >= 0
    distance = np.where(there, metres / 1000.0, np.nan)
    limit = _ANYWHERE if settings.max_distance_km is None else settings.max_distance_km
    lead = leads.of_times(time, header.provenance)
    assert lead is not None  # of a forecast
    return Cases(
        start=np.full(len(time), str(header.year)),
        sid=matches.sid[storm],
        time=time,
        lead=lead,
        observed_lat=lat,
        observed_lon=lon,
        wind_kt=best.wind_kt[seen].astype(float),
        lat=_at(tracks.lat, point),
        lon=_at(tracks.lon, point),
        vorticity=_at(tracks.vorticity, point),
        distance_km=distance,
        near=there & (np.nan_to_num(distance, nan=np.inf) <= limit),
    )


def _nearest(
    tracks: Tracks, matches: Matches, axis: TimeAxis, storm: Ints, time: Times, where: tuple[Floats, Floats]
) -> tuple[Ints, Floats]:
    """Index of the nearest point of each observation's storm at its time, -1 where there is none; and metres."""
    own = matches.storm_of_track[tracks.track]
    points = np.flatnonzero(own >= 0)
    key = own[points] * len(axis) + np.searchsorted(axis.times, tracks.time[points])
    order = np.argsort(key, kind="stable")
    points, key = points[order], key[order]
    wanted = storm * len(axis) + np.searchsorted(axis.times, time)
    first, last = np.searchsorted(key, wanted), np.searchsorted(key, wanted, side="right")
    nearest, metres = np.full(len(storm), -1), np.full(len(storm), np.inf)
    for piece in range(int((last - first).max(initial=0))):  # a storm has few pieces at a time
        has = np.flatnonzero(first + piece < last)
        candidate = points[first[has] + piece]
        apart = sphere.distance_m(tracks.lat[candidate], tracks.lon[candidate], where[0][has], where[1][has])
        closer = apart < metres[has]
        nearest[has[closer]], metres[has[closer]] = candidate[closer], apart[closer]
    return nearest, metres


def _at(values: Floats, point: Ints) -> Floats:
    """Values at some points, NaN at -1."""
    return np.append(values.astype(float), np.nan)[point]
