"""The workers of a Dask scheduler, as the manager finds and reaches them."""

import concurrent.futures
import contextlib
import os
import re
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from stormtracks.errors import BadValue, StormtracksError
from stormtracks.pyro_cluster.manager.engines.asked import Asked
from stormtracks.pyro_cluster.manager.engines.dask import library, local
from stormtracks.pyro_cluster.manager.engines.dask.link import GONE, Link
from stormtracks.pyro_cluster.manager.engines.dask.loop import Loop
from stormtracks.pyro_cluster.manager.engines.dask.peer import DaskPeer
from stormtracks.pyro_cluster.manager.engines.dask.seat import Seat, is_beyond
from stormtracks.pyro_cluster.manager.engines.door import PeerLost, Unreachable

JOIN_SECONDS = 10.0
START_SECONDS = 120.0
FIND_SECONDS = 10.0
CLOSE_SECONDS = 2.0
CALL_SECONDS = 30.0
"""How long workers that are there at first may take to describe themselves: they load the tasks before."""
_ADDRESS = re.compile(r"(\w+://)?[^/\s]+:\d+(/\S*)?", re.ASCII)
_THREADS = (
    "it has {threads} threads, but is given one task at a time, since netCDF is not safe in threads (said once, of the "
    "first); start Dask workers with one thread each, and more of them"
)


