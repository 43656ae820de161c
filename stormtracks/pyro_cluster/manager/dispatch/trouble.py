"""What a task has been through, and what the reply to its latest attempt amounts to."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stormtracks.label import Label
from stormtracks.pyro_cluster.journal.outcome import TaskOutcome
from stormtracks.pyro_cluster.manager.workers.worker import Worker
from stormtracks.pyro_cluster.pyro_task import PyroTask, Status

Cell = tuple[Label, int]
"""Year and ensemble member of a task."""
MOST_TRIED = 20
"""Workers that are remembered to have tried a task: those of a queue have new names again and again."""


@dataclass
class Trouble:
    """What a task has been through: numbers of attempts by how they ended, and on which workers (by name).

    `failed` are those that count; `deaths` and `silences` are since it last came to an end of its own. `finals` are
    the workers that said that it would fail everywhere, `lacking` those that do not have a result that it needs, by
    `Worker.known_as`.
    """

    attempts: int = 0
    failed: int = 0
    not_before: float = 0.0  # as the clock says
    deaths: int = 0
    silences: int = 0
    tried: dict[str, bool] = field(default_factory=dict)
    finals: set[str] = field(default_factory=set)
    lacking: set[str] = field(default_factory=set)

    def tried_on(self, worker: str) -> None:
        """A worker has tried it; the first ones are forgotten where there were many."""
        self.tried[worker] = True
        if len(self.tried) > MOST_TRIED:
            del self.tried[next(iter(self.tried))]

    @property
    def suspicious(self) -> bool:
        """Whether it may be what ends workers."""
        return self.deaths + self.silences > 0

    @property
    def of_no_use(self) -> set[str]:
        """The workers that can do nothing for it, as each has said for its part."""
        return self.finals | self.lacking


def cell_of(task: PyroTask) -> Cell:
    """The cell of a task."""
    return task.year, task.ensemble_member


def judged(task: PyroTask, reply: Mapping[str, Any]) -> tuple[Status, str | None, bool]:
    """The status that a reply amounts to, its error, and whether that would come again.

    A reply that cannot be about the task is a failure.
    """
    status = reply.get("status")
    about = (reply.get("year", task.year), reply.get("ensemble_member", task.ensemble_member))
    if about != cell_of(task):
        return "failure", f"the worker replied about another task, {about[0]} member {about[1]}", False
    if status not in ("complete", "failure", "timeout"):
        return "failure", f"the worker replied with the unknown status {status!r}", False
    error = reply.get("error") or (None if status == "complete" else "the worker gave no reason")
    return status, error, status == "failure" and reply.get("final") is True


def outcome_of(
    task: PyroTask,
    worker: Worker,
    trouble: Trouble,
    reply: Mapping[str, Any],
    since: float,
    step: str = "",
    again: tuple[str, ...] = (),
) -> TaskOutcome:
    """The outcome of a task's latest attempt; its new status is set already. `step` and `again` are of a chain."""
    now = time.time()
    return TaskOutcome(
        year=task.year,
        ensemble_member=task.ensemble_member,
        status=task.status,
        worker=", ".join(trouble.tried),
        host=reply["host"],
        seconds=float(reply.get("seconds") or now - since),
        cpu_seconds=float(reply.get("cpu_seconds") or 0.0),
        path=reply.get("path"),
        counts=reply.get("counts") or {},
        skipped=bool(reply.get("skipped")),
        error=reply["error"] if task.status != "complete" else None,
        traceback=reply.get("traceback"),
        attempts=trouble.attempts,
        finished=now,
        code_version=version if isinstance(version := reply.get("code_version"), str) else None,
        recipe=_text(reply.get("recipe")),
        digest=_text(reply.get("digest")),
        entry=worker.entry or None,
        task=step,
        again=again,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
