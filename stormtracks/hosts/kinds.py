"""Entries of hosts.yaml of two kinds, each done in its own way: one worker per host, or jobs of a queue."""

from collections.abc import Callable, Iterable

from stormtracks.config import Cluster
from stormtracks.hosts import logs, readiness, workers
from stormtracks.hosts.outcomes import HostOutcome, Job


def check(cluster: Cluster) -> Job:
    """See `readiness.job`."""

    def queued() -> Job:
        from stormtracks.hosts.queued import readiness as of_jobs

        return of_jobs.job(cluster)

    return _either(cluster, readiness.job(cluster), queued)


def check_columns(cluster: Cluster) -> tuple[str, ...]:
    """What is looked at; of jobs of a queue there is more."""
    if not _has_queue(cluster):
        return readiness.COLUMNS
    from stormtracks.hosts.queued.readiness import COLUMNS

    return readiness.COLUMNS + COLUMNS


def start(cluster: Cluster, seconds: float = workers.READY_SECONDS) -> Job:
    """See `workers.start`."""

    def queued() -> Job:
        from stormtracks.hosts.queued import start as of_jobs

        return of_jobs.job(cluster, seconds)

    return _either(cluster, workers.start(cluster, seconds), queued)


def stop(cluster: Cluster, now: bool = False, patience: float = workers.PATIENCE_SECONDS) -> Job:
    """See `workers.stop`."""

    def queued() -> Job:
        from stormtracks.hosts.queued import stop as of_jobs

        return of_jobs.job(cluster, now, patience)

    return _either(cluster, workers.stop(cluster, now, patience), queued)


def look(cluster: Cluster) -> Job:
    """See `workers.look`."""

    def queued() -> Job:
        from stormtracks.hosts.queued import look as of_jobs

        return of_jobs.job(cluster)

    return _either(cluster, workers.look(cluster), queued)


def table_rows(cluster: Cluster, outcomes: Iterable[HostOutcome]) -> list[list[str]]:
    """Rows of texts under `workers.COLUMNS`: one per host, or one per job."""
    if not _has_queue(cluster):
        return workers.table_rows(outcomes)
    from stormtracks.hosts.queued import look as of_jobs

    rows: list[list[str]] = []
    for outcome in outcomes:
        jobs = isinstance(outcome.facts, of_jobs.Jobs)
        rows += of_jobs.table_rows(outcome) if jobs else workers.table_rows([outcome])
    return rows


def show_logs(cluster: Cluster, lines: int) -> Job:
    """See `logs.show`."""

    def queued() -> Job:
        from stormtracks.hosts.queued import logs as of_jobs

        return of_jobs.show(cluster, lines)

    return _either(cluster, logs.show(cluster, lines), queued)


def follow_logs(cluster: Cluster, lines: int) -> Job:
    """See `logs.follow`."""

    def queued() -> Job:
        from stormtracks.hosts.queued import logs as of_jobs

        return of_jobs.follow(cluster, lines, logs.write)

    return _either(cluster, logs.follow(cluster, lines), queued)


def _either(cluster: Cluster, direct: Job, queued: Callable[[], Job]) -> Job:
    """A job that does the one or the other; what is for queues is loaded only where an entry has one."""
    if not _has_queue(cluster):
        return direct
    jobs = queued()
    return lambda link, worker: (jobs if worker.queued else direct)(link, worker)


def _has_queue(cluster: Cluster) -> bool:
    return any(worker.queued for worker in cluster.workers)
