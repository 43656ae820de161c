"""Whether jobs of an entry could work: asked of the queue, and looked at from a node."""

import secrets
import socket
import time

from stormtracks import address
from stormtracks.config import Cluster, WorkerHost
from stormtracks.hosts import asking, cluster_key
from stormtracks.hosts.errors import HostFault
from stormtracks.hosts.links import Link
from stormtracks.hosts.outcomes import Errand, HostOutcome
from stormtracks.hosts.queued import registered, wording
from stormtracks.hosts.queued.requests import ask, request
from stormtracks.hosts.readiness import outcome
from stormtracks.on_host.answers import CheckAnswer, Finding, QueueNode, QueueSeen

COLUMNS = ("queue", "node", "way there")
START_SECONDS = 60.0
"""How long a job that looks at a node may wait for its start."""
LOOK_SECONDS = 150.0
"""How long it may then take, until its answer has come here."""
CONNECT_SECONDS = 5.0


def errand(cluster: Cluster, seconds: float = START_SECONDS) -> Errand:
    """An errand that looks whether an entry's jobs could work, by one that only looks."""
    fingerprint = cluster_key.fingerprint()

    def look(link: Link, worker: WorkerHost) -> HostOutcome:
        asked = time.time()
        token = secrets.token_hex(8)
        given = request(cluster, worker, fingerprint=fingerprint, seconds=seconds, token=token)
        node: QueueNode = ask(link, worker, "probe", given, seconds + LOOK_SECONDS)
        if "seen" in node:
            more = {**_nameserver(cluster, node["seen"]), **_queue(node), "way there": _way_there(node["seen"], token)}
            if more["way there"]["fault"]:
                ask(link, worker, "probe", {**given, "end": True})
                more |= _only_there(cluster, worker, node["seen"])
            return _outcome(worker, node["seen"]["check"], asked, more)
        there: CheckAnswer = asking.ask(link, worker, "check", request(cluster, worker, fingerprint=fingerprint), 120.0)
        return _outcome(worker, there, asked, _queue(node))

    return look


def _outcome(worker: WorkerHost, check: CheckAnswer, asked: float, more: dict[str, Finding]) -> HostOutcome:
    jobs: Finding = {"text": "-", "fault": None}  # which `fab workers` shows: that no file is there says nothing here
    return outcome(worker, {**check, "findings": {**check["findings"], "worker": jobs, **more}}, asked)


def _queue(node: QueueNode) -> dict[str, Finding]:
    """What the queue said, and which node was looked at."""
    queue: Finding = {**node["queue"]}
    if "pending" not in node:
        return {"queue": queue, "node": node.get("node") or {"text": "-", "fault": None}}
    note = f"a node was not looked at: {wording.waiting([node['pending']])}"
    return {"queue": queue, "node": {"text": "not seen", "fault": None, "notes": [note]}}


def _nameserver(cluster: Cluster, seen: QueueSeen) -> dict[str, Finding]:
    """That a node does not reach the nameserver, although it runs; nothing where the node's own finding holds."""
    if seen["check"]["findings"]["nameserver"]["text"] != "not there":
        return {}
    try:
        registered.uris(cluster.nameserver, "", ())
    except HostFault:
        return {}
    fault = (
        f"it answers here, but the node {seen['host']} does not reach it at {cluster.nameserver.host}: write this "
        "machine's name or address as nodes know it as 'host' of the nameserver in hosts.yaml, and start it again"
    )
    return {"nameserver": {"text": "not there", "fault": fault}}


def _only_there(cluster: Cluster, worker: WorkerHost, seen: QueueSeen) -> dict[str, Finding]:
    """What is wrong where a node listens for itself only, since it was told that the nameserver is on localhost."""
    if worker.bind or not address.is_loopback(seen["address"]):
        return {}
    host = cluster.nameserver.host
    fault = (
        f"'host' is {host}, which on the node {seen['host']} is that node itself: write this machine's name as nodes "
        "know it (`hostname -f` prints it) as 'host' of the nameserver in hosts.yaml, and start it again"
    )
    return {"nameserver": {"text": host, "fault": fault}, "way there": {"text": "-", "fault": None}}


def _way_there(seen: QueueSeen, token: str) -> Finding:
    """Whether this machine, where the manager runs, reaches a port of the node."""
    place = f"{seen['address']}:{seen['port']}"
    try:
        with socket.create_connection((seen["address"], seen["port"]), CONNECT_SECONDS) as there:
            there.sendall(token.encode())
            answer = there.recv(len(token))
    except OSError as error:
        why = error.strerror or str(error)
        return {
            "text": "-",
            "fault": f"this machine cannot reach {place} on the node {seen['host']} ({why}), as the manager has to: "
            "run nameserver and manager on the login node; or, in hosts.yaml, give the nameserver as 'host' an address "
            "that this machine has in the network of the nodes",
        }
    if answer != token.encode():
        return {"text": "-", "fault": f"something else answers at {place}: it is not the node {seen['host']}"}
    return {"text": "open", "fault": None}
