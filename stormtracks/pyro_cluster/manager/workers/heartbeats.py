"""Whether a worker still lives: it is asked every few seconds, and at once when its connection ends."""

import functools
import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from stormtracks.pyro_cluster.manager.engines.door import Peer, PeerLost, Pulsing
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
    """One worker's heartbeat, on a connection of its own, so that a worker that hangs delays no other.

    It has a thread while the worker is in trouble; and all the time where its peer must be waited for.

    Parameters
    ----------
    worker : Worker
        No longer asked once it is `lost`.
    peer : Peer
        Closed when it ends.
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
        self._lacks = False  # of this process's: it could not ask
        self._turn = 0  # how often it was asked without a thread

    def start(self) -> None:
        """Ask from now on, until the worker is lost or `stop` is called.

        Raises
        ------
        RuntimeError
            There are no more threads.
        """
        if isinstance(self._peer, Pulsing):
            self._watch(self._peer)
        else:
            self._begin(self._work)

    def stop(self) -> None:
        """Ask no more; an answer that is waited for is not waited for any longer."""
        self._stopped = True  # first, as the cut wakes the thread, which looks at it
        self._peer.cut()

    def beat(self, trouble: PeerLost | None = None) -> bool:
        """Ask once, and again if no answer came; False when the worker is not to be asked any more.

        Parameters
        ----------
        trouble : PeerLost, optional
            Why no answer came to the first question, where it was asked already.
        """
        first, self._lacks = trouble, False
        for again in (False, True) if trouble is None else (True,):
            if self._is_over():
                return False
            trouble = self._trouble(again)
            if trouble is None:
                return True
            first = first or trouble
        if first and first.ours:  # it cannot be asked, which is not its fault: later
            self._lacks = True
            time.sleep(LACK_SECONDS)
            return True
        trouble = first if trouble and trouble.ours else trouble
        if trouble and not self._is_over():
            self._lost(self.worker, trouble)
        return False

    def _begin(self, work: Callable[..., object], *about: object) -> None:
        """Have something done in a thread of its own."""
        name = f"heartbeat of {self.worker.name}"
        threading.Thread(target=self._guarded, args=(work, *about), name=name, daemon=True).start()

    def _guarded(self, work: Callable[..., object], *about: object) -> None:
        """Whatever ends it, the worker is not left without a heartbeat."""
        try:
            work(*about)
        except BaseException as error:
            log.exception("heartbeat of %s", self.worker.name)
            self._lost(self.worker, PeerLost(f"its heartbeat ended by {type(error).__name__}: {error}"))

    def _work(self) -> None:
        """The thread of a peer that must be waited for."""
        alive = True
        while alive:
            self._peer.ended(self.interval)  # waits; a connection that ends is a reason to ask at once
            alive = self.beat()
        self._peer.close()

    # Without a thread: what follows is done where replies are told, and does not wait

    def _watch(self, peer: Pulsing) -> None:
        peer.watch(lambda: self._guarded(self._ask, peer, self._turn))
        peer.later(self.interval, functools.partial(self._guarded, self._ask, peer, self._turn))

    def _ask(self, peer: Pulsing, turn: int) -> None:
        """Ask, unless that was done since: when the connection ended, say."""
        if turn != self._turn:
            return
        self._turn += 1
        if self._is_over():
            peer.close()
        else:
            peer.ask("ping", functools.partial(self._guarded, self._told, peer))

    def _told(self, peer: Pulsing, state: object, error: BaseException | None) -> None:
        """It has answered, or not."""
        try:
            has_news = self._heard(state, error)
        except Exception as caught:
            self._ask_aside(peer, self._trouble_of(caught))
            return
        if has_news:
            peer.ask("describe", functools.partial(self._guarded, self._told_news, peer))
        else:
            peer.later(self.interval, functools.partial(self._guarded, self._ask, peer, self._turn))

    def _told_news(self, peer: Pulsing, description: object, error: BaseException | None) -> None:
        try:
            self._learn(_described(description, error))
        except Exception as caught:
            self._ask_aside(peer, self._trouble_of(caught))
        else:
            peer.later(self.interval, functools.partial(self._guarded, self._ask, peer, self._turn))

    def _ask_aside(self, peer: Pulsing, trouble: PeerLost) -> None:
        """Ask again, in a thread, as a connection is waited for."""
        if self._is_over():
            peer.close()
            return
        try:
            self._begin(self._ask_again, trouble)
        except RuntimeError:  # no more threads
            peer.close()
            self._lost(self.worker, trouble)

    def _ask_again(self, trouble: PeerLost) -> None:
        """The thread, until the worker answers or is lost."""
        alive = self.beat(trouble)
        while alive and self._lacks:
            alive = self.beat(trouble)
        if alive and not self._is_over() and isinstance(self._peer, Pulsing):
            self._watch(self._peer)
        else:
            self._peer.close()

    # In both ways

    def _is_over(self) -> bool:
        return self._stopped or self.worker.lost is not None

    def _trouble(self, again: bool) -> PeerLost | None:
        """Ask; why no answer came, or None."""
        try:
            if again:
                self._meet()
            state = error = None
            try:
                state = self._peer.ping()
            except Exception as caught:
                error = caught
            if self._heard(state, error):
                self._learn(self._described())
        except Exception as caught:
            return self._trouble_of(caught)
        return None

    def _trouble_of(self, error: Exception) -> PeerLost:
        """What an exception is taken for: an answer that nothing can be done with is not a sign of life."""
        if isinstance(error, PeerLost):
            return error
        log.error("heartbeat of %s", self.worker.name, exc_info=error)
        return PeerLost(f"{type(error).__name__}: {error}")

    def _heard(self, state: object, error: BaseException | None) -> bool:
        """Hand on what it says of itself; whether it has something else to say of its data.

        Raises
        ------
        PeerLost
            There was no answer that makes sense. What it raises instead is its own trouble, and no bug of the manager.
        """
        if error is not None:
            raise error if isinstance(error, PeerLost) else PeerLost(f"{type(error).__name__}: {error}") from error
        try:
            checked = replies.checked_state(state, self.worker.id)
        except replies.OddReply as odd:
            raise PeerLost(str(odd)) from odd
        self._hear(checked)
        return self._learned is not None and checked.get("data_seen", 0) != self.worker.data_seen

    def _learn(self, description: Mapping[str, Any]) -> None:
        if self._learned is not None:
            self._learned(self.worker, description)

    def _described(self) -> Mapping[str, Any]:
        return _described(self._peer.describe(), None)

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

    def _meet(self) -> None:
        """A new connection to the same worker; another one may have its address by now."""
        self._peer.close()
        self._peer = self._connect(self.worker.uri, BEAT_TIMEOUT)
        found = self._described().get("id")
        if found is not None and found != self.worker.id:
            raise PeerLost("it was restarted")


def _described(description: object, error: BaseException | None) -> Mapping[str, Any]:
    """What a worker says of itself; `PeerLost` where that makes no sense, or there is none."""
    if error is not None:
        raise error if isinstance(error, PeerLost) else PeerLost(f"{type(error).__name__}: {error}") from error
    try:
        return replies.checked_description(description)
    except replies.OddReply as odd:
        raise PeerLost(str(odd)) from odd
