"""How long what has failed rests before it is tried again: a task, and a worker on which everything fails."""

import random
from collections.abc import Callable, Hashable

from stormtracks.label import Label

FIRST_PAUSE = 1.0
"""Seconds before a task that failed once is tried again; four times as long after each further failure."""
LONGEST_PAUSE = 60.0
FAILURES = 3
"""Different tasks that fail on a worker in a row, after which it rests."""
FIRST_REST = 2.0
"""Seconds that a worker rests at first; twice as long each time that the task that it is tried with fails too."""
LONGEST_REST = 60.0
_SPREAD = 0.25  # so that what failed together does not come back together

Jitter = Callable[[], float]
"""A number from 0 to 1, such as `random.random`."""


def pause(failures: int, jitter: Jitter = random.random) -> float:
    """Seconds that a task waits after so many failures.

    Examples
    --------
    >>> from stormtracks.pyro_cluster.manager.workers.rests import pause
    >>> [pause(failures, jitter=lambda: 0.5) for failures in (1, 2, 3, 4, 5)]
    [1.0, 4.0, 16.0, 60.0, 60.0]
    """
    return _spread(min(LONGEST_PAUSE, FIRST_PAUSE * 4 ** min(failures - 1, 9)), jitter)


class Breaker:
    """Whether a worker is given tasks: after some failures in a row it rests, then is tried with one task.

    First failures of tasks count; a task that has failed before tells more about itself than about the worker. While
    the worker rests, and for the one task that it is tried with, failures are not the tasks' fault.

    Parameters
    ----------
    jitter : callable, optional

    Attributes
    ----------
    rest : float
        Seconds of the present rest; 0: it works.
    since : float
        When it began to rest, monotonic, however often it has been tried since.
    until : float
        End of the rest, monotonic. From then on it is tried with one task.
    trial : int or None
        The slot that has that task.
    repeats : bool
        Whether that is to be one that has failed before: in turns, as new ones may fail for a reason of their own.
    error : str
        Of the last failure.
    years : frozenset of int
        Of the tasks whose failures began the rest: it is tried with another year where there is one.
    """

    def __init__(self, jitter: Jitter = random.random) -> None:
        self.rest = 0.0
        self.since = 0.0
        self.until = 0.0
        self.trial: int | None = None
        self.repeats = False
        self.error = ""
        self.years: frozenset[Label] = frozenset()
        self._failed: dict[Hashable, Label] = {}  # tasks that failed in a row -> their years
        self._news: str | None = None
        self._jitter = jitter

    def may_take(self, now: float) -> bool:
        """Whether a slot of the worker may take a task."""
        return not self.rest or (self.trial is None and now >= self.until)

    def taken(self, slot: int) -> None:
        """A slot has taken a task."""
        if self.rest:
            self.trial = slot
            self.repeats = not self.repeats

    def put_down(self, slot: int) -> None:
        """A slot's task ended in a way that tells nothing about the worker."""
        if self.trial == slot:
            self.trial = None

    def completed(self) -> None:
        """A task is complete: the worker works."""
        if self.rest:
            self._news = "works again"
            self.rest = 0.0
            self.trial = None
            self.repeats = False
        if self._failed:
            self._failed.clear()

    def failed(self, slot: int, cell: tuple[Label, int], error: str, now: float, first: bool) -> bool:
        """A slot's task failed, for the first time or not; whether that counts as an attempt of the task."""
        if self.rest:
            self.error = error
            if self.trial == slot:
                self.trial = None
                self._begin(min(2 * self.rest, LONGEST_REST), now, "the task that it was tried with failed")
            return False
        if first:
            self.error = error
            self._failed[cell] = cell[0]
            if len(self._failed) >= FAILURES:
                self.years = frozenset(self._failed.values())
                self.repeats = False
                self._failed.clear()
                self._begin(FIRST_REST, now, "its last three tasks failed")
        return True

    def news(self) -> str | None:
        """What has changed since this was last asked, to be said after the worker's name."""
        news, self._news = self._news, None
        return news

    def _begin(self, rest: float, now: float, why: str) -> None:
        if not self.rest:
            self.since = now
        self.rest = rest
        self.until = now + _spread(rest, self._jitter)
        self._news = f"rests {rest:g} s: {why}: {self.error}"


def _spread(seconds: float, jitter: Jitter) -> float:
    return seconds * (1 + _SPREAD * (2 * jitter() - 1))
