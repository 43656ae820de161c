"""What the journals say of runs, for any process at any time, also while a manager writes and when it is gone."""

import contextlib
import json
import socket
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, NotRequired, TypedDict, cast

from stormtracks.label import Label
from stormtracks.pyro_cluster.journal import chain, database, extent, identity, journal, lock, rows, schema
from stormtracks.pyro_cluster.journal.lock import JournalRefused
from stormtracks.pyro_cluster.pyro_task import PyroTaskSchedule, Status

SILENT_SECONDS = 20.0
"""A manager on another host that wrote nothing for so long is taken for gone; it writes every five seconds."""


BEGINNING_SECONDS = 2.0
"""A manager that has just created its journal writes at once what the run is; a reader waits for that so long."""


class WorkingSlot(TypedDict):
    """What a slot is doing: the columns of the journal's table ``working``."""

    worker: str
    slot: int
    year: Label
    member: int
    since: float  # seconds since 1970


class Problem(TypedDict):
    """A task that failed or timed out: columns of the journal's table ``tasks``."""

    year: Label
    member: int
    task: NotRequired[str]  # which one of a chain
    status: str
    worker: str | None
    error: str | None
    attempts: int


class Kept(NamedTuple):
    """A complete task: columns of the journal's table ``tasks``; `recipe` and `digest` are not in journals of 1.0."""

    year: Label
    member: int
    worker: str | None
    recipe: str | None
    digest: str | None
    task: str


@dataclass(frozen=True)
class StepState:
    """What is known of one task of a run, over all years and members.

    Attributes
    ----------
    task : str
    statuses : dict
        {status: number of tasks}.
    counts : dict
        Sums of what the tasks counted, such as tracks.
    seconds, cpu_seconds : float
        Sums over the complete ones.
    means, most : dict
        Mean and maximum over a line's members of what they counted, summed over the lines.
    """

    task: str
    statuses: dict[Status, int]
    counts: dict[str, float]
    seconds: float
    cpu_seconds: float
    means: dict[str, float] = field(default_factory=dict)
    most: dict[str, float] = field(default_factory=dict)

    @property
    def complete(self) -> int:
        """How many tasks are."""
        return self.statuses["complete"]


@dataclass(frozen=True)
class RunState:
    """What is known of one run.

    Attributes
    ----------
    run : dict
        The columns of the journal's table ``run`` (name, task, start_year, ..., settings as a dict, state);
        ``starts``, a list, only in a run of forecasts.
    managed : bool
        Whether a manager has it now.
    schedule : PyroTaskSchedule
        With each task's status.
    working : list of WorkingSlot
    problems : list of Problem
    counts : dict
        Sums of what the tasks counted, such as tracks; of a chain what those of its first step did.
    seconds, cpu_seconds : float
        Sums over the complete tasks.
    events : list of (float, str)
        The last ones, oldest first.
    aside : list of str
        Lines about workers that this manager uses no more.
    faults : list of str
        Rows of the journal that make no sense, and are left out of all the above.
    places : dict of str to dict
        Name of each worker that took part -> what its results depend on and where they go; none in journals of 1.0.
    steps : tuple of StepState
        One for each task of a chain, in order; of another run, one.
    """

    run: dict[str, Any]
    managed: bool
    schedule: PyroTaskSchedule
    working: list[WorkingSlot]
    problems: list[Problem]
    counts: dict[str, float]
    seconds: float
    cpu_seconds: float
    events: list[tuple[float, str]]
    aside: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    places: dict[str, dict[str, str]] = field(default_factory=dict)
    steps: tuple[StepState, ...] = ()

    @property
    def tasks(self) -> tuple[str, ...]:
        """The run's tasks in order; one, unless it is a chain."""
        return identity.tasks_of(self.run["task"])


def names(place: Path | None = None) -> list[str]:
    """The names of the runs that have a journal, newest last."""
    place = Path(place or journal.folder())
    # By the file's own time of change: a journal is not opened to be named.
    changed: dict[Path, float] = {}
    for path in place.glob("*.sqlite"):
        with contextlib.suppress(FileNotFoundError):  # it was there a moment ago
            changed[path] = path.stat().st_mtime
    return [path.stem for path in sorted(changed, key=lambda path: changed[path])]


