"""What the journals say of runs, for any process at any time, also while a manager writes and when it is gone."""

import contextlib
import json
import socket
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from stormtracks.pyro_cluster.journal import journal, lock
from stormtracks.pyro_cluster.journal.lock import JournalRefused
from stormtracks.pyro_cluster.pyro_task import PyroTaskSchedule

SILENT_SECONDS = 20.0
"""A manager on another host that wrote nothing for so long is taken for gone; it writes every five seconds."""


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
    working : list of dict
        worker, slot, year, member, since (s since 1970).
    problems : list of dict
        year, member, status, worker, error, attempts of what failed or timed out.
    counts : dict
        Sums of what the tasks counted, such as tracks.
    seconds, cpu_seconds : float
        Sums over the complete tasks.
    events : list of (float, str)
        The last ones, oldest first.
    """

    run: dict
    managed: bool
    schedule: PyroTaskSchedule
    working: list
    problems: list
    counts: dict
    seconds: float
    cpu_seconds: float
    events: list


def names(place=None):
    """The names of the runs that have a journal, newest last."""
    place = Path(place or journal.folder())
    files = sorted(place.glob("*.sqlite"), key=lambda path: path.stat().st_mtime)
    return [path.stem for path in files]


def read(name=None, place=None):
    """What is known of a run, of the newest where no name is given.

    Raises
    ------
    JournalRefused
        No such run (with those there are), or a journal that cannot be read.
    """
    place = Path(place or journal.folder())
    known = names(place)
    if not known or (name is not None and name not in known):
        there = f"there are: {', '.join(known)}" if known else "there is none yet; 'inv manage' begins one"
        raise JournalRefused(f"no run{f' {name}' if name else ''} in {place}; {there}")
    path = place / f"{name or known[-1]}.sqlite"
    try:
        with contextlib.closing(_connect(path)) as db:
            return _read(db, path)
    except sqlite3.Error as error:
        raise JournalRefused(f"the journal {path} cannot be read: {error}") from error


def _connect(path):
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=5)
    db.row_factory = sqlite3.Row
    db.execute("BEGIN")  # one view of all tables
    return db


def _read(db, path):
    row = db.execute("SELECT * FROM run").fetchone()
    if row is None:
        raise JournalRefused(f"the run {path.stem} was never begun; {path} is empty")
    run = {**dict(row), "settings": json.loads(row["settings"])}
    sums = db.execute(_SECONDS, run).fetchone()
    managed = _managed(path, run)
    working = [dict(row) for row in db.execute("SELECT * FROM working ORDER BY worker, slot")] if managed else []
    return RunState(
        run,
        managed,
        _schedule(db, run, working),
        working,
        [dict(row) for row in db.execute(_PROBLEMS, run)],
        dict(tuple(row) for row in db.execute(_COUNTS, run)),
        *(float(total or 0) for total in sums),
        [tuple(row) for row in db.execute("SELECT time, text FROM events ORDER BY rowid DESC LIMIT 20")][::-1],
    )


_WITHIN = "year BETWEEN :start_year AND :end_year AND member < :members"
_SECONDS = f"SELECT sum(seconds), sum(cpu_seconds) FROM tasks WHERE status = 'complete' AND {_WITHIN}"
_PROBLEMS = f"""SELECT year, member, status, worker, error, attempts FROM tasks
WHERE status IN ('failure', 'timeout') AND {_WITHIN} ORDER BY year, member"""
_COUNTS = f"""SELECT each.key, sum(each.value) FROM tasks, json_each(tasks.counts) AS each
WHERE status = 'complete' AND {_WITHIN} GROUP BY each.key ORDER BY each.key"""


def _schedule(db, run, working):
    schedule = PyroTaskSchedule(run["start_year"], run["end_year"], run["members"])
    schedule.task = run["task"]  # not checked: a table of tasks that has lost it must not make the journal unreadable
    for year, member, status in db.execute(f"SELECT year, member, status FROM tasks WHERE {_WITHIN}", run):
        schedule.get_task(year, member).status = status
    for slot in working:
        schedule.get_task(slot["year"], slot["member"]).status = "working"
    return schedule


def _managed(path, run):
    """Whether the lock is held; where locks do not reach another host, whether the heart beats."""
    if lock.held(path):
        return True
    elsewhere = run["host"] != socket.gethostname()
    return elsewhere and run["state"] == "running" and time.time() - run["heartbeat"] < SILENT_SECONDS
