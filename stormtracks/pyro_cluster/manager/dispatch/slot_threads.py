"""One thread per slot of each worker: it waits for a task, has it done in a call, and hands on what came of it."""

import threading
import time
from collections.abc import Mapping
from typing import Any

from stormtracks.pyro_cluster.manager.dispatch.announcer import Announcer
from stormtracks.pyro_cluster.manager.dispatch.books import Books
from stormtracks.pyro_cluster.manager.dispatch.calls import Calls
from stormtracks.pyro_cluster.manager.dispatch.ending import Ending
from stormtracks.pyro_cluster.manager.dispatch.settlement import Settlement
from stormtracks.pyro_cluster.manager.dispatch.workforce import Workforce
from stormtracks.pyro_cluster.manager.engines.door import PeerLost
from stormtracks.pyro_cluster.manager.workers.worker import Worker
from stormtracks.pyro_cluster.plain import STOPPING
from stormtracks.pyro_cluster.pyro_task import PyroTask

REST_SECONDS = (0.25, 8.0)
"""First and longest rest of a slot whose worker said that it is busy (with another manager's tasks, say)."""


class SlotThreads:
    """The threads of all slots.

    Parameters
    ----------
    books : Books
    calls : Calls
    settlement : Settlement
    workforce : Workforce
    ending : Ending
    announcer : Announcer
    """

    def __init__(
        self,
        books: Books,
        calls: Calls,
        settlement: Settlement,
        workforce: Workforce,
        ending: Ending,
        announcer: Announcer,
    ) -> None:
        self._books = books
        self._calls = calls
        self._settlement = settlement
        self._workforce = workforce
        self._ending = ending
        self._announcer = announcer
        self._threads: set[threading.Thread] = set()  # that work; each takes itself out

    def begin(self, worker: Worker) -> None:
        """Begin the work of a worker's slots.

        Raises
        ------
        RuntimeError
            There are no more threads.
        """
        with self._books.lock:  # no slot takes a task before `join` knows that its thread is to be waited for
            for slot in range(worker.slots):
                name = f"{worker.name}/{slot}"
                thread = threading.Thread(target=self._serve, args=(worker, slot), name=name, daemon=True)
                thread.start()
                self._threads.add(thread)

    def join(self, seconds: float) -> None:
        """Wait until all threads have come to their end, at most some seconds."""
        with self._books.lock:
            threads = list(self._threads)
        until = time.monotonic() + seconds
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _serve(self, worker: Worker, slot: int) -> None:
        """The thread of a slot; whatever ends it, its task is given up and somebody is told."""
        try:
            self._serve_tasks(worker, slot)
        except BaseException as error:
            try:
                self._failed(worker, slot, error)
            except BaseException as bug:
                self._ending.by_bug(f"a slot of {worker.name}", bug)
        finally:
            with self._books.lock:
                self._threads.discard(threading.current_thread())

    def _serve_tasks(self, worker: Worker, slot: int) -> None:
        """Have one slot of a worker do task after task, each in a call on this thread's own connection."""
        peer = None
        rest = REST_SECONDS[0]
        while (task := self._next(worker, slot)) is not None:
            try:
                peer = peer or self._calls.open(worker, slot)
                reply = self._calls.ask(peer, worker, slot, task)
            except PeerLost as error:
                if error.ours:  # it was not asked at all
                    self._settlement.not_begun(worker, slot)
                    self._announcer.alike(("lack", ""), f"a slot of {worker.name} waits: {error}")
                    rest = self._rested(rest)
                    continue
                if peer is None:
                    self._settlement.not_begun(worker, slot)
                    self._workforce.gone(worker, error)
                    break
                verdict = self._calls.verdict(worker, slot)
                if verdict is None:
                    self._lost(worker, slot, error)
                    break
                peer.close()
                peer, reply = None, verdict
            if reply.get("status") == "busy":
                self._put_off(worker, slot, reply)
                rest = self._rested(rest)
            else:
                self._settlement.finished(worker, slot, reply)
                self._workforce.judge(worker, reply)
                rest = REST_SECONDS[0]
        if peer is not None:
            peer.close()

    def _next(self, worker: Worker, slot: int) -> PyroTask | None:
        """The slot's next task, waiting for one; None when there will be none."""
        books = self._books
        with books.lock:
            idle = False
            while not books.ended and not worker.lost:
                task = None if books.journal_trouble else books.assignments.take(worker, slot)
                if task is not None:
                    books.journal.working(worker.name, slot, task.year, task.ensemble_member)
                    return task
                if not idle:  # the journal is told once
                    books.journal.working(worker.name, slot)
                    idle = True
                books.changed.wait()
            books.journal.working(worker.name, slot)
            return None

    def _put_off(self, worker: Worker, slot: int, reply: Mapping[str, Any]) -> None:
        if str(reply.get("error")).startswith(STOPPING):
            self._settlement.given_back(worker, slot)
            self._workforce.stopping(worker)
        else:
            self._settlement.not_begun(worker, slot)

    def _lost(self, worker: Worker, slot: int, error: PeerLost) -> None:
        self._workforce.gone(worker, error)
        self._settlement.lost(worker, slot)

    def _failed(self, worker: Worker, slot: int, error: BaseException) -> None:
        """A bug has ended a slot's thread: its worker counts as lost, and is met anew."""
        self._announcer.bug(f"the thread of a slot of {worker.name}", error)
        self._workforce.gone(worker, PeerLost(f"{type(error).__name__} in the manager"))
        with self._books.lock:
            held = slot in worker.running
            self._ending.if_all_is_done()
        if held:
            self._lost(worker, slot, PeerLost("a bug in the manager"))

    def _rested(self, rest: float) -> float:
        """Let a slot whose worker is busy rest, whatever wakes others meanwhile; how long to rest next time."""
        until = time.monotonic() + rest
        with self._books.lock:
            while not self._books.ended and (left := until - time.monotonic()) > 0:
                self._books.changed.wait(left)
        return min(2 * rest, REST_SECONDS[1])
