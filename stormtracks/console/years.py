"""Years, starts of forecasts, or members, as a person types them: 1987, 2000-2012, 1987,2000-2005, 2025-06-01T00."""

import re
from collections.abc import Iterable
from typing import Any

from stormtracks import label, starts
from stormtracks.errors import BadValue
from stormtracks.label import Label

_EXAMPLES = {"members": "0 or 0-55 or 0,10-19"}
_YEARS = "1987 or 2000-2012 or 1987,2000-2005"


def years(text: str | None, option: str = "years") -> list[Label] | None:
    """The years, and starts of forecasts, that a text names, in order, or None for no text.

    Parameters
    ----------
    text : str or None
        With commas between them; ``2000-2012`` are all years from one to the other, ``2025-06-01..2025-08-31/7d`` a
        start every seven days.
    option : str
        Which option the text belongs to, for the message.

    Raises
    ------
    BadValue
        A text that names neither, or a range that goes backwards.

    Examples
    --------
    >>> from stormtracks.console.years import years
    >>> years("1987,2000-2002")
    [1987, 2000, 2001, 2002]
    >>> years("2025-06-08,2025-06-01T00")
    ['2025-06-01T00', '2025-06-08T00']
    """
    if text is None or text == "":
        return None
    found: list[Label] = []
    for part in str(text).split(","):
        found += _range(part) or _starts(part, text, option)
    return label.in_order(found)


def numbers(text: str | None, option: str = "years") -> list[int] | None:
    """The numbers that a text names, ascending, or None for no text: of members, or of years where no starts can be.

    Raises
    ------
    BadValue
        A text that names no numbers, or a range that goes backwards.
    """
    if text is None or text == "":
        return None
    found: set[int] = set()
    for part in str(text).split(","):
        span = _range(part)
        if not span:
            raise _refused(text, option, _EXAMPLES.get(option, _YEARS))
        found |= set(span)
    return sorted(found)


def refuse_season(season: Any, years: Iterable[Label]) -> None:
    """Refuse the setting ``season`` together with the start of a forecast, before any of it is tracked.

    Raises
    ------
    BadValue
    """
    if season and (start := next(filter(label.is_start, years), None)):
        raise BadValue(
            f"the setting season ({' to '.join(map(str, season))}) is a part of a year, but {start} is the start of a "
            "forecast, all of whose times are tracked; leave season out"
        )


def _range(part: str) -> range:
    """The numbers that a part of a text names; none where it names none, or goes backwards."""
    ends = re.fullmatch(r"\s*(\d{1,4})\s*(?:-\s*(\d{1,4})\s*)?", part)
    return range(int(ends[1]), int(ends[2] or ends[1]) + 1) if ends else range(0)


def _starts(part: str, text: str, option: str) -> tuple[str, ...]:
    try:
        return starts.read(part, f"--{option}")
    except BadValue:
        if ".." in part:  # the message is about the range
            raise
    raise _refused(text, option, f"{_YEARS}, or starts of forecasts such as 2025-06-01T00")


def _refused(text: str, option: str, example: str) -> BadValue:
    return BadValue(f"--{option} must be {option} such as {example}, not {text!r:.200}")
