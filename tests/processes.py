"""Looking at processes, and waiting for what they do."""

import time
from pathlib import Path


def wait_for(condition, seconds=60.0, what="what was waited for"):
    """The condition's first true value; a failure of the test when there is none in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come within {seconds:g} s")  # not pytest's own: a soak waits too


def alive(pid):
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def children(pid):
    """Pids of a process's children."""
    return [int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit() and _parent(one.name) == pid]


def _parent(pid):
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0
