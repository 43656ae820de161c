"""A worker's slots: each a process of its own that stays, does one task at a time, and is replaced when it is lost.

A crash in a C library, an exit, a task that takes all memory or never ends costs that task and nothing else.
"""

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from stormtracks.pyro_cluster.worker.slot_process import SlotProcess

log = logging.getLogger(__name__)

START_SECONDS = 120.0
STOPPED = "the worker was stopped"
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 5.0, 60.0


class SlotFault(Exception):
    """A slot's process cannot be started, or its table of tasks not be loaded; the message has its last words."""


class Slots:
    """The slots of one worker; their processes are started here and are up after `start`.

    Parameters
    ----------
    count : int
    tasks : str
        ``module:TABLE``, loaded in each slot's process, never in the worker's.
    memory_mb : int, optional
        What a slot's process may take for itself; beyond it a task gets a MemoryError.
    """

    def __init__(self, count, tasks, memory_mb=None):
        # The kernel ends a slot when the *thread* that started it ends, so one thread starts them all and stays.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="starts slots")
        self.slots = [_Slot(number, self._starter, tasks, memory_mb) for number in range(count)]
        self._lock = threading.Lock()

    def start(self):
        """Wait until every slot is up.

        Raises
        ------
        SlotFault
        """
        for slot in self.slots:
            slot.process()

    @property
    def known(self):
        """Names of the tasks that can be done."""
        return self.slots[0].known

    def run(self, order, timeout=None):
        """Do an order in a free slot.

        Parameters
        ----------
        order : dict
            ``year``, ``member``, ``task``, ``setup``.
        timeout : float, optional
            Seconds.

        Returns
        -------
        dict
            ``made`` (what the task returned) and ``cpu_seconds``; or ``error`` and ``traceback``; or ``timeout`` and
            ``traceback``; or ``busy`` with the reason, and nothing was done.
        """
        slot, reason = self._claim(order)
        if slot is None:
            return {"busy": reason}
        try:
            return slot.run(order, timeout)
        except SlotFault as fault:
            return {"busy": str(fault)}
        finally:
            slot.release()

    @property
    def in_service(self):
        return sum(slot.in_service() for slot in self.slots)

    @property
    def busy(self):
        return sum(slot.order is not None for slot in self.slots)

    def working(self):
        """What is being done: a dict a busy slot."""
        now = [(slot.number, slot.order, slot.since) for slot in self.slots]
        return [
            {"slot": number, "year": order["year"], "member": order["member"], "task": order["task"], "since": since}
            for number, order, since in now
            if order is not None
        ]

    def years(self):
        """Years that a slot worked on last."""
        return sorted({year for year in (slot.year for slot in self.slots) if year is not None})

    def pids(self):
        return [slot.pid for slot in self.slots if slot.pid]

    def close(self):
        """End the processes, whatever they do; what was being done is replied to as not done."""
        for slot in self.slots:
            slot.close()
        self._starter.shutdown(wait=False)

    def _claim(self, order):
        with self._lock:
            usable = [slot for slot in self.slots if slot.in_service()]
            free = [slot for slot in usable if slot.order is None]
            if not free:
                return None, "every slot is working" if usable else self.slots[0].fault
            # One that has the year's data at hand, else one that has none yet, else the one that rests longest.
            slot = min(free, key=lambda one: (one.year != order["year"], one.year is not None, one.rests_since))
            slot.claim(order)
            return slot, None


class _Slot:
    """One slot: `claim` it, `run` the order, `release` it. Only who claimed it touches its process."""

    def __init__(self, number, starter, tasks, memory_mb):
        self.number = number
        self.order = self.since = self.year = self.fault = None
        self.rests_since, self.known = 0.0, []
        self._new = lambda: starter.submit(SlotProcess, tasks, memory_mb)
        self._failed_starts, self._retry_at = 0, 0.0
        self._guard, self._closed = threading.Lock(), False
        self._future, self._is_up = None, False  # of its present process; none: it rests, or was not needed yet
        self._begin()

    @property
    def pid(self):
        future = self._future
        return future.result().pid if self._is_up and future else None

    def in_service(self):
        """Whether it may be tried: one that could not start rests for a while."""
        return self.fault is None or time.monotonic() >= self._retry_at

    def claim(self, order):
        self.order, self.since = order, time.time()

    def release(self):
        self.year, self.rests_since, self.order = self.order["year"], time.monotonic(), None

    def run(self, order, timeout):
        process = self.process()
        if process.ended():  # while it had nothing to do: no task is to blame
            log.warning("slot %d: %s while idle; started again", self.number, process.last_words())
            self._replace()
            process = self.process()
        reply = self._asked(process, order, timeout)
        if self._closed:
            raise SlotFault(STOPPED)
        if reply.pop("worn", False) or process.ended():
            self._replace()
        return reply

    def process(self):
        """Its process, once that has said that it is ready.

        Raises
        ------
        SlotFault
        """
        if self._is_up:
            return self._future.result()
        if self._future is None:
            self._begin()
        process = None
        try:
            process = self._future.result()
            said = process.receive(START_SECONDS)
        except (OSError, EOFError, ValueError) as error:  # a TimeoutError is an OSError
            said = {"fault": _fault(process, error)}
        if "fault" in said:
            self._rest(process, said["fault"])
        self._is_up, self.known, self.fault, self._failed_starts = True, said["tasks"], None, 0
        return process

    def close(self):
        with self._guard:
            self._closed = True  # from here on no process is begun, so the one below is the last
        if self._future is not None and self._future.exception() is None:
            self._future.result().end()

    def _asked(self, process, order, timeout):
        process.forget_said()
        try:
            process.send(order)
            return process.receive(timeout)
        except TimeoutError as error:
            where = process.where()
            process.end()
            return {"timeout": f"{error}: its process was ended", "traceback": where}
        except (EOFError, OSError, ValueError) as error:
            return {"error": process.last_words(error), "traceback": process.said()}

    def _begin(self):
        with self._guard:
            if self._closed:
                raise SlotFault(STOPPED)
            self._future, self._is_up = self._new(), False

    def _replace(self):
        self._future.result().end()
        self._begin()

    def _rest(self, process, fault):
        if process is not None:
            process.end()
        self._future = None
        pause = min(FIRST_PAUSE_SECONDS * 2**self._failed_starts, LONGEST_PAUSE_SECONDS)
        self._failed_starts += 1
        self.fault, self._retry_at = fault, time.monotonic() + pause
        log.error("slot %d cannot start, to be tried again in %g s: %s", self.number, pause, fault)
        raise SlotFault(fault)


def _fault(process, error):
    """Why a process did not come up."""
    if process is None:
        return f"cannot start a process: {error}"
    return f"{process.last_words(error)} before it was ready; its last words: {process.said()}"
