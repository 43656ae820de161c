"""One thread that writes a journal: what comes together is committed together, what comes alone at once."""

import contextlib
import queue
import sqlite3
import threading
import time

BEAT_SECONDS = 5.0
"""How often the journal says that its manager lives."""
PAUSE_SECONDS = 0.02
"""Least time between two commits: fifty a second cost nothing, and nothing waits longer than this."""
RETRY_SECONDS = 2.0
"""How soon a commit that failed (disk full) is tried again."""

_CLOSE = object()
_WAKE = object()


class Writer:
    """Commits statements to an SQLite connection that nobody else uses meanwhile.

    What cannot be written is kept and tried again; `on_trouble` is told when that begins (with words) and ends (with
    None). A damaged file is not tried again: then `lost` has words about it.

    Parameters
    ----------
    db : sqlite3.Connection
        In autocommit mode.
    beat : str
        Statement that is given the time (s since 1970) every `BEAT_SECONDS`.
    on_trouble : callable or None
    """

    def __init__(self, db, beat, on_trouble=None):
        self.lost = None
        self._db, self._beat = db, beat
        self._on_trouble = on_trouble or (lambda words: None)
        self._queue = queue.SimpleQueue()
        self._latest, self._latest_lock = {}, threading.Lock()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
        self._thread.start()

    def put(self, statement, values):
        """Have a statement carried out, in order."""
        self._queue.put((statement, values))

    def put_latest(self, key, statement, values):
        """Have a statement carried out with the next commit, unless another of the same key comes before it."""
        with self._latest_lock:
            alone = not self._latest
            self._latest[key] = statement, values
        if alone:
            self._queue.put(_WAKE)

    def close(self):
        """Write what is left (one more try where the disk was full) and end the thread."""
        self._closing.set()
        self._queue.put(_CLOSE)
        self._thread.join()

    def _work(self):
        last_beat, closed = time.monotonic(), False
        while not closed:
            batch = self._collect(max(0.0, last_beat + BEAT_SECONDS - time.monotonic()))
            closed = _CLOSE in batch
            if time.monotonic() - last_beat >= BEAT_SECONDS:
                batch.insert(0, (self._beat, (time.time(),)))
                last_beat = time.monotonic()
            statements = self._take_latest() + [item for item in batch if item not in (_CLOSE, _WAKE)]
            if statements and not self._commit_in_the_end(statements):
                return
            if not self._closing.is_set():
                self._closing.wait(PAUSE_SECONDS)

    def _collect(self, patience):
        batch = []
        with contextlib.suppress(queue.Empty):
            batch.append(self._queue.get(timeout=patience))
            while True:
                batch.append(self._queue.get_nowait())
        return batch

    def _take_latest(self):
        with self._latest_lock:
            statements, self._latest = list(self._latest.values()), {}
        return statements

    def _commit_in_the_end(self, statements):
        """Commit, trying again while the disk does not take it; False where that is of no use any more."""
        error = self._commit(statements)
        if error is None:
            return True
        self._on_trouble(f"the journal cannot be written: {error}")
        while isinstance(error, sqlite3.OperationalError) and not self._closing.wait(RETRY_SECONDS):
            error = self._commit(statements)
            if error is None:
                self._on_trouble(None)
                return True
        statements += self._take_latest() + [item for item in self._collect(0) if item not in (_CLOSE, _WAKE)]
        error = self._commit(statements)
        if error is not None:
            self.lost = f"{len(statements)} entries could not be written to the journal: {error}"
        return False

    def _commit(self, statements):
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
