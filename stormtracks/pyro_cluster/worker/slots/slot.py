"""One slot of a worker: its process, which stays from task to task and is replaced when it is lost or spoilt."""

import errno
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

from stormtracks.errors import StormtracksError
from stormtracks.label import Label
from stormtracks.pyro_cluster.plain import Order, SlotReply
from stormtracks.pyro_cluster.worker.slots.slot_process import Late, Nonsense, Recalled, SlotProcess

log = logging.getLogger(__name__)

START_SECONDS = 120.0
STOPPED = "the worker was stopped"
FIRST_PAUSE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 60.0


CHANGED = "the code changed under this worker: start it again"


class SlotFault(StormtracksError):
    """A slot's process cannot be started, or its table of tasks not be loaded; the message says why."""


class CodeChanged(SlotFault):
    """A new process has loaded another version of the code than those before it."""


class Slot:
    """One slot: `claim` it, `run` the order, `release` it. Only the thread that claimed it asks its process.

    Parameters
    ----------
    number : int
    start : callable
        Returns the `Future` of a new process.
    versions : set of str
        The version of the code that the processes of all slots have, from the first greeting on; shared.
    tasks_per_process : int
        After so many tasks it gets a new process; 0: never for that.
    """

    def __init__(
        self,
        number: int,
        start: Callable[[], Future[SlotProcess]],
        versions: set[str],
        tasks_per_process: int = 0,
    ) -> None:
        self.number = number
        self.order: Order | None = None
        self.since = 0.0  # when the order was claimed, s since 1970
        self.year: Label | None = None  # of the last order
        self.rests_since = 0.0  # monotonic
        self.known: list[str] = []
        self.readers: list[str] = []
        self.about: dict[str, str] = {}
        self.fault: SlotFault | None = None  # why it could not start
        self._retry_at = 0.0  # monotonic
        self._failed_starts = 0
        self._start = start
        self._versions = versions
        self._tasks_per_process = tasks_per_process
        self._tasks_done = 0  # by its present process
        self._verdict: SlotReply | None = None  # of `end_task` or `give_back`
        self._given_back = False
        self._guard = threading.Lock()  # so that `close` misses no process, and `end_task` ends no other task
        self._closed = False
        self._future: Future[SlotProcess] | None = None  # its present process; none: it could not start
        self._is_up = False
        self._begin()

    @property
    def pid(self) -> int | None:
        """Its process, where that is up."""
        process = self._present
        return process.pid if process else None

    @property
    def progress(self) -> tuple[int, int] | None:
        """How far its task says that it is: (times done, times in all)."""
        process = self._present
        return process.progress if process else None

    def in_service(self) -> bool:
        """Whether it may be tried: one that could not start pauses for a while."""
        return not self._given_back and (self.fault is None or time.monotonic() >= self._retry_at)

    def claim(self, order: Order) -> None:
        """Take it for an order."""
        self.since = time.time()
        self._verdict = None
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
        if fault := process.idle_fault():  # no task is to blame, or one that has been replied to
            process = self._another(process, fault)
        try:
            reply = self._ask(process, order, timeout)
        except Late as error:
            process = self._another(process, process.why_it_ended(error))
            reply = self._ask(process, order, timeout)
        if self._closed:
            raise SlotFault(STOPPED)
        if self._given_back:
            return reply  # now, as the worker may have little time; its process is ended by `close`
        self._tasks_done += 1
        if reason := self._spoilt(reply):
            log.info("slot %d gets a new process: %s", self.number, reason)
        if reason or process.has_ended():
            self._replace(process)
        reply["code_version"] = "".join(self._versions)
        return reply

    def end_task(self, order: Order, verdict: SlotReply) -> bool:
        """End what it does, if that still is this order, with this reply; whether it was."""
        process = self._judge(order, verdict)
        if process is not None:
            process.end()
        return process is not None

    def renew(self) -> None:
        """Give it a new process, where its present one has done a task; only while nobody has claimed it."""
        process = self._present
        if process is not None and self._tasks_done:
            self._replace(process)

    def give_back(self, order: Order, verdict: SlotReply) -> None:
        """Have this order replied to at once, if it does it still, and do no other; `close` ends its process."""
        self._given_back = True
        if process := self._judge(order, verdict):
            process.recall()

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
            greeting = process.greeting(START_SECONDS)
        except (OSError, EOFError, Nonsense, ValueError) as error:  # a TimeoutError is an OSError
            greeting = {"fault": _fault(process, error)}
        if process is None or "fault" in greeting:
            raise self._pause(process, SlotFault(greeting["fault"]))
        if self._versions and greeting["code_version"] not in self._versions:
            raise self._pause(process, CodeChanged(f"{CHANGED} (it is {greeting['code_version']} now)"))
        self._versions.add(greeting["code_version"])
        self.known = greeting["tasks"]
        self.readers = greeting["readers"]
        self.about = greeting["about"]
        self.fault = None
        self._failed_starts = 0
        self._tasks_done = 0
        self._is_up = True
        return process

    def close(self) -> None:
        """End its process, for good."""
        with self._guard:
            self._closed = True  # from here on no process is begun, so the one below is the last
        if self._future is not None and self._future.exception() is None:
            self._future.result().end()

    @property
    def _present(self) -> SlotProcess | None:
        future = self._future
        return future.result() if self._is_up and future else None

    def _another(self, process: SlotProcess, fault: str) -> SlotProcess:
        log.warning("slot %d: %s while idle; starting it again", self.number, fault)
        self._replace(process)
        return self.process()

    def _ask(self, process: SlotProcess, order: Order, timeout: float | None) -> SlotReply:
        process.clear_stderr()
        try:
            reply = process.ask(order, timeout)
        except TimeoutError as error:
            stacks = process.stacks()
            process.end()
            reply = {"timeout": f"{error}: its process was stopped", "traceback": stacks}
        except Recalled as error:  # and `_verdict` says why
            reply = {"busy": str(error)}
        except Late:
            raise
        except (EOFError, OSError, Nonsense, ValueError) as error:  # ValueError: `close` has closed its pipes
            reply = {"error": process.why_it_ended(error), "traceback": process.last_lines()}
        with self._guard:
            verdict, self._verdict = self._verdict, None
            return reply if verdict is None or "returned" in reply else verdict

    def _judge(self, order: Order, verdict: SlotReply) -> SlotProcess | None:
        """Have an order replied to with a verdict; its process, where it still does this order."""
        with self._guard:
            process = self._present
            if self.order is not order or process is None:
                return None
            self._verdict = verdict
            return process

    def _spoilt(self, reply: SlotReply) -> str | None:
        """Why its process is not to do another task, though it may be alive."""
        reason = reply.pop("must_be_replaced", None)
        if reason is None and 0 < self._tasks_per_process <= self._tasks_done:
            reason = f"it has done {self._tasks_done} task(s)"
        return reason

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

    def _pause(self, process: SlotProcess | None, fault: SlotFault) -> SlotFault:
        """Give up its process and keep the slot out of service for a while."""
        if process is not None:
            process.end()
        self._future = None
        changed = isinstance(fault, CodeChanged)  # perhaps only for a moment, as in `git stash`
        pause = min(FIRST_PAUSE_SECONDS * 2**self._failed_starts, LONGEST_PAUSE_SECONDS)
        pause = LONGEST_PAUSE_SECONDS if changed else pause
        self._failed_starts += 1
        self.fault = fault
        self._retry_at = time.monotonic() + pause
        log.error("slot %d cannot start; the next try is in %g s: %s", self.number, pause, fault)
        return fault


_CURES = {
    errno.EMFILE: "allow more files with `ulimit -n`, or set fewer slots",
    errno.EAGAIN: "allow more processes with `ulimit -u`, or set fewer slots",
    errno.ENOMEM: "free some memory, or set fewer slots",
}


def _fault(process: SlotProcess | None, error: Exception) -> str:
    """Why a process did not come up."""
    if process is None:
        cure = _CURES.get(getattr(error, "errno", None) or 0)
        return f"cannot start a process: {error}" + (f"; {cure}" if cure else "")
    return f"{process.why_it_ended(error)} before it was ready; its last output: {process.last_lines()}"
