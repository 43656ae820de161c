"""What is to be done: tasks, their statuses, and the schedule that hands them out. Plain Python."""

import operator
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator
from typing import Literal, Self, SupportsIndex

from stormtracks import label
from stormtracks.errors import BadValue, NotThere
from stormtracks.label import Label

Status = Literal["outstanding", "working", "complete", "failure", "timeout"]
STATUSES: dict[Status, str] = {
    "outstanding": "-",
    "working": "W",
    "complete": "+",
    "failure": "F",
    "timeout": "T",
}
"""What a task can be -> the sign that shows it in the grid."""

TASKS = {
    "vort_track": "maxima of vorticity linked to tracks and matched with best tracks",
    "field_collection": "pressure, warm core, winds and more, read along each track; needs vort_track",
    "classify": "which tracks are tropical cyclones, which extratropical ones; needs field_collection",
}
"""The tasks that can be scheduled -> what they do. The workers bring the function of each.

Where several are done one after the other (see `chain`), it is in this order.
"""

Lines = range | tuple[Label, ...]
"""What the lines of a schedule are called, in order: years as a range, which takes no room; starts one by one."""

# A status is kept as one byte: its place in STATUSES, or one of two more for a task that is deferred or blocked.
_CODES: dict[str, int] = {name: code for code, name in enumerate(STATUSES)}
_OUTSTANDING = _CODES["outstanding"]
_WORKING = _CODES["working"]
_DEFERRED = len(_CODES)  # outstanding as well, but handed out last
_BLOCKED = _DEFERRED + 1  # outstanding as well, but not handed out
_NAMES: tuple[Status, ...] = (*STATUSES, "outstanding", "outstanding")
_SIGNS = bytes.maketrans(bytes(range(len(_NAMES))), "".join(STATUSES[name] for name in _NAMES).encode())


class PyroTask:
    """One cell of work.

    Parameters
    ----------
    year : int or str
        Year (of the season) that is analysed, or the start of a forecast, "2025-06-01T00" (see `label.of`).
    ensemble_member : int
        Member of the ensemble, counted from 0.
    task : str
        What is done; one of `TASKS`.

    Raises
    ------
    BadValue
        Unknown task, negative member; a BadValue is a ValueError.
    """

    __slots__ = ("_status", "_task", "ensemble_member", "year")

    def __init__(self, year: SupportsIndex | str, ensemble_member: SupportsIndex, task: str) -> None:
        self.year: Label = _start(year) if isinstance(year, str) else _whole("year", year)
        self.ensemble_member = _whole("ensemble member", ensemble_member, least=0)
        self._status = _OUTSTANDING
        self.task = task

    @property
    def task(self) -> str:
        """What is done, one of `TASKS`; anything else is refused with BadValue."""
        return self._task

    @task.setter
    def task(self, value: str) -> None:
        self._task = known_task(value)

    @property
    def status(self) -> Status:
        """What has become of it, one of `STATUSES`; anything else is refused with BadValue."""
        return _NAMES[self._status]

    @status.setter
    def status(self, value: Status) -> None:
        self._status = _code(value)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.task} {self.year} member {self.ensemble_member}: {self.status}>"


