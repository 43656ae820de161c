"""What a line of a run is called: a year, 1987, or the start of a forecast, "2025-06-01T00"."""

import operator
import re
from collections.abc import Iterable
from typing import TypeGuard

from stormtracks.errors import BadValue

Label = int | str
"""A year is an int, as it always was; a start is the text that `of` makes of it. Both are plain values."""

_START = re.compile(
    r"(?P<year>\d{4})-?(?P<month>0[1-9]|1[0-2])-?(?P<day>0[1-9]|[12]\d|3[01])"
    r"(?:[T _]?(?P<hour>[01]\d|2[0-3])(?::?(?P<minute>[0-5]\d)(?::?00(?:\.0+)?)?)?)?Z?",
    re.ASCII,
)
_LAST_YEAR = 9999
_SHOWN_SPANS = 8
_LONGEST = 60
"""No text of a year or a start is longer, with blanks and all; a longer one may have come over the wire."""


def of(value: object) -> Label:
    """The label that a year or a start stands for.

    Parameters
    ----------
    value : int or str
        1 to 9999, or a date with or without an hour (UTC): ``2025-06-01``, ``2025-06-01T00``, ``2025060100``.

    Returns
    -------
    int or str
        A start always as ``YYYY-MM-DDTHH``, with two more digits where it is not at a full hour.

    Raises
    ------
    BadValue
        It is neither.

    Examples
    --------
    >>> from stormtracks import label
    >>> label.of("1987"), label.of("2025-06-01"), label.of("2025060112"), label.of("2025-06-01 06:30:00")
    (1987, '2025-06-01T00', '2025-06-01T12', '2025-06-01T0630')
    """
    text = value[: _LONGEST + 1].strip() if isinstance(value, str) else ""
    if found := _START.fullmatch(text):
        minute = found["minute"] or "00"
        hour = (found["hour"] or "00") + ("" if minute == "00" else minute)
        return f"{found['year']}-{found['month']}-{found['day']}T{hour}"
    year = int(text) if re.fullmatch(r"\d{1,4}", text, re.ASCII) else _index(value)
    if not 1 <= year <= _LAST_YEAR:
        raise BadValue(
            f"{shown(value)} must be a year from 1 to {_LAST_YEAR}, or the start of a forecast such as 2025-06-01T00"
        )
    return year


def is_written_start(value: object) -> TypeGuard[str]:
    """Whether a value of any kind is a start exactly as `of` writes it: what may come over the wire or from a disk.

    Examples
    --------
    >>> from stormtracks import label
    >>> [label.is_written_start(value) for value in ("2025-06-01T00", "2025-06-01", "../x", 2025, None)]
    [True, False, False, False, False]
    """
    return type(value) is str and len(value) <= _LONGEST and isinstance(of_name(value), str)


def is_start(label: Label) -> bool:
    """Whether a label is the start of a forecast."""
    return isinstance(label, str)


def name(label: Label) -> str:
    """How a label is written in a grid, and as the name of a folder of results: ``0987``, ``2025-06-01T00``."""
    return label if isinstance(label, str) else f"{label:04d}"


def of_name(text: str) -> Label | None:
    """The label whose name a folder has; None for other folders.

    Examples
    --------
    >>> from stormtracks import label
    >>> label.of_name("1987"), label.of_name("2025-06-01T00"), label.of_name("old")
    (1987, '2025-06-01T00', None)
    """
    try:
        found = of(text)
    except BadValue:
        return None
    return found if name(found) == text else None


def in_order(labels: Iterable[Label]) -> list[Label]:
    """Labels, each once: years first, then starts, each in order of time."""
    return sorted(set(labels), key=order)


def order(label: Label) -> tuple[bool, str]:
    """What labels are sorted by."""
    return is_start(label), name(label)


def shown(value: object) -> str:
    """Anything that was to be a label, for a message; a whole number of thousands of digits has no text."""
    return "a huge number" if isinstance(value, int) and abs(value) >= 2**64 else f"{value!r:.60}"


def spans(labels: Iterable[Label]) -> str:
    """Years, starts or members, in order, as a short text.

    Examples
    --------
    >>> from stormtracks.label import spans
    >>> spans([1987, 1990, 1991, 1992, "2025-06-01T00"])
    '1987, 1990-1992, 2025-06-01T00'
    """
    runs: list[list[Label]] = []
    for one in labels:
        last = runs[-1][-1] if runs else None
        if isinstance(one, int) and isinstance(last, int) and one == last + 1:
            runs[-1].append(one)
        else:
            runs.append([one])
    shown = [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]
    more = [f"... ({len(shown) - _SHOWN_SPANS} more)"] if len(shown) > _SHOWN_SPANS else []
    return ", ".join(shown[:_SHOWN_SPANS] + more) or "(there is none)"


def _index(value: object) -> int:
    """A whole number of any kind, NumPy's too; 0 for all else."""
    try:
        return 0 if isinstance(value, bool) else operator.index(value)  # type: ignore[arg-type]  # caught below
    except TypeError:
        return 0
