"""What a process on a host writes, read so that no host can take our memory, our disk or our time."""

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import IO

from stormtracks.hosts.errors import HostFault
from stormtracks.hosts.shell_process import Process
from stormtracks.readable import duration, size

ANSWER_BYTES = 16 * 10**6
LINE_BYTES = 2**16
PIECE_BYTES = 2**14
"""So little that even a slow line brings it in time."""
SLOW_SECONDS = 60.0
LEAST_BYTES = 4096
"""A host that brings less than this in `SLOW_SECONDS` of our waiting is given up; a line of 1 kB/s brings much more."""


def whole(file: IO[bytes], most: int = ANSWER_BYTES) -> bytes:
    """All that a file still brings, refused where it is more than `most`."""
    content = file.read(most + 1)
    if len(content) > most:
        raise HostFault(f"the host answers with more than {size(most)}: check what runs there, then run fab deploy")
    return content


class BoundedOutput:
    """The standard output of a process that is read bit by bit; a context manager, after which the process has ended.

    Parameters
    ----------
    process : Process
    seconds : float, optional
        Waiting for so long without `LEAST_BYTES` ends the process; none: it may be silent (a log that is followed).
    """

    def __init__(self, process: Process, seconds: float | None = SLOW_SECONDS) -> None:
        self.process = process
        self.seconds = seconds
        self._closed = threading.Event()
        self._too_slow = False
        self._bytes = 0  # that came in the present span of waiting
        self._waited = 0.0  # s of that span, without the read that is under way
        self._reading_since: float | None = None

    def __enter__(self) -> "BoundedOutput":
        if self.seconds is not None:
            threading.Thread(target=self._watch, args=(self.seconds,), daemon=True, name="watch").start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        self.process.end()

    def line(self, most: int = LINE_BYTES, cut: bool = False) -> bytes:
        """A line; b"" at the end. A longer one is refused, or `cut` into several."""
        with self._timed():
            line = self.process.stdout.readline(most)
            self._bytes += len(line)
        if len(line) >= most and not cut and not line.endswith(b"\n"):
            raise HostFault(f"the host sends a line of more than {size(most)}: check what runs there")
        return line

    def piece(self, most: int) -> bytes:
        """At most so many bytes, and never more than `PIECE_BYTES`; b"" at the end."""
        with self._timed():
            data = self.process.stdout.read(max(0, min(most, PIECE_BYTES)))
            self._bytes += len(data)
        return data

    @contextlib.contextmanager
    def _timed(self) -> Iterator[None]:
        """Time spent waiting for the host, which only counts while nothing else is done."""
        self._reading_since = began = time.monotonic()
        try:
            yield
        except (OSError, ValueError):  # ValueError: it was closed by the watch
            if not self._too_slow:
                raise
        finally:
            self._reading_since = None
            self._waited += time.monotonic() - began
        if self._too_slow:
            raise HostFault(
                f"the host sends less than {size(LEAST_BYTES)} in {duration(self.seconds or 0)}: check its disks and "
                "the network, then run the command again"
            )

    def _watch(self, seconds: float) -> None:
        while not self._closed.wait(seconds / 4):
            since = self._reading_since
            waited = self._waited + (time.monotonic() - since if since is not None else 0.0)
            if waited < seconds:
                continue
            if self._bytes < LEAST_BYTES:
                self._too_slow = True
                self.process.abort()
                return
            self._waited -= waited
            self._bytes = 0
