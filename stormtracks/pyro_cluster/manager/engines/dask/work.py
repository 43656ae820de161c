"""One task on one Dask worker: given out, timed from when it really runs, and ended by a restart of the worker."""

import asyncio
import contextlib
import time
from collections.abc import Mapping
from typing import Any

from stormtracks.label import Label
from stormtracks.pyro_cluster.manager.engines.dask.link import GONE, Link
from stormtracks.pyro_cluster.manager.engines.dask.seat import Seat
from stormtracks.pyro_cluster.manager.engines.door import PeerLost
from stormtracks.pyro_cluster.plain import STOPPING

LOOK_SECONDS = 1.0
"""How often it is looked whether a task has begun: Dask may have given the worker tasks of others before."""
STACK_CHARACTERS = 8000


class Work:
    """A task that is under way.

    Parameters
    ----------
    link : Link
    seat : Seat
    cell : (int or str, int, str)
        Year, ensemble member, task.
    """

    def __init__(self, link: Link, seat: Seat, cell: tuple[Label, int, str]) -> None:
        self.cell = cell
        self._link = link
        self._seat = seat
        self._told = asyncio.Event()
        self._why = ""
        self._stacks: list[str] = []  # where it was when last looked at

    def end(self, why: str) -> None:
        """Have it ended, as a timeout."""
        self._why = why
        self._told.set()

    async def done(self, options: Mapping[str, Any]) -> Mapping[str, Any]:
        """Have it done; the reply.

        Raises
        ------
        PeerLost
            Its worker is lost, and had not said that it stops.
        """
        seat, (year, member, task) = self._seat, self.cell
        limit = options.get("timeout")
        future = answer = None
        try:
            arguments = [year, member, task, {**options, "timeout": None}]
            future = self._link.begin(seat, "do_work", arguments, f"{task}-{year}-{member}")
            answer = asyncio.ensure_future(self._link.answer(seat, future))
            found = await self._timed(future, answer, limit)
            return found["answer"] if found else await self._ended(future)
        except PeerLost:
            if self._link.lost:
                return self._busy(GONE)
            if seat.in_order:
                return self._busy(f"{STOPPING[0]}: {seat.why}")
            raise
        finally:
            if answer is not None:
                answer.cancel()
            if future is not None:
                future.release()

    async def _timed(self, future: Any, answer: asyncio.Future[Any], limit: float | None) -> Mapping[str, Any] | None:
        """The answer, or None: it is to be ended."""
        runs, began = limit is None, time.monotonic()
        while True:
            left = None if limit is None else max(0.0, began + limit - time.monotonic())
            wait = left if runs or left is None else min(left, LOOK_SECONDS)
            with contextlib.suppress(TimeoutError):
                return await self._link.first(self._seat, asyncio.shield(answer), wait, self._told)
            if not runs:
                runs = await self._has_begun(future)
                began = began if runs else time.monotonic()
            elif limit is not None and time.monotonic() - began >= limit:
                self._why = f"no answer within {limit:g} s"
                return None

    async def _has_begun(self, future: Any) -> bool:
        with contextlib.suppress(Exception):
            self._stacks = await self._link.stacks(future)
            return bool(self._stacks)
        return True  # a worker that cannot say is busy with what keeps it from answering

    async def _ended(self, future: Any) -> Mapping[str, Any]:
        """The reply once its worker was restarted."""
        with contextlib.suppress(Exception):
            self._stacks = await self._link.stacks(future) if self._stacks else []
        if not await self._link.restart(self._seat):
            self._seat.gone("its nanny did not bring it back within the time after a task was ended at its time limit")
        return self._reply("timeout", f"{self._why}: its Dask worker was restarted", "\n".join(self._stacks))

    def _busy(self, why: str) -> Mapping[str, Any]:
        return self._reply("busy", why)

    def _reply(self, status: str, error: str, stacks: str = "") -> Mapping[str, Any]:
        year, member, task = self.cell
        about = {"year": year, "ensemble_member": member, "task": task, "host": self._seat.host}
        return {**about, "status": status, "error": error, "traceback": stacks[-STACK_CHARACTERS:] or None}
