"""Stop a worker: gracefully, then at once, then by KILL, and only what is provably ours."""

import signal
from collections.abc import Mapping
from typing import Any, Literal

from stormtracks import lineage
from stormtracks.on_host import processes
from stormtracks.on_host.answers import Nothing, StopAnswer, Stopped
from stormtracks.on_host.worker_files import WorkerFiles
from stormtracks.process import Process

AT_ONCE_SECONDS = 5.0
KILL_SECONDS = 5.0

How = Literal["gracefully", "at once", "by KILL"]


def run(request: Mapping[str, Any]) -> StopAnswer:
    """Stop the worker that the request names.

    ``now``: do not wait for running tasks. ``patience``: seconds that they get otherwise.
    """
    files = WorkerFiles.of(request)
    worker = processes.holder(files.pid)
    family = processes.family(files.pid)
    if not family:
        return Nothing(state="not running")
    left, how = _end(files, worker, family, request)
    return Stopped(
        state="still there" if left else "stopped",
        how=how,
        pids=sorted(family),
        left=sorted(left),
        orphans=worker is None,
    )


def _end(
    files: WorkerFiles, worker: Process | None, family: dict[int, int], request: Mapping[str, Any]
) -> tuple[dict[int, int], How]:
    """The processes that did not end, and how the others did. SIGTERM: after the tasks; SIGQUIT: without them."""
    steps: list[tuple[How, int, float]] = [("at once", signal.SIGQUIT, AT_ONCE_SECONDS)]
    if not request["now"]:
        steps.insert(0, ("gracefully", signal.SIGTERM, request["patience"]))
    leader = {worker.pid: worker.start} if worker else {}
    for how, number, seconds in steps if worker else []:
        lineage.send(leader, number)
        processes.wait_gone(leader, seconds)
        family |= processes.family(files.pid)
        if not processes.running(leader) and not processes.wait_gone(family, 1.0):
            return {}, how
    return processes.kill(family | processes.family(files.pid), KILL_SECONDS), "by KILL"
