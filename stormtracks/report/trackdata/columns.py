"""Lines -> what the page reads: arrays to pack, and what its controls offer before the arrays are unpacked."""

from typing import Any

import numpy as np

from stormtracks import label
from stormtracks.label import Label
from stormtracks.report.trackdata.lines import CONSENSUS, FURTHER, OBSERVED, Lines
from stormtracks.science.arrays import Ints
from stormtracks.science.ragged import ragged_starts

KINDS = ("observed", "consensus", "candidates", "members", "others")
"""What a line is to anyone who looks at the map; by their places, as in the page."""


class Columns:
    """Lines of a page, in its order.

    Parameters
    ----------
    above, members : list of Lines
        Observed tracks and consensus, and members' tracks; of each of them `year` (a number of `labels`), `storm`
        and `group` are told. One of both at least.
    labels : list of int or str
        In the order in which they were met.
    """

    def __init__(self, above: list[Lines], members: list[Lines], labels: list[Label]) -> None:
        self._lines = lines = Lines.joined([*above, *members])
        self._further = Lines.joined(above).per_point if above else {}
        self.years = label.in_order(labels[number] for number in np.unique(lines.per_line["year"]))
        row = {year: number for number, year in enumerate(self.years)}
        self._year = np.array([row.get(one, -1) for one in labels])[lines.per_line["year"]]
        self._kind = _kinds(lines)
        self.unit_minutes = _unit(lines.per_point["minutes"])

    def offered(self) -> dict[str, Any]:
        """Plain values: members, how many lines of each kind each year has, and a member's greatest strength."""
        member = self._lines.per_line["member"]
        of_member = member >= 0
        counts = np.bincount(self._year * len(KINDS) + self._kind, minlength=len(KINDS) * len(self.years))
        return {
            "years": self.years,
            "members": np.unique(member[of_member]).tolist(),
            "counts": counts.reshape(-1, len(KINDS)).tolist(),
            "strongest": int(self._lines.peak[of_member].max(initial=0)),
        }

    def heads(self) -> dict[str, Ints]:
        """Arrays with a value for each line."""
        heads = self._lines.per_line
        return {
            "size": self._lines.row_size.astype("u2"),
            "year": self._year.astype("u2"),
            "kind": self._kind.astype("u1"),
            "member": heads["member"],
            "storm": heads["storm"],
            "group": heads["group"],
            "begin": heads["begin"],
        }

    def gaps(self) -> dict[str, Ints]:
        """Steps of `unit_minutes` since each point's predecessor, 0 for the first of a line."""
        steps = self._lines.per_point["minutes"] // self.unit_minutes
        gap = np.diff(steps, prepend=0)
        gap[ragged_starts(self._lines.row_size)] = 0
        return {"gap": gap.astype("u2")}

    def points(self) -> dict[str, Ints]:
        """Arrays with a value for each point, of which the differences are small."""
        columns = {name: self._lines.per_point[name] for name in ("lat", "lon", "strength")}
        return columns | {name: self._further.get(name, np.zeros(0, "u2")) for name in FURTHER}


def _kinds(lines: Lines) -> Ints:
    """Which of `KINDS` each line is, shape (nlines,)."""
    member, known = lines.per_line["member"], lines.per_line["storm"] >= 0
    is_each = [member == OBSERVED, (member == CONSENSUS) & known, member == CONSENSUS, known]
    return np.select(is_each, [0, 1, 2, 3], 4)


def _unit(minutes: Ints) -> int:
    """Minutes that all times are multiples of; longer where the longest line would not fit into two bytes."""
    unit = int(np.gcd.reduce(minutes)) or 1
    return unit * (-(-int(minutes.max()) // (unit * 65535)) or 1)  # -(-a // b) rounds up
