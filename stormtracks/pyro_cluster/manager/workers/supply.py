"""Workers that come and go with a queue's jobs: how the manager asks for more of them, and why one has gone."""

from typing import NamedTuple, Protocol


class Kept(NamedTuple):
    """What a look at the queues found, and did.

    Attributes
    ----------
    pending : int
        Jobs that wait in a queue.
    running : int
        Jobs that run, whether or not their workers have registered yet.
    waits : str
        Why they wait and when the first is expected to start, for people; nothing where none waits.
    lines : list of str
        What happened since the last look, for people: jobs that ended and why, jobs submitted, a queue that refuses.
    """

    pending: int = 0
    running: int = 0
    waits: str = ""
    lines: list[str] = []  # noqa: RUF012 - never changed


class Supply(Protocol):
    """Where further workers come from. Called from one thread; each call may take a minute (SSH, a slow queue)."""

    def keep(self, outstanding: int) -> Kept:
        """Look at the queues once, and submit what is lacking: up to `jobs`, never more than there is work for.

        Parameters
        ----------
        outstanding : int
            Tasks that could be begun now if there were slots.
        """

    def fate(self, worker: str) -> str | None:
        """Why the queue itself ended a worker's job ("preempted", "its time was over"); None: it did not, or unknown.

        Asked when a worker was lost without saying that it stops, from any thread.
        """
