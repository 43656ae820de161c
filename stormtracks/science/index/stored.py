"""A season of the index <-> its file: columns of numbers, and one text that says whose they are."""

import dataclasses
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks import disk, label
from stormtracks.science import heads as track_heads
from stormtracks.science.heads import COLUMNS, Heads
from stormtracks.science.index.season import FURTHER, Entry, Season
from stormtracks.science.ragged import ragged_starts
from stormtracks.science.records import Matches
from stormtracks.science.results.places import State

VERSION = 1
"""Of the layout and of what `heads` means; a file of any other is as good as none."""

_HEADS = tuple(name for name in COLUMNS if name not in ("share", "sid", "name"))
"""What is kept of heads; the rest is known from the matches."""
_MATCHES = tuple(field.name for field in dataclasses.fields(Matches))
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile)
"""What is raised where a file is damaged, or is of somebody else."""


def save(season: Season, place: Path) -> None:
    """Write a season to its file, whole or not at all.

    Raises
    ------
    OSError
        It cannot be written.
    """
    content = io.BytesIO()
    columns: dict[str, Any] = _columns(season)
    np.savez(content, about=_about(season), **columns)
    disk.write_whole(place, content.getbuffer(), durable=False)  # it can be made again


def load(place: Path) -> Season | None:
    """The season in a file; None where there is none, or none that can be understood."""
    try:
        with np.load(place, allow_pickle=False) as kept:
            return _season(json.loads(kept["about"].tobytes()), {name: kept[name] for name in kept.files})
    except _UNREADABLE:
        return None


def _about(season: Season) -> npt.NDArray[np.uint8]:
    """Version, year, calendar and entries as JSON; each kind of traits is said once."""
    traits = sorted({entry.traits for entry in season.entries})
    entries = [dataclasses.asdict(entry) | {"traits": traits.index(entry.traits)} for entry in season.entries]
    about = {"version": VERSION, "year": season.year, "calendar": season.heads.calendar, "traits": traits}
    return np.frombuffer(json.dumps(about | {"entries": entries}).encode(), np.uint8)


def _columns(season: Season) -> dict[str, npt.NDArray[Any]]:
    return {
        **{f"heads.{name}": getattr(season.heads, name) for name in _HEADS},
        **{f"matches.{name}": getattr(season.matches, name) for name in _MATCHES},
        **{f"further.{name}": values for name, values in season.further.items()},
        "track_id": season.track_id,
        "row_size": season.row_size,
    }


def _season(about: Mapping[str, Any], kept: Mapping[str, npt.NDArray[Any]]) -> Season:
    if about["version"] != VERSION:
        raise ValueError("of another version")
    year = label.of(about["year"]) if isinstance(about["year"], str) else int(about["year"])
    entries = tuple(_entry(one, about["traits"]) for one in about["entries"])
    matches = Matches(**{name: kept[f"matches.{name}"] for name in _MATCHES})
    found = Season(
        year,
        entries,
        _heads(kept, entries, matches, about["calendar"]),
        kept["track_id"],
        kept["row_size"],
        matches,
        {name: kept[f"further.{name}"] for name in FURTHER if f"further.{name}" in kept},
    )
    _check(found)
    return found


def _entry(one: Mapping[str, Any], traits: list[str]) -> Entry:
    return Entry(**{**one, "state": State(*one["state"]), "traits": traits[one["traits"]]})


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
