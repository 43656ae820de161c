"""Pyro4 as it is configured here, once: what its messages may be, and that nothing weaker can be made beside it."""

import Pyro4
from Pyro4 import errors, message, util
from Pyro4.socketserver import threadpoolserver

from stormtracks.pyro_cluster.wire.gate import Gate

MAX_MESSAGE_BYTES = 4 * 2**20
MAX_REQUEST_BYTES = 2**18


def configure():
    """Set what Pyro4 does in this process; the environment has no say."""
    Pyro4.config.reset(useenvironment=False)
    settings = {
        "SERIALIZER": "serpent",
        "SERIALIZERS_ACCEPTED": {"serpent"},
        "SERVERTYPE": "thread",
        "MAX_MESSAGE_SIZE": MAX_MESSAGE_BYTES,
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
    message.Message = BoundedMessage
    threadpoolserver.SocketServer_Threadpool = Gate  # made by Pyro's Daemon; it has no other way to be given one


class BoundedMessage(message.Message):
    """A message that is refused by its header when it carries what is never sent here.

    Compression (a small message that fills the memory), blobs (their annotation is read with marshal, which a
    crafted one crashes) and serializers other than serpent are closed before a byte of the payload is read.
    Requests are small, and must be: reading four mebibytes of brackets stops a process for seconds.
    """

    __slots__ = ()
    _REQUESTS = (message.MSG_CONNECT, message.MSG_INVOKE)
    _FLAGS = message.FLAGS_EXCEPTION | message.FLAGS_ONEWAY | message.FLAGS_META_ON_CONNECT

    def __init__(self, msgType, databytes, *args, **options):  # noqa: N803 - Pyro's name
        super().__init__(msgType, databytes, *args, **options)
        self._check_size()

    def _check_size(self):
        if self.type in self._REQUESTS and self.data_size > MAX_REQUEST_BYTES:
            raise errors.MessageTooLargeError(f"a request of {self.data_size} bytes; at most {MAX_REQUEST_BYTES}")

    @classmethod
    def from_header(cls, headerData):  # noqa: N803 - Pyro's name
        """Read a header, refusing it for what its flags and serializer announce."""
        made = super().from_header(headerData)
        if made.flags & ~cls._FLAGS or made.data_size < 0:
            raise errors.ProtocolError(f"message with flags {made.flags:#x} is not accepted")
        if made.type != message.MSG_PING and made.serializer_id != util.SerpentSerializer.serializer_id:
            raise errors.ProtocolError(f"message with serializer {made.serializer_id} is not accepted: serpent only")
        made._check_size()
        return made
