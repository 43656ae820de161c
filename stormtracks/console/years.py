"""Years, or members, as a person types them: 1987, 2000-2012, 1987,2000-2005."""

import re

from stormtracks.errors import BadValue


def years(text: str | None, option: str = "years") -> list[int] | None:
    """The numbers that a text names, ascending, or None for no text.

    Parameters
    ----------
    text : str or None
    option : str
        Which option the text belongs to, for the message.

    Raises
    ------
    BadValue
        A text that names no numbers, or a range that goes backwards.

    Examples
    --------
    >>> from stormtracks.console.years import years
    >>> years("1987,2000-2002")
    [1987, 2000, 2001, 2002]
    """
    if text is None or text == "":
        return None
    found: set[int] = set()
    for part in str(text).split(","):
        ends = re.fullmatch(r"\s*(\d{1,4})\s*(?:-\s*(\d{1,4})\s*)?", part)
        # A part that is not understood counts as a range that goes backwards.
        first, last = (int(ends[1]), int(ends[2] or ends[1])) if ends else (1, 0)
        if last < first:
            example = "1987 or 2000-2012 or 1987,2000-2005" if option == "years" else "0 or 0-55 or 0,10-19"
            raise BadValue(f"--{option} must be {option} such as {example}, not {text!r}")
        found |= set(range(first, last + 1))
    return sorted(found)
