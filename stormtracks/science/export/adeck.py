"""An a-deck of ATCF, as forecast centres keep forecasts: each member a technique, M003, beside the others."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import ClassVar

import numpy as np

from stormtracks.label import Label
from stormtracks.science import calendars
from stormtracks.science.arrays import Floats, Ints, Texts
from stormtracks.science.climatology.basins import BASINS, basin
from stormtracks.science.climatology.energy import KNOT_M_S
from stormtracks.science.consensus.grouping.groups import group
from stormtracks.science.consensus.grouping.points import Points
from stormtracks.science.errors import InputError
from stormtracks.science.export.selection import CONSENSUS_MEMBER, Piece
from stormtracks.science.export.text import whole_hours
from stormtracks.science.export.writer import Writer

_CODES = {"NA": "AL", "EP": "EP", "WP": "WP", "NI": "IO", "SI": "SH", "SP": "SH", "SA": "SL"}
"""Basin -> that of ATCF."""
_MOST = 69
"""Storms of a basin and year: from 70 on numbers are those of tests and of what may become a storm."""
_MOST_MEMBERS = 999
_LINE = (
    "%s, %02d, %s, %02d, %4s, %3d, %4s, %5s, %3d, %4d, %2s,   0,    ,    0,    0,    0,    0,    0,    0,   0,   0,"
    "   0,    ,   0,    ,   0,   0, %10s,  ,\n"
)


class ADeck(Writer):
    """A line per point: from the beginning of each track (of a forecast: from its start) so many hours.

    Tracks of different members that are one storm have one number: those of one best track, or that run together as
    `consensus.grouping.groups.group` says.
    """

    suffix = ".dat"
    units: ClassVar[dict[str, str]] = {
        "BASIN, CY": "basin in which the storm begins, and its number there in that year, in the order in which storms "
        "begin: not the number of an agency",
        "YYYYMMDDHH": "UTC: first time of the track; of a forecast, its start",
        "TECH": "M003: member 3, MEAN: consensus of the members; TECHNUM counts them from 1, up to 99",
        "TAU": "hours since YYYYMMDDHH", "LatN/S, LonE/W": "tenths of degrees",
        "VMAX": "only of lists: highest wind within 500 km, knots; 0: not known",
        "MSLP": "only of lists: lowest pressure within 350 km, hPa; 0: not known",
        "TY": "only of lists: TC tropical cyclone at the time, EX extratropical cyclone; XX: not known",
        "STORMNAME": "name of the observed storm",
    }  # fmt: skip

    def open(self) -> None:
        """Begin the file."""
        self.file = self.path.open("w", encoding="utf-8", newline="")
        self.year: Label | None = None
        self.pieces: list[Piece] = []

    def add(self, piece: Piece) -> None:
        """Keep the tracks until all of their year are there: only then is it known which are one storm."""
        _check(piece)
        if piece.year != self.year:
            self._write()
            self.year = piece.year
        self.pieces.append(piece)

    def finish(self) -> None:
        """Write those of the last year."""
        self._write()

    def _write(self) -> None:
        if any(len(piece.tracks) for piece in self.pieces):
            storm = _storms(self.pieces)
            of_basin, number = _numbers(self.pieces, storm)
            first = np.cumsum([0, *(len(piece.tracks) for piece in self.pieces)])
            for place, (piece, start) in enumerate(zip(self.pieces, first.tolist(), strict=False), start=1):
                if len(piece.tracks):
                    ours = slice(start, start + len(piece.tracks))
                    self.file.writelines(_lines(piece, min(place, 99), of_basin[ours], number[ours], self._type(piece)))
        self.pieces = []

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    def _type(self, piece: Piece) -> list[str]:
        """What each point is."""
        if not self.is_list:
            return ["XX"] * len(piece.tracks.time)
        otherwise = "EX" if self.about["selection"]["list"] == "etc" else "XX"
        return np.where(piece.per_point["tropical"] >= 0.5, "TC", otherwise).tolist()


def _check(piece: Piece) -> None:
    """Refuse at once what no numbers of ATCF are enough for."""
    tracks = piece.tracks
    if calendars.has_own_dates(tracks.calendar):
        raise InputError(f"ATCF has no calendar {tracks.calendar}; export csv or netcdf")
    if piece.ensemble_member > _MOST_MEMBERS:
        raise InputError(
            f"ATCF has four letters for a technique, too few for member {piece.ensemble_member}; export csv"
        )
    codes = _codes(tracks.lat[tracks.start], tracks.lon[tracks.start])
    for code, number in Counter(codes.tolist()).most_common(1):
        _enough(number, code, piece.year)


def _enough(number: int, code: str, year: Label) -> None:
    if number > _MOST:
        raise InputError(
            f"ATCF numbers {_MOST} storms per basin and year at most, and {year} has {number} in {code}; export a list "
            "(--list tc), filter it (--basin NA, --matched), name fewer --members, or export csv"
        )


def _codes(lat: Floats, lon: Floats) -> Texts:
    """ATCF's basin of each position."""
    return np.array([_CODES[name] for name in BASINS])[basin(lat, lon)]


