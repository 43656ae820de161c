"""What became of tasks: of one that has ended now, and of those that the journal calls complete."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from stormtracks.label import Label
from stormtracks.pyro_cluster.pyro_task import Status

Cell: TypeAlias = tuple[Label, int] | tuple[Label, int, str]
"""Year, or start of a forecast, and ensemble member; of a chain also which task."""


class TaskOutcome(NamedTuple):
    """What became of one task: in this order the columns of the journal.

    ``status`` is ``outstanding`` for an attempt that will be repeated; `seconds` are wall, `finished` is seconds since
    1970. `code_version` is the version that did it, as its process said.
    """

    year: Label
    ensemble_member: int
    status: Status
    worker: str = ""
    host: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    path: str | None = None
    counts: Mapping[str, float] = MappingProxyType({})
    skipped: bool = False
    error: str | None = None
    traceback: str | None = None
    attempts: int = 1
    finished: float = 0.0
    code_version: str | None = None
    recipe: str | None = None  # a hash of what the result was made with
    digest: str | None = None  # SHA-256 of its file
    entry: str | None = None  # the entry of hosts.yaml whose workers share results, where the worker is one of several
    task: str = ""  # which one of a chain; empty: the only one of its run
    again: tuple[str, ...] = ()  # tasks of the cell that were complete and are to be done again before; no column

    def row(self) -> tuple:
        """The values as SQLite takes them; the task is the last, where the run has several."""
        counts = json.dumps(dict(self.counts))
        return (*self[:_COUNTS], counts, int(self.skipped), *self[_COUNTS + 2 : _TASK + bool(self.task)])


_COUNTS, _TASK = map(TaskOutcome._fields.index, ("counts", "task"))


class Held(NamedTuple):
    """A task that the journal calls complete, and where its result lies: `worker` is `Worker.known_as`."""

    year: Label
    ensemble_member: int
    worker: str
    file: str  # its name in the folder of its year; empty: the task leaves no file there
    task: str = ""  # which one of a chain; empty: the only one of its run

    @property
    def cell(self) -> Cell:
        """What its place in the schedule is, as `get_task` takes it."""
        return (self.year, self.ensemble_member, self.task) if self.task else (self.year, self.ensemble_member)
