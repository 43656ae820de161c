"""Entries of hosts.yaml of two kinds, each done in its own way: one worker per host, or jobs of a queue.

What is for queues is imported only where an entry has one, so that commands start as fast as without.
"""

from collections.abc import Iterable

from stormtracks.config import Cluster
from stormtracks.hosts import readiness, workers
from stormtracks.hosts.outcomes import Errand, HostOutcome


def check(cluster: Cluster) -> Errand:
    """See `readiness.errand`."""
    direct = readiness.errand(cluster)
    if not cluster.has_queue:
        return direct
    from stormtracks.hosts.queued import readiness as of_jobs

    return _by_kind(direct, of_jobs.errand(cluster))


def check_columns(cluster: Cluster) -> tuple[str, ...]:
    """What is looked at; of jobs of a queue there is more."""
    if not cluster.has_queue:
        return readiness.COLUMNS
    from stormtracks.hosts.queued import readiness as of_jobs

    return readiness.COLUMNS + of_jobs.COLUMNS


def start(cluster: Cluster, seconds: float = workers.READY_SECONDS) -> Errand:
    """See `workers.start`."""
    direct = workers.start(cluster, seconds)
    if not cluster.has_queue:
        return direct
    from stormtracks.hosts.queued import start as of_jobs

    return _by_kind(direct, of_jobs.errand(cluster, seconds))


def stop(cluster: Cluster, now: bool = False, patience: float = workers.PATIENCE_SECONDS) -> Errand:
    """See `workers.stop`."""
    direct = workers.stop(cluster, now, patience)
    if not cluster.has_queue:
        return direct
    from stormtracks.hosts.queued import stop as of_jobs

    return _by_kind(direct, of_jobs.errand(cluster, now, patience))


def look(cluster: Cluster) -> Errand:
    """See `workers.look`."""
    direct = workers.look(cluster)
    if not cluster.has_queue:
        return direct
    from stormtracks.hosts.queued import look as of_jobs

    return _by_kind(direct, of_jobs.errand(cluster))


def table_rows(cluster: Cluster, outcomes: Iterable[HostOutcome]) -> list[workers.Row]:
    """Rows under `workers.COLUMNS`: one per host, or one per job."""
    if not cluster.has_queue:
        return workers.table_rows(outcomes)
    from stormtracks.hosts.queued import look as of_jobs

    rows: list[workers.Row] = []
    for outcome in outcomes:
        jobs = isinstance(outcome.facts, of_jobs.Jobs)
        rows += of_jobs.table_rows(outcome) if jobs else workers.table_rows([outcome])
    return rows


def _by_kind(direct: Errand, of_jobs: Errand) -> Errand:
    """An errand that does the one or the other, as the entry is."""
    return lambda link, worker: (of_jobs if worker.queued else direct)(link, worker)
