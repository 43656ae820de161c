"""What became of each observed storm in each member."""

from typing import Any

import numpy as np

from stormtracks.notebook.chosen.selection import Chosen, Selection
from stormtracks.notebook.tables import columns, frames
from stormtracks.readable import counted
from stormtracks.science.arrays import Bools, Ints
from stormtracks.science.index.season import Season
from stormtracks.science.shown import card, line_of


class AllMatches:
    """A row per best track, member and year: which track it is, how far away, how early.

    A filter asks of them what it asks in `inv summary`: where and when a storm was, by its best track; how strong, long
    and far, by the tracks that it is. One that no such track, and no piece of it, is left of is missed, and stays.
    """

    def __init__(self, selection: Selection) -> None:
        self._selection = selection

    def __repr__(self) -> str:
        years = [self._columns(one) for one in self._selection.chosen()]
        storms = len({sid for one in years for sid in one["sid"].tolist()})  # a season may share one with the next
        hits, pairs = (sum(number) for number in zip(*(_counts(one)[1:] for one in years), strict=True))
        found = f"; a member finds {100 * hits / pairs:.0f} % of them" if pairs else ""
        return f"<AllMatches: {counted(storms, 'observed storm')}{found}>"

    def __len__(self) -> int:
        return sum(len(self._columns(one)["sid"]) for one in self._selection.chosen())

    def to_dataframe(self) -> Any:
        """A row per best track, member and year, hit or missed.

        Returns
        -------
        pandas.DataFrame
        """
        chosen = list(self._selection.chosen())
        made = columns.stacked([self._columns(one) for one in chosen])
        return frames.rows(made, chosen[0].season.heads.calendar)

    def _repr_html_(self) -> str:
        rows = []
        for one in self._selection.chosen():
            storms, hits, pairs = _counts(self._columns(one))
            rows.append((one.season.year, len(one.season), storms, f"{hits / pairs:.2f}" if pairs else ""))
        headings = "year", "members", "observed storms", "share found by a member"
        return card(line_of(self), headings, rows, ".to_dataframe()", is_open=True)

    def _columns(self, one: Chosen) -> columns.Arrays:
        season, matches = one.season, one.season.matches
        member = season.member_of_storm
        row = self._track(season)
        hit = row >= 0
        rows = self._wanted(season)
        count = int(rows.sum())
        numbers = season.track_id[np.where(hit, row, 0)] if len(season.heads) else np.zeros(len(hit), np.int64)
        ids = np.where(hit, columns.ids(season.year, member, numbers), "")
        each: columns.Arrays = {
            **columns.of_label(season.year, count),
            "ensemble_member": member[rows],
            "sid": matches.sid[rows],
            "name": matches.name[rows],
            "max_wind_kt": matches.max_wind_kt[rows],
            "hit": hit[rows],
            "track_id": ids[rows],
        }
        known = {name: getattr(matches, name)[rows] for name in ("common_times", "mean_distance_km", "lead_hours")}
        known |= {name: getattr(matches, name)[rows] for name in ("first_time", "last_time")}
        return each | {name: np.where(hit[rows], values, _NOTHING[name]) for name, values in known.items()}

    def _track(self, season: Season) -> Ints:
        """Row of the track that each best track is, or of its longest piece that is left; -1 where it is missed."""
        matches, choice = season.matches, self._selection.choice
        strong = self._selection.of_list(season) & choice.asked.of_strength.keeps(season.heads)
        tracks, storms = ([getattr(entry, name) for entry in season.entries] for name in ("tracks", "storms"))
        first_track, first_storm = (np.cumsum([0, *each[:-1]]) for each in (tracks, storms))
        piece = np.flatnonzero(strong & (matches.storm_of_track >= 0))
        piece = piece[np.argsort(season.row_size[piece], kind="stable")]
        found = np.full(len(matches), -1)
        found[np.repeat(first_storm, tracks)[piece] + matches.storm_of_track[piece]] = piece  # the longest comes last
        own = np.where(matches.hit, np.repeat(first_track, storms) + matches.track, -1)
        return np.where(np.append(strong, False)[own], own, found)

    def _wanted(self, season: Season) -> Bools:
        """Which rows of the matches are of the storm that is chosen, and of storms that the filter is about."""
        matches, storm = season.matches, self._selection.choice.storm
        rows = np.ones(len(matches), bool) if storm is None else matches.called(storm)
        about = self._selection.about(season)
        return rows if about is None else rows & about


_NOTHING: dict[str, Any] = {
    "common_times": np.int32(0),
    "mean_distance_km": np.nan,
    "lead_hours": np.nan,
    "first_time": np.datetime64("NaT", "s"),
    "last_time": np.datetime64("NaT", "s"),
}


def _counts(made: columns.Arrays) -> tuple[int, int, int]:
    """Observed storms, hits, rows."""
    return len(set(made["sid"].tolist())), int(made["hit"].sum()), len(made["hit"])
