"""Slots that work on a task and get nowhere: stopped by a signal, waiting for a disk, or without any use of the CPU."""

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass

from stormtracks import lineage
from stormtracks.pyro_cluster.plain import Order
from stormtracks.pyro_cluster.worker.slots.slot import Slot
from stormtracks.readable import duration

LOOK_SECONDS = 2.5
"""From one look to the next."""
STOPPED_SECONDS = 30.0
DISK_SECONDS = 60.0
IDLE_SECONDS = 300.0
"""So long a slow network disk, or a lock that another slot holds, may keep a task waiting without a word about it."""
_STATES = {
    "T": (STOPPED_SECONDS, "it has been stopped (kill -CONT {pid} continues it)"),
    "t": (STOPPED_SECONDS, "it has been held by a debugger"),
    "D": (DISK_SECONDS, "it has waited for a disk"),
}


@dataclass
class _Look:
    order: Order
    moved: tuple[object, ...]  # progress and CPU of the slot's process, which change when it gets somewhere
    since: float  # monotonic: without a move
    state: str  # of the process: R, S, D, T, ...
    state_since: float
    helpers: tuple[object, ...] | None = None  # CPU of what it has started; None: not looked at yet


class Stalls:
    """Looks at the slots every few seconds."""

    def __init__(self) -> None:
        self._looks: dict[int, _Look] = {}  # by the slot's number

    def look(self, slots: Iterable[Slot]) -> dict[int, str]:
        """Look; number of each slot that is stalled -> in which way, for people."""
        found = {}
        for slot in slots:
            order, pid = slot.order, slot.pid
            fields = lineage.stat(pid) if order is not None and pid is not None else []
            if order is None or pid is None or not fields:
                self._looks.pop(slot.number, None)
                continue
            moved = (slot.progress, *fields[11:15])
            if text := _said(self._seen(slot.number, order, moved, fields[0], pid), pid):
                found[slot.number] = text
        return found

    def _seen(self, number: int, order: Order, moved: tuple[object, ...], state: str, pid: int) -> _Look:
        now = time.monotonic()
        look = self._looks.get(number)
        if look is None or look.order is not order or look.moved != moved:
            self._looks[number] = look = _Look(order, moved, now, state, now)
            return look
        helpers = tuple(tuple(lineage.stat(one)[11:15]) for one in sorted(lineage.descendants([pid])))
        if look.helpers not in (None, helpers):
            look.since = look.state_since = now
        look.helpers = helpers
        if look.state != state:
            look.state = state
            look.state_since = now
        return look


def _said(look: _Look, pid: int) -> str | None:
    now = time.monotonic()
    limit, text = _STATES.get(look.state, (math.inf, ""))
    if now - look.state_since >= limit:
        return f"{text.format(pid=pid)}, for more than {duration(limit)}"
    if now - look.since >= IDLE_SECONDS:
        return f"it has used no CPU and told no progress for more than {duration(IDLE_SECONDS)}"
    return None
