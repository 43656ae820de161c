"""What stands on either side of a comparison: a folder of results, or a file of tracks."""

import dataclasses
import functools
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from stormtracks.label import Label, spans
from stormtracks.science import heads, results, track_files
from stormtracks.science.arrays import Texts, Times
from stormtracks.science.best_tracks import load as load_best_tracks
from stormtracks.science.comparison.agreement import Sample
from stormtracks.science.comparison.clock import Clock
from stormtracks.science.consensus import consensus
from stormtracks.science.errors import InputError, ResultError
from stormtracks.science.heads import Heads
from stormtracks.science.matching import match
from stormtracks.science.records import Matches, TimeAxis
from stormtracks.science.results.alike import traits
from stormtracks.science.settings import TASKS

_TASK, _LIST_TASK = "vort_track", "classify"


class Side(Protocol):
    """One of the two."""

    @property
    def place(self) -> str | os.PathLike[str]:
        """Where it is."""

    @property
    def kind(self) -> str:
        """What it is, for people."""

    def years(self) -> dict[Label, Sequence[int]] | None:
        """Years, or starts of forecasts -> members; None: it has no results by years."""

    def members(self, year: Label | None) -> Sequence[int]:
        """Its members then."""

    def sample(self, year: Label | None, member: int) -> Sample:
        """The tracks of a member."""

    def agreed(self, year: Label | None) -> Sample:
        """One track per storm over the members."""

    def traits(self) -> dict[str, Any]:
        """How it was made: settings and the like; empty where nobody knows."""


@dataclass(frozen=True)
class ResultsSide:
    """A folder of results: all tracks, or the storms of a list.

    Attributes
    ----------
    folder : path
    list_name : {'tc', 'etc'}, optional
    wanted : tuple of int or str, optional
        Years, or starts; None: all.
    chosen_members : tuple of int, optional
        None: all; of a year with one member, that one.
    recipes : Recipes
        How what was read was made.
    clocks : dict of year to Clock
        Those that are known already.
    """

    folder: str | os.PathLike[str]
    list_name: str | None = None
    wanted: tuple[Label, ...] | None = None
    chosen_members: tuple[int, ...] | None = None
    recipes: results.Recipes = dataclasses.field(default_factory=results.Recipes)
    clocks: dict[Label, Clock] = dataclasses.field(default_factory=dict)

    @property
    def place(self) -> str | os.PathLike[str]:
        """The folder."""
        return self.folder

    @property
    def task(self) -> str:
        """The task whose results are read."""
        return _TASK if self.list_name is None else _LIST_TASK

    @property
    def kind(self) -> str:
        """Results, and of what."""
        what = "all tracks" if self.list_name is None else f"list {self.list_name}"
        return f"results ({what})"

    @functools.cached_property
    def _there(self) -> dict[Label, tuple[int, ...]]:
        return results.choose(self.folder, self.task, self.wanted)

    def years(self) -> dict[Label, Sequence[int]]:
        """Those of the folder that are wanted."""
        return {year: self.members(year) for year in self._there}

    def members(self, year: Label | None) -> Sequence[int]:
        """Members of the year that are wanted; a single one is always."""
        there = self._there[year]  # type: ignore[index]  # results have years
        if self.chosen_members is None or len(there) == 1:
            return there
        absent = sorted(set(self.chosen_members) - set(there))
        if absent:
            raise ResultError(
                f"{self.folder}: year {year} has no result of member {spans(absent)}; choose from {spans(there)}"
            )
        return tuple(sorted(set(self.chosen_members)))

    def sample(self, year: Label | None, member: int) -> Sample:
        """The tracks of a result, or of its list."""
        assert year is not None
        path = results.path(self.folder, self.task, year, member)
        if self.list_name is None:
            header, tracks, matches, axis = results.load_forecast(path)
            sample = Sample(tracks, heads.of(tracks, matches), Clock.of(axis.times, tracks.calendar), matches.sid)
        else:
            header, every = results.load_list(path)
            storms = every.of(self.list_name)
            sample = Sample(storms.tracks, storms.heads, self._clock(year, member), storms.matches.sid)
        self.recipes.add(year, member, header.provenance)
        return sample

    def agreed(self, year: Label | None) -> Sample:
        """The consensus of the members that are wanted."""
        assert year is not None
        members = self.members(year)
        agreed = consensus(self.folder, year, list=self.list_name, members=members, recipes=self.recipes)
        matches = results.load_matches(results.path(self.folder, _TASK, year, members[0]))
        name = np.where(agreed.sid == "", agreed.candidate_name, agreed.name)  # as other commands take it
        named = dataclasses.replace(agreed.heads, name=name)
        return Sample(agreed.tracks, named, self._clock(year, members[0]), matches.sid)

    def traits(self) -> dict[str, Any]:
        """Of the first result, and of those that it is built on: all of a folder are alike, or it is said."""
        year = next(iter(self.years()))
        found: dict[str, str] = {}
        for task in TASKS[: TASKS.index(self.task) + 1]:
            path = results.path(self.folder, task, year, self.members(year)[0])
            if path.exists():
                found = {name: value for name, value in found.items() if name != "inputs"}
                found |= traits(results.load_header(path).provenance)
        return {name: json.loads(value) for name, value in found.items() if name not in TASKS}

    def _clock(self, year: Label, member: int) -> Clock:
        """Times that were looked at: those of the result with all tracks, the same for all members."""
        if year not in self.clocks:
            _, tracks, _, axis = results.load_forecast(results.path(self.folder, _TASK, year, member))
            self.clocks[year] = Clock.of(axis.times, tracks.calendar)
        return self.clocks[year]


