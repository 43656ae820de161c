"""Where a journal and its lock are: looked at while a run goes on, since anybody can remove or replace them."""

import contextlib
import errno
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from stormtracks.pyro_cluster.journal import lock
from stormtracks.pyro_cluster.journal.lock import AlreadyManaged
from stormtracks.pyro_cluster.journal.writer import Taken

_SIDECARS = ("-wal", "-shm", "-journal")


class Place:
    """The file of a journal that this process has open, and its lock.

    What was removed can still be read through the open connection: the journal is written anew from there.

    Parameters
    ----------
    path : Path
    held : lock.Held
        The lock of the journal.
    opened : callable
        ``opened(path)`` -> a connection to a journal there.
    """

    def __init__(self, path: Path, held: lock.Held, opened: Callable[[Path], sqlite3.Connection]) -> None:
        self.path = path
        self._held = held
        self._opened = opened
        self._identity = _identity(path)

    def problem(self) -> str | None:
        """What has become of the journal or its lock, as the beginning of a sentence; None: nothing."""
        try:
            found = _identity(self.path)
            if found != self._identity:
                return f"the journal {self.path} was {'replaced' if found else 'removed'} while the run continues"
            if not lock.is_in_place(self._held, self.path):
                return f"the lock of the journal {self.path} was removed while the run continues"
        except OSError:  # a file server that is away, say: it cannot be told now
            return None
        return None

    def renewed(self, db: sqlite3.Connection) -> sqlite3.Connection:
        """Take the lock and write the journal anew, each where it is gone.

        Parameters
        ----------
        db : sqlite3.Connection
            The open connection to what the journal was; closed where another one is returned.

        Raises
        ------
        Taken
            Another manager has the run by now.
        sqlite3.Error, OSError, lock.JournalRefused
        """
        if not lock.is_in_place(self._held, self.path):
            self._take_again()
        if _identity(self.path) == self._identity:
            return db
        if self.path.is_dir():  # said while what the journal was is still open, and can be copied later
            raise IsADirectoryError(errno.EISDIR, "a folder is in its place; move that away", str(self.path))
        copy = self.path.with_name(f".{self.path.name}.anew")
        try:
            with contextlib.closing(sqlite3.connect(copy)) as new:
                db.backup(new)
            db.close()  # this removes the old side files by their names: before there are new ones
            for suffix in _SIDECARS:
                Path(f"{self.path}{suffix}").unlink(missing_ok=True)
            copy.replace(self.path)
        finally:
            copy.unlink(missing_ok=True)
        new = self._opened(self.path)
        self._identity = _identity(self.path)
        return new

    def release(self) -> None:
        """Let others have the run."""
        self._held.release()

    def _take_again(self) -> None:
        try:
            again = lock.take(self.path)
        except AlreadyManaged as error:
            raise Taken(f"the lock of the journal was removed, and {error}") from None
        self._held.release()
        self._held = again


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file it is; None: there is none."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        found = os.stat(path)  # noqa: PTH116 - as its neighbours
        return found.st_dev, found.st_ino
    return None
