"""How long a worker stays: until the allocation that it was given ends, and for as long as somebody has work for it."""

import math
import time
from collections.abc import Callable

from stormtracks.readable import duration

MARGIN_SECONDS = 5.0
"""From the last moment at which running tasks are given back to the end of the allocation."""
GRACE_SECONDS = 20.0
"""What running tasks get in an allocation, unless something else is asked for: queues wait longer before they kill."""
LONGEST_SECONDS = 1e8
"""Three years: as good as without an end, which some queues write as a time in the far future."""


class Tenure:
    """When a worker is to leave by itself.

    Times are measured with a clock that never jumps; that of the day is asked once, here.

    Parameters
    ----------
    until : float, optional
        When the allocation ends, in s since 1970; None: never.
    idle_exit : float, optional
        Seconds without a task after which the worker leaves; None: it stays.
    grace : float, optional
        Seconds that running tasks get when it leaves; None: until they end, in an allocation `GRACE_SECONDS`.
    clock, day : callable
        Seconds that only grow; seconds since 1970.

    Attributes
    ----------
    whole : float or None
        Seconds from now to the end of the allocation.
    """

    def __init__(
        self,
        until: float | None = None,
        idle_exit: float | None = None,
        grace: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        day: Callable[[], float] = time.time,
    ) -> None:
        self.whole = None if until is None else min(max(0.0, until - day()), LONGEST_SECONDS)
        self._clock = clock
        self._idle_exit = idle_exit
        self._grace = grace if grace is not None else math.inf if until is None else GRACE_SECONDS
        self._began = self._worked = clock()

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the allocation ends; None: it does not."""
        return None if self.whole is None else max(0.0, self._began + self.whole - self._clock())

    def grace(self) -> float:
        """Seconds that running tasks get if the worker is to leave now."""
        left = self.seconds_left
        return self._grace if left is None else max(0.0, min(self._grace, left - MARGIN_SECONDS))

    def worked(self) -> None:
        """A task is being done, or was asked for."""
        self._worked = self._clock()

    def over(self) -> str | None:
        """Why the worker is to leave now; None: it is to stay."""
        left = self.seconds_left
        # A grace that is long for the allocation must not leave nothing of it.
        if self.whole is not None and left is not None and left <= min(self._grace + MARGIN_SECONDS, self.whole / 2):
            return f"its allocation ends in {duration(left)}"
        idle = self._clock() - self._worked
        if self._idle_exit is not None and idle >= self._idle_exit:
            return f"there was nothing to do for {duration(idle)}"
        return None
