"""Processes by descent: all that a process has started, also what went on to be nobody's child."""

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from stormtracks.process import start_time

Processes = dict[int, int]
"""Pid -> when the process started, in ticks since boot: pids are used again."""

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_AGAIN_SECONDS = 0.01


def adopt() -> None:
    """Be the parent of every descendant whose own parent ends: a daemon's double fork leads no further than here."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_with_parent() -> None:
    """Have the kernel kill this process when its parent ends, also while it is in a call of C."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def any_child() -> bool:
    """Whether this process has a child, dead or alive. One that adopts has no descendant if it has no child."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def descendants(pids: Iterable[int], spare: Iterable[int] = ()) -> Processes:
    """The living processes that descend from some others, without those, and without `spare` and its descendants."""
    roots = set(pids)
    parents = {pid: int(fields[1]) for pid in all_pids() if (fields := stat(pid))}
    found: set[int] = set()
    apart = roots | set(spare)
    grown = roots
    while grown:
        grown = {pid for pid, parent in parents.items() if parent in grown} - found - apart
        found |= grown
    return _alive(found)


def carrying(variable: str) -> Processes:
    """The living processes that were started with ``NAME=VALUE`` in their environment, as far as we may read it."""
    mark = variable.encode()
    found = set()
    for pid in all_pids():
        with contextlib.suppress(OSError):
            if mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
                found.add(pid)
    return _alive(found)


def kill(find: Callable[[], Processes], seconds: float = 5.0) -> tuple[Processes, Processes]:
    """Kill what `find` finds, again and again until it finds nothing: a process may start others until it is dead.

    Parameters
    ----------
    find : callable
        Returns processes; never this one.
    seconds : float
        How long to try; a process in an uninterruptible wait does not end.

    Returns
    -------
    tuple of dict
        Those that were found, and those of them that still are there.
    """
    killed: Processes = {}
    end = time.monotonic() + seconds
    while (found := find()) and (not killed or time.monotonic() < end):
        if killed:
            time.sleep(_AGAIN_SECONDS)
        killed |= found
        send(found, signal.SIGKILL)
    return killed, found


def end_own(spare: Iterable[int] = ()) -> tuple[Processes, Processes]:
    """Kill and bury what descends from this process, which adopts, but for `spare` and its descendants; as `kill`."""
    here, spare = os.getpid(), set(spare)
    killed, left = kill(lambda: descendants([here], spare))
    for pid in all_pids():
        fields = stat(pid) if pid not in spare else []
        if fields and fields[0] == "Z" and int(fields[1]) == here:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
    return killed, left


def send(processes: Processes, number: int) -> None:
    """Send a signal to those of the processes that still run."""
    for pid, start in processes.items():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if start_time(pid) == start:
                os.kill(pid, number)


def stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name, which may hold anything: state, parent, ...; none: it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def all_pids() -> list[int]:
    """Every process that this one may see."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208 - names are all it takes


def _alive(pids: Iterable[int]) -> Processes:
    return {pid: start for pid in pids if (start := start_time(pid))}
