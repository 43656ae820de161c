"""What a run has done, on the manager's disk: written as it happens, so that any end can be gone on from.

SQLite, because a completion must survive `kill -9` of the manager the moment it is committed, because another
process (`inv status`) must be able to read while it is written, and because a thousand completions a second must be
no burden. Write-ahead logging (WAL) gives readers and the writer each their own view. ``synchronous=NORMAL`` leaves
out the wait for the disk at each commit: what the process has committed is safe with the kernel whatever becomes of
the process; only a loss of power can take the last commits, and their tasks are then found done by their results.
"""

import contextlib
import json
import os
import re
import socket
import sqlite3
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from stormtracks.paths import state_folder
from stormtracks.pyro_cluster.journal.lock import JournalRefused, RunLock
from stormtracks.pyro_cluster.journal.writer import Writer

FORMAT = 1
_APPLICATION = 0x73746F72  # "stor": tells our files from other SQLite files
_SCHEMA = """
CREATE TABLE IF NOT EXISTS run (
    name TEXT PRIMARY KEY, task TEXT, start_year INTEGER, end_year INTEGER, members INTEGER, settings TEXT,
    nameserver TEXT, version TEXT, started REAL, pid INTEGER, host TEXT, heartbeat REAL, state TEXT);
CREATE TABLE IF NOT EXISTS tasks (
    year INTEGER, member INTEGER, status TEXT, worker TEXT, host TEXT, seconds REAL, cpu_seconds REAL, path TEXT,
    counts TEXT, skipped INTEGER, error TEXT, traceback TEXT, attempts INTEGER, finished REAL,
    PRIMARY KEY (year, member)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS working (
    worker TEXT, slot INTEGER, year INTEGER, member INTEGER, since REAL, PRIMARY KEY (worker, slot)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (time REAL, text TEXT);
"""
_RECORD = f"INSERT OR REPLACE INTO tasks VALUES ({', '.join('?' * 14)})"
_WORKING = "INSERT OR REPLACE INTO working VALUES (?, ?, ?, ?, ?)"
_IDLE = "DELETE FROM working WHERE worker = ? AND slot = ?"
_EVENT = "INSERT INTO events VALUES (?, ?)"
_BEAT = "UPDATE run SET heartbeat = ?"
_STATE = "UPDATE run SET state = ?, heartbeat = ?"


@dataclass(frozen=True)
class Run:
    """What a run is: the same name means the same task and settings, so that going on is safe.

    Attributes
    ----------
    name : str
        Letters, digits, ``.``, ``_`` and ``-``; the journal is NAME.sqlite.
    task : str
    start_year, end_year, members : int
        May grow from one time to the next: what is complete stays complete.
    settings : dict
        Plain values that the tasks are done with.
    nameserver : str
        HOST:PORT where the workers were found; kept for whoever reads the journal.
    version : str
        Of stormtracks.
    """

    name: str
    task: str
    start_year: int
    end_year: int
    members: int
    settings: dict = field(default_factory=dict)
    nameserver: str = ""
    version: str = ""

    def __post_init__(self):
        if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}", self.name):
            allowed = "up to 100 letters, digits, '.', '_' and '-', not beginning with '.' or '-'"
            raise JournalRefused(f"a run cannot be called {self.name!r}; allowed are {allowed}")


@dataclass(frozen=True)
class Outcome:
    """What became of one task: the columns of the journal.

    ``status`` is ``outstanding`` for an attempt that will be repeated; `seconds` are wall, `finished` is seconds since
    1970.
    """

    year: int
    member: int
    status: str
    worker: str = ""
    host: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    path: str | None = None
    counts: dict = field(default_factory=dict)
    skipped: bool = False
    error: str | None = None
    traceback: str | None = None
    attempts: int = 1
    finished: float = 0.0

    def row(self):
        """The values as SQLite takes them."""
        values = {**vars(self), "counts": json.dumps(self.counts), "skipped": int(self.skipped)}
        return (*values.values(),)


def folder():
    """Where journals lie: ``runs`` in ~/.stormtracks, or in the folder that STORMTRACKS_HOME names."""
    return state_folder() / "runs"


def default_name(task, start_year, end_year):
    """The name of a run that was given none, such as ``vort_track_2000-2012``."""
    return f"{task}_{start_year}-{end_year}"


