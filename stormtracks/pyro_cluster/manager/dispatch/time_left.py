"""Whether a task ends before its worker's allocation does, by what others of its name took. No threads, no wire."""

import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from statistics import median
from typing import Any

from stormtracks.pyro_cluster.manager.workers.worker import Worker
from stormtracks.pyro_cluster.pyro_task import PyroTask
from stormtracks.readable import duration

ENOUGH = 3
"""Complete tasks from which on it is known how long they take."""
MARGIN = 1.25
"""So many times the median must be left: half of the tasks take longer than that, few much longer."""
END_SECONDS = 6.0
"""From the end of the last task to that of the allocation: what has not ended is given back in between."""
FRESH_SHARE, FRESH_SECONDS = 0.1, 30.0
"""Of its allocation that have passed at most, whichever is longer, while a worker is a fresh one."""
_KEPT = 200
_EVERY = 0.05  # so many more complete tasks, as a share, until the median is taken anew


class Durations:
    """How long the tasks of each name took lately."""

    def __init__(self) -> None:
        self._recent: dict[str, deque[float]] = {}
        self._counts: dict[str, int] = {}
        self._medians: dict[str, tuple[int, float]] = {}  # after how many, and the median then

    def took(self, task: str, seconds: float) -> None:
        """A task is complete after so long."""
        self._recent.setdefault(task, deque(maxlen=_KEPT)).append(seconds)
        self._counts[task] = self._counts.get(task, 0) + 1

    def usual(self, task: str) -> float | None:
        """Seconds that a task of this name takes; None: not known yet."""
        count = self._counts.get(task, 0)
        if count < ENOUGH:
            return None
        after, seconds = self._medians.get(task, (0, 0.0))
        if count > after * (1 + _EVERY):
            seconds = median(self._recent[task])
            self._medians[task] = count, seconds
        return seconds


class TimeLeft:
    """What is given to workers whose allocations end.

    Where a task takes longer than anybody's allocation, it is given to workers whose allocation has just begun: it may
    be shorter than most. That is said, and so is what the user can do.

    Parameters
    ----------
    clock : callable
        Seconds that only grow.

    Attributes
    ----------
    durations : Durations
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.durations = Durations()
        self._clock = clock
        self._longest = math.inf  # of the allocations of the workers that there are
        self._whole: set[tuple[str, int]] = set()  # worker's id and slot: its task was given at the beginning
        self._said: set[tuple[str, str]] = set()
        self._news: list[str] = []

    def know(self, workers: Iterable[Worker]) -> None:
        """These workers are there now."""
        self._longest = max((worker.whole for worker in workers), default=math.inf)

    def fits(self, worker: Worker, task: str) -> bool:
        """Whether a worker may be given a task of this name now."""
        if worker.ends == math.inf or (usual := self.durations.usual(task)) is None:
            return True
        needed = _needed(usual)
        if needed <= worker.ends - self._clock():
            return True
        if needed <= _sure(worker.whole) or not self._is_fresh(worker):
            return False
        others = needed <= _sure(self._longest)
        self._say(worker, task, usual, others)
        return not others

    def fits_a_fresh_one(self, worker: Worker, tasks: Iterable[str]) -> bool:
        """Whether a worker of an allocation like this one's would be given any of these tasks at its beginning."""
        for task in tasks:
            if worker.whole == math.inf or (usual := self.durations.usual(task)) is None:
                return True
            if _needed(usual) <= _sure(worker.whole) or _needed(usual) > _sure(self._longest):
                return True
        return False

    def given(self, worker: Worker, slot: int) -> None:
        """A slot was given a task."""
        if worker.ends < math.inf and self._is_fresh(worker):
            self._whole.add((worker.id, slot))

    def put_down(self, worker: Worker, slot: int) -> None:
        """A slot has no task any more."""
        self._whole.discard((worker.id, slot))

    def outlasted(self, worker: Worker, slot: int, task: PyroTask) -> Mapping[str, Any] | None:
        """What stands for the reply to a task that had the whole of an allocation, and the longest, and did not end.

        None: it was given later, or the allocation did not come to its end.
        """
        at_the_end = worker.ends - self._clock() <= worker.whole / 4
        if (worker.id, slot) not in self._whole or not at_the_end or worker.whole < _sure(self._longest):
            return None
        error = (
            f"it did not end within the allocation of {worker.known_as}, which is {duration(worker.whole)}; raise "
            "'time' in hosts.yaml"
        )
        return {"status": "timeout", "error": error}

    def news(self) -> list[str]:
        """What people are to be told, and were not yet."""
        news, self._news = self._news, []
        return news

    def _is_fresh(self, worker: Worker) -> bool:
        passed = worker.whole - (worker.ends - self._clock())
        return passed <= worker.whole - _sure(worker.whole)

    def _say(self, worker: Worker, task: str, usual: float, others: bool) -> None:
        if (worker.known_as, task) in self._said:
            return
        self._said.add((worker.known_as, task))
        then = (
            "it is not given any; other workers have the time"
            if others
            else "each of its workers is given some all the same when its allocation begins"
        )
        self._news.append(
            f"{task} takes {duration(usual)} (median), too long for allocations of {duration(worker.whole)}: raise "
            f"'time' of {worker.known_as} in hosts.yaml, then restart its workers; until then {then}"
        )


def _needed(usual: float) -> float:
    """Seconds of an allocation that must be left for a task that usually takes so long."""
    return MARGIN * usual + END_SECONDS


def _sure(whole: float) -> float:
    """What a fresh worker has left, of an allocation of so many seconds, however long it took to be met."""
    return whole if whole == math.inf else whole - max(FRESH_SHARE * whole, FRESH_SECONDS)
