"""What a run has done, on the manager's disk: written as it happens, so that the run can be resumed after any end.

SQLite, because a completion must survive `kill -9` of the manager the moment it is committed, because another
process (`inv status`) must be able to read while it is written, and because a thousand completions per second must
not be a burden. Write-ahead logging (WAL) gives readers and the writer each their own view. ``synchronous=NORMAL``
leaves out the wait for the disk at each commit: what the process has committed is safe with the kernel, even if the
process ends. Only a loss of power can take the last commits; the workers then find the results of those tasks.
"""

import contextlib
import json
import os
import re
import socket
import sqlite3
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from stormtracks import private
from stormtracks.paths import state_folder
from stormtracks.pyro_cluster.journal import lock, rows, schema
from stormtracks.pyro_cluster.journal.lock import JournalRefused
from stormtracks.pyro_cluster.journal.place import Place
from stormtracks.pyro_cluster.journal.writer import Heard, Writer, passes
from stormtracks.pyro_cluster.pyro_task import Status
from stormtracks.strict_dataclass import renamed

RUNNING = "running"
"""The run's state while a manager has it; after that, how it ended."""
PAUSED = "paused: "
"""What the state begins with while every worker fails."""
_RECORD = schema.insertion("tasks")
_WORKING = schema.insertion("working")
_IDLE = "DELETE FROM working WHERE worker = ? AND slot = ?"
_EVENT = schema.insertion("events")
_PLACES = schema.insertion("places")
_AGAIN = "UPDATE tasks SET status = 'outstanding' WHERE year = ? AND member = ?"
_BEAT = "UPDATE run SET heartbeat = ?"
_STATE = "UPDATE run SET state = ?, heartbeat = ?"


_ANOTHER_NAME = "choose another name with --run"


@dataclass(frozen=True)
class Run:
    """What a run is: the same name means the same task and settings, so that it is safe to resume.

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
        HOST:PORT where the workers were found; kept for anyone who reads the journal.
    version : str
        Of stormtracks.
    renamed : mapping of str to str
        Keys of settings that had another name before -> their names now; a journal may have the old ones.
    hosts : str
        The hosts.yaml that the run is of; empty: none.
    results : str
        The folder below each worker's results folder that the results go to; empty: that folder itself.
    advice : str
        What to do where the journal has other settings, beside `--overwrite`.
    """

    name: str
    task: str
    start_year: int
    end_year: int
    members: int
    settings: dict[str, Any] = field(default_factory=dict)
    nameserver: str = ""
    version: str = ""
    renamed: Mapping[str, str] = field(default_factory=dict)
    hosts: str = ""
    results: str = ""
    advice: str = _ANOTHER_NAME

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}", self.name):  # it becomes the name of a file
            raise JournalRefused(
                f"{self.name!r} cannot be the name of a run; choose up to 100 letters, digits, '.', '_' and '-', "
                "beginning with a letter, digit or '_'"
            )


@dataclass(frozen=True)
class TaskOutcome:
    """What became of one task: in this order the columns of the journal.

    ``status`` is ``outstanding`` for an attempt that will be repeated; `seconds` are wall, `finished` is seconds since
    1970. `code_version` is the version that did it, as its process said.
    """

    year: int
    ensemble_member: int
    status: Status
    worker: str = ""
    host: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    path: str | None = None
    counts: dict[str, float] = field(default_factory=dict)
    skipped: bool = False
    error: str | None = None
    traceback: str | None = None
    attempts: int = 1
    finished: float = 0.0
    code_version: str | None = None
    recipe: str | None = None  # a hash of what the result was made with
    digest: str | None = None  # SHA-256 of its file

    def row(self) -> tuple:
        """The values as SQLite takes them."""
        values = {**vars(self), "counts": json.dumps(self.counts), "skipped": int(self.skipped)}
        return tuple(values.values())


class Held(NamedTuple):
    """A task that the journal calls complete, and where its result lies."""

    year: int
    ensemble_member: int
    worker: str
    file: str  # its name in the folder of its year; empty: the task leaves no file there


def folder() -> Path:
    """Where journals lie: ``runs`` in ~/.stormtracks, or in the folder that STORMTRACKS_HOME names.

    Raises
    ------
    private.NotOurs
        Another user may have put journals there.
    """
    state = state_folder()
    for place in (state, state / "runs"):
        private.check_folder(place, private.STATE_REMEDY)
    return state / "runs"


def default_name(task: str, start_year: int, end_year: int) -> str:
    """The name of a run that was given none, such as ``vort_track_2000-2012``."""
    return f"{task}_{start_year}-{end_year}"


