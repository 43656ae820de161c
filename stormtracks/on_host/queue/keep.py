"""Keep an entry's jobs up while a run has work for them: what a manager asks for now and then."""

import math
import time
from collections.abc import Mapping
from typing import Any

from stormtracks.on_host.answers import QueueKept
from stormtracks.on_host.queue import jobs
from stormtracks.on_host.queue.arrays import desk, outputs
from stormtracks.on_host.queue.arrays.command import QueueFault
from stormtracks.on_host.queue.arrays.desk import Desk

MOST_STRIKES = 3
"""Jobs in a row that ended before a worker registered: then no more are submitted until somebody has seen to it."""
REST_SECONDS = 300.0
"""After a refusal: the queue is not asked for the same thing every half minute."""


def run(request: Mapping[str, Any]) -> QueueKept:
    """Look at the queue once, and submit what is lacking for ``outstanding`` tasks, where jobs are wanted at all."""
    with desk.opened(request) as here:
        here.look()
        spared = _cancel_surplus(here) if here.ledger.wanted else []
        lacking = _lacking(here, request["outstanding"])
        asked = lacking > 0 and here.ledger.wanted
        submitted, lines = _submit(here, lacking) if asked else (0, spared)
        broken = asked and len(here.ledger.strikes) >= MOST_STRIKES
        refused = here.ledger.refused[1] if asked and not broken and here.ledger.refused else ""
        return QueueKept(
            **jobs.answer(here),
            submitted=submitted,
            lines=lines,
            refused=refused,
            broken=lines[0] if broken else "",
        )


def _lacking(here: Desk, outstanding: int) -> int:
    """Jobs that there is work for, and that are neither pending nor running."""
    needed = min(here.most, math.ceil(max(0, outstanding) / here.slots))
    return needed - here.there


def _cancel_surplus(here: Desk) -> list[str]:
    """Cancel pending jobs beyond `jobs`: where the queue puts a job back, another may have been submitted for it."""
    pending = here.ledger.listed("pending")
    surplus = len(pending) + len(here.ledger.listed("running")) - here.most
    ids = [job.id for job in pending[::-1][: max(0, surplus)]]
    if ids:
        here.end(ids)
        here.look()
    return [f"{here.entry}: {len(ids)} pending job(s) cancelled: there were more than {here.most}"] if ids else []


def _submit(here: Desk, lacking: int) -> tuple[int, list[str]]:
    """How many jobs were submitted, and what people should know."""
    if len(here.ledger.strikes) >= MOST_STRIKES:
        return 0, [_broken(here)]
    if here.ledger.refused and time.time() - here.ledger.refused[0] < REST_SECONDS:
        return 0, [here.ledger.refused[1]]
    try:
        array = here.submit(lacking)
    except QueueFault as fault:
        text = f"{here.entry}: {lacking} job(s) were not submitted: {fault}"
        here.ledger.refused = (time.time(), text)
        here.save()
        return 0, [text]
    here.ledger.refused = None
    here.save()
    return lacking, [f"{here.entry}: {lacking} job(s) submitted as {here.system.name} array {array.id}"]


def _broken(here: Desk) -> str:
    last = here.ledger.strikes[-1]
    said = " / ".join(outputs.ending(outputs.path_of(here.folder, last))) or "it wrote nothing"
    return (
        f"{here.entry}: {len(here.ledger.strikes)} jobs in a row ended before a worker registered, the last of them "
        f"{last}: {said}. No more are submitted: see fab logs --only {here.entry}, put it right, then run fab "
        "start-workers"
    )
