"""The connection to a Dask scheduler, and what can be asked of its workers. All of it runs in the loop's thread."""

import asyncio
import contextlib
import json
import secrets
import time
from collections.abc import Awaitable, Mapping, Sequence, Set
from typing import Any

from stormtracks.pyro_cluster.manager.engines.asked import GuestEntry
from stormtracks.pyro_cluster.manager.engines.dask import library, silence
from stormtracks.pyro_cluster.manager.engines.dask.seat import ENDED, Seat
from stormtracks.pyro_cluster.manager.engines.door import PeerLost

LOOK_SECONDS = 0.5
"""From one look whether the connection still stands to the next."""
LEAVE_SECONDS = 2.0
STACK_SECONDS = 2.0
MOST_KNOWN = 1000
"""Workers that have gone, and why is known."""
RESTART_SECONDS = 60.0
"""How long a worker may take to come back after a restart that we asked for."""
GONE = "the Dask scheduler is gone"


class Link:
    """A client of one scheduler, for as long as that lives.

    Parameters
    ----------
    client : distributed.Client
        Connected.
    entry : GuestEntry

    Attributes
    ----------
    entry : GuestEntry
    seats : dict of str to Seat
        The workers that are there, by their address.
    known : dict of str to Seat
        By URI, also workers that have gone, for a while.
    lost : bool
        Whether the scheduler is gone.
    """

    def __init__(self, client: Any, entry: GuestEntry) -> None:
        self.client = client
        self.seats: dict[str, Seat] = {}
        self.known: dict[str, Seat] = {}
        self.lost = False
        self.entry = entry
        self._silence = silence.Silence(client)
        self._manager = secrets.token_hex(8)
        self._background: set[asyncio.Task[Any]] = set()
        client.subscribe_topic("worker-restart-memory", self._too_large)
        self._in_background(self._watch())
        self._in_background(self._hark())

    async def look(self) -> dict[str, Seat]:
        """The workers that are there now, by name; those that have gone since are told so."""
        there = set(await self.client.scheduler.ncores())
        for address in self.seats.keys() - there:
            if not self.seats[address].restarting:
                self._in_background(self._missed(self.seats[address]))
        if there - self.seats.keys():
            await self._meet(there)
        return {seat.name: seat for seat in self.seats.values()}

    async def ask(self, seat: Seat, method: str, arguments: Sequence[Any], seconds: float) -> Mapping[str, Any]:
        """What a worker answers.

        Raises
        ------
        PeerLost
            It is gone, or does not answer in time.
        """
        future = self.begin(seat, method, arguments, f"stormtracks-{method}")
        try:
            return await self.first(seat, self.answer(seat, future), seconds)
        except TimeoutError:
            raise PeerLost("no answer in time; perhaps it is busy with tasks of others", silent=True) from None
        finally:
            future.release()

    def begin(self, seat: Seat, method: str, arguments: Sequence[Any], key: str) -> Any:
        """Ask a worker; the future of the answer, to be released."""
        if self.lost or seat.ended.is_set():
            raise PeerLost(seat.why or GONE)
        seat.asked_at = time.monotonic()
        entry = self.entry
        guest = {"name": seat.name, "manager": self._manager, "setup": dict(entry.setup), "tasks": entry.tasks}
        question = json.dumps({"guest": guest, "method": method, "arguments": list(arguments)})
        return library.ask(self.client, seat.address, key, question)

    async def answer(self, seat: Seat, future: Any) -> Mapping[str, Any]:
        """What a future becomes. What the call raised, rather than answered, is raised."""
        try:
            return json.loads(await future)
        except Exception as error:
            if type(error).__name__ == "FutureCancelledError":
                raise PeerLost(seat.why or GONE) from error
            raise

    async def first(self, seat: Seat, answer: Awaitable[Any], seconds: float | None, *others: asyncio.Event) -> Any:
        """An answer; None where one of the events comes first.

        Raises
        ------
        PeerLost
            The worker is gone before.
        TimeoutError
            It takes longer.
        """
        wanted = asyncio.ensure_future(answer)
        waits = [asyncio.ensure_future(event.wait()) for event in (seat.lost, *others)]
        try:
            done, _ = await asyncio.wait({wanted, *waits}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if wanted in done:
                return wanted.result()
            if waits[0] in done:
                raise PeerLost(seat.why, silent=seat.silent)
            if not done:
                raise TimeoutError
            return None
        finally:
            for one in (wanted, *waits):
                one.cancel()

    async def stacks(self, future: Any) -> list[str]:
        """Where a call is on its worker; nothing where it has not begun, or has ended."""
        found = await asyncio.wait_for(self.client.scheduler.call_stack(keys=[future.key]), STACK_SECONDS)
        return [str(frame) for of_worker in found.values() for frames in of_worker.values() for frame in frames]

    async def restart(self, seat: Seat) -> bool:
        """Have a worker's process restarted by its nanny; whether it has come back."""
        before = seat.address
        seat.restarting = True
        try:
            with contextlib.suppress(Exception):  # who did not come back in time is looked for below
                await self.client.restart_workers([before], timeout=RESTART_SECONDS, raise_for_error=False)
            until = time.monotonic() + RESTART_SECONDS
            while time.monotonic() < until and not self.lost:
                about = (await self._workers()) or {}
                for address, one in about.items():
                    if one.get("name") == seat.dask_name and address != before:
                        self._moved(seat, before, address)
                        with contextlib.suppress(Exception):  # it loads the tasks, which is no task's time
                            await self.ask(seat, "describe", [], RESTART_SECONDS)
                        return True
                await asyncio.sleep(LOOK_SECONDS)
            return False
        finally:
            seat.restarting = False

    async def close(self) -> None:
        """Leave the workers and the scheduler: it forgets what was asked, and running tasks end for themselves."""
        asks = [self._left(seat) for seat in self.seats.values() if seat.is_known]
        if asks and not self.lost:
            await asyncio.wait([asyncio.ensure_future(one) for one in asks], timeout=LEAVE_SECONDS)
        self.lose("the run has ended")
        for task in self._background:
            task.cancel()
        await self._closed()

    def lose(self, why: str = GONE) -> None:
        """The scheduler is gone, and with it what it knew of."""
        self.lost = True
        for seat in self.seats.values():
            seat.gone(why)
        self.seats = {}
        self._in_background(self._closed())  # or it would connect again, beside its successor

    async def _closed(self) -> None:
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self.client.close(), 5.0)

    def renew(self, seat: Seat) -> None:
        """Let a worker that is asked nothing know that this manager is there; nobody waits for it."""
        self._in_background(self._renewed(seat))

    async def _left(self, seat: Seat) -> None:
        with contextlib.suppress(Exception):
            await self.ask(seat, "leave", [], LEAVE_SECONDS)

    async def _renewed(self, seat: Seat) -> None:
        with contextlib.suppress(Exception):
            await self.ask(seat, "renew", [], RESTART_SECONDS)

    async def _missed(self, seat: Seat) -> None:
        """A worker is not there any more; why that is comes as an event, perhaps a moment later."""
        await asyncio.sleep(LOOK_SECONDS)
        if not seat.restarting:
            seat.gone(ENDED)
            self.seats.pop(seat.address, None)

    async def _meet(self, there: Set[str]) -> None:
        restarting = {seat.dask_name for seat in self.seats.values() if seat.restarting}
        for address, about in (await self._workers()).items():
            known = address in self.seats or about.get("name") in restarting
            if not known and not self._silence.is_given_up(address, about):
                seat = Seat(address, about, self.entry.name)
                # One that is restarted has its name before it is noticed that the former process has gone.
                if any(other.name == seat.name and other.address in there for other in self.seats.values()):
                    seat.name = f"{seat.name[:54]}-{seat.id[:8]}"
                self._seated(seat)

    def _seated(self, seat: Seat) -> None:
        self.seats[seat.address] = seat
        self.known[seat.uri] = seat
        while len(self.known) > MOST_KNOWN + len(self.seats):
            del self.known[next(iter(self.known))]
        self.client.subscribe_topic(seat.address, lambda event: self._heard(seat, event))

    def _moved(self, seat: Seat, before: str, address: str) -> None:
        self.seats.pop(before, None)
        seat.address = address
        self._seated(seat)

    async def _workers(self) -> dict[str, dict[str, Any]]:
        return (await self.client.scheduler.identity())["workers"]

    def _heard(self, seat: Seat, event: tuple[float, Any]) -> None:
        if isinstance(event[1], Mapping):
            seat.heard(event[1])
            if seat.ended.is_set():
                self.seats.pop(seat.address, None)

    def _too_large(self, event: tuple[float, Any]) -> None:
        seat = self.seats.get(str(event[1].get("worker"))) if isinstance(event[1], Mapping) else None
        if seat:
            seat.too_large = True

    async def _watch(self) -> None:
        while not self.lost:
            await asyncio.sleep(LOOK_SECONDS)
            comm = self.client.scheduler_comm
            if self.client.status != "running" or comm is None or comm.comm is None or comm.comm.closed():
                self.lose()

    async def _hark(self) -> None:
        while not self.lost:
            await asyncio.sleep(silence.LOOK_SECONDS)
            with contextlib.suppress(Exception):  # a scheduler that does not answer is `_watch`'s
                for seat in await self._silence.look(self.seats):
                    seat.silent = True
                    seat.gone(silence.WHY)
                    self.seats.pop(seat.address, None)

    def _in_background(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