class Journal:
    """The journal of one run, held by one manager at a time.

    Parameters
    ----------
    run : Run
    overwrite : bool
        Start over where the journal was created with another task or other settings, rather than refuse.
    place : Path, optional
        Folder of journals; none: `folder()`.
    heard : Heard, optional
        Who is told, from the writing thread, when the journal cannot be written, and what becomes of it.

    Attributes
    ----------
    held : list of Held
        The tasks that are done.
    places : dict of str to dict
        Name of each worker that took part -> what its results depend on and where they go, see `plain.PLACES`.
    remarks : list of str
        What the user should know about the journal that was found.

    Raises
    ------
    AlreadyManaged
        Another manager holds the run.
    JournalRefused
        Other task or settings; a journal that cannot be read; a folder that cannot be written.
    """

    def __init__(
        self,
        run: Run,
        overwrite: bool = False,
        place: Path | None = None,
        heard: Heard | None = None,
    ) -> None:
        self.run = run
        self.path = Path(place or folder()) / f"{run.name}.sqlite"
        self.remarks: list[str] = []
        self.held: list[Held] = []
        self.places: dict[str, dict[str, str]] = {}
        self._folders: dict[str, set[str]] = {}  # by worker: the folders that its results' paths begin with
        held = lock.take(self.path)
        try:
            self._db = _open(self.path)
            self._adopt(overwrite)
            self._place = Place(self.path, held, _open)
        except BaseException:
            held.release()
            raise
        self._writer = Writer(self._db, _BEAT, heard, self._place)

    @property
    def lost(self) -> str | None:
        """A message about what could not be written, or None."""
        return self._writer.lost

    @property
    def taken(self) -> str | None:
        """A message about the manager that has the run instead of this one, or None."""
        return self._writer.taken

    def record(self, outcome: TaskOutcome) -> None:
        """Keep what became of a task; committed within some 20 milliseconds."""
        self._writer.put(_RECORD, outcome.row())

    @property
    def complete(self) -> list[tuple[int, int]]:
        """(year, ensemble member) of the tasks that are done."""
        return [(held.year, held.ensemble_member) for held in self.held]

    def difference(self, worker: str, places: Mapping[str, str]) -> str:
        """In what a worker is not the one that took part, as text; nothing where it is, or is new."""
        before = self.places.get(worker) or self._places_of_old(worker, places)
        keys = (
            [key for key in sorted({*before, *places}) if before.get(key, "") != places.get(key, "")] if before else []
        )
        return ", ".join(f"'{key}' was {before.get(key) or 'none'}, now {places.get(key) or 'none'}" for key in keys)

    def belongs(self, worker: str, places: Mapping[str, str]) -> None:
        """Keep what a worker that takes part has."""
        if places and self.places.get(worker) != places:
            self.places[worker] = dict(places)
            self._writer.put(_PLACES, (worker, json.dumps(dict(places), sort_keys=True)))

    def again(self, cells: Iterable[tuple[int, int]]) -> None:
        """Tasks that are not complete after all."""
        gone = set(cells)
        self.held = [held for held in self.held if held[:2] not in gone]
        for cell in gone:
            self._writer.put(_AGAIN, cell)

    def forget(self, why: str) -> None:
        """Start over: nothing is complete, and any worker may take part."""
        self.remarks.append(f"started again from the beginning: {why}")
        for known in (self.held, self.places, self._folders):
            known.clear()
        for table in ("tasks", "places"):
            self._writer.put(f"DELETE FROM {table}", ())

    def working(self, worker: str, slot: int, year: int | None = None, ensemble_member: int | None = None) -> None:
        """Keep what a slot is doing now, or (without a year) that it does nothing."""
        if year is None:
            self._writer.put_latest((worker, slot), _IDLE, (worker, slot))
        else:
            self._writer.put_latest((worker, slot), _WORKING, (worker, slot, year, ensemble_member, time.time()))

    def event(self, text: str) -> None:
        """Keep one line about what happened."""
        self._writer.put(_EVENT, (time.time(), text))

    def paused(self, why: str | None) -> None:
        """Keep why nothing is given out, or None: it is again."""
        self._writer.put(_STATE, (f"{PAUSED}{why}" if why else RUNNING, time.time()))

    def close(self, state: str) -> None:
        """Write what is left and let go of the run; `state` is a word such as ``complete`` or ``interrupted``."""
        self._writer.put("DELETE FROM working", ())  # nobody follows any more what the workers still do
        self._writer.put(_STATE, (state, time.time()))
        self._writer.close()
        self._place.release()

    def _adopt(self, overwrite: bool) -> None:
        """Compare the run with the one that the journal knows, and take over what is complete."""
        with _refusing(self.path), _transaction(self._db):
            schema.create(self._db)
            found = self._db.execute("SELECT task, settings, version, results FROM run").fetchone()
            if found is not None:
                task, version, results = found[0], found[2], found[3] or ""
                settings = renamed(settings_in(found[1]), self.run.renamed, str(self.path))
                if (task, settings) != (self.run.task, _plain(self.run.settings)):
                    self._start_over(_differences(self.run, task, settings), overwrite)
                elif results != self.run.results:
                    before, now = (f"'{name}'" if name else "not given" for name in (results, self.run.results))
                    self._start_over(f"--results {before}, now {now}", overwrite, _ANOTHER_NAME)
                elif version != self.run.version:
                    self.remarks.append(f"started with stormtracks {version}, resumed with {self.run.version}")
            for row in self._db.execute(_COMPLETE):
                self._hold(*row)
            self.places = places_in(self._db)
            self._introduce()

    def _start_over(self, differences: str, allowed: bool, advice: str = "") -> None:
        if not allowed:
            raise JournalRefused(
                f"run {self.run.name} was started with {differences}; {advice or self.run.advice}, or start it again "
                f"and replace its results with --overwrite ({self.path})"
            )
        self.remarks.append(f"started again from the beginning: before, it had {differences}")
        for table in ("tasks", "working", "run", "places"):
            self._db.execute(f"DELETE FROM {table}")

    def _places_of_old(self, worker: str, places: Mapping[str, str]) -> dict[str, str]:
        """What a journal of 1.0 shows of a worker: the folder that its results' paths begin with."""
        folders = self._folders.get(worker, set())
        return {} if not folders or places.get("results", "") in folders else {**places, "results": min(folders)}

    def _hold(self, year: int, member: int, worker: str | None, path: str | None) -> None:
        """Note a task that is done; of a path only the name is kept, which a million tasks share."""
        folder, *rest = (path or "").rsplit("/", 3)
        regular = rest[:2] == [self.run.task, f"{year:04d}"]
        worker = sys.intern(worker or "")
        self.held.append(Held(year, member, worker, sys.intern(rest[2]) if regular else ""))
        if regular:
            self._folders.setdefault(worker, set()).add(folder)

    def _introduce(self) -> None:
        now = time.time()
        run = {**vars(self.run), "settings": json.dumps(_plain(self.run.settings))}
        for known in ("renamed", "advice"):  # the program's knowledge, not the run's
            del run[known]
        run |= {"started": now, "pid": os.getpid(), "host": socket.gethostname(), "heartbeat": now, "state": RUNNING}
        columns = ", ".join(run)
        marks = ", ".join("?" * len(run))
        self._db.execute("DELETE FROM run")  # one row, that of the present manager
        self._db.execute("DELETE FROM working")
        self._db.execute("UPDATE tasks SET status = 'outstanding' WHERE status <> 'complete'")  # each is tried anew
        self._db.execute(f"INSERT INTO run ({columns}) VALUES ({marks})", tuple(run.values()))


