"""The queues of hosts.yaml as a manager asks them: for more jobs while it has work, and how jobs have ended.

What logs in is imported with the first look, so that `inv manage` starts as fast as without a queue.
"""

from collections.abc import Sequence
from pathlib import Path

from stormtracks import config
from stormtracks.errors import StormtracksError
from stormtracks.hosts.errors import HostFault
from stormtracks.hosts.queued import endings, wording
from stormtracks.on_host.answers import QueueJob, QueueKept
from stormtracks.pyro_cluster.manager.workers.supply import Entry, Kept, Pilot
from stormtracks.queues.job import worker_name
from stormtracks.queues.stuck import stuck


class QueuedSupply:
    """The entries with a queue of one hosts.yaml, which is read again where it has changed.

    Parameters
    ----------
    cluster : config.Cluster
        As it is now.
    """

    def __init__(self, cluster: config.Cluster) -> None:
        self._cluster = cluster
        self._version = _version(cluster.path)

    def entries(self) -> Sequence[Entry]:
        """The entries whose workers are jobs of a queue."""
        self._read_again()
        queued = (worker for worker in self._cluster.workers if worker.queued)
        return [Entry(worker.name, worker.jobs or 1, worker.slots or 1) for worker in queued]

    def keep(self, entry: Entry, outstanding: int) -> Kept:
        """Look at an entry's queue once, and submit what is lacking; see `Supply.keep`."""
        import fabric  # with paramiko it takes half a second, which no start of a run need pay

        from stormtracks.hosts.links import link
        from stormtracks.hosts.queued.requests import ask, request

        cluster = self._cluster
        worker = next((one for one in cluster.workers if one.name == entry.name and one.queued), None)
        if worker is None:
            raise HostFault(f"{entry.name} is not in {cluster.path} any more: write it there again, or stop its jobs")
        with link(worker, fabric.Config()) as linked:
            return kept(entry.name, ask(linked, worker, "keep", request(cluster, worker, outstanding=outstanding)))

    def _read_again(self) -> None:
        """Read hosts.yaml where it has changed; one that is being edited is as it was before."""
        version = _version(self._cluster.path)
        if version and version != self._version:
            try:
                self._cluster = config.load(self._cluster.path)
            except (StormtracksError, OSError):
                return
            self._version = version


def kept(entry: str, answer: QueueKept) -> Kept:
    """What the action's answer means to a manager."""
    jobs = answer["jobs"]
    pending = wording.in_state(jobs, "pending")
    pilots = {worker_name(entry, job["id"]): _pilot(entry, job) for job in jobs}
    return Kept(
        pilots,
        wording.waiting(pending) if pending else "",
        answer["lines"],
        answer["wanted"],
        answer["submitted"],
        answer["refused"],
        answer["broken"],
    )


def _pilot(entry: str, job: QueueJob) -> Pilot:
    waits = job["state"] == "pending"
    return Pilot(job["state"], job["by_queue"], endings.why(entry, job), waits and stuck(job["word"], job["reason"]))


def _version(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:  # it is being replaced
        return None
    return status.st_mtime_ns, status.st_size
