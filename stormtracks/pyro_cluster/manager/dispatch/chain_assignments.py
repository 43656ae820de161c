"""Which task of a chain a worker gets next: all members of a year are to come to a step before any comes to the next.

The order: first steps of the worker's year, next steps of members whose year has come to them, first steps of another
year, and last what nothing speaks for but that a slot is free. A step goes to a worker that has what it needs (see
`handovers`); where that is gone, the step before is done again.
"""

import math
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from stormtracks.label import Label
from stormtracks.pyro_cluster.journal.chain import ChainSchedule
from stormtracks.pyro_cluster.journal.outcome import Cell as CellOf
from stormtracks.pyro_cluster.journal.outcome import TaskOutcome
from stormtracks.pyro_cluster.manager.dispatch.assignments import Assignments
from stormtracks.pyro_cluster.manager.dispatch.handovers import Handovers
from stormtracks.pyro_cluster.manager.dispatch.trouble import Cell, cell_of, outcome_of
from stormtracks.pyro_cluster.manager.workers.rests import Jitter
from stormtracks.pyro_cluster.manager.workers.worker import Worker
from stormtracks.pyro_cluster.pyro_task import PyroTask

MOST_RETURNS = 3
"""So often is a step done again for a later one that does not find its result."""


class ChainAssignments(Assignments):
    """Tasks of a chain, shared out among workers.

    Parameters
    ----------
    schedule : ChainSchedule
    retries, clock, jitter
        As for `Assignments`.
    patience : float
        Seconds that a worker which has what a step needs may be away before others try that step.
    """

    schedule: ChainSchedule

    def __init__(
        self,
        schedule: ChainSchedule,
        retries: int = 2,
        clock: Callable[[], float] = time.monotonic,
        jitter: Jitter = random.random,
        patience: float = 0.0,
    ) -> None:
        super().__init__(schedule, retries, clock, jitter)
        self._handovers = Handovers(schedule, patience, clock)
        self._returns: Counter[tuple[Cell, str]] = Counter()  # how often a cell went back to a step

    def add(self, worker: Worker) -> None:
        """A worker has come."""
        super().add(worker)
        self._handovers.add(worker)

    def remove(self, worker: Worker) -> None:
        """A worker has gone; what it was running is still to be given to `lose` or `give_back`."""
        super().remove(worker)
        self._handovers.remove(worker)

    def new_dues(self) -> list[float]:
        """When, as the clock says, what rests is due that came to rest since this was last asked; or what is away."""
        due = self._handovers.due()
        return super().new_dues() + ([due] if due < math.inf else [])

    def resume(self, complete: Iterable[tuple[CellOf, str]], folders: Mapping[str, str]) -> None:
        """Take over what is complete from before: each task, and who has its result, by `Worker.known_as`."""
        holders = dict(complete)
        super().resume(holders.items(), folders)
        self._handovers.know(folders)
        for step in self.schedule.steps:
            for cell, holder in holders.items():
                if cell[2:] == (step.task,) and (task := step.get_task(*cell[:2])).status == "complete":
                    self._handovers.completed(task, holder)

    def gone(self, cells: Iterable[CellOf]) -> None:
        """Results that were complete from before are not there: their tasks, and what follows, are outstanding again.

        Where a later step is being done, it continues: whether it needs them it says by itself.
        """
        for cell in cells:
            task = self.schedule.get_task(*cell)
            if task.status == "complete" and self.schedule.get_task(*cell[:2]).status != "working":
                self._do_again(task)

    def check(self) -> None:
        """As `Assignments.check`; and each step that can be done waits where it is looked for."""
        super().check()
        self._handovers.check()

    def _fresh(self, worker: Worker) -> PyroTask | None:
        def may(year: Label, step: int) -> bool:
            task = self._tasks[step]
            return self._whereabouts.may(worker, year, (task,)) and self._time_left.fits(worker, task)

        begins = self._time_left.fits(worker, self._beginnings.task)
        return (
            (begins and self._of_year(self._warm_year(worker)))
            or self._handovers.next(worker, may)
            or (begins and self._of_year(self._another_year(worker)))
            or self._handovers.next_of_any(worker, may)
            or None
        )

    def _might(self, worker: Worker, task: PyroTask) -> bool:
        return super()._might(worker, task) and self._handovers.allows(worker, task)

    def _step(self, task: PyroTask) -> str:
        return task.task

    def _completed(self, worker: Worker, task: PyroTask) -> None:
        self._handovers.used(worker, task)
        self._handovers.completed(task, worker.known_as)

    def _put_back(self, task: PyroTask) -> None:
        super()._put_back(task)
        self._handovers.wait(task)

    def _lacking(self, worker: Worker, task: PyroTask, reply: Mapping[str, Any], since: float) -> TaskOutcome:
        """A step needs what its worker does not have, which is nobody's fault: another one may, or it is done again."""
        names = [step.task for step in self.schedule.steps]
        needed, cell = reply["needs"], cell_of(task)
        between = tuple(names[: names.index(task.task)])
        if needed not in between:
            return super()._lacking(worker, task, reply, since)
        again: tuple[str, ...] = ()
        trouble = self._troubled(task, worker)
        trouble.tried = {worker.name: True}  # it alone says so
        if self._handovers.lacks(worker, task):
            self._put_back(task)
        elif self._returns[cell, needed] < MOST_RETURNS:
            self._returns[cell, needed] += 1
            again = between[between.index(needed) :]
            self._do_again(self.schedule.get_task(*cell, needed))
        else:
            task.status = "failure"
            reply = {**reply, "error": f"{reply['error']} ({needed} was done again {MOST_RETURNS} times for it)"}
        self._troubles.pop(cell, None)  # whatever it has been through, it begins anew
        return outcome_of(task, worker, trouble, reply, since, task.task, again)

    def _do_again(self, task: PyroTask) -> None:
        task.status = "outstanding"
        self._handovers.again(task)