# A row that makes no sense in any part is done again, as the reader of a run says; else a run would end with it.
_COMPLETE = f"SELECT year, member, worker, path FROM tasks WHERE status = 'complete' AND member >= 0 AND {rows.SOUND}"


def _open(path: Path) -> sqlite3.Connection:
    with _refusing(path):
        # Autocommit: each transaction is written out. Another thread: the writer's.
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        application, form = (db.execute(f"PRAGMA {p}").fetchone()[0] for p in ("application_id", "user_version"))
        tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables and (application, form) != (schema.APPLICATION, schema.FORMAT):
            raise JournalRefused(
                f"{path} is not a journal of this version of stormtracks (format {form}, not {schema.FORMAT}); "
                "move it away or choose another name with --run"
            )
        # A damaged page would otherwise show in the middle of the run; for a million tasks this takes a second.
        if tables and (problem := db.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(problem)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
    return db


@contextlib.contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All of a block's statements or none: a reader never meets tables without the run that they are for."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


@contextlib.contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """What SQLite says of a journal, as a refusal that says what to do."""
    try:
        yield
    except (sqlite3.Error, json.JSONDecodeError) as error:
        if passes(error):  # the file is not to blame
            raise JournalRefused(
                f"the journal {path} cannot be written: {error}; free disk space, or check the folder's permissions"
            ) from error
        raise JournalRefused(
            f"the journal {path} is damaged: {error}; move it away (mv {path} {path}.damaged) and run the same command "
            "again: the workers find the results that exist and do only what is missing"
        ) from error


def settings_in(text: object) -> dict[str, Any]:
    """The settings that a journal has as text.

    Raises
    ------
    json.JSONDecodeError
    sqlite3.DatabaseError
        They are something else than settings.
    """
    settings = json.loads(text) if isinstance(text, str) else None
    if not isinstance(settings, dict):
        raise sqlite3.DatabaseError("the run's settings cannot be read")
    return settings


def places_in(db: sqlite3.Connection) -> dict[str, dict[str, str]]:
    """What the workers of a run had; a row that makes no sense is left out, and written anew when its worker comes."""
    if not schema.columns_of(db, "places"):
        return {}  # a journal of 1.0
    found = {}
    for worker, text in db.execute("SELECT worker, places FROM places"):
        with contextlib.suppress(TypeError, ValueError):
            places = json.loads(text)
            if isinstance(worker, str) and isinstance(places, dict):
                found[worker] = {str(key): str(value) for key, value in places.items()}
    return found


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as they are after they were kept as JSON: tuples are lists then."""
    return json.loads(json.dumps(settings, sort_keys=True))


def _differences(run: Run, task: str, settings: Mapping[str, Any]) -> str:
    """In what a run differs from the task and settings that its journal was begun with."""
    if task != run.task:
        return f"the task {task}, not {run.task}"
    ours = _plain(run.settings)
    keys = [key for key in sorted({*settings, *ours}) if settings.get(key) != ours.get(key)]
    changes = [f"{key} = {settings.get(key, 'its default')} (now {ours.get(key, 'its default')})" for key in keys]
    return "other settings: " + ", ".join(changes)
