"""A chain of tasks: several for each year and member, one after the other, each needing the one before.

What the tasks are does not matter here. Each step is a task of its own, with a status of its own; it is handed out once
the step before is complete.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Self, SupportsIndex

from stormtracks.errors import BadValue
from stormtracks.label import Label
from stormtracks.pyro_cluster.journal.outcome import Cell
from stormtracks.pyro_cluster.pyro_task import (
    STATUSES,
    TASKS,
    Lines,
    PyroTask,
    PyroTaskSchedule,
    Status,
    known_task,
)

MOST_STEPS = 9
"""One sign of the grid says how many steps of a cell are complete."""
_COMPLETE = STATUSES["complete"]


def steps_of(text: str) -> tuple[str, ...]:
    """The tasks that a text names, separated by commas.

    Raises
    ------
    BadValue
        An unknown task, one that is named twice, or tasks in an order in which one would come before what it needs.

    Examples
    --------
    >>> from stormtracks.pyro_cluster.journal import chain
    >>> chain.steps_of("vort_track, classify")
    ('vort_track', 'classify')
    """
    tasks = tuple(known_task(name.strip()) for name in text.split(",")) if "," in text else (known_task(text),)
    if len(tasks) > MOST_STEPS:
        raise BadValue(
            f"a chain must have at most {MOST_STEPS} tasks, not {len(tasks)}; start a second run for the rest"
        )
    right = tuple(name for name in TASKS if name in tasks)
    if tasks != right:
        raise BadValue(f"the tasks of a chain come once each, and each after what it needs: give {','.join(right)}")
    return tasks


def schedule_of(
    start_year: SupportsIndex, end_year: SupportsIndex, num_ensemble_members: SupportsIndex, task: str
) -> PyroTaskSchedule:
    """The schedule of one task, or of a chain of them; see `steps_of` for what is refused."""
    tasks = steps_of(task)
    if len(tasks) == 1:
        return PyroTaskSchedule(start_year, end_year, num_ensemble_members, task)
    return ChainSchedule(start_year, end_year, num_ensemble_members, tasks)


def schedule_of_starts(starts: Iterable[object], num_ensemble_members: SupportsIndex, task: str) -> PyroTaskSchedule:
    """As `schedule_of`, with a line per start of a forecast."""
    kind = PyroTaskSchedule if len(steps_of(task)) == 1 else ChainSchedule
    return kind.of_starts(starts, num_ensemble_members, task)


def unchecked(lines: Lines, num_ensemble_members: SupportsIndex, tasks: Sequence[str]) -> PyroTaskSchedule:
    """As `schedule_of` or `schedule_of_starts`, whatever the tasks' names are."""
    if len(tasks) > 1:
        return ChainSchedule.of_tasks(lines, num_ensemble_members, tasks)
    made = PyroTaskSchedule.of_lines(lines, num_ensemble_members)
    made.task = tasks[0]
    return made


def steps_in(schedule: PyroTaskSchedule) -> tuple[PyroTaskSchedule, ...]:
    """The schedule of each step, in order; of a schedule without a chain, itself."""
    return schedule.steps if isinstance(schedule, ChainSchedule) else (schedule,)


def fill(schedule: PyroTaskSchedule, statuses: Mapping[Cell, Status]) -> None:
    """Set the statuses of tasks, in order; what is said of a task whose step before is not complete does not count.

    Parameters
    ----------
    schedule : PyroTaskSchedule
    statuses : mapping of (label, int) or (label, int, str) to str
        Year or start, ensemble member and, of a chain, task -> status.
    """
    of_step: dict[str, list[tuple[PyroTask, Status]]] = {}
    for cell, status in statuses.items():
        task = schedule.get_task(*cell)
        of_step.setdefault(task.task, []).append((task, status))
    for step in steps_in(schedule):
        for task, status in of_step.get(step.task, ()):
            if not step.is_blocked(task):
                task.status = status


class Step(PyroTaskSchedule):
    """One step of a chain: a task of a cell is blocked unless the step before is complete for this cell.

    So what a change of one step means for those that follow needs nobody to think of it: where a step is complete, the
    next one can be handed out; where it is to be done again, so are all that follow.

    Attributes
    ----------
    following : Step or None
        None: it is the last one.
    """

    following: "Step | None" = None

    def _set(self, cell: int, code: int) -> None:
        was_complete = self._at(cell).status == "complete"
        super()._set(cell, code)
        is_complete = self._at(cell).status == "complete"
        if self.following and was_complete != is_complete:
            self.following._follow(cell, is_complete)

    def _follow(self, cell: int, is_complete: bool) -> None:
        task = self._at(cell)
        if is_complete:
            task.status = "outstanding"
        else:
            self.block(task)


