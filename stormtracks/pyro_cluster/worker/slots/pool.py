"""A worker's slots: each a process of its own that stays, does one task at a time, and is replaced when it is lost.

A crash in a C library, an exit, a task that takes all memory or never ends costs that task and nothing else; and what a
task has started ends with it.
"""

import contextlib
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from stormtracks import label, lineage
from stormtracks.label import Label
from stormtracks.pyro_cluster.plain import Order, SlotReply, Working
from stormtracks.pyro_cluster.worker.slots.slot import CodeChanged, Slot, SlotFault
from stormtracks.pyro_cluster.worker.slots.slot_process import ROOT, SlotProcess

MARK = "STORMTRACKS_SLOTS"
WARDEN = "stormtracks.pyro_cluster.worker.slots.warden"


class Slots:
    """The slots of one worker; their processes are started here and are up after `start`.

    Parameters
    ----------
    count : int
    tasks : str
        ``module:TABLE``, loaded in each slot's process, never in the worker's.
    memory_mb : int, optional
        What a slot's process may take for itself, MiB; beyond it a task gets a MemoryError.
    tasks_per_process : int
        After so many tasks a slot gets a new process; 0: never for that.
    may_begin : callable, optional
        Given the number of slots that work, says why no further order is to be begun now, or None.
    """

    def __init__(
        self,
        count: int,
        tasks: str,
        memory_mb: int | None = None,
        tasks_per_process: int = 0,
        may_begin: Callable[[int], str | None] = lambda busy: None,
    ) -> None:
        # The kernel ends a slot when the *thread* that started it ends, so one thread starts them all and stays.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="starts slots")
        self._mark = f"{MARK}={secrets.token_hex(8)}"
        self._make = lambda: SlotProcess(tasks, memory_mb, self._mark)
        self._processes: list[SlotProcess] = []  # that run; the starter's
        self._beside: list[subprocess.Popen[bytes]] = []  # likewise
        self._adopts = False
        self._may_begin = may_begin
        self._lock = threading.Lock()
        self._warden: subprocess.Popen | None = None
        versions: set[str] = set()
        self.slots = [Slot(number, self._begin, versions, tasks_per_process) for number in range(count)]
        self._set_warden = self._starter.submit(self._start_warden)

    def start(self) -> None:
        """Wait until every slot is up.

        Raises
        ------
        SlotFault
        """
        self._set_warden.result()
        for slot in self.slots:
            slot.process()

    def adopt(self) -> None:
        """Take this process's children that are no slots for what a lost slot has left, and end them.

        For a process that is a worker and nothing else.
        """
        self._set_warden.result()  # it has left us, and must not come back
        lineage.adopt()
        self._adopts = True

    def beside(self, start: Callable[[], subprocess.Popen[bytes]]) -> Future[subprocess.Popen[bytes]]:
        """Start a process that is no slot, which otherwise would be ended as what a lost slot has left."""

        def started() -> subprocess.Popen[bytes]:
            process = start()
            self._beside = [one for one in self._beside if one.poll() is None] + [process]
            return process

        return self._starter.submit(started)

    @property
    def known(self) -> list[str]:
        """Names of the tasks that can be done."""
        return self.slots[0].known

    @property
    def readers(self) -> list[str]:
        """Names of those that find data for some years only, of which years can be asked."""
        return self.slots[0].readers

    @property
    def about(self) -> dict[str, str]:
        """What their tasks' module says of itself."""
        return self.slots[0].about

    def run(self, order: Order, timeout: float | None = None) -> SlotReply:
        """Do an order in a free slot.

        Parameters
        ----------
        order : dict
            ``year``, ``ensemble_member``, ``task``, ``setup``.
        timeout : float, optional
            Seconds.

        Returns
        -------
        dict
            ``returned`` (what the task returned) and ``cpu_seconds``; or ``error`` and ``traceback``; or ``timeout``
            and ``traceback``; or ``busy`` with the reason, and the order was not begun, or not to its end.
        """
        slot, reason = self._claim(order)
        if slot is None:
            return {"busy": reason}
        try:
            return slot.run(order, timeout)
        except SlotFault as fault:
            return {"busy": str(fault)}
        finally:
            slot.release(order)

    @property
    def in_service(self) -> int:
        """Slots that can be given tasks."""
        return sum(slot.in_service() for slot in self.slots)

    @property
    def busy(self) -> int:
        """Slots that work."""
        return sum(slot.order is not None for slot in self.slots)

    @property
    def changed(self) -> str | None:
        """That the code changed under the worker, as far as a slot has met it, or None."""
        return next((str(slot.fault) for slot in self.slots if isinstance(slot.fault, CodeChanged)), None)

    def working(self) -> list[Working]:
        """What is being done: one dict per busy slot."""
        now = [(slot, slot.order, slot.since, slot.progress) for slot in self.slots]
        return [_working(slot, order, since, progress) for slot, order, since, progress in now if order is not None]

    def progress(self) -> list[list[Any]]:
        """How far the tasks are that have said so: year, ensemble member, times done, times in all."""
        now = self.working()
        return [[one["year"], one["ensemble_member"], *one["progress"]] for one in now if one.get("progress")]

    def years(self) -> list[Label]:
        """Years, or starts of forecasts, that a slot worked on last."""
        return label.in_order(year for year in (slot.year for slot in self.slots) if year is not None)

    def pids(self) -> list[int]:
        """The processes that are up."""
        return [pid for pid in (slot.pid for slot in self.slots) if pid]

    def give_back(self, reason: str) -> None:
        """Have every order that is being done replied to at once, as not done; no other is begun."""
        for slot in self.slots:
            if order := slot.order:
                slot.give_back(order, {"busy": reason})

    def end_newest(self, verdict: SlotReply) -> Order | None:
        """End the task that was begun last, with this reply; its order, or None: there was none any more."""
        busy = sorted((slot.since, slot.number, slot.order) for slot in self.slots if slot.order is not None)
        for _, number, order in reversed(busy):
            if self.slots[number].end_task(order, verdict):
                return order
        return None

    def end_task(self, year: Label, ensemble_member: int, task: str, verdict: SlotReply) -> bool:
        """End this task, the first begun where there are several, with this reply; whether there was one."""
        busy = sorted((slot.since, slot.number, slot.order) for slot in self.slots if slot.order is not None)
        for _, number, order in busy:
            if (order["year"], order["ensemble_member"], order["task"]) == (year, ensemble_member, task):
                return self.slots[number].end_task(order, verdict)
        return False

    def renew_idle(self) -> None:
        """Give new processes to slots that have nothing to do: what the old ones kept in memory is free then."""
        for slot in self.slots:
            with self._lock, contextlib.suppress(SlotFault):  # the worker is stopping
                if slot.order is None and slot.in_service():
                    slot.renew()

    def close(self) -> None:
        """End the processes, whatever they do; the orders that they were doing are replied to as not begun."""
        for slot in self.slots:
            slot.close()
        self._starter.shutdown(wait=True)
        self._end_orphans()
        if self._warden is not None and self._warden.stdin:
            self._warden.stdin.close()

    def _claim(self, order: Order) -> tuple["Slot | None", str]:
        """A free slot, now claimed; or none, and why."""
        with self._lock:
            free = [slot for slot in self.slots if slot.order is None and slot.in_service()]
            if not free:
                return None, "all slots are busy" if self.in_service else str(self.slots[0].fault or "")
            if reason := self._may_begin(self.busy):
                return None, reason
            # One that has the year's data at hand, else one that has none yet, else the one that rests longest.
            slot = min(free, key=lambda one: (one.year != order["year"], one.year is not None, one.rests_since))
            slot.claim(order)
            return slot, ""

    def _begin(self) -> Future[SlotProcess]:
        return self._starter.submit(self._start_process)

    def _start_process(self) -> SlotProcess:
        self._end_orphans()
        process = self._make()
        self._processes.append(process)
        return process

    def _end_orphans(self) -> None:
        """End what slots that are gone have left to this process; only the starter's thread gives it other children."""
        self._processes = [process for process in self._processes if not process.has_ended()]
        if self._adopts:
            lineage.end_own(spare=[*(one.pid for one in self._processes), *(one.pid for one in self._beside)])

    def _start_warden(self) -> None:
        with contextlib.suppress(OSError):  # without it all is well for as long as this process ends as it should
            self._warden = subprocess.Popen(
                [sys.executable, "-S", "-m", WARDEN, self._mark],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",  # it holds no disk of ours
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )
            self._warden.wait()


def _working(slot: Slot, order: Order, since: float, progress: tuple[int, int] | None) -> Working:
    found: Working = {
        "slot": slot.number,
        "year": order["year"],
        "ensemble_member": order["ensemble_member"],
        "task": order["task"],
        "since": since,
    }
    if progress:
        found["progress"] = list(progress)
    return found