def _storms(pieces: Sequence[Piece]) -> Ints:
    """Number of the storm that each track is, through all pieces of a year; shape (ntracks,)."""
    labels = group(Points.of([piece.tracks for piece in pieces]), min_share=0.0) if len(pieces) > 1 else None
    sid = np.concatenate([piece.sid for piece in pieces]).astype(str)
    storm = np.full(len(sid), -1) if labels is None else labels.copy()
    lone = np.flatnonzero(storm < 0)
    storm[lone] = storm.max(initial=-1) + 1 + np.arange(len(lone))
    known = np.flatnonzero(sid != "")
    _, named = np.unique(sid[known], return_inverse=True)
    best = np.unique(_joined(storm, known, named), return_inverse=True)[1]
    return _apart(pieces, best)


def _apart(pieces: Sequence[Piece], storm: Ints) -> Ints:
    """Two tracks of a member that are there at one time cannot be one storm in a deck: the later is one of its own."""
    member = np.repeat(np.arange(len(pieces)), [len(piece.tracks) for piece in pieces])
    first = np.concatenate([piece.tracks.time[piece.tracks.start] for piece in pieces])
    last = np.concatenate([piece.tracks.time[piece.tracks.start + piece.tracks.row_size - 1] for piece in pieces])
    until: dict[tuple[int, int], np.datetime64] = {}
    storm = storm.copy()
    for track in np.lexsort((first, member, storm)).tolist():
        key = int(storm[track]), int(member[track])
        if key in until and first[track] <= until[key]:
            storm[track] = storm.max() + 1
        else:
            until[key] = last[track]
    return storm


def _joined(storm: Ints, known: Ints, named: Ints) -> Ints:
    """Tracks of a best track as one storm, and with them the others of a group most of whose known tracks are of it."""
    votes = Counter(zip(storm[known].tolist(), named.tolist(), strict=True))
    of_group: dict[int, int] = {}
    for (number, name), _ in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0])):
        of_group.setdefault(number, name)
    joined = np.array([-1 - of_group[number] if number in of_group else number for number in storm.tolist()])
    joined[known] = -1 - named
    return joined


def _numbers(pieces: Sequence[Piece], storm: Ints) -> tuple[Texts, Ints]:
    """ATCF's basin, and the number in it, of each track: storms are numbered in the order in which they begin."""
    time, lat, lon = (
        np.concatenate([getattr(piece.tracks, name)[piece.tracks.start] for piece in pieces])
        for name in ("time", "lat", "lon")
    )
    order = np.lexsort((np.arange(len(time)), time))
    first = order[np.unique(storm[order], return_index=True)[1]]  # the track of each storm that begins first
    code, number = _codes(lat[first], lon[first]), np.zeros(len(first), np.int64)
    for name in np.unique(code):
        ours = np.flatnonzero(code == name)
        _enough(len(ours), str(name), pieces[0].year)
        number[ours[np.lexsort((lat[first[ours]], time[first[ours]]))]] = 1 + np.arange(len(ours))
    return code[storm], number[storm]


def _lines(piece: Piece, place: int, code: Texts, number: Ints, kind: list[str]) -> Iterator[str]:
    tracks = piece.tracks
    hours = [date.replace(" ", "") for date in whole_hours(tracks, "ATCF")]
    begin, tau = _since(piece, hours)
    technique = "MEAN" if piece.ensemble_member == CONSENSUS_MEMBER else f"M{piece.ensemble_member:03d}"
    size = len(tracks.time)
    columns = [
        code[tracks.track].tolist(), number[tracks.track].tolist(), begin, [place] * size, [technique] * size, tau,
        _tenths(tracks.lat, "NS"), _tenths(tracks.lon, "EW"), _whole(piece, "wind_max", KNOT_M_S),
        _whole(piece, "pressure_min", 100.0), kind, piece.name[tracks.track].tolist(),
    ]  # fmt: skip
    return map(_LINE.__mod__, zip(*columns, strict=True))


def _since(piece: Piece, hours: list[str]) -> tuple[list[str], list[int]]:
    """From when each point is counted, and how many hours it is after that."""
    tracks = piece.tracks
    begin, text = tracks.time[tracks.start][tracks.track], [hours[first] for first in tracks.start[tracks.track]]
    tau = ((tracks.time - begin) // np.timedelta64(1, "h")).astype(int)
    lead = piece.per_point.get("lead")
    if lead is not None and np.isfinite(lead).all():
        start = str(np.datetime_as_string(piece.per_track["forecast_reference_time"][0], unit="h"))
        text, tau = [start.replace("-", "").replace("T", "")] * len(text), lead.astype(int)
    return text, tau.tolist()


def _tenths(degrees: Floats, letters: str) -> list[str]:
    tenths = np.rint(np.abs(degrees) * 10.0).astype(int)
    return [f"{value}{letters[int(below)]}" for value, below in zip(tenths, degrees < 0, strict=True)]


def _whole(piece: Piece, name: str, unit: float) -> list[int]:
    """Whole knots or hPa; 0 where nothing is known."""
    values = piece.per_point.get(name)
    return (
        [0] * len(piece.tracks.time) if values is None else np.rint(np.nan_to_num(values) / unit).astype(int).tolist()
    )
