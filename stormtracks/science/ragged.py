"""Rows of different lengths, one after the other: the base of what has tracks; and records joined to one."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.shown import Shown


class Ragged(Shown):
    """A contiguous ragged array: rows of different lengths, one after the other; the base of what has tracks.

    Attributes
    ----------
    row_size : ndarray of int, shape (nrows,)
        Elements per row, at least one.
    """

    row_size: Ints

    def __len__(self) -> int:
        return len(self.row_size)

    @property
    def start(self) -> Ints:
        """Index of each row's first element, shape (nrows,)."""
        return ragged_starts(self.row_size)

    @property
    def row(self) -> Ints:
        """Number of the row that each element belongs to, shape (nelements,)."""
        return np.repeat(np.arange(len(self.row_size)), self.row_size)

    @property
    def followed(self) -> Ints:
        """Index of each element that another one of its row follows, shape (nelements - nrows,)."""
        return np.flatnonzero(np.diff(self.row) == 0)

    def of_rows(self, rows: Ints | Bools) -> Bools:
        """Which elements belong to some of the rows, given by their numbers or a mask; shape (nelements,)."""
        chosen = np.zeros(len(self), bool)
        chosen[rows] = True
        return chosen[self.row]

    def points(self, row: int) -> slice:
        """Where the elements of one row are."""
        first = int(self.start[row])
        return slice(first, first + int(self.row_size[row]))

    def largest(self, values: Floats | Ints) -> Ints:
        """Index of each row's largest value, of equals the first; shape (nrows,).

        Parameters
        ----------
        values : ndarray, shape (nelements,)
            Numbers; a NaN is less than any other, and of a row of nothing else the first is the largest.
        """
        if not len(self):
            return np.zeros(0, np.int64)  # reduceat refuses an empty list of starts
        highest = np.repeat(np.fmax.reduceat(values, self.start), self.row_size)
        candidates = np.flatnonzero((values == highest) | np.isnan(highest))
        return candidates[np.searchsorted(self.row[candidates], np.arange(len(self)))]


def ragged_starts(row_size: Ints) -> Ints:
    """Index of the first element of each row of a contiguous ragged array."""
    return np.concatenate([[0], np.cumsum(row_size)[:-1]]).astype(np.int64) if len(row_size) else np.zeros(0, np.int64)


def joined(parts: Sequence[object], names: Iterable[str]) -> dict[str, Any]:
    """Arrays of several records of a kind, at least one, each array one part after the other.

    Parameters
    ----------
    parts : sequence
        Each has an array of each name.
    names : iterable of str

    Returns
    -------
    dict of str to ndarray
        By name.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from stormtracks.science.ragged import joined
    >>> parts = [SimpleNamespace(lat=np.array([1.0, 2.0])), SimpleNamespace(lat=np.array([3.0]))]
    >>> joined(parts, ["lat"])["lat"].tolist()
    [1.0, 2.0, 3.0]
    """
    return {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
