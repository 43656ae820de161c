"""A connection on which calls are made that nobody waits in: what has come is read, and the reply is whole or not yet.

It takes over the connection of a proxy, which has proved and greeted as ever.
"""

import contextlib
import socket
import ssl
from collections.abc import Callable, Sequence
from typing import Any

from Pyro4 import message, util
from Pyro4.errors import ConnectionClosedError, MessageTooLargeError, ProtocolError

from stormtracks.pyro_cluster.wire import written
from stormtracks.pyro_cluster.wire.serializer import MAX_MESSAGE_BYTES

READ_BYTES = 2**16
_SERIALIZER = util.SerpentSerializer.serializer_id
_HEADER = message.Message.header_size

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
    """

    __slots__ = (
        "_connection",
        "_header",
        "_number",
        "_read",
        "_sock",
        "_target",
        "_unsent",
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
        self._header: message.Message | None = None  # of that reply
        self._unsent = b""
        self.timeout: float | None = proxy._pyroTimeout
        self.told: Told | None = None
        self.until = 0.0

    def fileno(self) -> int:
        """The descriptor; negative once it is closed."""
        return self._sock.fileno()

    def request(self, method: str, arguments: Sequence[object]) -> bytes:
        """The next call as bytes; see `written.call`."""
        self._number = (self._number + 1) & 0xFFFF
        data = written.call(self._target, method, arguments)
        return message.Message(message.MSG_INVOKE, data, _SERIALIZER, 0, self._number).to_bytes()

    def send(self, request: bytes = b"") -> bool:
        """Send a request, or what is left of it, as far as that goes now; whether all is sent."""
        self._unsent += request
        with contextlib.suppress(ssl.SSLWantReadError, ssl.SSLWantWriteError):
            while self._unsent:
                self._unsent = self._unsent[self._sock.send(self._unsent) :]
        return not self._unsent

    def receive(self) -> message.Message | None:
        """The message that is whole by now; None: it is not yet.

        Raises
        ------
        CommunicationError, OSError
            The connection has ended, or what comes is no message.
        """
        while True:
            try:
                part = self._sock.recv(READ_BYTES)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return None
            if not part:
                raise ConnectionClosedError("receiving: not enough data")
            self._read = self._read + part if self._read else part
            if self._header is None and len(self._read) >= _HEADER:
                self._header = _judged(self._read[:_HEADER])
            if self._header is not None and len(self._read) >= _size(self._header):
                return self._taken(self._header)

    def reply(self, received: message.Message) -> Any:
        """The value that a message holds; what the other side raised is raised.

        Raises
        ------
        ProtocolError
            It is no reply to the last request.
        """
        if received.type != message.MSG_RESULT:
            raise ProtocolError(f"invalid msg type {received.type} received")
        if received.seq != self._number:
            raise ProtocolError(f"a reply of the number {received.seq}, expected {self._number}")
        value = util.get_serializer("serpent").loads(received.data)
        if received.flags & message.FLAGS_EXCEPTION:
            raise value if isinstance(value, Exception) else ProtocolError(f"it raised what is none: {value!r:.100}")
        return value

    def cut(self) -> None:
        """End the connection, from any thread: whoever reads notices at once."""
        with contextlib.suppress(OSError):  # it is cut already
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)

    def close(self) -> None:
        """Close it, from the thread that reads."""
        self._connection.close()

    def _taken(self, header: message.Message) -> message.Message:
        """The message that was read, with its data."""
        read, self._read, self._header = self._read, b"", None
        if len(read) > _size(header):
            raise ProtocolError("more has come than a reply")
        header.data = read[_HEADER + header.annotations_size :]
        return header


def _judged(header: bytes) -> message.Message:
    """A header, refused by what it announces before what follows is read."""
    found = message.Message.from_header(header)
    if found.annotations_size + found.data_size > 2 * MAX_MESSAGE_BYTES:  # as Pyro judges it where it waits
        raise MessageTooLargeError(f"a reply of {found.annotations_size + found.data_size} bytes is too large")
    return found


def _size(header: message.Message) -> int:
    """How many bytes the whole message has."""
    return _HEADER + header.annotations_size + header.data_size
