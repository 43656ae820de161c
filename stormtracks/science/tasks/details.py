"""What a task says when it is done, in plain values: for a command here, or for a manager far away."""

import time
from pathlib import Path
from typing import Literal, TypedDict

import numpy as np

from stormtracks.label import Label
from stormtracks.science import reading, remarks, results
from stormtracks.science.records import Matches
from stormtracks.science.results import Header


class Miss(TypedDict):
    """A best track that no track matches."""

    sid: str
    name: str


class Hit(Miss):
    """A best track and the track that matches it."""

    track_id: int
    common_times: int
    mean_distance_km: float


class Details(TypedDict):
    """What a command or a manager wants to know of a task that was done, in plain values.

    A task that does not look at best tracks has no `matches` and no `misses`; `counts` have names of the task's own.
    """

    year: Label
    ensemble_member: int
    member_label: str
    task: str
    status: Literal["complete"]
    skipped: bool
    path: str
    recipe: str
    digest: str
    counts: dict[str, float]
    matches: list[Hit]
    misses: list[Miss]
    remarks: list[str]
    seconds: float
    cpu_seconds: float
    read_seconds: float


class Clock:
    """Seconds since it was created: on the wall, of this process's CPU, and how long it has read input."""

    def __init__(self) -> None:
        self.wall = time.perf_counter()
        self.cpu = time.process_time()
        self.read = reading.seconds()

    def spent(self) -> dict[str, float]:
        """All three, as provenance names them."""
        return {
            "seconds": time.perf_counter() - self.wall,
            "cpu_seconds": time.process_time() - self.cpu,
            "read_seconds": reading.seconds() - self.read,
        }


def of(
    header: Header, saved: tuple[Path, str], clock: Clock, *, skipped: bool, matches: Matches | None = None
) -> Details:
    """What is said of a result.

    Parameters
    ----------
    header : Header
    saved : (Path, str)
        Its file, and the SHA-256 of that.
    clock : Clock
        Since the task began.
    skipped : bool
        Whether it was there already.
    matches : Matches, optional
        None where the task does not match anything.
    """
    path, digest = saved
    spent = clock.spent()
    return {
        "year": header.year,
        "ensemble_member": header.ensemble_member,
        "member_label": header.member_label,
        "task": header.task,
        "status": "complete",
        "skipped": skipped,
        "path": str(path),
        "recipe": results.fingerprint(header.provenance),
        "digest": digest,
        "counts": header.counts,
        "matches": _hits(matches) if matches else [],
        "misses": _misses(matches) if matches else [],
        "remarks": list(remarks.of(header.provenance)),
        "seconds": spent["seconds"],
        "cpu_seconds": spent["cpu_seconds"],
        "read_seconds": spent["read_seconds"],
    }


def _hits(matches: Matches) -> list[Hit]:
    return [
        {
            "sid": str(matches.sid[row]),
            "name": str(matches.name[row]),
            "track_id": int(matches.track[row]),
            "common_times": int(matches.common_times[row]),
            "mean_distance_km": round(float(matches.mean_distance_km[row]), 1),
        }
        for row in np.flatnonzero(matches.hit)
    ]


def _misses(matches: Matches) -> list[Miss]:
    return [{"sid": str(matches.sid[row]), "name": str(matches.name[row])} for row in np.flatnonzero(~matches.hit)]
