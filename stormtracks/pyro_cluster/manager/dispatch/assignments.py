"""Which task a worker gets next, and what becomes of a task that failed or whose worker was lost. No threads, no wire.

The order: tasks of a year that the worker has worked on (its input is warm there), then of a year that nobody works
on, then of the year with most tasks left. Tasks that failed, or whose worker was lost, come after all others, and not
before they have rested for a while: what is transient has passed by then, and what is poison does its harm when
everything else is done. A worker on which one task after the other fails rests too.

Of a chain of tasks, these are the ones that a year is begun with; see `chain_assignments` for those that follow.
"""

import math
import random
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from stormtracks.label import Label
from stormtracks.pyro_cluster.journal.chain import fill, steps_in
from stormtracks.pyro_cluster.journal.outcome import Cell as CellOf
from stormtracks.pyro_cluster.journal.outcome import TaskOutcome
from stormtracks.pyro_cluster.manager.dispatch.time_left import TimeLeft
from stormtracks.pyro_cluster.manager.dispatch.trouble import Cell, Trouble, cell_of, judged, outcome_of
from stormtracks.pyro_cluster.manager.dispatch.whereabouts import Whereabouts
from stormtracks.pyro_cluster.manager.workers.rests import Breaker, Jitter, pause
from stormtracks.pyro_cluster.manager.workers.worker import Worker
from stormtracks.pyro_cluster.pyro_task import PyroTask, PyroTaskSchedule, Status

MOST_INTERRUPTIONS = 20
"""So often may a queue end the jobs of a task's workers, one after the other, before it ends itself."""


