"""Formats of heads and lines of points: TempestExtremes, TRACK, IMILAST, ATCF."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from stormtracks.science.best_tracks import contents
from stormtracks.science.climatology.energy import KNOT_M_S
from stormtracks.science.errors import InputError
from stormtracks.science.track_files import beside
from stormtracks.science.track_files.columns import in_si, of_digits, of_parts
from stormtracks.science.track_files.track_file import TrackFile, assemble

_DECK = re.compile(
    r"\s*([A-Za-z]{2})\s*,\s*(\w\w)\s*,\s*(\d{10})\s*,[^,]*,\s*(\w+)\s*,\s*(-?\d+)\s*,"
    r"\s*(\d+)([NSns])\s*,\s*(\d+)([EWew])\s*,\s*(-?\d*)\s*,\s*(-?\d*)"
)
_UNKNOWN = 1e24
"""TRACK writes 1e25 where nothing is known."""


@dataclass
class _Points:
    """Texts of points, as they are read."""

    key: list[str] = field(default_factory=list)
    date: list[str] = field(default_factory=list)
    lat: list[float] = field(default_factory=list)
    lon: list[float] = field(default_factory=list)
    values: list[Sequence[float]] = field(default_factory=list)


def tempest(path: Path) -> TrackFile:
    """Nodes of TempestExtremes' StitchNodes, with or without the second index of the grid.

    What its further columns are, the file does not say: a pressure is known by its size, in Pa or hPa, and of an
    export of ours by the file beside it.
    """
    found, number = _Points(), 0
    for where, fields in _lines(path):
        if fields[0] == "start":
            number += 1
            continue
        if len(fields) < 7:
            raise _cut(where, fields)
        place = 2 if fields[1].lstrip("-").isdigit() else 1
        _add(found, str(number), "/".join(fields[-4:]), fields[place + 1], fields[place], fields[place + 2 : -4], where)
    time = of_parts(path, *np.array([date.split("/") for date in found.date]).T) if found.date else np.zeros(0, "M8[s]")
    columns = _columns(found)
    known = beside.tempest(path)
    if not known and any(map(_is_pressure, columns)):
        known = {"pressure": next(n for n, values in enumerate(columns) if _is_pressure(values))}
    others = {name: in_si(name, columns[n]) for name, n in known.items() if n < len(columns)}
    return _made("TempestExtremes", path, found, time, others)


def track(path: Path) -> TrackFile:
    """TRACK's text: vorticity in 1e-5 s-1; of added fields those that an export of ours has."""
    found, number = _Points(), ""
    for where, fields in _lines(path):
        if fields[0] == "TRACK_ID":
            number = fields[1]
        elif fields[0].isdigit() and len(fields) >= 4 and number:
            values = [value for value in fields[3:] if value != "&"]
            _add(found, number, fields[0], fields[2], fields[1], values, where)
    columns = _columns(found)
    others = {"vorticity": in_si("vorticity", columns[0])} if columns else {}
    for name, n in beside.track(path).items():
        if n < len(columns):
            others[name] = in_si(name, np.where(columns[n] > _UNKNOWN, np.nan, columns[n]))
    return _made("TRACK", path, found, of_digits(found.date, path), others)


def imilast(path: Path) -> TrackFile:
    """The text of IMILAST: the name of its last column says what it is, VO in 1e-5 s-1 or a pressure in hPa."""
    found, name = _Points(), "VO"
    for where, fields in _lines(path):
        if fields[0] == "99":
            name = fields[1].split(",")[-1].upper() if len(fields) > 1 else name
        elif fields[0] == "00":
            if len(fields) < 10:
                raise _cut(where, fields)
            _add(found, fields[1], fields[3], fields[9], fields[8], fields[10:11], where)
    kind = "vorticity" if name.startswith("VO") else "pressure" if "SL" in name or name.startswith("P") else ""
    columns = _columns(found)
    others = {kind: in_si(kind, columns[0])} if kind and columns else {}
    return _made("IMILAST", path, found, of_digits(found.date, path), others)