class ChainSchedule(PyroTaskSchedule):
    """All tasks of a chain for each year and ensemble member, and which comes next.

    A cell of the grid shows how far it is: ``-`` before the first step is complete, then how many are, and ``+`` once
    all are; ``W``, ``F`` and ``T`` where the step that comes next is being done, failed or timed out. Numbers of tasks
    are those of all steps.

    Parameters
    ----------
    start_year, end_year, num_ensemble_members : int
        As for `PyroTaskSchedule`; of forecasts see `of_starts`.
    tasks : sequence of str
        One per step, in order.

    Attributes
    ----------
    task : str
        The tasks with commas between them.
    steps : tuple of Step

    Examples
    --------
    >>> from stormtracks.pyro_cluster.journal.chain import ChainSchedule
    >>> schedule = ChainSchedule(2000, 2000, 4, ("vort_track", "field_collection", "classify"))
    >>> for member, complete in enumerate((0, 1, 2, 3)):
    ...     for step in schedule.steps[:complete]:
    ...         step.get_task(2000, member).status = "complete"
    >>> schedule.print_years()
    2000: -12+
    """

    def __init__(
        self,
        start_year: SupportsIndex,
        end_year: SupportsIndex,
        num_ensemble_members: SupportsIndex,
        tasks: Sequence[str],
    ) -> None:
        self._take(Step(start_year, end_year, num_ensemble_members).years, num_ensemble_members)
        self._join(tasks)

    @classmethod
    def of_tasks(cls, lines: Lines, num_ensemble_members: SupportsIndex, tasks: Sequence[str]) -> Self:
        """As `of_lines`, with the tasks one by one, whatever their names are."""
        made = cls.__new__(cls)
        made._take(lines, num_ensemble_members)
        made._join(tasks)
        return made

    def _begin(self, task: str) -> None:
        self._join(steps_of(task))

    def _join(self, tasks: Sequence[str]) -> None:
        self.steps = tuple(Step.of_lines(self.years, self.num_ensemble_members) for _ in tasks)
        for step, task in zip(self.steps, tasks, strict=True):
            step.task = task
        self.task = ",".join(tasks)
        self._index = {task: index for index, task in enumerate(tasks)}
        for step, following in zip(self.steps, self.steps[1:], strict=False):
            step.following = following
            following.block_all()

    def __len__(self) -> int:
        return sum(map(len, self.steps))

    def index(self, task: str) -> int:
        """Which step a task is, counted from 0."""
        return self._index[task]

    def step(self, task: str) -> Step:
        """The step of a task."""
        return self.steps[self._index[task]]

    def get_next_outstanding(self) -> PyroTask | None:
        """The first outstanding task whose step before is complete: early steps first, deferred ones last; or None."""
        for step in self.steps:
            if step.outstanding():
                return step.get_next_outstanding()
        return next(self.deferred(), None)

    def get_next_outstanding_of_year(self, year: Label) -> PyroTask | None:
        """The same of one year, without deferred ones."""
        found = (step.get_next_outstanding_of_year(year) for step in self.steps)
        return next((task for task in found if task is not None), None)

    def outstanding(self, year: Label | None = None) -> int:
        """How many tasks, of one year or in all, can be handed out and are not deferred."""
        return sum(step.outstanding(year) for step in self.steps)

    def unfinished(self) -> int:
        """How many tasks are being done or can be: those behind a failed one do not count."""
        return sum(step.unfinished() for step in self.steps)

    def working(self, year: Label) -> int:
        """How many tasks of one year are being done."""
        return sum(step.working(year) for step in self.steps)

    def open_years(self) -> dict[Label, int]:
        """The years that have tasks that can be handed out and are not deferred -> how many, in order."""
        return {year: left for year in self.years if (left := self.outstanding(year))}

    def defer(self, task: PyroTask) -> None:
        """Make a task outstanding again, to be handed out after all others."""
        self.step(task.task).defer(task)

    def deferred(self) -> Iterator[PyroTask]:
        """The deferred tasks, those of early steps first."""
        return chain.from_iterable(step.deferred() for step in self.steps)

    def block(self, task: PyroTask) -> None:
        """Make a task outstanding that is not handed out before its status is set again."""
        self.step(task.task).block(task)

    def is_ready(self, task: PyroTask) -> bool:
        """Whether a task is outstanding, can be handed out, and is not deferred."""
        return self.step(task.task).is_ready(task)

    def is_blocked(self, task: PyroTask) -> bool:
        """Whether a task is outstanding, but not handed out."""
        return self.step(task.task).is_blocked(task)

    def get_progress_for_year(self, year: Label, include_year: bool = True) -> str:
        """The signs of one year's cells, as ``2000: 2+F-`` or without the year."""
        signs = self.steps[0].get_progress_for_year(year, False)
        for number, step in enumerate(self.steps[1:], start=1):
            if _COMPLETE not in signs:
                break
            later = step.get_progress_for_year(year, False).replace(STATUSES["outstanding"], str(number))
            signs = "".join(b if a == _COMPLETE else a for a, b in zip(signs, later, strict=True))
        return f"{year:{self._wide}}: {signs}" if include_year else signs

    def get_task(self, year: Label, ensemble_member: int, task: str | None = None) -> PyroTask:
        """A task of one cell; none is named: the first that is not complete, or the last one."""
        if task is not None:
            return self.step(task).get_task(year, ensemble_member)
        found = [step.get_task(year, ensemble_member) for step in self.steps]
        return next((one for one in found if one.status != "complete"), found[-1])

    def counts(self) -> dict[Status, int]:
        """How many tasks of all steps have each status, {status: number}."""
        of_steps = [step.counts() for step in self.steps]
        return {status: sum(counts[status] for counts in of_steps) for status in STATUSES}

    def check(self) -> None:
        """As `PyroTaskSchedule.check`; and a task is blocked just where the step before is not complete."""
        for step in self.steps:
            step.check()
        for before, step in zip(self.steps, self.steps[1:], strict=False):
            for year in self.years:
                for member in range(self.num_ensemble_members):
                    task, complete = step.get_task(year, member), before.get_task(year, member).status == "complete"
                    assert step.is_blocked(task) != complete, f"{task} though {before.get_task(year, member)}"
