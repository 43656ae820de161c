"""A member's result as it is asked for: its tracks, or the storms of one of its lists."""

import dataclasses
import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stormtracks.science import heads as track_heads
from stormtracks.science import results
from stormtracks.science.filters import Tally
from stormtracks.science.filters.kept_matches import of_kept
from stormtracks.science.heads import Heads
from stormtracks.science.lists import StormList
from stormtracks.science.records import Matches, Tracks


@dataclass(frozen=True, eq=False)
class ChosenTracks:
    """The tracks of a result, or the storms of one of its lists, and what is kept of them.

    Attributes
    ----------
    header : Header
    tracks : Tracks
    matches : Matches
        Of these tracks.
    storms : StormList or None
        What a list says of them; None of all tracks.
    """

    header: results.Header
    tracks: Tracks
    matches: Matches
    storms: StormList | None = None

    @functools.cached_property
    def heads(self) -> Heads:
        """Of these tracks."""
        return track_heads.of(self.tracks, self.matches) if self.storms is None else self.storms.heads

    def kept(self, tally: Tally) -> "ChosenTracks":
        """What a filter keeps of them; it counts."""
        if not tally.asked:
            tally.add([len(self.tracks)])
            return self
        kept = tally.keeps(self.heads, self.tracks)
        if self.storms is not None:
            return _of_list(self.header, self.storms.take(np.flatnonzero(kept)))
        matches = of_kept(self.tracks.row_size, self.matches, kept)
        return dataclasses.replace(self, tracks=self.tracks.take(kept), matches=matches)


def load(path: Path, list_name: str | None = None) -> ChosenTracks:
    """The tracks of a result of `vort_track`, or the storms of a list of one of `classify`.

    Raises
    ------
    ResultError
        There is no such result, or it is damaged.
    """
    if list_name is None:
        return ChosenTracks(*results.load_headed(path))
    header, every = results.load_list(path)
    return _of_list(header, every.of(list_name))


def _of_list(header: results.Header, storms: StormList) -> ChosenTracks:
    return ChosenTracks(header, storms.tracks, storms.matches, storms)
