"""How long this process has read input: a clock that runs while fields are read, whoever reads them."""

import functools
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_spent = 0.0
_depth = 0


def seconds() -> float:
    """How long fields have been read in this process, decoding and quantities made of them included."""
    return _spent


def timed(read: Callable[P, R]) -> Callable[P, R]:
    """A function that reads, on the clock; one that it calls in turn counts once.

    Parameters
    ----------
    read : callable

    Examples
    --------
    >>> from stormtracks.science import reading
    >>> before = reading.seconds()
    >>> reading.timed(sum)([1, 2])
    3
    >>> reading.seconds() > before
    True
    """

    @functools.wraps(read)
    def on_the_clock(*args: P.args, **kwargs: P.kwargs) -> R:
        global _spent, _depth
        begun = time.perf_counter()
        _depth += 1
        try:
            return read(*args, **kwargs)
        finally:
            _depth -= 1
            if not _depth:
                _spent += time.perf_counter() - begun

    return on_the_clock
