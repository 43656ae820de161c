"""A worker's slots: each a process of its own that stays, does one task at a time, and is replaced when it is lost.

A crash in a C library, an exit, a task that takes all memory or never ends costs that task and nothing else.
"""

import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

from stormtracks.errors import StormtracksError
from stormtracks.pyro_cluster.plain import Order, SlotReply, Working
from stormtracks.pyro_cluster.worker.slot_process import SlotProcess

log = logging.getLogger(__name__)

START_SECONDS = 120.0
STOPPED = "the worker was stopped"
FIRST_PAUSE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 60.0


class SlotFault(StormtracksError):
    """A slot's process cannot be started, or its table of tasks not be loaded; the message says why."""


class Slots:
    """The slots of one worker; their processes are started here and are up after `start`.

    Parameters
    ----------
    count : int
    tasks : str
        ``module:TABLE``, loaded in each slot's process, never in the worker's.
    memory_mb : int, optional
        What a slot's process may take for itself, MiB; beyond it a task gets a MemoryError.
    """

    def __init__(self, count: int, tasks: str, memory_mb: int | None = None) -> None:
        # The kernel ends a slot when the *thread* that started it ends, so one thread starts them all and stays.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="starts slots")
        self.slots = [_Slot(number, self._starter, tasks, memory_mb) for number in range(count)]
        self._lock = threading.Lock()

    def start(self) -> None:
        """Wait until every slot is up.

        Raises
        ------
        SlotFault
        """
        for slot in self.slots:
            slot.process()

    @property
    def known(self) -> list[str]:
        """Names of the tasks that can be done."""
        return self.slots[0].known

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
            and ``traceback``; or ``busy`` with the reason, and the order was not begun.
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

    def working(self) -> list[Working]:
        """What is being done: one dict per busy slot."""
        now = [(slot.number, slot.order, slot.since) for slot in self.slots]
        return [
            {
                "slot": number,
                "year": order["year"],
                "ensemble_member": order["ensemble_member"],
                "task": order["task"],
                "since": since,
            }
            for number, order, since in now
            if order is not None
        ]

    def years(self) -> list[int]:
        """Years that a slot worked on last."""
        return sorted({year for year in (slot.year for slot in self.slots) if year is not None})

    def pids(self) -> list[int]:
        """The processes that are up."""
        return [pid for pid in (slot.pid for slot in self.slots) if pid]

    def close(self) -> None:
        """End the processes, whatever they do; the orders that they were doing are replied to as not begun."""
        for slot in self.slots:
            slot.close()
        self._starter.shutdown(wait=False)

    def _claim(self, order: Order) -> tuple["_Slot | None", str]:
        """A free slot, now claimed; or none, and why."""
        with self._lock:
            usable = [slot for slot in self.slots if slot.in_service()]
            free = [slot for slot in usable if slot.order is None]
            if not free:
                return None, "all slots are busy" if usable else self.slots[0].fault or ""
            # One that has the year's data at hand, else one that has none yet, else the one that rests longest.
            slot = min(free, key=lambda one: (one.year != order["year"], one.year is not None, one.rests_since))
            slot.claim(order)
            return slot, ""


