"""What a worker is doing now."""

from collections.abc import Mapping
from typing import Any

from stormtracks.on_host import processes
from stormtracks.on_host.answers import Absent, LookAnswer, Present, Refused
from stormtracks.on_host.start import where_it_answers
from stormtracks.on_host.worker_files import WorkerFiles
from stormtracks.pyro_cluster.plain import Description


def run(request: Mapping[str, Any]) -> LookAnswer:
    """The worker's processes, memory and age as the kernel knows them, and what it says of itself."""
    files = WorkerFiles.of(request)
    worker = processes.holder(files.pid)
    family = processes.family(files.pid)
    if worker is None:
        return Absent(state="not running", left_over=sorted(family))
    answer = Present(
        **where_it_answers(files, worker),
        state="running",
        seconds=processes.age(worker),
        memory_mb=processes.memory_mb(family),
        processes=len(family),
    )
    if answer["uri"]:
        answer["says"] = _described(answer["uri"])
    return answer


def _described(uri: str) -> Description | Refused:
    from stormtracks.pyro_cluster import wire  # Pyro4 takes 0.1 s to load, which not every action has to pay

    try:
        with wire.proxy(uri, timeout=3.0) as worker:
            return worker.describe()
    except wire.CommunicationError as error:
        return {"error": str(error)}
