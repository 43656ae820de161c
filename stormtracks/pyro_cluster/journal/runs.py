"""What the journals say of runs, for any process at any time, also while a manager writes and when it is gone."""

import contextlib
import json
import socket
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict, cast

from stormtracks.pyro_cluster.journal import journal, lock
from stormtracks.pyro_cluster.journal.lock import JournalRefused
from stormtracks.pyro_cluster.pyro_task import PyroTaskSchedule

SILENT_SECONDS = 20.0
"""A manager on another host that wrote nothing for so long is taken for gone; it writes every five seconds."""


class WorkingSlot(TypedDict):
    """What a slot is doing: the columns of the journal's table ``working``."""

    worker: str
    slot: int
    year: int
    member: int
    since: float  # seconds since 1970


class Problem(TypedDict):
    """A task that failed or timed out: columns of the journal's table ``tasks``."""

    year: int
    member: int
    status: str
    worker: str | None
    error: str | None
    attempts: int


@dataclass(frozen=True)
class RunState:
    """What is known of one run.

    Attributes
    ----------
    run : dict
        The columns of the journal's table ``run`` (name, task, start_year, ..., settings as a dict, state).
    managed : bool
        Whether a manager has it now.
    schedule : PyroTaskSchedule
        With each task's status.
    working : list of WorkingSlot
    problems : list of Problem
    counts : dict
        Sums of what the tasks counted, such as tracks.
    seconds, cpu_seconds : float
        Sums over the complete tasks.
    events : list of (float, str)
        The last ones, oldest first.
    """

    run: dict[str, Any]
    managed: bool
    schedule: PyroTaskSchedule
    working: list[WorkingSlot]
    problems: list[Problem]
    counts: dict[str, int]
    seconds: float
    cpu_seconds: float
    events: list[tuple[float, str]]


def names(place: Path | None = None) -> list[str]:
    """The names of the runs that have a journal, newest last."""
    place = Path(place or journal.folder())
    # By the file's own time of change: a journal is not opened to be named.
    files = sorted(place.glob("*.sqlite"), key=lambda path: path.stat().st_mtime)
    return [path.stem for path in files]


def read(name: str | None = None, place: Path | None = None) -> RunState:
    """What is known of a run.

    Parameters
    ----------
    name : str, optional
        None: the newest.
    place : Path, optional
        Folder of journals; none: the state folder's.

    Raises
    ------
    JournalRefused
        There is no such run (the message lists those there are), or its journal cannot be read.
    """
    place = Path(place or journal.folder())
    known = names(place)
    if not known or (name is not None and name not in known):
        what = f"there is no run {name}" if name else "there is no run yet"
        remedy = f"choose one of: {', '.join(known)}" if known else "start one with 'inv manage'"
        raise JournalRefused(f"{what} in {place}; {remedy}")
    path = place / f"{name or known[-1]}.sqlite"
    try:
        with contextlib.closing(_connect(path)) as db:
            return _read(db, path)
    except sqlite3.Error as error:
        raise JournalRefused(
            f"the journal {path} cannot be read: {error}; check its permissions, or move it away and run "
            "'inv manage' again"
        ) from error


def under_way(run: Mapping[str, Any]) -> bool:
    """Whether a run's manager did not say how it ended: it has it still, or is gone."""
    return run["state"] == journal.RUNNING or paused(run)


def paused(run: Mapping[str, Any]) -> bool:
    """Whether every worker failed when its manager wrote last."""
    return str(run["state"]).startswith(journal.PAUSED)


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=5)
    db.row_factory = sqlite3.Row
    db.execute("BEGIN")  # one view of all tables, while the manager goes on writing
    return db


def _read(db: sqlite3.Connection, path: Path) -> RunState:
    row = db.execute("SELECT * FROM run").fetchone()
    if row is None:
        raise JournalRefused(f"run {path.stem} was never started: {path} is empty; start it with 'inv manage'")
    run = {**dict(row), "settings": json.loads(row["settings"])}
    managed = _managed(path, run)
    working = cast("list[WorkingSlot]", _rows(db, _WORKING) if managed else [])
    seconds, cpu_seconds = db.execute(_SECONDS, run).fetchone()
    events = db.execute("SELECT time, text FROM events ORDER BY rowid DESC LIMIT 20").fetchall()
    return RunState(
        run=run,
        managed=managed,
        schedule=_schedule(db, run, working),
        working=working,
        problems=cast("list[Problem]", _rows(db, _PROBLEMS, run)),
        counts={row["key"]: row["total"] for row in db.execute(_COUNTS, run)},
        seconds=float(seconds or 0),
        cpu_seconds=float(cpu_seconds or 0),
        events=[(row["time"], row["text"]) for row in reversed(events)],
    )


_WITHIN = "year BETWEEN :start_year AND :end_year AND member < :members"
_SECONDS = f"SELECT sum(seconds), sum(cpu_seconds) FROM tasks WHERE status = 'complete' AND {_WITHIN}"
_WORKING = "SELECT worker, slot, year, member, since FROM working ORDER BY worker, slot"
_PROBLEMS = f"""SELECT year, member, status, worker, error, attempts FROM tasks
WHERE status IN ('failure', 'timeout') AND {_WITHIN} ORDER BY year, member"""
# A share has no sum; and that no time is missing is not worth a line.
_COUNTS = f"""SELECT each.key AS key, sum(each.value) AS total FROM tasks, json_each(tasks.counts) AS each
WHERE status = 'complete' AND {_WITHIN} AND each.key NOT LIKE '%\\_share' ESCAPE '\\'
GROUP BY each.key HAVING total > 0 OR each.key NOT LIKE 'missing\\_%' ESCAPE '\\' ORDER BY each.key"""


def _rows(db: sqlite3.Connection, query: str, values: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    return [dict(row) for row in db.execute(query, values or {})]


def _schedule(db: sqlite3.Connection, run: dict[str, Any], working: list[WorkingSlot]) -> PyroTaskSchedule:
    schedule = PyroTaskSchedule(run["start_year"], run["end_year"], run["members"])
    schedule.task = run["task"]  # not checked: a journal must stay readable after its task has left the table of tasks
    for year, member, status in db.execute(f"SELECT year, member, status FROM tasks WHERE {_WITHIN}", run):
        schedule.get_task(year, member).status = status
    for slot in working:
        schedule.get_task(slot["year"], slot["member"]).status = "working"
    return schedule


def _managed(path: Path, run: dict[str, Any]) -> bool:
    """Whether the lock is held; where locks do not reach another host, whether its manager wrote lately."""
    if lock.held(path):
        return True
    elsewhere = run["host"] != socket.gethostname()
    return elsewhere and under_way(run) and time.time() - run["heartbeat"] < SILENT_SECONDS
