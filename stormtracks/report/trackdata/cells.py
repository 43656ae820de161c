"""How well each member found each observed storm, for the table of its members."""

from dataclasses import dataclass, field

import numpy as np

from stormtracks.report.trackdata.packing import clipped
from stormtracks.science.arrays import Ints
from stormtracks.science.records import Matches

MOST_CELLS = 100_000
"""Most pairs of a storm and a member in a page."""


@dataclass
class Cells:
    """Pairs of a storm and a member that found it.

    Attributes
    ----------
    left_out : int
        Pairs beyond `MOST_CELLS`.
    """

    left_out: int = 0
    _columns: list[tuple[Ints, ...]] = field(default_factory=list)
    _number: int = 0

    def add(self, storms: list[int], member: int, matches: Matches) -> None:
        """Add what a member found; `storms` are the numbers of the best tracks in the page."""
        hit = np.flatnonzero(matches.hit)
        room = MOST_CELLS - self._number
        self.left_out += max(0, len(hit) - room)
        hit = hit[: max(0, room)]
        self._number += len(hit)
        lead = np.clip(np.round(np.nan_to_num(matches.lead_hours[hit])), -32767, 32767).astype("i2")
        columns = (
            np.array(storms, "i4")[hit],
            np.full(len(hit), member, "i2"),
            clipped(matches.mean_distance_km[hit]),
            lead,
            clipped(matches.common_times[hit]),
        )
        self._columns.append(columns)

    def arrays(self) -> dict[str, Ints]:
        """Storm, member, mean distance (km), lead (h) and common times of each pair."""
        names = "cell_storm", "cell_member", "cell_distance", "cell_lead", "cell_times"
        empty = tuple(np.zeros(0, kind) for kind in ("i4", "i2", "u2", "i2", "u2"))
        columns = zip(*(self._columns or [empty]), strict=True)
        return {name: np.concatenate(column) for name, column in zip(names, columns, strict=True)}
