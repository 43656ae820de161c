"""Remarks: what was guessed, left out or found missing when a result was made; one sentence each."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

MOST = 100
"""Distinct remarks that are listed; the results themselves have all of them."""


@dataclass(frozen=True)
class Remark:
    """A remark and how many results have it."""

    text: str
    results: int

    def __str__(self) -> str:
        return f"{self.text} ({self.results:,} result{'s' if self.results != 1 else ''})"


class Remarks:
    """The distinct remarks of many results, counted one result after another."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, remarks: Iterable[str]) -> None:
        """Count the remarks of one more result."""
        self._counts.update(set(remarks))

    def listed(self) -> tuple[Remark, ...]:
        """The remarks that most results have, at most `MOST`; at a tie in the order of the alphabet."""
        order = sorted(self._counts.items(), key=lambda item: (-item[1], item[0]))
        return tuple(Remark(text, number) for text, number in order[:MOST])


def of(provenance: Mapping[str, Any]) -> tuple[str, ...]:
    """The remarks of one result, from its provenance; none in results of earlier versions."""
    return tuple(str(text) for text in provenance.get("remarks", ()))
