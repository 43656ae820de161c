"""One thread that writes a journal: what comes together is committed together, what comes alone at once."""

import contextlib
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from stormtracks.errors import StormtracksError
from stormtracks.pyro_cluster.journal import batch
from stormtracks.pyro_cluster.journal.batch import Statement

log = logging.getLogger(__name__)

BEAT_SECONDS = 5.0
"""How often the journal says that its manager lives."""
LOOK_SECONDS = 2.0
"""How often the thread looks whether the journal is still where it was."""
PAUSE_SECONDS = 0.02
"""Least time between two commits: fifty per second cost nothing, and nothing waits longer than this."""
RETRY_SECONDS = 2.0
"""How soon a commit that failed (disk full) is tried again."""
# What SQLite says when a disk is full, fails, is read-only for a while or not to be opened now, or when another
# process has the file. All else stays as it is: a damaged file, a table that somebody has changed.
_PASSING = (
    *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED),
    *(sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN),
)

# What else goes through the queue: a request to end, and one to write what `put_latest` was given.
_CLOSE: Any = object()
_WAKE: Any = object()


@dataclass(frozen=True)
class Heard:
    """Who is told what happens to a journal, from the thread that writes it.

    Attributes
    ----------
    trouble : callable
        Given a message when nothing can be written for now, and None when it can again.
    event : callable
        Given a line about what happened.
    lost : callable
        Given a message when nothing can be written any more.
    """

    trouble: Callable[[str | None], object] = lambda message: None
    event: Callable[[str], object] = lambda text: None
    lost: Callable[[str], object] = lambda message: None


def passes(error: Exception | None) -> bool:
    """Whether what SQLite raised may be over in a while."""
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(error, MemoryError) or (code is not None and code & 0xFF in _PASSING)


class Taken(StormtracksError):
    """Another manager has the run that this one had."""


class Place(Protocol):
    """Where the journal is, such as a `place.Place`."""

    def problem(self) -> str | None:
        """What has become of the journal or its lock; None: nothing."""

    def renewed(self, db: sqlite3.Connection) -> sqlite3.Connection:
        """The journal written anew from what `db` still has; `Taken` where another manager has the run."""


