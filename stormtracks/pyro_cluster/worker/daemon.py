"""The worker as it is called over the wire: it does tasks in its slots and replies how they went."""

import hashlib
import json
import logging
import math
import os
import secrets
import socket
import sys
import threading
import time
import weakref
from collections.abc import Mapping
from typing import Any, cast

import Pyro4

from stormtracks.errors import BadValue, StormtracksError
from stormtracks.pyro_cluster import bounds, wire
from stormtracks.pyro_cluster.plain import (
    GIVEN_BACK,
    PLACES,
    Claim,
    Description,
    Listing,
    Options,
    Order,
    Reply,
    SlotReply,
    State,
    Working,
    plain,
)
from stormtracks.pyro_cluster.worker import listing
from stormtracks.pyro_cluster.worker.kept_folder import KeptFolder
from stormtracks.pyro_cluster.worker.slots.memory_guard import MemoryGuard, MemoryLimits
from stormtracks.pyro_cluster.worker.slots.pool import Slots
from stormtracks.pyro_cluster.worker.slots.watch import Watch
from stormtracks.pyro_cluster.worker.writers import Kind, Writers
from stormtracks.readable import duration
from stormtracks.version import code_version

log = logging.getLogger(__name__)

TASKS = "stormtracks.science.pipeline:TASKS"
MANAGER_SILENT_SECONDS = 30.0
GIVE_BACK_SECONDS = 2.0
"""How long the replies that give tasks back may take."""
CONFLICT_SECONDS = 20.0
"""How long may be looked at results that might be in a run's way."""
PLACE_CHARACTERS = 2000
SETUP = ("data", "results", "best_tracks", "scratch", "dataset")
OPTIONS = tuple(Options.__annotations__)


