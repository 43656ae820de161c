"""A shell line that runs, on this machine or on a host: its input, its output, its end."""

import contextlib
import os
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from typing import IO, Protocol

import fabric
import paramiko

WINDOW_BYTES = 2**24
"""How much output may be on its way before it is read: a result of usual size at once."""

ERROR_BYTES = 2**16
"""How much of what it writes to standard error is kept."""
END_SECONDS = 10.0
"""Time that a process may take to end once it has closed its output."""


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
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `end`
        self._process = subprocess.Popen(
            ["sh", "-c", line],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            start_new_session=True,
        )
        assert self._process.stdin and self._process.stdout
        self.stdin = self._process.stdin
        self.stdout = self._process.stdout

    def finish(self, output: bytes = b"") -> Done:
        """Wait for its end."""
        status = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = self._process.wait(END_SECONDS)
        self._errors.seek(max(0, os.fstat(self._errors.fileno()).st_size - ERROR_BYTES))
        return Done(status, output, self._errors.read(ERROR_BYTES).decode(errors="replace"))

    def abort(self) -> None:
        """End it at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def end(self) -> None:
        """Give up everything that belongs to it."""
        if self._process.poll() is None:
            self.abort()
            self._process.wait()
        for file in (self.stdin, self.stdout, self._errors):
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
        self._errors = self._channel.makefile_stderr("rb")

    def finish(self, output: bytes = b"") -> Done:
        """Wait for its end."""
        self._channel.settimeout(END_SECONDS)
        errors = b""
        with contextlib.suppress(OSError):  # it does not end, although it has closed its output
            errors = self._errors.read(ERROR_BYTES)
        status = self._channel.recv_exit_status() if self._channel.status_event.wait(END_SECONDS) else -1
        return Done(None if status < 0 else status, output, errors.decode(errors="replace"))

    def abort(self) -> None:
        """End it at once."""
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
