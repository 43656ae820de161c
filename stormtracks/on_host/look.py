"""What a worker is doing now."""

from stormtracks.on_host import processes
from stormtracks.on_host.start import ready_words
from stormtracks.on_host.worker_files import WorkerFiles


def run(request):
    """The worker's processes, memory and age as the kernel knows them, and what it says of itself."""
    files = WorkerFiles.of(request)
    worker = processes.holder(files.pid)
    if worker is None:
        return {"state": "not running", "left_over": sorted(processes.family(files.pid))}
    family = processes.family(files.pid)
    answer = {
        "state": "running",
        **ready_words(files, worker),
        "seconds": processes.age(worker),
        "memory_mb": processes.memory_mb(family),
        "processes": len(family),
    }
    return answer | {"says": _describe(answer)} if answer["uri"] else answer


def _describe(answer):
    from stormtracks.pyro_cluster import wire  # Pyro4 takes 0.1 s to load, which not every action has to pay

    try:
        with wire.proxy(answer["uri"], timeout=3.0) as worker:
            return worker.describe()
    except wire.CommunicationError as error:
        return {"error": str(error)}
