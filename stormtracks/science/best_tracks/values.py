"""Texts of a table, all at once -> numbers, positions, times, identifiers; a text that is none of these is named."""

import re
import warnings
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from stormtracks.science.arrays import Bools, Floats, Ints, Texts
from stormtracks.science.best_tracks import day_first
from stormtracks.science.errors import InputError

Place: TypeAlias = Callable[[int], str]
"""Says where a text stands, by its index: "line 7"."""

NO_TIME = np.iinfo(np.int64).min
"""The time of a row that has none, s since 1970."""

CENTURIES = tuple(int(np.datetime64(f"{year}-01-01", "s").astype(np.int64)) for year in (1700, 2300))
"""Observations are of these centuries, s since 1970; what is outside is a mark of a missing value."""

_NOTHING = ("", "NA", "NAN", "NAT", "NULL", "NONE", "\\N", "-", "--", ".")
_SID = re.compile(r"(\d{4})\d{3}[NS]\d{5}")  # year, day of the year, place
_ATCF = re.compile(r"[A-Z]{2}\d{2}(\d{4})")  # basin, number, year
_TIME = re.compile(
    r"(\d{4})(?:[-/](\d\d?)[-/](\d\d?)|(\d\d)(\d\d))"
    r"(?:(?:[ T]+|(?<=\d{8}))(\d\d)(?::?(\d\d)(?::?(\d\d(?:\.\d+)?))?)?)?"
    r" *(?:Z|UTC|GMT|\+00(?::?00)?)?"
)  # no other zone than UTC
_POSITION = re.compile(r"(\d+(?:[.,]\d*)?) *°? *([NSEW])", re.IGNORECASE)


def is_identifier(text: str) -> bool:
    """Whether a text is the identifier of an observed storm: IBTrACS's, or ATCF's as in HURDAT2."""
    return bool(_SID.fullmatch(text) or _ATCF.fullmatch(text))


def bare(text: str) -> str:
    """A text without the marks that programs put around it: blanks, quotes, Python's b'...'."""
    text = text.strip()
    if text[:2] in ("b'", 'b"') and text[-1:] == text[1]:
        text = text[2:-1]
    return text.strip("\"' \t\0")


def numbers(texts: Texts, place: Place, what: str) -> Floats:
    """Numbers, NaN for a blank and for the marks of a missing value; a decimal comma is read."""
    try:
        values = np.where(texts == "", "nan", texts).astype(float)
    except ValueError:
        values = _each(texts, _number, float, place, f"{what} is not a number")
    return np.where(values <= -999.0, np.nan, values)  # IBTrACS's -9999, HURDAT2's -999


def measured(texts: Texts, place: Place, what: str) -> Floats:
    """Winds or pressures; NaN also for what none can be: below zero (-99, -1 are marks) or infinite."""
    values = numbers(texts, place, what)
    return np.where((values < 0) | np.isinf(values), np.nan, values)


def positions(texts: Texts, place: Place, what: str, letters: str, lettered: bool = False) -> Floats:
    """Latitudes (`letters` NS) or longitudes (EW), degrees; also 28.0N and 94.8W, and only so where `lettered`.

    Raises
    ------
    InputError
        One beyond its limits: degrees are wanted, not tenths, radians and the like. One with a letter of the other
        coordinate, or with a letter and a sign.
    """
    low, high = (-90.0, 90.0) if letters == "NS" else (-180.0, 360.0)
    fault = f"{what} is not a number of degrees"
    if lettered:
        fault = f"{what} is not a number of degrees without a sign before {letters[0]} or {letters[1]}"
    west = np.zeros(len(texts), dtype=bool)
    try:
        if lettered:
            raise InputError(fault)
        values = numbers(texts, place, what)
    except InputError:
        values = _each(texts, lambda text: _position(text, letters, lettered), float, place, fault)
        west = np.char.find(np.char.upper(texts), letters[1]) >= 0  # 359.1W is 0.9E
    beyond = np.flatnonzero((values > high) | (values < -high) | ((values < low) & ~west))
    if len(beyond):
        at = int(beyond[0])
        raise InputError(
            f"{place(at)}: {what} {str(texts[at])!r} is beyond {low:g} to {high:g} degrees; write it in degrees"
        )
    return values


def times(texts: Texts, place: Place, needed: bool = False) -> Ints:
    """Seconds since 1970, `NO_TIME` for a blank; where times are `needed`, a blank is refused.

    Raises
    ------
    InputError
        A text that is no time, or one outside of the centuries with observations.
    """
    if np.isin(np.char.str_len(texts), (10, 16, 19)).all():  # as a rule; NumPy also reads other texts, in its own way
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # it warns of a zone, and reads it
                seconds = texts.astype("datetime64[s]").astype(np.int64)
        except (ValueError, Warning):
            seconds = np.array([NO_TIME])
        if ((seconds >= CENTURIES[0]) & (seconds < CENTURIES[1])).all():
            return seconds
    convert = _needed_time if needed else _time
    return _each(
        day_first.year_first(texts), convert, np.int64, place, "the time is not written year-month-day hour:minute"
    )


def _each(
    texts: Texts, convert: Callable[[str], Any], kind: npt.DTypeLike, place: Place, fault: str
) -> npt.NDArray[Any]:
    """Each different text converted once; `convert` gives None for what it does not know."""
    different, where = np.unique(texts, return_inverse=True)
    values = [convert(str(text)) for text in different]
    wrong = [number for number, value in enumerate(values) if value is None]
    if wrong:
        at = int(np.flatnonzero(np.isin(where, wrong))[0])
        raise InputError(f"{place(at)}: {fault}: {str(texts[at])!r}; write it as IBTrACS does")
    return np.array(values, dtype=kind)[where.reshape(-1)]


def _number(text: str) -> float | None:
    text = bare(text)
    if text.upper() in _NOTHING:
        return np.nan
    try:
        return float(text.replace(",", ".") if text.count(",") == 1 else text)
    except ValueError:
        return None


def _position(text: str, letters: str, lettered: bool) -> float | None:
    found = _POSITION.fullmatch(bare(text))
    if not found:
        return None if lettered else _number(text)
    if found[2].upper() not in letters:
        return None
    return float(found[1].replace(",", ".")) * (-1 if found[2].upper() == letters[1] else 1)


def _time(text: str) -> int | None:
    text = bare(text)
    if text.upper() in _NOTHING:
        return int(NO_TIME)
    found = _TIME.fullmatch(text)
    if not found:
        return None
    year, month, day, month_alone, day_alone, hour, minute, second = (float(part or 0) for part in found.groups())
    try:
        date = np.datetime64(f"{year:04.0f}-{month + month_alone:02.0f}-{day + day_alone:02.0f}", "s").astype(np.int64)
    except ValueError:
        return None
    time = int(date) + round(hour * 3600 + minute * 60 + second)
    return time if CENTURIES[0] <= time < CENTURIES[1] and hour < 24 and minute < 60 and second < 61 else None


def _needed_time(text: str) -> int | None:
    found = _time(text)
    return None if found == NO_TIME else found


def missing(texts: Texts) -> Bools:
    """Which texts are blank or a mark of a missing value."""
    return np.isin(np.char.upper(np.char.strip(texts)), _NOTHING)
