"""Keep an entry's jobs up while a run has work for them: what a manager asks for now and then."""

import math
import time
from collections.abc import Mapping
from typing import Any

from stormtracks.on_host.answers import QueueKept
from stormtracks.on_host.queue import jobs
from stormtracks.on_host.queue.arrays import bookkeeping, desk, outputs
from stormtracks.on_host.queue.arrays.command import QueueFault
from stormtracks.on_host.queue.arrays.desk import Desk

MOST_STRIKES = 3
"""Jobs in a row that ended before a worker registered: then no more are submitted until somebody has seen to it."""
ENDING_SECONDS = 60.0
"""So long is a job on its way out not replaced: its queue says only then why it has ended."""
REST_SECONDS = 300.0
"""After a refusal: the queue is not asked for the same thing every half minute."""


def run(request: Mapping[str, Any]) -> QueueKept:
    """Look at the queue once, and submit what is lacking for ``outstanding`` tasks, where jobs are wanted at all."""
    with desk.opened(request) as here:
        here.look()
        lines = _cancel_surplus(here) if here.ledger.wanted else []
        lacking = _lacking(here, request["outstanding"]) if here.ledger.wanted else 0
        broken = _another(here) or (_broken(here) if lacking > 0 else "")
        array, refused = _submit(here, lacking) if lacking > 0 and not broken else ("", "")
        if array:
            lines.append(f"{lacking} job(s) submitted as {here.system.name} array {array}")
        return QueueKept(
            **jobs.answer(here), submitted=lacking if array else 0, lines=lines, refused=refused, broken=broken
        )


def _lacking(here: Desk, outstanding: int) -> int:
    """Jobs that there is work for, and that are neither pending nor running."""
    needed = min(here.most, math.ceil(max(0, outstanding) / here.slots))
    now = time.time()
    ending = [job for job in here.ledger.listed("ending") if job.end and now - job.end < ENDING_SECONDS]
    cancelled = (job for job in here.ledger.listed("ended") if bookkeeping.is_cancelled(job))
    if ending and any(now - (job.end or 0.0) < 2 * ENDING_SECONDS for job in cancelled):
        return 0  # somebody may be cancelling all of them, and these take longer
    return needed - here.there - len(ending)


def _cancel_surplus(here: Desk) -> list[str]:
    """Cancel pending jobs beyond `jobs`: where the queue puts a job back, another may have been submitted for it."""
    pending = here.ledger.listed("pending")
    surplus = len(pending) + len(here.ledger.listed("running")) - here.most
    ids = [job.id for job in pending[::-1][: max(0, surplus)]]
    if ids:
        here.end(ids)
        here.look()
    return [f"{len(ids)} pending job(s) cancelled: there were more than {here.most}"] if ids else []


def _submit(here: Desk, lacking: int) -> tuple[str, str]:
    """The array that was submitted; or else why the queue takes none now."""
    if here.ledger.refused and time.time() - here.ledger.refused[0] < REST_SECONDS:
        return "", here.ledger.refused[1]
    try:
        array = here.submit(lacking).id
    except QueueFault as fault:
        refused = f"{lacking} job(s) were not submitted: {fault}"
        here.ledger.refused = (time.time(), refused)
        here.save()
        return "", refused
    here.ledger.refused = None
    here.save()
    return array, ""


def _another(here: Desk) -> str:
    """Why nothing is to come of the jobs that there are; "" where it is."""
    if not (here.ledger.wanted and here.is_another_s):
        return ""
    return (
        f"its {here.there} job(s) were submitted for another nameserver: where another hosts.yaml of this account has "
        "an entry of this name too, choose another name; if 'nameserver' was changed, run fab stop-workers, then fab "
        "start-workers"
    )


def _broken(here: Desk) -> str:
    """Why no more are submitted; "" where nothing speaks against it."""
    halted, strikes = here.ledger.halted, here.ledger.strikes
    if halted:
        return (
            f"job {', '.join(halted[:8])} cancelled, though not by fab stop-workers, and none is left. No more are "
            "submitted: if there should be more, run fab start-workers"
        )
    if len(strikes) < MOST_STRIKES:
        return ""
    said = " / ".join(outputs.ending(outputs.path_of(here.folder, strikes[-1]))) or "it wrote nothing"
    return (
        f"{len(strikes)} jobs in a row ended before a worker registered, the last of them {strikes[-1]}{_node(here)}: "
        f"{said}. No more are submitted: see fab logs --only {here.entry}, put it right, then run fab start-workers"
    )


def _node(here: Desk) -> str:
    """The one node on which all of them were, which may be what is wrong: a queue sends it job after job."""
    hosts = {job.host for name in here.ledger.strikes if (job := here.ledger.jobs.get(name))}
    return f", all on the node {hosts.pop()}" if len(hosts) == 1 and all(hosts) else ""
