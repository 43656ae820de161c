"""How commands show things: results on standard output, progress on standard error."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from stormtracks.readable import duration
from stormtracks.terminal_text import clean

Report: TypeAlias = Callable[[int, int], None]
"""``report(done, total)``."""
PLAIN_LINE_SECONDS = 10.0
"""How often progress writes a line where there is no terminal (a log file)."""


class CleanConsole(Console):
    """A console for text from elsewhere: it obeys no markup, and what would steer the terminal is spelled out."""

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, markup=False, emoji=False, **options)

    def print(self, *objects: Any, **options: Any) -> None:
        """Print texts cleaned; anything else, such as lines that are indented, as it is."""
        super().print(*(clean(shown) if isinstance(shown, str) else shown for shown in objects), **options)


def output() -> CleanConsole:
    """The console for results."""
    # Without a terminal it is wide, so that tables in files and pipes are not cut.
    return CleanConsole(width=None if sys.stdout.isatty() else 160, soft_wrap=False)


def notes(remarks: Iterable[object]) -> None:
    """Print remarks on what was shown, a line each."""
    for remark in remarks:
        output().print(f"note: {remark}", soft_wrap=True)


@contextlib.contextmanager
def progress(text: str) -> Iterator[Report]:
    """A bar on a terminal, a line every few seconds elsewhere; gives a function of (done, total)."""
    if not sys.stderr.isatty():
        yield _plain_progress(text)
        return
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(text, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _plain_progress(text: str) -> Report:
    started = last = time.monotonic()

    def report(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= PLAIN_LINE_SECONDS:
            last = now
            left = (now - started) / max(done, 1) * (total - done)
            print(f"{text}: {done}/{total}, about {duration(left)} left", file=sys.stderr, flush=True)

    return report
