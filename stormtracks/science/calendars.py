"""Calendars of models: dates as numbers that can be compared and subtracted, and as text.

A datetime64[s] is a date of the real calendar, or of one without leap days, whose dates all exist. In the calendar of
360 days, twelve months of 30, it counts seconds from that calendar's 1970-01-01, as CF's ``seconds since 1970-01-01``
with ``calendar = "360_day"`` does: differences are right, and `texts` says the dates, 30 February among them.
"""

import re
from typing import Literal

import numpy as np

from stormtracks.errors import BadValue
from stormtracks.science.arrays import Ints, Texts, Times

OWN_DATES = ("360_day",)
"""Calendars with dates that datetime64 does not have, and no observation."""
_DAY = 86400
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d))?)?)?")


def has_own_dates(calendar: str) -> bool:
    """Whether a calendar has dates that datetime64 does not have."""
    return calendar in OWN_DATES


def in_files(calendar: str) -> str:
    """The CF calendar of times that are stored as seconds since 1970-01-01."""
    return calendar if has_own_dates(calendar) else "proleptic_gregorian"


def texts(times: Times, calendar: str, unit: Literal["s", "m", "h", "D"] = "s") -> Texts:
    """Dates as ISO 8601 says them, an array of str in the shape of the times.

    Parameters
    ----------
    times : ndarray of datetime64[s], or one of them
    calendar : str
    unit : {'s', 'm', 'h', 'D'}
        The last part of the text.

    Examples
    --------
    >>> from stormtracks.science import calendars
    >>> str(calendars.texts(calendars.of_date(2005, 2, 30, "360_day"), "360_day"))
    '2005-02-30T00:00:00'
    """
    if not has_own_dates(calendar):
        return np.datetime_as_string(times, unit=unit)
    seconds = np.asarray(times).astype("datetime64[s]").astype(np.int64)
    days, rest = np.divmod(seconds, _DAY)
    clock = np.datetime_as_string(rest.astype("datetime64[s]"), unit="s")
    found = [
        f"{1970 + day // 360:04d}-{day % 360 // 30 + 1:02d}-{day % 30 + 1:02d}{time[10:]}"
        for day, time in zip(days.ravel().tolist(), clock.ravel().tolist(), strict=True)
    ]
    length = {"s": 19, "m": 16, "h": 13, "D": 10}[unit]
    return np.array([text[:length] for text in found], dtype=str).reshape(days.shape)


def text(time: np.datetime64, calendar: str, unit: Literal["s", "m", "h", "D"] = "s") -> str:
    """One date; see `texts`."""
    return str(texts(np.asarray(time), calendar, unit))


def years(times: Times | np.datetime64, calendar: str) -> Ints:
    """Calendar years, an array of int in the shape of the times."""
    times = np.asarray(times)
    if has_own_dates(calendar):
        return 1970 + times.astype("datetime64[s]").astype(np.int64) // (360 * _DAY)
    return times.astype("datetime64[Y]").astype(np.int64) + 1970


def months(times: Times | np.datetime64, calendar: str) -> Ints:
    """Month of each time, from 1 to 12, in the times' own calendar."""
    if not has_own_dates(calendar):
        return np.asarray(times).astype("datetime64[M]").astype(np.int64) % 12 + 1
    days = np.asarray(times).astype("datetime64[s]").astype(np.int64) // _DAY
    return days % 360 // 30 + 1


def of_date(year: int, month: int, day: int, calendar: str) -> np.datetime64:
    """Midnight of a date; of a day that the month does not have, that of the days after its last one."""
    if has_own_dates(calendar):
        return np.datetime64(((year - 1970) * 360 + (month - 1) * 30 + day - 1) * _DAY, "s")
    return (np.datetime64(f"{year:04d}-{month:02d}", "D") + np.timedelta64(day - 1, "D")).astype("datetime64[s]")


def of_text(date: str, calendar: str) -> np.datetime64:
    """A date, with or without its time of day, from ISO 8601.

    Raises
    ------
    BadValue
        It is not a date of the calendar.
    """
    found = _DATE.fullmatch(date.strip())
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()) if found else [0] * 6
    midnight = of_date(year, month, day, calendar) if found and 1 <= month <= 12 else np.datetime64("NaT", "s")
    if found is None or text(midnight, calendar, "D") != found[0][:10] or max(hour - 23, minute - 59, second - 59) > 0:
        raise BadValue(f"{date!r} is not a date of the calendar {calendar}; write it as in 2005-08-28T18")
    return midnight + np.timedelta64(hour * 3600 + minute * 60 + second, "s")


def later(times: Times, lasting: np.ndarray, calendar: str) -> Times:
    """Times some durations (timedelta64[s]) later, in their own calendar."""
    if calendar != "noleap":
        return times + lasting
    seconds = _without_leap_days(times) + lasting.astype(np.int64)
    days, rest = np.divmod(seconds, _DAY)
    year, day = np.divmod(days, 365)
    begin = (year.astype("datetime64[Y]")).astype("datetime64[D]")
    is_leap = (begin + 365).astype("datetime64[Y]") == begin.astype("datetime64[Y]")
    date = begin + day + (is_leap & (day >= 59))  # the 60th day of a year without a 29 February is 1 March
    return date.astype("datetime64[s]") + rest.astype("timedelta64[s]")


def elapsed_hours(times: Times, calendar: str) -> np.ndarray:
    """Hours since the first of some dates in a calendar, float64."""
    if len(times) == 0:
        return np.zeros(0)
    if calendar != "noleap":
        return (times - times[0]) / np.timedelta64(3600, "s")
    seconds = _without_leap_days(times)
    return (seconds - seconds[0]) / 3600.0


def on_an_axis(times: Times, calendar: str) -> Times:
    """Times for the axis of a figure, which has real dates only: months of 30 days are stretched to theirs."""
    if not has_own_dates(calendar):
        return times
    months, rest = np.divmod(times.astype("datetime64[s]").astype(np.int64), 30 * _DAY)
    begin = months.astype("datetime64[M]").astype("datetime64[s]")
    length = (months + 1).astype("datetime64[M]").astype("datetime64[s]") - begin
    return begin + (length.astype(np.int64) * (rest / (30 * _DAY))).astype("timedelta64[s]")


def _without_leap_days(times: Times) -> Ints:
    """Seconds since 1970 as a calendar counts them that has no 29 February."""
    year = times.astype("datetime64[Y]").astype(np.int64) + 1970
    march = times.astype("datetime64[Y]").astype("datetime64[M]") + np.timedelta64(2, "M")
    full = year - 1 + (times >= march.astype("datetime64[s]"))
    leap_days = full // 4 - full // 100 + full // 400
    return times.astype("datetime64[s]").astype(np.int64) - (leap_days - 477) * _DAY