def deck(path: Path) -> TrackFile:
    """An a-deck of ATCF: a track for each storm, start and technique; techniques are the members, M003 is 3."""
    found, techniques, names = _Points(), [], []
    for where, text in _texts(path):
        line = _DECK.match(text)
        if line is None:
            raise InputError(f"{where} is not ATCF's: '{text.strip()[:40]}'; mend it")
        basin, number, start, technique, tau, lat, south, lon, west, wind, pressure = line.groups()
        key = "/".join((basin, number, start, technique))
        if found.key and (found.key[-1], found.date[-1]) == (key, f"{start} {tau}"):
            continue  # a further line of the same point, for another wind radius
        sign = (-1 if south in "Ss" else 1), (-1 if west in "Ww" else 1)
        found.values.append((float(wind or 0), float(pressure or 0)))
        found.key.append(key)
        found.date.append(f"{start} {tau}")
        found.lat.append(sign[0] * int(lat) / 10)
        found.lon.append(sign[1] * int(lon) / 10)
        techniques.append(technique)
        fields = text.split(",")
        names.append(fields[27].strip() if len(fields) > 27 else "")
    start, tau = zip(*(date.split() for date in found.date), strict=True) if found.date else ((), ())
    time = of_digits(start, path) + (3600 * np.array(tau, np.int64)).astype("timedelta64[s]")
    wind, pressure = (np.where(values > 0, values, np.nan) for values in _columns(found))
    others: dict[str, np.ndarray] = {"wind": wind * KNOT_M_S, "pressure": pressure * 100.0}
    member = _numbered(np.array(techniques, dtype=str))
    made = np.array(found.key), time, np.array(found.lat), np.array(found.lon)
    return assemble("ATCF", path, *made, **others, member=member, name=np.array(names, dtype=str))


def _numbered(techniques: np.ndarray) -> np.ndarray:
    """M003 is member 3; if there are others, all are numbered in the order of their names."""
    different, number = np.unique(techniques, return_inverse=True)
    if all(re.fullmatch(r"M\d{3}", name) for name in different.tolist()):
        return np.array([int(name[1:]) for name in different.tolist()])[number]
    return number


def _made(kind: str, path: Path, found: _Points, time: np.ndarray, others: dict[str, np.ndarray]) -> TrackFile:
    if (member := beside.member(path)) is not None:
        others["member"] = np.full(len(found.key), member)
    return assemble(kind, path, np.array(found.key), time, np.array(found.lat), np.array(found.lon), **others)


def _columns(found: _Points) -> list[np.ndarray]:
    """Further columns of points, as many as all of them have."""
    least = min(map(len, found.values), default=0)
    return [np.array([values[n] for values in found.values], float) for n in range(least)]


def _is_pressure(values: np.ndarray) -> bool:
    return len(values) > 0 and bool(
        ((values > 8e4) & (values < 1.1e5)).all() or ((values > 800) & (values < 1100)).all()
    )


def _add(found: _Points, key: str, date: str, lat: str, lon: str, values: Sequence[str], where: str) -> None:
    try:
        found.lat.append(float(lat))
        found.lon.append(float(lon))
        found.values.append([float(value) for value in values])
    except ValueError as error:
        raise InputError(f"{where}: {error}; mend the line") from error
    found.key.append(key)
    found.date.append(date)


def _cut(where: str, fields: Sequence[str]) -> InputError:
    return InputError(f"{where} has only {len(fields)} fields: truncated; copy the file again")


def _texts(path: Path) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(contents.lines(path), 1):
        text = line.decode("utf-8", "replace")
        if text.strip():
            yield f"{path}: line {number}", text


def _lines(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Where each line is, and its fields."""
    return ((where, text.split()) for where, text in _texts(path))
