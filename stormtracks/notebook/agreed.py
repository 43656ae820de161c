"""What members agree on: one track per storm and year, and candidates among them."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks.errors import BadValue, NotThere
from stormtracks.label import Label, spans
from stormtracks.notebook.chosen.choice import known
from stormtracks.notebook.chosen.choice import years as years_of
from stormtracks.notebook.chosen.selection import Selection
from stormtracks.notebook.progress import Progress
from stormtracks.notebook.tables import columns
from stormtracks.notebook.tables.columns import TrackColumns
from stormtracks.notebook.track_set import TrackSet, figures
from stormtracks.science.consensus import ConsensusTracks
from stormtracks.science.shown import Rows


class Agreed(TrackSet):
    """Consensus tracks of all chosen years, each worked out when it is asked for; ``agreed[2005]`` is one year's.

    Parameters
    ----------
    selection : Selection
    candidates_only : bool
        Whether the storms of best tracks are left out.
    """

    def __init__(self, selection: Selection, candidates_only: bool = False) -> None:
        self._selection = selection
        self._candidates_only = candidates_only

    def __repr__(self) -> str:
        what = "candidates" if self._candidates_only else "consensus tracks"
        asked = self._selection.choice.describe()
        return f"<Agreed: {what} of {spans(self._selection.years())}{' (' * bool(asked)}{asked}{')' * bool(asked)}>"

    def __len__(self) -> int:
        return sum(map(len, self))

    def __iter__(self) -> Iterator[ConsensusTracks]:
        years = self._selection.years()
        with Progress("working out the consensus") as progress:
            for number, year in enumerate(years):
                progress(number, len(years))
                yield self[year]

    def __getitem__(self, year: Label) -> ConsensusTracks:
        """The consensus of one of the chosen years, of the storms that are chosen."""
        known(wanted := years_of(year), self._selection.years(), "the year", self._selection.opened.folder)
        if len(wanted) > 1:
            raise BadValue(f"a consensus is of one year, not of {spans(wanted)}; take them one by one")
        (year,) = wanted
        choice = self._selection.choice
        agreed = self._selection.opened.agreed(year, choice.list_name, choice.members)
        kept = choice.asked.keeps(agreed.heads, agreed.tracks)
        if choice.storm is not None:
            kept &= agreed.called(choice.storm)
        if self._candidates_only:
            kept &= agreed.candidate
        return agreed if kept.all() else agreed.take(kept)

    def as_columns(self, points: bool = True) -> TrackColumns:
        """See `TrackSet.as_columns`."""
        years = [one for one in self if len(one)]
        if not years:
            raise NotThere(self._selection.nothing("storm of the consensus", "ask for less, or of more members"))
        return TrackColumns(
            row_size=np.concatenate([one.row_size for one in years]),
            per_track=columns.stacked([_per_track(one, points) for one in years]),
            per_point=columns.stacked([_per_point(one) for one in years]) if points else {},
            calendar=years[0].calendar,
            title="Consensus of storm tracks",
        )

    def years_shown(self) -> tuple[tuple[str, ...], Rows]:
        """See `TrackSet.years_shown`: only years that were worked out before, since each takes seconds."""
        return ("year", "members"), [
            (str(year), *figures([len(self._selection.opened.members(self._selection.choice.task, year))]))
            for year in self._selection.years()
        ]


def _per_track(agreed: ConsensusTracks, points: bool) -> columns.Arrays:
    """Names and shares; without points, what heads say too."""
    found: columns.Arrays = {"track_id": _ids(agreed), **columns.of_label(agreed.year, len(agreed))}
    found |= {"sid": agreed.sid, "name": agreed.name, "candidate": agreed.candidate_name}
    found |= {"members": agreed.held_by.sum(axis=1), "share": agreed.share}
    if points:
        return found
    heads = {name: values for name, values in columns.of_heads(agreed.heads).items() if name not in found}
    further = {name: getattr(agreed, name) for name in ("probability", "calibrated") if hasattr(agreed, name)}
    return found | heads | {"points": agreed.row_size} | further


def _per_point(agreed: ConsensusTracks) -> columns.Arrays:
    return {name: getattr(agreed, name) for name in agreed.per_point}


def _ids(agreed: ConsensusTracks) -> npt.NDArray[Any]:
    """Name of the candidate, or sid; with its number where a storm has several pieces, or nothing is known.

    A sid has the year in which its storm began; one that two seasons share has that of the other season behind it.
    """
    seen: dict[str, int] = {}
    found = []
    for sid, name in zip(agreed.sid.tolist(), agreed.candidate_name.tolist(), strict=True):
        text = sid or name or f"{agreed.year}-candidate"
        text += f"-{agreed.year}" if sid and str(agreed.year)[:4] not in sid else ""
        seen[text] = seen.get(text, 0) + 1
        found.append(text if seen[text] == 1 and (sid or name) else f"{text}-{seen[text]}")
    return np.array(found, dtype="U")
