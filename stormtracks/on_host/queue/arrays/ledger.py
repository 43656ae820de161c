"""What is known of an entry's arrays, in a file of this account's state that proves itself; one process at a time."""

import contextlib
import dataclasses
import hashlib
import json
import secrets
import socket
import time
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from stormtracks import disk, private, sealed
from stormtracks.errors import StormtracksError
from stormtracks.process import Process
from stormtracks.pyro_cluster import pidfile
from stormtracks.queues.job import Job

KIND = "queue 1"
LOCK_SECONDS = 90.0
"""A submission may take a minute."""
POLL_SECONDS = 0.05
ELSEWHERE_SECONDS = 60.0
"""So long does a claim of another login node count: where locks hold on one host only, it is all that there is."""
MOST_ENDED = 100
MOST_PAST = 1000
ASKED = (
    *("slots", "time", "partition", "account", "setup", "options", "memory_limit_mb", "env", "prefix", "bind"),
    *("code", "python", "data", "dataset", "best_tracks", "results", "scratch", "tasks", "tasks_per_slot", "grace"),
    *("idle_exit", "memory_pause_percent", "memory_end_percent", "nameserver", "version"),
)
"""Keys of a request that decide what a job becomes."""


class LedgerDamaged(StormtracksError):
    """The file cannot be believed; the message says how to start anew without leaving jobs behind."""


class LedgerTaken(StormtracksError):
    """Another command of ours has the file for longer than any should."""


@dataclass
class Array:
    """One submission.

    Attributes
    ----------
    id : str
        As the queue calls it.
    jobs : int
    at : float
        When it was submitted, in s since 1970.
    asked : dict
        Key of `ASKED` -> hash of its value, to tell whether jobs are what they would be now.
    version : str
        Of the code.
    ended : float or None
        Since when none of its jobs is pending or running, in s since 1970.
    """

    id: str
    jobs: int
    at: float
    asked: dict[str, str] = field(default_factory=dict)
    version: str = ""
    ended: float | None = None


@dataclass
class Ledger:
    """All that is known of one entry.

    Attributes
    ----------
    mark : str
        What its jobs carry.
    wanted : bool
        From `fab start-workers` to `fab stop-workers`.
    arrays : list of Array
        Those whose jobs may still be listed.
    past : list of str
        Arrays that are not asked for any more, though the queue may list them where all jobs are asked for.
    jobs : dict
        id -> job as it was last listed; of those that ended, the newest.
    attempt : Array or None
        A submission whose answer is not recorded yet: it may or may not have been taken.
    doubt : Array or None
        A submission that was given up, since the queue did not list it in time: overloaded, it may take it later still.
    strikes : list of str
        Jobs that ended, one after the other, before a worker had registered.
    halted : list of str
        Jobs that somebody has cancelled, though not by `fab stop-workers`, so that none is left.
    refused : list or None
        When the queue last refused a submission of `keep` (s since 1970), and why.
    missing : dict
        Job that was not over -> since when the queue has not listed it, in s since 1970.
    registered : list of str
        Jobs whose worker has been registered: their outputs need not be looked through again.
    probe : str
        Array of a job that only looks at a node, until it is known to have ended.
    """

    mark: str = field(default_factory=lambda: f"stormtracks-{secrets.token_hex(8)}")
    wanted: bool = False
    arrays: list[Array] = field(default_factory=list)
    past: list[str] = field(default_factory=list)
    jobs: dict[str, Job] = field(default_factory=dict)
    attempt: Array | None = None
    doubt: Array | None = None
    strikes: list[str] = field(default_factory=list)
    halted: list[str] = field(default_factory=list)
    refused: tuple[float, str] | None = None
    missing: dict[str, float] = field(default_factory=dict)
    registered: list[str] = field(default_factory=list)
    probe: str = ""

    def listed(self, *states: Literal["pending", "running", "ending", "ended"]) -> list[Job]:
        """The jobs that were last listed in one of these states."""
        return [job for job in self.jobs.values() if job.state in states]

    def forget_old(self, listed: Container[str], seconds: float = 600.0) -> None:
        """Forget arrays that ended long ago, and all but the newest of the ended jobs that the queue lists no more."""
        old = [one for one in self.arrays if one.ended is not None and time.time() - one.ended >= seconds]
        self.arrays = [one for one in self.arrays if one not in old]
        self.past = [*self.past, *(one.id for one in old)][-MOST_PAST:]
        over = [job for job in self.listed("ended") if job.id not in listed]  # others would be news the next time
        ended = sorted(over, key=lambda job: job.end or 0.0, reverse=True)
        for job in ended[MOST_ENDED:]:
            del self.jobs[job.id]
        self.registered = [job for job in self.registered if job in self.jobs]


