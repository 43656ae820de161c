"""Jobs of a queue as people read of them."""

import time
from collections.abc import Iterable, Sequence

from stormtracks.on_host.answers import QueueJob
from stormtracks.queues.stuck import stuck
from stormtracks.readable import some

MOST_NAMES = 8


def summary(jobs: Sequence[QueueJob]) -> str:
    """What there is now: ``1 running, 2 pending (Resources), expected to start at 18:40``.

    Examples
    --------
    >>> from stormtracks.hosts.queued import wording
    >>> job = {"id": "12_1", "state": "pending", "word": "PENDING", "reason": "Priority", "start": None}
    >>> wording.summary([job, {**job, "id": "12_2", "state": "running"}])
    '1 running, 1 pending (Priority)'
    """
    counts = [f"{len(found)} {state}" for state in ("running", "ending") if (found := in_state(jobs, state))]
    pending = in_state(jobs, "pending")
    return ", ".join([*counts, f"{len(pending)} {waiting(pending)}"] if pending else counts) or "no jobs"


def waiting(pending: Sequence[QueueJob], now: float | None = None) -> str:
    """Why jobs wait, and when the first is expected to start: ``pending (Resources), expected to start at 18:40``."""
    reasons = list(dict.fromkeys(job["reason"] for job in pending if job["reason"]))
    starts = [job["start"] for job in pending if job["start"]]
    text = f"pending ({some(reasons)})" if reasons else "pending"
    return f"{text}, expected to start at {moment(min(starts), now)}" if starts else text


def hopeless(jobs: Iterable[QueueJob]) -> str:
    """What is wrong with jobs that wait for what does not come by itself; empty: nothing.

    Examples
    --------
    >>> from stormtracks.hosts.queued import wording
    >>> job = {"id": "12_1", "state": "pending", "word": "PENDING", "reason": "PartitionTimeLimit", "start": None}
    >>> wording.hopeless([job])[:43]
    '1 job(s) cannot start (PartitionTimeLimit):'
    """
    found = [one for one in in_state(jobs, "pending") if stuck(one["word"], one["reason"])]
    if not found:
        return ""
    reasons = some(list(dict.fromkeys(one["reason"] or one["word"] for one in found)))
    return (
        f"{len(found)} job(s) cannot start ({reasons}): correct what that names in hosts.yaml, then run fab "
        "stop-workers and fab start-workers"
    )


def moment(seconds: float, now: float | None = None) -> str:
    """A time of today, or of another day with its date, in this machine's zone."""
    then = time.localtime(seconds)
    today = time.localtime(now or time.time())
    return time.strftime("%H:%M" if then[:3] == today[:3] else "%Y-%m-%d %H:%M", then)


def names(ids: Sequence[str]) -> str:
    """Ids of jobs, of many the first few: ``12_1, 12_2``."""
    return some(ids, MOST_NAMES)


def in_state(jobs: Iterable[QueueJob], *states: str) -> list[QueueJob]:
    """The jobs in one of these states."""
    return [job for job in jobs if job["state"] in states]
