"""Pyro4 as it is configured here, once: what its messages may be, and that nothing weaker can be created beside it."""

from typing import Any

import Pyro4
from Pyro4 import errors, message, util
from Pyro4.socketserver import threadpoolserver

from stormtracks.pyro_cluster.wire import serializer
from stormtracks.pyro_cluster.wire.gate import Gate
from stormtracks.pyro_cluster.wire.serializer import MAX_MESSAGE_BYTES


def configure() -> None:
    """Set what Pyro4 does in this process; the environment has no say."""
    Pyro4.config.reset(useenvironment=False)
    settings: dict[str, Any] = {
        "SERIALIZER": "serpent",
        "SERIALIZERS_ACCEPTED": {"serpent"},
        "SERVERTYPE": "thread",
        "MAX_MESSAGE_SIZE": 2 * MAX_MESSAGE_BYTES,  # Pyro counts annotations too; `BoundedMessage` comes first
        "SOCK_NODELAY": True,
        "REQUIRE_EXPOSE": True,
        "DETAILED_TRACEBACK": False,
        "AUTOPROXY": False,
        "ITER_STREAMING": False,
        "ONEWAY_THREADED": False,
        "FLAME_ENABLED": False,
        "MAX_RETRIES": 0,  # a call that was sent again might run twice
    }
    for name, value in settings.items():
        setattr(Pyro4.config, name, value)
    # Pyro4 has no other way to be given these; `pyro_names` lists all that is relied on.
    message.Message = BoundedMessage
    threadpoolserver.SocketServer_Threadpool = Gate
    serializer.install()


class BoundedMessage(message.Message):
    """A message that is refused by its header when it carries what is never sent here.

    Compression (a small message that fills the memory), blobs (their annotation is read with marshal, which a
    crafted one crashes) and serializers other than serpent are closed before a byte of the payload is read.
    All messages are small, requests and replies: what a member can have another one hold and read is bounded.
    """

    __slots__ = ()
    _REQUESTS = (message.MSG_CONNECT, message.MSG_INVOKE)
    _FLAGS = message.FLAGS_EXCEPTION | message.FLAGS_ONEWAY | message.FLAGS_META_ON_CONNECT

    def __init__(self, msgType: int, databytes: bytes, *args: Any, **options: Any) -> None:  # noqa: N803 - Pyro's name
        super().__init__(msgType, databytes, *args, **options)
        self._check_size()

    def _check_size(self) -> None:
        if self.data_size > MAX_MESSAGE_BYTES:
            what = "request" if self.type in self._REQUESTS else "reply"
            raise errors.MessageTooLargeError(
                f"a {what} of {self.data_size} bytes is too large; at most {MAX_MESSAGE_BYTES} are accepted"
            )

    @classmethod
    def from_header(cls, headerData: bytes) -> "BoundedMessage":  # noqa: N803 - Pyro's name
        """Read a header, refusing it for what its flags and serializer announce."""
        header = super().from_header(headerData)
        if header.flags & ~cls._FLAGS or header.data_size < 0:
            raise errors.ProtocolError(f"a message with flags {header.flags:#x} is not accepted")
        if header.type != message.MSG_PING and header.serializer_id != util.SerpentSerializer.serializer_id:
            raise errors.ProtocolError(
                f"a message with serializer {header.serializer_id} is not accepted: serpent only"
            )
        header._check_size()  # Pyro creates it without data and sets its size afterwards
        return header
