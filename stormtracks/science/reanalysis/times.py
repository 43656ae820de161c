"""Times by a file's own units and calendar."""

import re
from pathlib import Path
from typing import Any

import cftime
import netCDF4
import numpy as np

from stormtracks.science.arrays import Floats, Ints, Times
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis import axes

_CALENDARS = {
    "": "standard", "standard": "standard", "gregorian": "standard", "proleptic_gregorian": "proleptic_gregorian",
    "noleap": "noleap", "365_day": "noleap",
}  # fmt: skip
_SECONDS = {
    "day": 86400,
    "d": 86400,
    "hour": 3600,
    "hr": 3600,
    "h": 3600,
    "minute": 60,
    "min": 60,
    "second": 1,
    "sec": 1,
    "s": 1,
}
_REAL_DATES_FROM = np.datetime64("1582-10-15", "s")
"""From here on every real calendar agrees, and dates can be counted on."""
_LONGEST = 1.0e30


def decode(coordinate: netCDF4.Variable, path: Path) -> tuple[Times, str]:
    """Times of a coordinate variable, by its own units and calendar.

    Parameters
    ----------
    coordinate : netCDF4.Variable
        One-dimensional or scalar.
    path : Path
        For messages.

    Returns
    -------
    times : ndarray of datetime64[s], shape (nt,)
        Dates in the file's calendar, strictly ascending.
    calendar : str
        "standard", "proleptic_gregorian" or "noleap".

    Raises
    ------
    InputError
        No units or calendar that can be understood, missing, duplicated or backward times.
    """
    where = f"{path}: {coordinate.name}"
    units, calendar = str(axes.attribute(coordinate, "units")), _calendar(coordinate, where)
    if coordinate.size > axes.LONGEST_AXIS:
        raise InputError(f"{where}: has {coordinate.size} times by its header, so the file is damaged; copy it again")
    values = np.atleast_1d(np.ma.getdata(coordinate[...]))
    if values.dtype.kind not in "iuf" or not (np.abs(values.astype(float)) < _LONGEST).all():
        raise InputError(
            f"{where}: some times are missing, so the file was probably not written to its end; copy or write it again"
        )
    values = values.astype(np.float64 if values.dtype.kind == "f" else np.int64)
    _check_order(values, units, calendar, where)
    return _dates(values, units, calendar, where), calendar


def elapsed_hours(times: Times, calendar: str) -> Floats:
    """Hours since the first of some dates (datetime64[s]) in a calendar, float64."""
    if len(times) == 0:
        return np.zeros(0)
    hours = (times - times[0]) / np.timedelta64(3600, "s")
    return hours if calendar != "noleap" else hours - 24 * _leap_days(times)


def _leap_days(times: Times) -> Ints:
    """How many 29 Februaries lie between the first of some dates and each: noleap has none of them."""
    years = times.astype("datetime64[Y]").astype(int) + 1970
    march = times.astype("datetime64[Y]").astype("datetime64[M]") + np.timedelta64(2, "M")
    past_february = times >= march.astype("datetime64[s]")
    full = years - 1 + past_february
    leaps = full // 4 - full // 100 + full // 400
    return leaps - leaps[0]


def _calendar(coordinate: netCDF4.Variable, where: str) -> str:
    given = str(axes.attribute(coordinate, "calendar")).lower()
    if given in _CALENDARS:
        return _CALENDARS[given]
    reason = (
        "it has dates that do not exist in the real calendar"
        if given in ("360_day", "all_leap", "366_day")
        else "its dates cannot be compared with those of observations"
    )
    raise InputError(
        f"{where}: the calendar {given!r} cannot be used: {reason}; use data with the calendar standard, "
        "proleptic_gregorian or noleap"
    )


def _check_order(values: np.ndarray, units: str, calendar: str, where: str) -> None:
    step = np.diff(values)
    if (step > 0).all():
        return
    at = int(np.argmax(~(step > 0))) + 1
    fault = "duplicated" if values[at] == values[at - 1] else "backward"
    date = _by_cftime(values[at : at + 1], units, calendar, where)[0]
    raise InputError(
        f"{where}: {fault} time: {date} (number {at}, counted from 0); times must ascend: sort them (cdo mergetime)"
    )


def _dates(values: np.ndarray, units: str, calendar: str, where: str) -> Times:
    if len(values) == 0:
        return np.zeros(0, "datetime64[s]")
    ends = _by_cftime(values[[0, -1]], units, calendar, where)
    unit = re.match(r"\s*([a-z]+?)s?\s+since", units.lower())
    seconds = _SECONDS.get(unit[1]) if unit else None
    if calendar == "noleap" or seconds is None or ends[0] < _REAL_DATES_FROM:
        return _by_cftime(values, units, calendar, where)
    # All calendars agree on these dates, so that counting from the first will do, which is much faster than cftime.
    since_first = (values - values[0]) * np.float64(seconds)
    return ends[0] + np.round(since_first).astype("timedelta64[s]")


def _by_cftime(values: np.ndarray, units: str, calendar: str, where: str) -> Times:
    """Dates by cftime, which knows every calendar and takes its time over it."""
    try:
        dates = cftime.num2date(values, units, calendar, only_use_cftime_datetimes=True)
        texts = [date.isoformat() for date in np.atleast_1d(_rounded(dates))]
        return np.array(texts, dtype="datetime64[s]")
    except (ValueError, OverflowError, TypeError) as error:
        raise InputError(
            f"{where}: times with units {units!r} cannot be understood: {error}; correct units or calendar"
        ) from error


def _rounded(dates: Any) -> list[Any]:
    """Dates to the nearest second: a float of days is a microsecond off."""
    half = np.timedelta64(500_000, "us").astype(object)
    return [(date + half).replace(microsecond=0) for date in np.atleast_1d(dates)]


def bounds(year: int, season: tuple[str, str] | None) -> tuple[np.datetime64, np.datetime64]:
    """First and last moment (datetime64[s]) of a season, a pair of "MM-DD" or None for the whole year.

    Both dates are included at 00 UTC; a season whose end comes before its begin ends in the next year. A date that a
    year does not have (02-29) is the day after the last one of the month.
    """
    if season is None:
        return _midnight(year, "01-01"), _midnight(year + 1, "01-01") - np.timedelta64(1, "s")
    begin, end = season
    return _midnight(year, begin), _midnight(year + crosses_new_year(season), end)


def crosses_new_year(season: tuple[str, str] | None) -> bool:
    """Whether a season ("MM-DD", "MM-DD") ends in the year after the one it begins in."""
    return season is not None and season[1] < season[0]


def _midnight(year: int, date: str) -> np.datetime64:
    month, day = date.split("-")
    return (np.datetime64(f"{year:04d}-{month}", "D") + np.timedelta64(int(day) - 1, "D")).astype("datetime64[s]")
