"""How commands speak: results on standard output, progress and errors on standard error, an exit status that tells."""

import contextlib
import sys
import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

PLAIN_LINE_SECONDS = 10.0
"""How often progress writes a line where there is no terminal (a log file)."""


def output():
    """The console for results; without a terminal it is wide, so that tables in files stay whole."""
    return Console(width=None if sys.stdout.isatty() else 160, highlight=False, soft_wrap=False)


def table(title, *columns):
    """An empty table; columns whose name starts with '>' are set right."""
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column.lstrip(">"), justify="right" if column.startswith(">") else "left")
    return made


@contextlib.contextmanager
def progress(text):
    """A bar on a terminal, a line now and then elsewhere; gives a function of (done, total)."""
    if not sys.stderr.isatty():
        yield _plain_progress(text)
        return
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(text, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _plain_progress(text):
    started = last = time.monotonic()

    def report(done, total):
        nonlocal last
        now = time.monotonic()
        if now - last >= PLAIN_LINE_SECONDS:
            last = now
            left = (now - started) / max(done, 1) * (total - done)
            print(f"{text}: {done}/{total}, about {left:.0f} s left", file=sys.stderr, flush=True)

    return report
