"""The engine "pyro": the workers that a nameserver lists, and what can be asked of each, over the wire."""

import contextlib
import functools
import select
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

from Pyro4.errors import CommunicationError, ProtocolError, PyroError

from stormtracks import address
from stormtracks.label import Label
from stormtracks.pyro_cluster import wire
from stormtracks.pyro_cluster.manager.engines.asked import Asked
from stormtracks.pyro_cluster.manager.engines.door import PeerLost, Told
from stormtracks.pyro_cluster.plain import Claim, Listing, State
from stormtracks.pyro_cluster.secret import SecretError

CALL_SECONDS = 3.0
"""How long those that are listed at first may take to describe themselves: a heartbeat's answer and a bit more."""
LOOK_SECONDS = 30.0
"""How long a worker may look at the results that it has."""
SLOWEST_SECONDS = 10.0
"""The longest that a connection, or an answer to a heartbeat, may take: on a line of 1 kB/s TLS takes some four."""


class ListedWorkers:
    """The workers that are registered at a nameserver.

    Parameters
    ----------
    host, port
        Where the nameserver is.
    hosts_option : str
        What the commands in messages need besides their names.

    Attributes
    ----------
    called, loss, update, parting, remarks, where, cure, call_seconds
        See `door.Cluster`.
    kept : dict of str to Peer
        By URI: connections that are open already, for the next who connects there.
    asked : callable or None
        Given a peer and its description as it came, returns what `Peer.describe` does.
    """

    called = "nameserver"
    loss = "running tasks continue"
    update = "run fab deploy"
    parting = "Workers finish their current tasks; the next `inv manage` uses those results"
    call_seconds = CALL_SECONDS

    def __init__(self, host: str, port: int, hosts_option: str = "") -> None:
        self.address = host, port
        self.remarks: list[str] = []
        self.where = f"at the nameserver {address.place(host, port)}"
        self.cure = f"check them with 'fab workers{hosts_option}', start them with 'fab start-workers{hosts_option}'"
        self._nameserver: Any = None
        self.kept: dict[str, Peer] = {}
        self.asked: Callable[[Peer, Mapping[str, Any]], Mapping[str, Any]] | None = None
        self._limits: dict[str, float] = {}  # address -> seconds that a connection to it may take
        self._lock = threading.Lock()  # around the two that follow
        self._exchange: wire.Exchange | None = None
        self._options: wire.Text | None = None  # that calls had last

    @classmethod
    def of(cls, asked: Asked) -> "ListedWorkers":
        """The workers at the nameserver that is asked for."""
        return cls(*asked.nameserver, asked.hosts_option)

    def join(self) -> None:
        """Connect to the nameserver.

        Raises
        ------
        wire.NoNameserver, wire.WrongKey, wire.NotOurs
        secret.SecretError
        """
        if self._nameserver is None:
            self._nameserver = wire.nameserver(*self.address, wire.PATIENT_SECONDS, wire.PATIENT_SECONDS)

    def find(self) -> dict[str, str]:
        """The listed workers, {name: uri}; `PeerLost` where the nameserver does not answer."""
        try:
            self.join()
            listed = wire.listed(self._nameserver, address.place(*self.address))
        except (PyroError, SecretError, OSError) as error:
            self._let_go()  # of the nameserver: tasks continue
            raise _lost(error) from error
        if len(self._limits) > wire.MOST_NAMES:  # those that are gone for good
            self._limits = {uri: self._limits[uri] for uri in listed.values() if uri in self._limits}
        return {name.removeprefix(wire.PREFIX): uri for name, uri in listed.items()}

    def connect(self, uri: str, timeout: float | None = None) -> "Peer":
        """A `Peer` on a connection of its own; `timeout`: seconds that its answers may take, on a slow line more."""
        uri = str(uri)
        if kept := self.kept.pop(uri, None):
            return kept
        began = time.monotonic()
        try:
            proxy = wire.proxy(uri, timeout, self._limits.get(uri, wire.PATIENT_SECONDS))
        except (PyroError, SecretError, OSError) as error:
            self._limits[uri] = SLOWEST_SECONDS  # should it be the line, the next try has more time
            raise _lost(error) from error
        took = time.monotonic() - began
        self._limits[uri] = min(SLOWEST_SECONDS, max(wire.CONNECT_SECONDS, 4 * took))
        if timeout is not None:
            wire.allow(proxy, max(timeout, min(SLOWEST_SECONDS, 2 * took)))
        return Peer(proxy, self)

    @property
    def exchange(self) -> wire.Exchange:
        """What waits for the replies of all tasks; RuntimeError where there are no more threads."""
        with self._lock:
            if self._exchange is None:
                self._exchange = wire.Exchange()
            return self._exchange

    def written(self, options: Mapping[str, Any]) -> wire.Text:
        """The options of a call as text, which the calls of a task share."""
        with self._lock:
            if self._options is None or self._options.value is not options:
                self._options = wire.Text(options)
            return self._options

    def leave(self) -> None:
        """Close all connections: to the nameserver, those that are kept, and those of tasks."""
        self._let_go()
        with self._lock:
            exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.close()

    def _let_go(self) -> None:
        """Close the connection to the nameserver, and those that are kept."""
        while self.kept:
            self.kept.popitem()[1].close()
        if self._nameserver is not None:
            wire.close(self._nameserver)
            self._nameserver = None


