"""Tables of hosts: drawn on a terminal, plain columns elsewhere."""

import sys
from collections.abc import Sequence

from stormtracks.terminal_text import clean_line

Row = Sequence[str]


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
    from rich.table import Table

    shown = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        shown.add_column(column.lstrip(">"), justify="right" if column.startswith(">") else "left")
    for row in rows:
        shown.add_row(*(f"[red]{cell}[/red]" if cell.startswith("x") else cell for cell in map(_escaped, row)))
    Console(highlight=False, emoji=False).print(shown)


def _escaped(cell: str) -> str:
    from rich.markup import escape

    return escape(cell)
