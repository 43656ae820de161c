"""What runs in the process of a slot: one order in, one reply out; what a task started or changed ends with it.

Started by `slot_process` with ``python -m``; its arguments are MODULE:TABLE PARENT_PID MEMORY_MB.
The first line out names the tasks of the table and the version of the code, or the fault that keeps the table from
being loaded.
"""

import contextlib
import faulthandler
import functools
import importlib
import inspect
import logging
import os
import resource
import select
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from stormtracks import garbage, lineage
from stormtracks.errors import is_final
from stormtracks.pyro_cluster.plain import Order, SlotReply, plain
from stormtracks.pyro_cluster.worker.slots.slot_channel import SlotChannel
from stormtracks.pyro_cluster.worker.slots.surroundings import Surroundings
from stormtracks.version import code_version

OOM_SCORE = 500
TRACEBACK_CHARACTERS = 8000
LOGGED_LINES = 100
LOGGED_CHARACTERS = 1000

Table = Mapping[str, Callable[..., Mapping[str, Any] | None]]
"""Every task by its name."""
Looks = Mapping[str, Callable[..., Mapping[str, Any]]]
"""By a task's name what looks which results are in its way; not every task needs one."""


def main(argv: Sequence[str] | None = None) -> int:
    """Load the table, then do each order until the input ends."""
    table_name, parent, memory_mb = argv or sys.argv[1:]
    channel = SlotChannel()
    _end_with(int(parent), channel.orders_from)
    _prepare(int(memory_mb))
    try:
        with garbage.loading():
            table = load(table_name)
    except BaseException as error:  # whatever a module raises when it is imported, SystemExit too
        channel.greet({"fault": f"cannot load the tasks of {table_name}: {_message(error)}"})
        return 1
    greeting = {"tasks": sorted(table), "readers": readers_of(table_name), "about": about_of(table_name)}
    channel.greet(greeting | {"code_version": code_version()})
    _work(table, looks_of(table_name), channel)
    return 0


def load(name: str) -> Table:
    """The table that ``module:TABLE`` names: functions f(year, ensemble_member, setup, progress=None) -> dict."""
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute or "TASKS")


def looks_of(name: str) -> Looks:
    """The functions beside the table, in its module's ``CONFLICTS``, that look which results are in a task's way."""
    return getattr(sys.modules[name.partition(":")[0]], "CONFLICTS", {})


def readers_of(name: str) -> list[str]:
    """The tasks that the table's module says of, in its ``YEARS``, for which years they find data on a host."""
    return sorted(getattr(sys.modules[name.partition(":")[0]], "YEARS", {}))


def about_of(name: str) -> dict[str, str]:
    """What the table's module says of itself in this process, in its ``ABOUT``: texts by name."""
    return {key: str(say()) for key, say in getattr(sys.modules[name.partition(":")[0]], "ABOUT", {}).items()}


def perform(table: Table, order: Order, progress: Callable[[int, int], None], looks: Looks | None = None) -> SlotReply:
    """Do one order; whatever a task raises becomes a reply."""
    cpu = _cpu_seconds()
    reply: SlotReply
    try:
        returned = _asked(table, order, progress, looks or {})
        reply = {"returned": plain(returned or {})}
    except BaseException as error:  # SystemExit too: a task ends itself, not the slot
        reply = {
            "error": _message(error),
            "final": is_final(error),
            "traceback": _traceback(error),
        }
        if isinstance(needs := getattr(error, "needs", None), str):
            reply["needs"] = needs
        if getattr(error, "lacks_data", False) is True:
            reply["lacks_data"] = True
        if isinstance(error, MemoryError):
            # Where memory has run out once, little may be left: the next task gets a new process.
            reply["must_be_replaced"] = "its memory had run out"
    reply["cpu_seconds"] = round(_cpu_seconds() - cpu, 6)
    return reply


def _asked(table: Table, order: Order, progress: Callable[[int, int], None], looks: Looks) -> Mapping[str, Any] | None:
    """Do the task; or only look which results are in its way, where there is a function for that."""
    task = table[order["task"]]
    extent = order.get("conflict")
    if extent is None:
        more = (progress,) if _takes_progress(task) else ()
        return task(order["year"], order["ensemble_member"], order["setup"], *more)
    return looks[order["task"]](order["setup"], *extent) if order["task"] in looks else {}


