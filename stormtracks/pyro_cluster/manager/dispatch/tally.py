"""What was done so far, in numbers."""

import time
from collections import deque
from dataclasses import dataclass, field

from stormtracks.pyro_cluster.journal.outcome import TaskOutcome

LATEST = 200
"""So many of the last completed tasks say how fast the work goes."""


@dataclass
class Tally:
    """What one manager has done.

    Attributes
    ----------
    done, skipped : int
        Tasks completed here, and those of them whose result the worker found.
    failed : int
        Tasks that failed or timed out here, after their repeats.
    seconds, cpu_seconds : float
        Sums over the tasks completed here.
    recent : deque of float
        When the last ones were completed, monotonic.
    """

    done: int = 0
    skipped: int = 0
    failed: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    recent: deque[float] = field(default_factory=lambda: deque(maxlen=LATEST))

    def count(self, outcome: TaskOutcome) -> None:
        """Count what became of a task; one that is to be repeated does not count yet."""
        self.failed += outcome.status in ("failure", "timeout")
        if outcome.status == "complete":
            self.done += 1
            self.skipped += outcome.skipped
            self.seconds += outcome.seconds
            self.cpu_seconds += outcome.cpu_seconds
            self.recent.append(time.monotonic())
