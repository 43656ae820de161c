"""What a run has done, on the manager's disk: written as it happens, so that the run can be resumed after any end.

SQLite, because a completion must survive `kill -9` of the manager the moment it is committed, because another
process (`inv status`) must be able to read while it is written, and because a thousand completions per second must
not be a burden. Write-ahead logging (WAL) gives readers and the writer each their own view. ``synchronous=NORMAL``
leaves out the wait for the disk at each commit: what the process has committed is safe with the kernel, even if the
process ends. Only a loss of power can take the last commits; the workers then find the results of those tasks.
"""

import json
import os
import socket
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from stormtracks import label, private
from stormtracks.label import Label
from stormtracks.paths import state_folder
from stormtracks.pyro_cluster.journal import database, extent, identity, lock, rows, schema
from stormtracks.pyro_cluster.journal.identity import Run
from stormtracks.pyro_cluster.journal.lock import JournalRefused
from stormtracks.pyro_cluster.journal.outcome import Cell, Held, TaskOutcome
from stormtracks.pyro_cluster.journal.place import Place
from stormtracks.pyro_cluster.journal.writer import Heard, Writer
from stormtracks.strict_dataclass import renamed

_RECORD = schema.insertion("tasks")
_RECORD_STEP = schema.insertion("tasks", chain=True)
_WORKING = schema.insertion("working")
_IDLE = "DELETE FROM working WHERE worker = ? AND slot = ?"
_EVENT = schema.insertion("events")
_PLACES = schema.insertion("places")
_ATTEMPT = schema.insertion("attempts")
MOST_ATTEMPTS = 100_000
"""That are kept of earlier managers: those of a century of 56 members, some ten megabytes."""
_OLD_ATTEMPTS = f"DELETE FROM attempts WHERE rowid <= (SELECT max(rowid) FROM attempts) - {MOST_ATTEMPTS}"
_AGAIN = "UPDATE tasks SET status = 'outstanding' WHERE year = ? AND member = ?"
_AGAIN_STEP = f"{_AGAIN} AND task = ?"
_BEAT = "UPDATE run SET heartbeat = ?"
_STATE = "UPDATE run SET state = ?, heartbeat = ?"
# A row that makes no sense in any part is done again, as the reader of a run says; else a run would end with it.
_COMPLETE = f"""SELECT year, member, iif(typeof(entry) = 'text', entry, worker), path{{more}} FROM tasks
WHERE status = 'complete' AND member >= 0 AND {rows.SOUND}"""


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
        Each worker that took part, by `Worker.known_as` -> what its results depend on and where they go, see
        `plain.PLACES`.
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
        self._tasks = run.tasks
        self._is_chain = len(self._tasks) > 1
        self.path = Path(place or folder()) / f"{run.name}.sqlite"
        self.remarks: list[str] = []
        self.held: list[Held] = []
        self.places: dict[str, dict[str, str]] = {}
        self._pause: str | None = None
        self._waits: str | None = None
        self._began: dict[tuple[str, int], float] = {}  # by worker and slot: its present task
        self._folders: dict[str, set[str]] = {}  # by worker: the folders that its results' paths begin with
        held = lock.take(self.path)
        try:
            self._db = database.connect(self.path)
            self._adopt(overwrite)
            self._place = Place(self.path, held, database.connect)
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
        self._writer.put(_RECORD_STEP if outcome.task else _RECORD, outcome.row())

    @property
    def complete(self) -> list[Cell]:
        """(year, ensemble member) of the tasks that are done; of a chain also which task."""
        return [held.cell for held in self.held]

    def difference(self, worker: str, places: Mapping[str, str]) -> str:
        """In what a worker is not the one that took part, as text; nothing where it is, or is new.

        Workers of one entry are the same: `worker` is `Worker.known_as`, here and in `belongs`.
        """
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

    def again(self, cells: Iterable[Cell]) -> set[Cell]:
        """Note tasks that are not complete after all, with those of a chain that follow; all of them."""
        gone = {later for cell in cells for later in self._with_following(cell)}
        self.held = [held for held in self.held if held.cell not in gone]
        for cell in gone:
            self._writer.put(_AGAIN_STEP if self._is_chain else _AGAIN, cell)
        return gone

    def forget(self, why: str) -> None:
        """Start over: nothing is complete, and any worker may take part."""
        self.remarks.append(f"started again from the beginning: {why}")
        for known in (self.held, self.places, self._folders):
            known.clear()
        for table in ("tasks", "places"):
            self._writer.put(f"DELETE FROM {table}", ())

    def working(self, worker: str, slot: int, year: Label | None = None, ensemble_member: int | None = None) -> None:
        """Keep what a slot is doing now, or (without a year) that it does nothing."""
        if year is None:
            self._writer.put_latest((worker, slot), _IDLE, (worker, slot))
        else:
            self._began[worker, slot] = now = time.time()
            self._writer.put_latest((worker, slot), _WORKING, (worker, slot, year, ensemble_member, now))

    def attempted(self, worker: str, slot: int, outcome: TaskOutcome, read_seconds: float | None = None) -> None:
        """Keep what one slot did, when, and how it ended; `read_seconds`: how long it read, where that is known."""
        began = self._began.pop((worker, slot), outcome.finished - outcome.seconds)
        task = outcome.task or self.run.task
        cell = worker, slot, outcome.year, outcome.ensemble_member, task, began, outcome.finished
        self._writer.put(_ATTEMPT, (*cell, outcome.status, outcome.cpu_seconds, read_seconds, outcome.error))

    def event(self, text: str) -> None:
        """Keep one line about what happened."""
        self._writer.put(_EVENT, (time.time(), text))

    def paused(self, why: str | None) -> None:
        """Keep why nothing is given out, or None: it is again."""
        self._pause = why
        self._put_state()

    def waits(self, text: str | None) -> None:
        """Keep what jobs of queues are waited for, such as "waits for 3 jobs of tc", or None: for none any more."""
        self._waits = text
        self._put_state()

    def close(self, state: str) -> None:
        """Write what is left and let go of the run; `state` is a word such as ``complete`` or ``interrupted``."""
        self._writer.put("DELETE FROM working", ())  # nobody follows any more what the workers still do
        self._writer.put(_STATE, (state, time.time()))
        self._writer.close()
        self._place.release()

    def _put_state(self) -> None:
        state = f"{identity.PAUSED}{self._pause}" if self._pause else self._waits or identity.RUNNING
        self._writer.put(_STATE, (state, time.time()))

    def _with_following(self, cell: Cell) -> Iterator[Cell]:
        if len(cell) == 2:
            yield cell
            return
        year, member, task = cell
        yield from ((year, member, later) for later in self._tasks[self._tasks.index(task) :])

    def _adopt(self, overwrite: bool) -> None:
        """Compare the run with the one that the journal knows, and take over what is complete."""
        with database.refusing(self.path), database.transaction(self._db):
            schema.create(self._db, self._is_chain)
            found = self._db.execute("SELECT task, settings, version, results FROM run").fetchone()
            if found is not None:
                task, version, results = found[0], found[2], found[3] or ""
                settings = renamed(rows.settings_in(found[1]), self.run.renamed, str(self.path))
                if (task, settings) != (self.run.task, identity.plain(self.run.settings)):
                    self._start_over(identity.differences(self.run, task, settings), overwrite)
                elif results != self.run.results:
                    before, now = (f"'{name}'" if name else "not given" for name in (results, self.run.results))
                    self._start_over(f"--results {before}, now {now}", overwrite, identity.ANOTHER_NAME)
                elif version != self.run.version:
                    self.remarks.append(f"started with stormtracks {version}, resumed with {self.run.version}")
            for row in self._db.execute(_COMPLETE.format(more=", task" if self._is_chain else "")):
                if not self._is_chain or row[4] in self._tasks:
                    self._hold(*row)
            self.places = rows.places_in(self._db)
            self._introduce()

    def _start_over(self, differences: str, allowed: bool, advice: str = "") -> None:
        if not allowed:
            raise JournalRefused(
                f"run {self.run.name} was started with {differences}; {advice or self.run.advice}, or start it again "
                f"and replace its results with --overwrite ({self.path})"
            )
        self.remarks.append(f"started again from the beginning: before, it had {differences}")
        for table in ("working", "run", "places"):
            self._db.execute(f"DELETE FROM {table}")
        self._db.execute("DROP TABLE tasks")  # whose key depends on whether it is a chain
        schema.create(self._db, self._is_chain)

    def _places_of_old(self, worker: str, places: Mapping[str, str]) -> dict[str, str]:
        """What a journal of 1.0 shows of a worker: the folder that its results' paths begin with."""
        folders = self._folders.get(worker, set())
        return {} if not folders or places.get("results", "") in folders else {**places, "results": min(folders)}

    def _hold(self, year: Label, member: int, worker: str | None, path: str | None, task: str = "") -> None:
        """Note a task that is done; of a path only the name is kept, which a million tasks share."""
        folder, *rest = (path or "").rsplit("/", 3)
        regular = rest[:2] == [task or self.run.task, label.name(year)]
        worker, task = sys.intern(worker or ""), sys.intern(task)
        self.held.append(Held(year, member, worker, sys.intern(rest[2]) if regular else "", task))
        if regular:
            self._folders.setdefault(worker, set()).add(folder)

    def _introduce(self) -> None:
        now = time.time()
        run = {**vars(self.run), "settings": json.dumps(identity.plain(self.run.settings))}
        run["starts"] = extent.as_json(self.run.starts)
        for known in ("renamed", "advice"):  # the program's knowledge, not the run's
            del run[known]
        run |= {"started": now, "pid": os.getpid(), "host": socket.gethostname()}
        run |= {"heartbeat": now, "state": identity.RUNNING}
        columns = ", ".join(run)
        marks = ", ".join("?" * len(run))
        self._db.execute("DELETE FROM run")  # one row, that of the present manager
        self._db.execute("DELETE FROM working")
        self._db.execute(_OLD_ATTEMPTS)
        self._db.execute("UPDATE tasks SET status = 'outstanding' WHERE status <> 'complete'")  # each is tried anew
        self._db.execute(f"INSERT INTO run ({columns}) VALUES ({marks})", tuple(run.values()))
