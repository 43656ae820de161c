"""Start a service that outlives its starter, and wait until it says that it is ready."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from stormtracks import private
from stormtracks.errors import StormtracksError
from stormtracks.process import Process

POLL_SECONDS = 0.02
ASK_AFTER_SECONDS = 2.0
LAST_LINES = 15
_BYTES_PER_LINE = 400


class NotStarted(StormtracksError):
    """A service that ended, or that was ended because it was not ready in time.

    Attributes
    ----------
    reason : str
    log : list of str
        The last lines that it wrote.
    """

    def __init__(self, name: str, reason: str, path: Path, log: list[str]) -> None:
        message = f"the {name} did not start: {reason}"
        super().__init__("\n".join([f"{message}; the last lines of {path}:", *log]) if log else message)
        self.reason = reason
        self.log = log


def start(
    name: str,
    command: Sequence[str],
    log: Path,
    *,
    ready: Callable[[], Process | None],
    environment: Mapping[str, str],
    seconds: float,
    hopeless: Callable[[], str | None] = lambda: None,
) -> Process:
    """Start a service in a session of its own and wait until it is ready.

    Parameters
    ----------
    name : str
        For messages.
    command : list of str
    log : Path
        Where its output is appended.
    ready : callable
        Asked again and again for the process that says that it is ready; that of an earlier start does not count.
    environment : mapping
        Added to this process's own.
    seconds : float
        Time until it must be ready.
    hopeless : callable, optional
        Asked once, when a service that can start mostly has: why it cannot become ready, or None.

    Raises
    ------
    NotStarted
        Nothing of the session that was started is left.
    private.NotOurs, private.StateUnwritable
        The folder of the log.
    """
    with private.writing_state(log.parent):
        private.folder(log.parent)
        private.check_room(log.parent)  # on a full disk its log could not say why it does not start
    before = log.stat().st_size if log.exists() else 0
    with log.open("ab") as file:
        # A session of its own and nothing open of ours: it outlives an SSH session whatever the login shell is.
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
            env={**os.environ, **environment},
        )
    found = _wait(child, ready, seconds, hopeless)
    if isinstance(found, Process):
        return found
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    raise NotStarted(name, found, log, last_lines(log, LAST_LINES, before))


def last_lines(path: Path, count: int, start: int = 0) -> list[str]:
    """The last lines of what a file has from byte `start` on; none where there is no file."""
    if not path.exists():
        return []
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(start, size - count * _BYTES_PER_LINE))
        return file.read().decode(errors="backslashreplace").splitlines()[-count:]


def _wait(
    child: subprocess.Popen, ready: Callable[[], Process | None], seconds: float, hopeless: Callable[[], str | None]
) -> Process | str:
    """The service once it is ready, or why it is not."""
    began = time.monotonic()
    asked = False
    while time.monotonic() - began < seconds:
        service = ready()
        if service and service.pid == child.pid and service.runs():
            return service
        if child.poll() is not None:
            return f"ended with exit status {child.returncode}"
        if not asked and time.monotonic() - began > ASK_AFTER_SECONDS:
            asked = True
            if fault := hopeless():
                return fault
        time.sleep(POLL_SECONDS)
    return f"not ready after {seconds:g} s"
