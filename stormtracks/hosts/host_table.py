"""Tables of hosts: drawn on a terminal, plain columns elsewhere."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from stormtracks.terminal_text import clean_line

if TYPE_CHECKING:
    from rich.table import Table

Row = Sequence[str]
_HOST_WIDTH = 22
"""Of a table that is turned, so that each host has a column."""


def write(columns: Row, rows: Sequence[Row]) -> None:
    """Write a table to standard output, its texts cleaned; columns whose name starts with ">" are set right."""
    rows = [[clean_line(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _draw(columns, rows)
    else:
        sys.stdout.write(plain(columns, rows))


def plain(columns: Row, rows: Sequence[Row]) -> str:
    """Aligned text that stays whole in a file, one line per host."""
    names = [column.lstrip(">") for column in columns]
    widths = [max(map(len, cells)) for cells in zip(names, *rows, strict=True)]
    aligned = [">" if column.startswith(">") else "<" for column in columns]
    lines = [
        "  ".join(f"{cell:{side}{width}}" for cell, side, width in zip(cells, aligned, widths, strict=True)).rstrip()
        for cells in (names, *rows)
    ]
    return "\n".join(lines) + "\n"


def _draw(columns: Row, rows: Sequence[Row]) -> None:
    from rich.console import Console  # rich takes 0.05 s to load, which `fab --list` need not pay

    console = Console(highlight=False, emoji=False)
    for part_columns, part_rows in fitting(columns, rows, console.width):
        console.print(_drawn(part_columns, part_rows))


def fitting(columns: Row, rows: Sequence[Row], width: int) -> list[tuple[Row, Sequence[Row]]]:
    """The table, or where a terminal is too narrow for its words, some hosts at a time with a line for each column.

    Examples
    --------
    >>> from stormtracks.hosts.host_table import fitting
    >>> fitting(["host", "python"], [["w1", "3.11.7"]], 80)
    [(['host', 'python'], [['w1', '3.11.7']])]
    >>> fitting(["host", "python"], [["w1", "3.11.7"]], 9)
    [(['host', 'w1'], [('python', '3.11.7')])]
    """
    names = [column.lstrip(">") for column in columns]
    longest = [
        max((len(word) for cell in cells for word in cell.split()), default=0)
        for cells in zip(names, *rows, strict=True)
    ]
    if not rows or sum(longest) + 2 * (len(names) - 1) <= width:
        return [(columns, rows)]
    at_once = max(1, (width - max(map(len, names))) // _HOST_WIDTH)
    parts = [rows[first : first + at_once] for first in range(0, len(rows), at_once)]
    turned = [list(zip(names, *part, strict=True)) for part in parts]
    return [(list(lines[0]), lines[1:]) for lines in turned]


def _drawn(columns: Row, rows: Sequence[Row]) -> "Table":
    from rich.table import Table

    shown = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        justify: Literal["left", "right"] = "right" if column.startswith(">") else "left"
        shown.add_column(column.lstrip(">"), justify=justify, overflow="fold")
    for row in rows:
        shown.add_row(*(f"[red]{cell}[/red]" if cell.startswith("x") else cell for cell in map(_escaped, row)))
    return shown


def _escaped(cell: str) -> str:
    from rich.markup import escape

    return escape(cell)
