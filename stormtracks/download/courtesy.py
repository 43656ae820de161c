"""What the downloads of one call share: pauses that a server asked for, promised disk space, a stop."""

import email.utils
import random
import shutil
import threading
import time

from stormtracks.download.errors import DownloadError, StoppedError

MARGIN_BYTES = 64 * 2**20
"""Kept free beside what is promised: the file system and its other users need some."""


class Courtesy:
    """Shared by the threads of one call of `download`."""

    def __init__(self, free_bytes=None):
        self._free_bytes = free_bytes or (lambda folder: shutil.disk_usage(folder).free)
        self._not_before = {}
        self._promised = {}
        self._lock = threading.Lock()
        self.stop = threading.Event()

    def sleep(self, seconds):
        """Wait, unless the person stops the download."""
        if self.stop.wait(max(0.0, seconds)):
            raise StoppedError

    def pause(self, host, seconds):
        """Ask nothing of a host for a while: what one file was told counts for all."""
        with self._lock:
            until = time.monotonic() + seconds
            self._not_before[host] = max(self._not_before.get(host, until), until)

    def wait_for(self, host):
        """Wait until a host may be asked."""
        while (left := self._not_before.get(host, 0) - time.monotonic()) > 0:
            self.sleep(left)
        self.sleep(0)

    def promise(self, name, needed, folder):
        """Reckon `needed` bytes for a file, or refuse; what others still have to write counts too.

        Raises
        ------
        DownloadError
            The disk has less free.
        """
        with self._lock:
            others = sum(size for key, size in self._promised.items() if key != name)
            free = self._free_bytes(folder)
            if needed and free < needed + others + MARGIN_BYTES:
                also = f" beside {in_words(others)} for other files" if others else ""
                raise DownloadError(
                    f"{name}: needs {in_words(needed)}{also}, and {folder} has {in_words(free)} free; "
                    "make room or choose another destination"
                )
            self._promised[name] = needed

    def written(self, name, left):
        """Of what was promised for a file, `left` bytes are still to be written."""
        self._promised[name] = left

    def release(self, name):
        """A file needs no more space."""
        with self._lock:
            self._promised.pop(name, None)


def backoff(attempt, first_s, longest_s=60.0):
    """Seconds to wait after the attempt of this number (1, 2, ...): doubled each time, spread at random."""
    return min(longest_s, first_s * 2 ** (attempt - 1)) * random.uniform(0.5, 1.0)


def retry_after(value, now=None):
    """Seconds that a Retry-After header asks for (a number or a date); None where it cannot be read."""
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        when = email.utils.parsedate_to_datetime(value).timestamp()
    except (TypeError, ValueError):
        return None
    return max(0.0, when - (time.time() if now is None else now))


def in_words(size) -> str:
    """Bytes as a person reads them: '1.3 GB'."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
