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
    of_task : dict
        Each task of a chain -> how many of its name were completed, and how many failed, as [int, int].
    recent : deque of float
        When the last ones were completed, monotonic.
    """

    done: int = 0
    skipped: int = 0
    failed: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    of_task: dict[str, list[int]] = field(default_factory=dict)
    recent: deque[float] = field(default_factory=lambda: deque(maxlen=LATEST))

    def count(self, outcome: TaskOutcome) -> None:
        """Count what became of a task; one that is to be repeated does not count yet."""
        failed = outcome.status in ("failure", "timeout")
        self.failed += failed
        if outcome.task:
            of_task = self.of_task.setdefault(outcome.task, [0, 0])
            of_task[0] += outcome.status == "complete"
            of_task[1] += failed
        if outcome.status == "complete":
            self.done += 1
            self.skipped += outcome.skipped
            self.seconds += outcome.seconds
            self.cpu_seconds += outcome.cpu_seconds
            self.recent.append(time.monotonic())