class _Slot:
    """One slot: `claim` it, `run` the order, `release` it. Only the thread that claimed it touches its process."""

    def __init__(self, number: int, starter: ThreadPoolExecutor, tasks: str, memory_mb: int | None) -> None:
        self.number = number
        self.order: Order | None = None
        self.since = 0.0  # when the order was claimed, s since 1970
        self.year: int | None = None  # of the last order
        self.rests_since = 0.0  # monotonic
        self.known: list[str] = []
        self.fault: str | None = None  # why it could not start
        self._retry_at = 0.0  # monotonic
        self._failed_starts = 0
        self._start = lambda: starter.submit(SlotProcess, tasks, memory_mb)
        self._guard = threading.Lock()  # so that `close` misses no process
        self._closed = False
        self._future: Future[SlotProcess] | None = None  # its present process; none: it could not start
        self._is_up = False
        self._begin()

    @property
    def pid(self) -> int | None:
        """Its process, where that is up."""
        future = self._future
        return future.result().pid if self._is_up and future else None

    def in_service(self) -> bool:
        """Whether it may be tried: one that could not start pauses for a while."""
        return self.fault is None or time.monotonic() >= self._retry_at

    def claim(self, order: Order) -> None:
        """Take it for an order."""
        self.since = time.time()
        self.order = order

    def release(self, order: Order) -> None:
        """Let it be claimed again."""
        if "conflict" not in order:  # which reads nothing of a year
            self.year = order["year"]
        self.rests_since = time.monotonic()
        self.order = None  # last: from here on another thread may claim it

    def run(self, order: Order, timeout: float | None) -> SlotReply:
        """Do an order; what its process does or suffers becomes a reply.

        Raises
        ------
        SlotFault
            It cannot start, or the worker was stopped: the order was not begun, or not to its end.
        """
        process = self.process()
        if process.has_ended():  # while it had nothing to do: no task is to blame
            log.warning("slot %d: %s while idle; starting it again", self.number, process.why_it_ended())
            self._replace(process)
            process = self.process()
        reply = self._ask(process, order, timeout)
        if self._closed:
            raise SlotFault(STOPPED)
        if reply.pop("must_be_replaced", False) or process.has_ended():
            self._replace(process)
        return reply

    def process(self) -> SlotProcess:
        """Its process, once that is ready.

        Raises
        ------
        SlotFault
        """
        future = self._future or self._begin()
        if self._is_up:
            return future.result()
        process = None
        try:
            process = future.result()
            greeting = process.receive(START_SECONDS)
        except (OSError, EOFError, ValueError) as error:  # a TimeoutError is an OSError
            greeting = {"fault": _fault(process, error)}
        if process is None or "fault" in greeting:
            raise self._pause(process, greeting["fault"])
        self.known = greeting["tasks"]
        self.fault = None
        self._failed_starts = 0
        self._is_up = True
        return process

    def close(self) -> None:
        """End its process, for good."""
        with self._guard:
            self._closed = True  # from here on no process is begun, so the one below is the last
        if self._future is not None and self._future.exception() is None:
            self._future.result().end()

    def _ask(self, process: SlotProcess, order: Order, timeout: float | None) -> SlotReply:
        process.clear_stderr()
        try:
            process.send(order)
            return process.receive(timeout)
        except TimeoutError as error:
            stacks = process.stacks()
            process.end()
            return {"timeout": f"{error}: its process was stopped", "traceback": stacks}
        except (EOFError, OSError, ValueError) as error:
            return {"error": process.why_it_ended(error), "traceback": process.last_lines()}

    def _begin(self) -> Future[SlotProcess]:
        with self._guard:
            if self._closed:
                raise SlotFault(STOPPED)
            self._is_up = False
            self._future = self._start()
            return self._future

    def _replace(self, process: SlotProcess) -> None:
        process.end()
        self._begin()

    def _pause(self, process: SlotProcess | None, fault: str) -> SlotFault:
        """Give up its process and keep the slot out of service for a while."""
        if process is not None:
            process.end()
        self._future = None
        pause = min(FIRST_PAUSE_SECONDS * 2**self._failed_starts, LONGEST_PAUSE_SECONDS)
        self._failed_starts += 1
        self.fault = fault
        self._retry_at = time.monotonic() + pause
        log.error("slot %d cannot start; the next try is in %g s: %s", self.number, pause, fault)
        return SlotFault(fault)


def _fault(process: SlotProcess | None, error: Exception) -> str:
    """Why a process did not come up."""
    if process is None:
        return f"cannot start a process: {error}"
    return f"{process.why_it_ended(error)} before it was ready; its last output: {process.last_lines()}"
