"""What Slurm's words for the state of a job mean."""

from stormtracks.queues.job import JobState

SUSPENDED = ("SUSPENDED", "STOPPED")
"""Their processes stand still, for a job that goes first or by an operator's hand, and are resumed later."""
PENDING = (
    *("PENDING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "SPECIAL_EXIT", "RESV_DEL_HOLD", "CONFIGURING"),
    *SUSPENDED,
)
"""CONFIGURING is an allocation whose node is still being switched on: no worker runs there yet."""
RUNNING = ("RUNNING", "SIGNALING", "RESIZING", "EXPEDITING", "POWER_UP_NODE", "UPDATE_DB")
ENDING = ("COMPLETING", "STAGE_OUT")
ENDED = ("COMPLETED", "FAILED", "OUT_OF_MEMORY", "LAUNCH_FAILED", "RECONFIG_FAIL")
ENDED_BY_QUEUE = ("CANCELLED", "PREEMPTED", "TIMEOUT", "NODE_FAIL", "BOOT_FAIL", "DEADLINE", "REVOKED")
"""OUT_OF_MEMORY and FAILED are not among them: what ran there may be to blame, and would be elsewhere."""

_STATES: dict[str, JobState] = {
    **dict.fromkeys(PENDING, "pending"),
    **dict.fromkeys(RUNNING, "running"),
    **dict.fromkeys(ENDING, "ending"),
    **dict.fromkeys(ENDED + ENDED_BY_QUEUE, "ended"),
}


def state(word: str) -> JobState:
    """The state that Slurm's word means.

    One that a later Slurm has is taken for running: such a job is asked to leave and is waited for, never replaced.

    Examples
    --------
    >>> from stormtracks.queues import slurm_states
    >>> [slurm_states.state(word) for word in ("PENDING", "COMPLETING", "NODE_FAIL", "CANCELLED by 1000")]
    ['pending', 'ending', 'ended', 'ended']
    """
    return _STATES.get(_first(word), "running")


def by_queue(word: str) -> bool:
    """Whether the job ended, or waits again, for a reason of the queue."""
    return _first(word) in ENDED_BY_QUEUE + SUSPENDED or _first(word).startswith(("REQUEUE", "RESV_DEL"))


def is_suspended(word: str) -> bool:
    """Whether the job has begun and stands still."""
    return _first(word) in SUSPENDED


def _first(word: str) -> str:
    """Without what may follow, such as "CANCELLED by 1000" or "CANCELLED+"."""
    return word.split(" ")[0].rstrip("+").upper()
