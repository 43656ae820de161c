"""A line that says how far something is, where it takes long enough to wonder."""

import sys
import time
from types import TracebackType

from stormtracks.terminal_text import clean_line

_SILENT_SECONDS = 2.0
_EVERY_SECONDS = 0.5


class Progress:
    """Called as ``progress(done, total)``; after two seconds it writes a line, which is gone at the end.

    Parameters
    ----------
    what : str
        "reading results of 2005"
    """

    def __init__(self, what: str) -> None:
        self.what = clean_line(what)
        self._next = time.monotonic() + _SILENT_SECONDS
        self._written = 0

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._written:
            self._write("")

    def __call__(self, done: int, total: int) -> None:
        """Say so, now and then."""
        if time.monotonic() >= self._next:
            self._write(f"{self.what}: {done} of {total}")
            self._next = time.monotonic() + _EVERY_SECONDS

    def _write(self, text: str) -> None:
        """Replace the line, in a terminal and in a notebook."""
        sys.stderr.write(f"\r{text:<{self._written}}" + "\r" * (not text))
        sys.stderr.flush()
        self._written = len(text)
