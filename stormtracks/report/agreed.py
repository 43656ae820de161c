"""What the members of each year agree on: the consensus that a page opens with."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from stormtracks import label
from stormtracks.label import Label
from stormtracks.report.outline import Outline
from stormtracks.science import results
from stormtracks.science.arrays import Ints
from stormtracks.science.consensus import ConsensusTracks, consensus
from stormtracks.science.consensus.mean import HALF

MOST_RESULTS = 4_000
"""Of how many results the consensus is computed, since that reads all members of a year at once; the latest years."""


@dataclass(frozen=True)
class Agreed:
    """The consensus of each year that has several members.

    Attributes
    ----------
    by_year : dict of int or str to ConsensusTracks
    left_out : tuple of int or str
        Years without, to keep the time in bounds.
    least : float
        Share of the members from which on a storm that no best track knows is a candidate.
    """

    by_year: dict[Label, ConsensusTracks] = field(default_factory=dict)
    left_out: tuple[Label, ...] = ()
    least: float = HALF

    def shown(self, year: Label) -> Ints:
        """Rows that the page shows: storms of best tracks, and candidates."""
        agreed = self.by_year[year]
        return np.flatnonzero(agreed.prominent(self.least))

    def candidates(self, year: Label) -> Ints:
        """Rows of the storms that so many of the members have and no best track knows."""
        agreed = self.by_year[year]
        return np.flatnonzero(agreed.candidate & agreed.prominent(self.least))

    def name(self, year: Label, row: int) -> str:
        """What a candidate is called, the same in every command."""
        return str(self.by_year[year].candidate_name[row])

    @property
    def share_text(self) -> str:
        """The least share of the members in words: "at least half"."""
        return "at least half" if self.least == HALF else f"at least {self.least:.0%}"

    @property
    def number_of_candidates(self) -> int:
        """Of all years."""
        return sum(len(self.candidates(year)) for year in self.by_year)


def agreed_of(outline: Outline, progress: Callable[[int, int], object] | None = None) -> Agreed:
    """Compute the consensus of the latest years, up to `MOST_RESULTS` results.

    Parameters
    ----------
    outline : Outline
    progress : callable, optional
        ``progress(done, total)`` in result files.
    """
    taken = list(_taken(outline))
    found, done = {}, 0
    for year, members in outline.results.items():
        done += len(members)
        if year in taken and len(members) > 1:
            found[year] = _consensus(outline, year, members)
        if progress is not None:
            progress(done, outline.number)
    least = HALF if outline.asked.min_share is None else outline.asked.min_share
    return Agreed(found, tuple(year for year in outline.results if year not in taken), least)


def _taken(outline: Outline) -> Iterator[Label]:
    room = MOST_RESULTS
    for year in reversed(label.in_order(outline.results)):
        room -= len(outline.results[year])
        if room < 0:
            return
        yield year


def _consensus(outline: Outline, year: Label, members: tuple[int, ...]) -> ConsensusTracks:
    # The summary has compared how all of the results were made.
    how: dict[str, Any] = {"members": members, "recipes": results.Recipes()}
    if outline.storm_list is None:
        agreed = consensus(outline.folder, year, task=outline.task, **how)
    else:
        agreed = consensus(outline.folder, year, list=outline.storm_list, **how)
    return agreed.take(outline.asked.keeps(agreed.heads, agreed.tracks)) if outline.asked else agreed
