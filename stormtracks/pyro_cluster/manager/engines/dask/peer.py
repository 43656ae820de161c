"""One Dask worker as the manager asks it: the questions of a worker of ours, each a call on that worker alone."""

import concurrent.futures
import threading
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from stormtracks.label import Label
from stormtracks.pyro_cluster.manager.engines.dask.link import Link
from stormtracks.pyro_cluster.manager.engines.dask.loop import Loop
from stormtracks.pyro_cluster.manager.engines.dask.seat import Seat
from stormtracks.pyro_cluster.manager.engines.dask.work import Work
from stormtracks.pyro_cluster.manager.engines.door import PeerLost

LOOK_SECONDS = 60.0
"""How long an answer may take: the first one waits until the tasks are imported there, perhaps from a slow disk."""
RENEW_SECONDS = 15.0
"""How long a worker is asked nothing before it is told that the manager is still there."""
_LACKS = (
    "the package stormtracks is not installed in its environment ({error}); install this version there (`pip "
    "install .` in the folder of the checkout), start the workers with PYTHONPATH set to that folder, or from an image "
    "that has it"
)

Describe = Callable[["DaskPeer", Mapping[str, Any]], Mapping[str, Any]]


class DaskPeer:
    """Asks one worker.

    Parameters
    ----------
    loop : Loop
    link : Link
    seat : Seat
    limited : bool
        Whether tasks must be ended at a time limit.
    asked : callable, optional
        Adds to the description what the manager finds of the worker.
    """

    def __init__(self, loop: Loop, link: Link, seat: Seat, limited: bool, asked: Describe | None = None) -> None:
        self._loop = loop
        self._link = link
        self._seat = seat
        self._limited = limited
        self._asked = asked
        self._over = threading.Event()  # the worker is gone, or this was cut
        self._is_cut = False
        self._calls: set[concurrent.futures.Future[Any]] = set()
        seat.wakes.append(self._over.set)
        if seat.ended.is_set():
            self._over.set()

    def describe(self) -> Mapping[str, Any]:
        """The worker's description of itself, or why it cannot be one of ours."""
        seat = self._seat
        if self._limited and not seat.nanny:
            reason = (
                "it has no nanny, so a task could not be ended at its time limit; start it with a nanny (without "
                "--no-nanny), or manage the run with --timeout none"
            )
            return {"id": seat.id, "refused": reason}
        try:
            found = self._ask("describe", [])
        except ModuleNotFoundError as error:
            return {"id": seat.id, "refused": _LACKS.format(error=error)}
        if "refused" in found:
            return {"id": seat.id, "refused": found["refused"]}
        seat.is_known = True
        described = {**found["answer"], "id": seat.id, "stopping": seat.stopping, "entry": self._link.entry.name}
        return self._asked(self, described) if self._asked else described

    def ping(self) -> Mapping[str, Any]:
        """A sign of life: the scheduler has it. One that has left in order says first that it stops."""
        seat = self._seat
        if seat.ended.is_set() and (not seat.in_order or seat.said_that_it_stops):
            raise PeerLost(seat.why, seat.silent)
        seat.said_that_it_stops = seat.stopping
        if time.monotonic() - seat.asked_at > RENEW_SECONDS and seat.work is None:
            self._loop.begin(self._renew())
        state = {"worker": seat.name, "id": seat.id, "host": seat.host, "slots": 1, "busy": int(seat.work is not None)}
        return {**state, "stopping": seat.stopping, "notices": list(seat.notices)}

    def do_work(self, year: Label, ensemble_member: int, task: str, options: Mapping[str, Any]) -> Mapping[str, Any]:
        """Have a task done; the worker's reply."""
        return self._call(self._work((year, ensemble_member, task), options))

    def end_task(self, year: Label, ensemble_member: int, task: str, why: str) -> bool:
        """Have a task ended that another peer waits for, as a timeout; whether the worker was doing it."""
        return self._call(self._end((year, ensemble_member, task), why))

    def list_results(
        self, task: str, years: list[Label], options: Mapping[str, Any], after: list[Any] | None
    ) -> Mapping[str, Any]:
        """Names of results; see `PyroWorker.list_results`."""
        return self._answer("list_results", [task, years, dict(options), after])

    def claim_results(
        self, task: str, extent: Sequence[Label], options: Mapping[str, Any], who: str
    ) -> Mapping[str, Any]:
        """Whether the run may write its results there; see `PyroWorker.claim_results`."""
        return self._answer("claim_results", [task, list(extent), dict(options), who])

    def ended(self, seconds: float) -> bool:
        """Wait until the worker is gone, or `cut` is called, at most some seconds; whether either is so."""
        return self._over.wait(seconds)

    def cut(self) -> None:
        """End a call or a wait that another thread is in."""
        self._is_cut = True
        self._over.set()
        for call in list(self._calls):
            call.cancel()

    def close(self) -> None:
        """Nobody asks on it any more."""
        self.cut()
        if self._over.set in self._seat.wakes:
            self._seat.wakes.remove(self._over.set)

    async def _work(self, cell: tuple[Label, int, str], options: Mapping[str, Any]) -> Mapping[str, Any]:
        seat, work = self._seat, Work(self._link, self._seat, cell)
        seat.work = work
        try:
            return await work.done(options)
        finally:
            seat.work = None
            seat.asked_at = time.monotonic()

    async def _end(self, cell: tuple[Label, int, str], why: str) -> bool:
        work = self._seat.work
        if work is None or work.cell != cell:
            return False
        work.end(why)
        return True

    async def _renew(self) -> None:
        self._link.renew(self._seat)

    def _answer(self, method: str, arguments: list[Any]) -> Mapping[str, Any]:
        return self._ask(method, arguments).get("answer", {})

    def _ask(self, method: str, arguments: list[Any]) -> Mapping[str, Any]:
        return self._call(self._link.ask(self._seat, method, arguments, LOOK_SECONDS))

    def _call(self, work: Coroutine[Any, Any, Any]) -> Any:
        call = self._loop.begin(work)
        self._calls.add(call)
        if self._is_cut:
            call.cancel()
        try:
            return call.result()
        except concurrent.futures.CancelledError:
            raise PeerLost(self._seat.why or "its connection ended") from None
        finally:
            self._calls.discard(call)
