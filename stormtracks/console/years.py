"""Years as a person types them: 1987, 2000-2012, 1987,2000-2005."""

import re

from stormtracks.errors import BadValue


def years(text):
    """The years that a text names, ascending, or None for no text.

    Raises
    ------
    ValueError
        A text that names no years, or a range that goes backwards.
    """
    if text is None or text == "":
        return None
    found = set()
    for part in str(text).split(","):
        ends = re.fullmatch(r"\s*(\d{1,4})\s*(?:-\s*(\d{1,4})\s*)?", part)
        first, last = (int(ends[1]), int(ends[2] or ends[1])) if ends else (1, 0)
        if last < first:
            raise BadValue(f"--years: expected years such as 1987 or 2000-2012 or 1987,2000-2005, not {text!r}")
        found |= set(range(first, last + 1))
    return sorted(found)
