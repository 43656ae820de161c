"""The maxima of a member, or of all members in one pass over the winds."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np

from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.passes import blocks
from stormtracks.science.passes.folder import Table
from stormtracks.science.passes.shared_pass import Progress, SharedPass
from stormtracks.science.records import Grid, InputFile, Maxima, TimeAxis

BLOCK_BYTES = 2 << 20
"""Fields are worked on so many bytes at a time, to stay in a processor's cache."""

COLUMNS = {"step": "<i4", "lat": "<f8", "lon": "<f8", "vorticity": "<f4"}

Members: TypeAlias = slice | Sequence[int]


class Season(Protocol):
    """What a pass asks of a season; see `reanalysis.Season`."""

    grid: Grid
    axis: TimeAxis
    members: tuple[str, ...]
    together: bool
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
    if not season.together:
        steps = steps_in_cache(season.grid)
        parts = [
            stages.maxima(season, start, steps, [ensemble_member]) for start in starts(len(season.axis), steps, report)
        ]
        return _joined([maxima for maxima, _ in parts])
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
    tables = []
    for steps, missing, table in everyone.tables(ensemble_member):
        season.missing_values[steps, ensemble_member] = missing
        tables.append(table)
    found = np.concatenate(tables)
    return Maxima(*(np.ascontiguousarray(found[name]) for name in COLUMNS))


@dataclass(frozen=True)
class Stages:
    """What turns the winds or vorticity of a block into maxima of each member.

    Attributes
    ----------
    cyclonic : callable
        ``cyclonic(arrays, grid) -> ndarray`` (n, nlat, nlon), from (u, v) or (vorticity,).
    find : callable
        ``find(fields, grid) -> Maxima``.
    depends_on : mapping
        The settings that maxima depend on, in plain values; the others may differ between tasks that share a pass.
    """

    cyclonic: Callable[[Sequence[Floats], Grid], Floats]
    find: Callable[[Floats, Grid], Maxima]
    depends_on: Mapping[str, Any]

    def maxima(self, season: Season, start: int, count: int, members: Members) -> tuple[Maxima, Ints]:
        """Maxima of some members over `count` times from `start`, and each one's member (index into `members`)."""
        stop = min(start + count, len(season.axis))
        arrays = season.read(start, stop, members)
        width = arrays[0].shape[1]
        fields = [array.reshape(-1, *season.grid.shape) for array in arrays]
        cyclonic = np.empty_like(fields[0])
        few = max(1, BLOCK_BYTES // cyclonic[0].nbytes // 8)
        for first in range(0, len(cyclonic), few):
            part = slice(first, first + few)
            cyclonic[part] = self.cyclonic([field[part] for field in fields], season.grid)
        found = self.find(cyclonic, season.grid)
        step, owner = np.divmod(found.step, width)
        return Maxima((step + start).astype(np.int32), found.lat, found.lon, found.vorticity), owner

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

    @property
    def identity(self) -> str:
        return self.stages.identity(self.season)

    def beside(self, times: int) -> int:
        return times

    def do(self, steps: slice) -> Table:
        everyone = slice(None)
        found = [self.stages.maxima(self.season, step, 1, everyone) for step in range(steps.start, steps.stop)]
        maxima = _joined([maxima for maxima, _ in found])
        owner = np.concatenate([owners for _, owners in found])
        return vars(maxima), owner, self.season.missing_values[steps].T  # a row per member

    def lacks(self, steps: slice, member: int, beside: Ints) -> bool:
        return False


def steps_in_cache(grid: Grid) -> int:
    """How many times of one member are read at a time."""
    nlat, nlon = grid.shape
    return max(1, BLOCK_BYTES // (4 * nlat * nlon))


def starts(total: int, count: int, report: Progress) -> Iterator[int]:
    """The first of every `count` of some times; what is done before the next one is reported."""
    for start in range(0, total, count):
        yield start
        report(min(start + count, total), total)


def _joined(parts: Sequence[Maxima]) -> Maxima:
    return Maxima(*(np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS))
