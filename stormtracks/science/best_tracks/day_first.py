"""Dates as Excel writes them into a table that is saved from it: 8/24/2005 6:00, 24.08.2005 06:00, 24-Aug-2005."""

import re

import numpy as np

from stormtracks.science.arrays import Texts
from stormtracks.science.errors import InputError

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DATE = re.compile(
    rf"(\d\d?)(?:([./-])(\d\d?)\2|[ -]({'|'.join(_MONTHS)})[a-z]*[ -])(\d{{4}})"
    r"(?:[ T,]+(\d\d?):(\d\d)(?::(\d\d)(?:\.0+)?)?(?: *([AP])\.?M\.?)?)? *(?:Z|UTC|GMT)?",
    re.IGNORECASE,
)


def year_first(texts: Texts) -> Texts:
    """The same times with the year first, where they are written with the day or the month first.

    Which of both it is is told by all of them: one number above 12 is enough. Points stand after the day.

    Raises
    ------
    InputError
        It cannot be told.

    Examples
    --------
    >>> import numpy as np
    >>> from stormtracks.science.best_tracks import day_first
    >>> day_first.year_first(np.array(["8/5/2005 6:00", "8/24/2005 12:00 AM"])).tolist()
    ['2005-08-05 06:00:00', '2005-08-24 00:00:00']
    """
    different, where = np.unique(texts, return_inverse=True)
    found = [_DATE.fullmatch(str(text).strip("\"' \t\0")) for text in different]
    if not any(found):
        return texts
    is_day_first = _is_day_first([one for one in found if one])
    written = [_written(one, is_day_first) if one else str(text) for one, text in zip(found, different, strict=True)]
    return np.array(written, dtype=str)[where.reshape(-1)]


def _is_day_first(found: list[re.Match[str]]) -> bool:
    in_numbers = [one for one in found if one[3]]
    if all(one[2] == "." for one in in_numbers):
        return True
    first_beyond = any(int(one[1]) > 12 for one in in_numbers)
    second_beyond = any(int(one[3]) > 12 for one in in_numbers)
    if first_beyond == second_beyond:
        raise InputError(
            f"the times are written as {in_numbers[0][0]!r}, and whether the day or the month comes first cannot be "
            "told; write them year-month-day hour:minute"
        )
    return first_beyond


def _written(found: re.Match[str], is_day_first: bool) -> str:
    one, _, other, name, year, hour, minute, second, half = found.groups()
    day, month = (one, other) if is_day_first or name else (other, one)
    month = str(_MONTHS.index(name.lower()) + 1) if name else month
    hours = int(hour or 0)
    if half:
        hours = hours % 12 + 12 * (half.lower() == "p")
    return f"{year}-{int(month):02d}-{int(day):02d} {hours:02d}:{minute or '00'}:{second or '00'}"