class Writer:
    """Commits statements to an SQLite connection that nobody else uses meanwhile.

    What cannot be written for now is kept and tried again. Where it never can be (the file is damaged, the thread has
    met a bug), `lost` has a message, `Heard.lost` is told at once, and nothing is written any more.

    Parameters
    ----------
    db : sqlite3.Connection
        In autocommit mode.
    beat : str
        Statement that is given the time (s since 1970) every `BEAT_SECONDS`.
    heard : Heard, optional
    place : Place, optional
        Looked at every `LOOK_SECONDS`; none: the journal is taken to stay where it is.

    Attributes
    ----------
    lost : str or None
        What could not be written, once that is certain.
    taken : str or None
        Who has the run instead of this manager.
    left_out : int
        Statements that SQLite cannot carry out, whose neighbours were.
    """

    def __init__(
        self, db: sqlite3.Connection, beat: str, heard: Heard | None = None, place: Place | None = None
    ) -> None:
        self.lost: str | None = None
        self.taken: str | None = None
        self.left_out = 0
        self._in_place = True  # nobody was told that the journal is gone and cannot be written anew
        self._db = db
        self._beat = beat
        self._heard = heard or Heard()
        self._place = place
        self._queue: queue.SimpleQueue[Statement] = queue.SimpleQueue()
        self._latest: dict[object, Statement] = {}
        self._latest_lock = threading.Lock()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._guarded, daemon=True, name="journal")
        self._thread.start()

    def put(self, statement: str, values: tuple) -> None:
        """Have a statement carried out, in order."""
        self._queue.put((statement, values))

    def put_latest(self, key: object, statement: str, values: tuple) -> None:
        """Have a statement carried out with the next commit, unless another of the same key comes before it."""
        with self._latest_lock:
            alone = not self._latest
            self._latest[key] = statement, values
        if alone:  # the others of this commit have woken the thread already
            self._queue.put(_WAKE)

    def close(self) -> None:
        """Write what is left (one more try where the disk was full), end the thread and close the connection."""
        self._closing.set()
        self._queue.put(_CLOSE)
        self._thread.join()
        with contextlib.suppress(sqlite3.Error):
            self._db.close()

    def _guarded(self) -> None:
        """The thread: whatever ends it before it is asked to end, somebody is told."""
        try:
            self._work()
        except Taken as error:
            self.taken = str(error)
            self._give_up(self.taken)
        except BaseException as error:
            log.exception("the thread that writes the journal")
            self._give_up(f"the journal is not written any more: {type(error).__name__}: {error}")

    def _work(self) -> None:
        last_beat = last_look = time.monotonic()
        closed = False
        while not closed:
            due = min(last_beat + BEAT_SECONDS, last_look + LOOK_SECONDS)
            items = self._collect(max(0.0, due - time.monotonic()))
            closed = _CLOSE in items
            now = time.monotonic()
            if now - last_beat >= BEAT_SECONDS:
                items.insert(0, (self._beat, (time.time(),)))
                last_beat = now
            if closed or now - last_look >= LOOK_SECONDS:
                self._look()
                last_look = now
            statements = self._statements(items)
            if statements and not self._commit_in_the_end(statements):
                return
            if not self._closing.is_set():
                self._closing.wait(PAUSE_SECONDS)  # so that what comes meanwhile is one commit

    def _collect(self, patience: float) -> list[Statement]:
        """What is in the queue, waited for if there is nothing."""
        items = []
        with contextlib.suppress(queue.Empty):
            items.append(self._queue.get(timeout=patience))
            while True:
                items.append(self._queue.get_nowait())
        return items

    def _statements(self, items: list[Statement]) -> list[Statement]:
        """What is to be written now: what slots do, then what came through the queue."""
        with self._latest_lock:
            latest = list(self._latest.values())
            self._latest = {}
        return latest + [item for item in items if item is not _CLOSE and item is not _WAKE]

    def _look(self) -> None:
        """Look whether the journal is where it was; write it anew where it is not."""
        problem = self._place.problem() if self._place else None
        if not self._place or not problem:
            return
        try:
            self._db = self._place.renewed(self._db)
        except Taken:
            raise
        except (sqlite3.Error, OSError, StormtracksError) as error:  # tried again at the next look
            if self._in_place:  # said once: what is told of it begins to wait then
                self._say(self._heard.trouble, f"{problem}, and cannot be written anew: {error}")
            self._in_place = False
        else:
            self._say(self._heard.event, f"{problem}; it was written anew")
            if not self._in_place:
                self._say(self._heard.trouble, None)
            self._in_place = True

    def _commit_in_the_end(self, statements: list[Statement]) -> bool:
        """Commit, trying again while the disk is full; False where it is no use to try any more."""
        error = self._commit(statements)
        if error is None:
            return True
        if passes(error):
            self._say(self._heard.trouble, f"the journal cannot be written: {error}")
        while passes(error) and not self._closing.wait(RETRY_SECONDS):
            self._look()  # a folder that is gone cannot be written, but made anew
            error = self._commit(statements)
            if error is None:
                self._say(self._heard.trouble, None)
                return True
        statements += self._statements(self._collect(0))
        error = self._commit(statements)
        if error is not None:
            self._give_up(f"{len(statements)} entries could not be written to the journal: {error}")
        return False

    def _give_up(self, message: str) -> None:
        self.lost = message
        self._say(self._heard.lost, message)

    def _say(self, heard: Callable[[Any], object], message: str | None) -> None:
        """Tell somebody, who may fail at it: that must not end the writing."""
        try:
            heard(message)
        except Exception:
            log.exception("nobody could be told: %s", message)

    def _commit(self, statements: list[Statement]) -> Exception | None:
        """Write all of some statements or none; what was in the way."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            for some in batch.gathered(statements):
                self._carry_out(some)
            self._db.execute("COMMIT")
        except (sqlite3.Error, MemoryError) as error:
            with contextlib.suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            return error
        return None

    def _carry_out(self, statements: list[Statement]) -> None:
        """Carry out what can be one statement. Values without a form in SQLite are a bug, which costs one row only."""
        sql, values = batch.as_one(statements)
        try:
            self._db.execute(sql, values)
        except (OverflowError, ValueError, sqlite3.InterfaceError, sqlite3.ProgrammingError) as error:
            if len(statements) > 1:  # nothing of it was carried out
                for statement in statements:
                    self._carry_out([statement])
                return
            self.left_out += 1
            log.exception("left out of the journal: %s %r", sql, values)
            if self.left_out == 1:
                self._say(self._heard.event, f"an entry cannot be kept in the journal: {type(error).__name__}: {error}")
