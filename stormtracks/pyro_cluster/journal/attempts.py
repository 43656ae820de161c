"""What the slots of a run did, when, and how it ended: the journal's latest attempts."""

import contextlib
import sqlite3
from pathlib import Path
from typing import Any, NamedTuple

from stormtracks.label import Label
from stormtracks.pyro_cluster.journal import database, journal, schema
from stormtracks.pyro_cluster.journal.lock import JournalRefused
from stormtracks.pyro_cluster.journal.rows import SOUND_ATTEMPT

MOST = 10_000
"""Attempts that are read at once: a century of 56 members takes three times as many, and nobody sees them at once."""


class Attempt(NamedTuple):
    """One attempt at a task: columns of the journal's table ``attempts``. A journal of before has no slots there."""

    worker: str
    slot: int | None
    year: Label
    member: int
    task: str
    began: float  # seconds since 1970, by the manager's clock
    ended: float
    status: str  # "outstanding": it is to be done again
    cpu_seconds: float | None
    read_seconds: float | None  # that it read its input; none: not known
    error: str | None


def recent(name: str, place: Path | None = None, most: int = MOST) -> list[Attempt]:
    """The latest attempts of a run, oldest first.

    Parameters
    ----------
    name : str
        The run's.
    place : Path, optional
        Folder of journals; none: the state folder's.
    most : int
        Earlier ones are left out.

    Raises
    ------
    JournalRefused
        The journal cannot be read.
    """
    path = Path(place or journal.folder()) / f"{name}.sqlite"
    try:
        with contextlib.closing(database.view(path)) as db:
            return [Attempt(*row) for row in reversed(_rows(db, most))]
    except database.UNREADABLE as error:
        raise JournalRefused(f"the journal {path} cannot be read: {error}; check its permissions") from error


_RECENT = f"""SELECT {", ".join(Attempt._fields)} FROM attempts
WHERE {SOUND_ATTEMPT} ORDER BY rowid DESC LIMIT ?"""
# The last attempt at each task is all that a journal of before knows; who did it is the last of those who tried.
_OF_BEFORE = f"""SELECT {", ".join(Attempt._fields)} FROM (
SELECT replace(worker, rtrim(worker, replace(worker, ' ', '')), '') AS worker, NULL AS slot, year, member,
'' AS task, finished - seconds AS began, finished AS ended, status, cpu_seconds, NULL AS read_seconds, error
FROM tasks WHERE finished > 0 AND seconds > 0 AND NOT coalesce(skipped, 0))
WHERE {SOUND_ATTEMPT} ORDER BY ended DESC LIMIT ?"""


def _rows(db: sqlite3.Connection, most: int) -> list[Any]:
    if schema.columns_of(db, "attempts"):
        found = db.execute(_RECENT, (most,)).fetchall()
        if found or not schema.columns_of(db, "tasks"):
            return found
    return db.execute(_OF_BEFORE, (most,)).fetchall() if schema.columns_of(db, "tasks") else []