class DaskCluster:
    """The workers of a scheduler, or of this machine where none is named.

    Parameters
    ----------
    asked : Asked
    """

    called = "Dask scheduler"
    loss = "tasks that ran there are outstanding again"
    update = "install that version in the environment of the Dask workers"
    call_seconds = CALL_SECONDS

    def __init__(self, asked: Asked) -> None:
        self.where = f"at the Dask scheduler {asked.scheduler}" if asked.scheduler else "of Dask on this machine"
        self.parting = (
            "Workers finish their current tasks; the next `inv manage` uses those results"
            if asked.scheduler
            else "Its workers have ended with it; their tasks are outstanding"
        )
        self.cure = "start some, such as `dask worker`, or `cluster.scale` of dask-jobqueue"
        self.kept: dict[str, DaskPeer] = {}
        self.asked: Callable[[Any, Mapping[str, Any]], Mapping[str, Any]] | None = None
        self.remarks: list[str] = []
        self._wanted = asked
        self._loop: Loop | None = None
        self._distributed: ModuleType | None = None
        self._local: Any = None
        self._link: Link | None = None
        self._threads_said = False

    def join(self) -> None:
        """Connect to the scheduler, or start one here with its workers.

        Raises
        ------
        extras.Lacking, Unreachable
        BadValue
            The scheduler's address cannot be one. Tasks have a time limit, and no worker there could be restarted to
            keep it.
        """
        scheduler = self._wanted.scheduler
        if scheduler is not None and not _ADDRESS.fullmatch(scheduler):
            raise BadValue(
                f"{scheduler!r} is not the address of a Dask scheduler; write it as its log has it, like tcp://HOST:8786"
            )
        self._distributed = library.load()
        self._loop = Loop()
        try:
            if self._wanted.scheduler is None:
                cores = len(os.sched_getaffinity(0))
                self._local = self._loop.call(local.start(self._distributed, self._wanted.entry, cores), START_SECONDS)
            self._link = self._loop.call(self._connected(), JOIN_SECONDS)
            seats = self._loop.call(self._link.look(), JOIN_SECONDS)
        except Exception as error:
            self.leave()
            raise self._refused(error) from error
        except BaseException:  # it is interrupted
            self.leave()
            raise
        self._remark(len(seats))
        if seats and self._wanted.limited and not any(seat.nanny for seat in seats.values()):
            self.leave()
            raise BadValue(
                f"no worker {self.where} has a nanny, so no task could be ended at its time limit; start them with a "
                "nanny (without --no-nanny), or give --timeout none"
            )

    def find(self) -> dict[str, str]:
        """The workers that are there, {name: uri}; `PeerLost` where the scheduler does not answer."""
        return {name: seat.uri for name, seat in self._seats().items()}

    def connect(self, uri: str, timeout: float | None = None) -> DaskPeer:
        """A `DaskPeer`; the connection is that to the scheduler."""
        if kept := self.kept.pop(uri, None):
            return kept
        loop, link = self._loop, self._link
        if loop is None or link is None or link.lost:
            raise PeerLost(GONE)
        seat = link.known.get(uri)
        if seat is None or seat.ended.is_set():
            raise PeerLost(seat.why if seat else "it is not at the scheduler any more", bool(seat and seat.silent))
        return DaskPeer(loop, link, seat, self._wanted.limited, self.asked)

    def leave(self) -> None:
        """Leave the scheduler: tasks that run there end for themselves. Workers of this machine are ended."""
        loop, link, local_cluster = self._loop, self._link, self._local
        self._loop = self._link = self._local = None
        if loop is None:
            return
        with contextlib.suppress(Exception, concurrent.futures.CancelledError):
            if link is not None:
                loop.call(link.close(), FIND_SECONDS)
        with contextlib.suppress(Exception, concurrent.futures.CancelledError):
            if local_cluster is not None:
                loop.call(_closed(local_cluster), FIND_SECONDS)
        loop.stop()

    def _seats(self) -> dict[str, Seat]:
        loop = self._loop
        if loop is None:
            raise PeerLost(GONE)
        if self._link is not None and self._link.lost:
            self._link = None
            raise PeerLost("its connection ended")  # said at once: to look for it again takes a while
        try:
            if self._link is None:
                self._link = loop.call(self._connected(), FIND_SECONDS)
            seats = loop.call(self._link.look(), FIND_SECONDS)
        except Exception as error:  # whatever Dask raises when its scheduler is gone
            raise PeerLost(str(self._refused(error))) from error
        self._notice(seats)
        return seats

    async def _connected(self) -> Link:
        assert self._distributed
        to = self._local if self._local is not None else self._wanted.scheduler
        client = self._distributed.Client(
            to, asynchronous=True, set_as_default=False, timeout=JOIN_SECONDS / 2, name="stormtracks"
        )
        try:
            await client
        except BaseException:
            with contextlib.suppress(Exception):
                await client.close(CLOSE_SECONDS)
            raise
        return Link(client, self._wanted.entry)

    def _refused(self, error: BaseException) -> StormtracksError:
        scheduler = self._wanted.scheduler
        if scheduler is None:
            return Unreachable(f"Dask cannot start workers on this machine: {_text(error)}")
        if isinstance(error, ValueError):  # a protocol that Dask does not know
            return BadValue(
                f"--scheduler must be the address of a Dask scheduler, not {scheduler!r} ({error}); write "
                "tls://HOST:PORT or tcp://HOST:PORT"
            )
        check = "check that it runs, and that this machine reaches its port"
        if scheduler.startswith("tls"):
            check += ", and that distributed.comm.tls of Dask's configuration names its certificates"
        if isinstance(error, TimeoutError) and not str(error):
            return Unreachable(
                f"something listens at {scheduler}, but does not answer as a Dask scheduler does; {check} there"
            )
        return Unreachable(f"no answer from the Dask scheduler {scheduler}: {_text(error)}; {check}")

    def _remark(self, workers: int) -> None:
        scheduler = self._wanted.scheduler
        if scheduler is None:
            self.remarks.append(f"{workers} Dask worker{'s' * (workers != 1)} on this machine, which end with the run")
        elif is_beyond(scheduler):
            self.remarks.append(
                f"{scheduler} is without TLS: anyone who reaches that scheduler can run programs as its user and you; "
                "use tls:// (docs/security.md)"
            )

    def _notice(self, seats: Mapping[str, Seat]) -> None:
        """Say once that threads of a worker are not used."""
        for seat in seats.values():
            if seat.threads > 1 and not self._threads_said:
                self._threads_said = True
                seat.notices.append(_THREADS.format(threads=seat.threads))


async def _closed(cluster: Any) -> None:
    await cluster.close(timeout=FIND_SECONDS / 2)


def _text(error: BaseException) -> str:
    text = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {text}"[:300] if text else type(error).__name__
