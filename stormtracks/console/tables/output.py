"""Tables on standard output, in the form that is asked for."""

import csv
import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from stormtracks.console.tables.asked import PEOPLE, Form
from stormtracks.console.tables.drawing import Line, draw
from stormtracks.table import Table, plain
from stormtracks.terminal_text import clean_line

_BOLD, _USUAL = "\x1b[1m", "\x1b[0m"


def show(table: Table, form: Form = PEOPLE, document: Any = None) -> None:
    """Show a table for people, as CSV, or as JSON.

    Parameters
    ----------
    table : Table
    form : Form
    document : optional
        What is printed as JSON instead of the table's rows.
    """
    if form.json:
        show_json(table.plain() if document is None else document)
    elif form.csv:
        show_csv(table.plain(), table.keys())
    else:
        out = sys.stdout
        bold = out.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM", "dumb") != "dumb"
        out.write("".join(f"{_drawn(line, bold)}\n" for line in draw(table, width_for(form))))
        out.flush()


def width_for(form: Form) -> int | None:
    """Columns that a table may take; None where nothing limits it, as in a pipe or a file."""
    return None if form.wide or not sys.stdout.isatty() else shutil.get_terminal_size().columns


def show_json(document: Any) -> None:
    """Print a document as one line of JSON; what is not known, and what is not a number, is null."""
    sys.stdout.write(json.dumps(plain(document), allow_nan=False) + "\n")
    sys.stdout.flush()


def show_all_json(documents: Sequence[Any]) -> None:
    """Print one document as it is, several as a list, so that all are one document in any case."""
    show_json(documents[0] if len(documents) == 1 else documents)


def show_csv(rows: Sequence[Mapping[str, Any]], keys: Iterable[str] | None = None) -> None:
    """Print rows as CSV with a header; what is not known is empty, and a text has no line feed or control."""
    header = list(dict.fromkeys(key for row in rows for key in row) if keys is None else keys)
    writer = csv.DictWriter(sys.stdout, header, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: clean_line(value) if isinstance(value, str) else value for key, value in row.items()})


def _drawn(line: Line, bold: bool) -> str:
    return f"{_BOLD}{line.text}{_USUAL}" if line.heading and bold and line.text else line.text
