"""Workers that come and go with the jobs of a queue: how the manager asks for more of them, and why one has gone."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol


class Entry(NamedTuple):
    """Jobs that hosts.yaml describes together, each of which becomes one worker, a pilot.

    Attributes
    ----------
    name : str
        Of the worker entry; its pilots' names begin with it.
    jobs : int
        How many of them there may be at a time.
    slots : int
        Tasks that each does at a time.
    """

    name: str
    jobs: int = 1
    slots: int = 1


class Pilot(NamedTuple):
    """One job, as its queue lists it.

    Attributes
    ----------
    state : str
        pending, running, ending or ended.
    by_queue : bool
        It ended for a reason of the queue (preempted, its time was over, its node failed): no task is to blame.
    why : str
        Why it ended, for people, such as "its job was preempted", or that it is suspended; empty: neither, or that is
        not known.
    stuck : bool
        It is pending for a reason that does not pass by itself, such as that it is held.
    """

    state: str
    by_queue: bool = False
    why: str = ""
    stuck: bool = False


class Kept(NamedTuple):
    """What a look at a queue found, and did.

    Attributes
    ----------
    pilots : mapping
        Name that a worker has, or will have -> its job; jobs that ended lately included.
    waits : str
        Why those that are pending wait and when the first is expected to start, for people, such as
        "pending (Priority), expected to start at 18:40"; empty where none is.
    lines : sequence of str
        What was done, for people.
    wanted : bool
        Whether the entry was started, and not stopped since: else nothing is submitted.
    submitted : int
        Jobs that were submitted, which are not among the `pilots` yet.
    refused : str
        Why the queue takes no more jobs for now, with what to do; empty: it does.
    stopped : str
        Why nothing is submitted although there is work, and nothing will come of the jobs that there are (jobs end
        before their workers register, say), with what to do; empty: nothing stands in the way.
    """

    pilots: Mapping[str, Pilot]
    waits: str = ""
    lines: Sequence[str] = ()
    wanted: bool = True
    submitted: int = 0
    refused: str = ""
    stopped: str = ""


class Supply(Protocol):
    """Where further workers come from."""

    def entries(self) -> Sequence[Entry]:
        """Whose jobs are looked after, as hosts.yaml says it now. Answers at once; asks no queue."""

    def keep(self, entry: Entry, outstanding: int) -> Kept:
        """Look at an entry's queue once, and submit what is lacking for work for so many slots.

        What is submitted are ``min(jobs, ceil(outstanding / slots))`` jobs less those that are pending or running. It
        may take a minute (SSH, a slow queue) and is called for several entries at the same time, each from a thread of
        its own.

        Parameters
        ----------
        entry : Entry
        outstanding : int
            Tasks that could be begun now if there were slots, and the slots of the entry's workers that are there.

        Raises
        ------
        errors.StormtracksError, OSError
            The queue cannot be asked; the message says what to do.
        """
