"""What a process of the cluster leaves on its host's disk, so that others can find it, prove its identity, and end it.

A pid alone proves nothing: pids are used again. So the file is locked for as long as its process lives (the lock goes
with the process, however it ends), and beside the pid it has the time at which the process started. Where the file
system cannot lock, the file itself is the claim, for as long as that process runs.
"""

import contextlib
import functools
import logging
import os
import socket
import time
from pathlib import Path

from stormtracks import disk, private
from stormtracks.errors import StormtracksError
from stormtracks.paths import state_folder
from stormtracks.process import Process

log = logging.getLogger(__name__)

MARK = "STORMTRACKS_WORKER"
"""The variable that `fab` starts a worker with, the path of the pid file; the worker's children inherit it."""
LOCK_SECONDS = 1.0
"""A process that only looks whether the lock is free holds it for an instant; a start waits for that."""


SETTLE_SECONDS = 0.2
"""How long a claim without a lock takes at least: whoever had looked before has taken the name or given up by then."""
_LOOKS = 5
_CLAIMS = 3
"""Attempts to take a file whose process has ended: others may be at it too."""


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
    """Pid file of a worker of this host: that of one that runs, whatever the host was called when it was started."""
    usual = host_folder() / f"worker-{name}.pid"
    others = sorted(state_folder().glob(f"*/{usual.name}"))
    return next((path for path in (usual, *others) if (found := read(path)) and found.runs()), usual)


class PidFile:
    """A locked file that says which process this is; a context manager.

    Its text is ``PID START HOST/BOOT``. `ready` writes the same and more words into the file of the same name that ends
    in ``.ready``; both are removed when the process ends as it should.

    Raises
    ------
    AlreadyRunning
        On entering: another process holds the file.
    private.NotOurs, private.StateUnwritable
        On entering: its folder is another user's, or cannot be written.
    """

    def __init__(self, path: str | os.PathLike) -> None:
        self.path = Path(path)
        self.ready_path = self.path.with_suffix(".ready")
        self._lock: disk.Lock | None = None

    def __enter__(self) -> "PidFile":
        with private.writing_state(self.path.parent):
            private.folder(self.path.parent, private.STATE_REMEDY)
            self._take()
            self.ready_path.unlink(missing_ok=True)
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
        with private.writing_state(self.path.parent):
            disk.write_whole(self.ready_path, _line(*words), durable=False)

    def _take(self) -> None:
        try:
            self._lock = disk.lock(self.path, patience=LOCK_SECONDS)
        except disk.NoLocks as error:
            log.warning("%s. Continuing without a lock: the file tells who runs", error)
            self._claim()
            return
        if self._lock is None:
            raise _already_running(self.path)
        self._lock.write(_line())

    def _claim(self) -> None:
        """Create the file with its text at once, unless the process that one names runs."""
        with disk.beside(self.path) as new:
            new.write_text(_line())
            for _ in range(_CLAIMS):
                with contextlib.suppress(FileExistsError):
                    os.link(new, self.path)  # unlike a rename, a link never replaces
                    if self._is_kept(new):
                        return
                    break
                found = read(self.path)
                if found is not None and found.runs():
                    break
                self._remove_stale(found)
        raise _already_running(self.path)

    def _is_kept(self, new: Path) -> bool:
        """Whether the name is still this claim's after a moment.

        Who removes a stale file may have this one aside for an instant, in which another can take the name.
        """
        for _ in range(_LOOKS):
            time.sleep(SETTLE_SECONDS)
            with contextlib.suppress(FileNotFoundError):
                return self.path.samefile(new)
        return False

    def _remove_stale(self, stale: Process | None) -> None:
        """Remove the file of a process that has ended, but not one that took its name a moment ago."""
        with disk.beside(self.path) as aside, contextlib.suppress(FileNotFoundError):
            self.path.rename(aside)
            if read(aside) != stale:
                with contextlib.suppress(FileExistsError):
                    os.link(aside, self.path)


def read(path: str | os.PathLike) -> Process | None:
    """The process that a pid file or ready file names; None: there is none that is whole and that only we can write.

    One that was started since this machine's last boot has this machine's name, also where that was changed meanwhile.
    """
    try:
        with private.open_file(path) as file:
            pid, start, place = file.read().decode().split()[:3]
        host, _, boot = place.partition("/")
        return Process(int(pid), int(start), socket.gethostname() if boot and boot == _boot() else host)
    except (OSError, ValueError, private.NotOurs):
        return None


def _line(*words: object) -> str:
    process = Process.this()
    place = f"{process.host}/{_boot()}" if _boot() else process.host
    return " ".join(map(str, (process.pid, process.start, place, *words))) + "\n"


@functools.cache
def _boot() -> str:
    """What tells one boot of one machine from all others, unlike its name; empty where that is not known."""
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return ""


def _already_running(path: Path) -> AlreadyRunning:
    running = read(path)
    pid = running.pid if running else "?"
    return AlreadyRunning(f"already running: pid {pid} ({path}); use it, or stop it first", running)
