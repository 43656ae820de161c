"""What tasks may take, told to each call; and the calls that began before that was known and have outlasted it."""

import contextlib
import functools
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from stormtracks.pyro_cluster.manager.dispatch.books import Call
from stormtracks.pyro_cluster.manager.dispatch.errands import Errands
from stormtracks.pyro_cluster.manager.dispatch.time_limit import LimitOfRun, TimeLimit
from stormtracks.pyro_cluster.manager.engines.door import Peer, PeerLost
from stormtracks.pyro_cluster.manager.workers.heartbeats import BEAT_TIMEOUT
from stormtracks.pyro_cluster.manager.workers.worker import Worker
from stormtracks.pyro_cluster.plain import Options
from stormtracks.pyro_cluster.pyro_task import PyroTask
from stormtracks.readable import duration

ASKING = 256
"""Workers that are asked at a time to end tasks: where a disk hangs, thousands are late together."""


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

    The tasks of a chain take different times: each has a limit of its own.
    """

    def __init__(
        self,
        asked: TimeLimit,
        options: Options,
        connect: Callable[[str, float | None], Peer],
        cut: Callable[[Call], bool],
    ) -> None:
        self._asked = asked
        self._options = options
        self._limits: dict[str, LimitOfRun] = {}  # by task
        self._options_of: dict[str, Options] = {}  # by task: with its limit as it is known by now; never changed
        self._connect = connect
        self._cut = cut
        self._asking = Errands(in_all=ASKING)  # by worker: one that hangs must not delay the others
        self._unlimited: dict[Call, float] = {}  # calls begun before a limit was known -> when
        self._ending: set[Call] = set()  # those of them that workers were asked to end
        self._given_up: dict[Call, str] = {}  # those of them that were cut -> why

    def begin(self, call: Call, options: Options) -> None:
        """A call begins, with these options."""
        if self._asked.medians and options.get("timeout") is None:
            self._unlimited[call] = time.monotonic()

    def over(self, call: Call) -> None:
        """A call is over, however it ended."""
        if self._unlimited.pop(call, None) is not None:
            self._ending.discard(call)

    def options(self, task: str) -> Options:
        """What a call for a task is given, with the task's limit as it is known by now."""
        return self._options_of.get(task, self._options)

    def completed(self, task: str, seconds: float) -> None:
        """A task took so long: what others of its name may take follows from it. One at a time."""
        if not self._asked.medians:
            return
        limit = self._limits.setdefault(task, LimitOfRun(self._asked))
        limit.completed(seconds)
        if limit.seconds != self.options(task).get("timeout"):
            self._options_of[task] = {**self._options, "timeout": limit.seconds}

    def end_late(self, workers: Iterable[Worker]) -> None:
        """Have tasks ended whose calls began before a limit was known, and have outlasted it by now."""
        now = time.monotonic()
        if not self._limits or not self._unlimited:
            return
        for worker in workers:
            for slot, (task, _) in worker.running.items():
                call = worker.id, slot
                seconds = now - self._unlimited.get(call, now)
                limit = self.options(task.task).get("timeout")
                if limit is not None and seconds > limit and call not in self._ending:
                    end = functools.partial(self._end, worker, call, task, seconds, limit)
                    self._ending.add(call)
                    try:
                        self._asking.add(worker, end, f"ends tasks of {worker.name}")
                    except RuntimeError:  # no more threads: at the next look
                        self._ending.discard(call)

    def verdict(self, call: Call) -> Mapping[str, Any] | None:
        """What is to be taken for the reply of a call that was cut for its time; None where it was not."""
        why = self._given_up.pop(call, None)
        return None if why is None else {"status": "timeout", "error": why}

    def _end(self, worker: Worker, call: Call, task: PyroTask, seconds: float, limit: float) -> None:
        """Ask a worker to end a task; one that cannot is not waited for any longer."""
        why = f"ended after {duration(seconds)}, the limit of {duration(limit)} that the run found since (--timeout)"
        try:
            with contextlib.closing(self._connect(worker.uri, BEAT_TIMEOUT)) as peer:
                peer.end_task(task.year, task.ensemble_member, task.task, why)
        except PeerLost:  # its heartbeat finds out more
            self._ending.discard(call)
        except Exception:  # a worker of another version
            self._given_up[call] = f"{why}; its slot of {worker.name} may still be at it"
            if call not in self._unlimited or not self._cut(call):
                self._given_up.pop(call, None)
