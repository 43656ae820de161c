"""A shell line that runs, on this machine or on a host: its input, its output, its end."""

import contextlib
import io
import os
import signal
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Protocol, cast

import fabric
import paramiko

WINDOW_BYTES = 2**24
"""How much output may be on its way before it is read: a result of usual size at once."""

ERROR_BYTES = 2**16
"""How much of what it writes to standard error is kept."""
END_SECONDS = 10.0
"""Time that a process may take to end once it has closed its output."""
LAST_SECONDS = 1.0
"""Time for the last errors of a process that has ended; one that it left in the background may keep them open."""


@dataclass(frozen=True)
class Done:
    """How a shell line ended: exit status (None: it was cut off), and what it wrote."""

    status: int | None
    output: bytes
    errors: str


class Input(Protocol):
    """The end of a process's standard input that is written to."""

    def write(self, data: bytes, /) -> object:
        """Send some bytes."""

    def flush(self) -> None:
        """Send what was kept back."""

    def close(self) -> None:
        """Tell the process that nothing more comes."""


class Process(Protocol):
    """A shell line that runs."""

    stdin: Input
    stdout: IO[bytes]

    def finish(self, output: bytes = b"") -> Done:
        """Wait for its end, but not long."""

    def abort(self) -> None:
        """End it at once; whoever reads its output finds the end."""

    def end(self) -> None:
        """Give up everything that belongs to it, whether it has ended or not."""


class HereProcess:
    """A shell line on this machine."""

    stdin: Input
    stdout: IO[bytes]

    def __init__(self, line: str) -> None:
        self._process = subprocess.Popen(
            ["sh", "-c", line],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        assert self._process.stdin and self._process.stdout
        self.stdin = self._process.stdin
        self.stdout = self._process.stdout
        errors = cast(io.BufferedReader, self._process.stderr)
        self._errors = _LastErrors(lambda: errors.read1(ERROR_BYTES), errors.close)

    def finish(self, output: bytes = b"") -> Done:
        """Wait for its end."""
        status = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = self._process.wait(END_SECONDS)
        return Done(status, output, self._errors.text())

    def abort(self) -> None:
        """End it at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def end(self) -> None:
        """Give up everything that belongs to it."""
        if self._process.poll() is None:
            self.abort()
            self._process.wait()
        for file in (self.stdin, self.stdout):
            with contextlib.suppress(OSError):
                file.close()


class SshProcess:
    """A shell line on a host that a Fabric connection is open to."""

    stdin: Input
    stdout: IO[bytes]

    def __init__(self, connection: fabric.Connection, line: str) -> None:
        self._channel = connection.transport.open_session(window_size=WINDOW_BYTES)
        if connection.forward_agent:
            self._agent = paramiko.agent.AgentRequestHandler(self._channel)
        self._channel.exec_command(line)
        self.stdin = _SshInput(self._channel)
        self.stdout = self._channel.makefile("rb", 2**16)
        self._errors = _LastErrors(lambda: self._channel.recv_stderr(ERROR_BYTES))

    def finish(self, output: bytes = b"") -> Done:
        """Wait for its end."""
        status = self._channel.recv_exit_status() if self._channel.status_event.wait(END_SECONDS) else -1
        return Done(None if status < 0 else status, output, self._errors.text())

    def abort(self) -> None:
        """End it at once."""
        with contextlib.suppress(EOFError, OSError):  # the connection has ended already
            self._channel.close()

    end = abort


class _SshInput:
    """The write end of a channel; closing it tells the other side that nothing more comes."""

    def __init__(self, channel: paramiko.Channel) -> None:
        self._channel = channel

    def write(self, data: bytes) -> None:
        """Send some bytes."""
        self._channel.sendall(data)

    def flush(self) -> None:
        """Nothing is kept back."""

    def close(self) -> None:
        """Tell the other side."""
        self._channel.shutdown_write()


class _LastErrors:
    """The end of what a process writes to standard error, read as it comes: it fills neither a disk nor our memory.

    Parameters
    ----------
    read : callable
        Waits for some bytes; b"" at the end.
    close : callable
        Called at the end.
    """

    def __init__(self, read: Callable[[], bytes], close: Callable[[], object] = bool) -> None:
        self._read = read
        self._close = close
        self._kept = b""
        self._thread = threading.Thread(target=self._keep, daemon=True, name="errors")
        self._thread.start()

    def text(self) -> str:
        """What came last."""
        self._thread.join(LAST_SECONDS)
        return self._kept.decode(errors="replace")

    def _keep(self) -> None:
        with contextlib.suppress(OSError):  # the connection ended
            while piece := self._read():
                self._kept = (self._kept + piece)[-ERROR_BYTES:]
        self._close()
