"""The worker as it is called over the wire: it does tasks in its slots and tells how they went."""

import logging
import os
import secrets
import socket
import sys
import threading
import time
from pathlib import Path

import Pyro4

from stormtracks.pyro_cluster.worker.kept_folder import FolderLost, KeptFolder
from stormtracks.pyro_cluster.worker.slots import Slots
from stormtracks.version import code_version

log = logging.getLogger(__name__)

TASKS = "stormtracks.science.pipeline:TASKS"
MANAGER_SILENT_SECONDS = 30.0
SETUP = ("data", "results", "best_tracks", "scratch", "dataset")
OPTIONS = ("settings", "overwrite", "timeout", "run")


class PyroWorker:
    """Does tasks, each in the process of a slot, and tells how it went.

    Parameters
    ----------
    name : str
    setup : dict, optional
        This host's part of a task's setup: data, results, best_tracks, scratch, dataset.
    slots : int
        Tasks done at a time.
    tasks : str
        ``module:TABLE`` of what can be done; one entry more there is one task more here.
    memory_mb : int, optional
        Limit for each slot.
    version : str, optional
        Version of the code, which the manager compares with its own; else found from the code.
    """

    def __init__(self, name="worker", setup=None, slots=1, tasks=TASKS, memory_mb=None, version=None):
        self.name, self.id, self.host = name, secrets.token_hex(8), socket.gethostname()
        self._setup = {key: value for key, value in (setup or {}).items() if key in SETUP and value is not None}
        self._results = KeptFolder(self._setup.get("results"))
        self._version = version or code_version()
        self._slots = Slots(slots, tasks, memory_mb)
        self._counts = {"done": 0, "failed": 0}
        self._lock = threading.Lock()
        self._stop, self._now = threading.Event(), threading.Event()
        self._heard, self._working_for_somebody = time.monotonic(), False

    def __enter__(self):
        self._slots.start()
        return self

    def __exit__(self, *_):
        self._slots.close()
        self._results.close()

    @Pyro4.expose
    def do_work(self, year, ensemble_member, task, options=None):
        """Do one task and save its result.

        Parameters
        ----------
        year, ensemble_member : int
        task : str
            One of the table's; another is a failure that lists them.
        options : dict, optional
            ``settings`` (dict), ``overwrite`` (bool), ``timeout`` (seconds), ``run`` (the run's name).

        Returns
        -------
        dict
            ``status`` (complete, failure, timeout, or busy: nothing was done), ``year``, ``member``, ``task``,
            ``host``, ``worker``, ``seconds``, ``cpu_seconds``, ``path``, ``counts``, ``skipped``, ``error``,
            ``traceback``, and what else the task has told. Plain values only; it never raises for what a task does.
        """
        began = time.perf_counter()
        self._hear(works=True)
        try:
            order, timeout = self._order(year, ensemble_member, task, options or {})
            done = {"busy": "the worker is stopping"} if self.stopping else self._done(order, timeout)
        except (ValueError, FolderLost) as error:
            done = {"error": f"{type(error).__name__}: {error}"}
        reply = {
            **_outcome(done),
            "year": year,
            "member": ensemble_member,
            "task": task,
            "host": self.host,
            "worker": self.name,
            "seconds": round(time.perf_counter() - began, 6),
        }
        self._hear()
        self._note(reply)
        return reply

    @Pyro4.expose
    def ping(self):
        """Who this is and how much of it is busy; the manager's heartbeat."""
        self._hear()
        return self._state()

    @Pyro4.expose
    def describe(self):
        """What `ping` tells and more, for people."""
        return {
            **self._state(),
            **self._counts,
            "version": self._version,
            "tasks": self._slots.known,
            "python": ".".join(map(str, sys.version_info[:3])),
            "working": self._slots.working(),
            "years": self._slots.years(),
            "memory_mb": _memory_mb([os.getpid(), *self._slots.pids()]),
        }

    @Pyro4.expose
    def stop(self, now=False):
        """End: without `now` after the running tasks, with it at once. Nothing new is begun."""
        if now:
            self._now.set()
        self._stop.set()
        return "stopping"

    @property
    def stopping(self):
        return self._stop.is_set()

    def wait(self, seconds):
        """Wait until told to stop, at most for some time."""
        return self._stop.wait(seconds)

    def finish(self):
        """Wait for the running tasks, or, told to stop now, end them."""
        if self._slots.busy and not self._now.is_set():
            log.info("stopping after %d running task(s)", self._slots.busy)
        while self._slots.busy and not self._now.wait(0.05):
            pass
        self._slots.close()

    def notice_silence(self):
        """Say so, once, when the manager whose tasks were done is gone."""
        silent = time.monotonic() - self._heard
        if self._working_for_somebody and silent > MANAGER_SILENT_SECONDS:
            self._working_for_somebody = False
            since = time.strftime("%H:%M:%S", time.localtime(time.time() - silent))
            rest = f"{self._slots.busy} task(s) still run, then " if self._slots.busy else ""
            log.warning("manager not heard since %s; %sready for the next", since, rest)

    def _hear(self, works=False):
        self._heard = time.monotonic()
        self._working_for_somebody |= works

    def _state(self):
        return {
            "worker": self.name,
            "id": self.id,
            "host": self.host,
            "pid": os.getpid(),
            "slots": self._slots.in_service,
            "busy": self._slots.busy,
            "stopping": self.stopping,
        }

    def _order(self, year, member, task, options):
        for name, value in (("year", year), ("ensemble_member", member)):
            if type(value) is not int or value < 0:
                raise ValueError(f"'{name}' must be a whole number from 0 on, not {value!r}")
        if task not in self._slots.known:
            raise ValueError(f"unknown task {task!r}; known: {', '.join(self._slots.known)}")
        unknown = set(options) - set(OPTIONS)
        if unknown:
            raise ValueError(f"unknown option {sorted(unknown)[0]!r}; known: {', '.join(OPTIONS)}")
        setup = {**self._setup, "overwrite": bool(options.get("overwrite"))}
        if options.get("settings") is not None:
            setup["settings"] = options["settings"]
        return {"year": year, "member": member, "task": task, "setup": setup}, _seconds(options.get("timeout"))

    def _done(self, order, timeout):
        self._results.check()
        done = self._slots.run(order, timeout)
        if "made" in done:
            self._results.check()  # what was made while the folder went does not lie where it is looked for
        return done

    def _note(self, reply):
        status = reply["status"]
        what = f"{reply['year']} member {reply['member']} {reply['task']}: {status} in {reply['seconds']:.2f} s"
        if status == "complete":
            counts = "was there" if reply["skipped"] else ", ".join(f"{n} {of}" for of, n in reply["counts"].items())
            log.info("%s; %s", what, counts) if counts else log.info("%s", what)
        else:
            log.warning("%s: %s", what, reply["error"])
        if status != "busy":
            with self._lock:
                self._counts["done" if status == "complete" else "failed"] += 1


def _outcome(done):
    """What a slot replied, as do_work tells it."""
    reply = {
        "path": None,
        "counts": {},
        "skipped": False,
        "error": None,
        "traceback": done.get("traceback"),
        "cpu_seconds": done.get("cpu_seconds", 0.0),
    }
    if "made" in done:
        return {**reply, **done["made"], "status": "complete"}
    status = next(status for status in ("busy", "timeout", "error") if status in done)
    return {**reply, "status": "failure" if status == "error" else status, "error": done[status]}


def _seconds(timeout):
    if timeout is None:
        return None
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not timeout > 0:
        raise ValueError(f"'timeout' must be a number of seconds above 0, not {timeout!r}")
    return timeout


def _memory_mb(pids):
    """Resident memory of processes."""
    total = 0
    for pid in pids:
        try:
            total += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except (FileNotFoundError, ProcessLookupError):
            continue
    return round(total / 2**20)
