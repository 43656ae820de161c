"""What of a folder's results is chosen: years, members, a storm, a list, a filter."""

import dataclasses
import operator
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from stormtracks import label, starts
from stormtracks.errors import BadValue, NotThere
from stormtracks.label import Label, spans
from stormtracks.science.filters import Filter
from stormtracks.science.lists import LISTS
from stormtracks.strict_dataclass import unknown

_MOST = 100_000
"""Years or members that are looked for at a time."""


@dataclass(frozen=True)
class Choice:
    """What is chosen; None: all that there is.

    Attributes
    ----------
    years : tuple of int or str, optional
    members : tuple of int, optional
    storm : str, optional
        Name or sid of a best track, or name of a candidate.
    list_name : {'tc', 'etc'}, optional
        None: all tracks.
    asked : Filter
    """

    years: tuple[Label, ...] | None = None
    members: tuple[int, ...] | None = None
    storm: str | None = None
    list_name: str | None = None
    asked: Filter = dataclasses.field(default_factory=Filter)

    @property
    def task(self) -> str:
        """The task whose results have these tracks."""
        return "vort_track" if self.list_name is None else "classify"

    def describe(self) -> str:
        """What of the tracks is chosen, in plain words; '' for all."""
        parts = [
            "" if self.list_name is None else f"list {self.list_name}",
            "" if self.storm is None else self.storm,
            self.asked.describe(),
        ]
        return "; ".join(filter(None, parts))


def years(wanted: Any) -> tuple[Label, ...]:
    """Years or starts from what a person gives: one, several, a range, a slice with both ends, a text of a command.

    Examples
    --------
    >>> from stormtracks.notebook.chosen import choice
    >>> choice.years(2005), choice.years("1987,2004-2006"), choice.years(slice(2004, 2006))
    ((2005,), (1987, 2004, 2005, 2006), (2004, 2005, 2006))
    >>> choice.years("2025-06-01..2025-06-15/7d")
    ('2025-06-01T00', '2025-06-08T00', '2025-06-15T00')
    """
    return tuple(label.in_order(label.of(one) for one in _each(wanted, "year")))


def members(wanted: Any) -> tuple[int, ...]:
    """Members from the same; counted from 0."""
    found = []
    for one in _each(wanted, "member"):
        number = int(one) if isinstance(one, str) and one.strip().isdecimal() else one
        try:
            found.append(operator.index(number))
        except TypeError:
            raise BadValue(f"a member must be a whole number, counted from 0, not {one!r}") from None
    return tuple(sorted(set(found)))


def storm(wanted: str) -> str:
    """Name or identifier of a storm, in capitals."""
    text = wanted.strip().upper() if isinstance(wanted, str) else ""
    if not text:
        raise BadValue(f'a storm must be a name or an identifier, as "KATRINA", not {wanted!r}')
    return text


def list_name(wanted: str | None) -> str | None:
    """The name of a list, which must be known."""
    if wanted is not None and not (isinstance(wanted, str) and wanted in LISTS):
        raise BadValue(unknown(wanted, LISTS, "list"))
    return wanted


def known(wanted: tuple[Any, ...], there: Iterable[Any], what: str, where: object) -> None:
    """Refuse what there is no result of.

    Raises
    ------
    NotThere
        The message says what there is.
    """
    have = list(there)
    lacking = [one for one in wanted if one not in have]
    if lacking or not wanted:
        said = ", ".join(map(str, lacking[:3])) or "(none is given)"
        raise NotThere(f"{where}: no result of {what} {said}; choose from {spans(have)}")


def _each(wanted: Any, what: str) -> list[Any]:
    if isinstance(wanted, str):
        return [one for part in wanted.split(",") for one in _spanned(part.strip(), what)]
    if isinstance(wanted, slice):
        ends = [_end(wanted.start), _end(wanted.stop)]
        if None in ends or wanted.step is not None:
            raise BadValue(f"a slice of {what}s must have two whole numbers as its ends and no step, as slice(1, 12)")
        return _from_to(*ends)
    return list(wanted) if isinstance(wanted, Iterable) else [wanted]


def _spanned(text: str, what: str) -> list[Any]:
    if ".." in text and what == "year":
        return list(starts.read(text, "a range of starts"))
    first, dash, last = text.partition("-")
    if dash and first.isdecimal() and last.isdecimal() and len(last) >= len(first):  # 2025-06 is not a range
        return _from_to(int(first), int(last))
    return [text]


def _end(value: Any) -> Any:
    """An end of a slice as a whole number; None for anything else."""
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value)
    return value if hasattr(value, "__index__") else None


def _from_to(first: Any, last: Any) -> list[int]:
    found = range(operator.index(first), operator.index(last) + 1)
    if len(found) > _MOST:
        raise BadValue(f"{first} to {last} are too many; there are no more than {_MOST:,} years or members")
    return list(found)
