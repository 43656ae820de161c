"""Years and members asked for -> those that have results, or a refusal."""

from collections.abc import Iterable

from stormtracks.science.errors import ResultError
from stormtracks.science.results.places import Folder
from stormtracks.science.results.places import members as members_of
from stormtracks.science.results.places import years as years_of
from stormtracks.science.settings import TASKS


def choose(
    folder: Folder,
    task: str = "vort_track",
    years: Iterable[int] | None = None,
    members: Iterable[int] | None = None,
) -> dict[int, tuple[int, ...]]:
    """Years and members to look at.

    Parameters
    ----------
    folder : path_like
        Folder of all results.
    task : str
    years, members : iterable of int, optional
        Those asked for; None: all that there are.

    Returns
    -------
    dict of int to tuple of int
        Year -> members, ascending; every one of them has a result.

    Raises
    ------
    ResultError
        There is no result at all, or none of a year or member asked for; the message lists those that exist.
    """
    there = years_of(folder, task)
    if not there:
        chain = TASKS[: TASKS.index(task) + 1] if task in TASKS else (task,)
        how = f" with --task {','.join(chain)}" if len(chain) > 1 else ""
        raise ResultError(
            f"{folder}: there are no results of the task '{task}'; run inv track or inv manage{how} first, or give "
            "another folder"
        )
    wanted = there if years is None else _known(years, there, f"{folder}: no result of the year")
    return {year: _members(folder, task, year, members) for year in wanted}


def _members(folder: Folder, task: str, year: int, wanted: Iterable[int] | None) -> tuple[int, ...]:
    there = members_of(folder, year, task)
    return tuple(there if wanted is None else _known(wanted, there, f"{folder}: year {year} has no result of member"))


def _known(wanted: Iterable[int], there: list[int], problem: str) -> list[int]:
    wanted = sorted(set(wanted))
    missing = [number for number in wanted if number not in there]
    if missing or not wanted:
        listed = ", ".join(map(str, missing)) or "(none was given)"
        raise ResultError(f"{problem} {listed}; choose from {', '.join(map(str, there))}")
    return wanted
