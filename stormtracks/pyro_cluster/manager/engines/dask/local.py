"""Dask workers of this machine alone: processes of one thread each, behind TLS on loopback, that end with the run."""

from types import ModuleType
from typing import Any

from stormtracks.pyro_cluster.manager.engines.asked import GuestEntry
from stormtracks.pyro_cluster.manager.engines.dask import library

_QUIET: dict[str, object] = {
    # Dask's pages, which anybody on this machine could open, are not served.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    # Nobody would look at what it samples of the tasks' threads, a hundred times per second.
    "distributed.worker.profile.enabled": False,
    # One task per worker, given to it by name, of minutes: what looks fifty times per second, or moves tasks and data
    # from worker to worker, would cost 4 % of a core per worker for nothing.
    "distributed.admin.tick.interval": "500ms",
    "distributed.admin.tick.cycle": "5s",
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.worker.memory.monitor-interval": "500ms",
    "distributed.scheduler.work-stealing": False,
    "distributed.scheduler.active-memory-manager.start": False,
}
UNDISTURBED = "stormtracks.pyro_cluster.worker.undisturbed"


async def start(distributed: ModuleType, entry: GuestEntry, cores: int) -> Any:
    """A cluster of as many workers as the entry has slots, or this machine cores."""
    security = distributed.Security.temporary()
    memory = "auto" if entry.memory_mb is None else entry.memory_mb * 2**20
    with library.configured(_QUIET):
        return await distributed.LocalCluster(
            n_workers=entry.slots or cores,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            protocol="tls://",
            security=security,
            memory_limit=memory,
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address=None,
            silence_logs=library.NEVER,
            preload=[UNDISTURBED],
            asynchronous=True,
        )
