"""IBTrACS file (NetCDF or CSV, v04r00 and v04r01) -> best tracks."""

import csv
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeAlias

import netCDF4
import numpy as np
import numpy.typing as npt

from stormtracks.science.arrays import Bools, Floats, Ints, Texts
from stormtracks.science.errors import InputError
from stormtracks.science.records import BestTracks, InputFile
from stormtracks.science.settings import WIND_SOURCES, Settings, check_choice
from stormtracks.science.sphere import wrap

SOURCE = (
    "https://www.ncei.noaa.gov/data/international-best-track-archive-for-climate-stewardship-ibtracs/v04r01/access/"
)
"""Where IBTrACS is published (netcdf/ and csv/); named in refusals."""

_STORM_TEXTS = ("sid", "name", "track_type")
_NUMBERS = ("lat", "lon", "usa_wind", "usa_pres", "wmo_wind", "wmo_pres")
_NETCDF_VARIABLES = (*_STORM_TEXTS, "basin", "season", "time", *_NUMBERS)
_CSV_COLUMNS = (*_STORM_TEXTS, "basin", "season", "iso_time", *_NUMBERS)
_NAMELESS = ("NOT_NAMED", "UNNAMED")  # v04r00, v04r01
_MOST_POINTS = 10**8  # all of IBTrACS has 5 million places for points: 14,000 storms of 360 times
_SECONDS = {"days": 86400.0, "hours": 3600.0, "minutes": 60.0, "seconds": 1.0}

Window: TypeAlias = tuple[int, int]
"""First and last time of interest, s since 1970."""

Columns: TypeAlias = dict[str, Any]
"""What both readers hand over, arrays by name. Per storm: sid, name, track_type, basin (of its first point), season.
Per point: storm (index), time (s since 1970), lat, lon and the agencies' numbers (NaN: missing)."""


def load(
    path: str | os.PathLike[str],
    start: np.datetime64 | None = None,
    stop: np.datetime64 | None = None,
    *,
    wind_source: str = Settings.wind_source,
) -> BestTracks:
    """Best tracks from an IBTrACS v04 file, as NetCDF or CSV (told apart by content).

    Parameters
    ----------
    path : path_like
        ``IBTrACS.*.nc`` or ``ibtracs.*.csv``, v04r00 or v04r01.
    start, stop : datetime64, optional
        Only storms with an observation at or between these times, each with all of its observations.
    wind_source : str
        'usa' takes the USA agencies' 1-minute winds and pressures, and the WMO agency's where there are none; 'wmo'
        takes the WMO agency's only (no value between its synoptic times).

    Returns
    -------
    BestTracks
        Main and provisional tracks in the file's order; points ascending in time, only the first of those at the same
        time; longitude in [-180, 180). Spur tracks (alternative or short-lived pieces of a storm that some agency
        drew) are left out.

    Raises
    ------
    InputError
        No such file, not IBTrACS, truncated, or without a variable that is needed.

    Notes
    -----
    Basin 'NA' is the North Atlantic, never a missing value. Times are rounded to the second: NetCDF stores
    days since 1858 as a float.
    """
    check_choice("wind_source", wind_source, WIND_SOURCES)
    path = Path(path)
    window = (_second(start, np.iinfo(np.int64).min + 1), _second(stop, np.iinfo(np.int64).max))
    read = _read_netcdf if _is_netcdf(path) else _read_csv
    return _best_tracks(read(path, window), wind_source)


def input_file(path: str | os.PathLike[str]) -> InputFile:
    """The file as it is now, to record what a result was made from; refused where it does not exist."""
    _is_netcdf(Path(path))  # which opens it
    return InputFile.of(path)


def _second(time: np.datetime64 | None, default: int) -> int:
    return default if time is None else int(np.asarray(time, "datetime64[s]").astype(np.int64))


