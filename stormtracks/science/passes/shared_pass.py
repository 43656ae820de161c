"""One pass over all members of a season, shared by the slots of a host."""

import contextlib
import ctypes
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np

from stormtracks.science import calendars
from stormtracks.science.arrays import Bools, Ints
from stormtracks.science.passes import blocks
from stormtracks.science.passes.folder import ATTEMPTS, REMEDY, PassFolder, Piece, Table
from stormtracks.science.passes.runs import runs
from stormtracks.science.records import TimeAxis

BLOCK_STEPS = 16
"""Times in a block of a pass: small enough to be shared out, large enough to be few files. Where stored chunks hold
several, it is a whole number of chunks, so that no two slots decode the same one."""

KEPT_BYTES = 31 << 20
"""Up to twice as much freed memory stays with the process: the most that glibc lets be asked for so."""

_finished: Path | None = None
"""The folder of the pass that was finished last in this process: a slot does many members of a year in turn."""

Progress: TypeAlias = Callable[[int, int], object]
"""Called with (times done, times in all)."""


class Work(Protocol):
    """What a pass does for all members.

    Attributes
    ----------
    kind : str
        What is found: "maxima".
    columns : mapping of str to str
        Of the tables that are found; see `blocks.Block`.
    axis : TimeAxis
    members : int
    cuts : ndarray of bool, shape (nt,)
        Before which steps a block may begin or end with no stored chunk decoded twice.
    most : int
        Steps of all members that may be read at a time.
    """

    kind: str
    columns: Mapping[str, str]
    axis: TimeAxis
    members: int
    cuts: Bools
    most: int

    @property
    def identity(self) -> str:
        """What the tables depend on, as text that is the same only if they are."""

    def beside(self, times: int) -> int:
        """How many numbers stand beside each member's table of a block of so many times."""

    def do(self, steps: slice) -> Table:
        """What some steps of all members have."""

    def lacks(self, steps: slice, member: int, beside: Ints) -> bool:
        """Whether a block, by the numbers beside a member's table, was done without what that member needs."""


class SharedPass:
    """One pass over all members; a context that keeps its folder from being cleared.

    Parameters
    ----------
    work : Work
    scratch : Path
        Folder on a local disk.
    """

    def __init__(self, work: Work, scratch: Path) -> None:
        self.work = work
        self.identity = hashlib.sha256(work.identity.encode()).hexdigest()
        self._steps = {one.start: one for one in runs(work.cuts, BLOCK_STEPS, work.most)}
        year = calendars.text(work.axis.times[0], work.axis.calendar, "D")[:4]
        self.folder = PassFolder(Path(scratch) / "passes" / f"{year}-{self.identity[:16]}")
        self._pieces: dict[int, Piece] = {}

    def __enter__(self) -> "SharedPass":
        self.folder.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.folder.__exit__(*error)

    @property
    def is_done(self) -> bool:
        """Whether every block is there."""
        return not self._left()

    def finish(self, report: Progress) -> None:
        """Do every block that no slot has done or is doing, then wait for those that others are doing."""
        global _finished
        if _finished == self.folder.path and all(self._piece(one).block.path.exists() for one in self._steps):
            return  # one that is damaged since then is done when it is read
        keep_freed_memory()
        total = len(self.work.axis)
        for wait in (False, True):
            left = self._left()
            for count, start in enumerate(left, start=1):
                self.folder.do(self._piece(start), wait)
                report(total - sum(self._length(other) for other in left[count:]), total)
        _finished = self.folder.path

    def tables(self, member: int) -> Iterator[tuple[slice, Ints, np.ndarray]]:
        """Of each block its steps, the numbers beside one member's table, and that table."""
        for start, steps in self._steps.items():
            yield steps, *self._read(start, member)

    def _left(self) -> list[int]:
        return [start for start in self._steps if self._piece(start).fault()]

    def _length(self, start: int) -> int:
        return self._steps[start].stop - start

    def _piece(self, start: int) -> Piece:
        if start not in self._pieces:
            self._pieces[start] = self._made(start)
        return self._pieces[start]

    def _made(self, start: int) -> Piece:
        work, steps = self.work, self._steps[start]
        name, depends_on = f"{start:06d}", f"{self.identity} from {start} to {steps.stop}"
        path, beside = self.folder.path / f"{name}.{work.kind}", work.beside(self._length(start))
        block = blocks.Block(path, depends_on, work.members, beside, work.columns, work.kind)
        return Piece(name, block, lambda: work.do(steps), lambda member, numbers: work.lacks(steps, member, numbers))

    def _read(self, start: int, member: int) -> tuple[Ints, np.ndarray]:
        piece, found = self._piece(start), None
        for _ in range(ATTEMPTS):
            with contextlib.suppress(blocks.Unproven):
                found = piece.block.read(member)
                if not piece.lacks(member, found[0]):
                    return found
            self.folder.do(piece, wait=True, member=member)
        if found is not None:  # whole, but another slot does not know of this member: whoever asks has to see to it
            return found
        raise blocks.Unproven(
            f"{piece.block.path} {piece.block.fault(member)}, each time that it is made: check that disk, {REMEDY}"
        )


def reported(steps: Sequence[slice], report: Progress) -> Iterator[slice]:
    """Runs of steps one after the other; what is done before the next one is reported."""
    for one in steps:
        yield one
        report(one.stop, steps[-1].stop)


def keep_freed_memory() -> None:
    """Have glibc give freed fields to the next ones, not back to the system, which would clear each page again.

    It learns from the largest block that was freed. Without that a pass over fields takes a tenth more processor time.
    """
    np.empty(KEPT_BYTES, np.uint8)  # untouched, so it costs nothing


def give_back_freed_memory() -> None:
    """Have glibc give what is free back to the system, where it can: the opposite, before much else is in memory."""
    if (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:
        trim(ctypes.c_size_t(0))