@functools.cache
def _takes_progress(task: Callable[..., object]) -> bool:
    try:
        inspect.signature(task).bind(0, 0, {}, None)
    except (TypeError, ValueError):
        return False
    return True


def _work(table: Table, looks: Looks, channel: SlotChannel) -> None:
    surroundings, own, warnings = Surroundings(), lineage.descendants([channel.pid]), _Warnings()
    for order in channel.orders():
        with warnings:
            reply = perform(table, order, channel.progress, looks)
        if warnings.lines:
            reply["logged"] = warnings.lines
        if os.getpid() != channel.pid:
            os._exit(1)  # forked by the task, and come back from it: there is nothing for this process to do
        spoilt = _end_what_it_started(own) or surroundings.restore()
        if spoilt:
            reply.setdefault("must_be_replaced", spoilt)
        channel.reply(reply)
        if "must_be_replaced" in reply:
            break


class _Warnings(logging.Handler):
    """What our code warns of in a block, a few lines of it; standard error is read only where the process is lost."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self._logger = logging.getLogger("stormtracks")
        self._hears = False

    def __enter__(self) -> None:
        if self.lines:
            self.lines = []
        if self not in self._logger.handlers:  # the task before may have removed it
            self._logger.addHandler(self)
        self._hears = True

    def __exit__(self, *_: object) -> None:
        self._hears = False

    def emit(self, record: logging.LogRecord) -> None:
        if self._hears and len(self.lines) < LOGGED_LINES:
            self.lines.append(record.getMessage()[:LOGGED_CHARACTERS])


def _end_what_it_started(own: lineage.Processes) -> str | None:
    """End what a task has left running; what was ended, so that a library may miss it, or None."""
    if not lineage.any_child():
        return None
    ended, left = lineage.end_own(spare=own)
    if not ended:
        return None
    still = f", but {len(left)} cannot be ended" if left else ""
    return f"its task left {len(ended)} process(es) running, which were ended{still}"


def _end_with(parent: int, orders_from: int) -> None:
    """End when the worker ends: by the kernel at once, also in a C call; by the closed input should that not be."""
    lineage.end_with_parent()
    lineage.adopt()
    if os.getppid() != parent:  # it ended before the kernel was asked
        os._exit(1)
    threading.Thread(target=_watch_input, args=(orders_from,), daemon=True).start()


def _watch_input(orders_from: int) -> None:
    poll = select.poll()
    poll.register(orders_from, 0)  # no event asked for: this wakes when the other end is closed, not for each order
    poll.poll()
    time.sleep(1.0)  # an idle slot sees the end of its input by itself
    os._exit(0)


def _not_meant_for_us(number: int, frame: object) -> None:
    """Do nothing."""


def _prepare(memory_mb: int) -> None:
    _offer_to_the_kernel()
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)  # meant for the worker, which ends its slots
    # So is SIGTERM. But what a task starts must obey it, and would go on ignoring what is ignored here.
    signal.signal(signal.SIGTERM, _not_meant_for_us)
    signal.siginterrupt(signal.SIGTERM, False)
    os.register_at_fork(after_in_child=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))
    if sys.version_info >= (3, 14):
        faulthandler.enable(c_stack=False)  # it would push the signal's name out of the lines that are kept
    else:
        faulthandler.enable()
    faulthandler.register(signal.SIGUSR1)  # the worker asks where a task hangs before it ends the process
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory_mb:
        # RLIMIT_DATA counts what a process really takes for itself; RLIMIT_AS also libraries and mapped files.
        limit = memory_mb * 2**20
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _offer_to_the_kernel() -> None:
    """Where the host's memory runs out, the kernel is to end a slot, which costs a task, and not the worker."""
    score = Path("/proc/self/oom_score_adj")
    with contextlib.suppress(OSError, ValueError):
        score.write_text(str(min(int(score.read_text()) + OOM_SCORE, 1000)))


def _cpu_seconds() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _message(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _traceback(error: BaseException) -> str | None:
    try:
        return "".join(traceback.format_exception(error))[-TRACEBACK_CHARACTERS:]
    except MemoryError:
        return None


if __name__ == "__main__":
    sys.exit(main())
