"""One manager at a time for a run: a lock that the kernel frees when its holder ends, however it ends."""

import contextlib
import fcntl
import os
import socket
import time

PATIENCE_SECONDS = 1.0
"""How long the lock is tried for: whoever only asks whether it is held, holds it for an instant."""


class JournalRefused(Exception):
    """A run that cannot be begun, gone on with or read; the message says why and what to do."""


class AlreadyManaged(JournalRefused):
    """Another manager has this run."""


class RunLock:
    """The lock of one run, taken when made.

    Parameters
    ----------
    path : Path
        The run's journal; the lock is a file beside it, which stays.

    Raises
    ------
    AlreadyManaged
        With the holder's pid and host, and since when.
    JournalRefused
        The folder cannot be written.
    """

    def __init__(self, path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = os.open(_beside(path), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise JournalRefused(
                f"the journal cannot be kept in {path.parent}: {error.strerror or error}; make the folder writable, "
                "or choose another with STORMTRACKS_HOME"
            ) from None
        if not self._taken():
            who = os.pread(self._file, 1000, 0).decode(errors="replace").strip() or "another process"
            os.close(self._file)
            look = f"'inv status --run {path.stem}' shows it"
            raise AlreadyManaged(f"run {path.stem} is already managed by {who}; {look}")
        self._sign()

    def release(self):
        """Let go of the run."""
        os.close(self._file)

    def _taken(self):
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                if time.monotonic() > until:
                    return False
                time.sleep(0.05)

    def _sign(self):
        who = f"pid {os.getpid()} on {socket.gethostname()} since {time.strftime('%Y-%m-%d %H:%M:%S')}"
        with contextlib.suppress(OSError):  # on a full disk the lock holds without its words
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, who.encode(), 0)


def held(path):
    """Whether somebody has the run of a journal; None where the file system cannot tell."""
    try:
        file = os.open(_beside(path), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return None
    finally:
        os.close(file)
    return False


def _beside(path):
    return path.with_suffix(".lock")
