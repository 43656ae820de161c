"""What is made of a message: plain values as they were, listed exceptions, and nothing else, at any size and depth."""

import ast
import contextlib
import threading

import Pyro4
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from Pyro4 import core, errors, util

from stormtracks.pyro_cluster import wire
from stormtracks.pyro_cluster.wire import literals
from stormtracks.pyro_cluster.wire.serializer import NotPlain, PlainSerializer, RemoteError

OURS, PYROS = PlainSerializer(), util.SerpentSerializer()

scalars = st.none() | st.booleans() | st.integers(-(10**40), 10**40) | st.floats(allow_nan=False) | st.text()
keys = st.text() | st.integers(-(2**50), 2**50)
plain_values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple) | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(max_examples=60)
@given(plain_values)
def test_plain_values_arrive_as_they_were_sent(value):
    assert repr(OURS.loads(OURS.dumps(value))) == repr(PYROS.loads(PYROS.dumps(value)))


@given(st.text(alphabet="[](){},:'\"\\ \n-+.0123456789eETrueFalsNonx#", max_size=60))
def test_what_is_read_at_all_is_read_as_python_reads_it(text):
    try:
        read = OURS.loads(text.encode())
    except NotPlain:
        return
    assert repr(read) == repr(ast.literal_eval(text))


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_anything_else_is_refused_in_one_way(data):
    for read in (OURS.loads, OURS.loadsCall):
        with contextlib.suppress(NotPlain):
            read(data)


def test_not_a_number_and_infinity_arrive():
    assert repr(OURS.loads(OURS.dumps([float("nan"), float("inf"), -float("inf")]))) == "[nan, inf, -inf]"


def test_sets_arrive_the_empty_one_as_serpent_writes_it():
    assert [OURS.loads(OURS.dumps(value)) for value in ({1, "a"}, set())] == [{1, "a"}, ()]


OBJECTS = [
    "Pyro4.core.Proxy",
    "Pyro4.core.Daemon",
    "Pyro4.util.PickleSerializer",
    "Pyro4.futures._ExceptionWrapper",
    "builtins.SystemExit",
    "sqlite3.Error",
    "os.system",
    "float",
    ["list"],
    5,
    "",
]


@pytest.mark.parametrize("name", OBJECTS, ids=repr)
@pytest.mark.parametrize("shell", [lambda made: made, lambda made: [made], lambda made: {"path": made}])
def test_no_object_is_made(name, shell):
    state = ("PYRO", "x", None, "127.0.0.1", 1)
    data = PYROS.dumps(shell({"__class__": name, "state": state, "exception": 1}))
    with pytest.raises(NotPlain, match=r"may not hold an object of the class|not plain"):
        OURS.loads(data)


def test_an_object_in_a_call_or_in_a_value_is_refused():
    with pytest.raises(NotPlain):
        OURS.loadsCall(PYROS.dumpsCall("worker", "ping", [ValueError("x")], {}))
    with pytest.raises(NotPlain):
        OURS.loads(PYROS.dumps([ValueError("x")]))
    with pytest.raises(NotPlain, match="no object is made"):
        OURS.dict_to_class({})


@pytest.mark.parametrize("call", ["5", "('a','b',[],5)", "('a',5,[],{})", "('a','b',{},{})", "('a','b',(),{1:2})"])
def test_a_call_is_one_of_a_method(call):
    with pytest.raises(NotPlain, match="not a call"):
        OURS.loadsCall(call.encode())


@pytest.mark.parametrize("raised", [ValueError("no"), errors.NamingError("unknown name"), TypeError()])
def test_listed_exceptions_arrive_as_themselves(raised):
    got = OURS.loads(PYROS.dumps(raised))
    assert type(got) is type(raised) and got.args == raised.args


@pytest.mark.parametrize(
    "raised",
    [SystemExit(3), KeyboardInterrupt(), GeneratorExit(), OSError(2, "x"), errors.ConnectionClosedError("x")],
    ids=repr,
)
def test_other_exceptions_arrive_as_a_message_about_them(raised):
    got = OURS.loads(PYROS.dumps(raised))
    assert type(got) is RemoteError and type(raised).__name__ in str(got)


@pytest.mark.parametrize("arguments", [5, None, [1], (1, 2, 3), (["x"],)])
def test_an_exception_with_odd_arguments_is_one_all_the_same(arguments):
    name = "builtins.UnicodeDecodeError"
    data = PYROS.dumps({"__class__": name, "__exception__": True, "args": arguments, "attributes": {"args": 5}})
    assert isinstance(OURS.loads(data), RemoteError)


def test_an_address_arrives_as_text():
    assert OURS.loads(PYROS.dumps(Pyro4.URI("PYRO:worker@host:9"))) == "PYRO:worker@host:9"
    for state in (5, ("PYRO", "x", "socket", "h", 1), ("PYRO", "x", None, ["h"], 1)):
        with pytest.raises(NotPlain):
            OURS.loads(PYROS.dumps({"__class__": "Pyro4.core.URI", "state": state}))


HEAVY = {
    "brackets": b"[" + b"[]," * 87_000 + b"]",
    "deep": b"[" * 200_000,
    "deep and whole": b"[" * 100_000 + b"]" * 100_000,
    "minus": b"-" * 250_000 + b"1",
    "sum": b"1" + b"-1" * 120_000,
    "calls": b"[]" + b"()" * 120_000,
    "half escapes": b"'" + b"\\'" * 120_000,
    "quotes": b"\"'" * 120_000,
    "long number": b"9" * 250_000,
    "same hash": str({n * (2**61 - 1): 0 for n in range(1, 9000)}).replace(" ", "").encode(),
}


@pytest.mark.parametrize("name", HEAVY)
def test_a_heavy_message_costs_little_even_in_a_thread_with_a_small_stack(name):
    """The manager's threads have half a mebibyte; what is compiled there can end the process."""
    ends = []

    def read():
        try:
            ends.append(len(OURS.loads(HEAVY[name])))
        except NotPlain:
            ends.append(None)

    before = threading.stack_size(512 * 1024)
    try:
        thread = threading.Thread(target=read)
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join(60)
    assert ends == [87_000 if name == "brackets" else None]


def test_the_depth_that_a_plain_value_may_have_passes_in_a_call():
    value = 1
    for _ in range(wire.DEPTH):
        value = [value]
    assert OURS.loadsCall(OURS.dumpsCall("worker", "do_work", (value,), {}))[2] == [value]
    for _ in range(literals.DEEPEST):
        value = [value]
    with pytest.raises(NotPlain, match="nested deeper"):
        OURS.loads(OURS.dumps(value))


@Pyro4.expose
class Odd:
    """Replies what it is told to, as a member that was broken into could."""

    def __init__(self):
        self.reply = None

    def ping(self):
        if isinstance(self.reply, BaseException):
            raise self.reply
        return self.reply


def test_over_the_wire_no_proxy_is_made_and_the_caller_is_told(home, serve):
    odd, daemon = Odd(), serve(wire.Daemon())
    uri = daemon.register(odd)
    with wire.proxy(uri, 5) as proxy:
        odd.reply = core.Proxy("PYRO:x@127.0.0.1:1")
        with pytest.raises(NotPlain, match=r"an object of the class 'Pyro4.core.Proxy'"):
            proxy.ping()
        odd.reply = {"__class__": "builtins.SystemExit", "__exception__": True, "args": [], "attributes": {}}
        with pytest.raises(RemoteError, match="SystemExit"):
            raise proxy.ping()
        odd.reply = [1]
        assert proxy.ping() == [1]
