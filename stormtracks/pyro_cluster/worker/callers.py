"""Who calls a worker, and when it was last called: to have managers ask at once, and to notice that they are gone."""

import threading
import time
import weakref
from typing import Any

from stormtracks.pyro_cluster import wire

MANAGER_SILENT_SECONDS = 30.0
"""A manager that has given out tasks and does not call for so long is gone."""


class Callers:
    """The calls of managers and people, noted from the threads that serve them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._heartbeats: weakref.WeakSet[Any] = weakref.WeakSet()  # connections by which managers ask
        self._last_call = time.monotonic()
        self._has_worked = False  # since the manager was last found to be silent

    def note(self, work: bool = False) -> None:
        """A call has come, or its reply goes; `work`: it is for a task."""
        self._last_call = time.monotonic()
        self._has_worked = self._has_worked or work

    def remember(self) -> None:
        """Whoever calls now asks for signs of life."""
        if (connection := wire.caller()) is not None:
            with self._lock:
                self._heartbeats.add(connection)

    def spare(self) -> None:
        """Whoever calls now is not hung up on."""
        if (connection := wire.caller()) is not None:
            with self._lock:
                self._heartbeats.discard(connection)

    def hang_up(self) -> None:
        """End the connections of those that ask for signs of life: managers connect again, and ask at once."""
        with self._lock:
            connections = list(self._heartbeats)
            self._heartbeats.clear()
        for connection in connections:
            wire.hang_up(connection)

    def silence(self) -> float | None:
        """For how many seconds the manager whose tasks were done has not called, said once; None: it is not gone."""
        silent = time.monotonic() - self._last_call
        if not self._has_worked or silent <= MANAGER_SILENT_SECONDS:
            return None
        self._has_worked = False
        return silent
