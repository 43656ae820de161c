"""What becomes of memory that a task has freed: it stays with the process, for the next array."""

import contextlib
import ctypes
import os

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_KEPT_BYTES = 64 * 2**20
_LARGEST_BYTES = 32 * 2**20
"""What glibc comes to by itself: freed memory that is kept, and the largest blocks that count as such."""
_TRIMMED_BY_DASK = "65536"


def keep() -> None:
    """Keep freed memory, up to what glibc comes to by itself where nobody sets a limit.

    Dask's nannies set one of 64 KiB by default (``MALLOC_TRIM_THRESHOLD_``). Then each array gets new pages, which the
    kernel fills with zeros: half of a task's time. Another value is somebody's own choice, and is left alone.
    """
    if os.environ.get("MALLOC_TRIM_THRESHOLD_") == _TRIMMED_BY_DASK:
        with contextlib.suppress(OSError, AttributeError):
            libc = ctypes.CDLL(None)
            libc.mallopt(_M_MMAP_THRESHOLD, _LARGEST_BYTES)
            libc.mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
