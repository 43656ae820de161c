"""The heads of messages are, byte for byte, those of Pyro, and refused where Pyro refuses them."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from Pyro4 import errors, message, util

from stormtracks.pyro_cluster import wire
from stormtracks.pyro_cluster.wire import heads

SERIALIZER = util.SerpentSerializer.serializer_id


def reply(data=b"x" * 70_000, kind=message.MSG_RESULT, number=65_535, flags=0, **options):
    return message.Message(kind, data, SERIALIZER, flags, number, **options).to_bytes()


@settings(max_examples=50)
@given(st.binary(max_size=70_000), st.integers(0, 65_535))
def test_a_request_is_written_as_pyro_writes_it(data, number):
    assert heads.request(data, number) == message.Message(message.MSG_INVOKE, data, SERIALIZER, 0, number).to_bytes()


def test_a_request_that_is_too_large_is_refused():
    with pytest.raises(errors.MessageTooLargeError, match="a request of 262145 bytes is too large"):
        heads.request(b"x" * (wire.MAX_MESSAGE_BYTES + 1), 1)


ANNOTATED = reply(flags=message.FLAGS_EXCEPTION, annotations={"CORR": b"0123"})


@settings(max_examples=300)
@given(st.sampled_from([reply(), reply(b""), ANNOTATED]), st.integers(0, heads.SIZE - 1), st.integers(0, 255))
@example(reply(), 0, ord("P"))
@example(ANNOTATED, 0, ord("P"))
def test_a_head_of_which_a_byte_has_changed_is_read_or_refused_as_by_pyro(whole, place, byte):
    head = bytearray(whole[: heads.SIZE])
    head[place] = byte
    try:
        found = message.Message.from_header(bytes(head))
        ends = heads.SIZE + found.annotations_size, heads.SIZE + found.annotations_size + found.data_size
        expected = (found.type, found.flags, found.seq, *ends)
    except errors.PyroError as error:
        with pytest.raises(type(error)):
            heads.read(bytes(head))
    else:
        assert heads.read(bytes(head)) == expected
