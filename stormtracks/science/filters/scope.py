"""What a filter is about in one member: its tracks, the observed storms that they are compared with, false alarms."""

import dataclasses
from dataclasses import dataclass

import numpy as np

from stormtracks.science import heads as track_heads
from stormtracks.science.arrays import Bools
from stormtracks.science.filters.filter import Filter
from stormtracks.science.filters.kept_matches import of_kept
from stormtracks.science.heads import Heads
from stormtracks.science.records import BestTracks, Matches, Tracks


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
        The observed storms that are looked at, and what became of them; `track` counts all tracks of the member,
        `storm_of_track` too.
    """

    kept: Bools
    false: Bools
    matches: Matches

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
            Which rows of the matches are in the places and times asked for: see `observed`. None: all.
        heads : Heads, optional
            Of the tracks, where the caller has them.
        """
        known = track_heads.of(tracks, matches) if heads is None else heads
        kept = asked.keeps(known, tracks)
        strong = asked.of_strength.keeps(known, tracks)
        false = kept & (matches.storm_of_track < 0)
        found = _by_strong(matches, of_kept(tracks, matches, strong), strong)
        return cls(kept, false, found if observed is None else _rows(found, observed))


def observed(asked: Filter, matches: Matches, best: BestTracks) -> Bools:
    """Which best tracks of the matches are where and when a filter asks, by their own points; shape (nstorms,).

    One that the file of best tracks does not have is not.
    """
    inside = set(best.sid[asked.of_place.keeps(track_heads.of_best_tracks(best), best)].tolist())
    return np.array([sid in inside for sid in matches.sid.tolist()], bool)


def _by_strong(matches: Matches, kept: Matches, strong: Bools) -> Matches:
    """Matches of the strong tracks by the numbers of all tracks; the storm of a weak track stays what it is."""
    numbers = np.append(np.flatnonzero(strong), -1)
    return dataclasses.replace(kept, track=numbers[kept.track].astype(np.int32), storm_of_track=matches.storm_of_track)


def _rows(matches: Matches, rows: Bools) -> Matches:
    """Some of the best tracks; a track of another one is then none of them."""
    new = np.append(np.where(rows, np.cumsum(rows) - 1, -1), -1)
    each = {
        field.name: getattr(matches, field.name)[rows]
        for field in dataclasses.fields(matches)
        if field.name != "storm_of_track"
    }
    return Matches(**each, storm_of_track=new[matches.storm_of_track].astype(np.int32))
