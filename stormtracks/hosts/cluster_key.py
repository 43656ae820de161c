"""The cluster's key: here, and on the hosts."""

import base64

from stormtracks.config import Cluster, WorkerHost
from stormtracks.hosts.asking import ask, request
from stormtracks.hosts.links import Link
from stormtracks.hosts.outcomes import Errand, HostOutcome
from stormtracks.on_host.answers import KeyAnswer
from stormtracks.pyro_cluster import secret


def fingerprint() -> str:
    """That of our key, which is created now if there is none yet."""
    return secret.fingerprint(secret.ensure())


def push(cluster: Cluster) -> Errand:
    """An errand that brings the key to a host: by SSH, on standard input, into a file that only its owner reads."""

    def errand(link: Link, worker: WorkerHost) -> HostOutcome:
        answer = bring(link, worker, cluster)
        return HostOutcome(worker.name, True, f"{answer['state']}: {answer['path']} {answer['fingerprint']}", answer)

    return errand


def bring(link: Link, worker: WorkerHost, cluster: Cluster) -> KeyAnswer:
    """Bring the key; another one is replaced."""
    pem = base64.b64encode(secret.ensure().read_bytes()).decode()
    return ask(link, worker, "key", request(cluster, worker, pem=pem))
