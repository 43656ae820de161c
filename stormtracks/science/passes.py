"""The maxima of a member, or of all members in one pass over files that keep all members in a chunk.

The archive of 20CRv2 stores one time of all members in a chunk, so reading one member means inflating all. Instead the
first tasks of a year on a host make one pass over its files together. Each takes blocks of times that no other has
locked and leaves every member's maxima of them in a scratch folder. Each task then takes its own member's from there.
A task that dies loses its lock, and another slot does the block. What lies in the scratch folder is believed only where
it proves itself (`blocks`) and only we can have written it (`private`); anything else is made anew.
"""

import contextlib
import hashlib
import json
import logging
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np

from stormtracks import disk, private
from stormtracks.science import blocks, calendars
from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.records import Grid, InputFile, Maxima, TimeAxis

BLOCK_BYTES = 2 << 20
"""Fields are worked on so many bytes at a time, to stay in a processor's cache."""

BLOCK_STEPS = 16
"""Times in a block of a pass: small enough to be shared out, large enough to be few files."""

KEPT_PASSES = 3
"""Finished passes that stay in the scratch folder, for tasks still to come."""

LOCK_SECONDS = 20.0
"""A block that another slot is doing is waited for so long, then done all the same: that slot may be frozen."""

IN_USE_SECONDS = 10.0
"""The lock that clears a pass is held for as long as its files take to be removed."""

_ATTEMPTS = 3
REMEDY = "or set 'scratch' to a folder of your own, such as /tmp/stormtracks-$USER"

log = logging.getLogger(__name__)

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
        return json.dumps([blocks.FORMAT, self.depends_on, season.choice, inputs], sort_keys=True)


class _Pass:
    """One pass over all members, shared by the slots of a host; a context that keeps its folder from being cleared."""

    def __init__(self, season: Season, stages: Stages, scratch: Path) -> None:
        self.season = season
        self.stages = stages
        year = calendars.text(season.axis.times[0], season.axis.calendar, "D")[:4]
        self.identity = hashlib.sha256(stages.identity(season).encode()).hexdigest()
        self.folder = Path(scratch) / "passes" / f"{year}-{self.identity[:16]}"
        self.patience = LOCK_SECONDS

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
        for wait in (False, True):
            left = [start for start in range(0, total, BLOCK_STEPS) if self._block(start).fault()]
            for count, start in enumerate(left, start=1):
                self._do(start, wait)
                report(total - (len(left) - count) * BLOCK_STEPS, total)

    def maxima_of(self, ensemble_member: int) -> Maxima:
        """The maxima of one member, from the blocks; the season then knows what it lacks, whoever did the blocks."""
        starts = range(0, len(self.season.axis), BLOCK_STEPS)
        table = np.concatenate([self._read(start, ensemble_member) for start in starts])
        return Maxima(*(np.ascontiguousarray(table[name]) for name in blocks.COLUMNS))

    def _block(self, start: int) -> blocks.Block:
        steps = self._steps(start)
        path, depends_on = self.folder / f"{start:06d}.maxima", f"{self.identity} from {start}"
        return blocks.Block(path, depends_on, len(self.season.members), steps.stop - steps.start)

    def _do(self, start: int, wait: bool, member: int | None = None) -> None:
        """Do a block, unless another slot has done it or, where it is not waited for, is doing it."""
        lock = self._lock(start, wait)
        if lock is None and not wait:
            return
        with lock or contextlib.nullcontext():
            block = self._block(start)
            fault = block.fault(member)
            if fault is None:
                return
            if fault != blocks.ABSENT:
                log.warning("%s %s; it is made anew", block.path, fault)
            self._write(start, block)

    def _lock(self, start: int, wait: bool) -> disk.Lock | None:
        """A block's lock; None: another slot has it, and has had it for too long, or there are no locks."""
        path = self.folder / f"{start:06d}.lock"
        try:
            lock = disk.lock(path, patience=self.patience if wait else 0.0)
        except disk.NoLocks:  # two slots may do the same block, and leave the same file
            return None
        if lock is None and wait and self.patience:
            log.warning("%s is held for more than %g s, perhaps by a frozen slot; done without it", path, self.patience)
            self.patience = 0.0  # whoever holds one may hold more
        return lock

    def _write(self, start: int, block: blocks.Block) -> None:
        steps, everyone = self._steps(start), slice(None)
        found = [self.stages.maxima(self.season, step, 1, everyone) for step in range(steps.start, steps.stop)]
        maxima = _joined([maxima for maxima, _ in found])
        owner = np.concatenate([owners for _, owners in found])
        try:
            if block.path.is_dir() and not block.path.is_symlink():  # no file can get its name while that is there
                shutil.rmtree(block.path)
            block.write(maxima, owner, self.season.missing_values[steps].T)  # a row per member
        except OSError as error:
            raise _not_written(error, block.path) from error

    def _read(self, start: int, ensemble_member: int) -> np.ndarray:
        block = self._block(start)
        for _ in range(_ATTEMPTS):
            with contextlib.suppress(blocks.Unproven):
                missing, table = block.read(ensemble_member)
                self.season.missing_values[self._steps(start), ensemble_member] = missing
                return table
            self._do(start, wait=True, member=ensemble_member)
        raise blocks.Unproven(
            f"{block.path} {block.fault(ensemble_member)}, each time that it is made: check that disk, {REMEDY}"
        )

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
    return Maxima(*(np.concatenate([getattr(part, name) for part in parts]) for name in blocks.COLUMNS))


def _in_use(folder: Path) -> disk.Lock | None:
    """A shared lock that keeps a pass's folder, which is created where it is missing; None: it is not to be had."""
    until = time.monotonic() + IN_USE_SECONDS
    while time.monotonic() < until:
        private.folder(folder.parent, REMEDY)
        private.folder(folder, REMEDY)
        try:
            lock = disk.lock(folder / "in_use", shared=True, patience=1.0)
        except FileNotFoundError:  # another task has just cleared the folder
            continue
        except disk.NoLocks:
            return None
        if lock is not None:
            return lock
    log.warning("%s is held for more than %g s, perhaps by a frozen slot; used without it", folder, IN_USE_SECONDS)
    return None


def _not_written(error: OSError, path: Path) -> OSError:
    return OSError(
        error.errno,
        f"this intermediate file cannot be written: {error.strerror}; free some space or fix the permissions there, or "
        "set another folder with the key 'scratch'",
        str(path),
    )


def _clear_old(folder: Path) -> None:
    """Remove all but the newest passes, except those that a task is using."""
    passes = sorted((path for path in folder.iterdir() if path.is_dir()), key=_changed)
    for path in passes[:-KEPT_PASSES]:
        with contextlib.suppress(OSError):  # another task has just cleared it, or it is not ours to clear
            lock = disk.lock(path / "in_use")
            if lock is not None:
                with lock:
                    shutil.rmtree(path, ignore_errors=True)


def _changed(path: Path) -> float:
    with contextlib.suppress(FileNotFoundError):
        return path.stat().st_mtime
    return 0.0
