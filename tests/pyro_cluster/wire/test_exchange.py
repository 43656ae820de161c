"""Calls on many connections whose replies one thread waits for: whatever one of them does, it delays no other."""

import contextlib
import queue
import random
import socket
import threading
import time
from types import SimpleNamespace

import Pyro4
import pytest
from Pyro4 import errors, message, socketutil, util

from stormtracks.pyro_cluster import wire
from stormtracks.pyro_cluster.wire import exchange as exchange_module
from stormtracks.pyro_cluster.wire.line import Line
from stormtracks.pyro_cluster.wire.tls import membership
from tests.processes import wait_for

SERIALIZER = util.get_serializer("serpent")


@Pyro4.expose
class Service:
    def echo(self, value, seconds=0.0):
        time.sleep(seconds)
        return value

    def refuse(self):
        raise ValueError("not today")


@pytest.fixture
def exchange(home, caplog):
    made = wire.Exchange()
    yield made
    made.close()
    assert not [record for record in caplog.get_records("call") if "it continues" in record.message]


@pytest.fixture
def service(exchange, serve):
    """Makes lines to a service."""
    uri = serve(wire.Daemon()).register(Service())
    return lambda timeout=None: Line(wire.proxy(uri, timeout))


@pytest.fixture
def pair(home):
    """A line, and the other end of its connection."""
    ours, theirs = socket.socketpair()
    made = []
    server = threading.Thread(target=lambda: made.append(membership().server.wrap_socket(theirs, server_side=True)))
    server.start()
    connection = socketutil.SocketConnection(membership().client.wrap_socket(ours), "x")
    server.join(10)
    with made[0]:
        yield Line(SimpleNamespace(_pyroConnection=connection, _pyroSeq=0, _pyroTimeout=None)), made[0]


def call(exchange, line, method, *arguments):
    """A queue in which what is told of a call will be."""
    told = queue.SimpleQueue()
    exchange.call(line, line.request(method, arguments), lambda reply, error: told.put((reply, error)))
    return told


def reply(value, number=1, **options):
    data = SERIALIZER.dumps(value)
    return message.Message(message.MSG_RESULT, data, SERIALIZER.serializer_id, 0, number, **options).to_bytes()


def test_many_calls_are_answered_each_by_its_own_reply_and_need_one_thread(exchange, service):
    lines = [service() for _ in range(20)]
    before = threading.active_count()
    for turn in range(3):
        told = [call(exchange, line, "echo", (turn, n), random.random() / 50) for n, line in enumerate(lines)]
        assert [one.get(timeout=20) for one in told] == [((turn, n), None) for n in range(20)]
    assert threading.active_count() == before


def test_what_the_other_side_raises_comes_as_it_is(exchange, service):
    told, error = call(exchange, service(), "refuse").get(timeout=20)
    assert told is None and isinstance(error, ValueError) and str(error) == "not today"


def test_a_late_reply_is_told_as_such_and_others_come_meanwhile(exchange, service):
    late, other = call(exchange, service(0.05), "echo", 1, 5.0), call(exchange, service(), "echo", 2)
    assert other.get(timeout=20) == (2, None)
    assert isinstance(late.get(timeout=20)[1], errors.TimeoutError)


def test_a_reply_that_came_in_time_counts_though_nobody_could_look_for_it(exchange, pair, service, monkeypatch):
    monkeypatch.setattr(exchange_module, "TURN_SECONDS", 0.0)
    line, other = pair
    line.timeout = 60.0
    told = call(exchange, line, "echo", "x")
    other.settimeout(20)
    other.recv(4096)
    first, is_held, held = service(), threading.Event(), threading.Event()
    exchange.call(first, first.request("echo", (1,)), lambda reply, error: is_held.set() or held.wait(20))
    assert is_held.wait(20)
    other.sendall(reply("in time"))
    line.until = 0.0  # it is late by the time that the thread looks
    held.set()
    assert told.get(timeout=20) == ("in time", None)


def test_what_is_asked_while_it_is_closed_is_told_so(home, serve):
    uri = serve(wire.Daemon()).register(Service())
    for _ in range(5):
        made, lines = wire.Exchange(), [Line(wire.proxy(uri)) for _ in range(8)]
        told = [call(made, line, "echo", 1, 5.0) for line in lines[:4]]
        closing = threading.Thread(target=made.close)
        closing.start()
        told += [call(made, line, "echo", 1, 5.0) for line in lines[4:]]
        closing.join(20)
        assert all(isinstance(one.get(timeout=5)[1], errors.ConnectionClosedError) for one in told)
        for line in lines:
            made.hang_up(line)
        assert all(line.fileno() < 0 for line in lines)


def test_what_is_to_be_done_later_is_done_in_order_and_not_before(exchange):
    done, began = queue.SimpleQueue(), time.monotonic()
    for seconds in (0.06, 0.02, 0.04, 0.02):
        exchange.later(seconds, lambda seconds=seconds: done.put((seconds, time.monotonic() - began)))
    found = [done.get(timeout=20) for _ in range(4)]
    assert [seconds for seconds, _ in found] == [0.02, 0.02, 0.04, 0.06]
    assert all(seconds <= after for seconds, after in found)


@pytest.mark.parametrize("by", ["us", "them", "nobody can watch it"])
def test_whoever_watches_a_line_learns_of_its_end_once_and_why_as_it_asks(exchange, pair, by, monkeypatch):
    line, other = pair
    ended = queue.SimpleQueue()
    if by == "nobody can watch it":
        monkeypatch.setattr(exchange._selector, "register", _refuse)
    exchange.watch(line, lambda: ended.put(threading.current_thread().name))
    if by == "us":
        line.cut()
    elif by == "them":
        other.close()
    assert ended.get(timeout=20) == "replies"
    assert isinstance(call(exchange, line, "echo", 1).get(timeout=20)[1], (errors.CommunicationError, OSError))
    assert ended.empty() and line.fileno() < 0


