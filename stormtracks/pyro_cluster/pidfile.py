"""What a process of the cluster leaves on its host's disk, so that others can find it, prove its identity, and end it.

A pid alone proves nothing: pids are used again. So the file is locked for as long as its process lives (the lock goes
with the process, however it ends), and beside the pid it has the time at which the process started.
"""

import contextlib
import os
import socket
from pathlib import Path

from stormtracks import disk
from stormtracks.errors import StormtracksError
from stormtracks.paths import state_folder
from stormtracks.process import Process

LOCK_SECONDS = 1.0
"""A process that only looks whether the lock is free holds it for an instant; a start waits for that."""


class AlreadyRunning(StormtracksError):
    """Another process holds the file; `process` says which, as far as the file can be read."""

    def __init__(self, message: str, process: Process | None = None) -> None:
        super().__init__(message)
        self.process = process


def host_folder() -> Path:
    """This host's part of the state: homes are shared between hosts, processes are not."""
    return state_folder() / socket.gethostname()


def nameserver_path() -> Path:
    """Pid file of this machine's nameserver."""
    return state_folder() / "nameserver.pid"


def worker_path(name: str) -> Path:
    """Pid file of a worker of this host."""
    return host_folder() / f"worker-{name}.pid"


class PidFile:
    """A locked file that says which process this is; a context manager.

    Its text is ``PID START HOST``. `ready` writes ``PID START HOST`` and more words into the file of the same name
    that ends in ``.ready``; both are removed when the process ends as it should.

    Raises
    ------
    AlreadyRunning
        On entering: another process holds the file.
    disk.NoLocks
        On entering: the file system cannot lock.
    """

    def __init__(self, path: str | os.PathLike) -> None:
        self.path = Path(path)
        self.ready_path = self.path.with_suffix(".ready")
        self._lock: disk.Lock | None = None

    def __enter__(self) -> "PidFile":
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = disk.lock(self.path, patience=LOCK_SECONDS)
        if self._lock is None:
            running = read(self.path)
            pid = running.pid if running else "?"
            raise AlreadyRunning(f"already running: pid {pid} ({self.path}); use it, or stop it first", running)
        self.ready_path.unlink(missing_ok=True)
        self._lock.write(_line(Process.this()))
        disk.sweep(self.path.parent)
        return self

    def __exit__(self, *_: object) -> None:
        for path in (self.ready_path, self.path):
            with contextlib.suppress(OSError):
                path.unlink()
        if self._lock is not None:  # last: while it is held, no other process can take the name and lose its file here
            self._lock.release()

    def ready(self, *words: object) -> None:
        """Tell others that the service is up; the file appears at once and whole."""
        disk.write_whole(self.ready_path, _line(Process.this(), *words), durable=False)


def read(path: str | os.PathLike) -> Process | None:
    """The process that a pid file or ready file names; None: there is no such file, or it is not whole."""
    try:
        pid, start, host = Path(path).read_text().split()[:3]
        return Process(int(pid), int(start), host)
    except (OSError, ValueError):
        return None


def _line(process: Process, *words: object) -> str:
    return " ".join(map(str, (process.pid, process.start, process.host, *words))) + "\n"
