"""The quick way to read a message reads what the other one reads, and leaves the rest to it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from Pyro4 import util

from stormtracks.pyro_cluster.wire import literals, quick_literals
from stormtracks.pyro_cluster.wire.quick_literals import UNREAD

PIECES = [
    "[",
    "]",
    "(",
    ")",
    "{",
    "}",
    ",",
    ":",
    "'",
    "a",
    "'b'",
    "'k':",
    "1",
    "-",
    ".5",
    "1e5",
    "True",
    "None",
    "null",
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example("{'k':[1)")
@example("[(1]},{'k':[2)]")
@example("(1],'k':[2)")
@example("((),{},[()],(1,2))")
@example("(1)")
def test_what_it_reads_is_read_alike(text):
    value = quick_literals.read(text)
    if value is not UNREAD:
        assert repr(value) == repr(literals._read(text, lambda found, outermost: found))


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, min_size=2, max_size=4).map(tuple)
        | st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(values)
def test_a_value_is_read_as_it_was_or_left(value):
    message = util.SerpentSerializer().dumps(value).decode().partition("\n")[2]
    assert repr(quick_literals.read(message)) in (repr(value), repr(UNREAD))


def test_a_reply_and_a_call_are_read():
    reply = {
        "status": "complete",
        "year": 2000,
        "seconds": 0.25,
        "path": "/é b",
        "counts": {"storms": 3},
        "error": None,
    }
    call = ("worker-1", "do_work", (2000, 3, "vort_track", {"settings": {}, "timeout": None}), {})
    for value in (reply, call):
        assert quick_literals.read(util.SerpentSerializer().dumps(value).decode().partition("\n")[2]) == value


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{'__class__':'float','value':'nan'}", id="an object"),
        pytest.param("[" * 40 + "]" * 40, id="deep"),
        pytest.param("1" * 101, id="a long number"),
        pytest.param("[1, 2]", id="a space"),
        pytest.param("NaN", id="what only JSON has"),
        pytest.param("{1:2}", id="a key that is no text"),
        pytest.param("'a\\nb'", id="an escape"),
    ],
)
def test_the_unusual_is_left(text):
    assert quick_literals.read(text) is UNREAD
