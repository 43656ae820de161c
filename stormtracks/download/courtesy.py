"""What the downloads of one call share: pauses that a server asked for, promised disk space, a stop."""

import email.utils
import random
import re
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

from stormtracks.download.errors import DownloadError, StoppedError
from stormtracks.readable import size

MARGIN_BYTES = 64 * 2**20
"""Kept free beside what is promised: the file system and its other users need some."""

DIGITS = r"[0-9]{1,18}"
"""A number in a header, as a pattern: not each digit of Unicode, and not thousands of them."""


class Courtesy:
    """Shared by the threads of one call of `download`.

    Parameters
    ----------
    free_bytes : callable, optional
        ``free_bytes(folder)``; none: what the disk says.
    """

    def __init__(self, free_bytes: Callable[[Path | str], int] | None = None) -> None:
        self._free_bytes = free_bytes or _free_bytes
        self._not_before: dict[str, float] = {}
        self._promised: dict[str, int] = {}
        self._lock = threading.Lock()
        self.stop = threading.Event()

    def sleep(self, seconds: float) -> None:
        """Wait, unless the person stops the download."""
        if self.stop.wait(max(0.0, seconds)):
            raise StoppedError

    def pause(self, host: str, seconds: float) -> None:
        """Ask nothing of a host for a while: what the server asked of one file holds for all."""
        with self._lock:
            until = time.monotonic() + seconds
            self._not_before[host] = max(self._not_before.get(host, until), until)

    def wait_for(self, host: str) -> None:
        """Wait until a host may be asked."""
        while (left := self._not_before.get(host, 0) - time.monotonic()) > 0:
            self.sleep(left)
        self.sleep(0)

    def promise(self, name: str, needed: int, folder: Path | str) -> None:
        """Reserve `needed` bytes for a file, or refuse; what other files still need is counted too.

        Raises
        ------
        DownloadError
            The disk has less free.
        """
        with self._lock:
            others = sum(promised for key, promised in self._promised.items() if key != name)
            free = self._free_bytes(folder)
            if needed and free < needed + others + MARGIN_BYTES:
                also = f" (and other files {size(others)})" if others else ""
                raise DownloadError(
                    f"{name}: needs {size(needed)}{also}, but {folder} has only {size(free)} free; "
                    "free some space or choose another destination"
                )
            self._promised[name] = needed

    def written(self, name: str, left: int) -> None:
        """Note that of what was promised for a file, `left` bytes are still to be written."""
        self._promised[name] = left

    def release(self, name: str) -> None:
        """Note that a file needs no more space."""
        with self._lock:
            self._promised.pop(name, None)


def backoff(attempt: int, first_s: float, longest_s: float = 60.0) -> float:
    """Seconds to wait after the attempt of this number (1, 2, ...): doubled each time, spread at random."""
    return min(longest_s, first_s * 2 ** (attempt - 1)) * random.uniform(0.5, 1.0)


def whole_number(text: str | None) -> int | None:
    """The number that a header gives; None where there is none, or none that a server can mean."""
    return int(text) if text and re.fullmatch(DIGITS, text := text.strip()) else None


def retry_after(value: str | None, now: float | None = None) -> float | None:
    """Seconds that a Retry-After header asks for (a number or a date); None where it cannot be read.

    Examples
    --------
    >>> from stormtracks.download.courtesy import retry_after
    >>> retry_after("120")
    120.0
    """
    if value is None:
        return None
    seconds = whole_number(value)
    if seconds is not None:
        return float(seconds)
    try:
        when = email.utils.parsedate_to_datetime(value).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
    return max(0.0, when - (time.time() if now is None else now))


def _free_bytes(folder: Path | str) -> int:
    return shutil.disk_usage(folder).free
