"""A result without its arrays."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stormtracks.label import Label
from stormtracks.science.shown import Shown


@dataclass(frozen=True)
class Header(Shown):
    """Which result it is, how much it holds, how it was made.

    Attributes
    ----------
    year : int or str
        The year, or the start of a forecast.
    ensemble_member : int
        Counted from 0.
    member_label : str
        What the files call the member.
    task : str
    counts : dict of str to number
        How much it holds; of `vort_track` see `Result.counts`.
    provenance : dict
        Settings, inputs, versions, remarks.
    """

    year: Label
    ensemble_member: int
    member_label: str
    task: str
    counts: dict[str, float]
    provenance: dict[str, Any]

    @property
    def best_tracks(self) -> Path | None:
        """The file that it was matched with, the last of its inputs; None where no best track was looked for."""
        inputs = self.provenance.get("inputs")
        return Path(inputs[-1]["path"]) if inputs and self.counts.get("storms") else None

    def __repr__(self) -> str:
        counts = ", ".join(f"{value:,} {name}" for name, value in self.counts.items() if isinstance(value, int))
        member = f"member {self.ensemble_member} ({self.member_label!r})"
        return f"<Header: {self.task} of {self.year}, {member}{': ' * bool(counts)}{counts}>"
