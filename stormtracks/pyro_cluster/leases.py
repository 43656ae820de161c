"""Names with an address each, for as long as they are heard of. Pure: no wire, no threads of its own."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

LEASE_SECONDS = 600.0
"""A service says every two seconds that its name is its own; one not heard of for this long is gone."""
SILENT_SECONDS = 30.0
"""Where there is no room for a new name, one not heard of for this long makes room."""


class Leases:
    """Who is where; from any thread.

    Parameters
    ----------
    most : int
        Names that there is room for.
    clock : callable
        Seconds that never go back. A machine that sleeps does not count its sleep.
    """

    def __init__(self, most: int = 10_000, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()
        self._names: OrderedDict[str, tuple[str, float]] = OrderedDict()  # address, when heard; the longest ago first

    def __len__(self) -> int:
        with self._lock:
            self._forget()
            return len(self._names)

    def holder(self, name: str) -> str | None:
        """The address that a name has."""
        with self._lock:
            self._forget()
            return self._names[name][0] if name in self._names else None

    def take(self, name: str, uri: str, instead_of: str | None) -> bool:
        """Give a name an address, or hear of it again; False where meanwhile it has another one than `instead_of`.

        Raises
        ------
        OverflowError
            There are so many names already, and all of them were heard of lately.
        """
        with self._lock:
            self._forget()
            if (self._names[name][0] if name in self._names else None) != instead_of:
                return False
            if name not in self._names and len(self._names) >= self._most:
                self._make_room()
            self._names[name] = uri, self._clock()
            self._names.move_to_end(name)
            return True

    def drop(self, name: str) -> bool:
        """Forget a name; whether it was there."""
        with self._lock:
            return self._names.pop(name, None) is not None

    def page(self, prefix: str, after: str, size: int) -> dict[str, str]:
        """The first names in alphabetical order that begin with `prefix` and follow `after`, with their addresses."""
        with self._lock:
            self._forget()
            names = sorted(name for name in self._names if name > after and name.startswith(prefix))[:size]
            return {name: self._names[name][0] for name in names}

    def _forget(self) -> None:
        self._forget_before(self._clock() - LEASE_SECONDS)

    def _make_room(self) -> None:
        if not self._forget_before(self._clock() - SILENT_SECONDS, at_most=1):
            raise OverflowError(f"there are {self._most:,} names already")

    def _forget_before(self, moment: float, at_most: int | None = None) -> int:
        """Forget those that were heard of before a moment, the longest ago first; how many."""
        gone = 0
        while self._names and gone != at_most and next(iter(self._names.values()))[1] < moment:
            self._names.popitem(last=False)
            gone += 1
        return gone