def asked(request: Mapping[str, Any]) -> dict[str, str]:
    """Key -> hash of what a request says of a job. Hashes, since what `env` has is nobody else's business."""
    return {
        key: hashlib.blake2b(json.dumps(request.get(key), sort_keys=True).encode(), digest_size=8).hexdigest()
        for key in ASKED
    }


def output_folder(entry: str) -> Path:
    """Where the jobs of an entry write: one file per job."""
    return private.state("queues", entry)


@contextlib.contextmanager
def opened(entry: str) -> Iterator[tuple[Ledger, "Saver"]]:
    """An entry's ledger and what saves it, while no other process has it.

    Raises
    ------
    LedgerDamaged, LedgerTaken
    private.NotOurs, private.StateUnwritable
        The folder of the state.
    """
    folder = private.state("queues")
    with _alone(folder / f"{entry}.lock", entry):
        path = folder / f"{entry}.json"
        ledger = read(entry)
        yield ledger, Saver(path, ledger)


def read(entry: str) -> Ledger:
    """The ledger as it was last saved, for who only wants to know; a new one where there is none."""
    path = private.state("queues") / f"{entry}.json"
    try:
        with private.open_file(path) as file:
            return _ledger(sealed.opened(KIND, file.read().decode()))
    except FileNotFoundError:
        return Ledger()
    except (sealed.Unproven, TypeError, KeyError, UnicodeDecodeError) as error:
        raise LedgerDamaged(
            f"{path} {error if isinstance(error, sealed.Unproven) else 'is of another format'}: cancel the jobs called "
            f"{entry} by hand, if there are any, and remove the file"
        ) from error


class Saver:
    """Saves a ledger, whole and durable: a submission is written down before it is made."""

    def __init__(self, path: Path, ledger: Ledger) -> None:
        self._path, self._ledger = path, ledger

    def __call__(self) -> None:
        with private.writing_state(self._path.parent):
            disk.write_whole(self._path, sealed.sealed(KIND, dataclasses.asdict(self._ledger), indent=1), mode=0o600)


@contextlib.contextmanager
def _alone(path: Path, entry: str) -> Iterator[None]:
    until = time.monotonic() + LOCK_SECONDS
    while True:
        with contextlib.ExitStack() as stack:
            try:
                if holder := _elsewhere(path):
                    raise pidfile.AlreadyRunning(f"{holder.host} has it", holder)
                stack.enter_context(pidfile.PidFile(path))  # which also works where the file system cannot lock
            except pidfile.AlreadyRunning as error:
                if time.monotonic() < until:
                    time.sleep(POLL_SECONDS)
                    continue
                pid = error.process.pid if error.process else "?"
                raise LedgerTaken(
                    f"another command has been at the queue for {entry} for {LOCK_SECONDS:g} s (pid {pid}, {path}): "
                    "wait for it, or end it"
                ) from error
            yield
            return


def _elsewhere(path: Path) -> Process | None:
    """The process of another login node that has lately claimed the file; none that may be dead."""
    found = pidfile.read(path)
    with contextlib.suppress(OSError):
        if found and found.host != socket.gethostname() and time.time() - path.stat().st_mtime < ELSEWHERE_SECONDS:
            return found
    return None


def _ledger(value: Mapping[str, Any]) -> Ledger:
    return Ledger(
        **{
            **value,
            "arrays": [Array(**one) for one in value["arrays"]],
            "jobs": {key: Job(**one) for key, one in value["jobs"].items()},
            **{key: Array(**value[key]) if value.get(key) else None for key in ("attempt", "doubt")},
            "refused": tuple(value["refused"]) if value["refused"] else None,
        }
    )
