"""Submit the jobs that an entry lacks, up to its `jobs`; from now on they are wanted."""

from collections.abc import Mapping
from typing import Any

from stormtracks.on_host import key
from stormtracks.on_host.answers import KeyWanted, QueueStarted, SubmitAnswer
from stormtracks.on_host.queue import jobs
from stormtracks.on_host.queue.arrays import desk


def run(request: Mapping[str, Any]) -> SubmitAnswer:
    """Submit what is lacking; jobs that are pending or running are left alone."""
    if key.state(request["fingerprint"]) != "same":
        return KeyWanted(state="key")
    with desk.opened(request) as here:
        here.look()
        here.ledger.strikes, here.ledger.halted, here.ledger.refused = [], [], None  # somebody has seen to it
        changed = here.changed()
        lacking = here.most - here.there
        array = here.submit(lacking).id if lacking > 0 else ""
        here.ledger.wanted = True
        here.save()
        if array:
            here.look()
        return QueueStarted(
            **jobs.answer(here),
            state="submitted" if array else "running",
            array=array,
            submitted=max(0, lacking) if array else 0,
            changed=changed,
        )
