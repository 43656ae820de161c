"""The cluster's key on the hosts."""

import base64

from stormtracks.hosts.asking import ask, request
from stormtracks.hosts.outcomes import HostOutcome
from stormtracks.pyro_cluster import secret


def push(cluster):
    """A job that brings the secret to a host: through SSH, on standard input, into a file that only its owner reads."""

    def job(link, worker):
        answer = bring(link, worker, cluster)
        return HostOutcome(worker.name, True, f"{answer['state']}: {answer['path']} {answer['fingerprint']}", answer)

    return job


def bring(link, worker, cluster) -> dict:
    """Bring the secret; what was there is replaced."""
    pem = base64.b64encode(secret.ensure().read_bytes()).decode()
    return ask(link, worker, "key", request(cluster, worker, pem=pem))
