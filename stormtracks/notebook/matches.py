"""What became of each observed storm in each member."""

from typing import Any

import numpy as np

from stormtracks.notebook.chosen.selection import Chosen, Selection
from stormtracks.notebook.tables import columns, frames
from stormtracks.science.shown import card, line_of


class AllMatches:
    """A row per best track, member and year: which track it is, how far away, how early.

    With a filter a best track is hit where the track that it is is chosen; one that was missed stays.
    """

    def __init__(self, selection: Selection) -> None:
        self._selection = selection

    def __repr__(self) -> str:
        years = [self._columns(one) for one in self._selection.chosen()]
        storms = len({sid for one in years for sid in one["sid"].tolist()})  # a season may share one with the next
        hits, pairs = (sum(number) for number in zip(*(_counts(one)[1:] for one in years), strict=True))
        found = f"; a member finds {100 * hits / pairs:.0f} % of them" if pairs else ""
        return f"<AllMatches: {storms:,} observed storm{'' if storms == 1 else 's'}{found}>"

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
        kept = np.zeros(len(season.heads), bool)
        kept[one.rows] = True
        first = np.repeat([season.tracks_of(n).start for n in range(len(season))], [e.storms for e in season.entries])
        hit = matches.hit & kept[np.where(matches.hit, first + matches.track, 0)] if len(kept) else matches.hit
        storm = self._selection.choice.storm
        rows = np.ones(len(matches), bool) if storm is None else matches.called(storm)
        count, track = int(rows.sum()), np.where(hit, matches.track, -1)
        numbers = season.track_id[np.where(hit, first + track, 0)] if len(kept) else np.zeros(len(hit), np.int64)
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