class Peer:
    """One connection to a worker. What ends it is raised as `PeerLost`, what the worker raised as itself.

    Once it has begun a task it can be asked for tasks only; once it is watched, for signs of life only.
    """

    __slots__ = ("_cluster", "_exchange", "_is_cut", "_line", "_proxy")

    def __init__(self, proxy: wire.Proxy, cluster: ListedWorkers) -> None:
        self._proxy: wire.Proxy | None = proxy
        self._line: wire.Line | None = None
        self._exchange: wire.Exchange | None = None
        self._is_cut = False
        self._cluster = cluster

    def describe(self) -> Mapping[str, Any]:
        """The worker's description of itself, and what the cluster adds to it."""
        described = self._call("describe")
        asked = self._cluster.asked
        return asked(self, described) if asked else described

    def list_results(
        self, task: str, years: list[Label], options: Mapping[str, Any], after: list[Any] | None
    ) -> Listing:
        """Names of results; see `PyroWorker.list_results`."""
        with self._patience(LOOK_SECONDS):
            return self._call("list_results", task, years, options, after)

    def claim_results(self, task: str, extent: Sequence[Label], options: Mapping[str, Any], who: str) -> Claim:
        """Whether the run may write its results there; see `PyroWorker.claim_results`."""
        with self._patience(LOOK_SECONDS):
            return self._call("claim_results", task, list(extent), options, who)

    def ping(self) -> State:
        """A sign of life."""
        return self._call("ping")

    def begin(self, year: Label, ensemble_member: int, task: str, options: Mapping[str, Any], told: Told) -> None:
        """Have a task done, and be told the worker's reply."""
        exchange, line = self._on_exchange()
        request = line.request("do_work", (year, ensemble_member, task, self._cluster.written(options)))
        exchange.call(line, request, functools.partial(_tell, told))

    def watch(self, ended: Callable[[], object]) -> None:
        """Have `ended` called when the connection is ended while nothing is asked."""
        exchange, line = self._on_exchange()
        exchange.watch(line, ended)

    def ask(self, question: Literal["ping", "describe"], told: Told) -> None:
        """One of the two, of whose answer somebody is told as it came."""
        exchange, line = self._on_exchange()
        exchange.call(line, line.request(question, ()), functools.partial(_tell, told))

    def later(self, seconds: float, what: Callable[[], object]) -> None:
        """Have something done after so long, where replies are told."""
        self._on_exchange()[0].later(seconds, what)

    def end_task(self, year: Label, ensemble_member: int, task: str, why: str) -> bool:
        """Have a task ended that another connection waits for, as a timeout; whether the worker was doing it."""
        return self._call("end_task", year, ensemble_member, task, why)

    def ended(self, seconds: float) -> bool:
        """Wait until the connection is ended by the other side or by `cut`, at most some seconds; whether it is."""
        proxy = self._proxy
        descriptor = None if proxy is None else wire.fileno(proxy)
        if descriptor is None:
            return True
        waiting = select.poll()
        # Not for data: TLS sends session tickets that nobody asked for, and they would look like an answer.
        waiting.register(descriptor, select.POLLRDHUP)
        return bool(waiting.poll(1000 * seconds))

    def cut(self) -> None:
        """End a task or a wait that is under way: whoever waits, or is to be told, learns of it at once."""
        self._is_cut = True
        proxy = self._proxy
        if self._line is not None:
            self._line.cut()
        elif proxy is not None:
            wire.cut(proxy)

    def close(self) -> None:
        """Close the connection."""
        if self._line is not None and self._exchange is not None:
            self._exchange.hang_up(self._line)
        elif self._proxy is not None:
            wire.close(self._proxy)

    def _on_exchange(self) -> tuple[wire.Exchange, wire.Line]:
        """Whoever waits for the replies, and the connection as a line there."""
        if self._line is None or self._exchange is None:
            assert self._proxy is not None
            self._exchange = self._cluster.exchange
            self._line = wire.Line(self._proxy)
            self._proxy = None  # it is large, and there are as many as slots
            if self._is_cut:  # just now, by another thread, which did not find the line
                self._line.cut()
        return self._exchange, self._line

    @contextlib.contextmanager
    def _patience(self, seconds: float) -> Iterator[None]:
        """Another time limit: a worker looks at its disk before it answers."""
        proxy = self._proxy
        assert proxy is not None
        before = wire.allow(proxy, seconds)
        try:
            yield
        finally:
            wire.allow(proxy, before)

    def _call(self, method: str, *arguments: object) -> Any:
        try:
            return getattr(self._proxy, method)(*arguments)
        except ProtocolError:  # for Pyro a kind of lost connection, but it is about the message, not the worker
            raise
        except (CommunicationError, OSError) as error:
            raise _lost(error) from error


def _tell(told: Told, reply: object, error: BaseException | None) -> None:
    told(reply, None if error is None else _meant(error))


def _meant(error: BaseException) -> BaseException:
    """What it means for the worker; itself where it means nothing for it, as above."""
    if isinstance(error, ProtocolError) or not isinstance(error, (CommunicationError, OSError)):
        return error
    return _lost(error)


def _lost(error: Exception) -> PeerLost:
    """The loss that an error means; silent unless the other side, or its kernel, said that nothing listens there."""
    if isinstance(error, wire.OutOfFiles):
        return PeerLost(str(error), ours=True)
    if isinstance(error, wire.WireError):
        # A refused connection is an answer of the host's kernel: nothing listens there any more.
        silent = isinstance(error, wire.Unreachable) and not isinstance(error.__cause__, ConnectionError)
        return PeerLost(str(error), silent)
    if isinstance(error, (wire.TimeoutError, TimeoutError)):
        return PeerLost("no answer in time", silent=True)
    return PeerLost("its connection ended" if isinstance(error, (CommunicationError, OSError)) else str(error))
