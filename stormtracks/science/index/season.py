"""What is known of a year's results of one task without their points: the noun of the index."""

import dataclasses
import functools
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks.label import Label
from stormtracks.science import heads as track_heads
from stormtracks.science import ragged
from stormtracks.science.arrays import Bools, Ints
from stormtracks.science.errors import InputError
from stormtracks.science.heads import Heads
from stormtracks.science.records import Matches
from stormtracks.science.results.places import State
from stormtracks.science.shown import Shown


@dataclass(frozen=True)
class Entry:
    """One result.

    Attributes
    ----------
    ensemble_member : int
    member_label : str
    state : State
        Of its file.
    tracks, storms : int
        How many tracks and best tracks it has.
    counts : dict of str to float
        As in its `Header`.
    traits : str
        In what results must agree to be taken together, as JSON; see `results.alike`.
    remarks : tuple of str
        What was guessed, left out or found missing when it was made.
    best_tracks : str
        The file that it was matched with; '' for none.
    """

    ensemble_member: int
    member_label: str
    state: State
    tracks: int
    storms: int
    counts: Mapping[str, float]
    traits: str
    remarks: tuple[str, ...] = ()
    best_tracks: str = ""


FURTHER = ("probability", "tc_first", "tc_last")
"""What a list says of each storm besides its heads; see `lists.StormList`."""


@dataclass(frozen=True, eq=False)
class Season(Shown):
    """The results of one task and year.

    Attributes
    ----------
    year : int or str
    entries : tuple of Entry
        By member, ascending.
    heads : Heads
        Of all tracks, result after result.
    track_id : ndarray of int32, shape (ntracks,)
        Number of each track among those of its member.
    row_size : ndarray of int32, shape (ntracks,)
        Points of each track.
    matches : Matches
        Of all results, one after another: `track` counts the tracks of its result, `storm_of_track` the best tracks of
        its result.
    further : dict of str to ndarray, shape (ntracks,)
        Of lists: `FURTHER`.
    sums : dict of str to ndarray, shape (nresults, ...)
        Of lists: what statistics count of each result, which asks for the points: see `piece.of_list`.
    """

    year: Label
    entries: tuple[Entry, ...]
    heads: Heads
    track_id: Ints
    row_size: Ints
    matches: Matches
    further: Mapping[str, npt.NDArray[Any]] = dataclasses.field(default_factory=dict)
    sums: Mapping[str, npt.NDArray[Any]] = dataclasses.field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.entries)

    def __repr__(self) -> str:
        return f"<Season: {self.year}: {len(self)} results, {len(self.heads):,} tracks>"

    @property
    def members(self) -> Ints:
        """Numbers of the members that have a result, shape (nresults,)."""
        return np.array([entry.ensemble_member for entry in self.entries], np.int64)

    @property
    def member_of_track(self) -> Ints:
        """Number of each track's member, shape (ntracks,)."""
        return np.repeat(self.members, [entry.tracks for entry in self.entries])

    @property
    def member_of_storm(self) -> Ints:
        """Number of the member that each row of `matches` is about, shape (nrows,)."""
        return np.repeat(self.members, [entry.storms for entry in self.entries])

    def tracks_of(self, number: int) -> slice:
        """Where the tracks of an entry are."""
        return slice(*self._track_ends[number : number + 2])

    def storms_of(self, number: int) -> slice:
        """Where the matches of an entry are."""
        return slice(*self._storm_ends[number : number + 2])

    def matches_of(self, number: int) -> Matches:
        """The matches of an entry."""
        return some_matches(self.matches, self.storms_of(number), self.tracks_of(number))

    def of_members(self, members: Iterable[int]) -> "Season":
        """Some of the members, each of which has a result."""
        wanted = set(members)
        if wanted == set(self.members.tolist()):
            return self
        return joined(
            self.year, [self.of(n) for n, entry in enumerate(self.entries) if entry.ensemble_member in wanted]
        )

    def of(self, number: int) -> "Season":
        """One of the entries."""
        tracks = self.tracks_of(number)
        return Season(
            self.year,
            (self.entries[number],),
            self.heads.take(tracks),  # type: ignore[arg-type]  # a slice is an index like any other
            self.track_id[tracks],
            self.row_size[tracks],
            self.matches_of(number),
            {name: values[tracks] for name, values in self.further.items()},
            {name: values[number : number + 1] for name, values in self.sums.items()},
        )

    @functools.cached_property
    def _track_ends(self) -> list[int]:
        return [0, *itertools.accumulate(entry.tracks for entry in self.entries)]

    @functools.cached_property
    def _storm_ends(self) -> list[int]:
        return [0, *itertools.accumulate(entry.storms for entry in self.entries)]


def joined(year: Label, parts: Iterable[Season]) -> Season:
    """Several results of a year, at least one, by member.

    Raises
    ------
    InputError
        They have different calendars.
    """
    ordered = sorted(parts, key=lambda part: part.entries[0].ensemble_member)
    calendars = sorted({part.heads.calendar for part in ordered})
    if len(calendars) > 1:
        raise InputError(
            f"the members of {year} have different calendars ({', '.join(calendars)}); choose those of one"
        )
    matches = ragged.joined([part.matches for part in ordered], [field.name for field in dataclasses.fields(Matches)])
    return Season(
        year,
        tuple(entry for part in ordered for entry in part.entries),
        track_heads.joined([part.heads for part in ordered]),
        **ragged.joined(ordered, ("track_id", "row_size")),
        matches=Matches(**matches),
        further=_beside(ordered, "further"),
        sums=_beside(ordered, "sums"),
    )


def _beside(parts: Sequence[Season], kind: str) -> dict[str, npt.NDArray[Any]]:
    """One of the mappings of arrays of several seasons."""
    return {name: np.concatenate([getattr(part, kind)[name] for part in parts]) for name in getattr(parts[0], kind)}


def some_matches(matches: Matches, storms: slice | Bools, tracks: slice | Bools) -> Matches:
    """Some rows of matches, and of `storm_of_track` those of some tracks; numbers stay what they are."""
    parts: dict[str, Any] = {
        name: values[tracks if name == "storm_of_track" else storms] for name, values in vars(matches).items()
    }
    return Matches(**parts)
