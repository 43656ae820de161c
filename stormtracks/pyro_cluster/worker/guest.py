"""A worker in a process that is not ours, such as another engine's: one task at a time, each a plain call.

Whoever has the process calls `answer` by its name, with a question as text; the answer is text too, so that nothing but
plain values crosses whatever lies between. A guest is made by the first question that names its setup, and stays for as
long as the process does. It answers what a `PyroWorker` does, and as that does.
"""

import contextlib
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from stormtracks.errors import StormtracksError
from stormtracks.label import Label
from stormtracks.pyro_cluster.plain import Options, Order, SlotReply, plain
from stormtracks.pyro_cluster.worker import freed_memory, listing, places
from stormtracks.pyro_cluster.worker.kept_folder import KeptFolder
from stormtracks.pyro_cluster.worker.leasehold import Leaseholds
from stormtracks.pyro_cluster.worker.orders import TASKS, Orders, kind_of
from stormtracks.pyro_cluster.worker.reply import whole
from stormtracks.pyro_cluster.worker.slots import slot_main
from stormtracks.version import code_version

CONFLICT_SECONDS = 20.0
"""How long a look at results that might be in a run's way waits for the task that is under way."""
BUSY = "all slots are busy"

_OF_A_MANAGER = ("do_work", "claim_results", "renew", "leave")

_one = threading.Lock()
"""NetCDF and HDF5 are not safe to enter from two threads, whoever's guests these are."""
_guests: dict[str, "Guest"] = {}  # by what they were asked to be
_making = threading.Lock()


def answer(question: str) -> str:
    """Ask the guest that a question is for; see `ask`.

    Parameters
    ----------
    question : str
        JSON: ``guest`` (name, manager, setup, tasks), ``method`` and its ``arguments``.

    Returns
    -------
    str
        JSON: ``answer``, or ``refused`` with the reason why there can be no such guest here.
    """
    asked = json.loads(question)
    try:
        guest = _guest(asked["guest"])
    except StormtracksError as error:
        return json.dumps({"refused": str(error)})
    methods: dict[str, Callable[..., object]] = {
        "describe": guest.describe,
        "do_work": guest.do_work,
        "list_results": guest.list_results,
        "claim_results": guest.claim_results,
        "renew": guest.renew,
        "leave": guest.leave,
    }
    arguments = list(asked["arguments"])
    if asked["method"] in _OF_A_MANAGER:  # several may ask at a time: a Dask worker has threads
        arguments.append(asked["guest"]["manager"])
    return json.dumps({"answer": plain(methods[asked["method"]](*arguments))})


