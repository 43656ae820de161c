"""One manager at a time for a run: a lock that the kernel frees when its holder ends, however it ends.

Where the file system cannot lock, a file beside the journal names the manager; it counts while that process runs.
"""

import contextlib
import os
import socket
import time
from pathlib import Path

from stormtracks import disk, private
from stormtracks.errors import StormtracksError
from stormtracks.process import Process
from stormtracks.pyro_cluster import pidfile

PATIENCE_SECONDS = 1.0
"""How long the lock is tried for: a process that only asks whether it is held, holds it for an instant."""


class JournalRefused(StormtracksError):
    """A run that cannot be begun, resumed or read; the message says why and what to do."""


class AlreadyManaged(JournalRefused):
    """Another manager has this run."""


class Claim:
    """A run that this process has taken without a lock."""

    def __init__(self, journal: Path) -> None:
        self._file = pidfile.PidFile(_claim_path(journal))
        self._file.__enter__()

    def stands_at(self, path: Path) -> bool:
        """Whether others find that it is taken; `path` is where a lock would be."""
        return pidfile.read(_claim_path(path)) == Process.this()

    def release(self) -> None:
        """Let others have the run."""
        self._file.__exit__()


Held = disk.Lock | Claim


def take(journal: Path) -> Held:
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
    private.NotOurs
    """
    try:
        private.folder(journal.parent, private.STATE_REMEDY)
        lock = disk.lock(_beside(journal), patience=PATIENCE_SECONDS)
    except disk.NoLocks:
        return _claimed(journal)
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
    """Whether another process has the run of a journal; None where that cannot be told from here."""
    locked = disk.held(_beside(journal))
    claimant = pidfile.read(_claim_path(journal)) if locked is None else None
    return claimant.runs() if claimant and claimant.host == socket.gethostname() else locked


def _claimed(journal: Path) -> Claim:
    try:
        return Claim(journal)
    except pidfile.AlreadyRunning as error:
        raise AlreadyManaged(
            f"run {journal.stem} is already managed ({error}); watch it with 'inv status --run {journal.stem}'"
        ) from None


def _claim_path(journal: Path) -> Path:
    return journal.with_suffix(".pid")


def is_in_place(held: Held, journal: Path) -> bool:
    """Whether a lock that this process holds is still the one that others would find."""
    return held.stands_at(_beside(journal))


def _holder(journal: Path) -> str:
    with contextlib.suppress(OSError):
        return _beside(journal).read_text(errors="replace").strip() or "another process"
    return "another process"


def _beside(journal: Path) -> Path:
    return journal.with_suffix(".lock")
