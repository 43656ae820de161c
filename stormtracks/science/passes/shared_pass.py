"""One pass over all members of a season, shared by the slots of a host."""

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np

from stormtracks.science import calendars
from stormtracks.science.arrays import Ints
from stormtracks.science.passes import blocks
from stormtracks.science.passes.folder import ATTEMPTS, REMEDY, PassFolder, Piece, Table
from stormtracks.science.records import TimeAxis

BLOCK_STEPS = 16
"""Times in a block of a pass: small enough to be shared out, large enough to be few files."""

KEPT_BYTES = 31 << 20
"""Up to twice as much freed memory stays with the process: the most that glibc lets be asked for so."""

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
    """

    kind: str
    columns: Mapping[str, str]
    axis: TimeAxis
    members: int

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
        year = calendars.text(work.axis.times[0], work.axis.calendar, "D")[:4]
        self.folder = PassFolder(Path(scratch) / "passes" / f"{year}-{self.identity[:16]}")

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
        _keep_freed_memory()
        total = len(self.work.axis)
        for wait in (False, True):
            left = self._left()
            for count, start in enumerate(left, start=1):
                self.folder.do(self._piece(start), wait)
                report(total - (len(left) - count) * BLOCK_STEPS, total)

    def tables(self, member: int) -> Iterator[tuple[slice, Ints, np.ndarray]]:
        """Of each block its steps, the numbers beside one member's table, and that table."""
        for start in self._starts():
            yield self._steps(start), *self._read(start, member)

    def _starts(self) -> range:
        return range(0, len(self.work.axis), BLOCK_STEPS)

    def _left(self) -> list[int]:
        return [start for start in self._starts() if self._piece(start).fault()]

    def _piece(self, start: int) -> Piece:
        work, steps = self.work, self._steps(start)
        name, depends_on = f"{start:06d}", f"{self.identity} from {start}"
        path, beside = self.folder.path / f"{name}.{work.kind}", work.beside(steps.stop - steps.start)
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

    def _steps(self, start: int) -> slice:
        return slice(start, min(start + BLOCK_STEPS, len(self.work.axis)))


def _keep_freed_memory() -> None:
    """Have glibc give freed fields to the next ones, not back to the system, which would clear each page again.

    It learns from the largest block that was freed. Without that a pass over fields takes a tenth more processor time.
    """
    np.empty(KEPT_BYTES, np.uint8)  # untouched, so it costs nothing