def _is_netcdf(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(8).startswith((b"\x89HDF\r\n\x1a\n", b"CDF"))
    except FileNotFoundError as error:
        raise InputError(
            f"{path}: no such file of best tracks; fetch it with inv download --dataset ibtracs, or from {SOURCE}"
        ) from error
    except OSError as error:
        raise InputError(
            f"{path}: the best tracks cannot be read: {error.strerror}; give an IBTrACS file that you can read"
        ) from error


def _read_netcdf(path: Path, window: Window) -> Columns:
    try:
        with netCDF4.Dataset(path) as dataset:
            dataset.set_auto_chartostring(False)  # an `_Encoding` attribute must not change the shapes
            _refuse_other_data(dataset.variables, _NETCDF_VARIABLES)
            return _netcdf_columns(dataset, window)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    except (OSError, RuntimeError) as error:
        raise InputError(
            f"{path}: cannot be read ({error}): it is truncated or damaged; download it again from {SOURCE}netcdf/"
        ) from error


def _refuse_other_data(names: Iterable[str], needed: Iterable[str]) -> None:
    names = list(names)
    missing = [name for name in needed if name not in names]
    if "sid" in missing:
        found = ", ".join(names[:6])[:80] or "nothing"
        raise InputError(f"not an IBTrACS v04 file (it begins with {found!r}); give a file from {SOURCE}")
    if missing:
        raise InputError(f"the variable '{missing[0]}' is missing; download the file again from {SOURCE}")


def _netcdf_columns(dataset: netCDF4.Dataset, window: Window) -> Columns:
    _refuse_too_much(dataset["time"])
    seconds, known = _seconds(dataset["time"])
    seen = np.flatnonzero((known & (seconds >= window[0]) & (seconds <= window[1])).any(axis=1))
    # Storms of a year lie next to each other: one slab per variable, since every read inflates whole chunks.
    slab = slice(seen[0], seen[-1] + 1) if len(seen) else slice(0, 0)
    chosen = seen - slab.start
    known = known[seen]
    columns: Columns = {name: _text(dataset[name], slab)[chosen] for name in _STORM_TEXTS}
    columns["basin"] = _text(dataset["basin"], (slab, 0))[chosen]
    columns["season"] = _numbers(dataset["season"], slab)[chosen]
    columns["storm"] = np.nonzero(known)[0]
    columns["time"] = seconds[seen][known]
    for name in _NUMBERS:
        columns[name] = _numbers(dataset[name], slab)[chosen][known]
    return columns


def _refuse_too_much(variable: netCDF4.Variable) -> None:
    if variable.size > _MOST_POINTS:
        lengths = ", ".join(f"{name} {size}" for name, size in zip(variable.dimensions, variable.shape, strict=True))
        raise InputError(
            f"has {variable.size} points by its header ({lengths}), but at most {_MOST_POINTS} are read: the header is "
            f"damaged; download it again from {SOURCE}netcdf/"
        )


def _seconds(variable: netCDF4.Variable) -> tuple[Ints, Bools]:
    """Whole seconds since 1970 and where there are any, from days, hours, ... since a date after 1582."""
    units = getattr(variable, "units", "no units")
    parts = re.fullmatch(r"(\w+) since (\d{4}-\d{1,2}-\d{1,2})(?:[ T]00:00:00(?:\.0+)?Z?)?", units.strip())
    if not parts or parts[1] not in _SECONDS:
        raise InputError(
            f"'{variable.name}' has units '{units}', not 'days since 1858-11-17 00:00:00'; download the file again"
        )
    values = _numbers(variable, slice(None))
    known = np.isfinite(values)
    origin = np.datetime64(parts[2], "s").astype(np.int64)
    return np.round(np.where(known, values, 0.0) * _SECONDS[parts[1]]).astype(np.int64) + origin, known


def _numbers(variable: netCDF4.Variable, index: Any) -> Floats:
    return np.ma.filled(np.ma.asarray(variable[index]).astype(float), np.nan)


def _text(variable: netCDF4.Variable, index: Any) -> Texts:
    """Character arrays as text, without the NULs and blanks at their ends."""
    values = np.ma.getdata(variable[index])
    if values.dtype.kind == "S" and values.ndim > 1:
        values = np.ascontiguousarray(values).view(f"S{values.shape[-1]}")[..., 0]
    if values.dtype.kind == "S":
        values = np.char.decode(values, "utf-8", "replace")
    return np.char.strip(values.astype(str))


def _read_csv(path: Path, window: Window) -> Columns:
    try:
        with path.open(encoding="utf-8", errors="replace", newline="") as file:
            header = [name.strip().lower() for name in file.readline().split(",")]
            _refuse_other_data(header, _CSV_COLUMNS)
            rows = _csv_rows(file, header, window)
        return _csv_columns(rows, header, window)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _csv_rows(file: Iterable[str], header: list[str], window: Window) -> list[list[str]]:
    """Rows of storms that may have been in the window, by the year that their identifier begins with.

    Splitting each of 700,000 lines into its 174 fields is what takes time; most need no splitting. The row of units
    has a blank in place of an identifier, so it is left out.
    """
    before = header.index("sid")
    first, last = (_year(second) for second in window)
    line, lines = ",".join(header), []
    for line in file:
        fields = line.split(",", before + 1)
        if str(first - 1) <= fields[min(before, len(fields) - 1)] < str(last + 2):
            lines.append(line)
    rows = list(csv.reader(lines))
    short = [row for row in [*rows, *csv.reader([line])] if len(row) != len(header)]
    if short:
        raise InputError(
            f"truncated: a line has {len(short[0])} of {len(header)} fields ('{','.join(short[0])[:40]}'); "
            f"download it again from {SOURCE}csv/"
        )
    return rows


def _year(second: int) -> int:
    """A year of four digits, so that it can be compared as text."""
    return min(
        max(1970 + int(np.int64(second).astype("datetime64[s]").astype("datetime64[Y]").astype(int)), 1001),
        9997,
    )


def _csv_columns(rows: list[list[str]], header: list[str], window: Window) -> Columns:
    fields = {name: np.array([row[header.index(name)].strip() for row in rows], dtype=str) for name in _CSV_COLUMNS}
    sid, time = fields["sid"], _converted(fields["iso_time"], "datetime64[s]").astype(np.int64)
    _, first, storm = np.unique(sid, return_index=True, return_inverse=True)
    order = np.argsort(first)  # the file's order, not the alphabet's
    storm = np.argsort(order)[storm]
    seen = np.bincount(storm, (time >= window[0]) & (time <= window[1]), len(first)) > 0
    kept = seen[storm]
    columns = {name: fields[name][first[order]][seen] for name in (*_STORM_TEXTS, "basin")}
    columns["season"] = _parsed(fields["season"])[first[order]][seen]
    columns |= {"storm": (np.cumsum(seen) - 1)[storm[kept]], "time": time[kept]}
    return columns | {name: _parsed(fields[name])[kept] for name in _NUMBERS}


def _parsed(texts: Texts) -> Floats:
    return _converted(np.where(texts == "", "nan", texts), "float64")


def _converted(texts: Texts, kind: str) -> npt.NDArray[Any]:
    try:
        return texts.astype(kind)
    except ValueError as error:  # numpy's message quotes the text
        raise InputError(
            f"does not have the format of IBTrACS ({error}); download it again from {SOURCE}csv/"
        ) from error


def _best_tracks(columns: Columns, wind_source: str) -> BestTracks:
    main = np.array(["spur" not in kind.lower() for kind in columns["track_type"]], dtype=bool)
    points = _points_in_order(columns, main)
    row_size = np.bincount(columns["storm"][points], minlength=len(main))
    kept = row_size > 0
    name = columns["name"][kept]
    return BestTracks(
        sid=columns["sid"][kept],
        name=np.where(np.isin(name, _NAMELESS), "", name),
        basin=columns["basin"][kept],
        season=np.nan_to_num(columns["season"][kept], nan=-1).astype(np.int32),
        row_size=row_size[kept].astype(np.int32),
        time=columns["time"][points].astype("datetime64[s]"),
        lat=columns["lat"][points],
        lon=wrap(columns["lon"][points]),
        wind_kt=_agency(columns, "wind", wind_source)[points],
        pressure_hpa=_agency(columns, "pres", wind_source)[points],
    )


def _points_in_order(columns: Columns, main: Bools) -> Ints:
    """Indices of the main tracks' points, storm after storm, times strictly ascending."""
    usable = main[columns["storm"]] & np.isfinite(columns["lat"]) & np.isfinite(columns["lon"])
    points = np.flatnonzero(usable)
    # A stable sort: of points at the same time the file's first stays the first.
    points = points[np.lexsort((columns["time"][points], columns["storm"][points]))]
    storm, time = columns["storm"][points], columns["time"][points]
    again = (storm[1:] == storm[:-1]) & (time[1:] == time[:-1])
    return points[np.concatenate([[True], ~again])] if len(points) else points


def _agency(columns: Columns, quantity: str, wind_source: str) -> Floats:
    wmo: Floats = columns[f"wmo_{quantity}"]
    if wind_source == "wmo":
        return wmo.astype(np.float32)
    usa: Floats = columns[f"usa_{quantity}"]
    return np.where(np.isnan(usa), wmo, usa).astype(np.float32)
