"""tensorstore, which reads the chunks of arrays: imported when a store is opened, not before."""

import functools
from typing import Any

from stormtracks.science import libraries

CACHE_BYTES = 256 * 2**20
"""Decoded chunks that are kept of a store: those of one step are those of the next where a chunk holds several."""
_RETRIES = {"max_retries": 4, "initial_delay": "500ms", "max_delay": "8s"}


@functools.cache
def tensorstore() -> Any:  # the library has no types for what is asked of it here
    """The library.

    Raises
    ------
    InputError
        It is not installed, or cannot be loaded.
    """
    return libraries.load("zarr")


def context(cache_bytes: int = CACHE_BYTES) -> Any:
    """What the arrays of one store share: decoded chunks that are kept, and how often a server is asked again."""
    return tensorstore().Context(
        {
            "cache_pool": {"total_bytes_limit": cache_bytes},
            "data_copy_concurrency": {"limit": 1},  # a slot is one task on one core, as with other formats
            "http_request_retries": _RETRIES,
        }
    )


def brief(error: Exception) -> str:
    """What an error of the library says, without its kind and without the specification of the array."""
    said = str(error).partition(" [")[0].partition(" (")[0].strip()
    kind, colon, rest = said.partition(": ")
    return rest if colon and kind.isupper() else said