@dataclass(frozen=True)
class FileSide:
    """A file of tracks, of another program or exported, or a folder with one per member.

    Attributes
    ----------
    path : Path
    best_tracks : path, optional
        Observed storms that its tracks are matched with; none: known from the file, where it says so.
    """

    path: Path
    best_tracks: str | os.PathLike[str] | None = None

    @property
    def place(self) -> Path:
        """The file."""
        return self.path

    @functools.cached_property
    def file(self) -> track_files.TrackFile:
        """What is in the file, or in the files of a folder."""
        return track_files.load_folder(self.path) if self.path.is_dir() else track_files.load(self.path)

    @property
    def kind(self) -> str:
        """The file's format."""
        return f"{self.file.kind} {'files' if self.path.is_dir() else 'file'}"

    def years(self) -> None:
        """It has tracks, not results by years."""
        return

    def members(self, year: Label | None) -> Sequence[int]:
        """Members that the file tells apart, or the one that it is."""
        return self.file.members

    def sample(self, year: Label | None, member: int) -> Sample:
        """All tracks of a member, of whatever year."""
        file = self.file
        clock = Clock.of(file.tracks.time, file.tracks.calendar, whole_years=True)
        ours = file.member == member
        points = file.tracks.of_rows(ours)
        tracks = file.tracks.take(ours)
        sid, name, observed = self._observed(ours)
        known = _heads(tracks, sid, name)
        wind, pressure = (_extreme(tracks, values[points], hand) for values, hand in (
            (file.wind, np.fmax), (file.pressure, np.fmin)))  # fmt: skip
        return Sample(tracks, dataclasses.replace(known, wind_m_s=wind, pressure_pa=pressure), clock, observed)

    def agreed(self, year: Label | None) -> Sample:
        """The tracks of its only member."""
        if len(self.members(year)) > 1:
            raise InputError(
                f"{self.path} has {len(self.members(year))} members, of which there is no consensus here; export one "
                "with --consensus, or compare member with member"
            )
        return self.sample(year, self.members(year)[0])

    def traits(self) -> dict[str, Any]:
        """Nobody knows."""
        return {}

    def _observed(self, ours: np.ndarray) -> tuple[Texts, Texts, Texts | None]:
        """Which observed storm each track is, and which could have been found, if that is known."""
        file = self.file
        if self.best_tracks is None:
            return (
                file.sid[ours],
                file.name[ours],
                np.unique(file.sid[file.sid != ""]) if (file.sid != "").any() else None,
            )
        tracks = file.tracks.take(ours)
        axis = _axis(file.tracks.time)
        best = load_best_tracks(self.best_tracks, axis.times[0], axis.times[-1])
        matches: Matches = match(tracks, best, axis)
        return (*heads.named(matches, len(tracks)), matches.sid)


def side(place: str | os.PathLike[str], **how: Any) -> Side:
    """A folder of results, or a file of tracks; `how`: fields of `ResultsSide`, and "best_tracks" of `FileSide`.

    Raises
    ------
    InputError
        There is nothing at the place.
    """
    path, best_tracks = Path(place), how.pop("best_tracks", None)
    if path.is_dir() and not _has_files_only(path):
        return ResultsSide(path, **how)
    if not path.exists():
        raise InputError(f"{path}: neither a folder of results nor a file of tracks is there; check the path")
    return FileSide(path, best_tracks)


def _has_files_only(folder: Path) -> bool:
    """Whether a folder has no results, but files that may be of tracks."""
    return not any((folder / task).is_dir() for task in TASKS) and bool(track_files.files(folder))


def _axis(times: Times) -> TimeAxis:
    every = np.unique(times)
    return TimeAxis(every, (every - every[0]) / np.timedelta64(1, "h"))


def _heads(tracks: Any, sid: Texts, name: Texts) -> Heads:
    """Heads of tracks that may have no vorticity."""
    known = np.isfinite(tracks.vorticity)
    filled = dataclasses.replace(tracks, vorticity=np.where(known, tracks.vorticity, -1.0).astype(np.float32))
    made = heads.of(filled)
    peak = np.where(made.peak_s1 < 0, np.nan, made.peak_s1).astype(np.float32)
    return dataclasses.replace(made, peak_s1=peak, sid=sid, name=name)


def _extreme(tracks: Any, values: np.ndarray, hand: Any) -> np.ndarray:
    """The highest or lowest value of each track; NaN where it has none."""
    return hand.reduceat(values, tracks.start).astype(np.float32) if len(tracks) else np.zeros(0, np.float32)
