"""A worker as the manager sees it: what it has said of itself, and what it is doing."""

import math
from dataclasses import dataclass, field

from stormtracks.label import Label
from stormtracks.pyro_cluster.manager.workers.rests import Breaker
from stormtracks.pyro_cluster.manager.workers.supply import Pilot
from stormtracks.pyro_cluster.pyro_task import PyroTask


@dataclass(eq=False)
class Worker:
    """One worker, for as long as its process lives.

    Attributes
    ----------
    id : str
        Made at random when the worker started: a restarted one is another one.
    name, host, uri : str
    entry : str
        The entry of hosts.yaml that it is one of several workers of; empty: the one of its own name.
    ends : float
        When its allocation ends, monotonic; infinity: never.
    whole : float
        Seconds that its allocation was long when it started; infinity where it does not end.
    folder : str
        Where its results go, on its host; empty: not known.
    slots : int
        Tasks that it does at a time.
    years : frozenset of int or str, or None
        Years that it has data for; None: not known, so it may have any.
    readers : frozenset of str, or None
        Tasks that read these data; others can be done without. None: all tasks do.
    without : set of int or str
        Years that it was given and has found no data for, since it last said what it has.
    data_seen : int
        What it last said of its data: another number, and it has something else to say.
    warm : dict
        Its years as keys, the latest last.
    running : dict
        Slot number -> (PyroTask, since when in s since 1970).
    progress : dict
        (year, ensemble member) -> (times done, times in all), of running tasks, as it said last.
    lost : str or None
        Why it is not to be given anything any more.
    silent : bool
        Whether it was lost for not answering, rather than because its connection ended.
    stopping : bool
        Whether it said that it takes nothing more: when it has gone, it has left in order.
    odd : int
        Replies of it that made no sense.
    notices : frozenset of str
        What it wants people to know now.
    breaker : Breaker
        Whether it rests, as one task after the other failed on it.
    trusted : bool
        Whether a task was complete on it since it last said of one that it would fail everywhere.
    used : bool
        Whether it was ever given a task.
    fate : Pilot or None
        How its job ended, where it was lost and that was found out.
    """

    id: str
    name: str
    host: str = ""
    uri: str = ""
    entry: str = ""
    ends: float = math.inf
    whole: float = math.inf
    folder: str = ""
    slots: int = 1
    years: frozenset[Label] | None = None
    readers: frozenset[str] | None = None
    without: set[Label] = field(default_factory=set)
    data_seen: int = 0
    warm: dict[Label, bool] = field(default_factory=dict)
    running: dict[int, tuple[PyroTask, float]] = field(default_factory=dict)
    progress: dict[tuple[Label, int], tuple[int, int]] = field(default_factory=dict)
    lost: str | None = None
    silent: bool = False
    stopping: bool = False
    odd: int = 0
    notices: frozenset[str] = frozenset()
    breaker: Breaker = field(default_factory=Breaker)
    trusted: bool = False
    used: bool = False
    fate: Pilot | None = None

    @property
    def known_as(self) -> str:
        """By what hosts.yaml and the journal know it, and where its results lie: the entry's name, or its own.

        All workers of one entry share their results folder.
        """
        return self.entry or self.name