class PyroWorker:
    """Does tasks, each in the process of a slot, and replies how each went.

    Parameters
    ----------
    name : str
    setup : dict, optional
        This host's part of a task's setup: data, results, best_tracks, scratch, dataset.
    slots : int
        Tasks done at a time.
    tasks : str
        ``module:TABLE`` of the tasks that can be done; one entry more there is one task more here.
    memory_mb : int, optional
        Limit for each slot.
    version : str, optional
        Version of the code, which the manager compares with its own; none: found from the code.
    tasks_per_slot : int
        After so many tasks a slot gets a new process; 0: it keeps its process.
    grace : float, optional
        Seconds that running tasks get once it is asked to stop; then they are given back. None: until they end.
    memory : MemoryLimits, optional
        When it begins nothing more, and ends its newest task, for lack of memory on the host.
    """

    def __init__(
        self,
        name: str = "worker",
        setup: Mapping[str, Any] | None = None,
        slots: int = 1,
        tasks: str = TASKS,
        memory_mb: int | None = None,
        version: str | None = None,
        tasks_per_slot: int = 0,
        grace: float | None = None,
        memory: MemoryLimits | None = None,
    ) -> None:
        self.name = name
        self.id = secrets.token_hex(8)  # a restarted worker of the same name is another one
        self.host = socket.gethostname()
        self._setup = {key: value for key, value in (setup or {}).items() if key in SETUP and value is not None}
        self._results = KeptFolder(self._setup.get("results"))
        self._writers = Writers()
        self._version = version or code_version()
        guard = MemoryGuard(memory or MemoryLimits())
        self._slots = Slots(slots, tasks, memory_mb, tasks_per_slot, guard.may_begin)
        self._watch = Watch(self._slots, guard)
        self._grace = math.inf if grace is None else grace
        self._done = 0
        self._failed = 0
        self._lock = threading.Lock()  # for the two counts and the heartbeats
        self._stop = threading.Event()
        self._now = threading.Event()
        self._heartbeats: weakref.WeakSet[Any] = weakref.WeakSet()  # connections by which managers ask
        self._stopped_at = 0.0  # monotonic: when it was asked to stop
        self._last_call = time.monotonic()
        self._has_worked = False  # since the manager was last found to be silent

    def __enter__(self) -> "PyroWorker":
        self._slots.start()
        self._watch.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._watch.__exit__()
        self._slots.close()
        self._writers.close()
        self._results.close()

    def adopt(self) -> None:
        """End what lost slots have left; for a process that is a worker and nothing else (see `Slots.adopt`)."""
        self._slots.adopt()

    @Pyro4.expose
    def do_work(self, year: int, ensemble_member: int, task: str, options: Options | None = None) -> Reply:
        """Do one task and save its result.

        Parameters
        ----------
        year, ensemble_member : int
        task : str
            One of the table's; another is a failure that lists them.
        options : dict, optional
            ``settings`` (dict), ``overwrite`` (bool), ``timeout`` (seconds), ``run`` (the run's name), ``results`` (a
            folder below the worker's results folder).

        Returns
        -------
        dict
            See `plain.Reply`: ``status`` (complete, failure, timeout, or busy: the task was not begun), ``year``,
            ``ensemble_member``, ``task``, ``host``, ``worker``, ``seconds``, ``cpu_seconds``, ``path``, ``counts``,
            ``skipped``, ``error``, ``traceback``, and what else the task has returned. Plain values only; what a task
            raises is replied, never raised.
        """
        began = time.perf_counter()
        self._has_worked = True
        self._note_call()
        self._spare_caller()  # a reply will go that way
        try:
            order, timeout = self._order(year, ensemble_member, task, options or {})
            name = str((options or {}).get("run", ""))
            ended: SlotReply = (
                {"busy": "the worker is stopping"} if self.stopping else self._written(order, timeout, name)
            )
        except StormtracksError as error:
            # Not final, whatever it says: a worker of another version may take the order.
            ended = {"error": f"{type(error).__name__}: {error}"}
        reply = bounds.shortened(
            {
                **_outcome(ended),
                "year": year,
                "ensemble_member": ensemble_member,
                "task": task,
                "host": self.host,
                "worker": self.name,
                "seconds": round(time.perf_counter() - began, 6),
            }
        )
        self._note_call()
        self._log(reply)
        return cast(Reply, reply)  # a task may return more than the keys that Reply names

    @Pyro4.expose
    def list_results(
        self, task: str, years: list[int], options: Options | None = None, after: list[Any] | None = None
    ) -> Listing:
        """Names of the files of a task's results, for a manager that looks for what it knows to be complete.

        Parameters
        ----------
        task : str
        years : list of int
        options : dict, optional
            As for `do_work`; ``results`` counts.
        after : list, optional
            `more` of the page before.
        """
        self._note_call()
        try:
            self._results.check()
            folder = self._results_folder(options or {})
            return listing.page(folder, task, years, after) if folder else {"names": [], "more": None}
        except (StormtracksError, OSError) as error:
            return {"names": [], "more": None, "error": str(error)}

    @Pyro4.expose
    def claim_results(self, task: str, extent: list[int], options: Options, who: str = "") -> Claim:
        """Whether a run may write its results here: before it is given out.

        Parameters
        ----------
        task : str
        extent : list of int
            First and last year, number of members.
        options : dict
            As for `do_work`.
        who : str
            Who manages the run, for messages.
        """
        self._note_call()
        try:
            order, _ = self._order(extent[0], 0, task, options)
            kind = self._kind(order)
            if kind is None:
                return {"refused": "", "conflict": ""}
            reason = self._writers.enter(kind, str(options.get("run", "")), who, Pyro4.current_context.client)
            return {"refused": reason, "conflict": "" if reason else self._conflict(order, extent)}
        except StormtracksError as error:
            return {"refused": str(error), "conflict": ""}

    @Pyro4.expose
    def ping(self) -> State:
        """Who this is and how much of it is busy; the manager's heartbeat."""
        self._note_call()
        return self._state()

    @Pyro4.expose
    def describe(self) -> Description:
        """What `ping` replies and more, for people."""
        return {
            **self._state(),
            "done": self._done,
            "failed": self._failed,
            "version": self._version,
            "tasks": self._slots.known,
            "python": ".".join(map(str, sys.version_info[:3])),
            "working": [self._with_stall(one) for one in self._slots.working()],
            "years": self._slots.years(),
            "places": {key: _place(self._setup.get(key)) for key in PLACES},
        }

    @Pyro4.expose
    def end_task(self, year: int, ensemble_member: int, task: str, why: str) -> bool:
        """End a task that takes too long: `do_work` replies ``timeout`` with the reason; whether there was such one."""
        self._note_call()
        return self._slots.end_task(year, ensemble_member, task, {"timeout": f"{why!s:.500}"})

    @Pyro4.expose
    def stop(self, now: bool = False) -> str:
        """Stop: after the running tasks, or with `now` at once. No other task is begun."""
        if not self.stopping:
            self._stopped_at = time.monotonic()
        self._spare_caller()  # it knows
        if now:
            self._now.set()
        self._stop.set()
        return "stopping"

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop."""
        return self._stop.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait until it is asked to stop, at most some seconds; whether it was."""
        return self._stop.wait(seconds)

    def tell_managers(self) -> None:
        """Have managers ask at once, rather than at their next heartbeat: it may be killed before.

        A manager whose connection for heartbeats ends connects again, and is told that this worker is stopping.
        """
        with self._lock:
            connections = list(self._heartbeats)
            self._heartbeats.clear()
        for connection in connections:
            wire.hang_up(connection)

    def finish(self) -> None:
        """Wait for the running tasks as long as they have; give back the others, and only then end them."""
        if self._slots.busy and not self._now.is_set():
            limit = "" if math.isinf(self._grace) else f", for at most {duration(self._grace)}"
            log.info("stopping after %d running task(s)%s", self._slots.busy, limit)
        self._wait_for_slots(self._stopped_at + self._grace, self._now)
        if self._slots.busy:
            log.warning("%d running task(s) are given back", self._slots.busy)
            self._slots.give_back(GIVEN_BACK)  # before anything is ended: whoever stops us may soon kill us
            self._wait_for_slots(time.monotonic() + GIVE_BACK_SECONDS, threading.Event())
        self._slots.close()

    def notice_silence(self) -> None:
        """Log, once, that the manager whose tasks were done is gone; and show which runs still write here."""
        self._writers.renew()
        silent = time.monotonic() - self._last_call
        if self._has_worked and silent > MANAGER_SILENT_SECONDS:
            self._has_worked = False
            since = time.strftime("%H:%M:%S", time.localtime(time.time() - silent))
            rest = f"{self._slots.busy} task(s) still running, then " if self._slots.busy else ""
            log.warning("no call from the manager since %s; %sready for the next manager", since, rest)

    def _wait_for_slots(self, until: float, enough: threading.Event) -> None:
        """Wait until no slot works, until a time (monotonic), or until it is enough."""
        while self._slots.busy and time.monotonic() < until and not enough.wait(0.05):
            pass

    def _with_stall(self, one: Working) -> Working:
        text = self._watch.stalled.get(one["slot"])
        return {**one, "stalled": text} if text else one

    def _note_call(self) -> None:
        self._last_call = time.monotonic()

    def _spare_caller(self) -> None:
        """Whoever calls now is not hung up on by `tell_managers`."""
        if (connection := wire.caller()) is not None:
            with self._lock:
                self._heartbeats.discard(connection)

    def _state(self) -> State:
        if (connection := wire.caller()) is not None:
            with self._lock:
                self._heartbeats.add(connection)
        state: State = {
            "worker": self.name,
            "id": self.id,
            "host": self.host,
            "pid": os.getpid(),
            "slots": self._slots.in_service,
            "busy": self._slots.busy,
            "stopping": self.stopping,
        }
        if self._slots.changed and not state["slots"]:
            state["fault"] = self._slots.changed
        if notices := self._watch.notices():
            state["notices"] = notices
        return state

    def _order(self, year: int, ensemble_member: int, task: str, options: Options) -> tuple[Order, float | None]:
        for name, value in (("year", year), ("ensemble_member", ensemble_member)):
            if type(value) is not int or value < 0:
                raise BadValue(f"'{name}' must be a whole number of 0 or more, not {value!r}")
        if task not in self._slots.known:
            raise BadValue(f"unknown task {task!r}; known: {', '.join(self._slots.known)}")
        unknown = set(options) - set(OPTIONS)
        if unknown:
            raise BadValue(f"unknown option {sorted(unknown)[0]!r}; known: {', '.join(OPTIONS)}")
        setup = {**self._setup, "overwrite": bool(options.get("overwrite"))}
        if folder := self._results_folder(options):
            setup["results"] = folder
        if options.get("settings") is not None:
            setup["settings"] = options["settings"]
        order: Order = {"year": year, "ensemble_member": ensemble_member, "task": task, "setup": setup}
        return order, _seconds(options.get("timeout"))

    def _results_folder(self, options: Options) -> str | None:
        """Where results go: the worker's folder, or the one below it that the run has chosen."""
        folder, chosen = self._setup.get("results"), options.get("results")
        if chosen is None:
            return folder
        if not isinstance(chosen, str) or not folder:
            raise BadValue(f"'results' must be a folder below the worker's results folder, not {chosen!r:.200}")
        return listing.within(folder, chosen)

    def _kind(self, order: Order) -> Kind | None:
        """The kind of results that an order makes; None where the worker has no folder for them."""
        setup = order["setup"]
        made_from = {key: setup.get(key) for key in ("settings", "dataset")}
        return Kind.of(setup["results"], order["task"], made_from) if setup.get("results") else None

    def _conflict(self, order: Order, extent: list[int]) -> str:
        """Which results are in the way of a run, and in what they differ; nothing where that cannot be said now."""
        if order["setup"]["overwrite"]:
            return ""
        order["conflict"] = (extent[0], extent[1], extent[2])
        ended = self._slots.run(order, CONFLICT_SECONDS)
        return str(ended.get("returned", {}).get("conflict", ""))

    def _written(self, order: Order, timeout: float | None, run: str) -> SlotReply:
        """Perform an order as the only run whose results are of this kind."""
        kind = self._kind(order)
        if kind is None:
            return self._perform(order, timeout)
        if reason := self._writers.begin(kind, run, Pyro4.current_context.client):
            return {"busy": reason}
        try:
            return self._perform(order, timeout)
        finally:
            self._writers.end(kind)

    def _perform(self, order: Order, timeout: float | None) -> SlotReply:
        self._results.check()
        ended = self._slots.run(order, timeout)
        for line in ended.pop("logged", []):
            log.warning("%s member %s: %s", order["year"], order["ensemble_member"], line)
        if "returned" in ended:
            # Again: where the folder was replaced during the task, the result does not lie where it is looked for.
            self._results.check()
        return ended

    def _log(self, reply: Mapping[str, Any]) -> None:
        status = reply["status"]
        cell = f"{reply['year']} member {reply['ensemble_member']} {reply['task']}"
        line = f"{cell}: {status} in {reply['seconds']:.2f} s"
        if status != "complete":
            log.warning("%s: %s", line, reply["error"])
        elif reply["skipped"]:
            log.info("%s; the result already existed", line)
        elif reply["counts"]:
            log.info("%s; %s", line, _listed(reply["counts"]))
        else:
            log.info("%s", line)
        with self._lock:
            self._done += status == "complete"
            self._failed += status in ("failure", "timeout")


