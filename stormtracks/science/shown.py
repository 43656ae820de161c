"""What a notebook shows of a noun: its line, and on demand a table of what it holds, as HTML.

Nothing has a colour of its own: text is of the page's colour, and lines are grey that is seen on white and on black.
"""

import dataclasses
import html
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

_GREY = "rgba(128,128,128,.5)"
_CELL = f"style='text-align:left;padding:.1em .8em .1em 0;border-bottom:1px solid {_GREY}'"
_MOST_CHARACTERS = 60
_MOST_VALUES = 3

Rows = Iterable[Sequence[object]]


class Shown:
    """A dataclass whose `repr` is one line: in a notebook that line opens, and below it stands each attribute."""

    def _repr_html_(self) -> str:
        return card(line_of(self), ("attribute", "kind", "values"), _attributes(self))


def line_of(noun: object) -> str:
    """The `repr` of a noun, without its angle brackets."""
    return repr(noun).removeprefix("<").removesuffix(">")


def card(line: str, columns: Sequence[str], rows: Rows, note: str = "", is_open: bool = False) -> str:
    """HTML of a line that opens to show a table; whatever is given is escaped.

    Parameters
    ----------
    line : str
        What it is, before the first colon, and how much of it.
    columns : sequence of str
        Headings of the table.
    rows : iterable of sequence
        Texts, numbers; one for each column.
    note : str
        Stands below the table.
    is_open : bool
        Whether the table is seen at first.

    Examples
    --------
    >>> from stormtracks.science.shown import card
    >>> "<b>Tracks</b>: 2 &lt; 3" in card("Tracks: 2 < 3", ("name",), [("A",)])
    True
    """
    what, colon, rest = line.partition(":")
    headed = f"<b>{html.escape(what)}</b>{colon}{html.escape(rest)}"
    below = _table(columns, rows) + (f"<p style='margin:.3em 0'>{html.escape(note)}</p>" if note else "")
    return (
        f"<details{' open' * is_open} style='color:inherit;background:transparent'>"
        f"<summary style='cursor:pointer'>{headed}</summary>{below}</details>"
    )


def preview(value: object) -> str:
    """The first of many values, or the beginning of a long text."""
    if isinstance(value, np.ndarray):
        first = ", ".join(f"{one:.6g}" if value.dtype.kind == "f" else str(one) for one in value.ravel()[:_MOST_VALUES])
        return first + (", ..." if value.size > _MOST_VALUES else "")
    if isinstance(value, Mapping):
        return _cut(", ".join(map(str, value)))
    return _cut(str(value) if isinstance(value, str) else line_of(value))


def _table(columns: Sequence[str], rows: Rows) -> str:
    lines = [_row("th", columns), *(_row("td", row) for row in rows)]
    return f"<table style='border-collapse:collapse;color:inherit'>{''.join(lines)}</table>"


def _row(tag: str, cells: Iterable[object]) -> str:
    return f"<tr>{''.join(f'<{tag} {_CELL}>{html.escape(str(one))}</{tag}>' for one in cells)}</tr>"


def _attributes(noun: object) -> list[tuple[str, str, str]]:
    fields = dataclasses.fields(noun) if dataclasses.is_dataclass(noun) else ()
    named = [(field.name, getattr(noun, field.name)) for field in fields]
    return [(name, _kind(value), preview(value)) for name, value in named]


def _kind(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape}"
    return f"{type(value).__name__}{f' ({len(value)})' if isinstance(value, (tuple, list, Mapping)) else ''}"


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else text[: _MOST_CHARACTERS - 3] + "..."
