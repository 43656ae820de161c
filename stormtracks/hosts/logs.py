"""Show the workers' logs, and follow them; of an entry with a queue what its jobs write, each line behind its job."""

import sys
import threading

from stormtracks.config import Cluster, WorkerHost
from stormtracks.hosts.asking import ask, request, stream
from stormtracks.hosts.links import Link
from stormtracks.hosts.outcomes import Errand, HostOutcome
from stormtracks.on_host.answers import LogAnswer
from stormtracks.terminal_text import clean

_writing = threading.Lock()


def show(cluster: Cluster, lines: int) -> Errand:
    """An errand that fetches the last lines of a worker's log."""

    def errand(link: Link, worker: WorkerHost) -> HostOutcome:
        answer: LogAnswer = ask(link, worker, _action(worker), request(cluster, worker, lines=lines))
        text = answer["path"] + "".join(f"\n{line}" for line in answer["lines"])
        return HostOutcome(worker.name, True, text if answer["lines"] else f"{answer['path']}: nothing yet")

    return errand


def follow(cluster: Cluster, lines: int) -> Errand:
    """An errand that writes a worker's log as it grows, each line behind the host's name, until the connection ends."""

    def errand(link: Link, worker: WorkerHost) -> HostOutcome:
        asked = request(cluster, worker, lines=lines, follow=True)
        with stream(link, worker, _action(worker), asked, seconds=None) as (output, answer):
            for line in answer["lines"]:
                write(worker, line)
            while added := output.line(cut=True):
                write(worker, added.decode(errors="backslashreplace").rstrip("\n"))
        return HostOutcome(worker.name, False, "the connection ended")

    return errand


def write(worker: WorkerHost, line: str) -> None:
    """Write a line of a host's log, also from several threads."""
    with _writing:
        sys.stdout.write(f"{worker.name}  {clean(line)}\n")
        sys.stdout.flush()


def _action(worker: WorkerHost) -> str:
    return "queue.log" if worker.queued else "log"
