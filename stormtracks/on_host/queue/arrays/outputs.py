"""What the jobs of an entry write: a file for each, called after the job."""

import contextlib
import re
from collections.abc import Iterable
from pathlib import Path

from stormtracks.detached import last_lines

SUFFIX = ".log"
MOST_FILES = 100
"""Outputs of ended jobs that are kept."""
_HEAD_BYTES = 2**25
"""A worker that registers says so soon after its start, but behind whatever lines of `setup` have written."""
_READY = re.compile(rb"worker \S+ ready: pid \d+")


def path_of(folder: Path, job: str) -> Path:
    """The file of a job, as `Wanted.output` has it."""
    return folder / f"{job}{SUFFIX}"


def written(folder: Path) -> list[Path]:
    """The files of all jobs that have written something, the one that was written last at the end."""
    found = []
    with contextlib.suppress(FileNotFoundError):
        for path in folder.glob(f"*{SUFFIX}"):
            with contextlib.suppress(OSError):
                found.append((path.stat().st_mtime, path))
    return [path for _, path in sorted(found)]


def has_registered(path: Path) -> bool:
    """Whether the worker of the job that wrote a file has ever registered at the nameserver, as its log says."""
    try:
        with path.open("rb") as file:
            return bool(_READY.search(file.read(_HEAD_BYTES)))
    except OSError:
        return False


def ending(path: Path, lines: int = 3) -> list[str]:
    """The last lines that a job wrote."""
    with contextlib.suppress(OSError):
        return [line[:500] for line in last_lines(path, lines) if line.strip()]
    return []


def sweep(folder: Path, alive: Iterable[Path]) -> None:
    """Remove all but the newest files, and none of jobs that are not over."""
    kept = set(alive)
    for path in [one for one in written(folder) if one not in kept][:-MOST_FILES]:
        with contextlib.suppress(OSError):
            path.unlink()
