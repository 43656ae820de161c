"""The calls to workers in which tasks are done, and what counts as the reply of each."""

from collections.abc import Mapping
from typing import Any

from stormtracks.pyro_cluster import bounds
from stormtracks.pyro_cluster.manager.dispatch.books import Books, Call
from stormtracks.pyro_cluster.manager.dispatch.rules import Rules
from stormtracks.pyro_cluster.manager.dispatch.time_keeper import TimeKeeper
from stormtracks.pyro_cluster.manager.engines.door import Cluster, Patient, Peer, PeerLost, Prompt, Told
from stormtracks.pyro_cluster.manager.engines.waiting import Waiting
from stormtracks.pyro_cluster.manager.workers import replies
from stormtracks.pyro_cluster.manager.workers.worker import Worker
from stormtracks.pyro_cluster.pyro_task import PyroTask

LATER_SECONDS = 60
"""So much longer than its task may take is a call waited for: a worker that keeps the time ends it before."""


class Calls:
    """Opens the connections of slots, and has tasks done on them.

    Parameters
    ----------
    books : Books
    rules : Rules
    cluster : engines.door.Cluster

    Attributes
    ----------
    time : TimeKeeper
    """

    def __init__(self, books: Books, rules: Rules, cluster: Cluster) -> None:
        self.time = TimeKeeper(rules.limit, rules.options, cluster.connect, self._cut)
        self._books = books
        self._cluster = cluster
        self._timeout = rules.options.get("timeout")

    def open(self, worker: Worker, slot: int) -> Prompt:
        """A connection for the calls of a slot.

        Raises
        ------
        PeerLost
            Also where the worker is lost, or the run over, by now.
        """
        opened = self._cluster.connect(worker.uri, self._timeout and self._timeout + LATER_SECONDS)
        peer = _prompt(opened, f"{worker.name}/{slot}")
        with self._books.lock:
            if not worker.lost and not self._books.ended:
                self._books.calls[worker.id, slot] = peer
                return peer
        peer.close()
        raise PeerLost(worker.lost or "the run has ended")

    def begin(self, peer: Prompt, worker: Worker, slot: int, task: PyroTask, told: Told) -> None:
        """Have a task done; `told` is called when that is over, and `judged` says what came of it.

        Raises
        ------
        RuntimeError
            There are no more threads.
        """
        options = self.time.options(task.task)
        self.time.begin((worker.id, slot), options)
        try:
            peer.begin(task.year, task.ensemble_member, task.task, options, told)
        except BaseException:
            self.time.over((worker.id, slot))
            raise

    def judged(
        self, by: tuple[Worker, int], task: PyroTask, reply: object, error: BaseException | None
    ) -> Mapping[str, Any]:
        """The reply to a task, or what stands for one: that of a call that was cut for its time, or made no sense.

        Raises
        ------
        PeerLost
            The worker, one of whose slots (its number) did the task, cannot be reached any more.
        """
        worker, slot = by
        self.time.over((worker.id, slot))
        try:
            if error is None:
                return replies.checked(reply, task)
            raise error
        except PeerLost as lost:
            verdict = None if lost.ours else self._verdict(worker, slot)
            if verdict is None:
                raise
            return verdict
        except Exception as odd:  # odd, or raised by the worker rather than replied: neither is what our worker does
            with self._books.lock:
                worker.odd += 1
            reason = str(odd) if isinstance(odd, replies.OddReply) else f"{type(odd).__name__}: {odd}"
            return {"status": "failure", "error": reason[: bounds.CHARACTERS["error"]]}

    def end_late(self) -> None:
        """Have tasks ended that take longer than the run has found since that they may."""
        with self._books.lock:
            self.time.end_late(self._books.assignments.workers.values())

    def _verdict(self, worker: Worker, slot: int) -> Mapping[str, Any] | None:
        """What is to be taken for the reply of a call that was cut for its time; None where it was not."""
        with self._books.lock:
            verdict = self.time.verdict((worker.id, slot))
            return None if worker.lost or self._books.ended else verdict

    def _cut(self, call: Call) -> bool:
        """End the waiting for a call's reply, which is then judged; whether there was such one."""
        with self._books.lock:
            peer = self._books.calls.get(call)
        if peer is None:
            return False
        peer.cut()
        return True


def _prompt(peer: Peer, name: str) -> Prompt:
    """A peer that need not be waited for, or one whose waits are in threads of this name."""
    if isinstance(peer, Prompt):
        return peer
    assert isinstance(peer, Patient)
    return Waiting(peer, name)