class Assignments:
    """Tasks of a schedule, shared out among workers.

    Parameters
    ----------
    schedule : PyroTaskSchedule
    retries : int
        How often a task that failed or timed out is tried again.
    clock, jitter : callable, optional
        Seconds that only grow; a number from 0 to 1 at random.

    Attributes
    ----------
    workers : dict
        Id -> connected `Worker`.
    """

    def __init__(
        self,
        schedule: PyroTaskSchedule,
        retries: int = 2,
        clock: Callable[[], float] = time.monotonic,
        jitter: Jitter = random.random,
    ) -> None:
        self.schedule = schedule
        steps = steps_in(schedule)
        self._beginnings = steps[0]  # where a year is begun
        self._tasks = [step.task for step in steps]
        self.retries = retries
        self._clock = clock
        self._jitter = jitter
        self.workers: dict[str, Worker] = {}
        self._whereabouts = Whereabouts(self.workers)
        self._leaving: set[Worker] = set()  # removed, but some of their slots' tasks are not yet given up
        self._warm: Counter[Label] = Counter()  # year -> connected workers that are warm for it
        self._completed_on: set[str] = set()  # names of workers; two of them say all that is asked
        self._pilots: dict[str, Worker] = {}  # entry of hosts.yaml -> the latest of its workers
        self._troubles: dict[Cell, Trouble] = {}
        self._interruptions: Counter[Cell] = Counter()  # of tasks whose worker's job ended, since they last ended
        self._first_due = math.inf  # no deferred task is due before
        self._dues: list[float] = []  # when something that rests is due, since this was last asked for
        self._time_left = TimeLeft(clock)

    def add(self, worker: Worker) -> None:
        """A worker has come."""
        self.workers[worker.id] = worker
        worker.breaker = Breaker(self._jitter)
        # Workers remember the years of earlier runs; those of this run count.
        worker.warm = {year: True for year in worker.warm if self.schedule.is_scheduled(year)}
        self._warm.update(worker.warm.keys())
        self._whereabouts.add(worker)
        self._time_left.know(self.workers.values())
        if worker.entry:
            self._pilots[worker.entry] = worker

    def learn(self, worker: Worker, years: Collection[Label] | None, readers: Collection[str] | None = None) -> None:
        """A worker says anew for which years it has data, and which tasks read them; see `Worker`."""
        worker.readers = None if readers is None else frozenset(readers)
        self._whereabouts.learn(worker, years)

    def remove(self, worker: Worker) -> None:
        """A worker has gone; what it was running is still to be given to `lose` or `give_back`."""
        if self.workers.pop(worker.id, None):
            self._whereabouts.remove(worker)
            self._warm.subtract(worker.warm.keys())
            self._time_left.know(self.workers.values())
            if worker.running:
                self._leaving.add(worker)

    def take(self, worker: Worker, slot: int) -> PyroTask | None:
        """The next task for a slot of a worker, now working, or None where there is none for it now."""
        now = self._clock()
        if worker.stopping or not worker.breaker.may_take(now):
            return None
        if worker.breaker.repeats:
            task = self._repeated(worker, now) or self._fresh(worker)
        else:
            task = self._fresh(worker) or self._repeated(worker, now)
        if task is not None:
            task.status = "working"
            worker.used = True
            worker.breaker.taken(slot)
            worker.running[slot] = (task, time.time())
            self._time_left.given(worker, slot)
        return task

    def news(self) -> list[str]:
        """What people are to be told of how tasks are given out, and were not yet."""
        return self._time_left.news()

    def outlasted(self, worker: Worker, slot: int) -> Mapping[str, Any] | None:
        """What stands for the reply to a slot's task that a whole allocation was too short for; None: it was not."""
        return self._time_left.outlasted(worker, slot, worker.running[slot][0])

    def new_dues(self) -> list[float]:
        """When, as the clock says, tasks and workers are due that came to rest since this was last asked."""
        dues, self._dues = self._dues, []
        return dues

    def resume(self, complete: Iterable[tuple[CellOf, str]], folders: Mapping[str, str]) -> None:
        """Take over what is complete from before.

        Parameters
        ----------
        complete : iterable of (cell, str)
            Each task, and who has its result, by `Worker.known_as`.
        folders : mapping of str to str
            Each worker that took part, likewise -> its results folder, as far as known.
        """
        fill(self.schedule, {cell: "complete" for cell, _ in complete})

    def gone(self, cells: Iterable[CellOf]) -> None:
        """Results that were complete from before are not there: their tasks are outstanding again."""
        for cell in cells:
            self.schedule.get_task(*cell[:2]).status = "outstanding"

    def suspected(self, worker: Worker, slot: int) -> bool:
        """Whether a slot has a task that may be what ends workers: no other such one is given to the worker."""
        return bool(self._troubles) and self._suspicious(worker.running[slot][0])

    def give_back(self, worker: Worker, slot: int) -> None:
        """A slot's task was not begun, or not to its end: it is outstanding as before."""
        task, _ = self._put_down(worker, slot)
        worker.breaker.put_down(slot)
        if cell_of(task) in self._troubles:  # it came from the deferred ones, and goes back to them
            self._defer(task)
        else:
            self._put_back(task)

    def interrupt(self, worker: Worker, slot: int) -> TaskOutcome | None:
        """The queue has ended the job of a slot's worker; None: that is not the task's fault, it is to be given back.

        Except where that comes again and again: then the task is what brings nodes down, or has jobs cancelled.
        """
        task, since = worker.running[slot]
        self._interruptions[cell_of(task)] += 1
        if self._interruptions[cell_of(task)] < MOST_INTERRUPTIONS:
            return None
        del self._interruptions[cell_of(task)]
        self._put_down(worker, slot)
        worker.breaker.put_down(slot)
        trouble = self._troubled(task, worker)
        task.status = "failure"
        error = f"each of {MOST_INTERRUPTIONS} times its worker was lost by the doing of the queue; last: {worker.lost}"
        reply = {"error": error, "host": worker.host}
        return outcome_of(task, worker, trouble, reply, since, self._step(task))

    def finish(self, worker: Worker, slot: int, reply: Mapping[str, Any]) -> TaskOutcome:
        """The `TaskOutcome` of a slot's task from what the worker replied; ``outstanding`` if it is to be repeated.

        A failure that the reply calls final is one at once, if the worker can be believed: its copy of the data may be
        what is damaged. Any other counts as an attempt, unless the worker rests.
        """
        task, since = self._put_down(worker, slot)
        status, error, final = judged(task, reply)
        reply = {**reply, "error": error, "host": reply.get("host", worker.host)}
        if status == "failure" and reply.get("needs"):
            worker.breaker.put_down(slot)
            return self._lacking(worker, task, reply, since)
        if status == "failure" and reply.get("lacks_data") and self._are_elsewhere(worker, task):
            worker.breaker.put_down(slot)
            return self._without_data(worker, task, reply, since)
        if status == "complete":
            trouble = self._complete(worker, task)
            if not reply.get("skipped"):
                self._time_left.durations.took(task.task, float(reply.get("seconds") or time.time() - since))
            return outcome_of(task, worker, trouble, reply, since, self._step(task))
        trouble = self._troubled(task, worker)
        trouble.deaths = trouble.silences = 0  # it survived: those ends were not its fault
        if final:
            final = self._count_final(worker, slot, task, trouble, str(error))
        else:
            self._count_failure(worker, slot, task, trouble, str(error))
        self._settle(task, status, final or trouble.failed > self.retries)
        return outcome_of(task, worker, trouble, reply, since, self._step(task))

    def lose(self, worker: Worker, slot: int) -> TaskOutcome:
        """The `TaskOutcome` of a slot's task whose worker was lost.

        A worker that ended may have been ended by the task: after as many such ends as retries (one at least is
        forgiven) the task is a failure. One that fell silent was rather cut off, and one more is forgiven.
        """
        task, since = self._put_down(worker, slot)
        trouble = self._troubled(task, worker)
        trouble.deaths += not worker.silent
        trouble.silences += worker.silent
        final = trouble.deaths > max(self.retries, 1) or trouble.silences > self.retries + 1
        self._settle(task, "failure", final)
        error = f"its worker was lost each time ({', '.join(trouble.tried)}); last: {worker.lost}"
        return outcome_of(task, worker, trouble, {"error": error, "host": worker.host}, since, self._step(task))

    def possible(self) -> bool:
        """Whether any connected worker could take any outstanding task, now or when both have rested."""
        years = {task.year for task in self.schedule.deferred()}
        years.update(self.schedule.open_years())
        staying = [worker for worker in self.workers.values() if not worker.stopping]
        return any(self._whereabouts.may(worker, year, self._tasks) for worker in staying for year in years)

    def left(self, entry: str) -> int:
        """How many tasks further workers of an entry could begin now: they are outstanding, or their worker was lost.

        Of a chain each member counts once, as its tasks come one after the other. Years that the entry's workers have
        no data for do not count, nor does anything where their allocations are too short, as far as that is known.
        """
        leaving = self._unclaimed()
        pilot = self._pilots.get(entry)
        if pilot is not None and not self._time_left.fits_a_fresh_one(pilot, self._tasks):
            return 0
        if pilot is None or (pilot.years is None and not pilot.without):
            return self.schedule.unfinished() - self.schedule.counts()["working"] + len(leaving)
        left = Counter(task.year for task in [*self.schedule.deferred(), *leaving])
        left.update(self.schedule.open_years())
        return sum(number for year, number in left.items() if self._whereabouts.may(pilot, year, self._tasks))

    def failing(self) -> Worker | None:
        """Where every worker rests, as everything fails: the one that rests longest; else None."""
        staying = [worker for worker in self.workers.values() if not worker.stopping]
        if not staying or not all(worker.breaker.rest for worker in staying):
            return None
        return max(staying, key=lambda worker: worker.breaker.rest)

    def check(self) -> None:
        """Hold the books against each other; AssertionError that says which differ.

        Each working task has one slot and each slot's task is working; workers that have gone and have nothing left
        are forgotten; the schedule agrees with its cells; a task is deferred for a reason; the years that workers are
        warm for are counted.
        """
        self.schedule.check()
        self._whereabouts.check()
        held = Counter(cell_of(task) for worker in self._holders() for task, _ in worker.running.values())
        working = {cell for cell in _cells(self.schedule) if self.schedule.get_task(*cell).status == "working"}
        assert set(held) == working, f"tasks in slots: {sorted(held)}, tasks marked as working: {sorted(working)}"
        assert set(held.values()) <= {1}, f"tasks in several slots: {[cell for cell in held if held[cell] > 1]}"
        idle = [worker.name for worker in self._leaving if not worker.running]
        assert not idle, f"workers that have left and have no task, but are still listed: {idle}"
        reasonless = [cell_of(task) for task in self.schedule.deferred() if cell_of(task) not in self._troubles]
        assert not reasonless, f"tasks deferred without an attempt: {reasonless}"
        warm = Counter(year for worker in self.workers.values() for year in worker.warm)
        assert +self._warm == warm, f"warm workers of each year: counted {+self._warm}, found {warm}"
        assert not -self._warm, f"warm workers of some years are counted below 0: {-self._warm}"
        strays = [worker.name for worker in self._holders() if worker.breaker.trial not in (None, *worker.running)]
        assert not strays, f"workers that are tried with a task that they do not have: {strays}"
        due = min((self._troubles[cell_of(task)].not_before for task in self.schedule.deferred()), default=math.inf)
        assert due >= self._first_due, f"a deferred task is due at {due}, but none is looked for before"

    def _unclaimed(self) -> list[PyroTask]:
        """Tasks of workers that were lost, which are not given up yet and no slot waits for."""
        leaving = [task for worker in self._leaving for task, _ in worker.running.values()]
        staying = (worker for worker in self.workers.values() if not worker.stopping and not worker.breaker.rest)
        return leaving[sum(worker.slots - len(worker.running) for worker in staying) :]

    def _holders(self) -> Iterable[Worker]:
        """All workers whose slots may have tasks."""
        return [*self.workers.values(), *self._leaving]

    def _put_down(self, worker: Worker, slot: int) -> tuple[PyroTask, float]:
        held = worker.running.pop(slot)
        self._time_left.put_down(worker, slot)
        if not worker.running:
            self._leaving.discard(worker)
        return held

    def _fresh(self, worker: Worker) -> PyroTask | None:
        if not self.schedule.outstanding() or not self._time_left.fits(worker, self.schedule.task):
            return None
        return self._of_year(self._warm_year(worker) or self._another_year(worker))

    def _of_year(self, year: Label | None) -> PyroTask | None:
        return None if year is None else self._beginnings.get_next_outstanding_of_year(year)

    def _warm_year(self, worker: Worker) -> Label | None:
        """A year that the worker has worked on, and that has tasks left."""
        left = self._beginnings.outstanding
        avoided = _avoided(worker)
        for year in reversed(list(worker.warm)):  # the latest first; years that are used up are forgotten on the way
            if not left(year):
                del worker.warm[year]
                self._warm[year] -= 1
            elif year not in avoided and self._whereabouts.may(worker, year, self._tasks[:1]):
                return year
        return None

    def _another_year(self, worker: Worker) -> Label | None:
        """A year that nobody works on, or else that with most tasks left; the worker is warm for it from now on."""
        left_of = self._beginnings.open_years()
        avoided = _avoided(worker)
        years = self._whereabouts.among(worker, left_of, self._tasks[0])
        if not years:
            return None
        if avoided:
            years = [year for year in years if year not in avoided] or years
        untouched = (year for year in years if self._warm[year] <= 0)
        year = self._whereabouts.first(worker, untouched) or max(years, key=left_of.__getitem__)
        self._warm[year] += year not in worker.warm
        worker.warm[year] = True
        return year

    def _repeated(self, worker: Worker, now: float) -> PyroTask | None:
        if now < self._first_due:  # so that a thousand idle slots do not each look at all tasks that rest
            return None
        one_suspect = any(self._suspicious(task) for task, _ in worker.running.values())
        first_due = math.inf
        for task in self.schedule.deferred():
            due = self._troubles[cell_of(task)].not_before
            if due <= now and self._may_repeat(worker, task, one_suspect):
                return task
            first_due = min(first_due, due)
        self._first_due = first_due
        return None

    def _may_repeat(self, worker: Worker, task: PyroTask, one_suspect: bool) -> bool:
        if not self._might(worker, task):
            return False
        if one_suspect and self._suspicious(task):
            return False  # one at a time, so that the innocent are told from the one that ends workers
        trouble = self._troubles[cell_of(task)]
        # Whoever lacks what it needs is not waited for: where it cannot work on all others, one of those says so again.
        for names, no_use in ((trouble.finals, trouble.of_no_use), (trouble.lacking, trouble.lacking)):
            if _is_among(worker, names) and self._another_might(no_use, task):
                return False
        tried = trouble.tried
        return worker.name not in tried or not self._another(tried, task)

    def _another(self, tried: Mapping[str, bool], task: PyroTask) -> bool:
        """Whether there is a worker that has not tried yet, and takes tasks."""
        return any(
            other.name not in tried and not other.stopping and not other.breaker.rest and self._might(other, task)
            for other in self.workers.values()
        )

    def _might(self, worker: Worker, task: PyroTask) -> bool:
        """Whether a worker has what a task needs, also the time, as far as that is known."""
        return self._whereabouts.may(worker, task.year, (task.task,)) and self._time_left.fits(worker, task.task)

    def _suspicious(self, task: PyroTask) -> bool:
        trouble = self._troubles.get(cell_of(task))
        return trouble is not None and trouble.suspicious

    def _complete(self, worker: Worker, task: PyroTask) -> Trouble:
        """A task is complete; what it has been through."""
        trouble = self._troubles.pop(cell_of(task), None) or Trouble()
        trouble.attempts += 1
        trouble.tried = {worker.name: True}  # the outcome names the worker that did it, not those that failed
        self._interruptions.pop(cell_of(task), None)
        task.status = "complete"
        worker.breaker.completed()
        worker.trusted = True
        if len(self._completed_on) < 2:
            self._completed_on.add(worker.name)
        self._completed(worker, task)
        return trouble

    def _troubled(self, task: PyroTask, worker: Worker) -> Trouble:
        trouble = self._troubles.setdefault(cell_of(task), Trouble())
        trouble.attempts += 1
        trouble.tried_on(worker.name)
        return trouble

    def _count_failure(self, worker: Worker, slot: int, task: PyroTask, trouble: Trouble, error: str) -> None:
        now = self._clock()
        if worker.breaker.failed(slot, cell_of(task), error, now, first=not trouble.failed):
            trouble.failed += 1
            trouble.not_before = now + pause(trouble.failed, self._jitter)
            self._dues.append(trouble.not_before)
        if worker.breaker.rest:
            self._dues.append(worker.breaker.until)

    def _count_final(self, worker: Worker, slot: int, task: PyroTask, trouble: Trouble, error: str) -> bool:
        """A worker says that a task would fail everywhere; whether that is believed, or another one is to try it.

        What is wrong may be that worker's copy of the data: one that had only such failures since its last success is
        not believed before another one says the same.
        """
        agreed = bool(trouble.finals - {worker.name})
        known = worker.trusted or worker.name in trouble.finals
        trouble.finals.add(worker.name)
        worker.trusted = False
        if agreed:  # the data are the same here as elsewhere
            worker.breaker.completed()
        elif not known and self._another_might(trouble.of_no_use, task):
            if self._completed_on - {worker.name}:
                worker.breaker.failed(slot, cell_of(task), error, self._clock(), first=True)
                if worker.breaker.rest:
                    self._dues.append(worker.breaker.until)
            worker.breaker.put_down(slot)
            self._dues.append(self._clock())
            return False
        worker.breaker.put_down(slot)
        return True

    def _another_might(self, tried: Collection[str], task: PyroTask) -> bool:
        """Whether there is a worker that has not tried yet, though it may rest now."""
        others = (other for other in self.workers.values() if not _is_among(other, tried) and not other.stopping)
        return any(self._might(other, task) for other in others)

    def _step(self, task: PyroTask) -> str:
        """A task's name where the run has several; else nothing."""
        return ""

    def _completed(self, worker: Worker, task: PyroTask) -> None:
        """Called when a task is complete."""

    def _put_back(self, task: PyroTask) -> None:
        """Make a task outstanding that was not begun."""
        task.status = "outstanding"

    def _lacking(self, worker: Worker, task: PyroTask, reply: Mapping[str, Any], since: float) -> TaskOutcome:
        """A task needs a result that this run does not make: each worker may have it, and is asked once."""
        trouble = self._troubled(task, worker)
        trouble.lacking.add(worker.known_as)
        if not (final := not self._another_might(trouble.lacking, task)):
            trouble.not_before = self._clock()
            self._dues.append(trouble.not_before)
        self._settle(task, "failure", final)
        if final:
            needed = f"no worker has it: do {reply['needs']} too, with --task {reply['needs']},{self.schedule.task}"
            reply = {**reply, "error": f"{reply['error']} ({needed})"}
        return outcome_of(task, worker, trouble, reply, since, self._step(task))

    def _are_elsewhere(self, worker: Worker, task: PyroTask) -> bool:
        """Whether others may have the data of a task, which a worker has just not found."""
        self._whereabouts.lacks(worker, task.year)
        trouble = self._troubles.get(cell_of(task)) or Trouble()
        return self._another_might({worker.name, *trouble.of_no_use}, task)

    def _without_data(self, worker: Worker, task: PyroTask, reply: Mapping[str, Any], since: float) -> TaskOutcome:
        """A task's data are not where it was tried, which is nobody's fault: each other worker may have them."""
        trouble = self._troubled(task, worker)
        trouble.lacking.add(worker.known_as)
        trouble.not_before = self._clock()
        self._dues.append(trouble.not_before)
        self._settle(task, "failure", False)
        return outcome_of(task, worker, trouble, reply, since, self._step(task))

    def _settle(self, task: PyroTask, status: Status, final: bool) -> None:
        if final:
            task.status = status
        else:
            self._defer(task)

    def _defer(self, task: PyroTask) -> None:
        """Make a task outstanding again, after all others and when it has rested."""
        self.schedule.defer(task)
        self._first_due = min(self._first_due, self._troubles[cell_of(task)].not_before)


def _is_among(worker: Worker, names: Collection[str]) -> bool:
    """Whether a worker is one of these, by its own name or by that of its entry."""
    return worker.name in names or worker.known_as in names


def _avoided(worker: Worker) -> Collection[Label]:
    """Years that are not what a worker that rests is tried with: their data may be what makes tasks fail."""
    return worker.breaker.years if worker.breaker.rest else ()


def _cells(schedule: PyroTaskSchedule) -> Iterable[Cell]:
    return ((year, member) for year in schedule.years for member in range(schedule.num_ensemble_members))
