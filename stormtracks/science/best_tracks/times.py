"""The times of a table's rows, of one column or of several: date and hour, year, month, day, hour and minute.

HURDAT2 as a table has date and time of day, 20050823 and 0.
"""

import re
from typing import Any

import numpy as np

from stormtracks.science.arrays import Ints, Texts
from stormtracks.science.best_tracks import values
from stormtracks.science.errors import InputError


def of_rows(fields: dict[str, Texts], place: values.Place) -> Ints:
    """Seconds since 1970, by the fields of the rows.

    Parameters
    ----------
    fields : dict of str to ndarray of str
        By our name of the column.
    place : callable
        Says where a text stands.

    Raises
    ------
    InputError
        A text that is no time or no part of one.
    """
    time = fields.get("time")
    if time is not None and ("date" not in fields or np.char.str_len(time).max(initial=0) > 8):
        return values.times(time, place)
    if "date" in fields:
        of_day = np.full(len(fields["date"]), "0000") if "hour" not in fields else _hours(fields, place)
        return values.times(_joined(fields["date"], " ", of_day if time is None else _of_day(time)), place)
    date = _joined(_whole(fields["year"]), "-", _whole(fields["month"]), "-", _whole(fields["day"]))
    return values.times(_joined(date, " ", _hours(fields, place)), place)


def _hours(fields: dict[str, Texts], place: values.Place) -> Texts:
    """Times of day, 0630, of columns of hours and of minutes; a column of hours may have them too: 0630, 06:30."""
    if "hour" not in fields:
        return np.full(len(fields["year"]), "0000")
    hours, minutes = _whole(fields["hour"]), _whole(fields.get("minute", np.full(len(fields["hour"]), "")))
    _refuse_others(
        hours, r"([01]?\d|2[0-3])|([01]\d|2[0-3]):?[0-5]\d", place, "in the column 'hour' is not an hour; write 0 to 23"
    )
    _refuse_others(minutes, r"([0-5]?\d)?", place, "in the column 'minute' is not a minute; write 0 to 59")
    whole = np.char.str_len(hours) <= 2
    return np.where(whole, np.char.add(np.char.zfill(hours, 2), np.char.zfill(minutes, 2)), hours)


def _refuse_others(texts: Texts, pattern: str, place: values.Place, fault: str) -> None:
    """Refuse the first text that does not fit a pattern."""
    wrong = {text for text in set(texts.tolist()) if not re.fullmatch(pattern, text, re.ASCII)}
    if wrong:
        at = next(at for at, text in enumerate(texts.tolist()) if text in wrong)
        raise InputError(f"{place(at)}: '{texts[at]}' {fault}")


def _of_day(time: Texts) -> Texts:
    """Times of day of two digits or four: 0, 6, 12 and 18 are hours; 0, 600, 1200 and 1800 hours and minutes."""
    different = set(time.tolist())
    whole = all(text.isdecimal() and len(text) <= 2 and int(text) < 24 for text in different)
    return np.char.zfill(time, 2 if whole and any(map(int, different)) else 4)


def _whole(texts: Texts) -> Texts:
    """Whole numbers without the point that programs put behind them: 24.0."""
    return np.array([re.sub(r"\.0*$", "", text) for text in texts.tolist()], dtype=str)


def _joined(first: Texts, *parts: Any) -> Texts:
    for part in parts:
        first = np.char.add(first, part)
    return first
