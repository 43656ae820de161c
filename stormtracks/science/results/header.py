"""A result without its arrays."""

from dataclasses import dataclass
from typing import Any

from stormtracks.label import Label


@dataclass(frozen=True)
class Header:
    """Which result it is, how much it holds (of `vort_track` see `Result.counts`), how it was made."""

    year: Label
    ensemble_member: int
    member_label: str
    task: str
    counts: dict[str, float]
    provenance: dict[str, Any]
