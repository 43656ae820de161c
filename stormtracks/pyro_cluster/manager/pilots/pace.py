"""When a queue is next looked at: seldom enough for the login node, soon enough for what happens there. Pure."""

from collections.abc import Callable

USUAL_SECONDS = 30.0
"""From one look to the next while something changes."""
LONGEST_SECONDS = 120.0
"""The same while nothing does."""
LEAST_SECONDS = 10.0
"""From one look to the next, whatever happens."""
BURST = 3
"""So many looks may be in hand: what is looked early at is saved before or after."""
LONGEST_PAUSE = 600.0
"""From one look to the next at a queue that cannot be asked."""
_GROWTH = 1.5


class Pace:
    """When one queue may be looked at.

    Two looks a minute in the long run, whatever happens: each takes one of `BURST` that are in hand at most, and one
    comes back every `USUAL_SECONDS`.

    Parameters
    ----------
    clock : callable
        Seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._in_hand = float(BURST)
        self._last = clock() - LEAST_SECONDS
        self._pause = USUAL_SECONDS
        self._failures = 0
        self._planned = clock()  # the first look is due at once

    def due(self) -> float:
        """When the next look is due, as the clock says."""
        return max(self._planned, self._allowed())

    def begun(self) -> None:
        """A look begins."""
        now = self._clock()
        self._in_hand = min(BURST, self._in_hand + (now - self._last) / USUAL_SECONDS) - 1
        self._last = now
        self._planned = now + LONGEST_SECONDS  # until it is known how the look ended

    def answered(self, changed: bool) -> None:
        """A look was answered, and something was other than the time before, or not."""
        self._failures = 0
        self._pause = USUAL_SECONDS if changed else min(self._pause * _GROWTH, LONGEST_SECONDS)
        self._planned = self._last + self._pause

    def failed(self) -> None:
        """A look was not answered."""
        self._failures += 1
        self._planned = self._clock() + min(USUAL_SECONDS * 2 ** min(self._failures - 1, 9), LONGEST_PAUSE)

    def hurry(self, after: float = 0.0) -> None:
        """Something happened: look soon, though not within the next seconds `after`; a queue that fails is let be."""
        if not self._failures:
            self._planned = min(self._planned, self._clock() + after)

    def _allowed(self) -> float:
        """When a look may be at the earliest."""
        return self._last + max(LEAST_SECONDS, (1 - self._in_hand) * USUAL_SECONDS)
