"""Which columns of a table fit into a width, and how wide each of them is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stormtracks.console.tables.cells import columns_of, longest_word
from stormtracks.table import UNKNOWN, Column

LEAST_PROSE = 16
"""Columns that a text which may be broken is given, if it has as many."""
GAPS = 2, 1
"""Between columns; one where that keeps a column from being left out."""


@dataclass(frozen=True)
class Need:
    """What a column needs: at least, and so that nothing in it is broken."""

    least: int
    whole: int


@dataclass(frozen=True)
class Fit:
    """The columns that are shown, by their numbers, their widths, and the columns between them."""

    shown: tuple[int, ...]
    widths: tuple[int, ...]
    gap: int


def fit(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int | None) -> Fit | None:
    """The columns that fit, in their order; the least in worth are left out first, and of those the last.

    Parameters
    ----------
    columns : sequence of Column
    rows : sequence of sequence of str
        Their texts.
    width : int or None
        Of the terminal, in columns; None: no limit.

    Returns
    -------
    Fit or None
        None where what identifies a row, and one column more, do not fit.

    Examples
    --------
    >>> from stormtracks.console.tables.fitting import fit
    >>> from stormtracks.table import Column, LAST
    >>> columns = Column("storm", identifies=True), Column("from", worth=LAST), Column("share")
    >>> rows = [("2005236N23285", "2005-08-23 18", "1.00")]
    >>> fit(columns, rows, 80), fit(columns, rows, 30).shown, fit(columns, rows, 15)
    (Fit(shown=(0, 1, 2), widths=(13, 13, 5), gap=2), (0, 2), None)
    """
    needs = [_need(column, [row[number] for row in rows]) for number, column in enumerate(columns)]
    if width is None:
        return Fit(tuple(range(len(columns))), tuple(need.whole for need in needs), GAPS[0])
    for shown in _choices(columns, rows):
        for gap in GAPS:
            found = _widths([needs[number] for number in shown], width - gap * (len(shown) - 1))
            if found:
                return Fit(shown, found, gap)
    return None


def _choices(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> Iterable[tuple[int, ...]]:
    """All columns, then one less each time, down to those that identify and one more; empty ones go first."""

    def stays(number: int) -> tuple[bool, int, int]:
        return any(row[number].strip(UNKNOWN) for row in rows), columns[number].worth, -number

    left = list(range(len(columns)))
    goes = sorted((number for number in left if not columns[number].identifies), key=stays)
    yield tuple(left)
    for number in goes[:-1]:
        left.remove(number)
        yield tuple(left)


def _need(column: Column, texts: Sequence[str]) -> Need:
    title = columns_of(column.title)
    cells = max(map(columns_of, texts), default=0)
    whole = max(title, cells)
    if column.prose and not column.identifies:
        cells = max(min(cells, LEAST_PROSE), *map(longest_word, texts), 0)
    least = max(cells, columns_of(column.title) if column.identifies else longest_word(column.title))
    return Need(least, whole)


def _widths(needs: Sequence[Need], available: int) -> tuple[int, ...] | None:
    """Widths that add up to what there is, as many columns as possible unbroken; None: there is not enough."""
    found = [need.least for need in needs]
    spare = available - sum(found)
    if spare < 0:
        return None
    for number in sorted(range(len(needs)), key=lambda one: needs[one].whole - found[one]):
        more = min(needs[number].whole - found[number], spare)
        found[number] += more
        spare -= more
    return tuple(found)
