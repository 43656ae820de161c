"""How the work of a run is given out."""

from dataclasses import dataclass, field

from stormtracks.pyro_cluster.manager.dispatch.halt import Halt
from stormtracks.pyro_cluster.manager.dispatch.time_limit import TimeLimit
from stormtracks.pyro_cluster.plain import Options


@dataclass(frozen=True)
class Rules:
    """How the work is given out.

    Attributes
    ----------
    version : str
        Of stormtracks; workers of another are left out, unless `any_version`.
    options : Options
        What each ``do_work`` is given.
    retries : int
        How often a task that failed or timed out is tried again.
    wait : float
        Seconds without a worker that can do anything, or without a journal, after which the run ends as it is.
    limit : TimeLimit
        Of one task; what is the same for all tasks is in `options` too.
    redo_away : bool
        Do again at once what a chain needs and a worker has that is away, rather than after `wait`.
    halt : Halt
        Failures that end the run.
    """

    version: str = ""
    options: Options = field(default_factory=lambda: Options())
    retries: int = 2
    wait: float = 60.0
    any_version: bool = False
    redo_away: bool = False
    limit: TimeLimit = field(default_factory=TimeLimit)
    halt: Halt = field(default_factory=Halt)
