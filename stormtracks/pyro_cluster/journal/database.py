"""The file of a journal, opened: what SQLite says of it, as a refusal that says what to do."""

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from stormtracks.pyro_cluster.journal import schema
from stormtracks.pyro_cluster.journal.lock import JournalRefused
from stormtracks.pyro_cluster.journal.writer import passes

UNREADABLE = (sqlite3.Error, UnicodeDecodeError)
"""What reading a damaged journal raises; the second where the disk has changed the name of a column."""


def connect(path: Path) -> sqlite3.Connection:
    """A journal to write, created where there is none; its tables are `schema`'s.

    Raises
    ------
    JournalRefused
        It is damaged, is not a journal, or is of another version.
    """
    with refusing(path):
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


def view(path: Path) -> sqlite3.Connection:
    """A journal as it is now, to be read while its manager writes."""
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=5)
    db.row_factory = sqlite3.Row
    db.text_factory = lambda text: text.decode(errors="backslashreplace")  # what the disk has made of it
    db.execute("BEGIN")  # one view of all tables, while the manager goes on writing
    return db


@contextlib.contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
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
def refusing(path: Path) -> Iterator[None]:
    """What SQLite says of a journal, as a refusal that says what to do."""
    try:
        yield
    except (*UNREADABLE, json.JSONDecodeError) as error:
        if passes(error):  # the file is not to blame
            raise JournalRefused(
                f"the journal {path} cannot be written: {error}; free disk space, or check the folder's permissions"
            ) from error
        raise JournalRefused(
            f"the journal {path} is damaged: {error}; move it away (mv {path} {path}.damaged) and run the same command "
            "again: the workers find the results that exist and do only what is missing"
        ) from error
