"""Which tracks are exported, one piece after another: what a writer is given."""

import dataclasses
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks import label
from stormtracks.label import Label
from stormtracks.science import chosen_tracks, heads, leads, remarks, results
from stormtracks.science.arrays import Floats, Ints, Texts
from stormtracks.science.consensus import ConsensusSettings, ConsensusTracks, consensus
from stormtracks.science.export import list_columns
from stormtracks.science.filters import Filter, Tally
from stormtracks.science.records import Tracks

Chosen = Mapping[Label, Sequence[int]]
"""Year, or start of a forecast -> members, all of which have a result."""

CONSENSUS_MEMBER = -1
"""Stands for the member of a track that is a mean of members."""


@dataclass(frozen=True)
class Selection:
    """What to export.

    Attributes
    ----------
    years : tuple of int or str, optional
        Years, or starts of forecasts; None: all that are there.
    members : tuple of int, optional
        None: all that are there.
    consensus : ConsensusSettings, optional
        Given: the consensus tracks of the members instead of their own tracks.
    storm_list : str, optional
        'tc' or 'etc': the storms of this list instead of all tracks.
    mixed : bool
        Whether results that were made differently are taken together all the same.
    asked : Filter
        Which tracks of these; a consensus is made of all tracks, and then chosen from.
    """

    years: tuple[Label, ...] | None = None
    members: tuple[int, ...] | None = None
    consensus: ConsensusSettings | None = None
    storm_list: str | None = None
    mixed: bool = False
    asked: Filter = Filter()  # noqa: RUF009 (it is frozen)

    @property
    def task(self) -> str:
        """The task whose results are read."""
        return "vort_track" if self.storm_list is None else "classify"

    def describe(self, of_starts: bool = False) -> dict[str, Any]:
        """Plain values, for a file's own account of itself; `of_starts`: forecasts are among what is chosen."""
        kind = "member tracks" if self.consensus is None else "consensus tracks"
        what = {} if self.storm_list is None else {"list": self.storm_list}
        return {
            "task": self.task,
            "tracks": kind,
            **what,
            **({"starts": True} if of_starts else {}),
            "years": _listed(self.years),
            "members": _listed(self.members),
            **({"only_tracks_that": self.asked.describe(), "filter": self.asked.to_json()} if self.asked else {}),
        }


@dataclass(frozen=True)
class Piece:
    """Tracks of one member and year, or the consensus tracks of a year.

    Attributes
    ----------
    year : int or str
    ensemble_member : int
        `ensemble_member` is `CONSENSUS_MEMBER` for consensus tracks.
    tracks : Tracks
    sid, name : ndarray of str, shape (ntracks,)
        Best track that each track is; '' for none.
    first_id : int
        Identifier of the first track; they count up through a file, from 1.
    members : ndarray of int64, shape (ntracks,), or None
        How many members have each consensus track.
    spread_km : ndarray of float64, shape (npoints,), or None
        Root mean square distance of the members from the consensus.
    remarks : tuple of tuple of str
        What is remarked of each of the results that it is made from.
    per_track, per_point : dict of str to ndarray, shapes (ntracks,) and (npoints,)
        Further columns, by the names of `list_columns`; only of a list's storms and of forecasts.
    """

    year: Label
    ensemble_member: int
    tracks: Tracks
    sid: Texts
    name: Texts
    first_id: int = 1
    members: Ints | None = None
    spread_km: Floats | None = None
    remarks: tuple[tuple[str, ...], ...] = ()
    per_track: Mapping[str, npt.NDArray[Any]] = dataclasses.field(default_factory=dict)
    per_point: Mapping[str, npt.NDArray[Any]] = dataclasses.field(default_factory=dict)

    @property
    def ids(self) -> Ints:
        """Identifier of each track, shape (ntracks,)."""
        return self.first_id + np.arange(len(self.tracks))

    @property
    def calendar_year(self) -> int:
        """The year; of a forecast that in which it began, as its start stands beside it."""
        return int(str(self.year)[:4])


