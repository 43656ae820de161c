"""Pilots that were lost without having said that they stop: whether that was the doing of their queue."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from stormtracks.pyro_cluster.manager.workers.supply import Pilot
from stormtracks.pyro_cluster.manager.workers.worker import Worker

FATE_SECONDS = 30.0
"""So long is the answer of its queue waited for, before a pilot counts as any other worker that was lost."""
REQUEUED = "its job was put back into the queue"


@dataclass(eq=False)
class _Loss:
    worker: Worker
    say: Callable[[Pilot | None], object]
    until: float  # monotonic
    known: threading.Event = field(default_factory=threading.Event)


class Losses:
    """The pilots that were lost, each until the queue has said why, or has not for too long."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._losses: dict[Worker, _Loss] = {}  # those whose fate is awaited
        self._stopped = False

    def lost(self, worker: Worker, say: Callable[[Pilot | None], object]) -> None:
        """A pilot is lost. `say` is called with the end of its job, or None where that is not found out.

        Until then `fate` waits, so whoever holds what `say` needs must not call it.
        """
        with self._lock:
            self._losses[worker] = _Loss(worker, say, time.monotonic() + FATE_SECONDS)

    def fate(self, worker: Worker) -> Pilot | None:
        """How the job of a lost worker ended, once that is known; None: it is not found out, or it is no pilot."""
        with self._lock:
            loss = self._losses.get(worker)
        if loss is not None and not self._stopped:
            loss.known.wait(max(0.0, loss.until - time.monotonic()) + 2.0)
        return worker.fate

    def of(self, entry: str) -> bool:
        """Whether the queue of an entry is to say why some were lost."""
        return bool(self._lost(entry))

    def unknown(self, entry: str) -> None:
        """An entry's queue cannot be asked."""
        for worker in self._lost(entry):
            self._end(worker, None)

    def heard(self, entry: str, pilots: Mapping[str, Pilot]) -> None:
        """An entry's queue has answered."""
        for worker in self._lost(entry):
            pilot = pilots.get(worker.name)
            if pilot is not None and pilot.state == "pending":
                pilot = Pilot("ended", True, pilot.why or REQUEUED)
            if pilot is not None and pilot.state == "ended":
                self._end(worker, pilot)

    def end_late(self) -> None:
        """Wait no longer for what has not been found out in time."""
        now = time.monotonic()
        with self._lock:
            late = [worker for worker, loss in self._losses.items() if now >= loss.until]
        for worker in late:
            self._end(worker, None)

    def stop(self) -> None:
        """Nothing is found out any more."""
        self._stopped = True
        with self._lock:
            lost = list(self._losses)
        for worker in lost:
            self._end(worker, None)

    def _lost(self, entry: str) -> list[Worker]:
        with self._lock:
            return [worker for worker in self._losses if worker.entry == entry]

    def _end(self, worker: Worker, fate: Pilot | None) -> None:
        with self._lock:
            loss = self._losses.pop(worker, None)
        if loss is not None:
            worker.fate = fate
            loss.say(fate)
            loss.known.set()
