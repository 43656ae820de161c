"""What is shown in columns: rows of typed values, and columns that say how a value reads and how much it is worth.

Whoever knows the values makes the table; `console.tables` shows it at any width, as CSV or as JSON.
"""

import dataclasses
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stormtracks.readable import position

UNKNOWN = "-"
"""What is shown of a value that is not known: None or NaN."""
FIRST, USUAL, LAST = 9, 5, 1
"""Worth of columns: the first to stay, the usual, the first to go."""


@dataclass(frozen=True)
class Place:
    """A place on the Earth in degrees, one value of a row.

    Examples
    --------
    >>> from stormtracks.table import Place
    >>> f"{Place(25.0, -80.3)}"
    '25.0N 80.3W'
    """

    lat: float
    lon: float

    def __format__(self, form: str) -> str:
        """As people write it."""
        return UNKNOWN if is_unknown(self.lat) else position(self.lat, self.lon)

    def parts(self, key: str) -> dict[str, Any]:
        """Its plain values, by their keys."""
        return {f"{key}_lat": self.lat, f"{key}_lon": self.lon}


@dataclass(frozen=True)
class PlusMinus:
    """A mean and its standard deviation, one value of a row.

    Examples
    --------
    >>> from stormtracks.table import PlusMinus
    >>> f"{PlusMinus(12.34, 0.5):.1f}"
    '12.3 ± 0.5'
    """

    mean: float
    std: float

    def __format__(self, form: str) -> str:
        """Both with the same decimals."""
        return UNKNOWN if is_unknown(self.mean) else f"{text(self.mean, form)} ± {text(self.std, form)}"

    def parts(self, key: str) -> dict[str, Any]:
        """Its plain values, by their keys."""
        return {key: self.mean, f"{key}_std": self.std}


@dataclass(frozen=True)
class PartOf:
    """Some of a number, one value of a row.

    Examples
    --------
    >>> from stormtracks.table import PartOf
    >>> f"{PartOf(7, 8)}", PartOf(7, 8).parts("found")
    ('7 of 8', {'found': 7, 'found_of': 8})
    """

    number: int
    of: int

    def __format__(self, form: str) -> str:
        """As people say it."""
        return f"{self.number:,} of {self.of:,}"

    def parts(self, key: str) -> dict[str, Any]:
        """Its plain values, by their keys."""
        return {key: self.number, f"{key}_of": self.of}


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    key : str
        Its name in CSV and JSON.
    heading : str
        Its name for people; empty: the key.
    unit : str
        Of its values; it is shown behind the heading.
    form : str or callable
        How a value reads: a format such as ``".1f"``, or a function of the value.
    worth : int
        From `LAST` to `FIRST`: the columns of least worth are the first that a narrow terminal leaves out.
    identifies : bool
        Its values are what other commands ask for: they are never left out, cut or broken over lines.
    prose : bool
        Its texts may be broken between words.
    unknown : str
        How a value reads that is not known.
    """

    key: str
    heading: str = ""
    unit: str = ""
    form: str | Callable[[Any], str] = ""
    worth: int = USUAL
    identifies: bool = False
    prose: bool = False
    unknown: str = UNKNOWN

    @property
    def name(self) -> str:
        """The heading without the unit."""
        return self.heading or self.key.replace("_", " ")

    @property
    def title(self) -> str:
        """Heading and unit."""
        return f"{self.name} ({self.unit})" if self.unit else self.name

    def text(self, value: Any) -> str:
        """A value as people read it."""
        return self.unknown if is_unknown(value) else text(value, self.form)


@dataclass(frozen=True)
class Table:
    """A table: its title, columns, rows of values in their order, what the headings mean, whether they are shown.

    A value is a text, a number, None where it is not known, or several plain values in one, which has
    ``parts(key)``, such as a `Place`.

    Examples
    --------
    >>> from stormtracks.table import Column, Place, Table
    >>> columns = Column("sid", "storm", identifies=True), Column("far", "FAR", form=".2f"), Column("genesis")
    >>> made = Table("Storms", columns, (("2005236N23285", None, Place(23.0, -75.0)),))
    >>> made.texts()
    [('2005236N23285', '-', '23.0N 75.0W')]
    >>> made.plain()
    [{'sid': '2005236N23285', 'far': None, 'genesis_lat': 23.0, 'genesis_lon': -75.0}]
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    legend: str = ""
    headed: bool = True

    @property
    def headings(self) -> tuple[str, ...]:
        """Headings with their units."""
        return tuple(column.title for column in self.columns)

    def texts(self) -> list[tuple[str, ...]]:
        """The rows as people read them."""
        return [tuple(column.text(value) for column, value in self._pairs(row)) for row in self.rows]

    def plain(self) -> list[dict[str, Any]]:
        """The rows as plain values by their keys, each row with all keys; what is not known is None."""
        none: dict[str, Any] = dict.fromkeys(self.keys())
        return [
            none
            | {key: plain(part) for key, part in self._parts(row) if key in none}  # not the key of an unknown place
            for row in self.rows
        ]

    def keys(self) -> list[str]:
        """Keys of the rows' plain values, in the order of the columns; of a table without rows those of its columns."""
        found: dict[str, None] = {}
        for number, column in enumerate(self.columns):
            known = [row[number] for row in self.rows if row[number] is not None] or [None]
            found |= dict.fromkeys(key for value in known for key, _ in parts(column.key, value))
        return list(found)

    def numeric(self, number: int) -> bool:
        """Whether a column has figures, which stand to the right."""
        values = [row[number] for row in self.rows if not is_unknown(row[number])]
        return bool(values) and not any(isinstance(value, str) for value in values)

    def without(self, key: str) -> "Table":
        """The table without one of its columns."""
        (number,) = (number for number, column in enumerate(self.columns) if column.key == key)
        rows = (row[:number] + row[number + 1 :] for row in self.rows)
        columns = self.columns[:number] + self.columns[number + 1 :]
        return dataclasses.replace(self, columns=columns, rows=tuple(rows))

    def _parts(self, row: Sequence[Any]) -> Iterator[tuple[str, Any]]:
        for column, value in self._pairs(row):
            yield from parts(column.key, value)

    def _pairs(self, row: Sequence[Any]) -> Iterable[tuple[Column, Any]]:
        return zip(self.columns, row, strict=True)


def text(value: Any, form: str | Callable[[Any], str] = "") -> str:
    """A value as people read it.

    Examples
    --------
    >>> from stormtracks.table import text
    >>> text(12.34, ".1f"), text(None, ".1f"), text(-0.2, ".0f"), text("KATRINA", ".1f")
    ('12.3', '-', '0', 'KATRINA')
    """
    if is_unknown(value):
        return UNKNOWN
    if callable(form):
        return form(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    shown = format(value, form)
    return shown.lstrip("-") if isinstance(value, (int, float)) and not shown.strip("-0.,") else shown  # no "-0"


def is_unknown(value: Any) -> bool:
    """Whether a value is None or NaN."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def parts(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    """A value as pairs of key and plain value."""
    yield from value.parts(key).items() if hasattr(value, "parts") else [(key, value)]


def plain(value: Any) -> Any:
    """A value for JSON: dicts, lists, texts and numbers, None for what is not known or not finite.

    Examples
    --------
    >>> from stormtracks.table import plain
    >>> plain({"pod": 0.5, "far": float("nan"), "years": (1987, 1988)})
    {'pod': 0.5, 'far': None, 'years': [1987, 1988]}
    """
    if hasattr(value, "tolist"):  # an array or a number of numpy, which is not imported for it
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
