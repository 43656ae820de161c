"""The slots of all workers: each is given a task, and another one when it has been told what came of it.

No slot has a thread. What follows a reply is done in the thread that brings it, which the slots of a cluster share; one
more gives tasks to the slots that have waited for one. What may have to wait (a connection, the reason why a worker was
lost) is done aside, by threads that end with it.
"""

import functools
import heapq
import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from stormtracks.pyro_cluster.manager.dispatch.announcer import Announcer
from stormtracks.pyro_cluster.manager.dispatch.books import Books
from stormtracks.pyro_cluster.manager.dispatch.calls import Calls
from stormtracks.pyro_cluster.manager.dispatch.ending import Ending
from stormtracks.pyro_cluster.manager.dispatch.errands import Errands
from stormtracks.pyro_cluster.manager.dispatch.settlement import Settlement
from stormtracks.pyro_cluster.manager.dispatch.workforce import Workforce
from stormtracks.pyro_cluster.manager.engines.door import PeerLost, Prompt
from stormtracks.pyro_cluster.manager.workers.worker import Worker
from stormtracks.pyro_cluster.plain import STOPPING
from stormtracks.pyro_cluster.pyro_task import PyroTask

REST_SECONDS = (0.25, 8.0)
"""First and longest rest of a slot whose worker said that it is busy (with another manager's tasks, say)."""
CONNECTING = 4
"""Connections to one worker that are made at a time."""
CONNECTING_IN_ALL = 256
"""Connections to all workers that are made at a time; more would only take longer each, up to their time limit."""
LOSSES = 256
"""Workers at a time of which is waited for why they were lost: that of the others is known by then, or never."""
TOLD_SECONDS = 2.0
"""How long replies that are being dealt with may take at the end."""
AT_ONCE = 256
"""Tasks that are taken before the first of them is given out: the books are held meanwhile."""


class _Slot:
    """One slot of a worker that is there."""

    __slots__ = ("calls", "number", "peer", "rest", "worker")

    def __init__(self, worker: Worker, number: int) -> None:
        self.worker = worker
        self.number = number
        self.peer: Prompt | None = None
        self.rest = REST_SECONDS[0]  # how long it rests next time
        self.calls = 0  # the number of the call under way: what is told of any other does not count


