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
        kinds = (np.int32, np.int32, np.int32, np.int64)
        columns = zip(*(vars(part).values() for part in parts), strict=True) if parts else [[]] * len(kinds)
        return cls(*(np.concatenate([np.zeros(0, kind), *of]) for kind, of in zip(kinds, columns, strict=True)))
