"""What a manager shows while it runs: a live picture on a terminal, plain lines into anything else."""

import contextlib
import itertools
import math
import os
import shutil
import sys
import threading
import time
from typing import IO, TYPE_CHECKING, Any, Protocol

from stormtracks.pyro_cluster.journal.chain import steps_in
from stormtracks.pyro_cluster.journal.grid import grid
from stormtracks.pyro_cluster.manager.dispatch.dispatcher import Dispatcher
from stormtracks.pyro_cluster.manager.workers.worker import Worker
from stormtracks.pyro_cluster.pyro_task import PyroTask, Status
from stormtracks.readable import duration
from stormtracks.terminal_text import clean, clean_line

if TYPE_CHECKING:
    from rich.text import Text

PLAIN_SECONDS = 10.0
"""Least time between two lines of progress; a line comes for each percent, and at least every five minutes."""
LONGEST_SECONDS = 300.0
_UNSUCCESSFUL: tuple[Status, ...] = ("failure", "timeout")
_STYLES = {"+": "green", "W": "yellow", "F": "bold red", "T": "bold red"}


class Display(Protocol):
    """Shows a run from ``with`` to its end."""

    interval: float  # seconds between two updates

    def __enter__(self) -> "Display": ...
    def __exit__(self, *exception: Any) -> None: ...
    def show(self, text: str) -> None:
        """Show a line about what happened; from any thread."""

    def update(self) -> None:
        """Show how far the run is."""


def display(dispatcher: Dispatcher, stream: IO[str] | None = None) -> Display:
    """The display that fits a stream: live on a terminal, else plain."""
    stream = stream or sys.stdout
    if stream.isatty() and os.environ.get("TERM") not in (None, "dumb"):
        return LiveDisplay(dispatcher, stream)
    return PlainDisplay(dispatcher, stream)


def write_line(stream: IO[str], text: str) -> None:
    """Write a line; a stream that is closed, or a full disk under it, does not stop a run."""
    with contextlib.suppress(OSError, ValueError):
        print(clean(text), file=stream, flush=True)


class Progress:
    """The figures of a run under way.

    Parameters
    ----------
    dispatcher : Dispatcher
    """

    def __init__(self, dispatcher: Dispatcher) -> None:
        self.dispatcher = dispatcher
        self.started = time.monotonic()

    def rate(self) -> float:
        """Tasks completed per second, over the last two hundred; 0.0 before the first."""
        recent = list(self.dispatcher.tally.recent)  # a copy: other threads add to it
        since = recent[0] if len(recent) == self.dispatcher.tally.recent.maxlen else self.started
        return len(recent) / max(time.monotonic() - since, 1e-3)

    def line(self) -> str:
        """As ``done 120/448, 3.1 tasks/s, 2 min left``, with what failed and how many workers there are."""
        counts = self.dispatcher.schedule.counts()
        workers = self.dispatcher.workers()
        rate = self.rate()
        left = counts["outstanding"] + counts["working"]
        parts = [f"done {counts['complete']:,}/{len(self.dispatcher.schedule):,}"]
        parts += [f"{counts[status]:,} {status}" for status in _UNSUCCESSFUL if counts[status]]
        if rate > 0:
            pace = f"{rate:.1f} tasks/s" if rate >= 0.95 else f"{60 * rate:.1f} tasks/min"
            parts += [pace] + ([f"{duration(left / rate)} left"] if left else [])
        busy = sum(len(worker.running) for worker in workers)
        slots = sum(worker.slots for worker in workers)
        parts.append(f"{busy}/{slots} slots busy" if workers else "no workers")
        if shares := [share for worker in workers for share in _shares(worker)]:
            parts.append(f"running tasks {100 * sum(shares) / len(shares):.0f} % through")
        parts += ["paused, as every worker fails"] if self.dispatcher.ending.paused else []
        return ", ".join(parts)


class PlainDisplay:
    """Lines with the time of day, for files and pipes."""

    interval = 1.0

    def __init__(self, dispatcher: Dispatcher, stream: IO[str]) -> None:
        self._progress = Progress(dispatcher)
        self._stream = stream
        self._lock = threading.Lock()
        self._last = time.monotonic()
        self._last_done = -1

    def __enter__(self) -> "PlainDisplay":
        return self

    def __exit__(self, *exception: Any) -> None:
        pass

    def show(self, text: str) -> None:
        """Show a line about what happened; from any thread."""
        with self._lock:
            write_line(self._stream, f"{time.strftime('%H:%M:%S')} {clean_line(text)}")

    def update(self) -> None:
        """Show how far the run is, when enough has changed."""
        now = time.monotonic()
        schedule = self._progress.dispatcher.schedule
        done = schedule.counts()["complete"]
        enough = 100 * (done - self._last_done) >= len(schedule) and now - self._last >= PLAIN_SECONDS
        if enough or now - self._last >= LONGEST_SECONDS:
            self._last = now
            self._last_done = done
            self.show(", ".join(filter(None, [self._progress.line(), self._progress.dispatcher.keeper.waits])))


