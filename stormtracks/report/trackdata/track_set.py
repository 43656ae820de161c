"""The lines that a page has room for, chosen while results are read one after another."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from stormtracks import label
from stormtracks.label import Label
from stormtracks.report.agreed import Agreed
from stormtracks.report.trackdata.cells import Cells
from stormtracks.report.trackdata.columns import Columns
from stormtracks.report.trackdata.lines import Lines, of_best_tracks, of_consensus, of_tracks, strengths
from stormtracks.report.trackdata.packing import pack
from stormtracks.science import calendars
from stormtracks.science.arrays import Bools, Ints
from stormtracks.science.records import BestTracks, Matches, Tracks

MOST_TRACKS = 100_000
"""Most tracks in a page, so that it loads fast: of observed storms first, then of candidates, then the strongest."""
MOST_AGREED = 6_000
"""Most consensus tracks: those of observed storms first, then those that most members have."""


@dataclass
class TrackSet:
    """The tracks chosen for a page.

    Attributes
    ----------
    most : int
    total : int
        Members' tracks seen so far, kept or not.
    """

    most: int = MOST_TRACKS
    total: int = 0
    _least: int = 0
    _own_dates: set[Label] = field(default_factory=set)
    _labels: dict[Label, int] = field(default_factory=dict)
    _above: list[Lines] = field(default_factory=list)
    _members: list[Lines] = field(default_factory=list)
    _storms: dict[tuple[Label, str], tuple[int, dict[str, Any]]] = field(default_factory=dict)
    _groups: list[dict[str, Any]] = field(default_factory=list)
    _group_of_row: dict[Label, Ints] = field(default_factory=dict)
    _cells: Cells = field(default_factory=Cells)
    _agreed: Agreed = field(default_factory=Agreed)

    def add_agreed(self, agreed: Agreed) -> None:
        """Add what the members agree on; before their own tracks, which then know what they belong to."""
        self._agreed = agreed
        rows = []
        for year, of_year in agreed.by_year.items():
            candidate, share = of_year.candidate, of_year.share
            rows += [(bool(candidate[row]), -float(share[row]), year, int(row)) for row in agreed.shown(year)]
            self._group_of_row[year] = np.full(len(of_year) + 1, -1)  # one more: what -1 picks
        rows.sort(key=lambda one: one[:2])
        of_rows: dict[Label, list[tuple[int, int, int]]] = {year: [] for year in agreed.by_year}
        for *_, year, row in rows[:MOST_AGREED]:
            of_rows[year].append((row, *self._add_group(year, row)))
        parts = [self._consensus_of(year, shown) for year, shown in of_rows.items() if shown]
        if parts:
            lines = Lines.joined(parts)
            self._above.append(lines.take(np.argsort(lines.per_line["group"])))

    def _consensus_of(self, year: Label, shown: list[tuple[int, int, int]]) -> Lines:
        """A year's consensus tracks by their row, with the storm and the group of each."""
        row, storm, group = np.array(shown).T
        lines = of_consensus(self._agreed.by_year[year]).take(row)
        return lines.told(year=self._number(year), storm=storm, group=group)

    def _add_group(self, year: Label, row: int) -> tuple[int, int]:
        """Describe what the members agree on; gives the number of the storm that it is (-1: none) and its own."""
        agreed = self._agreed.by_year[year]
        group, sid = len(self._groups), str(agreed.sid[row])
        storm = self._storm(year, sid, str(agreed.name[row]), np.nan) if sid else -1
        self._group_of_row[year][row] = group
        name = "" if sid else self._agreed.name(year, row)
        held = int(agreed.held_by[row].sum())
        self._groups.append({"id": name, "year": _plain(year), "held": held, "of": len(agreed.members)})
        return storm, group

    def add(self, year: Label, member: int, tracks: Tracks, matches: Matches, kept: Bools | None = None) -> None:
        """Add one result's tracks, or those of them that `kept` marks."""
        storms = [
            self._storm(year, str(sid), str(name), float(wind))
            for sid, name, wind in zip(matches.sid, matches.name, matches.max_wind_kt, strict=True)
        ]
        self._cells.add(storms, member, matches)
        looked_at = np.ones(len(tracks), bool) if kept is None else kept
        self.total += int(looked_at.sum())
        if calendars.has_own_dates(tracks.calendar):
            self._own_dates.add(_plain(year))
        storm = np.append(storms, -1).astype(int)[matches.storm_of_track]
        group = self._groups_of(year, member, len(tracks))
        worth = (storm >= 0) | (group >= 0) | (strengths(tracks.vorticity[tracks.peak]) > self._least)
        rows = np.flatnonzero(looked_at & worth)
        if not len(rows):
            return
        lines = of_tracks(tracks, int(member)).take(rows)
        self._members.append(lines.told(year=self._number(year), storm=storm[rows], group=group[rows]))
        if sum(map(len, self._members)) > 2 * self.most:  # seldom, since it sorts them all
            self._prune()

    def _groups_of(self, year: Label, member: int, count: int) -> Ints:
        """Number of the consensus track that each of a member's tracks belongs to; -1 for none."""
        agreed = self._agreed.by_year.get(year)
        if agreed is None or member not in agreed.members:
            return np.full(count, -1)
        rows = agreed.storm_of[int(np.flatnonzero(agreed.members == member)[0])]
        return self._group_of_row[year][rows]

    def add_observed(self, best: BestTracks) -> None:
        """Add the observed tracks of the storms that the results know."""
        best = best.take(best.row_size > 0)
        row = {str(sid): number for number, sid in enumerate(best.sid)}
        storms = [(year, sid, storm) for (year, sid), (storm, _) in self._storms.items() if sid in row]
        known = [(row[sid], self._number(year), storm) for year, sid, storm in storms]
        if known:
            rows, year, storm = np.array(known).T
            self._above.insert(0, of_best_tracks(best).take(rows).told(year=year, storm=storm, group=-1))

    def packed(self) -> dict[str, Any] | None:
        """Plain values for the page's JSON, or None where there is no track."""
        self._prune()
        above = [_by_worth(part) for part in self._above]
        if not above and not self._members:
            return None
        columns = Columns(above, self._members, list(self._labels))
        storms = [description for _, description in sorted(self._storms.values(), key=lambda pair: pair[0])]
        return {
            "total": self.total,
            "unit_minutes": columns.unit_minutes,
            **columns.offered(),
            "years_of_360_days": label.in_order(self._own_dates),
            "storms": storms,
            "groups": self._groups,
            "cells_left_out": self._cells.left_out,
            **pack({**columns.heads(), **self._cells.arrays(), **columns.gaps()}, columns.points()),
        }

    def _number(self, year: Label) -> int:
        """Number of a year or start, in the order in which they are met."""
        return self._labels.setdefault(_plain(year), len(self._labels))

    def _storm(self, year: Label, sid: str, name: str, wind: float) -> int:
        """Number of a storm; the same in each of the year's members."""
        described = {"sid": sid, "name": name, "year": _plain(year), "wind_kt": None}
        number, kept = self._storms.setdefault((year, sid), (len(self._storms), described))
        if np.isfinite(wind):
            kept["wind_kt"] = wind
        return number

    def _prune(self) -> None:
        if not self._members:
            return
        lines = Lines.joined(self._members)
        left = _by_worth(lines, self.most)
        self._members = [left]
        if len(left) < len(lines):
            alone = left.per_line["storm"][-1] < 0 and left.per_line["group"][-1] < 0
            self._least = int(left.peak[-1]) if alone else int(np.iinfo(np.uint16).max)


def _by_worth(lines: Lines, most: int | None = None) -> Lines:
    """Lines of storms first, then of candidates, then the strongest others; the strongest of each first."""
    worth = (lines.per_line["storm"] >= 0) * 2**17 + (lines.per_line["group"] >= 0) * 2**16 + lines.peak.astype(int)
    return lines.take(np.argsort(-worth, kind="stable")[:most])


def _plain(year: Label) -> Label:
    """NumPy's numbers are not JSON."""
    return year if isinstance(year, str) else int(year)
