"""How commands show things: results on standard output, progress on standard error."""

import contextlib
import itertools
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from stormtracks.readable import duration
from stormtracks.terminal_text import clean, clean_line

Report: TypeAlias = Callable[[int, int], None]
"""``report(done, total)``."""
KEPT = "texts", "rows", "words"
"""What can stay whole in a table, in the order in which it is tried: all texts, all but the headings, each word."""
PLAIN_LINE_SECONDS = 10.0
"""How often progress writes a line where there is no terminal (a log file)."""


class CleanConsole(Console):
    """A console for text from elsewhere: it obeys no markup, and what would steer the terminal is spelled out."""

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, markup=False, emoji=False, **options)

    def print(self, *objects: Any, **options: Any) -> None:
        """Print texts cleaned; anything else, such as a `table`, as it is."""
        super().print(*(clean(shown) if isinstance(shown, str) else shown for shown in objects), **options)


class CleanTable(Table):
    """A table whose texts are cleaned. On a narrow terminal it breaks texts between words, and cuts nothing off."""

    def add_row(self, *cells: Any, **options: Any) -> None:
        """Add a row of texts, or of what rich can show."""
        super().add_row(*(clean_line(cell) if isinstance(cell, str) else cell for cell in cells), **options)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        texts = [[str(cell) for cell in (column.header, *column.cells)] for column in self.columns]
        for kept, between in itertools.product(KEPT, (2, 1)):
            found = widths(texts, options.max_width - between * (len(texts) - 1), kept)
            if found:
                break
        for number, column in enumerate(self.columns):
            column.width = found[number] if found else None
        self.padding = (0, between - 1, 0, 1)
        yield from super().__rich_console__(console, options)


def widths(columns: Sequence[Sequence[str]], available: int, kept: str) -> list[int] | None:
    """Widths of columns in which texts stay whole, and as many columns as possible need no second line.

    Parameters
    ----------
    columns : sequence of sequence of str
        The heading and the texts of each column.
    available : int
        What the widths may add up to.
    kept : str
        What stays whole: one of `KEPT`.

    Returns
    -------
    list of int, or None
        None where they do not fit.

    Examples
    --------
    >>> from stormtracks.console.terminal import widths
    >>> widths([["year", "2005"], ["FAR (5-95 %)", "0.994 (0.993-0.994)"]], 20, "words")
    [4, 16]
    """
    longest = [max((cell_len(text) for text in column), default=0) for column in columns]
    words = [max((cell_len(word) for text in column for word in text.split()), default=0) for column in columns]
    rows = [max((word, *map(cell_len, column[1:]))) for word, column in zip(words, columns, strict=True)]
    found = {"texts": longest, "rows": rows, "words": words}[kept]
    spare = available - sum(found)
    if spare < 0:
        return None
    for number in sorted(range(len(found)), key=lambda one: longest[one] - found[one]):
        more = min(longest[number] - found[number], spare)
        found[number] += more
        spare -= more
    return found


def output() -> CleanConsole:
    """The console for results."""
    # Without a terminal it is wide, so that tables in files and pipes are not cut.
    return CleanConsole(width=None if sys.stdout.isatty() else 160, soft_wrap=False)


def table(title: str, *columns: str) -> CleanTable:
    """An empty table; columns whose name starts with '>' are aligned to the right."""
    empty = CleanTable(title=clean_line(title), title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        empty.add_column(column.lstrip(">"), justify="right" if column.startswith(">") else "left", overflow="fold")
    return empty


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
