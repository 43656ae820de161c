"""Show what the jobs of an entry write, and follow it; each line behind its job."""

from collections.abc import Callable

from stormtracks.config import Cluster, WorkerHost
from stormtracks.hosts.asking import stream
from stormtracks.hosts.links import Link
from stormtracks.hosts.outcomes import Errand, HostOutcome
from stormtracks.hosts.queued.requests import ask, request
from stormtracks.on_host.answers import LogAnswer


def show(cluster: Cluster, lines: int) -> Errand:
    """An errand that fetches the last lines of each of the newest jobs, those that have ended too."""

    def fetch(link: Link, worker: WorkerHost) -> HostOutcome:
        answer: LogAnswer = ask(link, worker, "log", request(cluster, worker, lines=lines))
        text = answer["path"] + "".join(f"\n{line}" for line in answer["lines"])
        return HostOutcome(worker.name, True, text if answer["lines"] else f"{answer['path']}: nothing yet")

    return fetch


def follow(cluster: Cluster, lines: int, write: Callable[[WorkerHost, str], None]) -> Errand:
    """An errand that writes what the jobs write, also those that begin later, until the connection ends."""

    def watch(link: Link, worker: WorkerHost) -> HostOutcome:
        asked = request(cluster, worker, lines=lines, follow=True)
        with stream(link, worker, "queue.log", asked, seconds=None) as (output, answer):
            for line in answer["lines"]:
                write(worker, line)
            while added := output.line(cut=True):
                write(worker, added.decode(errors="backslashreplace").rstrip("\n"))
        return HostOutcome(worker.name, False, "the connection ended")

    return watch
