"""What tasks may take, told to each call; and the calls that began before that was known and have outlasted it."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from stormtracks.pyro_cluster.manager.dispatch.books import Call
from stormtracks.pyro_cluster.manager.dispatch.time_limit import LimitOfRun, TimeLimit
from stormtracks.pyro_cluster.manager.workers.discovery import Peer, PeerLost
from stormtracks.pyro_cluster.manager.workers.heartbeats import BEAT_TIMEOUT
from stormtracks.pyro_cluster.manager.workers.worker import Worker
from stormtracks.pyro_cluster.plain import Options
from stormtracks.pyro_cluster.pyro_task import PyroTask
from stormtracks.readable import duration


class TimeKeeper:
    """The time limit of a run.

    Parameters
    ----------
    asked : TimeLimit
    options : Options
        What each call is given.
    connect : callable
        ``connect(uri, timeout)`` -> a new `Peer`.
    cut : callable
        Given a call, ends the waiting for its reply; whether there was such one.

    Attributes
    ----------
    options : Options
        With the limit as it is known by now; replaced, never changed.
    """

    def __init__(
        self,
        asked: TimeLimit,
        options: Options,
        connect: Callable[[str, float | None], Peer],
        cut: Callable[[Call], bool],
    ) -> None:
        self.options = options
        self._limit = LimitOfRun(asked)
        self._connect = connect
        self._cut = cut
        self._unlimited: dict[Call, float] = {}  # calls begun before a limit was known -> when
        self._ending: set[Call] = set()  # those of them that workers were asked to end
        self._given_up: dict[Call, str] = {}  # those of them that were cut -> why

    def begin(self, call: Call, options: Options) -> None:
        """A call begins, with these options."""
        if self._limit.may_change and options.get("timeout") is None:
            self._unlimited[call] = time.monotonic()

    def over(self, call: Call) -> None:
        """A call is over, however it ended."""
        if self._unlimited.pop(call, None) is not None:
            self._ending.discard(call)

    def completed(self, seconds: float) -> None:
        """A task took so long: what others may take follows from it. One at a time."""
        if not self._limit.may_change:
            return
        self._limit.completed(seconds)
        if self._limit.seconds != self.options.get("timeout"):
            self.options = {**self.options, "timeout": self._limit.seconds}

    def end_late(self, workers: Iterable[Worker]) -> None:
        """Have tasks ended whose calls began before a limit was known, and have outlasted it by now."""
        limit, now = self._limit.seconds, time.monotonic()
        if limit is None or not self._unlimited:
            return
        for worker in workers:
            for slot, (task, _) in worker.running.items():
                call = worker.id, slot
                seconds = now - self._unlimited.get(call, now)
                if seconds > limit and call not in self._ending:
                    self._ending.add(call)
                    # A thread for each: a worker that hangs must not delay the others.
                    name, about = f"ends a task of {worker.name}", (worker, call, task, seconds)
                    threading.Thread(target=self._end, args=about, name=name, daemon=True).start()

    def verdict(self, call: Call) -> Mapping[str, Any] | None:
        """What is to be taken for the reply of a call that was cut for its time; None where it was not."""
        why = self._given_up.pop(call, None)
        return None if why is None else {"status": "timeout", "error": why}

    def _end(self, worker: Worker, call: Call, task: PyroTask, seconds: float) -> None:
        """Ask a worker to end a task; one that cannot is not waited for any longer."""
        limit = f"the limit of {duration(self._limit.seconds or 0.0)} that the run found since (--timeout)"
        why = f"ended after {duration(seconds)}, {limit}"
        try:
            with contextlib.closing(self._connect(worker.uri, BEAT_TIMEOUT)) as peer:
                peer.end_task(task.year, task.ensemble_member, task.task, why)
        except PeerLost:  # its heartbeat finds out more
            self._ending.discard(call)
        except Exception:  # a worker of another version
            self._given_up[call] = f"{why}; its slot of {worker.name} may still be at it"
            if call not in self._unlimited or not self._cut(call):
                self._given_up.pop(call, None)
