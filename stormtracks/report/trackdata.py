"""Tracks -> what the page's map reads: few bytes per point, since all of them are in the page.

Positions to 0.01 degree, vorticity to 1e-7 s-1, times in steps that all of them share; differences, sorted by the
weight of their bytes, deflated, as base64: three to four bytes per point. ``page/data.js`` is the counterpart.
"""

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from stormtracks import label, science
from stormtracks.label import Label
from stormtracks.science import calendars
from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.records import BestTracks, Matches, Tracks

LAND = Path(science.__file__).parent / "data" / "ne_110m_land.geojson"
MOST_TRACKS = 30_000
"""Most tracks in a page, so that it loads fast: those of observed storms first, then the strongest."""
OBSERVED = -1
"""In place of the member of an observed track, whose strength is in knots."""


@dataclass
class TrackSet:
    """The tracks chosen for a page, while results are read one after another.

    Attributes
    ----------
    most : int
    total : int
        Tracks seen so far, kept or not; observed ones do not count.
    """

    most: int = MOST_TRACKS
    total: int = 0
    _least: int = 0
    _own_dates: set[Label] = field(default_factory=set)
    _tracks: list["_Track"] = field(default_factory=list)
    _storms: dict[tuple[Label, str], tuple[int, dict[str, Any]]] = field(default_factory=dict)

    def add(self, year: Label, member: int, tracks: Tracks, matches: Matches) -> None:
        """Add one result's tracks."""
        storms = [
            self._storm(year, str(sid), str(name), float(wind))
            for sid, name, wind in zip(matches.sid, matches.name, matches.max_wind_kt, strict=True)
        ]
        self.total += len(tracks)
        if calendars.has_own_dates(tracks.calendar):
            self._own_dates.add(_plain(year))
        storm_of_track = matches.storm_of_track
        strength = _clipped(np.asarray(tracks.vorticity, float) * 1e7, np.uint16)
        start, stop = tracks.start, tracks.start + tracks.row_size
        kept = (storm_of_track >= 0) | (strength[tracks.peak] > self._least)
        for number in np.flatnonzero(kept):
            storm = storms[storm_of_track[number]] if storm_of_track[number] >= 0 else -1
            part = slice(start[number], stop[number])
            self._tracks.append(_Track.cut(tracks, part, strength, year, member, storm))
        if len(self._tracks) > 4 * self.most:  # seldom, since it sorts them all
            self._prune()

    def add_observed(self, best: BestTracks) -> None:
        """Add the observed tracks of the storms that the results know."""
        strength = _clipped(np.nan_to_num(best.wind_kt), np.uint16)
        for sid, start, size in zip(best.sid, best.start, best.row_size, strict=True):
            for (year, known), (storm, _) in self._storms.items():
                if known == sid and size:
                    self._tracks.append(_Track.cut(best, slice(start, start + size), strength, year, OBSERVED, storm))

    def packed(self) -> dict[str, Any] | None:
        """Plain values for the page's JSON, or None where there is no track."""
        self._prune()
        if not self._tracks:
            return None
        years = label.in_order(track.year for track in self._tracks)
        row = {year: number for number, year in enumerate(years)}
        minutes = [track.minutes - track.minutes[0] for track in self._tracks]
        unit = int(np.gcd.reduce(np.concatenate(minutes))) or 1
        # Longer steps where the longest track would not fit into two bytes; -(-a // b) rounds up.
        unit *= -(-max(int(offset[-1]) for offset in minutes) // (unit * 65535)) or 1
        points = {
            name: np.concatenate([getattr(track, name) for track in self._tracks])
            for name in ("lat", "lon", "strength")
        }
        arrays = {
            "size": np.array([len(track.lat) for track in self._tracks], "u2"),
            "year": np.array([row[track.year] for track in self._tracks], "u2"),
            "member": np.array([track.member for track in self._tracks], "i2"),
            "storm": np.array([track.storm for track in self._tracks], "i4"),
            "begin": np.array([track.minutes[0] for track in self._tracks], "i4"),
        }
        differences = {
            "lat": np.round(points["lat"] * 100).astype("i2"),
            "lon": np.round(points["lon"] * 100).astype("i2"),
            "strength": points["strength"],
            "offset": (np.concatenate(minutes) // unit).astype("u2"),
        }
        storms = [description for _, description in sorted(self._storms.values(), key=lambda pair: pair[0])]
        return {
            "total": self.total,
            "unit_minutes": unit,
            "years": years,
            "years_of_360_days": label.in_order(self._own_dates),
            "storms": storms,
            **pack(arrays, differences),
        }

    def _storm(self, year: Label, sid: str, name: str, wind: float) -> int:
        """Number of a storm; the same in each of the year's members."""
        described = {"sid": sid, "name": name, "year": _plain(year), "wind_kt": wind if np.isfinite(wind) else None}
        return self._storms.setdefault((year, sid), (len(self._storms), described))[0]

    def _prune(self) -> None:
        self._tracks.sort(key=lambda track: (track.member == OBSERVED, track.storm >= 0, track.peak), reverse=True)
        observed = sum(track.member == OBSERVED for track in self._tracks)
        if len(self._tracks) > self.most + observed:
            del self._tracks[self.most + observed :]
            self._least = self._tracks[-1].peak if self._tracks[-1].storm < 0 else np.iinfo(np.uint16).max


@dataclass(frozen=True)
class _Track:
    year: Label
    member: int
    storm: int
    minutes: Ints
    lat: Floats
    lon: Floats
    strength: Ints
    peak: int

    @classmethod
    def cut(
        cls, tracks: Tracks | BestTracks, part: slice, strength: Ints, year: Label, member: int, storm: int
    ) -> "_Track":
        """One track out of a ragged array; no longer than a size of two bytes can say."""
        part = slice(part.start, min(part.stop, part.start + 65535))
        minutes = tracks.time[part].astype("datetime64[m]").astype(np.int64)
        strength = strength[part]
        lat, lon = tracks.lat[part], tracks.lon[part]
        return cls(_plain(year), int(member), int(storm), minutes, lat, lon, strength, int(strength.max()))


def pack(arrays: Mapping[str, Ints], differences: Mapping[str, Ints] | None = None) -> dict[str, Any]:
    """Arrays with names -> plain values: their names, types and lengths, and all their bytes as text.

    Parameters
    ----------
    arrays, differences : dict of str to ndarray
        Of type u2, i2 or i4; of `differences` only the steps from value to value are kept (modulo the type).
    """
    described, planes = [], []
    for number, (name, array) in enumerate([*arrays.items(), *(differences or {}).items()]):
        delta = number >= len(arrays)
        kind = f"{array.dtype.kind}{array.dtype.itemsize}"
        described.append({"name": name, "type": kind, "length": len(array), "delta": delta})
        unsigned = array.view(f"u{array.dtype.itemsize}")
        unsigned = np.diff(unsigned, prepend=unsigned.dtype.type(0)) if delta else unsigned
        little = unsigned.astype(unsigned.dtype.newbyteorder("<"))
        planes.append(little.view(np.uint8).reshape(-1, array.dtype.itemsize).T.tobytes())
    return {"arrays": described, "data": base64.b64encode(zlib.compress(b"".join(planes), 9)).decode("ascii")}


def coast() -> dict[str, Any]:
    """The land of the shipped Natural Earth file, packed: rings in 0.01 degree."""
    features = json.loads(LAND.read_text(encoding="utf-8"))["features"]
    rings = [np.asarray(ring) for feature in features for polygon in _polygons(feature["geometry"]) for ring in polygon]
    points = np.round(np.concatenate(rings) * 100).astype("i2")
    size = np.array([len(ring) for ring in rings], "u2")
    return pack({"size": size}, {"lon": points[:, 0].copy(), "lat": points[:, 1].copy()})


def _plain(year: Label) -> Label:
    return year if isinstance(year, str) else int(year)  # NumPy's are not JSON


def _polygons(geometry: Mapping[str, Any]) -> list[Any]:
    return geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]


def _clipped(values: Floats, kind: type[np.unsignedinteger]) -> Ints:
    return np.clip(np.round(values), 0, np.iinfo(kind).max).astype(kind)
