"""What is known of each track without its points: when, where, how strong, how long, and which storm it is."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stormtracks.readable import counted
from stormtracks.science import ragged, sphere
from stormtracks.science.arrays import Bools, Floats, Ints, Texts, Times
from stormtracks.science.records import BestTracks, Matches, Named, Tracks


@dataclass(frozen=True)
class Heads(Named):
    """One row per track, in the order of the tracks; every array has shape (ntracks,).

    Attributes
    ----------
    first_time, last_time : ndarray of datetime64[s]
        Of its first and last point.
    genesis_time : ndarray of datetime64[s]
    genesis_lat, genesis_lon : ndarray of float64
        Where and when it begins, degrees, lon in [-180, 180): its first point. Of a list's storm that is where the
        list says that it begins, the first point at which it is of its class.
    lysis_lat, lysis_lon : ndarray of float64
        Its last point.
    peak_time, peak_lat, peak_lon, peak_s1
        Its strongest point (of equals the first), and the cyclonic vorticity there, s-1 (float32); NaN and the first
        point of a best track, which has no vorticity.
    hours : ndarray of float64
        From the first point to the last.
    distance_km : ndarray of float64
        From the first point to the last, along the great circle.
    south, north, west, east : ndarray of float64
        The box of all its points, degrees; west in [-180, 180), east up to 360 more: past 180 where it crosses there.
    wind_m_s, pressure_pa : ndarray of float32
        Highest wind and lowest pressure of a list's storm; NaN where not known, and of tracks.
    storm_class : ndarray of int8
        Place in `lists.CLASSES` of a list's storm; 0 of tracks.
    share : ndarray of float64
        Share of the members that have it, of a consensus; NaN of a member's tracks.
    sid, name : ndarray of str
        The best track that it is, or is a piece of; '' for none.
    calendar : str
        CF calendar of the times, as in `Tracks`.
    """

    first_time: Times
    last_time: Times
    genesis_time: Times
    genesis_lat: Floats
    genesis_lon: Floats
    lysis_lat: Floats
    lysis_lon: Floats
    peak_time: Times
    peak_lat: Floats
    peak_lon: Floats
    peak_s1: Floats
    hours: Floats
    distance_km: Floats
    south: Floats
    north: Floats
    west: Floats
    east: Floats
    wind_m_s: Floats
    pressure_pa: Floats
    storm_class: Ints
    share: Floats
    sid: Texts
    name: Texts
    calendar: str = "proleptic_gregorian"

    def __len__(self) -> int:
        return len(self.first_time)

    def __repr__(self) -> str:
        return f"<Heads: {counted(len(self), 'track')}>"

    def take(self, rows: Ints | Bools) -> "Heads":
        """The tracks with these numbers, or that a mask picks."""
        return Heads(**{name: getattr(self, name)[rows] for name in COLUMNS}, calendar=self.calendar)


COLUMNS = tuple(field.name for field in dataclasses.fields(Heads) if field.name != "calendar")
"""Names of the arrays of `Heads`, as they may be kept in a file."""


def of(tracks: Tracks, matches: Matches | None = None) -> Heads:
    """Heads of a member's tracks; those of a list or a consensus are its property `heads`.

    Parameters
    ----------
    tracks : Tracks
    matches : Matches, optional
        Of these tracks; none: none of them is known to be a storm.

    Returns
    -------
    Heads

    Examples
    --------
    >>> import tempfile
    >>> from stormtracks.science import heads, pipeline, results
    >>> folder = tempfile.mkdtemp()
    >>> inputs = {"data": "sample/20crv2c_1987", "best_tracks": "sample/ibtracs/IBTrACS.NA.v04r00.nc"}
    >>> _ = pipeline.run_task(1987, 0, "vort_track", {"results": folder, **inputs})
    >>> result = results.load(folder, 1987, 0)
    >>> found = heads.of(result.tracks, result.matches)
    >>> len(found), float(found.hours.max()), [str(name) for name in found.name if name]
    (179, 42.0, ['CINDY'])
    """
    sid, name = named(matches, len(tracks))
    parts = [{**_along(part), **_strongest(part)} for part in tracks.parts()]
    columns = parts[0] if len(parts) == 1 else _joined(parts)
    return Heads(**columns, sid=sid, name=name, calendar=tracks.calendar)


def of_best_tracks(best: BestTracks) -> Heads:
    """Heads of observed tracks, without a vorticity."""
    return Heads(**_along(best), sid=best.sid, name=best.name)


def joined(parts: Sequence[Heads]) -> Heads:
    """Heads of several members' or years' tracks, one after another; of at least one, all in one calendar."""
    return Heads(**ragged.joined(parts, COLUMNS), calendar=parts[0].calendar)


def named(matches: Matches | None, ntracks: int) -> tuple[Texts, Texts]:
    """sid and name of the best track that each track is, or is a piece of; '' for none. Shape (ntracks,)."""
    if matches is None:
        return np.full(ntracks, "", "U1"), np.full(ntracks, "", "U1")
    row = matches.storm_of_track
    return np.append(matches.sid, "").astype(str)[row], np.append(matches.name, "").astype(str)[row]  # -1: the ""


def _joined(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Columns of parts one after the other; each column of the parts is let go before the next is joined."""
    return {name: np.concatenate([part.pop(name) for part in parts]) for name in list(parts[0])}


