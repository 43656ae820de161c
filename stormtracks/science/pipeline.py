"""The door: the tasks by their names, each done for one member of a year; what each needs of those before it.

`tasks` has a module for each: winds -> vorticity -> maxima -> tracks -> matches -> result file is `tasks.vort_track`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stormtracks import label, strict_dataclass
from stormtracks.errors import BadValue
from stormtracks.label import Label
from stormtracks.science import kernel, results
from stormtracks.science.passes import Progress
from stormtracks.science.reanalysis import coverage
from stormtracks.science.settings import Setup
from stormtracks.science.tasks.classify import classify
from stormtracks.science.tasks.details import Details, Hit, Miss
from stormtracks.science.tasks.field_collection import field_collection
from stormtracks.science.tasks.vort_track import vort_track
from stormtracks.science.tasks.winds import stages

__all__ = [
    "CONFLICTS",
    "NEEDS",
    "TASKS",
    "YEARS",
    "Details",
    "Hit",
    "Miss",
    "Task",
    "field_collection",
    "run_task",
    "stages",
    "vort_track",
]


def run_task(
    year: Label,
    ensemble_member: int,
    task: str,
    setup: Setup | Mapping[str, Any],
    progress: Progress | None = None,
) -> Details:
    """Do one task and save its result.

    Parameters
    ----------
    year : int or str
        A year, or the start of a forecast: ``"2025-06-01T00"``.
    ensemble_member : int
        As the schedule counts, from 0; the data's own label goes into the result.
    task : str
        One of `TASKS`.
    setup : Setup or mapping
        Where inputs and results are, and the settings.
    progress : callable, optional
        Called with (times done, times in all).

    Returns
    -------
    dict
        Plain values: what was done, where the result is, what was found (see `Details`). If there already is a result
        from the same settings and inputs, it is not made again (``skipped``).

    Raises
    ------
    BadValue
        An unknown task; the message lists the known ones.
    InputError
        Input that cannot be used; the message names the file.
    ResultError
        There is a result made from other settings or inputs, or the result cannot be written.

    Examples
    --------
    The tasks of a member, one after another, as each needs those before it.

    >>> import tempfile
    >>> from stormtracks.science import pipeline
    >>> setup = {"data": "sample/20crv2c_1987", "results": tempfile.mkdtemp()}
    >>> done = [pipeline.run_task(1987, 0, task, setup) for task in pipeline.TASKS]
    >>> [one["task"] for one in done], done[-1]["counts"]["tc"]
    (['vort_track', 'field_collection', 'classify'], 5)
    >>> pipeline.run_task(1987, 0, "classify", setup)["skipped"]
    True
    """
    if task not in TASKS:
        raise BadValue(strict_dataclass.unknown(task, TASKS, "task"))
    return TASKS[task](label.of(year) if isinstance(year, str) else year, ensemble_member, setup, progress)


Task = Callable[[Label, int, Setup | Mapping[str, Any], Progress | None], Details]

TASKS: dict[str, Task] = {"vort_track": vort_track, "field_collection": field_collection, "classify": classify}
"""Every task by its name; a function of (year, ensemble_member, setup, progress) that returns plain values."""

NEEDS: dict[str, tuple[str, ...]] = {
    "field_collection": ("vort_track",),
    "classify": ("vort_track", "field_collection"),
}
"""Task -> the tasks of the same member whose results it is built on, in the order in which they are done."""


def _conflict(task: str) -> Callable[[Mapping[str, Any], Label, Label, int], Mapping[str, str]]:
    """Whether results of a task are in the way that were made with other settings or another data set.

    Returns
    -------
    callable
        Of (setup, first year or start, last one, members); it returns ``conflict``: which result, and in what it
        differs; empty where none is in the way.
    """

    def conflict(setup: Mapping[str, Any], first_year: Label, last_year: Label, members: int) -> dict[str, str]:
        wanted = strict_dataclass.build(Setup, setup, "setup")
        recipe = {"settings": wanted.settings.of_task(task), "dataset": wanted.dataset}
        years = first_year, last_year
        return {"conflict": results.conflict(wanted.results, task, years, members, recipe)}

    return conflict


CONFLICTS: dict[str, Callable[[Mapping[str, Any], Label, Label, int], Mapping[str, str]]] = {
    task: _conflict(task) for task in TASKS
}
"""What a task's results are looked at with before a run begins; not every task needs one."""


def _years(setup: Mapping[str, Any]) -> list[Label] | None:
    """For which years and starts a host has data at all; None where that is not sure (see `coverage`)."""
    return coverage.of(setup["data"], setup.get("dataset")) if setup.get("data") else None


YEARS: dict[str, Callable[[Mapping[str, Any]], Sequence[Label] | None]] = dict.fromkeys(
    ("vort_track", "field_collection"), _years
)
"""What says of which years, or starts, a task finds data on a host; the other tasks read results only."""

ABOUT: dict[str, Callable[[], str]] = {"kernel": kernel.in_use}
"""What a worker says of itself besides, by name: here whether maxima are found by the kernel or by NumPy."""
