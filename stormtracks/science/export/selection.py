"""Which tracks are exported, one piece after another: what a writer is given."""

from dataclasses import dataclass

import numpy as np

from stormtracks.science import results
from stormtracks.science.consensus import ConsensusSettings, consensus
from stormtracks.science.records import Tracks

CONSENSUS_MEMBER = -1
"""Stands for the member of a track that is a mean of members."""


@dataclass(frozen=True)
class Selection:
    """What to export.

    Attributes
    ----------
    years, members : tuple of int, optional
        None: all that are there.
    consensus : ConsensusSettings, optional
        Given: the consensus tracks of the members instead of their own tracks.
    task : str
    """

    years: tuple[int, ...] | None = None
    members: tuple[int, ...] | None = None
    consensus: ConsensusSettings | None = None
    task: str = "vort_track"

    def describe(self):
        """Plain values, for a file's own account of itself."""
        kind = "member tracks" if self.consensus is None else "consensus tracks"
        return {"task": self.task, "tracks": kind, "years": _list(self.years), "members": _list(self.members)}


@dataclass(frozen=True)
class Piece:
    """Tracks of one member and year, or the consensus tracks of a year.

    Attributes
    ----------
    year, member : int
        `member` is `CONSENSUS_MEMBER` for consensus tracks.
    first_id : int
        Identifier of the first track; they count up through a file, from 1.
    tracks : Tracks
    sid, name : ndarray of str, shape (ntracks,)
        Best track that each track is; '' for none.
    members : ndarray of int64, shape (ntracks,), or None
        How many members have each consensus track.
    spread_km : ndarray of float64, shape (npoints,), or None
        Root mean square distance of the members from the consensus.
    """

    year: int
    member: int
    first_id: int
    tracks: Tracks
    sid: np.ndarray
    name: np.ndarray
    members: np.ndarray | None = None
    spread_km: np.ndarray | None = None

    @property
    def ids(self):
        """Identifier of each track, shape (ntracks,)."""
        return self.first_id + np.arange(len(self.tracks))


def pieces(folder, selection, chosen):
    """Pieces one after another, each let go before the next is read; `chosen` is year -> members."""
    next_id = 1
    read = _member_pieces if selection.consensus is None else _consensus_pieces
    for piece in read(folder, selection, chosen):
        yield Piece(**{**vars(piece), "first_id": next_id})
        next_id += len(piece.tracks)


def _member_pieces(folder, selection, chosen):
    for year, members in chosen.items():
        for member in members:
            place = results.path(folder, selection.task, year, member)
            tracks, matches = results.load_matched(place)
            yield Piece(year, member, 0, tracks, *_names(matches))


def _consensus_pieces(folder, selection, chosen):
    for year, members in chosen.items():
        made = consensus(folder, year, selection.consensus, selection.task, members)
        holders = made.held_by.sum(axis=1)
        yield Piece(year, CONSENSUS_MEMBER, 0, made.tracks, made.sid, made.name, holders, made.spread_km)


def _names(matches):
    """sid and name of the storm that each track is."""
    row = matches.storm_of_track
    return np.append(matches.sid, "").astype(str)[row], np.append(matches.name, "").astype(str)[row]


def _list(numbers):
    return "all" if numbers is None else [int(number) for number in numbers]
