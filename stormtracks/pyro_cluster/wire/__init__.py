"""How anything here talks: Pyro4 over mutual TLS 1.3, with bounded plain messages; dead peers are noticed.

Importing this configures Pyro4 (see `messages`). The environment cannot weaken it (PYRO_* is not read), and a process
that has imported it cannot create any other daemon than this module's `Daemon`.
"""

import builtins
import contextlib
import os
import socket
import ssl
from collections.abc import Callable
from typing import Any

import Pyro4
from Pyro4 import constants, message, socketutil, util
from Pyro4.errors import CommunicationError, ConnectionClosedError, TimeoutError  # noqa: A004, F401 - for callers

from stormtracks import address
from stormtracks.pyro_cluster import secret as secrets
from stormtracks.pyro_cluster.plain import DEPTH, plain  # noqa: F401 - what a caller sends or replies goes through this
from stormtracks.pyro_cluster.wire import messages
from stormtracks.pyro_cluster.wire.connection import Connection
from stormtracks.pyro_cluster.wire.exchange import Exchange  # noqa: F401 - for callers
from stormtracks.pyro_cluster.wire.failures import (  # noqa: F401 - for callers
    NoNameserver,
    NotOurs,
    OutOfFiles,
    SilentInTls,
    Unreachable,
    WireError,
    WrongKey,
    explained,
    why,
)
from stormtracks.pyro_cluster.wire.gate import allow_files, keep_alive  # noqa: F401 - for callers
from stormtracks.pyro_cluster.wire.line import Line, Told  # noqa: F401 - for callers
from stormtracks.pyro_cluster.wire.names import MOST_NAMES, PAGE_NAMES, PREFIX, listed  # noqa: F401 - for callers
from stormtracks.pyro_cluster.wire.serializer import MAX_MESSAGE_BYTES, NotPlain, RemoteError  # noqa: F401 - for callers
from stormtracks.pyro_cluster.wire.tls import Membership, membership
from stormtracks.pyro_cluster.wire.written import Text  # noqa: F401 - for callers

CONNECT_SECONDS = 2.0
PATIENT_SECONDS = 5.0
"""How long a manager waits for a connection: a worker may be under attack, or behind a line of 1 kB/s."""
CALL_SILENCE_MS = 8_000

messages.configure()


def proxy(
    uri: str | Pyro4.URI,
    timeout: float | None = None,
    connect_timeout: float = CONNECT_SECONDS,
    secret: str | os.PathLike | None = None,
) -> "Proxy":
    """A connected Pyro proxy.

    Parameters
    ----------
    uri : str or Pyro4.URI
        ``PYRO:object@host:port``; names are looked up with `nameserver`.
    timeout : float, optional
        Seconds that a call may take; none: any time (`cut` ends it from another thread).
    connect_timeout : float
        Seconds that each connection may take to be made, the first and later ones.
    secret : path, optional
        Another secret than `secret.secret_path()`.

    Raises
    ------
    Unreachable, WrongKey, NotOurs
    """
    connected = Proxy(uri, connect_timeout, secret)
    if connected._pyroUri.protocol != "PYRO":  # a name to be looked up, somewhere
        raise NotOurs(f"{uri!s:.100} is not the address of a service; expected PYRO:OBJECT@HOST:PORT")
    connected._pyroTimeout = timeout
    connected._pyroBind()
    return connected


def nameserver(
    host: str,
    port: int,
    connect_timeout: float = CONNECT_SECONDS,
    timeout: float = 5.0,
    secret: str | os.PathLike | None = None,
) -> "Proxy":
    """A proxy of the nameserver at an address; nothing is asked by broadcast.

    Raises
    ------
    NoNameserver, WrongKey, NotOurs
        Each says what to do.
    """
    place = address.place(host, port)
    try:
        return proxy(f"PYRO:{constants.NAMESERVER_NAME}@{place}", timeout, connect_timeout, secret)
    except Unreachable as error:
        reason = why(error.__cause__, connect_timeout)
        if isinstance(error.__cause__, SilentInTls):
            raise NoNameserver(f"the nameserver at {place} is silent: {reason}") from error
        raise NoNameserver(
            f"no nameserver at {place} ({reason}): start it with `inv nameserver`, or set another address in hosts.yaml"
        ) from error
    except WrongKey as error:
        path = secret or secrets.secret_path()
        raise WrongKey(
            f"wrong key: the nameserver at {place} has another key than {path}; copy the cluster's key to the hosts "
            "with `fab push-key`. If the nameserver was started before the key was renewed, restart it"
        ) from error


def cut(proxy: "Proxy") -> None:
    """End a proxy's call, from another thread: it raises ConnectionClosedError there at once."""
    connection = proxy._pyroConnection
    if connection is not None:
        with contextlib.suppress(OSError):  # it is cut already
            # Not SSLSocket.shutdown: that takes the TLS state away under the thread that is reading.
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)


def caller() -> Any:
    """Within a call: the connection that it came by; else None."""
    return getattr(Pyro4.current_context, "client", None)


def hang_up(connection: Any) -> None:
    """End the connection of a caller, who notices at once."""
    with contextlib.suppress(OSError, ValueError):  # it is gone already
        socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)


def allow(proxy: "Proxy", seconds: float | None) -> float | None:
    """Let the calls of a proxy take so long from now on; how long they might take before."""
    before = proxy._pyroTimeout
    proxy._pyroTimeout = seconds
    return before


def close(proxy: "Proxy") -> None:
    """Close a proxy's connection; a later call connects again."""
    proxy._pyroRelease()