def _along(tracks: Tracks | BestTracks) -> dict[str, Any]:
    """What times and places say; everything else as it is of a track of which nothing else is known."""
    first, last = tracks.start, tracks.start + tracks.row_size - 1
    time, lat, lon = tracks.time, tracks.lat, tracks.lon
    return {
        "first_time": time[first], "last_time": time[last],
        "genesis_time": time[first], "genesis_lat": lat[first], "genesis_lon": lon[first],
        "lysis_lat": lat[last], "lysis_lon": lon[last],
        "hours": (time[last] - time[first]) / np.timedelta64(1, "h"),
        "distance_km": sphere.distance_km(lat[first], lon[first], lat[last], lon[last]),
        **_box(tracks), **_unknown(tracks),
    }  # fmt: skip


def _unknown(tracks: Tracks | BestTracks) -> dict[str, Any]:
    first, nothing = tracks.start, np.full(len(tracks), np.nan)
    return {
        "peak_time": tracks.time[first], "peak_lat": tracks.lat[first], "peak_lon": tracks.lon[first],
        "peak_s1": nothing.astype(np.float32), "wind_m_s": nothing.astype(np.float32),
        "pressure_pa": nothing.astype(np.float32), "storm_class": np.zeros(len(tracks), np.int8), "share": nothing,
    }  # fmt: skip


def _strongest(tracks: Tracks) -> dict[str, Any]:
    peak = tracks.peak
    return {
        "peak_time": tracks.time[peak], "peak_lat": tracks.lat[peak], "peak_lon": tracks.lon[peak],
        "peak_s1": tracks.vorticity[peak],
    }  # fmt: skip


def _box(tracks: Tracks | BestTracks) -> dict[str, Floats]:
    """The box of each track's points; a track may go round the pole, and so have all longitudes."""
    if not len(tracks):
        return {name: np.zeros(0) for name in ("south", "north", "west", "east")}
    lat, lon = tracks.lat, _unrolled(tracks)
    west, east = np.minimum.reduceat(lon, tracks.start), np.maximum.reduceat(lon, tracks.start)
    width, west = np.minimum(east - west, 360.0), sphere.wrap(west)
    south, north = np.minimum.reduceat(lat, tracks.start), np.maximum.reduceat(lat, tracks.start)
    return {"south": south, "north": north, "west": west, "east": west + width}


def _unrolled(tracks: Tracks | BestTracks) -> Floats:
    """Longitudes along each track without a jump at the date line, shape (npoints,)."""
    turned = np.zeros(len(tracks.lon))
    turned[1:] = np.cumsum(np.rint(np.diff(tracks.lon) / 360.0))  # whole turns between neighbours
    return tracks.lon - 360.0 * (turned - turned[tracks.start][tracks.row])