def pieces(
    folder: str | os.PathLike[str], selection: Selection, chosen: Chosen, recipes: results.Recipes | None = None
) -> Iterator[Piece]:
    """Pieces one after another, each let go before the next is read; `recipes` takes in how each was made.

    Raises
    ------
    NothingLeft
        No track that the selection asks for; after the last piece, all of which are empty.
    """
    next_id, tally = 1, Tally(selection.asked)
    read = _member_pieces if selection.consensus is None else _consensus_pieces
    for piece in read(folder, selection, chosen, results.Recipes() if recipes is None else recipes, tally):
        yield dataclasses.replace(piece, first_id=next_id)
        next_id += len(piece.tracks)
    tally.check()


def _member_pieces(
    folder: str | os.PathLike[str], selection: Selection, chosen: Chosen, recipes: results.Recipes, tally: Tally
) -> Iterator[Piece]:
    for year, members in chosen.items():
        for member in members:
            place = results.path(folder, selection.task, year, member)
            header, piece = _member_piece(place, selection.storm_list, tally)
            recipes.add(year, member, header.provenance)
            piece = dataclasses.replace(piece, remarks=(remarks.of(header.provenance),))
            yield _with_leads(piece, header, chosen)


def _with_leads(piece: Piece, header: results.Header, chosen: Chosen) -> Piece:
    """A piece with what is said of a forecast, where there are some; else as it is."""
    if not any(map(label.is_start, chosen)):
        return piece
    of_tracks, along = list_columns.of_forecast(piece.tracks, header.provenance)
    return dataclasses.replace(
        piece, per_track={**of_tracks, **piece.per_track}, per_point={**along, **piece.per_point}
    )


def _member_piece(path: Path, storm_list: str | None, tally: Tally) -> tuple[results.Header, Piece]:
    """The tracks of a member that are asked for, or the storms of one of its lists."""
    found = chosen_tracks.load(path, storm_list).kept(tally)
    header, names = found.header, heads.named(found.matches, len(found.tracks))
    piece = Piece(header.year, header.ensemble_member, found.tracks, *names)
    if found.storms is None:
        return header, piece
    further = list_columns.per_track(found.storms), list_columns.per_point(found.storms)
    return header, dataclasses.replace(piece, per_track=further[0], per_point=further[1])


def _consensus_pieces(
    folder: str | os.PathLike[str], selection: Selection, chosen: Chosen, recipes: results.Recipes, tally: Tally
) -> Iterator[Piece]:
    for year, members in chosen.items():
        agreed = _agreed(folder, year, members, selection, recipes)
        agreed = agreed.take(tally.keeps(agreed.heads, agreed.tracks))
        further = list_columns.of_consensus(agreed)
        headers = [results.load_header(results.path(folder, selection.task, year, member)) for member in members]
        piece = Piece(
            year,
            CONSENSUS_MEMBER,
            agreed.tracks,
            agreed.sid,
            agreed.name,
            members=agreed.held_by.sum(axis=1),
            spread_km=agreed.spread_km,
            remarks=tuple(remarks.of(header.provenance) for header in headers),
            per_track=further[0],
            per_point=further[1],
        )
        yield _with_leads(piece, _named_by(headers), chosen)


def _named_by(headers: Sequence[results.Header]) -> results.Header:
    """Of the members the one that started last: the label of the forecast is that start, and so leads count from it."""
    return max(headers, key=lambda header: header.provenance.get(leads.KEY, {}).get("start", ""))


def _agreed(
    folder: str | os.PathLike[str], year: Label, members: Sequence[int], selection: Selection, recipes: results.Recipes
) -> ConsensusTracks:
    """The consensus of all tracks, or of the members' lists."""
    if selection.storm_list is not None:
        return consensus(folder, year, list=selection.storm_list, members=members, recipes=recipes)
    thresholds = dataclasses.asdict(selection.consensus or ConsensusSettings())
    return consensus(folder, year, task=selection.task, members=members, recipes=recipes, **thresholds)


def _listed(labels: Sequence[Label] | None) -> str | list[Label]:
    return "all" if labels is None else [one if isinstance(one, str) else int(one) for one in labels]
