"""Why a job of a queue has ended, or stands still, as people read of it behind the name of its worker."""

from stormtracks.on_host.answers import QueueJob
from stormtracks.queues import pbs_listing, slurm_states

_WHY = {
    "PREEMPTED": "its job was preempted",
    "TIMEOUT": "the time of its job was over",
    "DEADLINE": "the time of its job was over",
    "NODE_FAIL": "the node of its job failed",
    "BOOT_FAIL": "the node of its job did not start",
    "CANCELLED": "its job was cancelled",
    "REVOKED": "its job was cancelled",
    "COMPLETED": "its job ended in order",
    "GONE": "its queue lists its job no more",
}
_MEMORY = "OUT_OF_MEMORY"
_SUSPENDED = (*slurm_states.SUSPENDED, *pbs_listing.SUSPENDED)


def why(entry: str, job: QueueJob) -> str:
    """Why a job has ended, or that it stands still; nothing for one that runs or waits for its start.

    Examples
    --------
    >>> from stormtracks.hosts.queued import endings
    >>> job = {"id": "12_1", "state": "ended", "word": "PREEMPTED", "reason": "None", "by_queue": True}
    >>> endings.why("tc", job)
    'its job was preempted'
    >>> endings.why("tc", {**job, "word": "OUT_OF_MEMORY", "by_queue": False})
    "its job ran out of memory: raise 'memory_limit_mb' of tc in hosts.yaml"
    >>> endings.why("tc", {**job, "word": "FAILED", "reason": "NonZeroExitCode", "by_queue": False})
    'its job ended by itself (FAILED, NonZeroExitCode)'
    """
    word = job["word"].split(" ")[0].rstrip("+").upper()
    if job["state"] != "ended":
        return "its job is suspended" if word in _SUSPENDED else ""
    if word == _MEMORY:
        return f"its job ran out of memory: raise 'memory_limit_mb' of {entry} in hosts.yaml"
    reason = f", {job['reason']}" if job["reason"] not in ("", "None") else ""
    ended = "its queue ended its job" if job["by_queue"] else "its job ended by itself"
    return _WHY.get(word) or f"{ended} ({job['word']}{reason})"
