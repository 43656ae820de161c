"""Stop an entry's jobs: what waits is cancelled, workers are asked to end, then cancelled; only what is ours."""

import time
from collections.abc import Iterable, Mapping
from typing import Any

from stormtracks.on_host.answers import QueueStopped
from stormtracks.on_host.queue import jobs, probe
from stormtracks.on_host.queue.arrays import desk
from stormtracks.on_host.queue.arrays.desk import Desk
from stormtracks.queues.job import Job

GONE_SECONDS = 60.0
"""From cancelling a job to its end: Slurm waits for 30 s (KillWait) before it sends KILL, and the node cleans up."""
POLLS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between one look at the queue and the next; the last of them again and again."""


def run(request: Mapping[str, Any]) -> QueueStopped:
    """Stop them.

    ``now``: cancel all at once. ``patience``: seconds that workers get otherwise to give back what they do.
    """
    pending, running = _begin(request)
    left = set(running)
    if running and not request["now"]:
        left = {job.id for job in _wait(request, request["patience"], running)}
    stayed = _cancel(request)
    still = {job["id"] for job in stayed}
    return {
        "pending": [job for job in pending if job not in still],
        "ended": [job for job in running if job not in left],
        "cancelled": [job for job in running if job in left - still],
        "left": stayed,
    }


def _begin(request: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Cancel what waits and signal what runs, unless all is to be cancelled at once; the ids of both."""
    with desk.opened(request) as here:
        here.ledger.wanted = False  # first: a manager submits no more
        here.save()
        probe.clear(here)
        here.look()
        pending = [job.id for job in here.ledger.listed("pending")]
        running = [job.id for job in here.ledger.listed("running", "ending")]
        if pending and not request["now"]:
            here.end(pending)
        if running and not request["now"]:
            here.end(running, "TERM")
        return pending, running


def _wait(request: Mapping[str, Any], seconds: float, ids: Iterable[str]) -> list[Job]:
    """Those of the jobs that the queue still lists after some time; the lock is free meanwhile."""
    until = time.monotonic() + seconds
    wanted = set(ids)
    for pause in _pauses():
        with desk.opened(request) as here:
            here.look()
            left = [job for job in _alive(here) if job.id in wanted]
        if not left or time.monotonic() > until:
            return left
        time.sleep(min(pause, max(0.1, until - time.monotonic())))
    raise AssertionError("there is always another pause")


def _cancel(request: Mapping[str, Any]) -> list[Any]:
    """Cancel whatever is there, also what an interrupted submission brings meanwhile; what does not go is answered."""
    until = time.monotonic() + GONE_SECONDS
    cancelled: set[str] = set()
    for pause in _pauses():
        with desk.opened(request) as here:
            if here.ledger.wanted:  # somebody starts it meanwhile, whose jobs are cancelled here: a manager must not
                here.ledger.wanted = False  # bring them back
                here.save()
            here.look()
            left = _alive(here)
            new = [job.id for job in left if job.id not in cancelled]
            if new:
                here.end(new)
                cancelled.update(new)
            answer = [jobs.in_answer(here, job) for job in left]
            unsettled = here.unsettled
        if not (left or unsettled) or time.monotonic() > until:
            return answer
        time.sleep(pause)
    raise AssertionError("there is always another pause")


def _alive(here: Desk) -> list[Job]:
    return here.ledger.listed("pending", "running", "ending")


def _pauses() -> Iterable[float]:
    yield from POLLS
    while True:
        yield POLLS[-1]
