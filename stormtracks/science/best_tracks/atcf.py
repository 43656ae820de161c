"""A b-deck of JTWC or NHC (ATCF), or a folder of them -> columns.

A line per observation and wind radius (34, 50, 64 kt), so times repeat; see
https://www.nrlmry.navy.mil/atcf_web/docs/database/new/abrdeck.html. A folder is what an archive unpacks to
(bwp012014.dat, ...).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stormtracks.readable import some
from stormtracks.science.best_tracks import contents, values
from stormtracks.science.best_tracks.columns import Columns, Window, by_storm, no_texts
from stormtracks.science.best_tracks.hurdat2 import BASINS
from stormtracks.science.errors import InputError

_LINE = re.compile(r"\s*([A-Z]{2})\s*,\s*(\d{1,2}|[A-Z]\d)\s*,\s*(\d{10})\s*,\s*(\d*)\s*,\s*(\w*)\s*,", re.IGNORECASE)
_DECK = re.compile(r"b[a-z]{2}\d{2}(\d{4})\.(dat|txt)(\.gz)?", re.IGNORECASE)
_LAT, _LON, _WIND, _PRESSURE, _NAME = 6, 7, 8, 9, 27
_TENTHS = re.compile(r"(\d+)([NSEW])", re.IGNORECASE)
_NO_STORM = 70  # from 70 on: internal use, from 80 on: tests, from 90 on: invests
_APART = 30 * 86400  # s; numbers begin anew each year, and no storm pauses for a month
_INDIAN = 135.0  # degrees east, where IBTrACS's South Indian basin ends
_UNNAMED = re.compile(
    r"INVEST|GENESIS\d*|UNNAMED|NONAME|TD\s*\d+|ONE|TWO|THREE|FOUR|FIVE|SIX|SEVEN|EIGHT|NINE|TEN|ELEVEN|TWELVE"
    r"|\w+TEEN|(TWENTY|THIRTY|FORTY)(-?\w+)?",
    re.IGNORECASE,
)


def begins(text: str) -> bool:
    """Whether a file that begins with this text is of ATCF."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    return _LINE.match(line) is not None


def decks(folder: Path) -> list[Path]:
    """The b-decks in a folder, by name.

    Raises
    ------
    InputError
        There is none.
    """
    found = sorted(path for path in folder.iterdir() if _DECK.fullmatch(path.name) and path.is_file())
    if not found:
        raise InputError(
            f"{folder}: a folder without b-decks (bwp012014.dat, ...); name a file of best tracks or a folder with some"
        )
    return found


def read(path: Path, window: Window) -> Columns:
    """Columns of the storms of one file in the window."""
    return by_storm(_points(_rows(path)), window) | {"agency": "the US agencies' only (JTWC or NHC, 1-minute)"}


def read_folder(folder: Path, window: Window) -> Columns:
    """Columns of the storms of all b-decks of a folder in the window."""
    rows = [row for path in decks(folder) for row in _rows(path)]
    return by_storm(_points(rows), window) | {"agency": "the US agencies' only (JTWC or NHC, 1-minute)"}


@dataclass(frozen=True)
class _Row:
    basin: str
    number: str
    time: int
    lat: float
    lon: float
    wind: float
    pressure: float
    name: str


def _rows(path: Path) -> Iterator[_Row]:
    """The observations of a b-deck; refused is a forecast, and a line that is cut off."""
    others = ""
    found = False
    for number, line in enumerate(contents.lines(path), 1):
        text = line.decode("utf-8", "replace")
        head = _LINE.match(text)
        if head is None:
            if text.strip(" \t\r\n\x1a"):
                raise InputError(f"{path}: line {number} is not ATCF's: '{text.strip()[:40]}'; remove or mend it")
            continue
        if head[5].upper() != "BEST":
            others = others or head[5]
            continue
        found = True
        row = _row(head, [field.strip() for field in text.split(",")], f"{path}: line {number}")
        if row:
            yield row
    if not found:
        raise InputError(
            f"{path}: ATCF forecasts or fixes (technique '{others}'), not best tracks (BEST); name a b-deck, such as "
            "bal122005.dat"
        )


