"""A number over the members as one value of a table: mean, and the range of nine in ten."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from stormtracks.science.summary.statistics import Spread
from stormtracks.table import UNKNOWN, is_unknown, text


@dataclass(frozen=True)
class Band:
    """A `Spread`, as a value of a table.

    Examples
    --------
    >>> from stormtracks.science.comparison.band import Band
    >>> f"{Band.of([10, 12, 14]):.1f}", f"{Band.of([7]):.0f}", f"{Band.of([])}"
    ('12.0 (10.2-13.8)', '7', '-')
    """

    spread: Spread

    @classmethod
    def of(cls, values: Iterable[float]) -> "Band":
        """Of one value per member; NaN is left out."""
        return cls(Spread.of(list(values)))

    @property
    def is_known(self) -> bool:
        """Whether any member has a value."""
        return not is_unknown(self.spread.mean)

    def __format__(self, form: str) -> str:
        """Mean, and 5th to 95th percentile where that says more."""
        if not self.is_known:
            return UNKNOWN
        mean, low, high = (text(value, form) for value in (self.spread.mean, self.spread.p05, self.spread.p95))
        between = "-" if low[0].isdigit() and high[0].isdigit() else " to "
        return mean if low == mean == high else f"{mean} ({low}{between}{high})"

    def parts(self, key: str) -> dict[str, Any]:
        """Its plain values."""
        return {
            key: self.spread.mean, f"{key}_p05": self.spread.p05, f"{key}_p95": self.spread.p95,
            f"{key}_members": self.spread.number,
        }  # fmt: skip
