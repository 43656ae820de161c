"""A table as lines of a width: columns below one another, or a record of two lines for each row."""

import itertools
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stormtracks.console.tables.cells import aligned, broken, columns_of
from stormtracks.console.tables.fitting import Fit, fit
from stormtracks.table import Table
from stormtracks.terminal_text import clean_line

TEXT_WIDTH = 80
"""Of what a table says in sentences, where the terminal is wider."""
INDENT = "  "


@dataclass(frozen=True)
class Line:
    """A line, and whether it is a heading."""

    text: str
    heading: bool = False


def draw(table: Table, width: int | None = None) -> list[Line]:
    """The lines of a table.

    Parameters
    ----------
    table : Table
    width : int, optional
        Columns of the terminal; none: no limit, and no column is left out.

    Returns
    -------
    list of Line
        None is longer than the width, unless what identifies a row is.
    """
    rows = [[clean_line(text) for text in row] for row in table.texts()]
    found = fit(table.columns, rows, width)
    title = clean_line(table.title)
    titles = [Line(line, heading=True) for line in (broken(title, width) if width else [title])]
    if found is None:
        shown, lines = _records(table, rows, width or TEXT_WIDTH)
    else:
        shown, lines = found.shown, _columns(table, rows, found)
    ends = [f"({clean_line(table.legend)})"] if table.legend else []
    if len(shown) < len(table.columns):
        ends.append(_left_out(table, shown))
    wrapped = [Line(line) for end in ends for line in _sentence(end, min(width or TEXT_WIDTH, TEXT_WIDTH))]
    return [*(titles if title else []), *lines, *wrapped]


def _columns(table: Table, rows: Sequence[Sequence[str]], found: Fit) -> list[Line]:
    right = [table.numeric(number) for number in found.shown]
    lines: list[Line] = []
    head = [(table.headings, True)] if table.headed else []
    for texts, heading in itertools.chain(head, ((row, False) for row in rows)):
        lines += [Line(line, heading) for line in _row([texts[number] for number in found.shown], found, right)]
    return lines


def _row(texts: Sequence[str], found: Fit, right: Sequence[bool]) -> Iterator[str]:
    """The lines of a row: a text that is broken has more than one."""
    cells = [broken(text, width) for text, width in zip(texts, found.widths, strict=True)]
    for parts in itertools.zip_longest(*cells, fillvalue=""):
        line = (aligned(*cell) for cell in zip(parts, found.widths, right, strict=True))
        yield (" " * found.gap).join(line).rstrip()


def _records(table: Table, rows: Sequence[Sequence[str]], width: int) -> tuple[tuple[int, ...], list[Line]]:
    """What identifies a row in one line, and below it the values of most worth that fit into another."""
    heads = [number for number, column in enumerate(table.columns) if column.identifies]
    others = [number for number, column in enumerate(table.columns) if not column.identifies]
    shown: tuple[int, ...] = ()
    for number in sorted(others, key=lambda n: (-table.columns[n].worth, n)):
        more = tuple(sorted((*shown, number)))
        if shown and max((columns_of(_values(table, row, more)) for row in rows), default=0) > width:
            break
        shown = more
    lines = []
    for row in rows:
        lines.append("  ".join(f"{table.headings[number]} {row[number]}" for number in heads))
        wrapped = _sentence(_values(table, row, shown), width, INDENT * 2)
        lines += wrapped if heads else [line.removeprefix(INDENT) for line in wrapped]
    return tuple(sorted((*heads, *shown))), [Line(line) for line in lines if line]


def _values(table: Table, row: Sequence[str], numbers: Sequence[int]) -> str:
    return INDENT + "; ".join(f"{table.headings[number]} {row[number]}".strip() for number in numbers)


def _left_out(table: Table, shown: Sequence[int]) -> str:
    left = [heading for number, heading in enumerate(table.headings) if number not in shown]
    return f"(left out here: {', '.join(left)}; --wide shows all columns)"


def _sentence(text: str, width: int, indent: str = "") -> list[str]:
    return textwrap.wrap(text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
