"""Which years a host has data for: looked up beside the tasks, again and again, since data come and go.

A look may take long, on a slow server or of thousands of files: it is a process of its own that ends, and nobody waits
for it. Until it has ended, and where it is not sure, nothing is known, which means that there may be any year.
"""

import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

from stormtracks import label
from stormtracks.label import Label
from stormtracks.pyro_cluster.plain import OfData
from stormtracks.pyro_cluster.worker.slots.slot_process import environment

MAIN = "stormtracks.pyro_cluster.worker.inventory_main"
SOON_SECONDS = 15.0
"""A look that is asked for is not earlier than this after the last one."""
PAUSES = (60.0, 300.0)
"""Seconds to the next look after one that found something new; twice as long each time that it did not, at most."""
UNKNOWN_PAUSE = 3600.0
"""The same at most where it is not sure, again and again: such are data on the web."""
SHARE = 20
"""A look that took long rests so many times as long."""
MOST_YEARS = 10_000
"""That a manager is told of; of a folder with more it is not told which."""

log = logging.getLogger(__name__)

Process = subprocess.Popen[bytes]


class Inventory:
    """Looks from `start` to `close`, from a thread of its own.

    Parameters
    ----------
    tasks : str
        ``module:TABLE``; beside the table stands ``YEARS``, or there is nothing to look for.
    setup : mapping
        This host's part of a task's setup.
    begin : callable
        Given what starts a process, has it started by a thread that stays, and not taken for what a task has left.
    """

    def __init__(
        self, tasks: str, setup: Mapping[str, Any], begin: Callable[[Callable[[], Process]], Future[Process]]
    ) -> None:
        self._command = [sys.executable, "-m", MAIN, tasks]
        self._setup = json.dumps(dict(setup), default=str).encode()
        self._begin = begin
        self._known: tuple[int, list[Label] | None] = (0, None)  # replaced as a whole
        self._tasks: list[str] = []
        self._process: Process | None = None
        self._soon = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="looks at the data", daemon=True)

    def start(self, tasks: list[str]) -> None:
        """Begin to look for the data that some tasks read; where there are no such tasks, there is nothing to know."""
        self._tasks = tasks
        if tasks:
            self._thread.start()

    def close(self) -> None:
        """Look no more; a look under way is ended."""
        self._over.set()
        self._soon.set()
        if (process := self._process) is not None:
            process.kill()
        if self._thread.ident is not None:
            self._thread.join(1.0)

    def look_soon(self) -> None:
        """Something is not as it was known to be."""
        self._soon.set()

    @property
    def seen(self) -> int:
        """Another number than before: `described` says something else. 0: nothing was ever known."""
        return self._known[0]

    def described(self) -> OfData:
        """The part of the worker's description that is about its data; empty where nothing was ever known."""
        seen, years = self._known
        return {"data_seen": seen, "data_years": years, "data_tasks": self._tasks} if seen else {}

    def _work(self) -> None:
        """The thread: whatever goes wrong here, tasks are done as if nothing were known."""
        pause = PAUSES[0]
        while not self._over.is_set():
            self._soon.clear()
            began = time.monotonic()
            years = self._looked()
            pause = PAUSES[0] if self._learn(years) else 2 * pause
            pause = min(pause, UNKNOWN_PAUSE if years is None else PAUSES[1])
            pause = max(pause, SHARE * (time.monotonic() - began))
            if not self._over.wait(SOON_SECONDS):
                self._soon.wait(pause - SOON_SECONDS)

    def _looked(self) -> list[Label] | None:
        """The years that were found; None where that is not sure."""
        try:
            years = self._asked()["years"]
            return None if years is None or len(years) > MOST_YEARS else [label.of(year) for year in years]
        except Exception as error:
            if not self._over.is_set():
                log.info("which years there are data for is not known: %s: %s", type(error).__name__, error)
            return None

    def _asked(self) -> dict[str, Any]:
        """What a process of its own finds."""
        self._process = self._begin(self._start_process).result()
        if self._over.is_set():
            self._process.kill()
        out, fault = self._process.communicate(self._setup)
        if self._process.returncode:
            last = fault.decode(errors="backslashreplace").strip().rpartition("\n")[2]
            raise ChildProcessError(last or f"its process ended with status {self._process.returncode}")
        return json.loads(out)

    def _start_process(self) -> Process:
        pipe = subprocess.PIPE
        return subprocess.Popen(self._command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment())

    def _learn(self, years: list[Label] | None) -> bool:
        """Keep what was found; whether it is something new."""
        seen, before = self._known
        if years == before:
            return False
        self._known = (seen + 1, years)
        if years is None:
            log.info("which years there are data for is not sure any more")
        else:
            log.info("there are data for %s", _brief(years))
        return True


def _brief(years: list[Label]) -> str:
    if len(years) < 2:
        return str(years[0]) if years else "no year"
    what = "starts" if label.is_start(years[0]) else "years"
    return f"{len(years)} {what}, {years[0]} to {years[-1]}"
