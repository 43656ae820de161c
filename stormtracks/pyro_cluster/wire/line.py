"""A connection on which calls are made that nobody waits in: what has come is read, and the reply is whole or not yet.

It takes over the connection of a proxy, which has proved and greeted as ever.
"""

import contextlib
import socket
import ssl
from collections.abc import Callable, Sequence
from typing import Any

from Pyro4 import message, util
from Pyro4.errors import ConnectionClosedError, ProtocolError

from stormtracks.pyro_cluster.wire import heads, written

READ_BYTES = 2**14
"""At a time: TLS never has more in a record."""

Told = Callable[[Any, BaseException | None], object]
"""Given the reply of a call, or None and why there is none."""


class Line:
    """One connection, for one call at a time.

    Parameters
    ----------
    proxy : wire.Proxy
        A connected one; it has no connection afterwards.

    Attributes
    ----------
    timeout : float or None
        Seconds that a reply may take, as of the proxy.
    told : callable or None
        Who is told the reply of the call under way.
    until : float
        When that is too late, monotonic.
    ended : callable or None
        Who is told that the connection has ended while no call was under way.
    """

    __slots__ = (
        "_connection",
        "_head",
        "_number",
        "_read",
        "_sock",
        "_target",
        "_unsent",
        "ended",
        "timeout",
        "told",
        "until",
    )

    def __init__(self, proxy: Any) -> None:
        self._connection = proxy._pyroConnection
        proxy._pyroConnection = None
        self._sock: ssl.SSLSocket = self._connection.sock
        self._sock.setblocking(False)
        self._target: str = self._connection.objectId
        self._number: int = proxy._pyroSeq
        self._read = b""  # of a reply that is not whole
        self._head: heads.Head | None = None  # of that reply
        self._unsent = b""
        self.timeout: float | None = proxy._pyroTimeout
        self.told: Told | None = None
        self.ended: Callable[[], object] | None = None
        self.until = 0.0

    def fileno(self) -> int:
        """The descriptor; negative once it is closed."""
        return self._sock.fileno()

    def request(self, method: str, arguments: Sequence[object]) -> bytes:
        """The next call as bytes; see `written.call`."""
        self._number = (self._number + 1) & 0xFFFF
        return heads.request(written.call(self._target, method, arguments), self._number)

    def send(self, request: bytes = b"") -> bool:
        """Send a request, or what is left of it, as far as that goes now; whether all is sent."""
        self._unsent += request
        with contextlib.suppress(ssl.SSLWantReadError, ssl.SSLWantWriteError):
            while self._unsent:
                self._unsent = self._unsent[self._sock.send(self._unsent) :]
        return not self._unsent

    def receive(self) -> bool:
        """Read what has come; whether a message is whole by now, which `reply` then takes.

        Raises
        ------
        CommunicationError, OSError
            The connection has ended, or what comes is no message.
        """
        while True:
            try:
                part = self._sock.recv(READ_BYTES)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return False
            if not part:
                raise ConnectionClosedError("receiving: not enough data")
            self._read = self._read + part if self._read else part
            if self._head is None and len(self._read) >= heads.SIZE:
                self._head = heads.read(self._read[: heads.SIZE])
            if self._head is not None and len(self._read) >= self._head.end:
                return True

    def reply(self) -> Any:
        """The value that the message that has come holds; what the other side raised is raised.

        Raises
        ------
        ProtocolError
            It is no reply to the last request.
        """
        head, read = self._head, self._read
        assert head is not None
        self._head, self._read = None, b""
        if len(read) > head.end:
            raise ProtocolError("more has come than a reply")
        if head.kind != message.MSG_RESULT:
            raise ProtocolError(f"invalid msg type {head.kind} received")
        if head.number != self._number:
            raise ProtocolError(f"a reply of the number {head.number}, expected {self._number}")
        value = util.get_serializer("serpent").loads(read[head.start :])
        if head.flags & message.FLAGS_EXCEPTION:
            raise value if isinstance(value, Exception) else ProtocolError(f"it raised what is none: {value!r:.100}")
        return value

    def cut(self) -> None:
        """End the connection, from any thread: whoever reads notices at once."""
        with contextlib.suppress(OSError):  # it is cut already
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)

    def close(self) -> None:
        """Close it, from the thread that reads."""
        self._connection.close()
