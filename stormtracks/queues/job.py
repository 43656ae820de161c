"""A job of a queue: what is asked for, how it is listed, and what it was given."""

from dataclasses import dataclass
from typing import Literal

JobState = Literal["pending", "running", "ending", "ended"]


def worker_name(entry: str, job: str) -> str:
    """The name of a job's worker: of the entry of hosts.yaml and the job's id, as in `Job.id`."""
    return f"{entry}-{job}"


@dataclass(frozen=True)
class Wanted:
    """An array of pilot jobs, each of which becomes one worker.

    Attributes
    ----------
    name : str
        The worker entry of hosts.yaml.
    mark : str
        Text made at random, which the jobs carry: it proves that a job is this entry's, also where ids come again.
    jobs : int
        Jobs of the array.
    slots : int
        CPUs of each job, one per task at a time.
    time : str or None
        How long each may run, as the queue writes it; None: the queue's default.
    memory_mb : int or None
        Memory per slot in MiB; None: the queue's default.
    partition, account : str or None
    options : tuple of str
        Further words for the command that submits, taken as they are.
    output : str
        Folder for what the jobs write: one file per job, ``ID.log`` with the job's id as in `Job.id`.
    shell : str
        Program that runs the script.
    """

    name: str
    mark: str
    jobs: int
    slots: int
    time: str | None
    memory_mb: int | None
    partition: str | None
    account: str | None
    options: tuple[str, ...]
    output: str
    shell: str = "/bin/sh"


@dataclass(frozen=True)
class Job:
    """One job as the queue lists it.

    Attributes
    ----------
    id : str
        Array and index, such as "123_4", or "123" of a job by itself: letters, digits and "_", whatever the queue
        writes. `System.ending` takes it.
    array : str
        The array that it is of, as `System.array_of` gives it.
    state : str
        pending, running, ending (asked to leave, still there) or ended. One that is suspended is pending: its worker
        stands still, and comes back by itself.
    word : str
        The queue's own word for the state, such as "PREEMPTED".
    reason : str
        Why it waits or ended, as the queue says it; may be empty.
    start : float or None
        When it started, or is expected to, in s since 1970.
    end : float or None
        When its allocation ends, or ended, in s since 1970.
    host : str
        Node; empty while it waits.
    mark : str
        What it was submitted with.
    by_queue : bool
        It ended for a reason of the queue (preempted, time over, node failed, cancelled) or is suspended: no task is to
        blame. A job that ran and is pending again was put back by its queue, which is the same.
    """

    id: str
    state: JobState
    word: str
    reason: str = ""
    start: float | None = None
    end: float | None = None
    host: str = ""
    mark: str = ""
    by_queue: bool = False
    array: str = ""


@dataclass(frozen=True)
class Allocation:
    """What a job knows of itself, from its environment.

    Attributes
    ----------
    id : str
        As in `Job.id`.
    slots : int or None
        CPUs that it may use; None: not said.
    memory_mb : int or None
        MiB of memory per slot; None: no limit, or not said.
    end : float or None
        When it ends, in s since 1970; None: not said.
    """

    id: str
    slots: int | None
    memory_mb: int | None
    end: float | None
