"""Whether peers still live: each is asked every few seconds by as few threads as the slowest answers need."""

import heapq
import itertools
import threading
import time

BEAT_SECONDS = 4.0
"""From an answer to the next question. With two tries of `BEAT_TIMEOUT` a silent host is noticed within 10 s."""
BEAT_TIMEOUT = 2.5
"""How long an answer may take; a worker answers in a millisecond, as its tasks run in processes of their own."""


class Heartbeats:
    """Calls functions again and again, each `interval` seconds after its last return.

    One thread waits for what is due. Before it calls a function it makes sure that another thread waits, so that a
    peer that does not answer delays no other; a thread that finds another waiting when it is back ends.

    Parameters
    ----------
    interval : float
    """

    def __init__(self, interval=BEAT_SECONDS):
        self.interval = interval
        self._changed = threading.Condition()
        self._due, self._order = [], itertools.count()
        self._waiting, self._stopped = 0, False

    def add(self, beat):
        """Call `beat()` from now on, until it returns False."""
        with self._changed:
            self._push(beat)
            if self._waiting:
                self._changed.notify()
            else:
                self._start_thread()

    def stop(self):
        """Call nothing any more; calls under way end by themselves."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _push(self, beat):
        heapq.heappush(self._due, (time.monotonic() + self.interval, next(self._order), beat))

    def _start_thread(self):
        self._waiting += 1
        threading.Thread(target=self._work, name="heartbeat", daemon=True).start()

    def _work(self):
        while (beat := self._next()) is not None:
            alive = beat()
            with self._changed:
                if alive:
                    self._push(beat)
                if self._waiting:
                    self._changed.notify()  # what was put back may be due before what it waits for
                    return
                self._waiting += 1

    def _next(self):
        """Wait for what is due first; None when there is nothing to wait for."""
        with self._changed:
            while self._due and not self._stopped:
                left = self._due[0][0] - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
            self._waiting -= 1
            if self._stopped or not self._due:
                return None
            beat = heapq.heappop(self._due)[2]
            if self._due and not self._waiting:
                self._start_thread()
            return beat
