"""What a process of the cluster leaves on its host's disk, so that others find it, prove that it is it, and end it.

A pid alone proves nothing: pids are used again. So the file is locked for as long as its process lives (the lock goes
with the process, however it ends), and beside the pid it has the time at which the process started.
"""

import contextlib
import fcntl
import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path

LOCK_SECONDS = 1.0


class AlreadyRunning(Exception):
    """Another process has the file; `process` says which, as far as it can be read."""

    def __init__(self, message, process=None):
        super().__init__(message)
        self.process = process


@dataclass(frozen=True)
class Process:
    """A process of this or another host.

    Attributes
    ----------
    pid : int
    start : int
        Clock ticks between the host's boot and the process's start (field 22 of /proc/PID/stat).
    host : str
    """

    pid: int
    start: int
    host: str

    @classmethod
    def this(cls):
        return cls(os.getpid(), start_time(os.getpid()), socket.gethostname())

    def runs(self) -> bool:
        """Whether this very process runs on this host."""
        return self.host == socket.gethostname() and start_time(self.pid) == self.start


def home() -> Path:
    """The folder of the state: the environment's STORMTRACKS_HOME, else ~/.stormtracks."""
    return Path(os.environ.get("STORMTRACKS_HOME") or "~/.stormtracks").expanduser()


def host_folder() -> Path:
    """This host's part of the state: homes are shared between hosts, processes are not."""
    return home() / socket.gethostname()


def start_time(pid) -> int:
    """When a process started, in ticks since boot; 0: it does not run (a zombie does not)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return 0 if fields[0] == "Z" else int(fields[19])


class PidFile:
    """A locked file that says which process this is; a context manager.

    Its text is ``PID START HOST``. `ready` writes ``PID START HOST`` and more words into the file of the same name
    that ends in ``.ready``; both are gone when the process ends as it should.

    Raises
    ------
    AlreadyRunning
        On entering: another process holds the file.
    """

    def __init__(self, path):
        self.path = Path(path)
        self.ready_path = self.path.with_suffix(".ready")
        self._file = None

    def __enter__(self):
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        end = time.monotonic() + LOCK_SECONDS  # who only looks whether the lock is free holds it for an instant
        while not self._locked():
            if time.monotonic() > end:
                running = read(self.path)
                raise AlreadyRunning(f"already running: pid {running.pid if running else '?'} ({self.path})", running)
            time.sleep(0.02)
        self.ready_path.unlink(missing_ok=True)
        self._file.write(_line(Process.this()))
        self._file.truncate()  # after writing: who reads in between finds one process or the other, not nobody
        return self

    def __exit__(self, *_):
        for path in (self.ready_path, self.path):
            with contextlib.suppress(OSError):
                path.unlink()
        self._file.close()

    def ready(self, *words):
        """Say that the service is up; the file appears at once and whole."""
        beside = self.ready_path.with_suffix(".ready-")
        beside.write_text(_line(Process.this(), *words))
        beside.replace(self.ready_path)

    def _locked(self):
        file = os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(file.fileno()).st_ino == self.path.stat().st_ino:  # not one that was just unlinked
                self._file = file
                return True
        except (BlockingIOError, FileNotFoundError):
            pass
        file.close()
        return False


def read(path) -> Process | None:
    """Who a pid file or ready file names; None: there is no such file, or it is not whole."""
    try:
        pid, start, host = Path(path).read_text().split()[:3]
        return Process(int(pid), int(start), host)
    except (OSError, ValueError):
        return None


def _line(process, *words):
    return " ".join(map(str, (process.pid, process.start, process.host, *words))) + "\n"
