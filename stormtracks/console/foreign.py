"""What a hosts.yaml says for workers that another engine starts: where their scheduler is, and what they work on."""

from pathlib import PurePosixPath
from typing import Any

from stormtracks import web_path
from stormtracks.config import Cluster, WorkerHost
from stormtracks.errors import BadValue
from stormtracks.pyro_cluster.manager.engines.asked import GuestEntry

SETUP = ("data", "dataset", "best_tracks", "results", "scratch")


def values(cluster: Cluster, scheduler: str | None, launch: str = "dask") -> dict[str, Any]:
    """The scheduler and the `GuestEntry` of a run.

    Parameters
    ----------
    cluster : Cluster
    scheduler : str or None
        As given on the command line, where it counts more.
    launch : str
        Of the entry that is meant.

    Raises
    ------
    BadValue
        It is not clear which entry is meant.
    """
    worker = _meant(cluster, launch)
    setup = {key: getattr(worker, key) for key in SETUP}
    for key in SETUP:
        if key != "dataset" and setup[key]:
            setup[key] = _path(worker, str(cluster.folder), setup[key])
    entry = GuestEntry(worker.name, setup, worker.tasks, worker.slots, worker.memory_limit_mb)
    return {"scheduler": scheduler or worker.scheduler, "entry": entry}


def refuse_none(cluster: Cluster) -> None:
    """Raise `BadValue` where another engine has all the workers of a hosts.yaml, so that none would ever come."""
    launches = {worker.launch for worker in cluster.workers}
    if launches == {"dask"}:
        raise BadValue(f"all workers of {cluster.path} are Dask's (launch: dask); give --engine dask too")


def _meant(cluster: Cluster, launch: str) -> WorkerHost:
    """The entry that is for the engine; else the only one."""
    ours = [worker for worker in cluster.workers if worker.launch == launch]
    meant = ours or list(cluster.workers)
    if len(meant) == 1:
        return meant[0]
    if ours:
        names = ", ".join(worker.name for worker in ours)
        raise BadValue(
            f"{cluster.path} has several entries with launch: {launch} ({names}), but a run is of one; give another "
            "file with --hosts"
        )
    example = f"{{name: cluster, launch: {launch}, data: /shared/data, results: /shared/results}}"
    raise BadValue(
        f"{cluster.path} does not say what the workers of {launch} work on; write under 'workers' an entry such as "
        f"- {example}"
    )


def _path(worker: WorkerHost, folder: str, path: str) -> str:
    """A path that does not depend on the folder a worker is started in; ``~`` and variables are its host's."""
    if path.startswith(("/", "~", "$")) or web_path.is_address(path):
        return path
    return str(PurePosixPath(worker.code if worker.launch == "ssh" else folder, path))
