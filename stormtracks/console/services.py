"""Processes of the cluster on this machine, started beside a command and ended by proven identity."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from stormtracks.errors import StormtracksError
from stormtracks.process import Process
from stormtracks.pyro_cluster import pidfile

READY_SECONDS = 20.0
END_SECONDS = 10.0
LAST_LINES = 12
NAMESERVER = "stormtracks.pyro_cluster.pyro_nameserver"
WORKER = "stormtracks.pyro_cluster.pyro_worker"


class NotStarted(StormtracksError):
    """A process that ended at once, or is not ready in time; the message has the last lines of its log."""


def start(module: str, arguments: Sequence[object], pid_path: Path, log: Path) -> Process:
    """Start a service in a session of its own and wait until it is ready.

    Parameters
    ----------
    module : str
        What `python -m` runs.
    arguments : sequence
        Each is turned into text.
    pid_path : Path
        Its pid file; see `pidfile.PidFile`.
    log : Path
        Where its output goes, appended.

    Raises
    ------
    NotStarted
    """
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    begins = log.stat().st_size if log.exists() else 0
    child = _launched(module, arguments, log)
    ready, deadline = pid_path.with_suffix(".ready"), time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        process = pidfile.read(ready)
        if process and process.pid == child.pid:
            return process
        time.sleep(0.02)
    child.kill()
    child.wait()
    name = module.rpartition(".")[2]
    raise NotStarted(f"{name} did not start; the last lines of its log {log}:\n{_tail(log, begins)}")


def end(process: Process) -> bool:
    """End a process that is proven to be the one meant: TERM, then KILL.

    Returns
    -------
    bool
        Whether it had to be killed.
    """
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not process.runs():
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, number)
        deadline = time.monotonic() + END_SECONDS
        while process.runs() and time.monotonic() < deadline:
            time.sleep(0.02)
    return True


@contextlib.contextmanager
def service(module: str, arguments: Sequence[object], pid_path: Path, log: Path) -> Iterator[Process]:
    """A service for as long as the block lasts."""
    process = start(module, arguments, pid_path, log)
    try:
        yield process
    finally:
        end(process)


def _launched(module: str, arguments: Sequence[object], log: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", module, *map(str, arguments)]
    package = str(Path(__file__).resolve().parents[2])  # the child must import this very code
    found = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    with log.open("ab") as file:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": found},
        )


def _tail(log: Path, begins: int) -> str:
    with log.open("rb") as file:
        file.seek(begins)
        return "\n".join(file.read().decode(errors="replace").splitlines()[-LAST_LINES:])
