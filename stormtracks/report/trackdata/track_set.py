"""The lines that a page has room for, chosen while results are read one after another."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from stormtracks import label
from stormtracks.label import Label
from stormtracks.report.agreed import Agreed
from stormtracks.report.trackdata.cells import Cells
from stormtracks.report.trackdata.line import (
    CONSENSUS,
    FURTHER,
    OBSERVED,
    Line,
    of_best_track,
    of_consensus,
    of_track,
    plain,
    strengths,
)
from stormtracks.report.trackdata.packing import pack
from stormtracks.science import calendars
from stormtracks.science.arrays import Bools, Ints
from stormtracks.science.records import BestTracks, Matches, Tracks

MOST_TRACKS = 30_000
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
    _lines: list[Line] = field(default_factory=list)
    _storms: dict[tuple[Label, str], tuple[int, dict[str, Any]]] = field(default_factory=dict)
    _groups: list[dict[str, Any]] = field(default_factory=list)
    _group_of_row: dict[Label, Ints] = field(default_factory=dict)
    _cells: Cells = field(default_factory=Cells)
    _agreed: Agreed = field(default_factory=Agreed)

    def add_agreed(self, agreed: Agreed) -> None:
        """Add what the members agree on; before their own tracks, which then know what they belong to."""
        self._agreed = agreed
        rows = [(year, int(row)) for year in agreed.by_year for row in agreed.shown(year)]
        rows.sort(key=lambda at: (agreed.by_year[at[0]].candidate[at[1]], -agreed.by_year[at[0]].share[at[1]]))
        for year, of_year in agreed.by_year.items():
            self._group_of_row[year] = np.full(len(of_year) + 1, -1)  # one more: what -1 picks
        for year, row in rows[:MOST_AGREED]:
            self._add_group(year, row)

    def _add_group(self, year: Label, row: int) -> None:
        agreed = self._agreed.by_year[year]
        group, sid = len(self._groups), str(agreed.sid[row])
        storm = self._storm(year, sid, str(agreed.name[row]), np.nan) if sid else -1
        self._group_of_row[year][row] = group
        name = "" if sid else self._agreed.name(year, row)
        held = int(agreed.held_by[row].sum())
        self._groups.append({"id": name, "year": plain(year), "held": held, "of": len(agreed.members)})
        self._lines.append(of_consensus(agreed, row, storm, group))

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
            self._own_dates.add(plain(year))
        storm_of_track = np.append(storms, -1).astype(int)[matches.storm_of_track]
        group_of_track = self._groups_of(year, member, len(tracks))
        strength = strengths(tracks.vorticity)
        worth = (storm_of_track >= 0) | (group_of_track >= 0) | (strength[tracks.peak] > self._least)
        first, last = tracks.start, tracks.start + tracks.row_size  # once, not for each track: there may be 100,000
        for row in np.flatnonzero(looked_at & worth):
            belongs, points = (int(storm_of_track[row]), int(group_of_track[row])), slice(first[row], last[row])
            self._lines.append(of_track(tracks, points, strength, year, int(member), *belongs))
        if len(self._lines) > 4 * self.most:  # seldom, since it sorts them all
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
        row = {str(sid): number for number, sid in enumerate(best.sid) if best.row_size[number]}
        for (year, sid), (storm, _) in self._storms.items():
            if sid in row:
                self._lines.append(of_best_track(best, row[sid], year, storm))

    def packed(self) -> dict[str, Any] | None:
        """Plain values for the page's JSON, or None where there is no track."""
        self._prune()
        if not self._lines:
            return None
        years = label.in_order(line.year for line in self._lines)
        minutes = [line.minutes - line.minutes[0] for line in self._lines]
        unit = _unit(minutes)
        storms = [description for _, description in sorted(self._storms.values(), key=lambda pair: pair[0])]
        return {
            "total": self.total,
            "unit_minutes": unit,
            "years": years,
            "years_of_360_days": label.in_order(self._own_dates),
            "storms": storms,
            "groups": self._groups,
            "cells_left_out": self._cells.left_out,
            **pack({**self._heads(years), **self._cells.arrays()}, {**self._points(minutes, unit), **self._further()}),
        }

    def _heads(self, years: list[Label]) -> dict[str, Ints]:
        row = {year: number for number, year in enumerate(years)}
        lines = self._lines
        return {
            "size": np.array([len(line.lat) for line in lines], "u2"),
            "year": np.array([row[line.year] for line in lines], "u2"),
            "member": np.array([line.member for line in lines], "i2"),
            "storm": np.array([line.storm for line in lines], "i4"),
            "group": np.array([line.group for line in lines], "i4"),
            "begin": np.array([line.minutes[0] for line in lines], "i4"),
        }

    def _points(self, minutes: list[Ints], unit: int) -> dict[str, Ints]:
        lat, lon, strength = (
            np.concatenate([getattr(line, name) for line in self._lines]) for name in ("lat", "lon", "strength")
        )
        return {
            "lat": np.round(lat * 100).astype("i2"),
            "lon": np.round(lon * 100).astype("i2"),
            "strength": strength,
            "offset": (np.concatenate(minutes) // unit).astype("u2"),
        }

    def _further(self) -> dict[str, Ints]:
        with_more = [line.further for line in self._lines if line.further]
        columns = zip(*with_more, strict=True) if with_more else [(np.zeros(0, "u2"),)] * len(FURTHER)
        return {name: np.concatenate(column) for name, column in zip(FURTHER, columns, strict=True)}

    def _storm(self, year: Label, sid: str, name: str, wind: float) -> int:
        """Number of a storm; the same in each of the year's members."""
        described = {"sid": sid, "name": name, "year": plain(year), "wind_kt": None}
        number, kept = self._storms.setdefault((year, sid), (len(self._storms), described))
        if np.isfinite(wind):
            kept["wind_kt"] = wind
        return number

    def _prune(self) -> None:
        self._lines.sort(key=_worth, reverse=True)
        others = sum(line.member < 0 for line in self._lines)
        if len(self._lines) > self.most + others:
            del self._lines[self.most + others :]
            last = self._lines[-1]
            self._least = last.peak if last.storm < 0 and last.group < 0 else int(np.iinfo(np.uint16).max)


def _worth(line: Line) -> tuple[bool, bool, bool, bool, int]:
    """Observed tracks and consensus first, then members' tracks of storms, of candidates, and the strongest others."""
    return line.member == OBSERVED, line.member == CONSENSUS, line.storm >= 0, line.group >= 0, line.peak


def _unit(minutes: list[Ints]) -> int:
    """Minutes that all times are multiples of; longer where the longest line would not fit into two bytes."""
    unit = int(np.gcd.reduce(np.concatenate(minutes))) or 1
    return unit * (-(-max(int(offset[-1]) for offset in minutes) // (unit * 65535)) or 1)  # -(-a // b) rounds up
