"""A season of the index <-> its file: columns of numbers, and what says whose they are."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks import label
from stormtracks.science import heads as track_heads
from stormtracks.science.heads import COLUMNS, Heads
from stormtracks.science.index import column_file
from stormtracks.science.index.season import FURTHER, Entry, Season
from stormtracks.science.ragged import ragged_starts
from stormtracks.science.records import Matches
from stormtracks.science.results.places import State

VERSION = 2
"""Of the layout and of what its columns mean, those of `heads` and `counts.season` too; a file of any other is as good
as none."""

_HEADS = tuple(name for name in COLUMNS if name not in ("share", "sid", "name"))
"""What is kept of heads; the rest is known from the matches."""
_MATCHES = tuple(field.name for field in dataclasses.fields(Matches))
_ALIKE = ("traits", "remarks", "best_tracks")
"""What most results of a season have in common: each kind of it is said once, and entries have its number."""
_UNREADABLE = (column_file.Unproven, ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError)
"""What is raised where a file is damaged, or is of somebody else."""


def save(season: Season, place: Path) -> None:
    """Write a season to its file, whole or not at all.

    Raises
    ------
    OSError
        It cannot be written.
    """
    column_file.save(place, _about(season), _columns(season))


def load(place: Path) -> Season | None:
    """The season in a file; None where there is none, or none that can be understood."""
    try:
        return _season(*column_file.load(place))
    except _UNREADABLE:
        return None


def _about(season: Season) -> dict[str, Any]:
    """Version, year, calendar and entries in plain values."""
    kinds: dict[str, list[Any]] = {name: [] for name in _ALIKE}
    entries = [[_alike(kinds, name, value) for name, value in vars(entry).items()] for entry in season.entries]
    about = {"version": VERSION, "year": season.year, "calendar": season.heads.calendar}
    return about | kinds | {"entries": entries, "fields": [field.name for field in dataclasses.fields(Entry)]}


def _alike(kinds: Mapping[str, list[Any]], name: str, value: Any) -> Any:
    """A value of an entry, or its number among those that are said once."""
    if name not in kinds:
        return value
    if value not in kinds[name]:
        kinds[name].append(value)
    return kinds[name].index(value)


def _columns(season: Season) -> dict[str, npt.NDArray[Any]]:
    return {
        **{f"heads.{name}": getattr(season.heads, name) for name in _HEADS},
        **{f"matches.{name}": getattr(season.matches, name) for name in _MATCHES},
        **{f"further.{name}": values for name, values in season.further.items()},
        **{f"sums.{name}": values for name, values in season.sums.items()},
        "track_id": season.track_id,
        "row_size": season.row_size,
    }


def _season(about: Mapping[str, Any], kept: Mapping[str, npt.NDArray[Any]]) -> Season:
    if about["version"] != VERSION:
        raise ValueError("of another version")
    year = label.of(about["year"]) if isinstance(about["year"], str) else int(about["year"])
    entries = tuple(_entry(dict(zip(about["fields"], one, strict=True)), about) for one in about["entries"])
    matches = Matches(**{name: kept[f"matches.{name}"] for name in _MATCHES})
    found = Season(
        year,
        entries,
        _heads(kept, entries, matches, about["calendar"]),
        kept["track_id"],
        kept["row_size"],
        matches,
        {name: kept[f"further.{name}"] for name in FURTHER if f"further.{name}" in kept},
        {name.removeprefix("sums."): values for name, values in kept.items() if name.startswith("sums.")},
    )
    _check(found)
    return found


def _entry(one: dict[str, Any], about: Mapping[str, Any]) -> Entry:
    alike = {name: about[name][one[name]] for name in _ALIKE}
    return Entry(**one | alike | {"state": State(*one["state"]), "remarks": tuple(alike["remarks"])})


def _heads(kept: Mapping[str, npt.NDArray[Any]], entries: tuple[Entry, ...], matches: Matches, calendar: str) -> Heads:
    """The heads, with the names that the matches know: `storm_of_track` counts each member's own best tracks."""
    before = np.repeat(
        ragged_starts(np.array([entry.storms for entry in entries], np.int64)), [entry.tracks for entry in entries]
    )
    own = matches.storm_of_track
    row = np.where(own >= 0, own + before, -1)
    sid, name = track_heads.named(dataclasses.replace(matches, storm_of_track=row), len(row))
    arrays: dict[str, Any] = {name: kept[f"heads.{name}"] for name in _HEADS}
    return Heads(**arrays, share=np.full(len(row), np.nan), sid=sid, name=name, calendar=str(calendar))


def _check(season: Season) -> None:
    """Refuse a file whose columns do not fit one another."""
    tracks, storms = (sum(getattr(entry, name) for entry in season.entries) for name in ("tracks", "storms"))
    per_track = [getattr(season.heads, name) for name in COLUMNS]
    per_track += [season.track_id, season.row_size, season.matches.storm_of_track, *season.further.values()]
    per_storm = [getattr(season.matches, name) for name in _MATCHES if name != "storm_of_track"]
    if {len(array) for array in per_track} != {tracks} or {len(array) for array in per_storm} != {storms}:
        raise ValueError("columns of different lengths")
    if any(len(array) != len(season.entries) for array in season.sums.values()):
        raise ValueError("sums of other results")
