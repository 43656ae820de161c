"""Requests to the actions of `on_host.queue`."""

from typing import Any

from stormtracks.config import Cluster, WorkerHost
from stormtracks.hosts import asking
from stormtracks.hosts.links import Link

COMMANDS_SECONDS = 150.0
"""What an action may take for its three calls of the queue, and for waiting until another has done its own."""


def request(cluster: Cluster, worker: WorkerHost, **more: object) -> dict[str, Any]:
    """The request to an action: also which queue it is, and the entry that its jobs are of."""
    return asking.request(cluster, worker, launch=worker.launch, entry=worker.name, **more)


def ask(link: Link, worker: WorkerHost, action: str, asked: dict[str, Any], seconds: float = 0.0) -> Any:
    """The answer of an action, which may take `seconds` beside what its calls of the queue take."""
    return asking.ask(link, worker, f"queue.{action}", asked, COMMANDS_SECONDS + seconds)