class LiveDisplay:
    """A picture at the foot of the terminal, with what happened scrolling by above it. NO_COLOR: without colours."""

    interval = 0.5

    def __init__(self, dispatcher: Dispatcher, stream: IO[str]) -> None:
        from rich.console import Console  # here, as rich takes 0.1 s to import
        from rich.live import Live

        self._progress = Progress(dispatcher)
        self._console = Console(file=stream, highlight=False, markup=False, emoji=False)
        self._live = Live(console=self._console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False)

    def __enter__(self) -> "LiveDisplay":
        self._live.__enter__()
        return self

    def __exit__(self, *exception: Any) -> None:
        self._live.update("", refresh=True)  # the table that follows says it all
        self._live.__exit__(*exception)

    def show(self, text: str) -> None:
        """Show a line about what happened; from any thread."""
        self._console.print(clean_line(text))

    def update(self) -> None:
        """Draw the picture again."""
        width, height = shutil.get_terminal_size()
        self._live.update(_coloured(picture(self._progress, height, width - 1)), refresh=True)


def picture(progress: Progress, height: int, width: int) -> list[str]:
    """The lines of the live picture: the grid, the figures, what is waited for, the workers with what they are doing.

    Parameters
    ----------
    progress : Progress
    height, width : int
        Of the terminal.
    """
    there = sorted(progress.dispatcher.workers(), key=lambda worker: worker.name)
    chained = len(steps_in(progress.dispatcher.schedule)) > 1
    waits = [clean_line(text)[:width] for text in filter(None, [progress.dispatcher.keeper.waits])]
    room = max(1, height - 4 - len(waits))
    most = max(2, room // 2)  # workers may take half of the terminal; the grid needs the rest
    shown = there if len(there) <= most else there[: most - 1]
    workers = [clean_line(_worker_line(worker, chained))[:width] for worker in shown]
    if len(there) > most:
        workers.append(f"and {len(there) - most + 1} more workers")
    lines = grid(progress.dispatcher.schedule, max(1, room - len(workers)), width)
    return [*lines, progress.line()[:width], *waits, *workers]


def _worker_line(worker: Worker, chained: bool = False) -> str:
    at = "" if worker.host in ("", worker.name) else f" on {worker.host}"
    doing = ", ".join(
        f"{task.year}/{task.ensemble_member} {f'{task.task} ' if chained else ''}{duration(time.time() - since)}"
        f"{_how_far(worker, task)}"
        for _, (task, since) in sorted(worker.running.items())
    )
    return f"  {worker.name}{at}, {len(worker.running)}/{worker.slots}: {doing or _at_leisure(worker)}"


def _how_far(worker: Worker, task: PyroTask) -> str:
    """In brackets, as `` (143 of 365)``; nothing where it has not said so."""
    done, of = worker.progress.get((task.year, task.ensemble_member), (0, 0))
    return f" ({done:,} of {of:,})" if of else ""


def _shares(worker: Worker) -> list[float]:
    """Of each running task the share that is done; 0 of those that have not said so, if any has."""
    running = [task for task, _ in worker.running.values()]
    known = [worker.progress.get((task.year, task.ensemble_member), (0, 0)) for task in running]
    return [min(done / of, 1.0) if of else 0.0 for done, of in known] if any(of for _, of in known) else []


def _at_leisure(worker: Worker) -> str:
    if worker.stopping:
        return "stopping"
    if worker.breaker.rest:
        return f"rests, as tasks failed: {worker.breaker.error}"
    return "idle" if worker.ends == math.inf else f"idle, and ends in {duration(worker.ends - time.monotonic())}"


def _coloured(lines: list[str]) -> "Text":
    """The picture with the signs of the grid in colours."""
    from rich.text import Text

    text = Text(no_wrap=True)
    for number, line in enumerate(lines):
        head, colon, signs = line.partition(": ")  # "2000: ++F-", but also "  w1 on host: ..."
        is_grid = colon and head[:4].strip().isdigit()
        text.append("\n" * (number > 0) + head + colon)
        for style, alike in itertools.groupby(signs, key=_STYLES.get if is_grid else lambda sign: None):
            text.append("".join(alike), style)
    return text