def kept(name: str, place: Path | None = None) -> list[Kept]:
    """What a run's journal says of each result, in order of year and member; of a chain, of each step's result.

    Raises
    ------
    JournalRefused
        It cannot be read.
    """
    path = Path(place or journal.folder()) / f"{name}.sqlite"
    try:
        with contextlib.closing(database.view(path)) as db:
            run = _run(db, path)
            there = schema.columns_of(db, "tasks")
            columns = ", ".join(one if one in there else f"NULL AS {one}" for one in ("recipe", "digest", "task"))
            query = f"SELECT year, member, worker, {columns} FROM tasks WHERE status = 'complete' AND {_within(run)}"
            found = _rows(
                db, f"{query} AND {rows.sound(identity.tasks_of(run['task']))} ORDER BY year, member", _values(run)
            )
    except database.UNREADABLE as error:
        raise _refused(error, path) from error
    return [Kept(**{**{key: row[key] for key in Kept._fields}, "task": row["task"] or run["task"]}) for row in found]


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
    until = time.monotonic() + BEGINNING_SECONDS
    while True:
        try:
            with contextlib.closing(database.view(path)) as db:
                return _read(db, path)
        except (*database.UNREADABLE, NotBegun) as error:
            if not lock.held(path) or not isinstance(error, NotBegun) or time.monotonic() > until:
                raise _refused(error, path) from error
        time.sleep(0.02)  # its manager is about to write what the run is


class NotBegun(JournalRefused):
    """A journal without a run in it: its manager has just created it, or ended just then."""


def _refused(error: Exception, path: Path) -> JournalRefused:
    if isinstance(error, NotBegun):
        if lock.held(path):
            return JournalRefused(f"run {path.stem} begins: its manager has not written yet; ask again in a moment")
        return error
    return JournalRefused(
        f"the journal {path} cannot be read: {error}; check its permissions, or move it away and run 'inv manage' again"
    )


def under_way(run: Mapping[str, Any]) -> bool:
    """Whether a run's manager did not say how it ended: it has it still, or is gone."""
    return run["state"] == identity.RUNNING or paused(run)


def paused(run: Mapping[str, Any]) -> bool:
    """Whether its manager, when it wrote last, said why it pauses (every worker fails) or what jobs it waits for."""
    return str(run["state"]).startswith((identity.PAUSED, identity.WAITS))


def _read(db: sqlite3.Connection, path: Path) -> RunState:
    run = _run(db, path)
    managed = _managed(path, run)
    working = cast(
        "list[WorkingSlot]", _rows(db, _WORKING.format(within=_within(run)), _values(run)) if managed else []
    )
    tasks = identity.tasks_of(run["task"])
    sound = rows.sound(tasks)
    unsound = _rows(db, f"SELECT year, member, status FROM tasks WHERE NOT {sound} ORDER BY year, member")
    within = f"{_within(run)} AND {sound}" if unsound else _within(run)
    schedule = _schedule(db, run, working, within)
    steps = tuple(_step(db, run, step, within, len(tasks) > 1) for step in chain.steps_in(schedule))
    more = ", task" if len(tasks) > 1 else ""
    return RunState(
        run=run,
        managed=managed,
        schedule=schedule,
        working=working,
        problems=cast("list[Problem]", _rows(db, _PROBLEMS.format(within=within, more=more), _values(run))),
        counts=steps[0].counts,
        seconds=sum(step.seconds for step in steps),
        cpu_seconds=sum(step.cpu_seconds for step in steps),
        steps=steps,
        events=[(row["time"], row["text"]) for row in reversed(db.execute(_EVENTS).fetchall())],
        aside=[row["text"] for row in db.execute(_ASIDE, run)],
        faults=rows.faults(path, unsound),
        places=rows.places_in(db),
    )


