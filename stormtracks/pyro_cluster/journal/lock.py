"""One manager at a time for a run: a lock that the kernel frees when its holder ends, however it ends."""

import contextlib
import os
import socket
import time
from pathlib import Path

from stormtracks import disk
from stormtracks.errors import StormtracksError

PATIENCE_SECONDS = 1.0
"""How long the lock is tried for: a process that only asks whether it is held, holds it for an instant."""


class JournalRefused(StormtracksError):
    """A run that cannot be begun, resumed or read; the message says why and what to do."""


class AlreadyManaged(JournalRefused):
    """Another manager has this run."""


def take(journal: Path) -> disk.Lock:
    """Take a run for this process.

    Parameters
    ----------
    journal : Path
        The run's journal; the lock is a file beside it, which stays. Its folder is created where it is missing.

    Raises
    ------
    AlreadyManaged
        With the holder's pid and host, and since when.
    JournalRefused
        The folder cannot be written.
    disk.NoLocks
    """
    try:
        journal.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = disk.lock(_beside(journal), patience=PATIENCE_SECONDS)
    except OSError as error:
        raise JournalRefused(
            f"the journal cannot be written in {journal.parent}: {error.strerror or error}; make the folder writable, "
            "or choose another with STORMTRACKS_HOME"
        ) from None
    if lock is None:
        raise AlreadyManaged(
            f"run {journal.stem} is already managed by {_holder(journal)}; watch it with 'inv status --run "
            f"{journal.stem}', or stop that manager first"
        )
    with contextlib.suppress(OSError):  # on a full disk the lock holds all the same
        lock.write(f"pid {os.getpid()} on {socket.gethostname()} since {time.strftime('%Y-%m-%d %H:%M:%S')}")
    return lock


def held(journal: Path) -> bool | None:
    """Whether another process has the run of a journal; None where the file system cannot tell."""
    return disk.held(_beside(journal))


def is_in_place(held: disk.Lock, journal: Path) -> bool:
    """Whether a lock that this process holds is still the one that others would find."""
    return held.stands_at(_beside(journal))


def _holder(journal: Path) -> str:
    with contextlib.suppress(OSError):
        return _beside(journal).read_text(errors="replace").strip() or "another process"
    return "another process"


def _beside(journal: Path) -> Path:
    return journal.with_suffix(".lock")
