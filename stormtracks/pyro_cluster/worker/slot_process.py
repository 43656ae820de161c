"""A slot's process as its worker sees it: lines to it, lines from it with a time limit, why it ended, its end."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from stormtracks.pyro_cluster.plain import Order

REPLY_BYTES = 2 * 2**20
STDERR_BYTES = 8192
LAST_LINES = 20
MAIN = "stormtracks.pyro_cluster.worker.slot_main"
ROOT = Path(__file__).resolve().parents[3]
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


class SlotProcess:
    """A process that runs `slot_main`, in the group and session of the worker so that signals to those reach it too.

    It must be started by a thread that stays: the kernel ends it when that thread ends.

    Parameters
    ----------
    tasks : str
        ``module:TABLE`` of the tasks that it can do.
    memory_mb : int, optional
        What it may take for itself, MiB; none: no limit.
    """

    def __init__(self, tasks: str, memory_mb: int | None = None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", MAIN, tasks, str(os.getpid()), str(memory_mb or 0)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env=_environment(),
        )
        assert self._process.stdin and self._process.stdout and self._process.stderr  # for mypy: they were asked for
        self.pid = self._process.pid
        self._stdin = self._process.stdin
        self._stdout = self._process.stdout
        self._stderr = self._process.stderr
        self._buffer = bytearray()
        self._poll = select.poll()
        self._poll.register(self._stdout, select.POLLIN)
        self._written = b""  # the end of what it wrote to standard error
        self._reader = threading.Thread(target=self._read_stderr, daemon=True, name=f"reads slot {self.pid}")
        self._reader.start()

    def send(self, order: Order) -> None:
        """Write an order."""
        data = memoryview(json.dumps(order).encode() + b"\n")
        while data:
            data = data[self._stdin.write(data) :]  # unbuffered: a pipe may take less than all

    def receive(self, seconds: float | None = None) -> Any:
        """The next line that it writes, read as JSON.

        Raises
        ------
        TimeoutError
        EOFError
            It has ended.
        ValueError
            What it wrote is too long, or is not JSON.
        """
        end = None if seconds is None else time.monotonic() + seconds
        while not self._buffer.endswith(b"\n"):
            # A day at most: poll takes milliseconds as a C int.
            if end is not None and not self._poll.poll(max(min(end - time.monotonic(), 86400), 0) * 1000):
                if time.monotonic() < end:
                    continue
                raise TimeoutError(f"no answer within {seconds:g} s")
            read = os.read(self._stdout.fileno(), 65536)
            if not read:
                raise EOFError("its process has ended")
            self._buffer += read
            if len(self._buffer) > REPLY_BYTES:
                raise ValueError(f"its reply is larger than {REPLY_BYTES >> 20} MiB")
        line = bytes(self._buffer)
        self._buffer.clear()
        return json.loads(line)

    def has_ended(self) -> bool:
        """Whether it runs no more."""
        return self._process.poll() is not None

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
            What `send` or `receive` raised.
        """
        if not isinstance(error, ValueError):  # then it writes nonsense but lives; else its pipe closed just before it
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(1.0)
        code = self._process.poll()
        self.end()
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
        """End it, whatever it does."""
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5.0)
        self._reader.join(1.0)
        for pipe in (self._stdin, self._stdout):
            with contextlib.suppress(OSError):
                pipe.close()

    def _read_stderr(self) -> None:
        with contextlib.suppress(OSError, ValueError), self._stderr:
            while read := os.read(self._stderr.fileno(), 65536):
                self._written = (self._written + read)[-STDERR_BYTES:]


def _environment() -> dict[str, str]:
    """The worker's, but one thread per slot: otherwise n slots on n cores would start n x n threads."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**dict.fromkeys(ONE_THREAD, "1"), **os.environ, "PYTHONPATH": os.pathsep.join(paths)}
