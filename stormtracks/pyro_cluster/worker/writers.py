"""Which runs write into the results folder now: results of one kind at a time.

Each run that writes has a file in FOLDER/.runs, with its name and who manages it, so that the workers of other hosts
see it too where the folder is shared. It is renewed while the run lives and removed with it; one that is not renewed
any more, or whose worker has ended, does not count.
"""

import contextlib
import hashlib
import json
import logging
import os
import random
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from stormtracks import disk
from stormtracks.process import Process

log = logging.getLogger(__name__)

FOLDER = ".runs"
RENEW_SECONDS = 10.0
STALE_SECONDS = 60.0
"""A file that another host has not renewed for so long is of a worker that is gone."""
LOOKED_AT = 20
"""Files of runs of the same kind that a run which begins looks at, to remove those of workers that are gone: of a queue
there may be a thousand at a time, and over the weeks thousands that were killed."""
_NAME = re.compile(r"(?P<kind>[0-9a-f]{16})~(?P<host>[^~/]+)~(?P<pid>\d+)~(?P<start>\d+)\.json")


class Kind(NamedTuple):
    """Results of one kind in one folder: those of one task, made with the same settings.

    Attributes
    ----------
    folder : str
    task : str
    made_from : str
        A hash of what the results depend on.
    """

    folder: str
    task: str
    made_from: str

    @classmethod
    def of(cls, folder: str, task: str, made_from: Mapping[str, Any]) -> "Kind":
        """The kind of results that are made from plain values: settings, and the data set's description."""
        text = json.dumps(made_from, sort_keys=True, default=str)
        return cls(folder, task, hashlib.sha256(text.encode()).hexdigest()[:16])


@dataclass(eq=False)
class _Writing:
    """One run that writes: alive while a connection of its manager is open, or a task of it is under way."""

    kind: Kind
    run: str
    who: str
    connections: set[Any] = field(default_factory=set)
    tasks: int = 0
    file: Path | None = None
    renewed: float = 0.0  # monotonic

    def lives(self) -> bool:
        self.connections = {one for one in self.connections if _is_open(one)}
        return bool(self.connections) or self.tasks > 0


class Writers:
    """The runs that write through one worker."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._writings: list[_Writing] = []

    def enter(self, kind: Kind, run: str, who: str = "", connection: Any = None) -> str:
        """Note that a run writes; the reason where it may not, because another one does, with other settings.

        Parameters
        ----------
        kind : Kind
        run, who : str
            The run's name, and whose it is.
        connection : object, optional
            That the run's manager has opened; with it the run ends. Has a ``sock``.
        """
        with self._lock:
            reason, writing = self._entered(kind, run, who)
            if writing and connection is not None:
                writing.connections.add(connection)
            return reason

    def begin(self, kind: Kind, run: str, connection: Any = None) -> str:
        """A task begins: as `enter`, and the run lives on at least until `end`."""
        with self._lock:
            reason, writing = self._entered(kind, run, "")
            if writing:
                writing.tasks += 1
                if connection is not None:
                    writing.connections.add(connection)
            return reason

    def end(self, kind: Kind) -> None:
        """A task that began has ended."""
        with self._lock:
            for writing in self._writings:
                writing.tasks -= writing.kind == kind

    def renew(self) -> None:
        """Show that the runs that write still do, and forget those that have ended; to be called every few seconds."""
        with self._lock:
            self._sweep()
            for writing in self._writings:
                if writing.file and time.monotonic() - writing.renewed > RENEW_SECONDS:
                    with contextlib.suppress(OSError):
                        os.utime(writing.file)
                    writing.renewed = time.monotonic()

    def any(self) -> bool:
        """Whether any run writes."""
        with self._lock:
            return bool(self._writings)

    def close(self) -> None:
        """Forget all."""
        with self._lock:
            for writing in self._writings:
                _withdraw(writing)
            self._writings.clear()

    def _entered(self, kind: Kind, run: str, who: str) -> tuple[str, _Writing | None]:
        self._sweep()
        for one in self._writings:
            if one.kind[:2] == kind[:2] and one.kind != kind:
                return _reason(kind.folder, one.run, one.who), None
        writing = next((one for one in self._writings if one.kind == kind), None)
        if writing is None:
            writing = _Writing(kind, run, who)
            self._publish(writing)  # before the others are looked at: of two at the same time both are refused
            if reason := _elsewhere(writing):
                _withdraw(writing)
                return reason, None
            self._writings.append(writing)
        return "", writing

    def _publish(self, writing: _Writing) -> None:
        here = Process.this()
        name = f"{writing.kind.made_from}~{here.host}~{here.pid}~{here.start}.json"
        place = Path(writing.kind.folder) / FOLDER / name
        about = {"task": writing.kind.task, "run": writing.run, "who": writing.who}
        try:
            disk.write_whole(place, json.dumps(about), durable=False)
            writing.file = place
            writing.renewed = time.monotonic()
        except OSError as error:  # on a full disk, say: this worker's own runs are kept apart all the same
            log.warning("%s cannot be written: %s", place, error.strerror or error)

    def _sweep(self) -> None:
        for writing in [one for one in self._writings if not one.lives()]:
            _withdraw(writing)
            self._writings.remove(writing)


def _elsewhere(writing: _Writing) -> str:
    """The reason where a worker of another process writes results of another kind there."""
    if writing.file is None:
        return ""
    with contextlib.suppress(OSError):
        now = writing.file.stat().st_mtime  # by the clock that the other files' times are of
        there = [(path, found) for path in writing.file.parent.iterdir() if (found := _NAME.fullmatch(path.name))]
        alike = [one for one in there if one[1]["kind"] == writing.kind.made_from and one[0] != writing.file]
        for path, found in random.sample(alike, min(LOOKED_AT, len(alike))):
            _about(path, found, now)
        for path, found in sorted(there, key=lambda one: one[0]):
            if found["kind"] != writing.kind.made_from:
                about = _about(path, found, now)
                if about and about.get("task") == writing.kind.task:
                    return _reason(writing.kind.folder, str(about.get("run")), str(about.get("who")))
    return ""


def _about(path: Path, found: re.Match, now: float) -> dict[str, Any] | None:
    """What a file of another worker says; None, and the file is removed, where that worker is gone."""
    with contextlib.suppress(OSError, ValueError):
        other, here = Process(int(found["pid"]), int(found["start"]), found["host"]), Process.this()
        lives = other.runs() if other.host == here.host else now - path.stat().st_mtime < STALE_SECONDS
        if lives:
            about = json.loads(path.read_text())
            return about if isinstance(about, dict) else None
        path.unlink()
    return None


def _reason(folder: str, run: str, who: str) -> str:
    by = f" ({who})" if who else ""
    return (
        f"run {run}{by} writes results of other settings into {folder} now; wait until it has ended, or choose another "
        "folder with --results"
    )


def _withdraw(writing: _Writing) -> None:
    if writing.file:
        with contextlib.suppress(OSError):
            writing.file.unlink()
        with contextlib.suppress(OSError):  # not empty: others write
            writing.file.parent.rmdir()


def _is_open(connection: Any) -> bool:
    sock = getattr(connection, "sock", None)
    return sock is not None and sock.fileno() >= 0