class PyroTaskSchedule:
    """All tasks of a run, and which comes next.

    The picture is a grid with one line per year and one sign per ensemble member::

                 0 1 2 3 ... members
        2000:    + + + F + +        + complete       - outstanding
        2001:    + T W W - -        W working        F failure
        2002:    - - - - - -        T timeout
        end year (included)

    A schedule of forecasts has a line per start in place of a year, see `of_starts`.

    One byte is kept per task. The `PyroTask` objects that are handed out are windows on that byte: a million tasks
    cost a megabyte, and to set a task's ``status`` is all that is ever needed.

    Parameters
    ----------
    start_year, end_year : int
        First and last year, both included; 1 to 9999.
    num_ensemble_members : int
        Members of each year, 0 to ``num_ensemble_members - 1``.
    task : str
        What is done in each cell; one of `TASKS`.

    Attributes
    ----------
    years : range or tuple
        What the lines are called, in order: years, or starts of forecasts.
    start_year, end_year : int or str
        The first and the last of them.

    Raises
    ------
    BadValue
        End before start, years outside 1-9999, less than one member, unknown task.
    """

    years: Lines
    start_year: Label
    end_year: Label

    def __init__(
        self,
        start_year: SupportsIndex = 2000,
        end_year: SupportsIndex = 2012,
        num_ensemble_members: SupportsIndex = 56,
        task: str = "vort_track",
    ) -> None:
        self._take(_years(start_year, end_year), num_ensemble_members)
        self._begin(task)

    @classmethod
    def of_starts(
        cls, starts: Iterable[object], num_ensemble_members: SupportsIndex = 56, task: str = "vort_track"
    ) -> Self:
        """A schedule of forecasts: a line per start.

        Parameters
        ----------
        starts : iterable of str
            Such as "2025-06-01T00", in any order; see `label.of`.
        num_ensemble_members : int
            Members of each forecast, 0 to ``num_ensemble_members - 1``.
        task : str
            What is done in each cell; one of `TASKS`.

        Raises
        ------
        BadValue
            What is not a start, no start at all, less than one member, unknown task.

        Examples
        --------
        >>> from stormtracks.pyro_cluster.pyro_task import PyroTaskSchedule
        >>> schedule = PyroTaskSchedule.of_starts(["2025-06-08", "2025-06-01T00"], num_ensemble_members=3)
        >>> schedule.get_task("2025-06-01T00", 1).status = "working"
        >>> schedule.print_years()
        2025-06-01T00: -W-
        2025-06-08T00: ---
        """
        return cls.of_lines(lines_of(starts), num_ensemble_members, task)

    @classmethod
    def of_lines(cls, lines: Lines, num_ensemble_members: SupportsIndex = 56, task: str = "vort_track") -> Self:
        """A schedule of what lines there are: years as a range, or starts as `lines_of` returns them."""
        made = cls.__new__(cls)
        made._take(_years(lines[0], lines[-1]) if isinstance(lines, range) else lines, num_ensemble_members)
        made._begin(task)
        return made

    def _take(self, years: Lines, num_ensemble_members: SupportsIndex) -> None:
        self.years = years
        self.start_year, self.end_year = years[0], years[-1]
        self.num_ensemble_members = _whole("number of ensemble members", num_ensemble_members, least=1)
        # Of a range of years the row is a difference, which is faster to have than to look up.
        self._row_of = None if isinstance(years, range) else {year: row for row, year in enumerate(years)}
        self._wide = 4 if self._row_of is None else max(len(label.name(year)) for year in years)

    def _begin(self, task: str) -> None:
        self.task = known_task(task)
        self._cells = bytearray(len(self.years) * self.num_ensemble_members)
        self._first = 0  # no cell before this one is outstanding
        self._left = [self.num_ensemble_members] * len(self.years)  # outstanding and not deferred, of each year
        self._deferred: OrderedDict[int, bool] = OrderedDict()  # cells, those that have been so longest first
        self._counts = [0] * len(_NAMES)
        self._counts[_OUTSTANDING] = len(self._cells)

    def __len__(self) -> int:
        return len(self._cells)

    def is_scheduled(self, year: object) -> bool:
        """Whether there is a line of this year, or of this start; constant time."""
        if self._row_of is not None:
            return year in self._row_of
        return not isinstance(year, str) and year in self.years  # text would be compared with every year

    def get_next_outstanding(self) -> PyroTask | None:
        """The first outstanding task in order of year and member, or None; deferred ones come after all others.

        It stays outstanding until its ``status`` is set. Constant time: one scan of bytes from the first
        cell that can be outstanding (at worst 50 microseconds, over a million cells that are all done).

        Examples
        --------
        >>> from stormtracks.pyro_cluster.pyro_task import PyroTaskSchedule
        >>> schedule = PyroTaskSchedule(2000, 2001, num_ensemble_members=3)
        >>> while (task := schedule.get_next_outstanding()) is not None:
        ...     task.status = "failure" if task.year == 2001 else "complete"
        >>> schedule.print_years()
        2000: +++
        2001: FFF
        """
        self._first = self._find(self._first, len(self._cells))
        if self._first < len(self._cells):
            return self._at(self._first)
        return next(self.deferred(), None)

    def get_next_outstanding_of_year(self, year: Label) -> PyroTask | None:
        """The first outstanding task of one year that is not deferred, or None."""
        row = self._row(year)
        if not self._left[row]:
            return None
        start, stop = row * self.num_ensemble_members, (row + 1) * self.num_ensemble_members
        return self._at(self._find(max(start, self._first), stop))

    def outstanding(self, year: Label | None = None) -> int:
        """How many tasks, of one year or in all, are outstanding and not deferred; constant time."""
        return self._counts[_OUTSTANDING] if year is None else self._left[self._row(year)]

    def unfinished(self) -> int:
        """How many tasks are being done or can be: blocked ones do not count; constant time."""
        return self._counts[_OUTSTANDING] + self._counts[_DEFERRED] + self._counts[_WORKING]

    def working(self, year: Label) -> int:
        """How many tasks of one year are being done."""
        start = self._row(year) * self.num_ensemble_members
        return self._cells.count(_WORKING, start, start + self.num_ensemble_members)

    def open_years(self) -> dict[Label, int]:
        """The years that have tasks that are outstanding and not deferred -> how many, in order."""
        return {year: left for year, left in zip(self.years, self._left, strict=True) if left}

    def defer(self, task: PyroTask) -> None:
        """Make a task outstanding again, to be handed out after all others."""
        self._set(self._cell_of(task.year, task.ensemble_member), _DEFERRED)

    def deferred(self) -> Iterator[PyroTask]:
        """The deferred tasks, those that have been so longest first."""
        return (self._at(cell) for cell in self._deferred)

    def block(self, task: PyroTask) -> None:
        """Make a task outstanding that is not handed out before its status is set again: what it needs is not there."""
        self._set(self._cell_of(task.year, task.ensemble_member), _BLOCKED)

    def block_all(self) -> None:
        """Block every task."""
        self._cells = bytearray([_BLOCKED]) * len(self._cells)
        self._left = [0] * len(self.years)
        self._deferred.clear()
        self._counts = [0] * len(_NAMES)
        self._counts[_BLOCKED] = len(self._cells)

    def is_ready(self, task: PyroTask) -> bool:
        """Whether a task is outstanding, can be handed out, and is not deferred."""
        return self._cells[self._cell_of(task.year, task.ensemble_member)] == _OUTSTANDING

    def is_blocked(self, task: PyroTask) -> bool:
        """Whether a task is outstanding, but not handed out."""
        return self._cells[self._cell_of(task.year, task.ensemble_member)] == _BLOCKED

    def get_progress_for_year(self, year: Label, include_year: bool = True) -> str:
        """The signs of one year's tasks, as ``2000: ++F-`` (``2025-06-01T00: ++F-``) or without the year.

        Raises
        ------
        NotThere
            A year that is not scheduled; a NotThere is a KeyError.
        """
        start = self._row(year) * self.num_ensemble_members
        signs = self._cells[start : start + self.num_ensemble_members].translate(_SIGNS).decode()
        return f"{year:{self._wide}}: {signs}" if include_year else signs

    def get_progress(self, years: Iterable[Label] | None = None, include_year: bool = False) -> str:
        """The grid, a line (ended by a newline) for each of `years`, or for all."""
        chosen = self.years if years is None else years
        return "".join(self.get_progress_for_year(year, include_year) + "\n" for year in chosen)

    def print_years(self, years: Iterable[Label] | None = None, include_year: bool = True) -> None:
        """Print the grid of `years`, or of all."""
        print(self.get_progress(years, include_year), end="")

    def get_task(self, year: Label, ensemble_member: int) -> PyroTask:
        """The task of one cell; NotThere (a KeyError) if it is not scheduled."""
        return self._at(self._cell_of(year, ensemble_member))

    def counts(self) -> dict[Status, int]:
        """How many tasks have each status, {status: number}; constant time."""
        numbers = dict(zip(STATUSES, self._counts, strict=False))
        numbers["outstanding"] += self._counts[_DEFERRED] + self._counts[_BLOCKED]
        return numbers

    def check(self) -> None:
        """Compare what is counted as tasks change with the tasks themselves; AssertionError where they differ."""
        cells, members = self._cells, self.num_ensemble_members
        found = Counter(cells)
        counted = {code: number for code, number in enumerate(self._counts) if number}
        assert counted == found, f"tasks of each status: counted {counted}, found {dict(found)}"
        left = [cells.count(_OUTSTANDING, row, row + members) for row in range(0, len(cells), members)]
        assert self._left == left, f"outstanding tasks of each year: counted {self._left}, found {left}"
        deferred = [cell for cell, code in enumerate(cells) if code == _DEFERRED]
        assert sorted(self._deferred) == deferred, f"deferred tasks: listed {sorted(self._deferred)}, found {deferred}"
        first = cells.find(_OUTSTANDING)
        assert first < 0 or self._first <= first, (
            f"the search starts at cell {self._first}, but cell {first} is outstanding"
        )

    def _row(self, year: Label) -> int:
        if self._row_of is not None:
            row = self._row_of.get(year)
            if row is not None:
                return row
            raise NotThere(
                f"the start {year} is not scheduled; {len(self.years):,} from {self.start_year} to {self.end_year} are"
            )
        if self.is_scheduled(year):
            return int(year) - self.years[0]  # type: ignore[operator]  # years are numbers
        raise NotThere(f"the year {year} is not scheduled; {self.start_year} to {self.end_year} are")

    def _cell_of(self, year: Label, ensemble_member: int) -> int:
        row = self._row(year)
        if not 0 <= ensemble_member < self.num_ensemble_members:
            last = self.num_ensemble_members - 1
            raise NotThere(f"there is no ensemble member {ensemble_member}; there are 0 to {last}")
        return row * self.num_ensemble_members + ensemble_member

    def _find(self, start: int, stop: int) -> int:
        found = self._cells.find(_OUTSTANDING, start, stop)
        return found if found >= 0 else stop

    def _at(self, cell: int) -> "_ScheduledTask":
        row, member = divmod(cell, self.num_ensemble_members)
        return _ScheduledTask(self, cell, self.years[row], member)

    def _set(self, cell: int, code: int) -> None:
        before = self._cells[cell]
        self._cells[cell] = code
        self._counts[before] -= 1
        self._counts[code] += 1
        if before == _OUTSTANDING:
            self._left[cell // self.num_ensemble_members] -= 1
        elif before == _DEFERRED:
            del self._deferred[cell]  # so that a task that is deferred again goes to the end
        if code == _OUTSTANDING:
            self._left[cell // self.num_ensemble_members] += 1
            self._first = min(self._first, cell)
        elif code == _DEFERRED:
            self._deferred[cell] = True


class _ScheduledTask(PyroTask):
    """A window on one cell of a schedule: reads and sets what the schedule holds."""

    __slots__ = ("_cell", "_schedule")

    def __init__(self, schedule: PyroTaskSchedule, cell: int, year: Label, ensemble_member: int) -> None:
        self._schedule = schedule
        self._cell = cell
        self.year = year  # not checked again: the schedule's years and members were
        self.ensemble_member = ensemble_member

    @property
    def task(self) -> str:
        """What is done in every cell of the schedule."""
        return self._schedule.task

    @task.setter
    def task(self, value: str) -> None:
        if known_task(value) != self._schedule.task:
            raise BadValue(f"this schedule's task is {self.task!r}; {value!r} needs its own schedule")

    @property
    def status(self) -> Status:
        """What has become of it, one of `STATUSES`; anything else is refused with BadValue."""
        return _NAMES[self._schedule._cells[self._cell]]

    @status.setter
    def status(self, value: Status) -> None:
        self._schedule._set(self._cell, _code(value))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _ScheduledTask):
            return False
        return other._schedule is self._schedule and other._cell == self._cell

    def __hash__(self) -> int:
        return hash(self._cell)


def lines_of(starts: Iterable[object]) -> tuple[Label, ...]:
    """What the lines of a schedule of forecasts are called: each start once, in order.

    Raises
    ------
    BadValue
        What is not a start, see `label.of`; none at all.
    """
    found = tuple(label.in_order(map(label.of, starts)))
    if not found:
        raise BadValue("there is no start of a forecast; give at least one, such as 2025-06-01T00")
    return found


def known_task(name: object) -> str:
    """The name of a task, or BadValue that lists which there are."""
    if isinstance(name, str) and name in TASKS:  # a list, say, would be a TypeError of the dict
        return name
    raise BadValue(f"unknown task {name!r}; known: {', '.join(TASKS)}")


def _code(status: object) -> int:
    if isinstance(status, str) and status in _CODES:
        return _CODES[status]
    raise BadValue(f"unknown status {status!r}; a task is one of: {', '.join(STATUSES)}")


def _start(text: str) -> str:
    found = label.of(text)
    if isinstance(found, str):
        return found
    raise BadValue(f"the year must be a whole number, not {text!r}, or the start of a forecast such as 2025-06-01T00")


def _years(start_year: SupportsIndex, end_year: SupportsIndex) -> range:
    first, last = _whole("start year", start_year, least=1), _whole("end year", end_year, least=1)
    if last > 9999:
        raise BadValue(f"the end year must be at most 9999, not {end_year}")
    if last < first:
        raise BadValue(f"the end year {end_year} is before the start year {start_year}")
    return range(first, last + 1)


def _whole(what: str, value: SupportsIndex, least: int | None = None) -> int:
    try:
        number = operator.index(value)  # takes NumPy's integers as well, and refuses 1.0
    except TypeError:
        raise BadValue(f"the {what} must be a whole number, not {value!r}") from None
    if least is not None and number < least:
        raise BadValue(f"the {what} must be at least {least}, not {number}")
    return number
