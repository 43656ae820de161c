"""How long one task may take: as long as was asked for, or some times the median of the run's complete tasks."""

import math
from collections import deque
from dataclasses import dataclass
from statistics import median

from stormtracks.errors import BadValue

ENOUGH = 10
"""Complete tasks from which a median is taken."""
LEAST_SECONDS = 3600.0
"""Least limit where none was asked for."""
_MEDIANS = 10.0
_LEAST_ASKED = 1.0  # tasks of milliseconds differ by more than any share of them
_KEPT = 1000
_EVERY = 50  # complete tasks from one look at the median to the next


@dataclass(frozen=True)
class TimeLimit:
    """What was asked for.

    Attributes
    ----------
    seconds : float or None
        The same for all tasks.
    medians : float
        Or so many times the median; 0: no limit of this kind.
    least : float
        Seconds, below which a limit from the median is not.
    """

    seconds: float | None = None
    medians: float = 0.0
    least: float = 0.0


def read(given: object) -> TimeLimit:
    """The limit that a text or number means.

    Parameters
    ----------
    given : str or float or None
        Seconds, a share of the median such as ``300%``, ``none``; None: ten times the median, at least an hour.

    Raises
    ------
    BadValue

    Examples
    --------
    >>> from stormtracks.pyro_cluster.manager.dispatch import time_limit
    >>> time_limit.read("300%")
    TimeLimit(seconds=None, medians=3.0, least=1.0)
    """
    if given is None:
        return TimeLimit(medians=_MEDIANS, least=LEAST_SECONDS)
    text = str(given).strip()
    if text == "none":
        return TimeLimit()
    try:
        value = float(text.removesuffix("%"))
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise BadValue(f"the timeout must be seconds, a share of the median such as 300%, or none, not {given!r}")
    if not value > 0 or math.isinf(value):
        raise BadValue(f"the timeout must be above 0 s, not {text}; give none for no limit")
    if text.endswith("%"):
        return TimeLimit(medians=value / 100, least=_LEAST_ASKED)
    return TimeLimit(seconds=value)


class LimitOfRun:
    """The limit as the run knows it by now.

    Parameters
    ----------
    asked : TimeLimit

    Attributes
    ----------
    seconds : float or None
        None: no limit, or none yet.
    """

    def __init__(self, asked: TimeLimit) -> None:
        self.seconds = asked.seconds
        self._asked = asked
        self._recent: deque[float] = deque(maxlen=_KEPT)
        self._count = 0

    @property
    def may_change(self) -> bool:
        """Whether it is taken from complete tasks."""
        return self._asked.medians > 0

    def completed(self, seconds: float) -> None:
        """A task took so long."""
        self._recent.append(seconds)
        self._count += 1
        if self.may_change and (self._count == ENOUGH or (self._count > ENOUGH and self._count % _EVERY == 0)):
            self.seconds = max(self._asked.least, self._asked.medians * median(self._recent))
