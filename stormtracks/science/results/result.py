"""The result of one task, and its header: what is known without the arrays."""

from dataclasses import dataclass
from typing import Any

from stormtracks.label import Label
from stormtracks.science.records import Matches, Maxima, TimeAxis, Tracks
from stormtracks.science.results.header import Header
from stormtracks.science.shown import Shown


@dataclass(frozen=True)
class Result(Shown):
    """What one task found.

    Attributes
    ----------
    year : int or str
        A year, or the start of a forecast: ``"2025-06-01T00"``.
    ensemble_member : int
        As the schedule counts; members from 0.
    member_label : str
        The data's own name of the member.
    task : str
    axis : TimeAxis
        The times that were looked at.
    maxima : Maxima
    tracks : Tracks
    matches : Matches
    provenance : dict
        How it was made, in plain values (as JSON has them): the `recipe`, and version, host, seconds...
    """

    year: Label
    ensemble_member: int
    member_label: str
    task: str
    axis: TimeAxis
    maxima: Maxima
    tracks: Tracks
    matches: Matches
    provenance: dict[str, Any]

    def __repr__(self) -> str:
        counts = self.counts
        found = ", ".join(f"{counts[name]:,} {name}" for name in ("steps", "maxima", "tracks"))
        best = f"{counts['matches']:,} of {counts['storms']:,} best tracks found"
        member = f"member {self.ensemble_member} ({self.member_label!r})"
        return f"<Result: {self.task} of {self.year}, {member}: {found}, {best}>"

    @property
    def counts(self) -> dict[str, float]:
        """How many steps, maxima, tracks, best tracks looked for ("storms") and found ("matches").

        And what the data lack: times of the season ("missing_times"), and the share of the region's values at all
        times that there are ("missing_share").
        """
        return {
            "steps": len(self.axis),
            "maxima": len(self.maxima),
            "tracks": len(self.tracks),
            "storms": len(self.matches),
            "matches": int(self.matches.hit.sum()),
            "missing_times": self.provenance.get("missing_times", int(self.axis.missing.sum())),
            "missing_share": self.provenance.get("missing_share", 0.0),
        }

    @property
    def header(self) -> Header:
        """The result without its arrays."""
        identity = self.year, self.ensemble_member, self.member_label, self.task
        return Header(*identity, self.counts, self.provenance)