def test_the_end_of_a_call_is_told_to_whoever_called_and_not_to_whoever_watches(exchange, pair):
    line, other = pair
    ended = queue.SimpleQueue()
    exchange.watch(line, lambda: ended.put("ended"))
    told = call(exchange, line, "echo", "x")
    other.close()
    assert told.get(timeout=20)[1] is not None and ended.empty()


def test_a_call_is_made_before_its_line_is_closed_that_is_asked_for_later(exchange, pair):
    line, other = pair
    asked = threading.Event()

    def ask(reply, error):
        exchange.call(line, line.request("echo", ("second",)), lambda reply, error: None)
        exchange.hang_up(line)
        asked.set()

    exchange.call(line, line.request("echo", ("first",)), ask)
    other.settimeout(20)
    other.recv(4096)
    other.sendall(reply(1))
    assert asked.wait(20) and b"second" in other.recv(4096)
    assert other.recv(4096) == b""


def test_a_call_that_is_cut_is_told_so_at_once_and_so_is_the_next_one(exchange, service):
    line = service()
    told = call(exchange, line, "echo", 1, 5.0)
    line.cut()
    lost = (errors.CommunicationError, OSError)
    assert isinstance(told.get(timeout=2)[1], lost)
    assert isinstance(call(exchange, line, "echo", 1).get(timeout=2)[1], lost)


def test_a_reply_may_come_in_pieces_and_with_annotations(exchange, pair):
    line, other = pair
    told = call(exchange, line, "echo", "x")
    for byte in reply({"a": "b" * 30}, annotations={"CORR": b"0123456789abcdef"}):
        other.send(bytes([byte]))
    assert told.get(timeout=20) == ({"a": "b" * 30}, None)


def test_a_reply_of_several_tls_records_is_read_whole(exchange, pair):
    line, other = pair
    told = call(exchange, line, "echo", "x")
    other.sendall(reply("y" * 100_000))
    assert told.get(timeout=20) == ("y" * 100_000, None)


ODD = {
    "another number": reply(1, number=7),
    "another type": message.Message(message.MSG_PING, b"x", 1, 0, 1).to_bytes(),
    "more than a reply": reply(1) + b"more",
    "no message": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "too large": reply(1)[:12] + b"\x7f" + reply(1)[13:],
    "no plain value": message.Message(message.MSG_RESULT, b"{'__class__':'x'}", 1, 0, 1).to_bytes(),
}


@pytest.mark.parametrize("data", ODD.values(), ids=list(ODD))
def test_what_is_no_reply_is_an_error_and_ends_the_connection(exchange, pair, data):
    line, other = pair
    told = call(exchange, line, "echo", "x")
    other.sendall(data)
    assert isinstance(told.get(timeout=20)[1], errors.PyroError)
    other.settimeout(20)
    while other.recv(4096):  # the request, then the end
        pass


def test_what_comes_unasked_is_told_to_whoever_calls_next(exchange, pair):
    line, other = pair
    told = call(exchange, line, "echo", "x")
    other.sendall(reply(1))
    assert told.get(timeout=20) == (1, None)
    other.sendall(reply(2, number=2))
    wait_for(lambda: line.fileno() < 0)
    assert isinstance(call(exchange, line, "echo", "x").get(timeout=20)[1], errors.ProtocolError)


def test_one_that_reads_nothing_holds_up_nobody_and_gets_all_once_it_reads(exchange, pair, service):
    line, other = pair
    other.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    told = [call(exchange, line, "echo", "z" * 250_000)]
    assert call(exchange, service(), "echo", 2).get(timeout=20) == (2, None)
    other.settimeout(20)
    read = b""
    while len(read) < 250_000:
        read += other.recv(65536)
    other.sendall(reply("thanks"))
    assert told[0].get(timeout=20) == ("thanks", None)


def test_whoever_fails_at_what_is_told_ends_nothing(exchange, service, caplog):
    line = service()
    exchange.call(line, line.request("echo", (1,)), lambda reply, error: [][1])
    assert call(exchange, service(), "echo", 2).get(timeout=20) == (2, None)
    wait_for(lambda: "IndexError" in caplog.text)
    caplog.clear()


def test_the_end_closes_all_lines_and_leaves_no_thread(home, serve):
    uri = serve(wire.Daemon()).register(Service())
    made, line = wire.Exchange(), Line(wire.proxy(uri))
    assert call(made, line, "echo", 2).get(timeout=20) == (2, None)
    told = call(made, line, "echo", 2, 5.0)
    made.close()
    assert isinstance(told.get(timeout=20)[1], errors.ConnectionClosedError)
    assert line.fileno() < 0 and not made._thread.is_alive()
    assert isinstance(call(made, line, "echo", 2).get(timeout=20)[1], errors.ConnectionClosedError)
    with contextlib.suppress(OSError):
        made.hang_up(line)  # by whoever comes late


def test_who_asks_is_told_whatever_hinders_the_call(exchange, service, monkeypatch):
    line = service()
    with monkeypatch.context() as patch:
        patch.setattr(exchange._selector, "register", _refuse)
        reply, error = call(exchange, line, "echo", 1).get(timeout=20)
    assert reply is None and isinstance(error, errors.ConnectionClosedError) and line.fileno() < 0
    assert call(exchange, service(), "echo", 2).get(timeout=20) == (2, None)


def _refuse(*about):
    raise KeyError("it is registered already")
