"""Starts of forecasts as a person types them: a list, or a range with the time between them; and back to such text."""

import datetime
import itertools
import re
from collections.abc import Iterable, Sequence

from stormtracks import label
from stormtracks.errors import BadValue

MOST = 10_000
"""Starts that a range may have: a year of hourly ones."""
_FORM = "%Y-%m-%dT%H%M"
_STEP = re.compile(r"([1-9]\d{0,4})(h|d)", re.ASCII)
_EXAMPLE = "2025-06-01T00,2025-06-08T00 or 2025-06-01T00..2025-08-31T00/7d"


def read(text: str, called: str = "--starts") -> tuple[str, ...]:
    """The starts that a text names, each once, in order.

    Parameters
    ----------
    text : str
        Starts with commas between them; ``A..B/7d`` is a start every seven days from A to B, ``/12h`` one every twelve
        hours. UTC.
    called : str
        What the text belongs to, for the message.

    Raises
    ------
    BadValue
        A part that is none of these; a range that goes backwards, is without a step, or has more than `MOST` starts.

    Examples
    --------
    >>> from stormtracks import starts
    >>> starts.read("2025-06-08,2025-06-01T00..2025-06-02T00/12h")
    ('2025-06-01T00', '2025-06-01T12', '2025-06-02T00', '2025-06-08T00')
    """
    found: list[str] = []
    for part in str(text).split(","):
        found += _range(part, called) if ".." in part else [_start(part, part, called)]
    return tuple(str(start) for start in label.in_order(found))


def written(starts: Sequence[str]) -> str:
    """Starts in order as the shortest text that `read` understands.

    Examples
    --------
    >>> from stormtracks import starts
    >>> starts.written(["2025-06-01T00", "2025-06-08T00", "2025-06-15T00"])
    '2025-06-01T00..2025-06-15T00/7d'
    >>> starts.written(["2025-06-01T00", "2025-06-08T00"])
    '2025-06-01T00,2025-06-08T00'
    """
    hours = _hours_between(starts) if len(starts) > 2 else None
    if hours is None:
        return ",".join(starts)
    return f"{starts[0]}..{starts[-1]}/{f'{hours // 24}d' if hours % 24 == 0 else f'{hours}h'}"


def _start(text: str, part: str, called: str) -> str:
    try:
        found = label.of(text.strip())
    except BadValue:
        found = 0
    if isinstance(found, str):
        return found
    raise BadValue(f"{called} must be starts of forecasts such as {_EXAMPLE}, not {part!r:.60}")


def _range(part: str, called: str) -> Iterable[str]:
    ends, _, step = part.partition("/")
    first, last = (_moment(_start(end, part, called), called) for end in ends.split("..", 1))
    size = _STEP.fullmatch(step.strip())
    if not size:
        raise BadValue(f"{called}: {part!r:.60} does not say the time between the starts; add it, such as /7d or /12h")
    if last < first:
        raise BadValue(f"{called}: {part!r:.60} goes backwards; give the first start first")
    apart = datetime.timedelta(hours=int(size[1]) * (24 if size[2] == "d" else 1))
    if (number := (last - first) // apart + 1) > MOST:
        raise BadValue(f"{called}: {part!r:.60} has {number:,} starts; give at most {MOST:,}")
    return [str(label.of(f"{first + count * apart:{_FORM}}")) for count in range(number)]


def _moment(start: str, called: str) -> datetime.datetime:
    try:
        return datetime.datetime.strptime(start if len(start) > 13 else f"{start}00", _FORM)
    except ValueError:
        raise BadValue(f"{called}: {start} is not a date, so no range can begin or end there") from None


def _hours_between(starts: Sequence[str]) -> int | None:
    """The whole hours from each start to the next; None where these differ."""
    try:
        moments = [_moment(start, "starts") for start in starts]
    except BadValue:  # 30 February, of a calendar of its own
        return None
    apart = {(after - before).total_seconds() for before, after in itertools.pairwise(moments)}
    hours, rest = divmod(apart.pop(), 3600) if len(apart) == 1 else (0, 1)
    return None if rest else int(hours)
