"""Tracks of members, or storms of their lists."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks.errors import NotThere
from stormtracks.label import spans
from stormtracks.notebook.chosen.selection import Chosen, Piece, Selection
from stormtracks.notebook.tables import columns
from stormtracks.notebook.tables.columns import TrackColumns
from stormtracks.notebook.track_set import TrackSet, figures
from stormtracks.science import leads
from stormtracks.science.shown import Rows


class MemberTracks(TrackSet):
    """Tracks of all members and years that are chosen; of a list, its storms.

    Iterating reads one member's tracks after another: each is a `Piece` with `year`, `ensemble_member`, `tracks`.
    """

    def __init__(self, selection: Selection) -> None:
        self._selection = selection

    def __repr__(self) -> str:
        counts = [(len(one.rows), one.season) for one in self._selection.chosen()]
        members = sorted({member for _, season in counts for member in season.members.tolist()})
        years = spans([season.year for _, season in counts])
        asked = self._selection.choice.describe()
        number = sum(count for count, _ in counts)
        what = f"{number:,} tracks of {years}, members {spans(members)}"
        return f"<MemberTracks: {what}{' (' * bool(asked)}{asked}{')' * bool(asked)}>"

    def __len__(self) -> int:
        return sum(len(one.rows) for one in self._selection.chosen())

    def __iter__(self) -> Iterator[Piece]:
        return self._selection.pieces()

    def as_columns(self, points: bool = True) -> TrackColumns:
        """See `TrackSet.as_columns`."""
        if points:
            return self._with_points()
        parts = [(one, self._of_year(one)) for one in self._selection.chosen()]
        of_heads = [
            {**named, **columns.of_heads(one.heads), "points": one.season.row_size[one.rows], **_of_list(one)}
            for one, named in parts
        ]
        return TrackColumns(
            row_size=np.concatenate([one.season.row_size[one.rows] for one, _ in parts]),
            per_track=columns.stacked(of_heads),
            per_point={},
            calendar=parts[0][0].season.heads.calendar,
            title=self._title,
        )

    def years_shown(self) -> tuple[tuple[str, ...], Rows]:
        """See `TrackSet.years_shown`."""
        headings = "year", "members", "tracks", "observed storms among them", "strongest (1e-5 s-1)"
        return headings, [_year_shown(one) for one in self._selection.chosen()]

    @property
    def _title(self) -> str:
        asked = self._selection.choice.describe()
        return f"Storm tracks{': ' * bool(asked)}{asked}"

    def _with_points(self) -> TrackColumns:
        pieces = list(self._selection.pieces())
        if not pieces:
            raise NotThere(self._selection.nothing())
        return TrackColumns(
            row_size=np.concatenate([piece.tracks.row_size for piece in pieces]),
            per_track=columns.stacked([self._of_piece(piece) for piece in pieces]),
            per_point=columns.stacked([_along(piece) for piece in pieces]),
            calendar=pieces[0].tracks.calendar,
            title=self._title,
        )

    def _of_year(self, one: Chosen) -> columns.Arrays:
        members, numbers = one.season.member_of_track[one.rows], one.season.track_id[one.rows]
        named = {"track_id": columns.ids(one.season.year, members, numbers)}
        return named | columns.of_label(one.season.year, len(one.rows)) | {"ensemble_member": members}

    def _of_piece(self, piece: Piece) -> columns.Arrays:
        count = len(piece.tracks)
        members = np.full(count, piece.ensemble_member, np.int64)
        named = {"track_id": columns.ids(piece.year, members, piece.track_id)}
        named |= columns.of_label(piece.year, count) | {"ensemble_member": members}
        return named | {"sid": piece.sid, "name": piece.name}


def _along(piece: Piece) -> Mapping[str, npt.NDArray[Any]]:
    tracks = piece.tracks
    found = {"time": tracks.time, "lat": tracks.lat, "lon": tracks.lon, "vorticity": tracks.vorticity}
    if piece.start is not None:
        found["lead"] = leads.hours(tracks.time, piece.start, tracks.calendar)
    return found | dict(piece.per_point)


def _of_list(one: Chosen) -> columns.Arrays:
    return {name: values[one.rows] for name, values in one.season.further.items()}


def _year_shown(one: Chosen) -> tuple[str, ...]:
    heads = one.heads
    strongest = f"{1e5 * float(heads.peak_s1.max()):.1f}" if len(heads) else ""
    storms = len(set(heads.sid.tolist()) - {""})
    return str(one.season.year), *figures((len(one.season), len(heads), storms)), strongest
