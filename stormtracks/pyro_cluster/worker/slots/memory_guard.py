"""What a worker does before its host runs out of memory: first it begins nothing more, then it ends its newest task."""

import contextlib
import logging
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from stormtracks import lineage
from stormtracks.pyro_cluster.worker.slots.host_memory import HostMemory, Use
from stormtracks.pyro_cluster.worker.slots.pool import Slots

log = logging.getLogger(__name__)

AGAIN_SECONDS = 2.0
"""From one end to the next: the kernel takes a moment to take back what a process had."""
LEAST_SHARE = 0.1
"""Of the memory that slots must have at least, so that to end one would help."""


@dataclass(frozen=True)
class MemoryLimits:
    """Shares of the memory of the host or container, from 0 to 1; 0: off.

    Attributes
    ----------
    pause : float
        From here on no task is begun beside others.
    end : float
        From here on the newest task is ended.
    """

    pause: float = 0.80
    end: float = 0.95


class MemoryGuard:
    """Looks at the memory every moment (`look`) and says whether a task may begin (`may_begin`).

    Parameters
    ----------
    limits : MemoryLimits
    memory : HostMemory, optional
    """

    def __init__(self, limits: MemoryLimits, memory: HostMemory | None = None) -> None:
        self.limits = limits
        self._memory = memory or HostMemory()
        self._use: Use | None = None
        self._few: int | None = None  # since one was ended: no more than so many at a time until one of these ends
        self._again_at = 0.0  # monotonic
        self._paused = False

    def may_begin(self, busy: int) -> str | None:
        """Why no task may begin beside so many others, or None."""
        if self._few is not None and (busy < self._few or not busy):
            self._few = None
        use = self._use
        if use is None:
            return None
        if self.limits.end and use.share >= self.limits.end:
            return f"no task is begun: {use}"
        if busy and self.limits.pause and use.share >= self.limits.pause:
            return f"no task is begun beside those that run: {use}"
        if self._few is not None:
            return "no task is begun until one of those that run has ended: one was ended for lack of memory"
        return None

    def look(self, slots: Slots) -> str | None:
        """Ask for the memory, and end the newest task where it must be; what was ended, for others to know."""
        self._use = use = self._memory.use() if self.limits.pause or self.limits.end else None
        self._note_pause(slots)
        if use is None or not 0 < self.limits.end <= use.share or time.monotonic() < self._again_at:
            return None
        self._again_at = time.monotonic() + AGAIN_SECONDS
        slots.renew_idle()
        if _held(slots.pids()) < LEAST_SHARE * use.total:
            return None  # others have it
        return self._end_newest(slots, use)

    def notice(self) -> str | None:
        """That tasks are not begun, for a manager and people; always in the same words."""
        if self._use is not None and 0 < self.limits.end <= self._use.share:
            return f"over {self.limits.end:.0%} of its memory is in use: no task is begun"
        if self._paused:
            return f"over {self.limits.pause:.0%} of its memory is in use: no task is begun beside those that run"
        return None

    def _end_newest(self, slots: Slots, use: Use) -> str | None:
        busy = slots.busy
        reason = f"ended for lack of memory on the host: {use}"
        # The only one is too large for this host, now at least: that is an attempt. Of several, nobody knows.
        verdict = {"error": reason} if busy == 1 else {"busy": reason}
        order = slots.end_newest(verdict)  # type: ignore[arg-type]  # mypy does not see the keys
        if order is None:
            return None
        self._few = busy - 1 or None
        text = f"{order['year']} member {order['ensemble_member']} was {reason}"
        log.warning("%s", text)
        return text

    def _note_pause(self, slots: Slots) -> None:
        """Say it when the pause begins and ends; when it begins, idle slots let go of what they keep."""
        use = self._use
        paused = use is not None and 0 < self.limits.pause <= use.share
        if paused == self._paused:
            return
        self._paused = paused
        log.warning("%s: %s", use, "no task is begun beside those that run" if paused else "tasks are begun again")
        if paused:
            slots.renew_idle()


def _held(pids: Iterable[int]) -> int:
    """Bytes in memory of some processes and of all that descend from them; what several share counts for each."""
    total = 0
    for pid in [*pids, *lineage.descendants(pids)]:
        with contextlib.suppress(OSError, ValueError, IndexError):
            total += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return total * os.sysconf("SC_PAGE_SIZE")
