"""Times by a file's own units and calendar."""

import re
import warnings
from pathlib import Path
from typing import Any

import cftime
import numpy as np
import numpy.typing as npt

from stormtracks.errors import BadValue
from stormtracks.science import calendars
from stormtracks.science.arrays import Times
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.stored import packing
from stormtracks.science.reanalysis.stored.attributes import attribute, text
from stormtracks.science.reanalysis.stored.packing import Packing
from stormtracks.science.reanalysis.stored.protocol import Variable

_CALENDARS = {
    "": "standard", "standard": "standard", "gregorian": "standard", "proleptic_gregorian": "proleptic_gregorian",
    "noleap": "noleap", "365_day": "noleap", "no_leap": "noleap", "365day": "noleap", "360_day": "360_day",
    "360day": "360_day", "gregorian_proleptic": "proleptic_gregorian", "365_days": "noleap", "360_days": "360_day",
}  # fmt: skip
_UNITS = {  # spelling without a plural s -> (what cftime is asked for, how many of that)
    "week": ("days", 7), "day": ("days", 1), "d": ("days", 1), "hour": ("hours", 1), "hr": ("hours", 1),
    "h": ("hours", 1), "minute": ("minutes", 1), "min": ("minutes", 1), "second": ("seconds", 1),
    "sec": ("seconds", 1), "s": ("seconds", 1), "millisecond": ("milliseconds", 1), "millisec": ("milliseconds", 1),
    "msec": ("milliseconds", 1), "ms": ("milliseconds", 1), "microsecond": ("microseconds", 1),
    "microsec": ("microseconds", 1), "us": ("microseconds", 1), "nanosecond": ("microseconds", 1e-3),
    "nanosec": ("microseconds", 1e-3), "nsec": ("microseconds", 1e-3), "ns": ("microseconds", 1e-3),
}  # fmt: skip
_SECONDS = {
    "days": 86400.0,
    "hours": 3600.0,
    "minutes": 60.0,
    "seconds": 1.0,
    "milliseconds": 1e-3,
    "microseconds": 1e-6,
}
_SINCE = re.compile(r"\s*([a-z\u00b5]+)\s+(?:since|from|after|ref)\s+(.+)", re.IGNORECASE)
_DATE = re.compile(
    r"(?P<year>[-+]?\d{1,4})[-/](?P<month>\d{1,2})(?:[-/](?P<day>\d{1,2}))?"
    r"(?:[T ,_]+(?P<hour>\d{1,2})(?::(?P<minute>\d{1,2}))?(?::(?P<second>\d{1,2}(?:\.\d*)?))?)??"
    r"\s*(?P<zone>z|\(?utc\)?|\(?gmt\)?|(?P<sign>[-+])(?P<zone_hour>\d{1,2})(?::?(?P<zone_minute>\d\d))?"
    r"|(?(hour)(?<=\s)(?P<plain_hour>\d{1,2}):(?P<plain_minute>\d\d)|(?!)))?\.?",
    re.IGNORECASE,
)
"""What is counted from; UDUNITS takes all of these, and cftime passes over a zone of one digit (-6:00).

wgrib2 writes a zone without a sign (``1970-01-01 00:00:00.0 0:00``).
"""
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[T ]?(\d\d)(\d\d)?(\d\d)?)?(?!\d)(.*)", re.IGNORECASE)
_COMPACT_TIME = re.compile(r"(\d{1,4}-\d{1,2}-\d{1,2}T)(\d\d)(\d\d)(\d\d)?(z?)", re.IGNORECASE)
_JULIAN_DAYS = re.compile(r"-471[23]-0?1-0?1[T ]12(:|$)")
"""Where Julian days begin, with a year 0 or without."""
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAY_FIRST = re.compile(rf"(\d{{1,2}})-({'|'.join(_MONTHS)})-(\d{{4}})(.*)", re.IGNORECASE)
"""As Ferret writes dates: 15-JAN-1901 00:00:00."""
_DIGITS = re.compile(r"days? as %y%m%d(\.%f)?")
_UNEQUAL = {"month", "year", "common_year", "mon", "yr"}
_WHOLE = (3600, 1800, 900, 600, 300, 60)
"""What the times of data are whole numbers of, seconds: single precision misses them by minutes."""
_SIX_HOURS = 21600
_COARSE_WHOLE = (_SIX_HOURS, _SIX_HOURS // 2)
_COARSE = 1800.0
"""Seconds between neighbouring numbers in single precision from which on they can tell hours of 3 or 6 only."""
_FARTHEST_ZONE = 14
"""Hours of the time zone farthest from UTC."""
_REAL_DATES_FROM = np.datetime64("1582-10-15", "s")
"""From here on every real calendar agrees, and dates can be counted on."""


def decode(coordinate: Variable, path: Path) -> tuple[Times, str]:
    """Times of a coordinate variable, by its own units, calendar and packing.

    Parameters
    ----------
    coordinate : Variable
        One-dimensional or scalar.
    path : Path
        For messages.

    Returns
    -------
    times : ndarray of datetime64[s], shape (nt,)
        Dates in the file's calendar, strictly ascending; see `calendars`.
    calendar : str
        "standard" (also for "proleptic_gregorian" where both agree), "proleptic_gregorian", "noleap" or "360_day".

    Raises
    ------
    InputError
        No units or calendar that can be understood, missing, duplicated or backward times.
    """
    found, calendar = dates(coordinate, path)
    check_order(found, calendar, f"{path}: {coordinate.name}")
    return found, calendar


def dates(coordinate: Variable, path: Path) -> tuple[Times, str]:
    """Times as `decode`, in the shape of the coordinate variable and in any order."""
    where = f"{path}: {coordinate.name}"
    calendar = _calendar(coordinate, where)
    values = _numbers(coordinate, where)
    units = str(attribute(coordinate, "units")).strip()
    found = _dates(values.ravel(), units, calendar, where)
    precision = _precision(coordinate, values, units)
    _refuse_coarse(found, precision, where)
    found = _snapped(found, precision).reshape(values.shape)
    if calendar == "proleptic_gregorian" and (not found.size or found.min() >= _REAL_DATES_FROM):
        calendar = "standard"
    return found, calendar


def durations(coordinate: Variable, path: Path) -> npt.NDArray[np.timedelta64]:
    """How long something lasts, timedelta64[s] in the shape of the coordinate variable.

    Raises
    ------
    InputError
        There are no units, or units that are not equally long.
    """
    where = f"{path}: {coordinate.name}"
    values, units = _numbers(coordinate, where), text(coordinate, "units")
    if not units and not values.any():
        return np.zeros(values.shape, "timedelta64[s]")
    found = _unit(units, where)
    return np.round(values.astype(float) * found[1] * _SECONDS[found[0]]).astype("timedelta64[s]")


def check_order(times: Times, calendar: str, where: str) -> None:
    """Refuse times that do not ascend."""
    step = np.diff(times).astype(np.int64)
    if (step > 0).all():
        return
    at = int(np.argmax(~(step > 0))) + 1
    fault = "duplicated" if times[at] == times[at - 1] else "backward"
    date = calendars.text(times[at], calendar)
    raise InputError(
        f"{where}: {fault} time: {date} (number {at}, counted from 0); times must ascend: sort them (cdo mergetime)"
    )


def _calendar(coordinate: Variable, where: str) -> str:
    given = text(coordinate, "calendar")
    if given in _CALENDARS:
        return _CALENDARS[given]
    reason = (
        "it has dates that do not exist in the real calendar"
        if given in ("all_leap", "366_day")
        else "its dates cannot be compared with those of observations"
    )
    raise InputError(
        f"{where}: the calendar {given!r} cannot be used: {reason}; use data with the calendar standard, "
        "proleptic_gregorian, noleap or 360_day"
    )


def _numbers(coordinate: Variable, where: str) -> npt.NDArray[Any]:
    """The numbers of a coordinate: int64 where they are whole as stored, else float64."""
    packing_, stored = Packing(coordinate), packing.stored(coordinate)
    if packing_.absent(stored).any():
        raise InputError(
            f"{where}: some times are missing, so the file was probably not written to its end; copy or write it again"
        )
    if stored.dtype.kind == "i" and packing_.dtype.kind == "i" and (packing_.scale, packing_.offset) == (1, 0):
        return stored.astype(np.int64)
    if packing_.dtype == np.float32 and (packing_.scale, packing_.offset) == (1, 0):
        return stored.astype(np.float64)
    return packing_.coordinate(stored).reshape(stored.shape)


def _precision(coordinate: Variable, values: npt.NDArray[Any], units: str) -> float:
    """What single precision can be off by, seconds; 0 for other times."""
    found = _SINCE.match(units)
    if coordinate.dtype != np.float32 or not values.size or not found:
        return 0.0
    name, times = _UNITS.get(_singular(found[1]), ("seconds", 0))
    return float(np.spacing(np.float32(abs(values).max()))) * times * _SECONDS[name]


def _refuse_coarse(found: Times, precision: float, where: str) -> None:
    """Refuse times in single precision whose numbers are too far apart to say which time is meant."""
    if precision < _COARSE or not len(found):
        return
    seconds = np.unique(found.astype(np.int64))
    step = np.diff(seconds).min() if len(seconds) > 1 else _SIX_HOURS
    times = np.sort(found.astype(np.int64))
    is_twice = len(found) > len(seconds) and bool((np.diff(times) == 0).any())
    if is_twice or precision > step / 2 or not _is_on_hours(seconds, precision):
        raise InputError(
            f"{where}: its numbers, in single precision, lie {precision / 3600:.3g} hours apart, too far to tell the "
            "times; write them in double precision, or count from a later date (cdo setreftime,1900-01-01,00:00,hours)"
        )


def _is_on_hours(seconds: npt.NDArray[Any], precision: float) -> bool:
    """Whether coarse times are near whole multiples of 3 or 6 hours: others may be any time around."""
    return any(
        whole >= 2 * precision and bool((_apart(seconds, whole) <= precision / 2).all()) for whole in _COARSE_WHOLE
    )


def _snapped(found: Times, precision: float) -> Times:
    """Times that single precision misses by less than it can tell apart, at the whole hours or minutes they mean."""
    seconds = found.astype(np.int64)
    for whole in _COARSE_WHOLE if precision >= _COARSE else ():
        if whole >= 2 * precision and (_apart(seconds, whole) <= precision / 2).all():
            return _nearest(seconds, whole).astype("datetime64[s]")
    for whole in _WHOLE if precision > 0.5 else ():
        if whole > 2 * precision and (_apart(seconds, whole) <= precision).all():
            return _nearest(seconds, whole).astype("datetime64[s]")
    return found


def _nearest(seconds: npt.NDArray[Any], whole: int) -> npt.NDArray[Any]:
    return (seconds + whole // 2) // whole * whole


def _apart(seconds: npt.NDArray[Any], whole: int) -> npt.NDArray[Any]:
    """How far times are from the nearest whole multiple, seconds."""
    return abs(_nearest(seconds, whole) - seconds)


def _singular(unit: str) -> str:
    unit = unit.lower().replace("\u00b5", "u")
    return unit if unit in _UNITS else unit.removesuffix("s")


def _unit(unit: str, where: str) -> tuple[str, float]:
    """What cftime calls a unit of time, and how many of them it is."""
    if _singular(unit) in _UNEQUAL:
        raise InputError(
            f"{where}: times in {unit!r} cannot be understood, because these are not equally long; convert them "
            "(cdo -r setreftime,1900-01-01,00:00:00,hours)"
        )
    if _singular(unit) not in _UNITS:
        raise InputError(f"{where}: times with units {unit!r} cannot be understood; correct units or calendar")
    return _UNITS[_singular(unit)]


def _dates(values: npt.NDArray[Any], units: str, calendar: str, where: str) -> Times:
    if len(values) == 0:
        return np.zeros(0, "datetime64[s]")
    if _DIGITS.fullmatch(units.lower()):
        return _of_digits(values, units, calendar, where)
    found = _SINCE.match(units)
    if not found:
        raise InputError(
            f"{where}: times with units {units!r} cannot be understood: they say no date to count from; "
            "write them as in 'hours since 1900-01-01'"
        )
    if _singular(found[1]) in _UNEQUAL:
        _unit(found[1], where)
    name, times = _UNITS.get(_singular(found[1]), (found[1], 1))
    since = f"{name} since {_reference(found[2], units, where, calendar)}"
    return _counted(values if times == 1 else values * times, name, since, calendar, where)


def _reference(given: str, units: str, where: str, calendar: str = "") -> str:
    """The date that is counted from, as cftime reads it right."""
    found = _DATE.fullmatch(_with_hyphens(given.strip()))
    if found is None:
        raise InputError(
            f"{where}: times with units {units!r} cannot be understood: {given!r} is not a date; "
            "write them as in 'hours since 1900-01-01'"
        )
    if _JULIAN_DAYS.match(given.strip()) and calendar == "standard":
        return "-4713-1-1 12:0:0"
    if int(found["year"]) <= 0 and calendar == "standard":
        raise InputError(
            f"{where}: times with units {units!r} cannot be understood: the year {int(found['year'])} is counted with "
            "or without a year 0, and its days by one calendar or another; count from a later date (Matlab's datenum: "
            "ncap2 -s 'time=time-693962;time@units=\"days since 1900-01-01\"' FILE OUT)"
        )
    zone_hour = found["zone_hour"] or found["plain_hour"]
    zone_minute = found["zone_minute"] or found["plain_minute"]
    if int(zone_hour or 0) > _FARTHEST_ZONE or int(zone_minute or 0) > 59:
        raise InputError(
            f"{where}: times with units {units!r} cannot be understood: there is no time zone {found['zone']!r}; "
            "write them as in 'hours since 1900-01-01 00:00:00 +01:00'"
        )
    text = "{year}-{month}-{day} {hour}:{minute}:{second}".format(
        **found.groupdict(default="0") | {"day": found["day"] or 1}
    )
    return text + (f"{found['sign'] or '+'}{int(zone_hour):02d}:{zone_minute or '00'}" if zone_hour else "")


def _with_hyphens(given: str) -> str:
    """A date as the others are written: of 20050801, 2005080106, 20050801T0600, 2005-08-01T0600, 01-AUG-2005."""
    day_first = _DAY_FIRST.fullmatch(given)
    if day_first:
        return f"{day_first[3]}-{_MONTHS.index(day_first[2].lower()) + 1}-{day_first[1]}{day_first[4]}"
    compact = _COMPACT.fullmatch(given)
    if compact:
        year, month, day, hour, minute, second, rest = compact.groups()
        time = ":".join(part for part in (hour, minute, second) if part)
        return f"{year}-{month}-{day}" + (f" {time}" if time else "") + rest
    time_of_day = _COMPACT_TIME.fullmatch(given)
    if time_of_day:
        date, hour, minute, second, zone = time_of_day.groups()
        return f"{date}{hour}:{minute}:{second or '00'}{zone}"
    return given


def _counted(values: npt.NDArray[Any], unit: str, units: str, calendar: str, where: str) -> Times:
    """Dates of numbers that count from a date."""
    ends = _by_cftime(np.array([values.min(), values.max()]), units, calendar, where)
    is_real = not calendars.has_own_dates(calendar)
    if unit not in _SECONDS or (is_real and (calendar == "noleap" or ends[0] < _REAL_DATES_FROM)):
        return _by_cftime(values, units, calendar, where)
    # All real calendars agree on these dates, so that counting from the first will do, much faster than cftime.
    since_first = (values - values.min()) * np.float64(_SECONDS[unit])
    return ends[0] + np.round(since_first).astype("timedelta64[s]")


def _of_digits(values: npt.NDArray[Any], units: str, calendar: str, where: str) -> Times:
    """Dates that are written as a number: 20050801.25 is 2005-08-01 06 UTC."""
    days = np.floor(values).astype(np.int64)
    seconds = np.round((values - days) * 86400).astype("timedelta64[s]")
    try:
        texts = [f"{day // 10000:04d}-{day // 100 % 100:02d}-{day % 100:02d}" for day in days.tolist()]
        return np.array([calendars.of_text(text, calendar) for text in texts], dtype="datetime64[s]") + seconds
    except BadValue as error:
        raise InputError(f"{where}: times with units {units!r} cannot be understood: {error}; correct them") from error


def _by_cftime(values: npt.NDArray[Any], units: str, calendar: str, where: str) -> Times:
    """Dates by cftime, which knows every calendar and takes its time over it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # CF says nothing of the years before Christ that Julian days begin in
            dates = cftime.num2date(values, units, calendar, only_use_cftime_datetimes=True)
        texts = [date.isoformat() for date in np.atleast_1d(_rounded(dates))]
        if calendars.has_own_dates(calendar):
            return np.array([calendars.of_text(text, calendar) for text in texts], dtype="datetime64[s]")
        return np.array(texts, dtype="datetime64[s]")
    except (ValueError, OverflowError, TypeError) as error:
        raise InputError(
            f"{where}: times with units {units!r} cannot be understood: {error}; correct units or calendar"
        ) from error


def _rounded(dates: Any) -> list[Any]:
    """Dates to the nearest second: a float of days is a microsecond off."""
    half = np.timedelta64(500_000, "us").astype(object)
    return [(date + half).replace(microsecond=0) for date in np.atleast_1d(dates)]


def bounds(
    year: int, season: tuple[str, str] | None, calendar: str = "standard"
) -> tuple[np.datetime64, np.datetime64]:
    """First and last moment (datetime64[s]) of a season, a pair of "MM-DD" or None for the whole year.

    Both dates are included at 00 UTC; a season whose end comes before its begin ends in the next year. A date that a
    year does not have (02-29) is the day after the last one of the month. In a calendar of 360 days, whose months end
    on the 30th, a season that lasts until the 31st has all of its last month, and none of the next.
    """
    if season is None:
        after = calendars.of_date(year + 1, 1, 1, calendar)
        return calendars.of_date(year, 1, 1, calendar), after - np.timedelta64(1, "s")
    begin, end = season
    last = _midnight(year + crosses_new_year(season), end, calendar)
    if calendars.has_own_dates(calendar) and end.endswith("-31"):
        last -= np.timedelta64(1, "s")
    return _midnight(year, begin, calendar), last


def _midnight(year: int, date: str, calendar: str) -> np.datetime64:
    month, day = date.split("-")
    return calendars.of_date(year, int(month), int(day), calendar)


def crosses_new_year(season: tuple[str, str] | None) -> bool:
    """Whether a season ("MM-DD", "MM-DD") ends in the year after the one it begins in."""
    return season is not None and season[1] < season[0]
