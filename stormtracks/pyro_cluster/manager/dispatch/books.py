"""The books of a run: its tasks, who has which of them, how much was done, how it ended. One lock guards them all."""

import threading
from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from stormtracks.label import Label
from stormtracks.pyro_cluster.journal.outcome import Cell, TaskOutcome
from stormtracks.pyro_cluster.manager.dispatch.assignments import Assignments
from stormtracks.pyro_cluster.manager.dispatch.tally import Tally
from stormtracks.pyro_cluster.manager.engines.door import Prompt
from stormtracks.pyro_cluster.manager.workers.heartbeats import Heartbeat
from stormtracks.pyro_cluster.manager.workers.worker import Worker

Call = tuple[str, int]
"""A worker's id and its slot."""


class Journal(Protocol):
    """What keeps the run, such as a `journal.Journal`."""

    def record(self, outcome: TaskOutcome) -> None: ...
    def attempted(self, worker: str, slot: int, outcome: TaskOutcome, read_seconds: float | None = None) -> None: ...
    def again(self, cells: Iterable[Cell]) -> object: ...
    def working(
        self, worker: str, slot: int, year: Label | None = None, ensemble_member: int | None = None
    ) -> None: ...
    def event(self, text: str) -> None: ...
    def paused(self, why: str | None) -> None: ...
    def waits(self, text: str | None) -> None: ...


class Books:
    """What the threads of a run share. Whoever reads or writes it holds `lock`; methods take it themselves.

    Parameters
    ----------
    assignments : Assignments
    journal : Journal

    Attributes
    ----------
    schedule : PyroTaskSchedule
        The one of the assignments.
    tally : Tally
    calls : dict
        A worker's id and slot -> the connection of its calls.
    heartbeats : dict
        A worker's id -> its `Heartbeat`.
    aside : dict
        Ids of workers that are not used any more -> why.
    journal_trouble : str or None
        Why nothing is given out: the journal cannot be written.
    ended, why : str
        How the run ended, and more about that; empty while it is under way.
    lock : RLock
    changed : Condition
        Of `lock`: a task may be outstanding again, or all is over. One thread waits for it.
    over : Condition
        Of `lock`: the run has ended.
    """

    def __init__(self, assignments: Assignments, journal: Journal) -> None:
        self.assignments = assignments
        self.schedule = assignments.schedule
        self.journal = journal
        self.tally = Tally()
        self.calls: dict[Call, Prompt] = {}
        self.heartbeats: dict[str, Heartbeat] = {}
        self.aside: dict[str, str] = {}
        self.journal_trouble: str | None = None
        self.ended = ""
        self.why = ""
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.over = threading.Condition(self.lock)

    def wake(self) -> None:
        """Have it looked again whether there are tasks for the slots that wait."""
        with self.lock:
            self.changed.notify_all()

    def finish(self, how: str, why: str = "") -> None:
        """The run ends so, unless it has ended."""
        with self.lock:
            if not self.ended:
                self.ended = how
                self.why = why
                self.changed.notify_all()
                self.over.notify_all()

    def workers(self) -> list[Worker]:
        """Copies of the connected workers, with what their slots are doing now."""
        with self.lock:
            return [replace(worker, running=dict(worker.running)) for worker in self.assignments.workers.values()]

    def check(self) -> None:
        """Hold the books against each other; AssertionError that says which differ."""
        with self.lock:
            self.assignments.check()
            there = self.assignments.workers
            strangers = [key for key in self.calls if key[0] not in there]
            assert not strangers, f"calls are open to workers that have gone: {strangers}"
            beating = set(self.heartbeats)
            assert beating <= set(there), f"workers that have gone still have a heartbeat: {beating - set(there)}"
            too_many = [worker.name for worker in there.values() if len(worker.running) > worker.slots]
            assert not too_many, f"workers with more tasks than slots: {too_many}"
            lost = [worker.name for worker in there.values() if worker.lost]
            assert not lost, f"lost workers can still be given tasks: {lost}"
