"""Stop the jobs of an entry."""

from stormtracks.config import Cluster, WorkerHost
from stormtracks.hosts.errors import HostFault
from stormtracks.hosts.links import Link
from stormtracks.hosts.outcomes import Errand, HostOutcome
from stormtracks.hosts.queued import wording
from stormtracks.hosts.queued.requests import ask, request
from stormtracks.on_host.answers import QueueStopped

GONE_SECONDS = 150.0
"""What the action takes beside `patience`: until the queue lists none of the jobs any more."""


def errand(cluster: Cluster, now: bool, patience: float) -> Errand:
    """An errand that stops an entry's jobs: after their running tasks, or `now`; nothing of them stays in the queue."""

    def stop(link: Link, worker: WorkerHost) -> HostOutcome:
        asked = request(cluster, worker, now=now, patience=patience)
        answer: QueueStopped = ask(link, worker, "cancel", asked, patience + GONE_SECONDS)
        if answer["left"]:
            left = ", ".join(f"{one['id']} ({one['word']})" for one in answer["left"])
            raise HostFault(
                f"{_summary(answer)}; still there: job {left}: run fab stop-workers --now, or ask the "
                "operators of the queue"
            )
        return HostOutcome(worker.name, True, _summary(answer), answer)

    return stop


def _summary(answer: QueueStopped) -> str:
    parts = [
        f"{what}: job {wording.names(ids)}"
        for what, ids in (
            ("stopped gracefully", answer["ended"]),
            ("cancelled", answer["cancelled"]),
            ("cancelled before it ran", answer["pending"]),
        )
        if ids
    ]
    return "; ".join(parts) or "not running"
