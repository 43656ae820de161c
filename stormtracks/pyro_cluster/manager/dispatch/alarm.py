"""Rings when what rests is due, so that a thousand slots that wait need not look at the clock each."""

import heapq
import math
import threading
import time
from collections.abc import Callable

TICK_SECONDS = 0.1
"""What is due within such a time rings once: thousands of tasks may be due one after the other."""


class Alarm:
    """A thread that calls a function at the times that it was told of; it is begun with the first of them.

    Parameters
    ----------
    ring : callable
        Called at each such time, or up to `TICK_SECONDS` later.
    """

    def __init__(self, ring: Callable[[], object]) -> None:
        self._ring = ring
        self._ticks: list[int] = []  # a heap
        self._changed = threading.Condition()
        self._begun = False
        self._stopped = False

    def at(self, when: float) -> None:
        """Ring at this time, monotonic."""
        tick = math.ceil(when / TICK_SECONDS)
        with self._changed:
            if tick in self._ticks or self._stopped:
                return
            heapq.heappush(self._ticks, tick)
            self._changed.notify_all()
            if not self._begun:
                self._begun = True
                threading.Thread(target=self._work, name="alarm", daemon=True).start()

    def stop(self) -> None:
        """Ring no more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _work(self) -> None:
        while self._wait():
            self._ring()

    def _wait(self) -> bool:
        """Wait until it is time to ring; False when it is stopped."""
        with self._changed:
            while not self._stopped:
                left = self._ticks[0] * TICK_SECONDS - time.monotonic() if self._ticks else None
                if left is not None and left <= 0:
                    heapq.heappop(self._ticks)
                    return True
                self._changed.wait(left)
            return False
