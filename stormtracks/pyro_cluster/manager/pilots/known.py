"""What the manager knows of an entry's jobs, and what follows from that. Pure: no threads, no wire."""

import math
from collections.abc import Callable, Iterable

from stormtracks.pyro_cluster.manager.recent import Recent
from stormtracks.pyro_cluster.manager.workers.supply import Entry, Kept
from stormtracks.pyro_cluster.manager.workers.worker import Worker
from stormtracks.readable import duration

ANSWER_SECONDS = 120.0
"""So long is an answer of a queue waited for, the first one or after something happened, before nothing is expected."""
STARTING_SECONDS = 600.0
"""So long after its job was first seen running is a worker waited for."""
SLOW_SECONDS = 60.0
"""So long after that its worker should have come: something may be in its way, which a person should look for."""
SILENT_SECONDS = 3600.0
"""So long does the last answer of a queue count that cannot be asked: a login node that is restarted is back by then,
and whoever waits for a queue that is gone loses an hour, not a weekend."""
STUCK_SECONDS = 600.0
"""So long is a job waited for whose queue says that it cannot start: somebody may see to it meanwhile."""
FRUITLESS = 3
"""Jobs in a row that end by themselves without having begun a task, after which no more are asked for."""


class Known:
    """One entry's jobs, as far as they are known.

    Parameters
    ----------
    entry : Entry
    clock : callable
        Seconds that only grow.

    Attributes
    ----------
    kept : Kept or None
        The last answer of its queue; None before the first.
    trouble : str
        Why the last look was not answered; empty: it was.
    """

    def __init__(self, entry: Entry, clock: Callable[[], float]) -> None:
        self.entry = entry
        self.kept: Kept | None = None
        self.trouble = ""
        self._clock = clock
        self._heard = self._begun = clock()
        self._happened = -math.inf  # when something happened that its queue was not asked about yet
        self._workers: Recent[str, Worker] = Recent()  # that came, by name; the latest of each
        self._there: dict[str, Worker] = {}  # those that did not go again
        self._left: set[str] = set()  # names of those that did, whose job the queue did not begin anew
        self._running_since: dict[str, float] = {}
        self._stuck_since: dict[str, float] = {}
        self._ending_since: dict[str, float] = {}
        self._fruitless = 0
        self._asked = 0  # jobs that a look which is under way may submit

    @property
    def stopped(self) -> str:
        """Why nothing more is submitted although there is work; empty: nothing stands in the way."""
        if self.kept and self.kept.stopped:
            return self.kept.stopped
        if self._fruitless < FRUITLESS:
            return ""
        return (
            f"{FRUITLESS} jobs in a row ended by themselves without having begun a task, though there was work. No "
            f"more are submitted: see fab logs --only {self.entry.name}, put it right, then start the run again"
        )

    @property
    def hindrance(self) -> str:
        """Why no jobs come, though there is work; empty: nothing is known that stands in the way."""
        return self.stopped or self.trouble or (self.kept.refused if self.kept else "") or self._stuck()

    @property
    def there(self) -> int:
        """How many of its workers are there and stay: the job of one that stops may have ended already."""
        return sum(not worker.stopping for worker in self._there.values())

    @property
    def has_met_any(self) -> bool:
        """Whether one of its workers has come."""
        return bool(self._workers)

    def has_met(self, name: str) -> bool:
        """Whether a worker of this name has come."""
        return name in self._workers

    def came(self, worker: Worker) -> None:
        """One of its workers has come."""
        self._workers[worker.name] = worker
        self._there[worker.name] = worker
        self._left.discard(worker.name)

    def gone(self, worker: Worker) -> None:
        """It has gone. The queue may begin its job once more, and then it comes under the same name."""
        if self._there.get(worker.name) is worker:
            self._there.pop(worker.name, None)
            self._left.add(worker.name)

    def happened(self) -> None:
        """Something happened, and only the queue knows what follows: its next answer is waited for."""
        self._happened = self._clock()

    def begun(self, left: int, others: Iterable["Known"]) -> int:
        """A look begins: for how many slots there is work, those that are there included.

        Tasks that the jobs of other entries will take are left to them. So there are never more jobs to come, of all
        entries, than there are tasks for.

        Parameters
        ----------
        left : int
            Tasks that the entry's workers could begin now if there were slots.
        others : iterable of Known
            All other entries.
        """
        self._begun = self._clock()
        free = 0 if self._fruitless >= FRUITLESS else max(0, left - sum(other.promised() for other in others))
        self._asked = min(self.entry.jobs, math.ceil(free / self.entry.slots))
        return free + self.there * self.entry.slots

    def failed(self, why: str) -> None:
        """The look was not answered."""
        self._asked = 0
        self.trouble = why

    def answered(self, kept: Kept, work: bool) -> bool:
        """The look was answered; `work`: there were tasks to begin. Whether anything is other than the time before."""
        before, now = self.kept, self._clock()
        self.kept = kept
        self.trouble = ""
        self._heard = now
        self._asked = 0
        if self._begun > self._happened:
            self._happened = -math.inf
        self._running_since = {name: self._running_since.get(name, now) for name in self._names("running")}
        self._ending_since = {name: self._ending_since.get(name, now) for name in self._names("ending")}
        stuck = [name for name, pilot in kept.pilots.items() if pilot.stuck]
        self._stuck_since = {name: self._stuck_since.get(name, now) for name in stuck}
        self._left = self._left & kept.pilots.keys() - set(self._names("pending"))
        if before is not None:  # what had ended before this run says nothing
            self._count_fruitless(before, kept, work)
        return before is None or before._replace(waits="", lines=()) != kept._replace(waits="", lines=())

    def pending(self) -> int:
        """Jobs that wait in the queue, without those whose workers have come since; none where that is unknown.

        Nor do those count that are stuck for too long.
        """
        if self.kept is None or not self._counts():
            return 0
        new = max(0, self.kept.submitted - len(self._there.keys() - self.kept.pilots.keys()))
        return len(set(self._names("pending")) - self._there.keys() - self._given_up()) + new

    def starting(self) -> int:
        """Jobs that run, but whose workers have not come yet, nor been waited for too long."""
        return len(self._starting_since())

    def ending(self) -> int:
        """Jobs on their way out: once they have ended, others may be submitted in their place."""
        early = self._clock() - ANSWER_SECONDS
        return sum(since > early for since in self._ending_since.values()) if self._counts() else 0

    def expected(self) -> bool:
        """Whether workers are to come, so that it makes sense to wait."""
        now = self._clock()
        if self.kept is None:
            return now - self._heard < ANSWER_SECONDS and not self.trouble
        asked = now - self._happened < ANSWER_SECONDS
        return self.kept.wanted and not self.stopped and (asked or self.pending() + self.starting() + self.ending() > 0)

    def promised(self) -> int:
        """Tasks that the slots will take whose workers are to come, so that nobody else need be asked for them."""
        return self.entry.slots * max(self.pending() + self.starting(), self._asked)

    def left(self) -> int:
        """Jobs that are in the queue or running, by its last answer."""
        return len(self._names("pending")) + len(self._names("running")) + (self.kept.submitted if self.kept else 0)

    def waits(self) -> str:
        """What is waited for, as "3 jobs of tc: pending (Priority)"; empty: nothing."""
        pending, starting = self.pending(), self.starting()
        number = pending or starting
        if not number or self.kept is None or not self.expected():
            return ""
        jobs = f"{number:,} job{'s' * (number > 1)} of {self.entry.name}"
        why = (self.kept.waits or "pending") if pending else self._starts()
        if pending and pending == len(self._stuck_since.keys() - self._given_up()):
            why += ", which does not pass by itself"
        silent = f" (known {duration(self._clock() - self._heard)} ago)" if self.trouble else ""
        return f"{jobs}: {why}{silent}"

    def _starts(self) -> str:
        """What is said of jobs that run, but whose workers have not come yet."""
        if min(self._starting_since(), default=math.inf) > self._clock() - SLOW_SECONDS:
            return "starting"
        return f"running, but not registered yet: see fab logs --only {self.entry.name}"

    def _starting_since(self) -> list[float]:
        """Since when each of them runs, those left out that have been waited for too long."""
        if not self._counts():
            return []
        early = self._clock() - STARTING_SECONDS
        here = self._there.keys() | self._left
        return [since for name, since in self._running_since.items() if since > early and name not in here]

    def _counts(self) -> bool:
        """Whether the last answer still counts."""
        return self.kept is not None and self._clock() - self._heard < SILENT_SECONDS

    def _given_up(self) -> set[str]:
        """Jobs that are stuck, and are not waited for any more."""
        early = self._clock() - STUCK_SECONDS
        return {name for name, since in self._stuck_since.items() if since <= early}

    def _stuck(self) -> str:
        """What is said of jobs that cannot start."""
        if not self._stuck_since or self.kept is None:
            return ""
        return (
            f"{len(self._stuck_since):,} job(s) cannot start: {self.kept.waits or 'pending'}. See to that reason, or "
            "correct the entry in hosts.yaml and run fab stop-workers, then fab start-workers"
        )

    def _names(self, state: str) -> list[str]:
        return [name for name, pilot in self.kept.pilots.items() if pilot.state == state] if self.kept else []

    def _count_fruitless(self, before: Kept, now: Kept, work: bool) -> None:
        """Count jobs that ended by themselves and had begun nothing although they could have."""
        for name, pilot in now.pilots.items():
            worker = self._workers.get(name)
            ended = pilot.state == "ended" and (name not in before.pilots or before.pilots[name].state != "ended")
            if worker is not None and worker.used and (ended or pilot.state == "running"):
                self._fruitless = 0
            elif ended and work and not pilot.by_queue:
                self._fruitless += 1
