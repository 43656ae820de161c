"""Start, stop and look at the workers."""

import time
from collections.abc import Iterable
from typing import Any, TypeAlias

from stormtracks.config import Cluster, WorkerHost
from stormtracks.errors import StormtracksError
from stormtracks.hosts import cluster_key
from stormtracks.hosts.asking import ask, request
from stormtracks.hosts.links import HostFault, Link
from stormtracks.hosts.outcomes import Errand, HostOutcome
from stormtracks.on_host.answers import LookAnswer, Running, StartAnswer, Started, StopAnswer
from stormtracks.pyro_cluster.plain import Description, Working
from stormtracks.readable import duration
from stormtracks.table import FIRST, Column, PartOf

Row: TypeAlias = tuple[Any, ...]

COLUMNS = (
    Column("host", identifies=True),
    Column("running", worth=7, prose=True),
    Column("busy", worth=8, form=lambda part: f"{part.number}/{part.of}", unknown=""),
    Column("memory_mb", "memory", form=lambda size: f"{size:,.0f} MB", worth=4, unknown=""),
    Column("done", worth=3, unknown=""),
    Column("failed", worth=6, unknown=""),
    Column("doing", "year/member", worth=FIRST, prose=True),
)
READY_SECONDS = 30.0
PATIENCE_SECONDS = 600.0
ANSWER_SECONDS = 5.0
MARGIN_SECONDS = 30.0
"""What the way to the host and back may take beside the time that an action is given there."""


def start(cluster: Cluster, seconds: float = READY_SECONDS) -> Errand:
    """An errand that starts a host's worker, with the cluster's key, and waits until it answers."""
    fingerprint = cluster_key.fingerprint()

    def errand(link: Link, worker: WorkerHost) -> HostOutcome:
        asked = request(cluster, worker, fingerprint=fingerprint, seconds=seconds)
        answer: StartAnswer = ask(link, worker, "start", asked, seconds + MARGIN_SECONDS)
        if answer["state"] == "key":
            cluster_key.bring(link, worker, cluster)
            answer = ask(link, worker, "start", asked, seconds + MARGIN_SECONDS)
        if answer["state"] == "key":
            raise HostFault("the key was copied, but the host uses another one: check STORMTRACKS_SECRET on the host")
        if answer["state"] == "failed":
            log = "\n".join([f"; the last lines of {answer['path']}:", *answer["log"]]) if answer["log"] else ""
            raise HostFault(f"{answer['reason']}{log}")
        return _started(worker, answer)

    return errand


def stop(cluster: Cluster, now: bool = False, patience: float = PATIENCE_SECONDS) -> Errand:
    """An errand that stops a host's worker: after its running tasks, or `now`; processes that do not end are killed."""

    def errand(link: Link, worker: WorkerHost) -> HostOutcome:
        asked = request(cluster, worker, now=now, patience=patience)
        answer: StopAnswer = ask(link, worker, "stop", asked, patience + MARGIN_SECONDS)
        if answer["state"] == "not running":
            return HostOutcome(worker.name, True, "not running", answer)
        if answer["state"] == "still there":
            left = ", ".join(map(str, answer["left"]))
            raise HostFault(f"pid {left} does not end, even after SIGKILL: check the disks of the host")
        text = f"stopped {answer['how']}: pid {', '.join(map(str, answer['pids']))}"
        note = " (left over from a worker)" if answer["orphans"] else ""
        return HostOutcome(worker.name, True, text + note, answer)

    return errand


def look(cluster: Cluster) -> Errand:
    """An errand that asks what a host's worker is doing."""

    def errand(link: Link, worker: WorkerHost) -> HostOutcome:
        answer: LookAnswer = ask(link, worker, "look", request(cluster, worker))
        if answer["state"] == "not running":
            left = ", ".join(map(str, answer["left_over"]))
            note = f"; left over from it: pid {left}: run fab stop-workers" if left else ""
            return HostOutcome(worker.name, not left, f"not running{note}", answer)
        says = answer.get("says") or {"error": "not yet registered at the nameserver"}
        fault = says.get("error") or says.get("fault")
        return HostOutcome(worker.name, not fault, str(fault or "running"), answer)

    return errand


def table_rows(outcomes: Iterable[HostOutcome], now: float | None = None) -> list[Row]:
    """Rows under `COLUMNS`."""
    return [_row(outcome, now or time.time()) for outcome in outcomes]


def _started(worker: WorkerHost, answer: Running | Started) -> HostOutcome:
    if not answer["uri"]:
        text = f"pid {answer['pid']} is running, but is not registered: see fab logs for the reason"
        return HostOutcome(worker.name, False, text, answer)
    place = answer["uri"].rpartition("@")[2]
    text = f"{answer['state']}: pid {answer['pid']} at {place}, {answer['slots']} slot(s)"
    fault = _unanswered(answer["uri"])
    if answer["state"] == "running" and answer["changed"]:
        other = " and ".join(answer["changed"])
        fault += (
            f", but it was started with another {other}: run fab stop-workers, then fab start-workers; or, if it works "
            "for another project, give the worker another 'name' in hosts.yaml"
        )
    return HostOutcome(worker.name, not fault, f"{text}{fault}", answer)


def _unanswered(uri: str) -> str:
    """What keeps a worker from answering the manager, which runs here; "" when it answers."""
    from Pyro4.errors import PyroError

    from stormtracks.pyro_cluster import wire  # Pyro4 takes 0.1 s to load, which `fab --list` need not pay

    try:
        with wire.proxy(uri, ANSWER_SECONDS, wire.PATIENT_SECONDS) as worker:
            worker.ping()
    except (wire.CommunicationError, PyroError, StormtracksError, ValueError) as error:  # ValueError: no address at all
        return f", but this machine cannot reach it: {error}"
    return ""


def _row(outcome: HostOutcome, now: float) -> Row:
    """A host's line. What its worker says of itself can be anything: it costs its own line only."""
    try:
        return _cells(outcome, now)
    except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError):
        odd = "its worker describes itself in a way that makes no sense; check that host, and restart the worker"
        return (outcome.host, odd, None, None, None, None, "")


def _cells(outcome: HostOutcome, now: float) -> Row:
    facts = outcome.facts
    if facts.get("state") != "running":
        return (outcome.host, outcome.text, None, None, None, None, "")
    says: Any = facts.get("says") or {"error": outcome.text}
    counts = [_whole(says.get(key)) for key in ("busy", "slots", "done", "failed")]
    busy = None if counts[0] is None or counts[1] is None else PartOf(counts[0], counts[1])
    return (
        outcome.host,
        f"pid {facts['pid']}, {duration(facts['seconds'])}",
        busy,
        float(facts["memory_mb"]),
        *counts[2:],
        outcome.text if "error" in says else _doing(says, now),
    )


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _doing(says: Description, now: float) -> str:
    tasks = ", ".join(_task(one, now) for one in says.get("working", [])) or (
        "stopping" if says.get("stopping") else "idle"
    )
    stalls = [one["stalled"] for one in says.get("working", []) if one.get("stalled")]  # said with their tasks
    others = [text for text in says.get("notices", []) if not any(stall in text for stall in stalls)]
    return "; ".join([tasks, *others])


def _task(one: Working, now: float) -> str:
    member = one.get("ensemble_member", one.get("member"))  # as a worker of 1.0 says it
    known = [" of ".join(map(str, one.get("progress", []))), one.get("stalled", "")]
    more = ": " + ", ".join(filter(None, known)) if any(known) else ""
    return f"{one['year']}/{member} for {duration(now - one['since'])}{more}"
