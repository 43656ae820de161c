"""Results against the journal of their run, or by themselves: what is missing, altered, unreadable, mixed or outdated.

Of a chain of tasks, and of a folder without a journal, each task's results are looked at, one after the other.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from stormtracks import label
from stormtracks.pyro_cluster.journal import runs
from stormtracks.report.outline import TASK
from stormtracks.science import results
from stormtracks.science.errors import ResultError
from stormtracks.science.results.alike import Cell, listed

What = Literal["missing", "not done", "altered", "unreadable", "other recipe", "mixed", "built on others"]
_READERS: dict[str, Callable[[Path], results.Result | results.Header]] = {
    "vort_track": results.load,
    "field_collection": lambda path: results.load_fields(path)[0],
    "classify": lambda path: results.load_list(path)[0],
}
"""What reads all of a task's result; of other tasks the header has to do."""
_HINT = (
    "the journal calls them complete; `fab collect` brings results of other hosts here, `inv manage` does them again"
)


@dataclass(frozen=True)
class Problem:
    """What is wrong with some results: which, and more about it; the task where there are results of several."""

    what: What
    cells: tuple[Cell, ...]
    detail: str = ""
    task: str = ""

    @property
    def listed(self) -> str:
        """Years, or starts, and members, such as "2005 members 0-3", after the task."""
        return f"{self.task} {listed(self.cells)}".strip()


@dataclass(frozen=True)
class Verification:
    """What was found in a folder of results.

    Attributes
    ----------
    folder : Path
    run : str
        Whose journal they were compared with; empty: none.
    number : int
        Results that there should be.
    problems : tuple of Problem
        Empty: all is as it should be.
    sound : int
        How many results are as they should be.
    others : int
        Results that are there and not of the run; they are opened too, as what reads the folder takes all together.
    """

    folder: Path
    run: str
    number: int
    problems: tuple[Problem, ...]
    sound: int
    others: int = 0

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        problems = [dataclasses.asdict(problem) for problem in self.problems]
        numbers = {"number": self.number, "others": self.others}
        return {"folder": str(self.folder), "run": self.run, **numbers, "problems": problems}


def verify(
    folder: str | Path, state: runs.RunState | None = None, progress: Callable[[int, int], object] | None = None
) -> Verification:
    """Open every result of a folder, and compare it with what the journal says of it.

    Parameters
    ----------
    folder : path
        Folder of the results.
    state : RunState, optional
        The run whose results they are; none: those that there are should be all members of all years.
    progress : callable, optional
        ``progress(done, total)`` in result files.

    Raises
    ------
    ResultError
        Without a run: there are no results at all.
    """
    folder = Path(folder)
    kept = runs.kept(state.run["name"]) if state else []
    looks = [_Look.at(folder, task, state, kept) for task in _tasks(folder, state)]
    several, total = len(looks) > 1, sum(len(look.opened) for look in looks)
    problems: list[Problem] = []
    for done, look in enumerate(looks):
        before = sum(len(earlier.opened) for earlier in looks[:done])
        of_task = _merged([*look.problems, *_opened(folder, look, _Steps(progress, before, total))])
        problems += [dataclasses.replace(one, task=look.task) if several else one for one in of_task]
        look.unsound = len({cell for one in of_task for cell in one.cells} - look.others)
    number = sum(len(look.wanted) for look in looks)
    sound = number - sum(look.unsound for look in looks)
    name = state.run["name"] if state else ""
    return Verification(folder, name, number, tuple(problems), sound, sum(len(look.others) for look in looks))


def _tasks(folder: Path, state: runs.RunState | None) -> tuple[str, ...]:
    """The tasks whose results are to be there: the run's, or else those of which there are any."""
    if state:
        return state.tasks
    return tuple(task for task in _READERS if results.years(folder, task)) or (TASK,)


