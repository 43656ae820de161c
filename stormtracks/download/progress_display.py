"""The progress of a download in a terminal: a bar per file, or plain lines where nobody watches."""

import contextlib
import threading
from collections.abc import Iterator

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from stormtracks.download.batch import Notify
from stormtracks.terminal_text import clean_line

ENDS = ("fetched", "there", "failed")


@contextlib.contextmanager
def shown(console: Console | None = None) -> Iterator[Notify]:
    """Give the `progress` callable of a download; its bars are there while the `with` block lasts.

    On a terminal there is a bar per running file; elsewhere a line when a file begins and ends. Colours as rich
    decides (none where NO_COLOR is set).
    """
    console = console or Console(stderr=True)
    if not console.is_terminal:
        yield _Lines(console)
        return
    columns = (
        TextColumn("{task.fields[name]} {task.description}", markup=False),
        BarColumn(bar_width=24),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield _Bars(progress)


class _Bars:
    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}
        self._lock = threading.Lock()

    def __call__(self, name: str, state: str, done: int, total: int | None) -> None:
        name, state = clean_line(name), clean_line(state)
        with self._lock:
            if state in ENDS:
                self._end(name, state)
                return
            if name not in self._tasks:
                self._tasks[name] = self._progress.add_task(state, name=name, total=total)
            self._progress.update(self._tasks[name], description=state, completed=done, total=total)

    def _end(self, name: str, state: str) -> None:
        if name in self._tasks:
            self._progress.remove_task(self._tasks.pop(name))
        self._progress.console.print(f"{name}: {state}", markup=False, highlight=False)


class _Lines:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._states: dict[str, str] = {}
        self._lock = threading.Lock()

    def __call__(self, name: str, state: str, done: int, total: int | None) -> None:
        name, state = clean_line(name), clean_line(state)
        with self._lock:
            if self._states.get(name) != state:
                self._states[name] = state
                self._console.print(f"{name}: {state}", markup=False, highlight=False)
