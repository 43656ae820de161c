"""The jobs of an entry: one call of the queue, or none where there can be none."""

from collections.abc import Iterable, Mapping
from typing import Any

from stormtracks.on_host.answers import QueueAnswer, QueueJob
from stormtracks.on_host.queue.arrays import desk, outputs
from stormtracks.on_host.queue.arrays.desk import Desk
from stormtracks.queues.job import Job

MOST_TEXT = 200
"""Of a reason or a node's name: it comes from elsewhere."""
MOST_OUTPUTS = 5


def run(request: Mapping[str, Any]) -> QueueAnswer:
    """What the queue lists, after one look."""
    with desk.opened(request) as here:
        here.look()
        return answer(here)


def answer(here: Desk) -> QueueAnswer:
    """What was last listed."""
    jobs = here.ledger.jobs.values()
    failed = [job for job in _by_end(jobs) if job.state == "ended" and not here.books.registered(job)]
    return {
        "wanted": here.ledger.wanted,
        "jobs": [in_answer(here, job) for job in jobs],
        "output": {job.id: outputs.ending(here.books.output_of(job)) for job in failed[-MOST_OUTPUTS:]},
        "versions": sorted({one.version for one in here.ledger.arrays if one.ended is None}),
    }


def in_answer(here: Desk, job: Job) -> QueueJob:
    """A job for the answer."""
    return {
        "id": job.id[:MOST_TEXT],
        "array": job.array[:MOST_TEXT],
        "state": job.state,
        "word": job.word[:MOST_TEXT],
        "reason": job.reason[:MOST_TEXT],
        "start": job.start,
        "end": job.end,
        "host": job.host[:MOST_TEXT],
        "by_queue": job.by_queue,
        "registered": here.books.registered(job),
    }


def _by_end(jobs: Iterable[Job]) -> list[Job]:
    """Jobs in the order in which they end."""
    return sorted(jobs, key=lambda job: job.end or 0.0)
