"""Processes of the cluster on this machine, started beside a command and ended by proven identity."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from stormtracks.errors import BadValue
from stormtracks.pyro_cluster import pidfile

READY_SECONDS = 20.0
END_SECONDS = 10.0
NAMESERVER = "stormtracks.pyro_cluster.pyro_nameserver"
WORKER = "stormtracks.pyro_cluster.pyro_worker"


def start(module, arguments, pid_path, log):
    """Start a service in a session of its own and wait until it is ready.

    Parameters
    ----------
    module : str
        What `python -m` runs.
    arguments : list of str
    pid_path : Path
        Its pid file; see `pidfile.PidFile`.
    log : Path
        Where its output goes, appended.

    Returns
    -------
    process.Process

    Raises
    ------
    ValueError
        It ended at once, or is not ready in time; the message has the last lines of its log.
    """
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    begins = log.stat().st_size if log.exists() else 0
    words = [sys.executable, "-m", module, *map(str, arguments)]
    place = str(Path(__file__).resolve().parents[2])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [place, os.environ.get("PYTHONPATH")]))}
    with log.open("ab") as file:
        child = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True, env=environment
        )
    ready, deadline = pid_path.with_suffix(".ready"), time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        process = pidfile.read(ready)
        if process and process.pid == child.pid:
            return process
        time.sleep(0.02)
    child.kill()
    child.wait()
    raise BadValue(f"{module.rpartition('.')[2]} did not start; the end of {log}:\n{_tail(log, begins)}")


def end(process):
    """End a process that is proven to be the one meant: TERM, then KILL; whether it had to be killed."""
    for number, patience in ((signal.SIGTERM, END_SECONDS), (signal.SIGKILL, END_SECONDS)):
        if not process.runs():
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, number)
        deadline = time.monotonic() + patience
        while process.runs() and time.monotonic() < deadline:
            time.sleep(0.02)
    return True


@contextlib.contextmanager
def service(module, arguments, pid_path, log):
    """A service for as long as the block lasts."""
    process = start(module, arguments, pid_path, log)
    try:
        yield process
    finally:
        end(process)


def _tail(log, begins):
    with log.open("rb") as file:
        file.seek(begins)
        return "\n".join(file.read().decode(errors="replace").splitlines()[-12:])
