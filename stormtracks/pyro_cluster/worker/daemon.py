"""The worker as it is called over the wire: it does tasks in its slots and replies how they went."""

import logging
import math
import os
import secrets
import socket
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any, cast

import Pyro4

from stormtracks.errors import StormtracksError
from stormtracks.label import Label
from stormtracks.pyro_cluster import pidfile
from stormtracks.pyro_cluster.plain import (
    GIVEN_BACK,
    Claim,
    Description,
    Listing,
    Options,
    Order,
    Reply,
    SlotReply,
    State,
    Working,
)
from stormtracks.pyro_cluster.worker import listing
from stormtracks.pyro_cluster.worker.callers import Callers
from stormtracks.pyro_cluster.worker.inventory import Inventory
from stormtracks.pyro_cluster.worker.kept_folder import KeptFolder
from stormtracks.pyro_cluster.worker.orders import TASKS, Orders, kind_of
from stormtracks.pyro_cluster.worker.reply import log_line, whole
from stormtracks.pyro_cluster.worker.slots.memory_guard import MemoryGuard, MemoryLimits
from stormtracks.pyro_cluster.worker.slots.pool import Slots
from stormtracks.pyro_cluster.worker.slots.watch import Watch
from stormtracks.pyro_cluster.worker.tenure import Tenure
from stormtracks.pyro_cluster.worker.writers import Writers
from stormtracks.readable import duration
from stormtracks.version import code_version

log = logging.getLogger(__name__)

