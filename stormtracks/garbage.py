"""The collector of garbage: what a program has loaded stays, so that it need not be looked through again and again."""

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def loading() -> Iterator[None]:
    """While modules are loaded nothing is collected, and what is there afterwards is never looked through again.

    This saves a fifth of what it costs to load the science and to end: else all that is loaded is looked through each
    time that it has grown by a quarter, and again when the process ends.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
        gc.freeze()
