"""Processes of the cluster on this machine, started beside a command and ended by proven identity."""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from stormtracks import detached
from stormtracks.process import Process
from stormtracks.pyro_cluster import pidfile

READY_SECONDS = 20.0
END_SECONDS = 10.0
NAMESERVER = "stormtracks.pyro_cluster.pyro_nameserver"
WORKER = "stormtracks.pyro_cluster.pyro_worker"


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
    detached.NotStarted
        It ended at once, or is not ready in time; the message has the last lines of its log.
    """
    command = [sys.executable, "-m", module, *map(str, arguments)]
    package = str(Path(__file__).resolve().parents[2])  # the child must import this very code
    found = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    return detached.start(
        module.rpartition(".pyro_")[2],
        command,
        log,
        ready=lambda: pidfile.read(pid_path.with_suffix(".ready")),
        environment={"PYTHONPATH": found},
        seconds=READY_SECONDS,
    )


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
