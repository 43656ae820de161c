"""What a queueing system has to answer for its jobs to become workers."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from stormtracks.errors import BadValue
from stormtracks.queues.job import Allocation, Job, Wanted


class OddAnswer(BadValue):
    """A queue's command answered what makes no sense; the message has the answer and what to do."""


def shown(text: str, most: int = 300) -> str:
    """The beginning of what a command wrote, in one line."""
    return " / ".join(line.strip() for line in text.splitlines() if line.strip())[:most]


class System(Protocol):
    """The words of one queueing system. Command lines are lists of words, never text for a shell.

    Attributes
    ----------
    name : str
        For messages: "Slurm".
    """

    name: str

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """The environment for every command of the queue, out of the caller's.

        What would change a command's answer, or what it does, is set or left out; sites' own defaults stay.
        """

    def refuse_options(self, options: Sequence[str]) -> None:
        """Refuse words for the command that submits which would break what is relied on; `BadValue` says which."""

    def refuse_time(self, time: str) -> None:
        """Refuse a length of time that the queue would not read; `BadValue` says how to write it."""

    def submit(self, wanted: Wanted) -> list[str]:
        """The command that submits an array of jobs; the script follows on its standard input."""

    def only_asked(self, wanted: Wanted) -> list[str] | None:
        """The command that only says whether `submit` would be taken; None: there is none."""

    def array_of(self, output: str) -> str:
        """The array's id in what `submit` wrote; `OddAnswer` where there is none."""

    def head(self, wanted: Wanted) -> list[str]:
        """Lines for the top of the job's script, where the queue itself does not write the output as it is wanted."""

    def listing(self, arrays: Sequence[str]) -> list[str]:
        """The command that lists the jobs of arrays, also those that ended lately: one call for all."""

    def jobs_in(self, output: str, errors: str = "") -> list[Job]:
        """The jobs in what `listing` wrote (and on standard error, which says that an array is known no more).

        Pending jobs of one array that the queue writes in one line (``123_[3-5]``) are given one by one. An array
        that the queue has forgotten has no jobs. `OddAnswer` where the queue says that it could not tell.
        """

    def mine(self) -> list[str]:
        """The command that lists all jobs of this account, for `jobs_in` too: a submission's answer may have been lost.

        What was submitted is then known by the mark of its jobs.
        """

    def ending(self, ids: Sequence[str], signal: str | None = None) -> list[str]:
        """The command that cancels jobs, or only sends the worker in each a signal ("TERM").

        Its exit status says little, since a job may have ended meanwhile: what is true stands in the next listing.
        """

    def allocation(self, environment: Mapping[str, str]) -> Allocation | None:
        """What a job knows of itself; None where this is no job of this queue."""

    def end_of(self, job: str) -> list[str] | None:
        """The command that says when a running job ends, for jobs that are not told; None: there is none."""

    def end_in(self, output: str) -> float | None:
        """That time in its output, in s since 1970; None where it says none."""
