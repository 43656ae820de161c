"""One Dask worker as the manager keeps it: for as long as its process lives, or is restarted because we asked."""

import asyncio
import re
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from stormtracks import address as addresses
from stormtracks.label import Label

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
ENDED = "its process has ended"
_SILENT = "check-worker-ttl"


class Work(Protocol):
    """A task that is under way; see `work.Work`."""

    cell: tuple[Label, int, str]

    def end(self, why: str) -> None: ...


class Seat:
    """A Dask worker. All but `ended` and `gone` is for the loop's thread.

    Parameters
    ----------
    address : str
    about : mapping
        What the scheduler says of it.
    entry : str
        The entry of hosts.yaml that it is of.

    Attributes
    ----------
    dask_name : object
        What the scheduler calls it, also after a restart.
    name : str
        As the run shows it.
    nanny : str or None
        Address of what can restart it; None: nothing can.
    threads : int
        That Dask would use at a time.
    id : str
        Another one when it is another process that nobody of us restarted.
    uri : str
        By which it is found again, also when a restart has given it another address.
    ended : threading.Event
        It is gone, and `why`.
    lost : asyncio.Event
        The same, for the loop.
    closing : bool
        Whether it has said that it leaves.
    too_large : bool
        Whether Dask ends it for the memory that it takes.
    in_order : bool
        Whether it said before that it leaves, or Dask had it leave: no task is to blame.
    silent : bool
        Whether Dask gave it up because it had not been heard of.
    restarting : bool
        Whether it is being restarted because we asked.
    said_that_it_stops : bool
        Whether the manager was told.
    is_known : bool
        Whether it has described itself.
    asked_at : float
        When it was last asked something, monotonic.
    wakes : list of callable
        Called when it is gone.
    notices : list of str
        What people should know of it.
    work : Work or None
        The task that it was given.
    """

    def __init__(self, address: str, about: Mapping[str, Any], entry: str) -> None:
        self.address = address
        self.dask_name = about.get("name")
        self.name = named(self.dask_name, address, entry)
        self.nanny = about.get("nanny")
        self.threads = int(about.get("nthreads") or 1)
        self.host = str(about.get("host") or "")
        self.id = secrets.token_hex(8)
        self.uri = f"DASK:{self.id}@{address.rpartition('/')[2]}"
        self.ended = threading.Event()
        self.lost = asyncio.Event()
        self.why = ""
        self.in_order = False
        self.silent = False
        self.restarting = False
        self.closing = False
        self.too_large = False
        self.said_that_it_stops = False
        self.is_known = False
        self.asked_at = time.monotonic()
        self.wakes: list[Callable[[], object]] = []
        self.notices: list[str] = []
        self.work: Work | None = None

    @property
    def stopping(self) -> bool:
        """Whether it takes nothing more."""
        return self.closing or (self.ended.is_set() and self.in_order)

    def heard(self, event: Mapping[str, Any]) -> None:
        """What the scheduler says has happened to it."""
        if event.get("action") == "closing-worker":
            self.closing = not self.restarting
        elif event.get("action") == "remove-worker" and not self.restarting:
            cause = str(event.get("stimulus_id"))
            self.silent = cause.startswith(_SILENT)
            self.gone(
                "it has not been heard of for too long (distributed.scheduler.worker-ttl)" if self.silent else ENDED,
                in_order=bool(event.get("expected")),
            )

    def gone(self, why: str, in_order: bool = False) -> None:
        """It is there no more."""
        if not self.ended.is_set():
            self.why = why
            if self.too_large:
                self.why = (
                    "Dask ended it, since it took more memory than its limit allows (distributed.worker.memory."
                    "terminate); give Dask workers more memory"
                )
            self.in_order = (in_order or self.closing) and not self.too_large
            self.ended.set()
            self.lost.set()
            for wake in list(self.wakes):
                wake()


def named(name: object, address: str, entry: str) -> str:
    """What a Dask worker is called in a run.

    Examples
    --------
    >>> from stormtracks.pyro_cluster.manager.engines.dask.seat import named
    >>> named(3, "tcp://10.0.0.7:40123", "cluster"), named("SLURMCluster-3", "tcp://10.0.0.7:40123", "cluster")
    ('cluster-3', 'SLURMCluster-3')
    >>> named("tcp://10.0.0.7:40123", "tcp://10.0.0.7:40123", "cluster")
    '10.0.0.7-40123'
    """
    text = address if name is None else str(name)
    if isinstance(name, int) or text.isdigit():
        text = f"{entry or 'dask'}-{text}"
    text = _NOT_IN_NAMES.sub("-", text.rpartition("/")[2]).strip("-._")
    return (text or "dask")[-64:].lstrip("-._")


def is_beyond(address: str) -> bool:
    """Whether what talks to an address, such as tcp://10.0.0.7:8786, leaves this machine without TLS."""
    protocol, _, place = address.rpartition("://")
    if protocol in ("tls", "wss", "inproc"):
        return False
    try:
        return not addresses.is_loopback(place.rpartition(":")[0].strip("[]"))
    except OSError:
        return True