def _row(head: re.Match[str], fields: list[str], where: str) -> _Row | None:
    """One observation; None where it has no position."""
    if len(fields) <= _WIND:
        raise InputError(f"{where} has {len(fields)} fields, not at least {_WIND + 1}: truncated; copy it again")
    if not fields[_LAT] or not fields[_LON]:
        return None
    minutes = int(head[4] or 0)
    if minutes > 59:
        raise InputError(f"{where}: '{head[4]}' in the field of minutes is not one of 0 to 59; mend it")
    day = f"{head[3][:4]}-{head[3][4:6]}-{head[3][6:8]} {head[3][8:]}:00"
    time = int(values.times(np.array([day]), lambda _: where, needed=True)[0]) + 60 * minutes
    return _Row(
        head[1].upper(),
        head[2].upper().zfill(2),
        time,
        _degrees(fields[_LAT], "NS", 90, where),
        _degrees(fields[_LON], "EW", 360, where),
        _positive(fields[_WIND], where),
        _positive(fields[_PRESSURE] if len(fields) > _PRESSURE else "", where),
        fields[_NAME] if len(fields) > _NAME else "",
    )


def _degrees(text: str, letters: str, limit: int, where: str) -> float:
    """Tenths of degrees: 127N is 12.7."""
    found = _TENTHS.fullmatch(text)
    if not found or int(found[1]) > 10 * limit or found[2].upper() not in letters:
        example = f"127{letters[0]}"
        raise InputError(f"{where}: '{text}' is not a position in tenths of degrees, such as {example}; mend it")
    return int(found[1]) / 10.0 * (-1 if found[2].upper() in "SW" else 1)


def _positive(text: str, where: str) -> float:
    """Winds and pressures; 0 and -99 stand for unknown."""
    try:
        value = float(text or 0)
    except ValueError as error:
        raise InputError(f"{where}: '{text}' is not a number; mend it") from error
    return value if 0 < value < np.inf else np.nan


def _points(rows: Iterable[_Row]) -> dict[str, object]:
    """All per point, with each storm's identifier, name, basin and season."""
    storms: dict[tuple[str, str], list[_Row]] = {}
    others: dict[str, None] = {}
    for row in rows:
        if row.number.isdigit() and int(row.number) >= _NO_STORM:
            others[row.basin + row.number] = None
        else:
            storms.setdefault((row.basin, row.number), []).append(row)
    pieces = [piece for storm in storms.values() for piece in _apart(storm)]
    points = [(*_storm(piece), row) for piece in pieces for row in piece]
    sid, name, basin, season, kept = zip(*points, strict=True) if points else ((),) * 5
    column = {key: np.array([getattr(row, key) for row in kept], float) for key in ("lat", "lon", "wind")}
    column["time"] = np.array([row.time for row in kept], np.int64)
    return column | {
        "sid": np.array(sid, dtype=str),
        "name": np.array(name, dtype=str),
        "basin": np.array(basin, dtype=str),
        "season": np.array(season, dtype=np.int32),
        "track_type": no_texts(len(sid)),
        "pres": np.array([row.pressure for row in kept], float),
        "remarks": [_left_out(list(others))] if others else [],
    }


def _left_out(others: list[str]) -> str:
    which = some(others)
    return f"numbers from {_NO_STORM} on are invests, tests and the like, not storms, and are left out: {which}"


def _apart(rows: list[_Row]) -> Iterator[list[_Row]]:
    """Storms that bear one number in different years."""
    rows = sorted(rows, key=lambda row: row.time)  # stable: of rows at one time the file's first stays the first
    begin = 0
    for index in range(1, len(rows) + 1):
        if index == len(rows) or rows[index].time - rows[index - 1].time > _APART:
            yield rows[begin:index]
            begin = index


def _storm(rows: list[_Row]) -> tuple[str, str, str, int]:
    """Identifier (WP012014), name ('' where there is none), IBTrACS's basin, season."""
    first = rows[0]
    date = np.datetime64(first.time, "s").astype("datetime64[M]").astype(int)
    south = first.basin == "SH"
    season = 1970 + int(date) // 12 + int(south and date % 12 >= 6)  # of the year in which it ends
    southern = "SI" if 0 <= first.lon < _INDIAN else "SP"
    names = [row.name for row in rows if row.name and not _UNNAMED.fullmatch(row.name)]
    basin = southern if south else BASINS.get(first.basin, first.basin)
    return f"{first.basin}{first.number}{season}", names[-1] if names else "", basin, season
