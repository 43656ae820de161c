"""Workers that Dask lists for minutes although nothing is heard of them: their host is away, or stands still.

A worker by itself may be silent for long, as a library may keep Python's lock. Its nanny has nothing else to do: where
that does not answer either, the worker is lost. One without a nanny stays until Dask gives it up
(distributed.scheduler.worker-ttl, 5 minutes).
"""

import asyncio
import contextlib
import time
from collections.abc import Mapping
from typing import Any

from stormtracks.pyro_cluster.manager.engines.dask.seat import Seat

LOOK_SECONDS = 3.0
SILENT_SECONDS = 6.0
"""Dask's workers are heard of every half second, less often where there are very many."""
ANSWER_SECONDS = 4.0
WHY = "neither it nor its nanny answers: its host is away, or stands still"


class Silence:
    """What was heard of the workers of a scheduler, by its own word.

    Parameters
    ----------
    client : distributed.Client
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._heard: dict[str, tuple[float, float]] = {}  # by address: the scheduler's time, and ours
        self._given_up: dict[str, float] = {}  # by address: when it was last heard of, by the scheduler's time

    def is_given_up(self, address: str, about: Mapping[str, Any]) -> bool:
        """Whether a worker that is listed has been given up, and not been heard of since."""
        return address in self._given_up and self._given_up[address] == about.get("last_seen")

    async def look(self, seats: Mapping[str, Seat]) -> list[Seat]:
        """Those of the workers that are to be given up now."""
        listed = (await self._client.scheduler.identity())["workers"]
        now, longest = time.monotonic(), SILENT_SECONDS + len(listed) / 50
        before, self._heard = self._heard, {}
        for address, about in listed.items():
            seen, at = before.get(address, (None, now))
            self._heard[address] = about["last_seen"], at if seen == about["last_seen"] else now
        self._given_up = {address: seen for address, seen in self._given_up.items() if address in listed}
        asked = [
            seat
            for address, seat in seats.items()
            if seat.nanny and not seat.restarting and now - self._heard.get(address, (0.0, now))[1] > longest
        ]
        answers = await asyncio.gather(*[self._nanny_answers(seat) for seat in asked])
        lost = [seat for seat, answered in zip(asked, answers, strict=True) if not answered and not seat.restarting]
        self._given_up |= {seat.address: self._heard[seat.address][0] for seat in lost}
        return lost

    async def _nanny_answers(self, seat: Seat) -> bool:
        message = {"op": "echo", "data": "stormtracks"}
        with contextlib.suppress(Exception):
            asked = self._client.scheduler.broadcast(msg=message, workers=[seat.address], nanny=True, on_error="ignore")
            return bool(await asyncio.wait_for(asked, ANSWER_SECONDS))
        return False
