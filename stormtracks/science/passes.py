"""The maxima of a member, or of all members in one pass over files that keep all members in a chunk.

The archive of 20CRv2 stores one time of all members in a chunk, so reading one member means inflating all. Instead the
first tasks of a year on a host make one pass over its files together. Each takes blocks of times that no other has
locked and leaves every member's maxima of them in a scratch folder. Each task then takes its own member's from there.
A task that dies loses its lock, and another slot does the block.
"""

import contextlib
import hashlib
import json
import math
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np

from stormtracks import disk
from stormtracks.science import calendars
from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.records import Grid, InputFile, Maxima, TimeAxis

BLOCK_BYTES = 2 << 20
"""Fields are worked on so many bytes at a time, to stay in a processor's cache."""

BLOCK_STEPS = 16
"""Times in a block of a pass: small enough to be shared out, large enough to be few files."""

KEPT_PASSES = 3
"""Finished passes that stay in the scratch folder, for tasks still to come."""

FORMAT = 2
_COLUMNS = {"step": "<i4", "lat": "<f8", "lon": "<f8", "vorticity": "<f4"}
_RECORD = np.dtype(list(_COLUMNS.items()))

Members: TypeAlias = slice | Sequence[int]
Progress: TypeAlias = Callable[[int, int], object]
"""Called with (times done, times in all)."""


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
        steps = _steps_in_cache(season)
        blocks = [stages.maxima(season, start, steps, [ensemble_member]) for start in _starts(season, steps, report)]
        return _joined([maxima for maxima, _ in blocks])
    with _Pass(season, stages, scratch) as everyone:
        everyone.finish(report)
        return everyone.maxima_of(ensemble_member)


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
        return json.dumps([FORMAT, self.depends_on, season.choice, inputs], sort_keys=True)


class _Pass:
    """One pass over all members, shared by the slots of a host; a context that keeps its folder from being cleared."""

    def __init__(self, season: Season, stages: Stages, scratch: Path) -> None:
        self.season = season
        self.stages = stages
        year = calendars.text(season.axis.times[0], season.axis.calendar, "D")[:4]
        identity = hashlib.sha256(stages.identity(season).encode()).hexdigest()[:16]
        self.folder = Path(scratch) / "passes" / f"{year}-{identity}"

    def __enter__(self) -> "_Pass":
        self.using = _in_use(self.folder)
        os.utime(self.folder)  # the newest passes stay
        disk.sweep(self.folder)
        if self.using is not None:  # without locks nobody knows which passes are in use
            _clear_old(self.folder.parent)
        return self

    def __exit__(self, *_: object) -> None:
        if self.using is not None:
            self.using.release()

    def finish(self, report: Progress) -> None:
        """Do every block that no slot has done or is doing, then wait for those that others are doing."""
        total = len(self.season.axis)
        for patience in (0.0, math.inf):
            left = [start for start in range(0, total, BLOCK_STEPS) if not self._file(start).exists()]
            for count, start in enumerate(left, start=1):
                self._do(start, patience)
                report(total - (len(left) - count) * BLOCK_STEPS, total)

    def maxima_of(self, ensemble_member: int) -> Maxima:
        """The maxima of one member, from the blocks; the season then knows what it lacks, whoever did the blocks."""
        starts = range(0, len(self.season.axis), BLOCK_STEPS)
        table = np.concatenate([self._read(start, ensemble_member) for start in starts])
        return Maxima(*(np.ascontiguousarray(table[name]) for name in _COLUMNS))

    def _file(self, start: int) -> Path:
        return self.folder / f"{start:06d}.maxima"

    def _do(self, start: int, patience: float) -> None:
        if self.using is None:  # two slots may do the same block, and leave the same file
            self._write(start)
            return
        lock = disk.lock(self.folder / f"{start:06d}.lock", patience=patience)
        if lock is None:
            return
        with lock:
            if not self._file(start).exists():
                self._write(start)

    def _write(self, start: int) -> None:
        steps, everyone = self._steps(start), slice(None)
        blocks = [self.stages.maxima(self.season, step, 1, everyone) for step in range(steps.start, steps.stop)]
        maxima = _joined([found for found, _ in blocks])
        owner = np.concatenate([owners for _, owners in blocks])
        order = np.argsort(owner, kind="stable")
        table = np.empty(len(owner), _RECORD)
        for name in _COLUMNS:
            table[name] = getattr(maxima, name)[order]
        ends = np.searchsorted(owner[order], np.arange(len(self.season.members) + 1)).astype("<i8")
        missing = self.season.missing_values[steps].T.astype("<i4")  # a row per member
        _save(self._file(start), ends.tobytes() + missing.tobytes() + table.tobytes())

    def _read(self, start: int, ensemble_member: int) -> np.ndarray:
        steps, members = self._steps(start), len(self.season.members)
        row_bytes, ends_bytes = 4 * (steps.stop - steps.start), 8 * (members + 1)
        with self._file(start).open("rb") as file:
            file.seek(8 * ensemble_member)
            first, last = np.frombuffer(file.read(16), "<i8")
            file.seek(ends_bytes + ensemble_member * row_bytes)
            self.season.missing_values[steps, ensemble_member] = np.frombuffer(file.read(row_bytes), "<i4")
            file.seek(ends_bytes + members * row_bytes + first * _RECORD.itemsize)
            return np.frombuffer(file.read((last - first) * _RECORD.itemsize), _RECORD)

    def _steps(self, start: int) -> slice:
        return slice(start, min(start + BLOCK_STEPS, len(self.season.axis)))


def _steps_in_cache(season: Season) -> int:
    nlat, nlon = season.grid.shape
    return max(1, BLOCK_BYTES // (4 * nlat * nlon))


def _starts(season: Season, count: int, report: Progress) -> Iterator[int]:
    total = len(season.axis)
    for start in range(0, total, count):
        yield start
        report(min(start + count, total), total)


def _joined(parts: Sequence[Maxima]) -> Maxima:
    return Maxima(*(np.concatenate([getattr(part, name) for part in parts]) for name in _COLUMNS))


def _in_use(folder: Path) -> disk.Lock | None:
    """A shared lock that keeps a pass's folder, which is created where it is missing; None where there are no locks."""
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock = disk.lock(folder / "in_use", shared=True, patience=1.0)
        except FileNotFoundError:  # another task has just cleared the folder
            continue
        except disk.NoLocks:
            return None
        if lock is not None:
            return lock


def _save(path: Path, content: bytes) -> None:
    """Write a block; it is not flushed to the disk, since it can be made again."""
    try:
        disk.write_whole(path, content, durable=False)
    except OSError as error:
        raise OSError(
            error.errno,
            f"this intermediate file cannot be written: {error.strerror}; free some space or fix the permissions "
            "there, or set another folder with the key 'scratch'",
            str(path),
        ) from error


def _clear_old(folder: Path) -> None:
    """Remove all but the newest passes, except those that a task is using."""
    passes = sorted((path for path in folder.iterdir() if path.is_dir()), key=_changed)
    for path in passes[:-KEPT_PASSES]:
        with contextlib.suppress(FileNotFoundError):  # another task has just cleared it
            lock = disk.lock(path / "in_use")
            if lock is not None:
                with lock:
                    shutil.rmtree(path, ignore_errors=True)


def _changed(path: Path) -> float:
    with contextlib.suppress(FileNotFoundError):
        return path.stat().st_mtime
    return 0.0