_YEARS = "year BETWEEN :start_year AND :end_year"
_STARTS = "year IN (SELECT value FROM json_each(:starts))"
_SECONDS = "SELECT total(seconds), total(cpu_seconds) FROM tasks WHERE status = 'complete' AND {within}"
_WORKING = f"""SELECT worker, slot, year, member, since FROM working
WHERE {{within}} AND {rows.SOUND_WORKING} ORDER BY worker, slot"""
_PROBLEMS = """SELECT year, member, status, worker, error, attempts{more} FROM tasks
WHERE status IN ('failure', 'timeout') AND {within} ORDER BY year, member"""
# A share has no sum; and that no time is missing is not worth a line.
_COUNTS = """SELECT key, total(of_line) AS total, total(mean) AS mean, total(most) AS most
FROM (SELECT each.key AS key, total(each.value) AS of_line, avg(each.value) AS mean, max(each.value) AS most
FROM (SELECT year, counts FROM tasks WHERE status = 'complete' AND {within}) AS done,
json_each(CASE WHEN json_valid(done.counts) THEN done.counts ELSE '{{}}' END) AS each
WHERE each.type IN ('integer', 'real') AND each.key NOT LIKE '%\\_share' ESCAPE '\\'
GROUP BY done.year, each.key)
GROUP BY key HAVING total > 0 OR key NOT LIKE 'missing\\_%' ESCAPE '\\' ORDER BY key"""
_ASIDE = f"""SELECT text FROM events WHERE {rows.SOUND_EVENT} AND time >= :started
AND text LIKE 'worker % is set aside: %' ORDER BY rowid LIMIT 100"""
_EVENTS = f"SELECT time, text FROM events WHERE {rows.SOUND_EVENT} ORDER BY rowid DESC LIMIT 20"


def _run(db: sqlite3.Connection, path: Path) -> dict[str, Any]:
    """The row of the table ``run``, whose values can be relied on from here."""
    if not schema.columns_of(db, "run") or (row := db.execute("SELECT * FROM run").fetchone()) is None:
        raise NotBegun(f"run {path.stem} was never started: {path} is empty; start it with 'inv manage'")
    run = dict(row)
    if fault := rows.fault_of_run(run):
        raise JournalRefused(f"the journal {path} cannot be read: {fault}; move it away and run 'inv manage' again")
    starts = extent.read_json(run.pop("starts", None))
    return {**run, "settings": json.loads(run["settings"]), **({"starts": starts} if starts else {})}


def _within(run: Mapping[str, Any]) -> str:
    """SQL that is true for the rows of a run's cells; others are of another time, when it had others."""
    return f"{_STARTS if 'starts' in run else _YEARS} AND member BETWEEN 0 AND :members - 1"


def _values(run: Mapping[str, Any]) -> dict[str, Any]:
    """A run as SQLite takes it."""
    return {**run, "starts": extent.as_json(run.get("starts", ()))}


def _rows(db: sqlite3.Connection, query: str, values: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    return [dict(row) for row in db.execute(query, values or {})]


def _whole(total: float) -> float:
    return int(total) if total == int(total) else total


def _schedule(db: sqlite3.Connection, run: dict[str, Any], working: list[WorkingSlot], within: str) -> PyroTaskSchedule:
    # Tasks are not checked: a journal must stay readable after one has left the table of tasks.
    tasks = identity.tasks_of(run["task"])
    schedule = chain.unchecked(extent.of_run(run), run["members"], tasks)
    query = f"SELECT year, member, status{{more}} FROM tasks WHERE {within}"
    if len(tasks) == 1:
        for year, member, status in db.execute(query.format(more=""), _values(run)):
            schedule.get_task(year, member).status = status
    else:
        found = db.execute(query.format(more=", task"), _values(run))
        chain.fill(schedule, {(year, member, task): status for year, member, status, task in found})
    for slot in working:
        schedule.get_task(slot["year"], slot["member"]).status = "working"
    return schedule


def _step(
    db: sqlite3.Connection, run: dict[str, Any], step: PyroTaskSchedule, within: str, of_chain: bool
) -> StepState:
    """What the journal says of one step, of a chain or of a run that has no other."""
    if of_chain:
        within, run = f"{within} AND task = :step", {**run, "step": step.task}
    values = _values(run)
    seconds, cpu_seconds = db.execute(_SECONDS.format(within=within), values).fetchone()
    counted = db.execute(_COUNTS.format(within=within), values).fetchall()
    counts, means, most = ({row["key"]: _whole(row[of]) for row in counted} for of in ("total", "mean", "most"))
    return StepState(step.task, step.counts(), counts, float(seconds or 0), float(cpu_seconds or 0), means, most)


def _managed(path: Path, run: dict[str, Any]) -> bool:
    """Whether the lock is held; where locks do not reach another host, whether its manager wrote lately."""
    if lock.held(path):
        return True
    elsewhere = run["host"] != socket.gethostname()
    return elsewhere and under_way(run) and time.time() - run["heartbeat"] < SILENT_SECONDS