class Slots:
    """The slots.

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
        self._connecting = Errands(CONNECTING, CONNECTING_IN_ALL)
        self._losses = Errands(in_all=LOSSES)
        # All that follows is guarded by the lock of the books.
        self._idle: dict[Worker, deque[_Slot]] = {}  # who has waited longest for a task comes first
        self._resting: list[tuple[float, int, _Slot]] = []  # a heap: until when, and what tells two of them apart
        self._numbers = itertools.count()
        self._held: set[_Slot] = set()  # that have a task
        self._all_put_down = threading.Condition(books.lock)
        self._giving: threading.Thread | None = None
        self._telling = 0  # threads in which what came of a call is being dealt with
        self._is_over = False  # what is told from now on is not kept

    def begin(self, worker: Worker) -> None:
        """Begin the work of a worker's slots.

        Raises
        ------
        RuntimeError
            There are no more threads.
        """
        with self._books.lock:
            if self._giving is None:
                self._giving = threading.Thread(target=self._give, name="gives out tasks", daemon=True)
                try:
                    self._giving.start()
                except RuntimeError:
                    self._giving = None
                    raise
            self._idle[worker] = deque(_Slot(worker, number) for number in range(worker.slots))
            self._books.wake()

    def join(self, seconds: float) -> None:
        """Wait until no slot has a task, at most some seconds, once the run has ended; nothing is kept then."""
        until = time.monotonic() + seconds
        with self._books.lock:
            while self._held and (left := until - time.monotonic()) > 0:
                self._all_put_down.wait(left)
            self._is_over = True
            self._all_put_down.wait_for(lambda: not self._telling, TOLD_SECONDS)
            giving = self._giving
        if giving is not None:
            giving.join(max(0.0, until - time.monotonic()))

    # The thread that gives tasks to slots that have waited for one

    def _give(self) -> None:
        try:
            while (given := self._given()) is not None:
                for slot, task in given:
                    if isinstance(task, BaseException):  # not dealt with before, as the books were held
                        self._broken(slot, task)
                    else:
                        self._guarded(slot, self._ask, task)
        except BaseException as error:
            self._ending.by_bug("the giving out of tasks", error)

    def _given(self) -> list[tuple[_Slot, PyroTask | BaseException]] | None:
        """The next tasks of slots that waited, or what came instead, waiting for some; None: there will be none."""
        with self._books.lock:
            while True:
                self._end_rests()
                self._let_go()
                if self._books.ended:
                    return None
                if given := self._taken_in_turn():
                    return given
                first = self._resting[0][0] - time.monotonic() if self._resting else None
                self._books.changed.wait(first if first is None else max(0.0, first))

    def _taken_in_turn(self) -> list[tuple[_Slot, PyroTask | BaseException]]:
        """Tasks for slots that wait, one of each worker after the other."""
        given: list[tuple[_Slot, PyroTask | BaseException]] = []
        workers = [worker for worker, slots in self._idle.items() if slots]
        while workers and len(given) < AT_ONCE:
            workers = [worker for worker in workers if self._one_taken(worker, given)]
        return given

    def _one_taken(self, worker: Worker, given: list[tuple[_Slot, PyroTask | BaseException]]) -> bool:
        slots = self._idle[worker]
        if not slots:
            return False
        slot = slots.popleft()
        try:
            task = self._taken(slot)
        except BaseException as error:
            given.append((slot, error))
            return False
        if task is None:
            slots.appendleft(slot)
            return False
        given.append((slot, task))
        self._idle[worker] = self._idle.pop(worker)  # the others come first next time
        return True

    def _end_rests(self) -> None:
        now = time.monotonic()
        while self._resting and (self._resting[0][0] <= now or self._books.ended):
            self._wait_for_task(heapq.heappop(self._resting)[2])

    def _let_go(self) -> None:
        """Close the connections of slots that wait and get nothing more."""
        for worker in [worker for worker in self._idle if worker.lost or self._books.ended]:
            for slot in self._idle.pop(worker):
                self._hang_up(slot)

    # What becomes of a slot, in any thread

    def _guarded(self, slot: _Slot, do: Callable[..., object], *about: object) -> None:
        """Do something for a slot; whatever comes of it, its task is given up and somebody is told."""
        try:
            do(slot, *about)
        except BaseException as error:
            self._broken(slot, error)

    def _broken(self, slot: _Slot, error: BaseException) -> None:
        try:
            self._failed(slot, error)
        except BaseException as bug:
            self._ending.by_bug(f"a slot of {slot.worker.name}", bug)
            with self._books.lock:
                self._put_down(slot)

    def _taken(self, slot: _Slot) -> PyroTask | None:
        """The slot's next task, if there is one now; with the lock held, as the two that follow."""
        books, worker = self._books, slot.worker
        if books.ended or worker.lost or books.journal_trouble:
            return None
        task = books.assignments.take(worker, slot.number)
        if task is not None:
            self._held.add(slot)
            books.journal.working(worker.name, slot.number, task.year, task.ensemble_member)
        return task

    def _wait_for_task(self, slot: _Slot) -> None:
        """Have the slot wait until there may be a task for it."""
        if slot.worker in self._idle:
            self._idle[slot.worker].append(slot)
        else:  # its worker was let go
            self._hang_up(slot)

    def _put_down(self, slot: _Slot) -> None:
        self._held.discard(slot)
        if not self._held:
            self._all_put_down.notify_all()

    def _ask(self, slot: _Slot, task: PyroTask) -> None:
        """Have a task begun, on the slot's own connection."""
        worker = slot.worker
        try:
            if slot.peer is None:
                connect = functools.partial(self._guarded, slot, self._connect, task)
                self._connecting.add(worker, connect, f"connects to {worker.name}")
            else:
                told = functools.partial(self._guarded, slot, self._told, task, slot.calls)
                self._calls.begin(slot.peer, worker, slot.number, task, told)
        except RuntimeError as error:  # no more threads
            self._not_begun(slot)
            self._workforce.lacks_thread(worker, error)

    def _connect(self, slot: _Slot, task: PyroTask) -> None:
        try:
            slot.peer = self._calls.open(slot.worker, slot.number)
        except PeerLost as error:
            self._not_begun(slot)
            if error.ours:
                self._wait_for_files(slot, error)
            else:
                self._workforce.gone(slot.worker, error)
        else:
            self._ask(slot, task)

    def _told(self, slot: _Slot, task: PyroTask, call: int, reply: Any, error: BaseException | None) -> None:
        """A call is over, once: a reply and the end of its connection may both be told."""
        with self._books.lock:
            if self._is_over or call != slot.calls:
                return
            slot.calls += 1
            self._telling += 1
        try:
            self._judge(slot, task, reply, error)
        finally:
            with self._books.lock:
                self._telling -= 1
                self._all_put_down.notify_all()

    def _judge(self, slot: _Slot, task: PyroTask, reply: Any, error: BaseException | None) -> None:
        worker = slot.worker
        try:
            judged = self._calls.judged((worker, slot.number), task, reply, error)
        except PeerLost as lost:
            self._hang_up(slot)
            if not lost.ours:
                self._lose(slot, lost)
                return
            self._not_begun(slot)
            self._wait_for_files(slot, lost)
            return
        if error is not None:  # a call that was cut, or what makes no sense: what comes next would too
            self._hang_up(slot)
        if judged.get("status") == "busy":
            self._put_off(slot, judged)
        else:
            self._settlement.finished(worker, slot.number, judged)
            self._workforce.judge(worker, judged)
            slot.rest = REST_SECONDS[0]
            self._continue(slot)

    def _continue(self, slot: _Slot) -> None:
        """Give the slot another task, or have it wait for one."""
        with self._books.lock:
            self._put_down(slot)
            task = self._taken(slot)
            if task is None:
                self._books.journal.working(slot.worker.name, slot.number)
                self._wait_for_task(slot)
        if task is not None:
            self._ask(slot, task)

    def _put_off(self, slot: _Slot, reply: Mapping[str, Any]) -> None:
        """Its worker was busy."""
        if str(reply.get("error")).startswith(STOPPING):
            self._settlement.given_back(slot.worker, slot.number)
            self._workforce.stopping(slot.worker)
        else:
            self._settlement.not_begun(slot.worker, slot.number)
        self._rest(slot)

    def _not_begun(self, slot: _Slot) -> None:
        self._settlement.not_begun(slot.worker, slot.number)
        with self._books.lock:
            self._put_down(slot)

    def _wait_for_files(self, slot: _Slot, error: PeerLost) -> None:
        self._announcer.alike(("lack", ""), f"a slot of {slot.worker.name} waits: {error}")
        self._rest(slot)

    def _rest(self, slot: _Slot) -> None:
        """Let a slot rest, whatever wakes others meanwhile."""
        with self._books.lock:
            self._put_down(slot)
            self._books.journal.working(slot.worker.name, slot.number)
            heapq.heappush(self._resting, (time.monotonic() + slot.rest, next(self._numbers), slot))
            self._books.wake()  # whoever waits for the first rest to end
        slot.rest = min(2 * slot.rest, REST_SECONDS[1])

    def _lose(self, slot: _Slot, error: PeerLost) -> None:
        """The slot's worker was lost with a task: that waits for why, aside."""
        worker = slot.worker
        self._workforce.gone(worker, error)
        settle = functools.partial(self._settle_loss, slot)
        if self._books.ended:  # nobody asks why any more
            settle()
            return
        try:
            self._losses.add(worker, settle, f"losses of {worker.name}")
        except RuntimeError:  # no more threads
            settle()

    def _settle_loss(self, slot: _Slot) -> None:
        try:
            self._settlement.lost(slot.worker, slot.number)
        except BaseException as bug:
            self._ending.by_bug(f"a slot of {slot.worker.name}", bug)
        finally:
            with self._books.lock:
                self._put_down(slot)

    def _failed(self, slot: _Slot, error: BaseException) -> None:
        """A bug: the slot's worker counts as lost, and is met anew."""
        worker, lost = slot.worker, PeerLost(f"{type(error).__name__} in the manager")
        with self._books.lock:
            slot.calls += 1  # its call may still be under way, and is cut now
        self._announcer.bug(f"a slot of {worker.name}", error)
        self._workforce.gone(worker, lost)
        self._hang_up(slot)
        with self._books.lock:
            holds = slot.number in worker.running
            if not holds:
                self._put_down(slot)
            self._ending.if_all_is_done()
        if holds:
            self._lose(slot, lost)

    def _hang_up(self, slot: _Slot) -> None:
        """Close the slot's connection, if it has one."""
        with self._books.lock:
            self._books.calls.pop((slot.worker.id, slot.number), None)
            peer, slot.peer = slot.peer, None
        if peer is not None:
            try:
                peer.close()
            except BaseException as error:  # it is of no use any more, and no reason to lose more than that
                self._announcer.bug(f"the end of a connection to {slot.worker.name}", error)
