"""The slot's end of the way to its worker: orders in, replies and progress out, each a line of JSON with a number.

Both ends are kept from the task: its standard input is empty, what it prints goes to standard error, and a process that
it forks has neither end, so that nothing but this process can answer for it.
"""

import contextlib
import json
import os
import threading
import time
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from stormtracks.pyro_cluster.plain import Order

PROGRESS_SECONDS = 1.0
"""At least so long between two lines about a task's progress."""

_read = json.JSONDecoder().raw_decode  # without the looks for other encodings and for spaces around a message
_written = json.JSONEncoder().encode


class SlotChannel:
    """Takes this process's standard input and output for itself; make it first of all.

    Attributes
    ----------
    orders_from : int
        The descriptor that orders come from; its end is the worker's end.
    pid : int
        The one process that may answer.
    """

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.orders_from = os.dup(0)  # as every descriptor that Python makes, it is closed in programs that are started
        self._replies_to = os.dup(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        self._orders: BinaryIO = os.fdopen(self.orders_from, "rb", closefd=False)
        self._lock = threading.Lock()
        self._number = 0  # of the order that is being done
        self._working = False
        self._next_progress = 0.0  # monotonic
        os.register_at_fork(after_in_child=self._close)

    def orders(self) -> Iterator[Order]:
        """Each order as it comes, until the worker closes its end."""
        for line in self._orders:
            message = _read(line.decode())[0]
            self._number = message["number"]
            self._next_progress = 0.0
            self._working = True
            yield message["order"]

    def greet(self, greeting: Mapping[str, object]) -> None:
        """Say what this slot is, before the first order."""
        self._send(greeting)

    def reply(self, reply: Mapping[str, object]) -> None:
        """Answer the order that is being done."""
        with self._lock:
            self._working = False  # from here on no progress of it is told
            self._send({"reply": reply})

    def progress(self, done: int, total: int) -> None:
        """Tell how far the task is, now and then; the hook that tasks are given."""
        if not self._working or os.getpid() != self.pid or time.monotonic() < self._next_progress:
            return
        with self._lock:
            if self._working:
                self._next_progress = time.monotonic() + PROGRESS_SECONDS
                self._send({"progress": [int(done), int(total)]})

    def _send(self, message: Mapping[str, object]) -> None:
        data = f"{_written({'number': self._number, 'pid': os.getpid(), **message})}\n".encode()
        while len(data) > (sent := os.write(self._replies_to, data)):
            data = data[sent:]

    def _close(self) -> None:
        """In a forked process: it has nothing to do with our worker."""
        self._working = False
        for descriptor in (self.orders_from, self._replies_to):
            with contextlib.suppress(OSError):  # the task has closed it
                os.close(descriptor)
        self.orders_from = self._replies_to = -1  # a process that this one forks may have other files of these numbers
