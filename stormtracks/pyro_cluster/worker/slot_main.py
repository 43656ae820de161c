"""What runs in the process of a slot: one order in, one reply out, each a line of JSON.

Started by `slot_process` as ``python -m stormtracks.pyro_cluster.worker.slot_main MODULE:TABLE PARENT_PID MEMORY_MB``.
The first line out names the tasks of the table, or the fault that keeps it from being loaded.
"""

import contextlib
import ctypes
import faulthandler
import importlib
import json
import os
import resource
import select
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stormtracks.errors import is_final
from stormtracks.pyro_cluster.plain import Order, SlotReply, plain

PR_SET_PDEATHSIG = 1
TRACEBACK_CHARACTERS = 8000

Table = Mapping[str, Callable[..., Mapping[str, Any] | None]]


def main(argv: Sequence[str] | None = None) -> int:
    """Load the table, then do each order until the input ends."""
    table_name, parent, memory_mb = argv or sys.argv[1:]
    replies = _take_stdout()
    _end_with(int(parent))
    _prepare(int(memory_mb))
    try:
        table = load(table_name)
    except BaseException as error:  # whatever a module raises when it is imported, SystemExit too
        _send(replies, {"fault": f"cannot load the tasks of {table_name}: {_message(error)}"})
        return 1
    _send(replies, {"tasks": sorted(table)})
    for line in sys.stdin.buffer:
        reply = perform(table, json.loads(line))
        _send(replies, reply)
        if reply.get("must_be_replaced"):
            break
    return 0


def load(name: str) -> Table:
    """The table that ``module:TABLE`` names: functions f(year, ensemble_member, setup, progress=None) -> dict."""
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute or "TASKS")


def perform(table: Table, order: Order) -> SlotReply:
    """Do one order; whatever a task raises becomes a reply."""
    cpu = _cpu_seconds()
    reply: SlotReply
    try:
        returned = _asked(table, order)
        reply = {"returned": plain(returned or {})}
    except BaseException as error:  # SystemExit too: a task ends itself, not the slot
        reply = {
            "error": _message(error),
            "final": is_final(error),
            "traceback": _traceback(error),
            # Where memory has run out once, little may be left: the next task gets a new process.
            "must_be_replaced": isinstance(error, MemoryError),
        }
    reply["cpu_seconds"] = round(_cpu_seconds() - cpu, 6)
    return reply


def _asked(table: Table, order: Order) -> Mapping[str, Any] | None:
    """Do the task; or only look which results are in its way, where its module has a function for that."""
    task = table[order["task"]]
    extent = order.get("conflict")
    if extent is None:
        return task(order["year"], order["ensemble_member"], order["setup"])
    looks = getattr(sys.modules.get(task.__module__), "CONFLICTS", {})
    return looks[order["task"]](order["setup"], *extent) if order["task"] in looks else {}


def _take_stdout() -> int:
    """Keep the way out for replies: what libraries print goes to standard error."""
    replies = os.dup(1)
    os.dup2(2, 1)
    return replies


def _send(replies: int, reply: Mapping[str, object]) -> None:
    data = json.dumps(reply).encode() + b"\n"
    while data:
        data = data[os.write(replies, data) :]


def _end_with(parent: int) -> None:
    """End when the worker ends: by the kernel at once, also in a C call; by the closed input should that not be."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the kernel was asked
        os._exit(1)
    threading.Thread(target=_watch_input, daemon=True).start()


def _watch_input() -> None:
    poll = select.poll()
    poll.register(0, 0)  # no event asked for: this wakes when the other end is closed, not for each order
    poll.poll()
    time.sleep(1.0)  # an idle slot sees the end of its input by itself
    os._exit(0)


def _prepare(memory_mb: int) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)  # meant for the worker, which ends its slots
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
