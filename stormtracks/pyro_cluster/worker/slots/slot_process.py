"""A slot's process as its worker sees it: lines to it, lines from it with a time limit, why it ended, its end."""

import contextlib
import json
import os
import secrets
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any, cast

from stormtracks import lineage
from stormtracks.errors import StormtracksError
from stormtracks.pyro_cluster.plain import Order, SlotReply

REPLY_BYTES = 2 * 2**20
STDERR_BYTES = 8192
LAST_LINES = 20
MAIN = "stormtracks.pyro_cluster.worker.slots.slot_main"
OWN_MARK = "STORMTRACKS_SLOT"
ROOT = Path(__file__).resolve().parents[4]
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")

_DECODER = json.JSONDecoder()


class Nonsense(StormtracksError):
    """A slot's process wrote what is not the one reply to its order; the message says what."""


class Late(Nonsense):
    """A second line about an order that was replied to before: the present order is not to blame."""


class Recalled(StormtracksError):
    """The order was taken back before it was done."""


class SlotProcess:
    """A process that runs `slot_main`, in the group and session of the worker so that signals to those reach it too.

    It must be started by a thread that stays: the kernel ends it when that thread ends.

    Parameters
    ----------
    tasks : str
        ``module:TABLE`` of the tasks that it can do.
    memory_mb : int, optional
        What it may take for itself, MiB; none: no limit.
    mark : str
        ``NAME=VALUE`` for its environment, beside a variable of its own: whatever it starts can be known by them.

    Attributes
    ----------
    progress : tuple of int or None
        How far its task said last that it is: (times done, times in all).
    """

    def __init__(self, tasks: str, memory_mb: int | None = None, mark: str = "") -> None:
        self._own_mark = f"{OWN_MARK}={secrets.token_hex(8)}"
        self._process = subprocess.Popen(
            [sys.executable, "-m", MAIN, tasks, str(os.getpid()), str(memory_mb or 0)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env=environment(mark, self._own_mark),
        )
        assert self._process.stdin and self._process.stdout and self._process.stderr  # for mypy: they were asked for
        self.pid = self._process.pid
        self.progress: tuple[int, int] | None = None
        self._stdin = self._process.stdin
        self._stdout = self._process.stdout
        self._stderr = self._process.stderr
        self._buffer = bytearray()
        self._number = 0  # of the last order
        self._recall = os.fdopen(os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK), "wb", 0)  # closed with this object
        self._recall_from = self._recall.fileno()
        self._poll = self._poller(self._stdout, select.POLLIN)
        os.set_blocking(self._stdin.fileno(), False)  # one that is frozen does not take a long order
        self._poll_to_write = self._poller(self._stdin, select.POLLOUT)
        self._written = b""  # the end of what it wrote to standard error
        self._reader = threading.Thread(target=self._read_stderr, daemon=True, name=f"reads slot {self.pid}")
        self._reader.start()

    def greeting(self, seconds: float) -> dict[str, Any]:
        """What it says of itself when it is ready: its tasks and the version of its code, or its fault.

        Raises
        ------
        TimeoutError, EOFError, Nonsense
        """
        return self._message(seconds)

    def ask(self, order: Order, seconds: float | None = None) -> SlotReply:
        """Have an order done.

        Raises
        ------
        TimeoutError
            It takes longer than `seconds`.
        EOFError, OSError
            It has ended.
        Nonsense
            What it wrote is too long, is not JSON, or is not the one reply to this order.
        Recalled
            By `recall`.
        """
        self._number += 1
        self.progress = None
        end = None if seconds is None else time.monotonic() + seconds
        self._send(order, seconds, end)
        while "progress" in (message := self._message(seconds, end)):
            self.progress = _two(message["progress"])
        if self._buffer:
            raise Nonsense("it wrote another line after its reply")
        if not isinstance(message.get("reply"), dict):
            raise Nonsense("it wrote a line that is neither a reply nor progress")
        return cast(SlotReply, message["reply"])

    def recall(self) -> None:
        """Take its order back: whoever waits in `ask` gets `Recalled`; the process is left as it is."""
        os.eventfd_write(self._recall_from, 1)

    def _poller(self, pipe: IO[bytes], event: int) -> select.poll:
        poller = select.poll()
        poller.register(pipe, event)
        poller.register(self._recall, select.POLLIN)
        return poller

    def _send(self, order: Order, seconds: float | None, end: float | None) -> None:
        data = json.dumps({"number": self._number, "order": order}).encode() + b"\n"
        # Unbuffered: a pipe may take less than all, or (None) nothing now.
        while len(data) > (written := self._stdin.write(data) or 0):
            data = data[written:]
            self._wait(self._poll_to_write, seconds, end)

    def _message(self, seconds: float | None, end: float | None = None) -> dict[str, Any]:
        """Its next line, which must be its own and about its present order."""
        line = self._line(seconds, end if end is not None or seconds is None else time.monotonic() + seconds)
        try:
            message = _DECODER.decode(line.decode())
        except ValueError as error:
            raise Nonsense(f"it wrote a line that is not JSON: {error}") from None
        if not isinstance(message, dict):
            raise Nonsense("it wrote a line that is neither a reply nor progress")
        if message.get("pid") != self.pid:
            raise Nonsense(f"another process, {message.get('pid')!r:.20}, wrote in its place")
        number = message.get("number")
        if number != self._number:
            kind = Late if isinstance(number, int) and 0 < number < self._number else Nonsense
            raise kind(f"it wrote about order {number!r:.20} when it did order {self._number}")
        return message

    def _line(self, seconds: float | None, end: float | None) -> bytearray:
        searched = 0
        while (found := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            self._wait(self._poll, seconds, end)
            if not self._read():
                raise EOFError("its process has ended")
            if len(self._buffer) > REPLY_BYTES:
                raise Nonsense(f"its reply is larger than {REPLY_BYTES >> 20} MiB")
        line = self._buffer[: found + 1]
        del self._buffer[: found + 1]
        return line

    def _wait(self, poller: select.poll, seconds: float | None, end: float | None) -> None:
        """Wait until there is something to read, or room to write."""
        while True:
            # A day at most: poll takes milliseconds as a C int.
            ready = poller.poll(None if end is None else max(min(end - time.monotonic(), 86400), 0) * 1000)
            if len(ready) == 1 and ready[0][0] != self._recall_from:
                return
            if ready:
                raise Recalled("the order was taken back")
            if end is not None and time.monotonic() >= end:
                raise TimeoutError(f"no answer within {seconds:g} s")

    def _read(self) -> bytes:
        if self._stdout.closed:  # by `end` in another thread
            return b""
        read = os.read(self._stdout.fileno(), 65536)
        self._buffer += read
        return read

    def has_ended(self) -> bool:
        """Whether it runs no more."""
        return self._process.poll() is not None

    def idle_fault(self) -> str | None:
        """Why it cannot be given an order, though it had nothing to do; it is ended then. None: it can."""
        if not self._poll.poll(0) and not self.has_ended():
            return None
        if not self.has_ended() and self._read():
            return self.why_it_ended(Nonsense("it wrote a line although it had no order"))
        return self.why_it_ended()

    def stacks(self) -> str | None:
        """Where its threads hang: Python writes their stacks when asked by a signal, even in a C call."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGUSR1)
            time.sleep(0.2)
        return self.last_lines()

    def why_it_ended(self, error: Exception | None = None) -> str:
        """Why it ended, in a sentence; it is ended if it has not.

        Parameters
        ----------
        error : Exception, optional
            What `greeting` or `ask` raised.
        """
        if not isinstance(error, Nonsense):  # then it lives; else its pipe closed just before it
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(1.0)
        code = self._process.poll()
        self.end()
        if isinstance(error, Nonsense):
            return f"the slot's process talked nonsense and was stopped: {error}"
        if code is None:
            return f"{error}: the slot's process was stopped"
        if code >= 0:
            return f"the slot's process exited with status {code}"
        cause = " (the kernel does that when memory runs out)" if code == -signal.SIGKILL else ""
        return f"the slot's process was killed by {signal.Signals(-code).name}{cause}"

    def last_lines(self) -> str | None:
        """The last lines that it wrote to standard error; None: nothing."""
        text = self._written.decode(errors="backslashreplace").strip()
        return "\n".join(text.splitlines()[-LAST_LINES:]) or None

    def clear_stderr(self) -> None:
        """Forget what it has written to standard error so far."""
        self._written = b""

    def end(self) -> None:
        """End it, whatever it does, and everything that its task has started."""
        self._end_descendants()
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5.0)
        self._reader.join(1.0)
        for pipe in (self._stdin, self._stdout):
            with contextlib.suppress(OSError):
                pipe.close()

    def _end_descendants(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGSTOP)  # it starts nothing more, and stays the parent of all it started
            lineage.kill(lambda: lineage.descendants([self.pid]))
        if self._process.poll() is not None:  # it had ended: what it left is known by its mark
            lineage.kill(lambda: lineage.carrying(self._own_mark))

    def _read_stderr(self) -> None:
        with contextlib.suppress(OSError, ValueError), self._stderr:
            while read := os.read(self._stderr.fileno(), 65536):
                self._written = (self._written + read)[-STDERR_BYTES:]


def _two(progress: object) -> tuple[int, int]:
    if isinstance(progress, list) and [type(number) for number in progress] == [int, int]:
        return progress[0], progress[1]
    raise Nonsense("it wrote progress that is not two numbers")


def environment(*marks: str) -> dict[str, str]:
    """The worker's environment, but one thread per slot: otherwise n slots on n cores would start n x n threads."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    marked = dict(mark.split("=", 1) for mark in marks if mark)
    return {**dict.fromkeys(ONE_THREAD, "1"), **os.environ, "PYTHONPATH": os.pathsep.join(paths), **marked}
