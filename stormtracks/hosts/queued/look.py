"""What the jobs of an entry are doing: the queue's list joined with what the workers say of themselves."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from stormtracks.config import Cluster, WorkerHost
from stormtracks.hosts import workers
from stormtracks.hosts.errors import HostFault
from stormtracks.hosts.links import Link
from stormtracks.hosts.outcomes import Errand, HostOutcome
from stormtracks.hosts.queued import registered, wording
from stormtracks.hosts.queued.requests import ask, request
from stormtracks.on_host.answers import QueueAnswer, QueueJob
from stormtracks.queues.job import worker_name
from stormtracks.readable import duration

LATELY_SECONDS = 3600.0
MOST_ENDED = 5
PATIENT_SECONDS = 60.0
"""A worker that has not registered so long after its job's start will hardly do so."""


@dataclass(frozen=True)
class Jobs:
    """What is known of an entry's jobs: the queue's answer, what each registered worker says, and when that was."""

    entry: str
    answer: QueueAnswer
    says: dict[str, Any]  # job -> description, or {"error": ...}
    now: float


def errand(cluster: Cluster) -> Errand:
    """An errand that looks at an entry's jobs."""

    def look(link: Link, worker: WorkerHost) -> HostOutcome:
        answer: QueueAnswer = ask(link, worker, "jobs", request(cluster, worker))
        running = [one["id"] for one in wording.in_state(answer["jobs"], "running", "ending")]
        faults = []
        says: dict[str, Any] = {}
        if running:
            try:
                says = registered.descriptions(registered.uris(cluster.nameserver, worker.name, running))
            except HostFault as fault:
                faults.append(str(fault))
        found = Jobs(worker.name, answer, says, time.time())
        faults += [text for one in wording.in_state(answer["jobs"], "running") if (text := _fault(found, one))]
        faults += filter(None, [wording.hopeless(answer["jobs"])])
        text = "; ".join(faults) or wording.summary(answer["jobs"])
        return HostOutcome(worker.name, not faults, text, found)

    return look


def versions(link: Link, cluster: Cluster, worker: WorkerHost) -> list[str]:
    """The versions of the code that an entry's jobs have, those that wait too; none: there are no jobs."""
    answer: QueueAnswer = ask(link, worker, "jobs", request(cluster, worker))
    return answer["versions"]


def table_rows(outcome: HostOutcome) -> list[workers.Row]:
    """Rows under `workers.COLUMNS`: each job that runs, those that wait in one line, each that ended lately."""
    found: Jobs = outcome.facts
    jobs = found.answer["jobs"]
    rows = [_running(found, one) for one in wording.in_state(jobs, "running", "ending")]
    if pending := wording.in_state(jobs, "pending"):
        waiting = f"{len(pending)} {wording.waiting(pending, found.now)}"
        rows.append(_row(found.entry, waiting, wording.hopeless(pending)))
    rows += [_ended(found, one) for one in _lately(jobs, found.now)]
    return rows or [_row(found.entry, "not running")]


def _running(found: Jobs, job: QueueJob) -> workers.Row:
    """A line of a worker. What it says of itself can be anything: it costs its own line only."""
    name = worker_name(found.entry, job["id"])
    since = f", {duration(found.now - job['start'])}" if job["start"] else ""
    says = found.says.get(job["id"])
    where = f"on {job['host']}{since}"
    if says is None or "error" in says:
        return _row(name, where, last=_fault(found, job) or _silent(job))
    facts = {"state": "running", "says": says, "pid": "", "seconds": 0.0, "memory_mb": 0.0}
    described = workers.table_rows([HostOutcome(name, True, "", facts)], found.now)[0]
    if len(says) and described[2]:
        return (name, where, described[2], None, *described[4:])
    return described


def _silent(job: QueueJob) -> str:
    """What a job is doing whose worker is not registered."""
    if job["state"] == "ending":
        return job["word"].lower()
    return f"{job['word'].lower()}, {'no longer registered' if job['registered'] else 'not registered yet'}"


def _fault(found: Jobs, job: QueueJob) -> str:
    """What is wrong with the worker of a job that runs."""
    says = found.says.get(job["id"])
    if says is not None:
        fault = says.get("error") or says.get("fault")
        return f"{worker_name(found.entry, job['id'])}: {fault}" if fault else ""
    seconds = found.now - job["start"] if job["start"] else 0.0
    if job["state"] != "running" or seconds < PATIENT_SECONDS:
        return ""
    gone = "no longer registered at the nameserver" if job["registered"] else "not registered at the nameserver"
    return f"{worker_name(found.entry, job['id'])}: running for {duration(seconds)}, {gone}: see fab logs"


def _lately(jobs: Iterable[QueueJob], now: float) -> list[QueueJob]:
    """Those that ended lately, the last one at the end."""
    ran = [one for one in wording.in_state(jobs, "ended") if one["host"]]  # the others were cancelled while they waited
    ended = [one for one in ran if one["end"] and now - one["end"] < LATELY_SECONDS]
    return sorted(ended, key=lambda one: one["end"] or 0.0)[-MOST_ENDED:]


def _ended(found: Jobs, job: QueueJob) -> workers.Row:
    ago = duration(found.now - job["end"]) if job["end"] else "some time"
    output = " / ".join(found.answer["output"].get(job["id"], []))
    why = f"ended before its worker registered: {output or 'it wrote nothing'}"
    name = worker_name(found.entry, job["id"])
    return _row(name, f"{job['word'].lower()} {ago} ago", last="" if job["registered"] or _passed(found, job) else why)


def _passed(found: Jobs, job: QueueJob) -> bool:
    """Whether a job that began after this one ended has become a worker: what was in the way is so no more."""
    later = (one for one in found.answer["jobs"] if one["registered"] and one["state"] != "pending")
    return any(one["start"] and job["end"] and one["start"] >= job["end"] for one in later)


def _row(name: str, running: str, last: str = "") -> workers.Row:
    return (name, running, None, None, None, None, last)