class Journal:
    """The journal of one run, held by one manager at a time.

    Parameters
    ----------
    run : Run
    overwrite : bool
        Begin anew where the journal was made with another task or other settings, rather than refuse.
    place : Path
        Folder of journals.
    on_trouble : callable or None
        Called (from the writing thread) with words when the disk cannot be written, and with None when it can again.

    Attributes
    ----------
    complete : list of (int, int)
        (year, member) of the tasks that are done.
    remarks : list of str
        What is worth saying about how it was found.

    Raises
    ------
    AlreadyManaged
        Another manager holds the run.
    JournalRefused
        Other task or settings; a journal that cannot be read; a folder that cannot be written.
    """

    def __init__(self, run, overwrite=False, place=None, on_trouble=None):
        self.run = run
        self.path = Path(place or folder()) / f"{run.name}.sqlite"
        self.remarks = []
        self._lock = RunLock(self.path)
        try:
            self._db = _open(self.path)
            self._adopt(overwrite)
        except BaseException:
            self._lock.release()
            raise
        self._writer = Writer(self._db, _BEAT, on_trouble)

    @property
    def lost(self):
        """Words about what could not be written, or None."""
        return self._writer.lost

    def record(self, outcome):
        """Keep what became of a task; committed within some 20 milliseconds."""
        self._writer.put(_RECORD, outcome.row())

    def working(self, worker, slot, year=None, member=None):
        """Keep what a slot is doing now, or (without a year) that it does nothing."""
        if year is None:
            self._writer.put_latest((worker, slot), _IDLE, (worker, slot))
        else:
            self._writer.put_latest((worker, slot), _WORKING, (worker, slot, year, member, time.time()))

    def event(self, text):
        """Keep one line about what happened."""
        self._writer.put(_EVENT, (time.time(), text))

    def close(self, state):
        """Write what is left and let go of the run; `state` is a word such as ``complete`` or ``interrupted``."""
        self._writer.put("DELETE FROM working", ())
        self._writer.put(_STATE, (state, time.time()))
        self._writer.close()
        with contextlib.suppress(sqlite3.Error):
            self._db.close()
        self._lock.release()

    def _adopt(self, overwrite):
        found = self._db.execute("SELECT task, settings, version FROM run").fetchone()
        with _words_for(self.path):
            if found and (found[0], json.loads(found[1])) != (self.run.task, _plain(self.run.settings)):
                self._refuse_or_begin_anew(found, overwrite)
            elif found and found[2] != self.run.version:
                self.remarks.append(f"begun by stormtracks {found[2]}, going on with {self.run.version}")
            rows = self._db.execute("SELECT year, member FROM tasks WHERE status = 'complete'")
            self.complete = [tuple(row) for row in rows]
            self._introduce()

    def _refuse_or_begin_anew(self, found, overwrite):
        if not overwrite:
            raise JournalRefused(
                f"run {self.run.name} was made with {_differences(self.run, found)}; choose another name with --run, "
                f"or begin it anew and replace its results with --overwrite ({self.path})"
            )
        self.remarks.append("begun anew: it was made with " + _differences(self.run, found))
        for table in ("tasks", "working", "run"):
            self._db.execute(f"DELETE FROM {table}")

    def _introduce(self):
        run, now = asdict(self.run), time.time()
        run["settings"] = json.dumps(_plain(run["settings"]))
        run |= {"started": now, "pid": os.getpid(), "host": socket.gethostname(), "heartbeat": now, "state": "running"}
        columns = ", ".join(run)
        marks = ", ".join("?" * len(run))
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute("DELETE FROM run")
        self._db.execute("DELETE FROM working")
        self._db.execute("UPDATE tasks SET status = 'outstanding' WHERE status <> 'complete'")  # each is tried anew
        self._db.execute(f"INSERT INTO run ({columns}) VALUES ({marks})", (*run.values(),))
        self._db.execute("COMMIT")


def _open(path):
    with _words_for(path):
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        application, form = (db.execute(f"PRAGMA {p}").fetchone()[0] for p in ("application_id", "user_version"))
        tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables and (application, form) != (_APPLICATION, FORMAT):
            raise JournalRefused(
                f"{path} is not a journal of this version of stormtracks (format {form}, needed {FORMAT}); "
                "move it away or choose another name with --run"
            )
        if tables and (problem := db.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(problem)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.executescript(f"PRAGMA application_id = {_APPLICATION}; PRAGMA user_version = {FORMAT}; {_SCHEMA}")
    return db


@contextlib.contextmanager
def _words_for(path):
    try:
        yield
    except sqlite3.OperationalError as error:
        raise JournalRefused(
            f"the journal {path} cannot be written: {error}; free the disk or see who may write"
        ) from error
    except (sqlite3.DatabaseError, json.JSONDecodeError) as error:
        raise JournalRefused(
            f"the journal {path} is damaged: {error}; move it away (mv {path} {path}.damaged) and give the same "
            "command again: workers find the results that exist, and only what is missing is done"
        ) from error


def _plain(settings):
    return json.loads(json.dumps(settings, sort_keys=True))


def _differences(run, found):
    task, settings = found[0], json.loads(found[1])
    if task != run.task:
        return f"the task {task}, not {run.task}"
    ours = _plain(run.settings)
    keys = [key for key in sorted({*settings, *ours}) if settings.get(key) != ours.get(key)]
    words = [f"{key} = {settings.get(key, 'its default')} (now {ours.get(key, 'its default')})" for key in keys]
    return "other settings: " + ", ".join(words)
