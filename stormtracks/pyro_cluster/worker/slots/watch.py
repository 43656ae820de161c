"""Watches over a worker's slots from a thread of its own: the host's memory, and tasks that get nowhere."""

import logging
import threading
import time
from collections import deque

from stormtracks.pyro_cluster import bounds
from stormtracks.pyro_cluster.worker.slots.memory_guard import MemoryGuard
from stormtracks.pyro_cluster.worker.slots.pool import Slots
from stormtracks.pyro_cluster.worker.slots.stalls import LOOK_SECONDS, Stalls

log = logging.getLogger(__name__)

MEMORY_SECONDS = 0.5
"""From one look at the memory to the next."""
TOLD_SECONDS = 30.0
"""So long what has happened is told to whoever asks: several heartbeats of a manager."""


class Watch:
    """A context: watches for as long as it lasts.

    Attributes
    ----------
    stalled : dict
        Number of each slot that gets nowhere -> in which way.
    """

    def __init__(self, slots: Slots, guard: MemoryGuard) -> None:
        self.stalled: dict[int, str] = {}
        self._slots = slots
        self._guard = guard
        self._stalls = Stalls()
        self._events: deque[tuple[float, str]] = deque(maxlen=20)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True, name="watches slots")

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join(5.0)

    def notices(self) -> list[str]:
        """What a manager and people should know now, in words that stay the same for as long as it is so."""
        now = time.monotonic()
        found = [f"{self._task(number)}: {text}" for number, text in sorted(self.stalled.items())]
        found += [text for text in (self._slots.changed, self._guard.notice()) if text]
        found += [text for at, text in list(self._events) if now - at < TOLD_SECONDS]
        return [text[: bounds.NOTICE_CHARACTERS] for text in found[: bounds.NOTICES]]

    def _work(self) -> None:
        next_look = 0.0
        while not self._over.wait(MEMORY_SECONDS):
            try:
                if ended := self._guard.look(self._slots):
                    self._events.append((time.monotonic(), ended))
                if time.monotonic() >= next_look:
                    next_look = time.monotonic() + LOOK_SECONDS
                    self._look_for_stalls()
            except Exception:  # the tasks go on, watched or not
                log.exception("the watch over the slots")

    def _look_for_stalls(self) -> None:
        before, self.stalled = self.stalled, self._stalls.look(self._slots.slots)
        for number in self.stalled.keys() - before.keys():
            log.warning("%s: %s", self._task(number), self.stalled[number])
        for number in before.keys() - self.stalled.keys():
            log.info("slot %d gets on again, or has another task", number)

    def _task(self, number: int) -> str:
        order = self._slots.slots[number].order
        task = f" with {order['year']} member {order['ensemble_member']}" if order else ""
        return f"slot {number}{task} gets nowhere"
