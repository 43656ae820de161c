"""Results against the journal of their run, or by themselves: what is missing, altered, unreadable or mixed."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from stormtracks.pyro_cluster.journal import runs
from stormtracks.report.outline import TASK
from stormtracks.science import results
from stormtracks.science.errors import ResultError
from stormtracks.science.results.alike import Cell, listed

What = Literal["missing", "not done", "altered", "unreadable", "other recipe", "mixed"]
_HINT = (
    "the journal calls them complete; `fab collect` brings results of other hosts here, `inv manage` does them again"
)


@dataclass(frozen=True)
class Problem:
    """What is wrong with some results: which, and more about it."""

    what: What
    cells: tuple[Cell, ...]
    detail: str = ""

    @property
    def listed(self) -> str:
        """Years and members, such as "2005 members 0-3"."""
        return listed(self.cells)


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
    others : frozenset of Cell
        Results that are there and not of the run; they are opened too, as what reads the folder takes all together.
    """

    folder: Path
    run: str
    number: int
    problems: tuple[Problem, ...]
    others: frozenset[Cell] = frozenset()

    @property
    def sound(self) -> int:
        """How many results are as they should be."""
        return self.number - len({cell for problem in self.problems for cell in problem.cells} - self.others)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        problems = [dataclasses.asdict(problem) for problem in self.problems]
        numbers = {"number": self.number, "others": len(self.others)}
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
    if state is None:
        kept, wanted, task = {}, _whole_grid(folder), TASK
    else:
        task = state.run["task"]
        kept = {(row.year, row.member): row for row in runs.kept(state.run["name"])}
        wanted = [(year, member) for year in state.schedule.years for member in range(state.run["members"])]
    there = set(_there(folder, task))
    outstanding = [cell for cell in wanted if state and cell not in kept]
    missing = [cell for cell in wanted if cell not in there and (state is None or cell in kept)]
    problems = (
        [Problem("not done", tuple(outstanding), "the journal does not call them complete; `inv manage` does them")]
        if outstanding
        else []
    )
    if missing:
        detail = _HINT if state else "other years or members have one"
        problems.append(Problem("missing", tuple(missing), detail))
    opened = [cell for cell in wanted if cell in there and (state is None or cell in kept)]
    others = there.difference(wanted) if state else set()
    problems += _opened(folder, task, opened + sorted(others), kept, progress)
    name = state.run["name"] if state else ""
    return Verification(folder, name, len(wanted), _merged(problems), frozenset(others))


def _merged(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Problems that are alike as one."""
    cells: dict[tuple[What, str], list[Cell]] = {}
    for problem in problems:
        cells.setdefault((problem.what, problem.detail), []).extend(problem.cells)
    return tuple(Problem(what, tuple(of), detail) for (what, detail), of in cells.items())


def _whole_grid(folder: Path) -> list[Cell]:
    """All members of all years that have any result."""
    there = results.choose(folder, TASK)
    members = sorted({member for of in there.values() for member in of})
    return [(year, member) for year in there for member in members]


def _there(folder: Path, task: str) -> Iterator[Cell]:
    for year in results.years(folder, task):
        yield from ((year, member) for member in results.members(folder, year, task))


def _opened(
    folder: Path,
    task: str,
    cells: list[Cell],
    kept: Mapping[Cell, runs.Kept],
    progress: Callable[[int, int], object] | None,
) -> Iterator[Problem]:
    """What is wrong with results that are there."""
    recipes = results.Recipes()
    for done, cell in enumerate(cells, start=1):
        place = results.path(folder, task, *cell)
        try:
            result = results.load(place)
            if (result.task, result.year, result.ensemble_member) != (task, *cell):
                raise ResultError(f"{place}: contains {result.task} {result.year} member {result.ensemble_member}")
        except ResultError as error:
            yield Problem("unreadable", (cell,), str(error))
        else:
            recipes.add(*cell, result.provenance)
            if problem := _compared(cell, place, results.fingerprint(result.provenance), kept.get(cell)):
                yield problem
        if progress is not None:
            progress(done, len(cells))
    for detail, differing in recipes.differing().items():
        yield Problem("mixed", tuple(differing), detail)


def _compared(cell: Cell, place: Path, recipe: str, row: runs.Kept | None) -> Problem | None:
    if row is None or (row.digest is None and row.recipe is None):  # a journal of 1.0
        return None
    by = f"worker {row.worker}"
    if row.recipe and row.recipe != recipe:
        return Problem("other recipe", (cell,), f"{by} made it with other settings or data than this file's")
    if row.digest and row.digest != results.digest(place):
        return Problem("altered", (cell,), f"not the file that {by} wrote")
    return None
