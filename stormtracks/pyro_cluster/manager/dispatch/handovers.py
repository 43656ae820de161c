"""Which worker may do the next step of a chain: it needs the result of the step before, which may lie on one disk only.

A worker can do the next step of a member if it did the step before, or has the same results folder as the worker that
did. All workers of one entry of a queue are as one here. Where two folders have the same path on different hosts, only
a try shows whether they are one. Where the worker that has the result is away, or everything has failed on it, others
may try after a while: they find the result, or say that they need it, and then the step before is done again.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping

from stormtracks.label import Label
from stormtracks.pyro_cluster.journal.chain import ChainSchedule
from stormtracks.pyro_cluster.manager.dispatch.trouble import Cell, cell_of
from stormtracks.pyro_cluster.manager.workers.worker import Worker
from stormtracks.pyro_cluster.pyro_task import PyroTask

ANYBODY = ""
"""In place of a holder's name (`Worker.known_as`): it is not known who has the result."""
_Row = tuple[Label, int]
"""Year or start, and which step."""


class Handovers:
    """The members whose next step waits for a slot, by who has what it needs.

    Parameters
    ----------
    schedule : ChainSchedule
    patience : float
        Seconds that a worker may be away, or rest, before others try what only it can do.
    clock : callable
        Seconds that only grow.
    """

    def __init__(self, schedule: ChainSchedule, patience: float, clock: Callable[[], float]) -> None:
        self._schedule = schedule
        self._patience = patience
        self._clock = clock
        self._holder: dict[Cell, str] = {}  # of cells that are neither at their first step nor complete
        self._waiting: dict[str, dict[_Row, dict[int, None]]] = {}  # holder -> row -> members
        self._there: dict[str, set[Worker]] = {}  # by what they are known as, like all that follows
        self._folders: dict[str, tuple[str, str]] = {}  # host and results folder, also of those that left
        self._away_since: dict[str, float] = {}
        self._shared: set[tuple[str, str]] = set()  # who has used whose results
        self._apart: set[tuple[str, str]] = set()  # who has not found whose results

    def add(self, worker: Worker) -> None:
        """A worker has come."""
        self._there.setdefault(worker.known_as, set()).add(worker)
        self._folders[worker.known_as] = (worker.host, worker.folder)
        self._away_since.pop(worker.known_as, None)

    def remove(self, worker: Worker) -> None:
        """A worker has gone."""
        there = self._there.get(worker.known_as, set())
        if worker in there:
            there.remove(worker)
            if not there:
                del self._there[worker.known_as]
                self._away_since[worker.known_as] = self._clock()

    def know(self, folders: Mapping[str, str]) -> None:
        """Where the results of workers go that took part before."""
        for name, folder in folders.items():
            self._folders.setdefault(name, ("", folder))

    def due(self) -> float:
        """When, as the clock says, others may next try what a worker has that is of no use now; infinity: never."""
        dues = (self._of_no_use_since(name) + self._patience for name in self._waiting)
        return min((due for due in dues if due > self._clock()), default=math.inf)

    def completed(self, task: PyroTask, holder: str) -> None:
        """A step is complete, and its result lies with this holder, or with anybody: the next one waits."""
        cell, index = cell_of(task), self._schedule.index(task.task) + 1
        self._holder.pop(cell, None)
        if index < len(self._schedule.steps):
            self._holder[cell] = holder
            if holder not in self._there:
                self._away_since.setdefault(holder, self._clock())
            self.wait(self._schedule.steps[index].get_task(*cell))

    def used(self, worker: Worker, task: PyroTask) -> None:
        """A worker has completed a step, so it found what this step needs."""
        holder = self._holder.get(cell_of(task), ANYBODY)
        if holder not in (ANYBODY, worker.known_as):
            self._shared.add((worker.known_as, holder))
            self._apart.discard((worker.known_as, holder))

    def lacks(self, worker: Worker, task: PyroTask) -> bool:
        """A worker did not find what a step needs; whether that is with another worker, or one that may come back."""
        holder = self._holder.get(cell_of(task), ANYBODY)
        if holder in (ANYBODY, worker.known_as):
            return False
        self._shared.discard((worker.known_as, holder))
        self._apart.add((worker.known_as, holder))
        return self._is_there(holder) or not self._is_given_up(holder)

    def wait(self, task: PyroTask) -> None:
        """A step that is outstanding waits for a slot."""
        if row := self._schedule.index(task.task):
            of_holder = self._waiting.setdefault(self._holder.setdefault(cell_of(task), ANYBODY), {})
            of_holder.setdefault((task.year, row), {})[task.ensemble_member] = None

    def again(self, task: PyroTask) -> None:
        """A step is to be done again; what it needs is looked for where what came later was."""
        if self._schedule.index(task.task):
            self.wait(task)
        else:
            self._holder.pop(cell_of(task), None)

    def allows(self, worker: Worker, task: PyroTask) -> bool:
        """Whether a worker may do a task as far as its chain is concerned."""
        holder = self._holder.get(cell_of(task), ANYBODY)
        return holder == ANYBODY or self._may_use(worker, holder)

    def next(self, worker: Worker, may: Callable[[Label, int], bool]) -> PyroTask | None:
        """The next task for a slot whose step before is complete for all members of its year, or failed for some.

        Files that keep all members together are read once for those whose earlier results are there by then.

        Parameters
        ----------
        worker : Worker
        may : callable
            Whether the worker is to do a step of a year.
        """
        sure = (name for name in self._waiting if name in (worker.known_as, ANYBODY) or self._is_shared(worker, name))
        return self._first(sure, lambda row: may(*row) and self._is_ripe(row))

    def next_of_any(self, worker: Worker, may: Callable[[Label, int], bool]) -> PyroTask | None:
        """The next task for a slot that has nothing else to do: also what others may rather do."""
        return self._first((name for name in self._waiting if self._may_use(worker, name)), lambda row: may(*row))

    def check(self) -> None:
        """Compare with the schedule; AssertionError where they differ."""
        for index, step in enumerate(self._schedule.steps[1:], start=1):
            for year in self._schedule.years:
                for member in range(self._schedule.num_ensemble_members):
                    task = step.get_task(year, member)
                    rows = self._waiting.get(self._holder.get((year, member), ANYBODY), {})
                    waits = member in rows.get((year, index), {})
                    assert waits or not step.is_ready(task), f"{task} can be done, but does not wait for a slot"

    def _may_use(self, worker: Worker, holder: str) -> bool:
        if holder in (ANYBODY, worker.known_as):
            return True
        if self._is_shared(worker, holder) or self._might_share(worker, holder):
            return True
        return not self._is_there(holder) and self._is_given_up(holder)

    def _is_given_up(self, holder: str) -> bool:
        """Whether a worker has been of no use for so long that what it has is done again elsewhere."""
        return self._clock() >= self._of_no_use_since(holder) + self._patience

    def _of_no_use_since(self, name: str) -> float:
        """Since when a holder is away, or rests since everything fails on it (its disk is full); infinity: it works."""
        there = self._there.get(name)
        if not there:
            return self._away_since.get(name, math.inf)
        return max(worker.breaker.since if worker.breaker.rest else math.inf for worker in there)

    def _is_there(self, name: str) -> bool:
        there = self._there.get(name, ())
        return not all(worker.stopping for worker in there) and not self._is_given_up(name)

    def _is_shared(self, worker: Worker, holder: str) -> bool:
        if (worker.known_as, holder) in self._shared:
            return True
        return self._might_share(worker, holder) and self._folders[holder][0] == worker.host

    def _might_share(self, worker: Worker, holder: str) -> bool:
        folder = self._folders.get(holder, ("", ""))[1]
        return bool(folder) and folder == worker.folder and (worker.known_as, holder) not in self._apart

    def _is_ripe(self, row: _Row) -> bool:
        before = self._schedule.steps[row[1] - 1]
        return not before.outstanding(row[0]) and not before.working(row[0])

    def _first(self, holders: Iterable[str], suits: Callable[[_Row], bool]) -> PyroTask | None:
        rows = ((row, holder) for holder in list(holders) for row in list(self._waiting[holder]))
        for row, holder in sorted(rows):
            if suits(row) and (task := next(self._of(holder, row), None)):
                return task
        return None

    def _of(self, holder: str, row: _Row) -> Iterator[PyroTask]:
        """The tasks of a row that still wait; what does not any more is forgotten on the way."""
        year, index = row
        step, members = self._schedule.steps[index], self._waiting[holder][row]
        for member in list(members):
            task = step.get_task(year, member)
            if step.is_ready(task) and self._holder.get((year, member), ANYBODY) == holder:
                yield task
            del members[member]
        if not members:
            del self._waiting[holder][row]
            if not self._waiting[holder]:
                del self._waiting[holder]