GIVE_BACK_SECONDS = 2.0
"""How long the replies that give tasks back may take."""
CONFLICT_SECONDS = 20.0
"""How long may be looked at results that might be in a run's way."""


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
    tenure : Tenure, optional
        When it leaves by itself, and the grace that running tasks have then, or when it is asked to stop, in place of
        `grace`; none: never.
    entry : str
        The entry of hosts.yaml that it is one of several workers of; empty: it is the only one.
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
        tenure: Tenure | None = None,
        entry: str = "",
    ) -> None:
        self.name = name
        self.id = secrets.token_hex(8)  # a restarted worker of the same name is another one
        self.host = socket.gethostname()
        self._tenure = tenure or Tenure(grace=grace)
        self._entry = entry
        self._results = KeptFolder((setup or {}).get("results"))
        self._writers = Writers()
        self._version = version or code_version()
        guard = MemoryGuard(memory or MemoryLimits())
        self._slots = Slots(slots, tasks, memory_mb, tasks_per_slot, guard.may_begin)
        self._orders = Orders(setup or {}, lambda: self._slots.known)
        self._inventory = Inventory(tasks, self._orders.setup, self._slots.beside)
        self._callers = Callers()
        self._watch = Watch(self._slots, guard)
        self._done = 0
        self._failed = 0
        self._lock = threading.Lock()  # for the two counts
        self._stop = threading.Event()
        self._now = threading.Event()
        self._stopped_at = 0.0  # monotonic: when it was asked to stop

    def __enter__(self) -> "PyroWorker":
        self._slots.start()
        self._inventory.start(self._slots.readers)
        self._watch.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._watch.__exit__()
        self._inventory.close()
        self._slots.close()
        self._writers.close()
        self._results.close()

    def adopt(self) -> None:
        """End what lost slots have left; for a process that is a worker and nothing else (see `Slots.adopt`)."""
        self._slots.adopt()

    @Pyro4.expose
    def do_work(self, year: Label, ensemble_member: int, task: str, options: Options | None = None) -> Reply:
        """Do one task and save its result.

        Parameters
        ----------
        year : int or str
            Or the start of a forecast, "2025-06-01T00".
        ensemble_member : int
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
        self._callers.note(work=True)
        self._tenure.worked()
        self._callers.spare()  # a reply will go that way
        try:
            order, timeout = self._orders.order(year, ensemble_member, task, options or {})
            name = str((options or {}).get("run", ""))
            ended: SlotReply = (
                {"busy": "the worker is stopping"} if self.stopping else self._written(order, timeout, name)
            )
        except StormtracksError as error:
            # Not final, whatever it says: a worker of another version may take the order.
            ended = {"error": f"{type(error).__name__}: {error}"}
        seconds = time.perf_counter() - began
        reply = whole(ended, (year, ensemble_member, task), (self.host, self.name), seconds)
        if reply.get("lacks_data"):
            self._inventory.look_soon()
        self._callers.note()
        self._tenure.worked()
        self._log(reply)
        return cast(Reply, reply)  # a task may return more than the keys that Reply names

    @Pyro4.expose
    def list_results(
        self, task: str, years: list[Label], options: Options | None = None, after: list[Any] | None = None
    ) -> Listing:
        """Names of the files of a task's results, for a manager that looks for what it knows to be complete.

        Parameters
        ----------
        task : str
        years : list of int or str
        options : dict, optional
            As for `do_work`; ``results`` counts.
        after : list, optional
            `more` of the page before.
        """
        self._callers.note()
        try:
            self._results.check()
            folder = self._orders.folder(options or {})
            return listing.page(folder, task, years, after) if folder else {"names": [], "more": None}
        except (StormtracksError, OSError) as error:
            return {"names": [], "more": None, "error": str(error)}

    @Pyro4.expose
    def claim_results(self, task: str, extent: list[Any], options: Options, who: str = "") -> Claim:
        """Whether a run may write its results here: before it is given out.

        Parameters
        ----------
        task : str
        extent : list
            First and last year, or start of a forecast, and number of members.
        options : dict
            As for `do_work`.
        who : str
            Who manages the run, for messages.
        """
        self._callers.note()
        try:
            order, _ = self._orders.order(extent[0], 0, task, options)
            kind = kind_of(order)
            if kind is None:
                return {"refused": "", "conflict": ""}
            reason = self._writers.enter(kind, str(options.get("run", "")), who, Pyro4.current_context.client)
            return {"refused": reason, "conflict": "" if reason else self._conflict(order, extent)}
        except StormtracksError as error:
            return {"refused": str(error), "conflict": ""}

    @Pyro4.expose
    def ping(self) -> State:
        """Who this is and how much of it is busy; the manager's heartbeat."""
        self._callers.note()
        return self._state()

    @Pyro4.expose
    def describe(self) -> Description:
        """What `ping` replies and more, for people."""
        described: Description = {
            **self._state(),
            "done": self._done,
            "failed": self._failed,
            "version": self._version,
            "tasks": self._slots.known,
            "python": ".".join(map(str, sys.version_info[:3])),
            "about": self._slots.about,
            "working": [self._with_stall(one) for one in self._slots.working()],
            "years": self._slots.years(),
            "places": self._orders.places(),
            **self._inventory.described(),
            "by_hand": pidfile.MARK not in os.environ,
        }
        if self._entry:
            described["entry"] = self._entry
        if self._tenure.whole is not None:
            described["allocation_seconds"] = self._tenure.whole
        return described

    @Pyro4.expose
    def end_task(self, year: Label, ensemble_member: int, task: str, why: str) -> bool:
        """End a task that takes too long: `do_work` replies ``timeout`` with the reason; whether there was such one."""
        self._callers.note()
        return self._slots.end_task(year, ensemble_member, task, {"timeout": f"{why!s:.500}"})

    @Pyro4.expose
    def stop(self, now: bool = False) -> str:
        """Stop: after the running tasks, or with `now` at once. No other task is begun."""
        if not self.stopping:
            self._stopped_at = time.monotonic()
        self._callers.spare()  # it knows
        if now:
            self._now.set()
        self._stop.set()
        return "stopping"

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop."""
        return self._stop.is_set()

    def leave_in_time(self) -> None:
        """Stop, as if asked to, where its allocation ends soon or nobody has work for it."""
        if self._slots.busy:
            self._tenure.worked()
        if not self.stopping and (why := self._tenure.over()):
            log.info("leaving: %s", why)
            self.stop()

    def wait(self, seconds: float) -> bool:
        """Wait until it is asked to stop, at most some seconds; whether it was."""
        return self._stop.wait(seconds)

    def tell_managers(self) -> None:
        """Have managers ask at once, rather than at their next heartbeat: it may be killed before.

        A manager whose connection for heartbeats ends connects again, and is told that this worker is stopping.
        """
        self._callers.hang_up()

    def finish(self) -> None:
        """Wait for the running tasks as long as they have; give back the others, and only then end them."""
        grace = self._tenure.grace()
        if self._slots.busy and not self._now.is_set():
            limit = "" if math.isinf(grace) else f", for at most {duration(grace)}"
            log.info("stopping after %d running task(s)%s", self._slots.busy, limit)
        self._wait_for_slots(self._stopped_at + grace, self._now)
        if self._slots.busy:
            log.warning("%d running task(s) are given back", self._slots.busy)
            self._slots.give_back(GIVEN_BACK)  # before anything is ended: whoever stops us may soon kill us
            self._wait_for_slots(time.monotonic() + GIVE_BACK_SECONDS, threading.Event())
        self._slots.close()

    def notice_silence(self) -> None:
        """Log, once, that the manager whose tasks were done is gone; and show which runs still write here."""
        self._writers.renew()
        if (silent := self._callers.silence()) is not None:
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

    def _state(self) -> State:
        self._callers.remember()
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
        if seen := self._inventory.seen:
            state["data_seen"] = seen
        if notices := self._watch.notices():
            state["notices"] = notices
        if (left := self._tenure.seconds_left) is not None:
            state["seconds_left"] = left
        if progress := self._slots.progress():
            state["progress"] = progress
        return state

    def _conflict(self, order: Order, extent: list[Any]) -> str:
        """Which results are in the way of a run, and in what they differ; nothing where that cannot be said now."""
        if order["setup"]["overwrite"]:
            return ""
        order["conflict"] = (extent[0], extent[1], extent[2])
        ended = self._slots.run(order, CONFLICT_SECONDS)
        return str(ended.get("returned", {}).get("conflict", ""))

    def _written(self, order: Order, timeout: float | None, run: str) -> SlotReply:
        """Perform an order as the only run whose results are of this kind."""
        kind = kind_of(order)
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
        log.log(logging.INFO if status == "complete" else logging.WARNING, "%s", log_line(reply))
        with self._lock:
            self._done += status == "complete"
            self._failed += status in ("failure", "timeout")
