"""What commands show in columns: at any width, in records where that is too narrow, as CSV, as JSON.

A `stormtracks.table.Table` is shown by `show`. On a terminal the columns of least worth are left out where it is too
narrow, and a line says which; in a pipe or a file, and with ``--wide``, nothing is.
"""

from stormtracks.console.tables.asked import PEOPLE, Form
from stormtracks.console.tables.output import show, show_all_json, show_csv, show_json
from stormtracks.table import FIRST, LAST, USUAL, Column, PartOf, Place, PlusMinus, Table

__all__ = [
    "FIRST",
    "LAST",
    "PEOPLE",
    "USUAL",
    "Column",
    "Form",
    "PartOf",
    "Place",
    "PlusMinus",
    "Table",
    "show",
    "show_all_json",
    "show_csv",
    "show_json",
]
