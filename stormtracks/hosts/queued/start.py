"""Submit the jobs of an entry, and wait a little for the first worker."""

import time

from stormtracks import address
from stormtracks.config import Cluster, WorkerHost
from stormtracks.hosts import cluster_key
from stormtracks.hosts.errors import HostFault
from stormtracks.hosts.links import Link
from stormtracks.hosts.outcomes import Errand, HostOutcome
from stormtracks.hosts.queued import registered, wording
from stormtracks.hosts.queued.requests import ask, request
from stormtracks.on_host.answers import QueueAnswer, QueueStarted, SubmitAnswer

SETTLE_SECONDS = 2.0
"""A queue looks at its jobs now and then: what it says of one at once is mostly nothing."""
SETTLE_LOOKS = 3
POLL_SECONDS = 0.5


def errand(cluster: Cluster, seconds: float) -> Errand:
    """An errand that submits what an entry lacks, and answers at once, or when a running job's worker registers."""
    fingerprint = cluster_key.fingerprint()

    def start(link: Link, worker: WorkerHost) -> HostOutcome:
        registered.uris(cluster.nameserver, worker.name, ())  # without a nameserver the jobs would come to nothing
        asked = request(cluster, worker, fingerprint=fingerprint)
        answer: SubmitAnswer = ask(link, worker, "submit", asked)
        if answer["state"] == "key":
            cluster_key.bring(link, worker, cluster)
            answer = ask(link, worker, "submit", asked)
        if answer["state"] == "key":
            raise HostFault("the key was copied, but the host uses another one: check STORMTRACKS_SECRET on the host")
        return _outcome(link, cluster, worker, answer, seconds)

    return start


def _outcome(link: Link, cluster: Cluster, worker: WorkerHost, answer: QueueStarted, seconds: float) -> HostOutcome:
    now: QueueAnswer = answer
    for _ in range(SETTLE_LOOKS):
        if not answer["submitted"] or not _is_open(now, answer["array"]):
            break
        time.sleep(min(SETTLE_SECONDS, seconds))
        now = ask(link, worker, "jobs", request(cluster, worker))
    text = f"{_summary(answer)}; {wording.summary(now['jobs'])}"
    fault = _unregistered(link, cluster, worker, now, answer["array"], seconds) + _changed(answer)
    if cannot := wording.hopeless(now["jobs"]):
        fault += f", but {cannot}"
    return HostOutcome(worker.name, not fault, text + fault, answer)


def _is_open(now: QueueAnswer, array: str) -> bool:
    """Whether the queue has not yet looked at the jobs of an array: it neither runs one nor says why they wait."""
    jobs = [one for one in now["jobs"] if one["array"] == array]
    return all(one["state"] == "pending" and not one["reason"] for one in jobs)


def _summary(answer: QueueStarted) -> str:
    if not answer["submitted"]:
        return "nothing to submit"
    many = "job" if answer["submitted"] == 1 else "jobs"
    return f"array {answer['array']}: {answer['submitted']} {many} submitted"


def _unregistered(
    link: Link, cluster: Cluster, worker: WorkerHost, now: QueueAnswer, array: str, seconds: float
) -> str:
    """What is wrong with the workers of jobs that run, once the first has registered or the time is over."""
    running = [one["id"] for one in wording.in_state(now["jobs"], "running")]
    until = time.monotonic() + seconds
    if ended := [one["id"] for one in wording.in_state(now["jobs"], "ended") if one["array"] == array and one["host"]]:
        return _silent(now, ended)
    while running:
        found = registered.uris(cluster.nameserver, worker.name, running)
        if found:
            fault = registered.fault(next(iter(found.values())))
            return f", but {fault}" if fault else ""
        if time.monotonic() > until:
            return _silent(ask(link, worker, "jobs", request(cluster, worker)), running) + _only_there(cluster)
        time.sleep(POLL_SECONDS)
    return ""


def _silent(now: QueueAnswer, running: list[str]) -> str:
    """What is said of jobs that ran, and of which no worker came."""
    for one in now["jobs"]:
        if one["id"] in running and one["state"] == "ended" and not one["registered"]:
            lines = " / ".join(now["output"].get(one["id"], [])) or "it wrote nothing"
            return f", but job {one['id']} ended ({one['word']}) before its worker registered: {lines}"
    return ", but no worker has registered yet: see fab logs for the reason"


def _only_there(cluster: Cluster) -> str:
    """What keeps workers from registering where nodes are other machines than this one."""
    host = cluster.nameserver.host
    try:
        only_here = address.is_loopback(host)
    except OSError:
        return ""
    return f"; from other machines {host}, 'host' of the nameserver, is not reached: run fab check" if only_here else ""


def _changed(answer: QueueStarted) -> str:
    if not answer["changed"]:
        return ""
    return (
        f", but older jobs were submitted with another {' and '.join(answer['changed'])}: run fab stop-workers, then "
        "fab start-workers"
    )
