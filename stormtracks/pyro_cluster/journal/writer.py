"""One thread that writes a journal: what comes together is committed together, what comes alone at once."""

import contextlib
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Any

BEAT_SECONDS = 5.0
"""How often the journal says that its manager lives."""
PAUSE_SECONDS = 0.02
"""Least time between two commits: fifty per second cost nothing, and nothing waits longer than this."""
RETRY_SECONDS = 2.0
"""How soon a commit that failed (disk full) is tried again."""

Statement = tuple[str, tuple]
"""SQL and its values."""

# What else goes through the queue: a request to end, and one to write what `put_latest` was given.
_CLOSE: Any = object()
_WAKE: Any = object()


class Writer:
    """Commits statements to an SQLite connection that nobody else uses meanwhile.

    What cannot be written is kept and tried again. A damaged file is not tried again: then `lost` has a message.

    Parameters
    ----------
    db : sqlite3.Connection
        In autocommit mode.
    beat : str
        Statement that is given the time (s since 1970) every `BEAT_SECONDS`.
    on_trouble : callable, optional
        Called with a message when nothing can be written, and with None when it can again.

    Attributes
    ----------
    lost : str or None
        What could not be written, once that is certain.
    """

    def __init__(
        self, db: sqlite3.Connection, beat: str, on_trouble: Callable[[str | None], object] | None = None
    ) -> None:
        self.lost: str | None = None
        self._db = db
        self._beat = beat
        self._on_trouble = on_trouble or (lambda message: None)
        self._queue: queue.SimpleQueue[Statement] = queue.SimpleQueue()
        self._latest: dict[object, Statement] = {}
        self._latest_lock = threading.Lock()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
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
        """Write what is left (one more try where the disk was full) and end the thread."""
        self._closing.set()
        self._queue.put(_CLOSE)
        self._thread.join()

    def _work(self) -> None:
        last_beat = time.monotonic()
        closed = False
        while not closed:
            batch = self._collect(max(0.0, last_beat + BEAT_SECONDS - time.monotonic()))
            closed = _CLOSE in batch
            if time.monotonic() - last_beat >= BEAT_SECONDS:
                batch.insert(0, (self._beat, (time.time(),)))
                last_beat = time.monotonic()
            statements = self._statements(batch)
            if statements and not self._commit_in_the_end(statements):
                return
            if not self._closing.is_set():
                self._closing.wait(PAUSE_SECONDS)  # so that what comes meanwhile is one commit

    def _collect(self, patience: float) -> list[Statement]:
        """What is in the queue, waited for if there is nothing."""
        batch = []
        with contextlib.suppress(queue.Empty):
            batch.append(self._queue.get(timeout=patience))
            while True:
                batch.append(self._queue.get_nowait())
        return batch

    def _statements(self, batch: list[Statement]) -> list[Statement]:
        """What is to be written now: what slots do, then what came through the queue."""
        with self._latest_lock:
            latest = list(self._latest.values())
            self._latest = {}
        return latest + [item for item in batch if item not in (_CLOSE, _WAKE)]

    def _commit_in_the_end(self, statements: list[Statement]) -> bool:
        """Commit, trying again while the disk is full; False where it is no use to try any more."""
        error = self._commit(statements)
        if error is None:
            return True
        self._on_trouble(f"the journal cannot be written: {error}")
        # An OperationalError is the disk's fault and passes; any other means that the file is damaged.
        while isinstance(error, sqlite3.OperationalError) and not self._closing.wait(RETRY_SECONDS):
            error = self._commit(statements)
            if error is None:
                self._on_trouble(None)
                return True
        statements += self._statements(self._collect(0))
        error = self._commit(statements)
        if error is not None:
            self.lost = f"{len(statements)} entries could not be written to the journal: {error}"
        return False

    def _commit(self, statements: list[Statement]) -> sqlite3.Error | None:
        """Write all of some statements or none; what was in the way."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            for statement, values in statements:
                self._db.execute(statement, values)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            with contextlib.suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            return error
        return None