@dataclass
class _Look:
    """What there should be of a task's results, and what there is by the names of the files."""

    task: str
    kept: dict[Cell, runs.Kept]
    wanted: list[Cell]
    opened: list[Cell]
    others: set[Cell]
    problems: list[Problem]
    unsound: int = 0

    @classmethod
    def at(cls, folder: Path, task: str, state: runs.RunState | None, rows: Iterable[runs.Kept]) -> "_Look":
        there = set(_there(folder, task))
        kept = {(row.year, row.member): row for row in rows if row.task == task}
        if state:
            wanted = [(year, member) for year in state.schedule.years for member in range(state.run["members"])]
        else:
            wanted = _whole_grid(folder, task)
        known = [cell for cell in wanted if state is None or cell in kept]
        outstanding = [cell for cell in wanted if state and cell not in kept]
        missing = [cell for cell in known if cell not in there]
        problems = []
        if outstanding:
            detail = "the journal does not call them complete; `inv manage` does them"
            problems.append(Problem("not done", tuple(outstanding), detail))
        if missing:
            problems.append(
                Problem("missing", tuple(missing), _HINT if state else "other years, members or tasks have one")
            )
        others = there.difference(wanted) if state else set()
        opened = [cell for cell in known if cell in there]
        return cls(
            task,
            kept,
            wanted,
            opened + sorted(others, key=lambda cell: (label.order(cell[0]), cell[1])),
            others,
            problems,
        )


class _Steps:
    """Tells how far several tasks' results together are."""

    def __init__(self, progress: Callable[[int, int], object] | None, before: int, total: int) -> None:
        self._progress = progress
        self._done = before
        self._total = total

    def one(self) -> None:
        self._done += 1
        if self._progress is not None:
            self._progress(self._done, self._total)


def _merged(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Problems that are alike as one."""
    cells: dict[tuple[What, str], list[Cell]] = {}
    for problem in problems:
        cells.setdefault((problem.what, problem.detail), []).extend(problem.cells)
    return tuple(Problem(what, tuple(of), detail) for (what, detail), of in cells.items())


def _whole_grid(folder: Path, task: str) -> list[Cell]:
    """All years that have any result of a task, with all members of them and of what a chain did before it."""
    there = results.choose(folder, task)
    members = {member for of in there.values() for member in of}
    for other in _READERS:
        members |= {member for year in there for member in results.members(folder, year, other)}
    return [(year, member) for year in there for member in sorted(members)]


def _there(folder: Path, task: str) -> Iterator[Cell]:
    for year in results.years(folder, task):
        yield from ((year, member) for member in results.members(folder, year, task))


def _opened(folder: Path, look: _Look, steps: _Steps) -> Iterator[Problem]:
    """What is wrong with results that are there."""
    recipes, task = results.Recipes(), look.task
    for cell in look.opened:
        place = results.path(folder, task, *cell)
        try:
            result = _READERS.get(task, results.load_header)(place)
            if (result.task, result.year, result.ensemble_member) != (task, *cell):
                raise ResultError(f"{place}: contains {result.task} {result.year} member {result.ensemble_member}")
        except ResultError as error:
            yield Problem("unreadable", (cell,), str(error))
        else:
            recipes.add(*cell, result.provenance)
            if problem := _compared(cell, place, results.fingerprint(result.provenance), look.kept.get(cell)):
                yield problem
            if problem := _built_on_others(cell, folder, result):
                yield problem
        steps.one()
    for detail, differing in recipes.differing().items():
        yield Problem("mixed", tuple(differing), detail)


def _built_on_others(cell: Cell, folder: Path, result: results.Result | results.Header) -> Problem | None:
    try:
        others = results.replaced(folder, result if isinstance(result, results.Header) else result.header)
    except ResultError:  # is said where that result is opened
        return None
    if not others:
        return None
    detail = f"the result of {' and '.join(others)} that it was made from has been replaced; run the chain again"
    return Problem("built on others", (cell,), detail)


def _compared(cell: Cell, place: Path, recipe: str, row: runs.Kept | None) -> Problem | None:
    if row is None or (row.digest is None and row.recipe is None):  # a journal of 1.0
        return None
    by = f"worker {row.worker}"
    if row.recipe and row.recipe != recipe:
        return Problem("other recipe", (cell,), f"{by} made it with other settings or data than this file's")
    if row.digest and row.digest != results.digest(place):
        return Problem("altered", (cell,), f"not the file that {by} wrote")
    return None
