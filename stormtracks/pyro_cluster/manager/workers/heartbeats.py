"""Whether a worker still lives: it is asked every few seconds, and at once when its connection ends."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from stormtracks.pyro_cluster.manager.engines.door import Peer, PeerLost
from stormtracks.pyro_cluster.manager.workers import replies
from stormtracks.pyro_cluster.manager.workers.worker import Worker

log = logging.getLogger(__name__)

BEAT_SECONDS = 4.0
"""From an answer to the next question. With two tries of `BEAT_TIMEOUT` a silent host is noticed within 10 s."""
LACK_SECONDS = 1.0
"""How long it is not asked where this process has no file left for a connection."""
BEAT_TIMEOUT = 2.5
"""How long an answer may take; a worker answers in a millisecond, as its tasks run in processes of their own."""


class Heartbeat:
    """One worker's heartbeat, on a connection and in a thread of its own, so that a worker that hangs delays no other.

    Parameters
    ----------
    worker : Worker
        No longer asked once it is `lost`.
    peer : Peer
        Closed by the thread when it ends.
    connect : callable
        ``connect(uri, timeout)`` -> a new peer.
    lost : callable
        Given the worker and a `PeerLost` when it does not answer twice, the second time on a new connection.
    interval : float, optional
        Seconds from an answer to the next question; none: `BEAT_SECONDS`.
    stopping : callable, optional
        Given the worker when it says that it is stopping.
    noticed : callable, optional
        Given the worker and the texts that it wants people to know now.
    learned : callable, optional
        Given the worker and its new description when it has something else to say of its data.
    """

    def __init__(
        self,
        worker: Worker,
        peer: Peer,
        connect: Callable[[str, float | None], Peer],
        lost: Callable[[Worker, PeerLost], object],
        interval: float | None = None,
        stopping: Callable[[Worker], object] | None = None,
        noticed: Callable[[Worker, list[str]], object] | None = None,
        learned: Callable[[Worker, Mapping[str, Any]], object] | None = None,
    ) -> None:
        self.worker = worker
        self.interval = BEAT_SECONDS if interval is None else interval
        self._peer = peer
        self._connect = connect
        self._lost = lost
        self._stopping = stopping
        self._noticed = noticed
        self._learned = learned
        self._stopped = False

    def start(self) -> None:
        """Ask from now on, until the worker is lost or `stop` is called."""
        threading.Thread(target=self._work, name=f"heartbeat of {self.worker.name}", daemon=True).start()

    def stop(self) -> None:
        """Ask no more; an answer that is waited for is not waited for any longer."""
        self._stopped = True  # first, as the cut wakes the thread, which looks at it
        self._peer.cut()

    def beat(self) -> bool:
        """Ask once, and again if no answer came; False when the worker is not to be asked any more."""
        first: PeerLost | None = None
        for again in (False, True):
            if self._is_over():
                return False
            trouble = self._trouble(again)
            if trouble is None:
                return True
            first = first or trouble
        if first and first.ours:  # it cannot be asked, which is not its fault: later
            time.sleep(LACK_SECONDS)
            return True
        trouble = first if trouble and trouble.ours else trouble
        if trouble and not self._is_over():
            self._lost(self.worker, trouble)
        return False

    def _work(self) -> None:
        """The thread: whatever ends it, the worker is not left without a heartbeat."""
        try:
            alive = True
            while alive:
                self._peer.ended(self.interval)  # waits; a connection that ends is a reason to ask at once
                alive = self.beat()
            self._peer.close()
        except BaseException as error:
            log.exception("heartbeat of %s", self.worker.name)
            self._lost(self.worker, PeerLost(f"its heartbeat ended by {type(error).__name__}: {error}"))

    def _is_over(self) -> bool:
        return self._stopped or self.worker.lost is not None

    def _trouble(self, again: bool) -> PeerLost | None:
        """Ask; why no answer came, or None."""
        try:
            if again:
                self._meet()
            self._hear(replies.checked_state(self._asked(), self.worker.id))
        except PeerLost as error:
            return error
        except replies.OddReply as error:
            return PeerLost(str(error))
        except Exception as error:  # an answer that makes no sense is not a sign of life
            log.exception("heartbeat of %s", self.worker.name)
            return PeerLost(f"{type(error).__name__}: {error}")
        return None

    def _asked(self) -> object:
        """What it answers; what it raises instead is its own trouble, and no bug of the manager."""
        try:
            return self._peer.ping()
        except PeerLost:
            raise
        except Exception as error:
            raise PeerLost(f"{type(error).__name__}: {error}") from error

    def _hear(self, state: Mapping[str, Any]) -> None:
        """Hand on what it says of itself.

        Raises
        ------
        PeerLost
            It can do nothing any more.
        """
        self.worker.progress = {(year, member): (done, of) for year, member, done, of in state.get("progress", [])}
        if self._stopping and state.get("stopping") is True:
            self._stopping(self.worker)
        if self._noticed:
            self._noticed(self.worker, state.get("notices", []))
        if fault := state.get("fault"):
            raise PeerLost(fault)
        if self._learned and state.get("data_seen", 0) != self.worker.data_seen:
            self._learned(self.worker, replies.checked_description(self._peer.describe()))

    def _meet(self) -> None:
        """A new connection to the same worker; another one may have its address by now."""
        self._peer.close()
        self._peer = self._connect(self.worker.uri, BEAT_TIMEOUT)
        found = replies.checked_description(self._peer.describe()).get("id")
        if found is not None and found != self.worker.id:
            raise PeerLost("it was restarted")
