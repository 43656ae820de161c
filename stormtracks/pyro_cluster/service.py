"""What processes of the cluster have in common: a log, a daemon in a thread, signals that ask them to end."""

import contextlib
import logging
import os
import shutil
import signal
import stat
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import FrameType
from typing import Protocol, TypeVar

from stormtracks import disk
from stormtracks.terminal_text import CleanFormatter

Handler = Callable[[int, FrameType | None], object] | signal.Handlers

GENTLE = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
AT_ONCE = (signal.SIGQUIT,)
LOG_BYTES = 10_000_000
D = TypeVar("D", bound="Daemon")


class Daemon(Protocol):
    """What `listening` asks of a daemon; `wire.Daemon` is one."""

    def requestLoop(self) -> None: ...  # noqa: N802 - Pyro's name
    def settle(self, seconds: float) -> bool: ...
    def shutdown(self) -> None: ...


@contextlib.contextmanager
def listening(daemon: D, settle_seconds: float = 2.0) -> Iterator[D]:
    """Serve a daemon in a thread; at the end replies that are on their way are sent first."""
    thread = threading.Thread(target=daemon.requestLoop, daemon=True, name="door")
    thread.start()
    try:
        yield daemon
        daemon.settle(settle_seconds)
    finally:
        daemon.shutdown()
        thread.join(5.0)


@contextlib.contextmanager
def on_signals(handler: Handler, numbers: Iterable[int] = GENTLE) -> Iterator[None]:
    """Handle signals for as long as the block lasts; by default those that ask a process to end.

    Parameters
    ----------
    handler : callable or signal.Handlers
        ``handler(number, frame)``, or ``signal.SIG_IGN``.
    numbers : iterable of int
    """
    if threading.current_thread() is not threading.main_thread():  # Python gives signals to the main thread only
        yield
        return
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)


def stop_on_signals(stop: Callable[[bool], object]) -> contextlib.AbstractContextManager[None]:
    """Call ``stop(at_once)`` for a signal that asks this process to end; SIGQUIT, and any second one, means at once."""
    count = 0

    def handle(number: int, frame: object) -> None:
        nonlocal count
        count += 1
        stop(count > 1 or number in AT_ONCE)

    return on_signals(handle, GENTLE + AT_ONCE)


def log_to(path: str | os.PathLike | None) -> None:
    """Log to a file, or to standard error; a log that cannot be written (a full disk) never ends the process."""
    logging.raiseExceptions = False
    handler: logging.Handler = logging.FileHandler(path, delay=True) if path else logging.StreamHandler()
    handler.setFormatter(CleanFormatter("%(asctime)s %(levelname)s %(message)s"))
    logging.getLogger("stormtracks").handlers[:] = [handler]
    logging.getLogger("stormtracks").setLevel(logging.INFO)


def turn_log(path: str | os.PathLike) -> None:
    """Move what a log has to ``LOG.1`` when it has become long, also while processes write it.

    They must append to it, as all of ours do; then they write on at its new beginning. So a log and its predecessor
    take at most 20 MB. A line that is written at the very moment is lost.
    """
    path = Path(path)
    with contextlib.suppress(OSError):  # none, or a full disk: then it stays as it is
        found = path.stat()
        if stat.S_ISREG(found.st_mode) and found.st_size > LOG_BYTES:
            with disk.whole(path.with_name(f"{path.name}.1"), durable=False) as older:
                shutil.copyfile(path, older)
            os.truncate(path, 0)
