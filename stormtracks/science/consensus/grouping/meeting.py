"""Pairs of tracks that are near each other: how often, and how far apart then."""

from dataclasses import dataclass

import numpy as np

from stormtracks.science.arrays import Bools, Floats, Ints


@dataclass(frozen=True)
class Meetings:
    """Pairs of tracks that are near each other, each pair once; arrays of shape (n,).

    Attributes
    ----------
    first, second : ndarray of int32
        Their numbers, the lower one first.
    common : ndarray of int32
        Times at which they are near each other.
    metres : ndarray of int64
        Sum of their distances then, each in whole metres, so that the order in which they are added does not matter.
    """

    first: Ints
    second: Ints
    common: Ints
    metres: Ints

    @property
    def distance_km(self) -> Floats:
        """Mean over the times at which they are near each other."""
        return self.metres / (1000.0 * self.common)

    def take(self, which: Bools | Ints) -> "Meetings":
        """Some of them."""
        return Meetings(*(values[which] for values in vars(self).values()))

    @classmethod
    def joined(cls, parts: list["Meetings"]) -> "Meetings":
        """Those of several, one after another; none of none."""
        columns = zip(*(vars(part).values() for part in parts), strict=True) if parts else [[]] * len(_KINDS)
        return cls(*(np.concatenate([np.zeros(0, kind), *of]) for kind, of in zip(_KINDS, columns, strict=True)))


_KINDS = (np.int32, np.int32, np.int32, np.int64)


class Pile:
    """Meetings of one block of steps after another, which take no more memory when they are joined than before."""

    def __init__(self) -> None:
        self._columns: list[list[Ints]] = [[np.zeros(0, kind)] for kind in _KINDS]

    def add(self, met: Meetings) -> None:
        """Put some on it."""
        for column, values in zip(self._columns, vars(met).values(), strict=True):
            column.append(values)

    def joined(self) -> Meetings:
        """All of them; the pile is empty then."""
        joined = []
        while self._columns:
            joined.append(np.concatenate(self._columns.pop(0)))  # whose parts are free before the next are joined
        return Meetings(*joined)
