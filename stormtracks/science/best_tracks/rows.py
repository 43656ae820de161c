"""Lines of a table -> the fields that are wanted of each row, and the line that each stands in."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np

from stormtracks.science.arrays import Ints, Texts
from stormtracks.science.best_tracks.columns import Window, years
from stormtracks.science.best_tracks.contents import SOURCE
from stormtracks.science.best_tracks.header import Header
from stormtracks.science.errors import InputError

_BEGINNING = 14
"""Bytes of an identifier and the delimiter behind it."""


class Unfit(Exception):
    """A record stands in several lines: they cannot be chosen before they are read."""


@dataclass(frozen=True)
class Rows:
    """The rows that were read.

    Attributes
    ----------
    fields : dict of str to ndarray of str, shape (n,)
        By our name of the column.
    lines : ndarray of int, shape (n,)
        The line that each row stands in.
    passed_over : int
        Rows of other years' storms, which were not read.
    """

    fields: dict[str, Texts]
    lines: Ints
    passed_over: int


def read(lines: Iterable[bytes], header: Header, window: Window | None) -> Rows:
    """The rows below the header of storms that may have been in the window, and of all that look like no storm's.

    Raises
    ------
    InputError
        A row with too few or too many fields.
    Unfit
        Only where there is a window.
    """
    chosen = _Lines(lines, header, window)
    take = itemgetter(*header.places.values())
    rows, numbers = [], []
    try:
        for number, row in _split(chosen, header):
            rows.append(take(row))
            numbers.append(number)
    except csv.Error as error:
        raise InputError(f"line {max(chosen.numbers, default=0)} cannot be split ({error}); write it again") from error
    columns = zip(*rows, strict=True) if rows else [()] * len(header.places)
    fields = {name: _stripped(column) for name, column in zip(header.places, columns, strict=True)}
    return Rows(fields, np.array(numbers, dtype=int), chosen.passed_over)


def _split(chosen: "_Lines", header: Header) -> Iterator[tuple[int, list[str]]]:
    """The line that each row stands in, and its fields, as many as the header has."""
    reader = header.split(chosen)
    for row in reader:
        number = chosen.numbers[reader.line_num - 1]  # type: ignore[attr-defined]  # a csv.reader
        fitted = row if len(row) == len(header.names) else _fitted(row, header, f"line {number}")
        if fitted:
            yield number, fitted
    if chosen.passed_over:  # a file that was cut off ends within its last line, which may not have been read
        for row in header.split([chosen.last.decode("utf-8", "replace")]):
            _fitted(row, header, "the last line")


class _Lines:
    """The lines that have to be split.

    Splitting each of 700,000 lines into its 174 fields is what takes time, and most need none: their identifier begins
    with the year in which the storm began. A line whose identifier does not look like one is always split.
    """

    def __init__(self, lines: Iterable[bytes], header: Header, window: Window | None) -> None:
        self._lines = lines
        self._window = window
        self._header = header
        self.numbers: list[int] = []
        self.passed_over = 0
        self.last = b""

    def __iter__(self) -> Iterator[str]:
        if self._window is None:
            return self._all()
        first, last = years(self._window)
        return self._between(str(first).encode(), str(last + 1).encode())

    def _all(self) -> Iterator[str]:
        for number, line in enumerate(self._lines, self._header.lines + 1):
            self.numbers.append(number)
            yield line.decode("utf-8", "replace")

    def _between(self, first: bytes, last: bytes) -> Iterator[str]:
        place, delimiter = self._header.places["sid"], self._header.delimiter.encode()
        others: set[bytes] = set()  # how lines of other years' storms begin: a storm has 50 lines, one after the other
        line = b""
        for number, line in enumerate(self._lines, self._header.lines + 1):
            if line[:_BEGINNING] in others:
                self.passed_over += 1
                continue
            fields = line.split(delimiter, place + 1)
            text = fields[place].strip(b'" ') if len(fields) > place else b""
            if not first <= text[:4] < last and len(text) == 13 and text[7:8] in b"NS" and text[:7].isdigit():
                self.passed_over += 1
                if place == 0 and len(fields[0]) == 13:
                    others.add(line[:_BEGINNING])
                continue
            if line.count(b'"') % 2:
                raise Unfit
            self.numbers.append(number)
            yield line.decode("utf-8", "replace")
        self.last = line


def _fitted(row: list[str], header: Header, where: str) -> list[str]:
    """A row as long as the header; empty fields at its end may be too many, and a blank line is no row."""
    count = len(header.names)
    if not any(map(str.strip, row)):
        return []
    if len(row) < count or any(map(str.strip, row[count:])):
        raise InputError(
            f"truncated: a line has {len(row)} of {count} fields ({where}: '{','.join(row)[:40]}'); download it again "
            f"from {SOURCE}csv/, or write it again"
        )
    return row[:count]


def _stripped(column: Sequence[str]) -> Texts:
    return np.char.strip(np.array(column, dtype=str))
