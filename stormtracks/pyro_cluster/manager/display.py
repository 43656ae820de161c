"""What a manager shows while it runs: a live picture on a terminal, plain lines into anything else."""

import contextlib
import os
import sys
import threading
import time

from stormtracks.pyro_cluster.journal.grid import grid

PLAIN_SECONDS = 10.0
"""Least time between two lines of progress; a line comes for each percent, and at least every five minutes."""
LONGEST_SECONDS = 300.0


def display(dispatcher, stream=None):
    """The display that fits a stream: live on a terminal, else plain."""
    stream = stream or sys.stdout
    if stream.isatty() and os.environ.get("TERM") not in (None, "dumb"):
        from stormtracks.pyro_cluster.manager.display_live import LiveDisplay  # rich takes 0.1 s to import

        return LiveDisplay(dispatcher, stream)
    return PlainDisplay(dispatcher, stream)


def tell(stream, text):
    """Write a line; that nobody reads any more, or that the disk of the log is full, stops no run."""
    with contextlib.suppress(OSError, ValueError):
        print(text, file=stream, flush=True)


class Progress:
    """The figures of a run under way.

    Parameters
    ----------
    dispatcher : dispatch.Dispatcher
    """

    def __init__(self, dispatcher):
        self.dispatcher, self.started = dispatcher, time.monotonic()

    def rate(self):
        """Tasks completed a second, over the last two hundred; 0.0 where nothing was yet."""
        recent = list(self.dispatcher.recent)
        since = recent[0] if len(recent) == self.dispatcher.recent.maxlen else self.started
        return len(recent) / max(time.monotonic() - since, 1e-3)

    def words(self):
        """As ``done 120/448, 3.1 tasks/s, 2 min left``, with what failed and how many workers there are."""
        counts, workers = self.dispatcher.schedule.counts(), self.dispatcher.workers()
        rate, left = self.rate(), counts["outstanding"] + counts["working"]
        parts = [f"done {counts['complete']:,}/{len(self.dispatcher.schedule):,}"]
        parts += [f"{counts[status]:,} {status}" for status in ("failure", "timeout") if counts[status]]
        if rate > 0:
            pace = f"{rate:.1f} tasks/s" if rate >= 0.95 else f"{60 * rate:.1f} tasks/min"
            parts += [pace] + ([f"{duration(left / rate)} left"] if left else [])
        busy = sum(len(running) for *_, running in workers)
        slots = sum(slots for _, _, slots, _ in workers)
        parts.append(f"{busy}/{slots} slots busy" if workers else "no workers")
        return ", ".join(parts)


class PlainDisplay:
    """Lines with the time of day, for files and pipes."""

    interval = 1.0

    def __init__(self, dispatcher, stream):
        self._progress, self._stream = Progress(dispatcher), stream
        self._lock = threading.Lock()
        self._last, self._last_done = time.monotonic(), -1

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def say(self, text):
        """Show a line about what happened; from any thread."""
        with self._lock:
            tell(self._stream, f"{time.strftime('%H:%M:%S')} {text}")

    def update(self):
        """Show how far the run is, when enough has changed."""
        now, schedule = time.monotonic(), self._progress.dispatcher.schedule
        done = schedule.counts()["complete"]
        enough = 100 * (done - self._last_done) >= len(schedule) and now - self._last >= PLAIN_SECONDS
        if enough or now - self._last >= LONGEST_SECONDS:
            self._last, self._last_done = now, done
            self.say(self._progress.words())


def picture(progress, height, width):
    """The lines of the live picture: the figures, the grid, the workers with what they are doing.

    Parameters
    ----------
    progress : Progress
    height, width : int
        Of the terminal.
    """
    workers = [_worker_line(*worker, width) for worker in sorted(progress.dispatcher.workers())]
    room = max(1, height - 4)
    most = max(2, room // 2)
    if len(workers) > most:
        workers = [*workers[: most - 1], f"and {len(workers) - most + 1} more workers"]
    lines = grid(progress.dispatcher.schedule, max(1, room - len(workers)), width)
    return [*lines, progress.words()[:width], *workers]


def _worker_line(name, host, slots, running, width):
    at = "" if host in ("", name) else f" on {host}"
    doing = ", ".join(f"{year}/{member} {duration(time.time() - since)}" for _, year, member, since in running)
    return f"  {name}{at}, {len(running)}/{slots}: {doing or 'nothing to do'}"[:width]


def duration(seconds):
    """Words for a length of time: ``45 s``, ``12 min``, ``3 h 5 min``, ``2 d 4 h``."""
    seconds = max(0.0, seconds)
    if seconds < 1:
        return f"{seconds:.1f} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes // 1440} d {minutes % 1440 // 60} h"
