"""What a filter is about in one member: its tracks, the observed storms that they are compared with, false alarms."""

import dataclasses
from dataclasses import dataclass

import numpy as np

from stormtracks.science import heads as track_heads
from stormtracks.science.arrays import Bools, Ints
from stormtracks.science.filters.filter import Filter
from stormtracks.science.filters.kept_matches import of_kept
from stormtracks.science.heads import Heads
from stormtracks.science.records import Matches, Tracks


@dataclass(frozen=True)
class Scope:
    """What counts of one member.

    Where and when is asked of tracks and of observed storms, each by its own points: a storm in the region that was
    found counts as found, also by a track that passes just outside. Strength, duration and distance are asked of
    tracks alone: an observed storm stays, and is a miss where no track of it is strong enough.

    Attributes
    ----------
    kept : ndarray of bool, shape (ntracks,)
        The tracks that are looked at.
    false : ndarray of bool, shape (ntracks,)
        Those of them that no best track knows, wherever it is.
    matches : Matches
        The observed storms that are looked at, and what became of them; `track` and `storm_of_track` count all tracks
        of the member.
    left : tuple of int
        Tracks in all, and after each condition of the filter.
    """

    kept: Bools
    false: Bools
    matches: Matches
    left: tuple[int, ...] = ()

    @classmethod
    def of(
        cls, asked: Filter, tracks: Tracks, matches: Matches, observed: Bools | None = None, heads: Heads | None = None
    ) -> "Scope":
        """The scope of a filter.

        Parameters
        ----------
        asked : Filter
        tracks : Tracks
        matches : Matches
        observed : ndarray of bool, shape (nstorms,), optional
            Which rows of the matches are in the places and times asked for: see `Observations`. None: all.
        heads : Heads, optional
            Of the tracks, where the caller has them.
        """
        if not asked:
            return cls(np.ones(len(tracks), bool), matches.storm_of_track < 0, _rows(matches, observed), (len(tracks),))
        known = track_heads.of(tracks, matches) if heads is None else heads
        return cls.of_heads(asked, known, tracks.row_size, matches, observed, tracks)

    @classmethod
    def of_heads(
        cls,
        asked: Filter,
        heads: Heads,
        row_size: Ints,
        matches: Matches,
        observed: Bools | None = None,
        tracks: Tracks | None = None,
    ) -> "Scope":
        """The same of tracks that are known by their heads; their points are asked for as by `Filter.keeps` only.

        Parameters
        ----------
        asked, heads, matches, observed, tracks
            As of `of`.
        row_size : ndarray of int, shape (ntracks,)
            Points of each track.
        """
        if not asked:
            return cls(np.ones(len(heads), bool), matches.storm_of_track < 0, _rows(matches, observed), (len(heads),))
        steps = asked.steps(heads, tracks)
        found = _by(asked.of_strength.keeps(heads, tracks), row_size, matches)
        left = tuple(int(step.sum()) for step in steps)
        return cls(steps[-1], steps[-1] & (matches.storm_of_track < 0), _rows(found, observed), left)


def _by(strong: Bools, row_size: Ints, matches: Matches) -> Matches:
    """Matches of the strong tracks alone, by the numbers of all tracks."""
    found = of_kept(row_size, matches, strong)
    numbers = np.append(np.flatnonzero(strong), -1)  # -1 stays -1
    storm = np.where(strong, matches.storm_of_track, -1).astype(np.int32)
    return dataclasses.replace(found, track=numbers[found.track].astype(np.int32), storm_of_track=storm)


def _rows(matches: Matches, rows: Bools | None) -> Matches:
    """Some of the best tracks; a track of another one is then none of them."""
    if rows is None:
        return matches
    new = np.append(np.where(rows, np.cumsum(rows) - 1, -1), -1)
    each = {
        field.name: getattr(matches, field.name)[rows]
        for field in dataclasses.fields(matches)
        if field.name != "storm_of_track"
    }
    return Matches(**each, storm_of_track=new[matches.storm_of_track].astype(np.int32))