def fileno(proxy: "Proxy") -> int | None:
    """The descriptor of a proxy's connection; None where it has none now."""
    connection = proxy._pyroConnection
    descriptor = -1 if connection is None else connection.fileno()  # -1 too where another thread has just closed it
    return None if descriptor < 0 else descriptor


class Daemon(Pyro4.Daemon):
    """A Pyro daemon that only members of the cluster can talk to.

    Parameters
    ----------
    host, port
        Where to listen; port 0 takes a free one.
    connections : int
        Members that may be connected at a time.
    connections_of_one : int, optional
        Of these, from one host; none: all of them.
    secret : path, optional

    Raises
    ------
    secret.SecretError
        Without a secret nothing listens, not even on loopback.
    OSError
        The port is taken or the address is not this host's.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        connections: int = 256,
        secret: str | os.PathLike | None = None,
        connections_of_one: int | None = None,
    ) -> None:
        self.connections_of_one = connections if connections_of_one is None else connections_of_one
        self.membership = membership(secret)  # before Pyro's constructor, which lets the gate listen and ask for both
        self.connections = connections
        super().__init__(host, port)

    @property
    def address(self) -> str:
        """The address that it listens on, also where it was given a name."""
        return self.transportServer.sock.getsockname()[0]

    def requestLoop(self, loopCondition: Callable[[], bool] = lambda: True) -> None:  # noqa: N802, N803 - Pyro's names
        """Serve until `shutdown`; returns for no other reason."""
        self.transportServer.loop(loopCondition)

    def settle(self, seconds: float) -> bool:
        """Wait until the replies of the calls in progress are sent; False when that takes longer."""
        return self.transportServer.settle(seconds)


class Proxy(Pyro4.Proxy):
    """A Pyro proxy whose every connection, the first and each later one, is made as this module makes it."""

    connect_timeout: float
    secret: str | os.PathLike | None
    _pyroConnection: socketutil.SocketConnection | None  # noqa: N815 - Pyro's name

    def __init__(
        self,
        uri: str | Pyro4.URI,
        connect_timeout: float = CONNECT_SECONDS,
        secret: str | os.PathLike | None = None,
    ) -> None:
        super().__init__(uri)
        self.__dict__.update(connect_timeout=connect_timeout, secret=secret)  # Pyro's __setattr__ asks the remote side

    def __copy__(self) -> "Proxy":
        copied = Proxy(self._pyroUri, self.connect_timeout, self.secret)  # Pyro's would forget the two
        copied._pyroTimeout = self._pyroTimeout
        return copied

    def _Proxy__pyroCreateConnection(  # noqa: N802 - Pyro's name
        self,
        replaceUri: bool = False,  # noqa: N803
        connected_socket: Any = None,
    ) -> bool:
        """What Pyro calls when a proxy has no connection; in Pyro it cannot be given a TLS context or other options."""
        with self._Proxy__pyroConnLock:
            if self._pyroConnection is not None:
                return False
            connection = self._connected()
            connection.setTimeout(self._pyroTimeout)
            self._pyroConnection = connection
            return True

    def _connected(self) -> socketutil.SocketConnection:
        place = address.place(self._pyroUri.host, self._pyroUri.port)
        connection = None
        try:
            sock = _dial(self._pyroUri, self.connect_timeout, membership(self.secret))
            connection = Connection(sock, self._pyroUri.object)
            self._greet(connection)
        except BaseException as error:
            if connection is not None:
                connection.close()
            known = explained(error, place, self.connect_timeout, self.secret)
            if known is None:
                raise
            raise known from error
        return connection

    def _greet(self, connection: socketutil.SocketConnection) -> None:
        """Pyro's own handshake, inside TLS: it tells which methods the object has."""
        serializer = util.get_serializer("serpent")
        hello, _ = serializer.serializeData({"handshake": "hello", "object": self._pyroUri.object})
        request = message.Message(
            message.MSG_CONNECT, hello, serializer.serializer_id, message.FLAGS_META_ON_CONNECT, self._pyroSeq
        )
        connection.send(request.to_bytes())
        reply = message.Message.recv(connection, [message.MSG_CONNECTOK, message.MSG_CONNECTFAIL])
        answer = serializer.deserializeData(reply.data)
        if reply.type == message.MSG_CONNECTFAIL:
            raise NotOurs(f"{self._pyroUri.location} has no '{self._pyroUri.object}': {answer!s:.200}")
        self._Proxy__processMetadata(_metadata(answer, self._pyroUri.location))


def _metadata(answer: Any, place: str) -> dict[str, list[str]]:
    """What a greeting says of the methods of an object. That it wants no call to be awaited is not listened to."""
    said = answer.get("meta") if isinstance(answer, dict) else None
    methods = said.get("methods") if isinstance(said, dict) else None
    if not isinstance(methods, list) or not methods or not all(isinstance(name, str) for name in methods):
        raise NotOurs(f"{place} greets in a way that makes no sense; check that stormtracks runs there")
    return {"methods": methods, "oneway": [], "attrs": []}


def _dial(uri: Pyro4.URI, timeout: float, membership: Membership) -> ssl.SSLSocket:
    sock = socket.create_connection((uri.host, uri.port), timeout)
    try:
        keep_alive(sock, CALL_SILENCE_MS)
        try:
            sock = membership.client.wrap_socket(sock)
        except builtins.TimeoutError as error:  # Python's, not Pyro's
            raise SilentInTls from error
        if not membership.holds(sock):
            raise ssl.SSLCertVerificationError("another certificate")
        return sock
    except BaseException:
        sock.close()
        raise
