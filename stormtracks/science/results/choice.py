"""Years and members asked for -> those that have results, or a refusal."""

from collections.abc import Iterable
from typing import TypeVar

from stormtracks import label
from stormtracks.label import Label
from stormtracks.science.errors import ResultError
from stormtracks.science.results.places import Folder
from stormtracks.science.results.places import members as members_of
from stormtracks.science.results.places import years as years_of
from stormtracks.science.settings import TASKS

_One = TypeVar("_One", int, Label)


def choose(
    folder: Folder,
    task: str = "vort_track",
    years: Iterable[Label] | None = None,
    members: Iterable[int] | None = None,
) -> dict[Label, tuple[int, ...]]:
    """Years and members to look at.

    Parameters
    ----------
    folder : path_like
        Folder of all results.
    task : str
    years : iterable of int or str, optional
        Years, or starts of forecasts; None: all that there are.
    members : iterable of int, optional
        None: all that there are.

    Returns
    -------
    dict of int or str to tuple of int
        Year or start -> members, ascending; every one of them has a result.

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
    asked = None if years is None else [label.of(year) if isinstance(year, str) else year for year in years]
    what = "the year or start" if any(map(label.is_start, there)) else "the year"
    wanted = there if asked is None else _known(asked, there, f"{folder}: no result of {what}")
    return {year: _members(folder, task, year, members) for year in wanted}


def _members(folder: Folder, task: str, year: Label, wanted: Iterable[int] | None) -> tuple[int, ...]:
    there = members_of(folder, year, task)
    return tuple(there if wanted is None else _known(wanted, there, f"{folder}: year {year} has no result of member"))


def _known(wanted: Iterable[_One], there: list[_One], problem: str) -> list[_One]:
    wanted = sorted(set(wanted), key=lambda one: (label.is_start(one), one))
    missing = [number for number in wanted if number not in there]
    if missing or not wanted:
        listed = label.spans(missing) if missing else "(none was given)"
        raise ResultError(f"{problem} {listed}; choose from {label.spans(there)}")
    return wanted
