"""The heads of messages, written and read as Pyro does it, but those of most in a fifth of the time that it takes."""

import struct
from typing import NamedTuple

from Pyro4 import constants, message, util
from Pyro4.errors import MessageTooLargeError

from stormtracks.pyro_cluster.wire.serializer import MAX_MESSAGE_BYTES

SIZE = message.Message.header_size
"""Bytes of a head."""
# Mark, version, kind, flags, number, size of the data, serializer, size of the annotations, 0, and a sum of these.
_FORM = struct.Struct(message.Message.header_format)
_SERIALIZER = util.SerpentSerializer.serializer_id
_REQUEST = message.MSG_INVOKE + constants.PROTOCOL_VERSION + _SERIALIZER + message.Message.checksum_magic
_REPLY = message.MSG_RESULT + constants.PROTOCOL_VERSION + _SERIALIZER + message.Message.checksum_magic


class Head(NamedTuple):
    """What a head says.

    Attributes
    ----------
    kind : int
        One of Pyro's, such as ``MSG_RESULT``.
    flags, number : int
    start, end : int
        Where in the message its data begin, and where it ends.
    """

    kind: int
    flags: int
    number: int
    start: int
    end: int


def request(data: bytes, number: int) -> bytes:
    """The message of a call, byte for byte as Pyro makes it.

    Parameters
    ----------
    data : bytes
        See `written.call`.
    number : int
        Its reply has the same one.

    Raises
    ------
    MessageTooLargeError
    """
    size = len(data)
    if size > MAX_MESSAGE_BYTES:
        raise MessageTooLargeError(f"a request of {size} bytes is too large; at most {MAX_MESSAGE_BYTES} are accepted")
    about = constants.PROTOCOL_VERSION, message.MSG_INVOKE, 0, number, size, _SERIALIZER, 0, 0
    return _FORM.pack(b"PYRO", *about, (_REQUEST + number + size) & 0xFFFF) + data


def read(head: bytes) -> Head:
    """What a head says; it is refused by what it announces, before what follows is read.

    Raises
    ------
    ProtocolError
        It is none, or of a message that is never sent here.
    """
    mark, version, kind, flags, number, size, serializer, annotations, _, check = _FORM.unpack(head)
    is_usual = (mark, version, kind, flags, serializer, annotations) == _USUAL
    if is_usual and 0 <= size <= MAX_MESSAGE_BYTES and check == (_REPLY + number + size) & 0xFFFF:
        return Head(kind, flags, number, SIZE, SIZE + size)
    found = message.Message.from_header(head)
    after = found.annotations_size + found.data_size
    if after > 2 * MAX_MESSAGE_BYTES:  # as Pyro judges it where it waits
        raise MessageTooLargeError(f"a reply of {after} bytes is too large")
    return Head(found.type, found.flags, found.seq, SIZE + found.annotations_size, SIZE + after)


_USUAL = b"PYRO", constants.PROTOCOL_VERSION, message.MSG_RESULT, 0, _SERIALIZER, 0
