"""Lines that are alike: the first ones are said, then only how many more there were."""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass

SHOWN = 3
"""Lines of a kind that are said whole."""
QUIET_SECONDS = 10.0
"""Least time from one line about how many more there were to the next of that kind."""


@dataclass
class _Kind:
    said: int = 0
    more: int = 0
    last: str = ""
    since: float = 0.0


class Alike:
    """Says lines, but not thousands of one kind.

    Parameters
    ----------
    say : callable
        Given each line.
    clock : callable
        Seconds.
    """

    def __init__(self, say: Callable[[str], object], clock: Callable[[], float]) -> None:
        self._say = say
        self._clock = clock
        self._kinds: dict[Hashable, _Kind] = {}
        self._unsaid: set[Hashable] = set()
        self._lock = threading.Lock()

    def say(self, kind: Hashable, text: str) -> None:
        """Say a line, or count it where some of its kind were said."""
        with self._lock:
            known = self._kinds.setdefault(kind, _Kind())
            known.said += 1
            shown = known.said <= SHOWN
            if not shown:
                if not known.more:
                    self._unsaid.add(kind)
                    known.since = max(known.since, self._clock())
                known.more += 1
                known.last = text
        if shown:
            self._say(text)

    def say_more(self, everything: bool = False) -> None:
        """Say how many more there were, of the kinds that were quiet for long enough, or of all."""
        if not self._unsaid:
            return
        lines = []
        with self._lock:
            now = self._clock()
            for kind in list(self._unsaid):
                known = self._kinds[kind]
                if everything or now - known.since >= QUIET_SECONDS:
                    lines.append(_line(known))
                    known.more = 0
                    known.since = now
                    self._unsaid.remove(kind)
        for line in lines:
            self._say(line)


def _line(known: _Kind) -> str:
    return f"and {known.more:,} more alike; the last: {known.last}" if known.more > 1 else known.last
