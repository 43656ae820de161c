"""The maxima of a member, or of all members in one pass over the winds."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np

from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.passes import blocks
from stormtracks.science.passes.folder import Table
from stormtracks.science.passes.runs import most_steps, runs, steps_in_cache, within
from stormtracks.science.passes.shared_pass import Progress, SharedPass, keep_freed_memory, reported
from stormtracks.science.records import Block, Grid, InputFile, Maxima, TimeAxis

COLUMNS = {"step": "<i4", "lat": "<f8", "lon": "<f8", "vorticity": "<f4"}

Members: TypeAlias = slice | Sequence[int]


class Season(Protocol):
    """What a pass asks of a season; see `reanalysis.Season`."""

    grid: Grid
    axis: TimeAxis
    members: tuple[str, ...]
    block: Block
    cuts: Bools
    missing_values: Any

    @property
    def choice(self) -> dict[str, Any]:
        """What is taken out of the files."""

    def read(self, start: int, stop: int, members: Any) -> tuple[Floats, ...]:
        """Fields of some steps and members."""

    def inputs(self, ensemble_member: int | None = None) -> tuple[InputFile, ...]:
        """The files that are read."""


def member_maxima(
    season: Season, ensemble_member: int, stages: "Stages", scratch: Path, progress: Progress | None = None
) -> Maxima:
    """Maxima of one member over a whole season.

    Parameters
    ----------
    season : reanalysis.Season
    ensemble_member : int
        As the schedule counts, from 0.
    stages : Stages
        What turns a block of the season into maxima, and what it depends on.
    scratch : Path
        Folder on a local disk for passes over all members.
    progress : callable, optional
        Called with (times done, times in all).

    Returns
    -------
    Maxima
    """
    report = progress or (lambda done, total: None)
    if season.block.members == 1:
        keep_freed_memory()
        own = reported(runs(season.cuts, steps_in_cache(season.grid), most_steps(season.grid, 1, season.block)), report)
        return gathered(stages.maxima(season, steps, [ensemble_member])[0] for steps in own)
    with maxima_pass(season, stages, scratch) as everyone:
        everyone.finish(report)
        return maxima_of(everyone, season, ensemble_member)


def maxima_pass(season: Season, stages: "Stages", scratch: Path) -> SharedPass:
    """The pass that finds the maxima of all members."""
    return SharedPass(_MaximaOfAll(season, stages), scratch)


def maxima_if_known(season: Season, ensemble_member: int, stages: "Stages", scratch: Path) -> Maxima | None:
    """The maxima of one member, if a pass has left them here; nothing is read from the season's files."""
    everyone = maxima_pass(season, stages, scratch)
    if not everyone.folder.path.is_dir():
        return None
    with everyone:
        return maxima_of(everyone, season, ensemble_member) if everyone.is_done else None


def maxima_of(everyone: SharedPass, season: Season, ensemble_member: int) -> Maxima:
    """The maxima of one member, from a pass; the season then knows what it lacks, whoever did the blocks."""

    def found() -> Iterator[Maxima]:
        for steps, missing, table in everyone.tables(ensemble_member):
            season.missing_values[steps, ensemble_member] = missing
            yield Maxima(*(np.ascontiguousarray(table[name]) for name in COLUMNS))

    return gathered(found())


_MORE = 1 << 16
"""Maxima that there is room for beyond those that are there, at least."""


def gathered(parts: Iterable[Maxima]) -> Maxima:
    """One after the other, each of which may be gone before the next is there.

    A year may have millions. Arrays that grow in their places are in memory once; lists of parts would be so twice.
    """
    columns: list[np.ndarray] = [np.empty(0, kind) for kind in COLUMNS.values()]
    count = room = 0
    for part in parts:
        before, count = count, count + len(part)
        room = room if count <= room else max(count, room + room // 8) + _MORE
        for column, name in zip(columns, COLUMNS, strict=True):
            column.resize(room, refcheck=False)  # nothing else knows of it
            column[before:count] = getattr(part, name)
    for column in columns:
        column.resize(count, refcheck=False)
    return Maxima(*columns)


@dataclass(frozen=True)
class Stages:
    """What turns the winds or vorticity of a block into maxima of each member.

    Attributes
    ----------
    find : callable
        ``find(arrays, grid) -> Maxima``, from (u, v) or (vorticity,), each (n, nlat, nlon).
    depends_on : mapping
        The settings that maxima depend on, in plain values; the others may differ between tasks that share a pass.
    """

    find: Callable[[Sequence[Floats], Grid], Maxima]
    depends_on: Mapping[str, Any]

    def maxima(self, season: Season, steps: slice, members: Members) -> tuple[Maxima, Ints]:
        """Maxima of some members over some steps, and each one's member (index into `members`)."""
        arrays = season.read(steps.start, steps.stop, members)
        width = arrays[0].shape[1]
        fields = [array.reshape(-1, *season.grid.shape) for array in arrays]
        count = width * max(1, steps_in_cache(season.grid) // width)  # of what a long chunk holds, some at a time
        places = range(0, len(fields[0]), count)
        found = _joined([self._of([field[at : at + count] for field in fields], season.grid, at) for at in places])
        step, owner = np.divmod(found.step, width)
        return Maxima((step + steps.start).astype(np.int32), found.lat, found.lon, found.vorticity), owner

    def _of(self, fields: Sequence[Floats], grid: Grid, number: int) -> Maxima:
        """Maxima of fields one after the other, the first of which has a number."""
        found = self.find(fields, grid)
        return Maxima(found.step + number, found.lat, found.lon, found.vorticity)

    def identity(self, season: Season) -> str:
        """What the maxima depend on, as text that is the same only if they are."""
        inputs = [(file.path.name, file.size, file.mtime_ns) for file in season.inputs()]
        return json.dumps([blocks.FORMAT, self.depends_on, season.choice, inputs], sort_keys=True)


class _MaximaOfAll:
    """What a pass over the winds does: maxima of all members; beside each one's, its missing values at each time."""

    kind = "maxima"
    columns: Mapping[str, str] = COLUMNS

    def __init__(self, season: Season, stages: Stages) -> None:
        self.season = season
        self.stages = stages
        self.axis = season.axis
        self.members = len(season.members)
        self.cuts, self.most = season.cuts, most_steps(season.grid, self.members, season.block)

    @property
    def identity(self) -> str:
        return self.stages.identity(self.season)

    def beside(self, times: int) -> int:
        return times

    def do(self, steps: slice) -> Table:
        everyone = slice(None)
        found = [self.stages.maxima(self.season, one, everyone) for one in within(steps, self.cuts, 1, self.most)]
        maxima = _joined([maxima for maxima, _ in found])
        owner = np.concatenate([owners for _, owners in found])
        return vars(maxima), owner, self.season.missing_values[steps].T  # a row per member

    def lacks(self, steps: slice, member: int, beside: Ints) -> bool:
        return False


def _joined(parts: Sequence[Maxima]) -> Maxima:
    return Maxima(*(np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS))