class Guest:
    """Does tasks in this process.

    Parameters
    ----------
    name : str
    setup : mapping
        As hosts.yaml has it; paths are expanded here.
    tasks : str
        ``module:TABLE``.

    Raises
    ------
    places.Refused
        A folder of the setup is not here, or the tasks cannot be loaded.
    """

    def __init__(self, name: str, setup: Mapping[str, Any], tasks: str) -> None:
        given = places.expanded({key: value for key, value in setup.items() if value is not None}, Path("/"))
        self.name = name
        self.host = socket.gethostname()
        self._version = code_version()
        self._table = _loaded(tasks)
        self._looks = slot_main.looks_of(tasks)
        self._about = slot_main.about_of(tasks)
        self._orders = Orders(given, lambda: sorted(self._table))
        self._results = KeptFolder(given.get("results"))
        self._writers = Leaseholds()
        self._year: Label | None = None

    def describe(self) -> dict[str, Any]:
        """What a worker says of itself; see `plain.Description`."""
        return {
            "worker": self.name,
            "host": self.host,
            "pid": os.getpid(),
            "slots": 1,
            "busy": int(_one.locked()),
            "stopping": False,
            "version": self._version,
            "tasks": sorted(self._table),
            "python": ".".join(map(str, sys.version_info[:3])),
            "about": self._about,
            "years": [] if self._year is None else [self._year],
            "places": self._orders.places(),
        }

    def do_work(self, year: Label, ensemble_member: int, task: str, options: Options, manager: str) -> dict[str, Any]:
        """Do one task; see `PyroWorker.do_work`. Whoever asks keeps the time."""
        began = time.perf_counter()
        try:
            order, _ = self._orders.order(year, ensemble_member, task, options)
            ended = self._written(order, str(options.get("run", "")), manager)
        except StormtracksError as error:
            ended = {"error": f"{type(error).__name__}: {error}"}
        ended["code_version"] = self._version
        return whole(ended, (year, ensemble_member, task), (self.host, self.name), time.perf_counter() - began)

    def list_results(
        self, task: str, years: list[Label], options: Options, after: list[Any] | None
    ) -> Mapping[str, Any]:
        """Names of the files of a task's results; see `PyroWorker.list_results`."""
        try:
            self._results.check()
            folder = self._orders.folder(options)
            return listing.page(folder, task, years, after) if folder else {"names": [], "more": None}
        except (StormtracksError, OSError) as error:
            return {"names": [], "more": None, "error": str(error)}

    def claim_results(self, task: str, extent: list[Any], options: Options, who: str, manager: str) -> dict[str, str]:
        """Whether a run may write its results here; see `PyroWorker.claim_results`."""
        try:
            order, _ = self._orders.order(extent[0], 0, task, options)
            kind = kind_of(order)
            if kind is None:
                return {"refused": "", "conflict": ""}
            reason = self._writers.enter(kind, str(options.get("run", "")), who, manager)
            return {"refused": reason, "conflict": "" if reason else self._conflict(order, extent)}
        except StormtracksError as error:
            return {"refused": str(error), "conflict": ""}

    def renew(self, manager: str) -> None:
        """The manager that asks is still there: its run may write for a while longer."""
        self._writers.renew(manager)

    def leave(self, manager: str) -> None:
        """The manager that asks is there no more: its run does not write any more."""
        self._writers.leave(manager)

    def _written(self, order: Order, run: str, manager: str) -> SlotReply:
        """Perform an order as the only run whose results are of this kind."""
        if not _one.acquire(blocking=False):
            return {"busy": BUSY}
        try:
            kind = kind_of(order)
            with self._writers.task(kind, run, manager) if kind else contextlib.nullcontext("") as reason:
                return {"busy": reason} if reason else self._perform(order)
        finally:
            _one.release()

    def _perform(self, order: Order) -> SlotReply:
        self._results.check()
        self._year = order["year"]
        ended = slot_main.perform(self._table, order, _progress, self._looks)
        ended.pop("must_be_replaced", None)  # the process is not ours to replace
        if "returned" in ended:
            self._results.check()
        return ended

    def _conflict(self, order: Order, extent: list[Any]) -> str:
        if order["setup"]["overwrite"] or not _one.acquire(timeout=CONFLICT_SECONDS):
            return ""
        try:
            order["conflict"] = (extent[0], extent[1], extent[2])
            ended = slot_main.perform(self._table, order, _progress, self._looks)
            return str(ended.get("returned", {}).get("conflict", ""))
        finally:
            _one.release()


def _guest(wanted: Mapping[str, Any]) -> Guest:
    about = json.dumps([wanted["name"], wanted["setup"], wanted["tasks"]], sort_keys=True)
    with _making:
        if about not in _guests:
            freed_memory.keep()
            _guests[about] = Guest(wanted["name"], wanted["setup"], wanted["tasks"] or TASKS)
        return _guests[about]


def _loaded(tasks: str) -> slot_main.Table:
    try:
        return slot_main.load(tasks)
    except Exception as error:  # whatever a module raises when it is imported
        raise places.Refused(f"cannot load the tasks of {tasks}: {type(error).__name__}: {error}") from error


def _progress(done: int, of: int) -> None:
    """Nobody asks how far a plain call is."""
