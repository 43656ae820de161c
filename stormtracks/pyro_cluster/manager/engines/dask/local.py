"""Dask workers of this machine alone: processes of one thread each, behind TLS on loopback, that end with the run."""

import contextlib
import signal
from multiprocessing import resource_tracker
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
    # A task runs in a thread, and glibc gives each thread a heap of its own, of 64 MiB at most, so that the fields of a
    # pass get new pages again and again. With one heap for all they do not.
    "distributed.nanny.pre-spawn-environ.MALLOC_ARENA_MAX": 1,
    "distributed.scheduler.work-stealing": False,
    "distributed.scheduler.active-memory-manager.start": False,
}
CLOSE_SECONDS = 5.0


async def start(distributed: ModuleType, entry: GuestEntry, cores: int) -> Any:
    """A cluster of as many workers as the entry has slots, or this machine cores.

    It is called in a thread that handles no signals.
    """
    _leave_ctrl_c_to_the_run()
    security = distributed.Security.temporary()
    memory = "auto" if entry.memory_mb is None else entry.memory_mb * 2**20
    with library.configured(_QUIET):
        cluster = distributed.LocalCluster(
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
            asynchronous=True,
        )
        cluster.shutdown_on_close = False  # or Dask would, when Python ends, also close what is not whole
        try:
            return await cluster
        except BaseException:
            with contextlib.suppress(Exception):
                await cluster.close(timeout=CLOSE_SECONDS)
            raise


def _leave_ctrl_c_to_the_run() -> None:
    """Have the processes that this thread starts not be interrupted by Ctrl-C: the run ends them."""
    resource_tracker.ensure_running()  # or it would let the signal in again when the first worker is started
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
