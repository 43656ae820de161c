"""The cluster's key: here, and on the hosts."""

import base64

from stormtracks.config import Cluster, WorkerHost
from stormtracks.hosts.asking import ask, request
from stormtracks.hosts.links import Link
from stormtracks.hosts.outcomes import HostOutcome, Job
from stormtracks.on_host.answers import KeyAnswer
from stormtracks.pyro_cluster import secret


def fingerprint() -> str:
    """That of our key, which is created now if there is none yet."""
    return secret.fingerprint(secret.ensure())


def push(cluster: Cluster) -> Job:
    """A job that brings the key to a host: through SSH, on standard input, into a file that only its owner reads."""

    def job(link: Link, worker: WorkerHost) -> HostOutcome:
        answer = bring(link, worker, cluster)
        return HostOutcome(worker.name, True, f"{answer['state']}: {answer['path']} {answer['fingerprint']}", answer)

    return job


def bring(link: Link, worker: WorkerHost, cluster: Cluster) -> KeyAnswer:
    """Bring the key; another one is replaced."""
    pem = base64.b64encode(secret.ensure().read_bytes()).decode()
    return ask(link, worker, "key", request(cluster, worker, pem=pem))
