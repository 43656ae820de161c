"""HURDAT2, NHC's best tracks of the North Atlantic and the northeastern Pacific -> columns.

A line per storm (``AL012021, ANA, 17,``), then a line per observation; see the format's description at
https://www.nhc.noaa.gov/data/hurdat/.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from stormtracks.science.best_tracks import contents, values
from stormtracks.science.best_tracks.columns import Columns, Window, by_storm, no_texts
from stormtracks.science.errors import InputError

_STORM = re.compile(r"\s*\"?([A-Z]{2})(\d{2})(\d{4})\"?\s*,\s*\"?([^,\"]*?)\"?\s*,\s*(\d+)\s*,?\s*", re.IGNORECASE)
_FIELDS = 8  # date, time, mark, status, latitude, longitude, wind, pressure; radii follow
BASINS = {"AL": "NA", "EP": "EP", "CP": "EP", "WP": "WP", "IO": "NI", "SL": "SA", "LS": "SA"}
"""Basin as ATCF writes it -> as IBTrACS does; the southern hemisphere's SH is two of IBTrACS's."""


def begins(text: str) -> bool:
    """Whether a file that begins with this text is HURDAT2."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    return _STORM.fullmatch(line) is not None


def read(path: Path, window: Window) -> Columns:
    """Columns of the storms in the window."""
    storms, rows, lines = [], [], []
    for number, storm, row in _rows(path):
        storms.append(storm)
        rows.append(row)
        lines.append(number)
    if not rows:
        raise InputError("storms without an observation; download it again from https://www.nhc.noaa.gov/data/hurdat/")
    sid, name, basin, season = (np.array(column) for column in zip(*storms, strict=True))
    texts = [np.array(column, dtype=str) for column in zip(*rows, strict=True)]

    def place(index: int) -> str:
        return f"line {lines[index]}"

    points = {
        "sid": sid,
        "name": name,
        "basin": basin,
        "season": season.astype(np.int32),
        "track_type": no_texts(len(sid)),
        "time": values.times(np.char.add(np.char.add(texts[0], " "), texts[1]), place, needed=True),
        "lat": values.positions(texts[4], place, "the latitude", "NS", lettered=True),
        "lon": values.positions(texts[5], place, "the longitude", "EW", lettered=True),
        "wind": values.measured(texts[6], place, "the wind"),
        "pres": values.measured(texts[7], place, "the pressure"),
    }
    return by_storm(points, window) | {"agency": "NHC's only (1-minute)"}


def _rows(path: Path) -> Iterator[tuple[int, tuple[str, str, str, int], list[str]]]:
    """Line number, storm (identifier, name, basin, season) and fields of each observation."""
    storm, promised, begun = None, 0, 0
    number = 0
    for number, line in enumerate(contents.lines(path), 1):
        text = line.decode("utf-8", "replace").strip()
        found = _STORM.fullmatch(text)
        if found:
            _refuse_short(storm, promised, begun)
            basin, season = found[1].upper(), int(found[3])
            storm = (f"{basin}{found[2]}{season}", found[4].strip(), BASINS.get(basin, basin), season)
            promised, begun = int(found[5]), number
        elif text and storm:
            fields = [field.strip().strip('"').strip() for field in text.split(",")]
            if len(fields) < _FIELDS:
                raise InputError(
                    f"line {number}: {len(fields)} fields, not at least {_FIELDS} ('{text[:40]}'): truncated or not "
                    "HURDAT2; download it again from https://www.nhc.noaa.gov/data/hurdat/"
                )
            promised -= 1
            yield number, storm, fields[:_FIELDS]
    _refuse_short(storm, promised, begun)


def _refuse_short(storm: tuple[str, str, str, int] | None, left: int, line: int) -> None:
    if storm and left:
        how = f"{left} too few" if left > 0 else f"{-left} too many"
        raise InputError(
            f"line {line}: {storm[0]} {storm[1]} has {how} observations after it: truncated or edited; download it "
            "again from https://www.nhc.noaa.gov/data/hurdat/, or write the right number in that line"
        )
