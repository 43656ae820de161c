"""The scratch folder of a pass: its blocks, each done once by one of the slots of a host; old passes are cleared."""

import contextlib
import logging
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stormtracks import disk, private
from stormtracks.science.arrays import Ints
from stormtracks.science.passes import blocks

KEPT_PASSES = 4
"""Finished passes that stay in the scratch folder, for tasks still to come: two years of both kinds."""

LOCK_SECONDS = 20.0
"""A block that another slot is doing is waited for so long, then done all the same: that slot may be frozen."""

IN_USE_SECONDS = 10.0
"""The lock that clears a pass is held for as long as its files take to be removed."""

ATTEMPTS = 3
REMEDY = "or set 'scratch' to a folder of your own, such as /tmp/stormtracks-$USER"

log = logging.getLogger(__name__)

Table = tuple[dict[str, Any], Ints, Ints]
"""What a block is written from: columns, the member of each row, numbers beside each member's; see `Block.write`."""

Lacks = Callable[[int, Ints], bool]
"""Whether a member's part of a block, by the numbers beside its table, lacks what that member needs."""


def lacks_nothing(member: int, beside: Ints) -> bool:
    """What is said of every part that is whole, where nothing can be lacking."""
    return False


@dataclass(frozen=True)
class Piece:
    """A block that is to be done.

    Attributes
    ----------
    name : str
        Of its files.
    block : Block
    make : callable
        Does the work; None: it cannot be done now, and nothing is written.
    lacks : callable
        See `Lacks`: a block that does is made anew.
    """

    name: str
    block: blocks.Block
    make: Callable[[], Table | None]
    lacks: Lacks = lacks_nothing

    def fault(self, member: int | None = None) -> str | None:
        """Why the block, or a member's part of it, has to be done; None: it has not."""
        if member is None:
            return self.block.fault()
        try:
            beside, _ = self.block.read(member)
        except blocks.Unproven as error:
            return str(error)
        return LACKS if self.lacks(member, beside) else None


LACKS = "lacks what is needed"


class PassFolder:
    """The folder of one pass, a context that keeps it from being cleared.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.patience = LOCK_SECONDS

    def __enter__(self) -> "PassFolder":
        self.using = _in_use(self.path)
        os.utime(self.path)  # the newest passes stay
        disk.sweep(self.path)
        if self.using is not None:  # without locks nobody knows which passes are in use
            _clear_old(self.path.parent)
        return self

    def __exit__(self, *_: object) -> None:
        if self.using is not None:
            self.using.release()

    def do(self, piece: Piece, wait: bool, member: int | None = None) -> None:
        """Do a piece, unless another slot has done it or, where it is not waited for, is doing it."""
        lock = self._lock(piece.name, wait)
        if lock is None and not wait:
            return
        with lock or contextlib.nullcontext():
            fault = piece.fault(member)
            if fault is None:
                return
            if fault not in (blocks.ABSENT, LACKS):
                log.warning("%s %s; it is made anew", piece.block.path, fault)
            made = piece.make()
            if made is not None:
                _write(piece.block, made)

    def _lock(self, name: str, wait: bool) -> disk.Lock | None:
        """A piece's lock; None: another slot has it, and has had it for too long, or there are no locks."""
        path = self.path / f"{name}.lock"
        try:
            lock = disk.lock(path, patience=self.patience if wait else 0.0)
        except disk.NoLocks:  # two slots may do the same block, and leave the same file
            return None
        if lock is None and wait and self.patience:
            log.warning("%s is held for more than %g s, perhaps by a frozen slot; done without it", path, self.patience)
            self.patience = 0.0  # whoever holds one may hold more
        return lock


def _write(block: blocks.Block, made: Table) -> None:
    try:
        if block.path.is_dir() and not block.path.is_symlink():  # no file can get its name while that is there
            shutil.rmtree(block.path)
        block.write(*made)
    except OSError as error:
        raise _not_written(error, block.path) from error


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
