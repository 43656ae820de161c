"""What a run is: the same name means the same task, settings and results, so that it is safe to resume."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stormtracks.label import Label
from stormtracks.pyro_cluster.journal import extent
from stormtracks.pyro_cluster.journal.lock import JournalRefused

ANOTHER_NAME = "choose another name with --run"
"""What can be done where a run of the same name is another one."""
RUNNING = "running"
"""The run's state while a manager has it; after that, how it ended."""
PAUSED = "paused: "
"""What the state begins with while every worker fails."""
WAITS = "waits for "
"""What the state begins with while jobs are to come from a queue."""


@dataclass(frozen=True)
class Run:
    """What is asked for under a name.

    Attributes
    ----------
    name : str
        Letters, digits, ``.``, ``_`` and ``-``; the journal is NAME.sqlite.
    task : str
        Of a chain all tasks, with commas between them.
    start_year, end_year : int or str
        The first and the last year; of forecasts their first and last start.
    members : int
        Years, starts and members may grow from one time to the next: what is complete stays complete.
    settings : dict
        Plain values that the tasks are done with.
    nameserver : str
        HOST:PORT where the workers were found; kept for anyone who reads the journal.
    version : str
        Of stormtracks.
    renamed : mapping of str to str
        Keys of settings that had another name before -> their names now; a journal may have the old ones.
    hosts : str
        The hosts.yaml that the run is of; empty: none.
    results : str
        The folder below each worker's results folder that the results go to; empty: that folder itself.
    starts : tuple of str
        Of forecasts, in order; none: it is a run of years.
    advice : str
        What to do where the journal has other settings, beside `--overwrite`.
    """

    name: str
    task: str
    start_year: Label
    end_year: Label
    members: int
    settings: dict[str, Any] = field(default_factory=dict)
    nameserver: str = ""
    version: str = ""
    renamed: Mapping[str, str] = field(default_factory=dict)
    hosts: str = ""
    results: str = ""
    starts: tuple[Label, ...] = ()
    advice: str = ANOTHER_NAME

    @property
    def tasks(self) -> tuple[str, ...]:
        """Its tasks in order; one, unless it is a chain."""
        return tasks_of(self.task)

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}", self.name):  # it becomes the name of a file
            raise JournalRefused(
                f"{self.name!r} cannot be the name of a run; choose up to 100 letters, digits, '.', '_' and '-', "
                "beginning with a letter, digit or '_'"
            )


def tasks_of(task: str) -> tuple[str, ...]:
    """The tasks that a run's ``task`` names, in order; one, unless it is a chain."""
    return tuple(task.split(","))


def default_name(task: str, start_year: Label, end_year: Label) -> str:
    """The name of a run that was given none, such as ``vort_track_2000-2012``; a chain has ``-`` between its tasks."""
    return f"{task.replace(',', '-')}_{extent.between(start_year, end_year)}"


def plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as they are after they were kept as JSON: tuples are lists then."""
    return json.loads(json.dumps(settings, sort_keys=True))


def differences(run: Run, task: str, settings: Mapping[str, Any]) -> str:
    """In what a run differs from the task and settings that its journal was begun with."""
    if task != run.task:
        return f"the task {task}, not {run.task}"
    ours = plain(run.settings)
    keys = [key for key in sorted({*settings, *ours}) if settings.get(key) != ours.get(key)]
    changes = [f"{key} = {settings.get(key, 'its default')} (now {ours.get(key, 'its default')})" for key in keys]
    return "other settings: " + ", ".join(changes)