def _place(value: object) -> str:
    """A part of the setup as text: a path, or a description as JSON."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(plain(value), sort_keys=True)
    if len(text) <= PLACE_CHARACTERS:
        return text
    return f"{text[: PLACE_CHARACTERS - 70]}... {hashlib.sha256(text.encode()).hexdigest()}"


def _listed(counts: Mapping[str, float]) -> str:
    """Counts for the log; that nothing is missing is not worth a word."""
    return ", ".join(f"{number} {of}" for of, number in counts.items() if number or not of.startswith("missing_"))


def _outcome(ended: SlotReply) -> dict[str, Any]:
    """What a slot replied, as do_work replies it."""
    reply: dict[str, Any] = {
        "path": None,
        "counts": {},
        "skipped": False,
        "error": None,
        "traceback": ended.get("traceback"),
        "cpu_seconds": ended.get("cpu_seconds", 0.0),
    }
    if "code_version" in ended:
        reply["code_version"] = ended["code_version"]
    if "returned" in ended:
        return {**reply, **ended["returned"], "status": "complete"}
    if "timeout" in ended:
        return {**reply, "status": "timeout", "error": ended["timeout"]}
    if "busy" in ended:
        return {**reply, "status": "busy", "error": ended["busy"]}
    return {**reply, "status": "failure", "error": ended["error"], "final": ended.get("final", False)}


def _seconds(timeout: object) -> float | None:
    if timeout is None:
        return None
    # `not > 0` also refuses NaN.
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not timeout > 0:
        raise BadValue(f"'timeout' must be a number of seconds above 0, not {timeout!r}")
    return timeout
