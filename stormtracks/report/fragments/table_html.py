"""Tables of a page: each scrolls by itself; the page's own script sorts them, filters them and saves them as CSV."""

import re
from collections.abc import Sequence
from typing import TypeAlias

from stormtracks.label import Label
from stormtracks.report.fragments.shown import shown

_SHORT = 24
"""Most signs of a text that stays on one line, as dates, places and names do."""
Rows: TypeAlias = Sequence[Sequence[object]]
# A number as the tables have it: "12", "0.91 (0.85-0.97)", "4 of 5", "12 ± 3", and "-" where there is none.
_NUMBER = re.compile(r"-|[-+]?[\d.,]+( \([\d.,–-]+\))?( of \d+)?( ?± ?[\d.]+)?")


def html_table(
    columns: Sequence[str],
    rows: Rows,
    label: str,
    *,
    ends: Sequence[str] | None = None,
    years: Sequence[Label] | None = None,
    numbers: Sequence[bool] | None = None,
) -> str:
    """A table that scrolls by itself.

    Parameters
    ----------
    columns : list of str
        One more than the rows have where there are `ends`.
    rows : list of list
        Anything; columns of numbers are aligned to the right.
    label : str
        What it is a table of; also the name of its CSV file.
    ends : list of str, optional
        HTML of a last cell of each row.
    years : list of int or str, optional
        Of each row: while the page shows one year, those of others are hidden.
    numbers : list of bool, optional
        Whether each column of the rows holds numbers only; None: as `numeric` finds.
    """
    if not rows:
        return '<p class="note">None.</p>'
    name, numbers = shown(label), numeric(rows) if numbers is None else numbers
    return (
        f'<div class="sheet" data-label="{name}"><div class="scroll" tabindex="0" role="region" aria-label="{name}">'
        f"<table><thead><tr>{_head(columns, numbers)}</tr></thead>"
        f"<tbody>{_body(rows, numbers, ends, years)}</tbody></table></div></div>"
    )


def _head(columns: Sequence[str], numbers: Sequence[bool]) -> str:
    """Headings; those of numbers are aligned to the right, as the numbers are."""
    looks = [*map(_class, numbers), *[' class="to-map"'] * (len(columns) - len(numbers))]
    return "".join(f'<th scope="col"{look}>{shown(column)}</th>' for column, look in zip(columns, looks, strict=True))


def _body(rows: Rows, numbers: Sequence[bool], ends: Sequence[str] | None, years: Sequence[Label] | None) -> str:
    cells = ("".join(map(_cell, row, numbers)) for row in rows)
    heads = [f' data-year="{shown(year)}"' for year in years] if years else [""] * len(rows)
    return "".join(
        f"<tr{head}>{row}{end}</tr>" for head, row, end in zip(heads, cells, ends or [""] * len(rows), strict=True)
    )


def _cell(value: object, number: bool) -> str:
    text = str(value)
    look = _class(number) or (' class="long"' if len(text) > _SHORT else "")
    return f"<td{look}>{shown(text)}</td>"


def numeric(rows: Rows) -> list[bool]:
    """Whether each column holds numbers only."""
    return [all(_NUMBER.fullmatch(str(value)) for value in column) for column in zip(*rows, strict=True)]


def _class(number: bool) -> str:
    return ' class="number"' if number else ""
