"""Which processes are a worker's: proved by a lock that only it can hold, or by a mark that only it can hand down."""

import contextlib
import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path

from stormtracks import disk, lineage
from stormtracks.process import Process, start_time
from stormtracks.pyro_cluster import pidfile


def holder(pid_file: Path) -> Process | None:
    """The service that lives and holds this pid file's lock; a pid that is merely written there proves nothing.

    Where the file system cannot lock, the process must be ours, be named with its start, and run our code.
    """
    held = disk.held(pid_file)
    found = pidfile.read(pid_file)
    if held is False or found is None or not found.runs() or _owner(found.pid) != os.geteuid():
        return None
    return found if held or _runs_our_code(found.pid) else None


def family(pid_file: Path) -> dict[int, int]:
    """The processes of a worker, also those that outlived it: pid -> when it started (ticks since boot).

    They are ours because they hold the lock, descend from its holder, or carry the mark in the environment that they
    were started with, which can be read of one's own processes only.
    """
    worker = holder(pid_file)
    found = lineage.carrying(f"{pidfile.MARK}={pid_file}") | ({worker.pid: worker.start} if worker else {})
    found |= lineage.descendants(found)
    found.pop(os.getpid(), None)
    return found


def running(processes: dict[int, int]) -> dict[int, int]:
    """Those of the processes (pid -> start) that still run, not others that got their numbers."""
    return {pid: start for pid, start in processes.items() if start_time(pid) == start}


def age(process: Process) -> float:
    """Seconds since a process started."""
    return float(Path("/proc/uptime").read_text().split()[0]) - process.start / os.sysconf("SC_CLK_TCK")


def memory_mb(pids: Iterable[int]) -> float:
    """Memory in use by processes, MB (10^6 bytes); a page that several share is divided among them."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError, StopIteration):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += int(next(line for line in lines if line.startswith("Pss:")).split()[1])
    return round(total * 1024 / 1e6, 1)


def wait_gone(processes: dict[int, int], seconds: float) -> dict[int, int]:
    """Wait until the processes (pid -> start) have ended; returns those that have not in time."""
    end = time.monotonic() + seconds
    while (left := running(processes)) and time.monotonic() < end:
        time.sleep(0.05)
    return left


def kill(processes: dict[int, int], seconds: float = 5.0) -> dict[int, int]:
    """End processes (pid -> start) for good; returns those that even this did not end (in an uninterruptible wait)."""
    lineage.send(processes, signal.SIGKILL)
    return wait_gone(processes, seconds)


def _runs_our_code(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return b"stormtracks" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def _owner(pid: int) -> int | None:
    try:
        return Path(f"/proc/{pid}").stat().st_uid
    except OSError:
        return None
