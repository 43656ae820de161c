"""Look through the eyes of a job: whether the queue takes one, and what it finds on a node; nothing of it stays."""

import contextlib
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from stormtracks.on_host.answers import MARK, Finding, QueueNode, QueueSeen
from stormtracks.on_host.queue import jobs
from stormtracks.on_host.queue.arrays import command, desk, outputs, refusals, script
from stormtracks.on_host.queue.arrays.command import QueueFault
from stormtracks.on_host.queue.arrays.desk import SUBMIT_SECONDS, Desk
from stormtracks.queues.job import Job
from stormtracks.queues.system import OddAnswer, shown

TIME = "00:05:00"
"""Of the job; it takes some seconds."""
READ_SECONDS = 0.5
LOOK_SECONDS = (2.0, 4.0, 8.0, 15.0)
"""From one look at the queue to the next; the last again and again. The job's output is looked for all the time."""
ARRIVE_SECONDS = 15.0
"""What a shared folder may take to show what a node has written."""
SLOWEST_SECONDS = 120.0
"""What looking at a node may take once its job runs."""
MOST_BYTES = 2**22
LOOKING = b"looking at the node "
"""What the job writes first, so that it can be seen that output arrives: `node`."""
MARKED = "-probe"
"""Behind the entry's mark: such a job is no worker."""


def run(request: Mapping[str, Any]) -> QueueNode:
    """What was found; ``seconds``: time for the job to start. With ``end``: only end a job that may be left."""
    try:
        with desk.opened(request) as here:
            clear(here)
            if request.get("end"):
                return {"queue": _found("-")}
            queue = _taken(here)
            array = _submit(here)
    except (QueueFault, OddAnswer) as fault:
        return {"queue": _found("-", str(fault))}
    node = _node(here, array, request["seconds"])
    if "seen" not in node:  # else it ends by itself, soon
        with desk.opened(request) as here:
            clear(here)
    return {**node, "queue": queue}


def clear(here: Desk) -> None:
    """Cancel what may be left of an earlier look."""
    if not here.ledger.probe:
        return
    left = [job.id for job in _listed(here, here.ledger.probe) if job.state != "ended"]
    if left:
        here.end(left)
    here.ledger.probe = ""
    here.save()


def _taken(here: Desk) -> Finding:
    """Whether the queue would take the entry's array, as it says itself."""
    words = here.system.only_asked(here.wanted(here.most))
    if words is None:
        return _found("taken as a job by itself")
    ran = command.run(here.system, words, "#!/bin/sh\n")
    if ran.status != 0:
        raise refusals.refused(words[0], ran)
    return _found("taken")


def _submit(here: Desk) -> str:
    wanted = here.wanted(1, here.ledger.mark + MARKED, TIME)
    words = here.system.submit(wanted)
    text = script.text("queue.node", here.request, here.system.head(wanted), wanted.shell)
    ran = command.run(here.system, words, text, SUBMIT_SECONDS)
    if ran.status != 0:
        raise refusals.refused(words[0], ran)
    here.ledger.probe = here.system.array_of(ran.output)
    here.save()
    return here.ledger.probe


def _node(here: Desk, array: str, seconds: float) -> QueueNode:
    """What the job brought, or why it brought nothing."""
    began = time.monotonic()
    since: dict[str, float] = {}  # state -> when the job was first seen in it
    pauses = iter(LOOK_SECONDS)
    job, look_at = None, 0.0
    while True:
        if job and (seen := _seen(here.books.output_of(job))):
            node = _found(str(seen["host"]))
            if said := _written_before(here.books.output_of(job)):
                node["notes"] = [f"'setup' wrote: {said}"]
            return _read(here, job, {"queue": _found(""), "node": node, "seen": seen})
        now = time.monotonic()
        if now > look_at:
            job = next(iter(_listed(here, array)), job)
            state = job.state if job else "unlisted"
            since.setdefault(state, now)
            if answer := _unseen(here, job, now - since[state], now - began > seconds):
                return _read(here, job, answer)
            look_at = now + next(pauses, LOOK_SECONDS[-1])
        time.sleep(READ_SECONDS)


def _written_before(path: Path) -> str:
    """What 'setup' wrote on the node: a shell that does not find a command continues all the same."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        before, looking, _ = file.read(MOST_BYTES).partition(LOOKING)
        return shown(before.decode(errors="backslashreplace")) if looking else ""
    return ""


def _read(here: Desk, job: Job | None, answer: QueueNode) -> QueueNode:
    """An answer that has all that the job's output has: `fab logs` need not show it."""
    if job:
        here.books.output_of(job).unlink(missing_ok=True)
    return answer


def _unseen(here: Desk, job: Job | None, lasts: float, late: bool) -> QueueNode | None:
    """Why no more is waited for; None: it is. `lasts`: how long the job has been in its state."""
    if job is None:
        fault = "a job that only looks was submitted, and the queue does not list it: try again"
        return None if lasts < ARRIVE_SECONDS else {"queue": _found(""), "node": _found("-", fault)}
    if job.state == "pending":
        return {"queue": _found(""), "pending": jobs.in_answer(here, job)} if late else None
    written = here.books.output_of(job).exists()
    if job.state == "ended":
        fault = _silent(here, job) if written or lasts >= ARRIVE_SECONDS else ""
    else:
        fault = _late(here, job, lasts, written)
    return {"queue": _found(""), "node": _found("-", fault)} if fault else None


def _late(here: Desk, job: Job, lasts: float, written: bool) -> str:
    """What is said of a job that runs for longer than it should without an answer; "" before."""
    if not written and lasts >= ARRIVE_SECONDS:
        return (
            f"a job runs on {job.host}, but nothing of what it writes to {here.folder} arrives here: set "
            "STORMTRACKS_HOME to a folder that the nodes share with this host"
        )
    slow = f"a look at the node {job.host} takes longer than {SLOWEST_SECONDS:g} s: check its disks, or try again"
    return slow if lasts >= SLOWEST_SECONDS else ""


def _silent(here: Desk, job: Job) -> str:
    """What is said of a job that ended without an answer."""
    said = " / ".join(outputs.ending(here.books.output_of(job)))
    if said:
        return f"a job on {job.host} ended ({job.word}) with: {said}"
    return (
        f"a job on {job.host or 'a node'} ended ({job.word}), and nothing of it arrived in {here.folder}: set "
        "STORMTRACKS_HOME to a folder that the nodes share with this host, or see why the queue ends jobs at once"
    )


def _seen(path: Path) -> QueueSeen | None:
    """The answer in what the job has written so far; None: it is not whole yet."""
    try:
        with path.open("rb") as file:
            line, end, _ = file.read(MOST_BYTES).partition(MARK)[2].partition(b"\n")
    except OSError:
        return None
    try:
        found = json.loads(line) if end else None
    except ValueError:
        return None
    if not isinstance(found, dict) or "host" not in found:
        return None
    return cast(QueueSeen, found)  # what it should be is looked at by who asked


def _listed(here: Desk, array: str) -> list[Job]:
    words = here.system.listing([array])
    return [job for job in here.listed(words)[0] if job.mark == here.ledger.mark + MARKED]


def _found(text: str, fault: str | None = None) -> Finding:
    return {"text": text, "fault": fault}
