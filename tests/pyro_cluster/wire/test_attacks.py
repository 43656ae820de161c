"""What an attacker without the key, and one with it, can do to the real nameserver and the real worker."""

import contextlib
import itertools
import marshal
import pickle
import random
import re
import signal
import socket
import ssl
import struct
import threading
import time
import zlib
from pathlib import Path

import Pyro4
import pytest
from Pyro4 import message, util

from stormtracks.pyro_cluster import pidfile, secret, wire
from stormtracks.pyro_cluster.wire import strangers
from tests.processes import alive, wait_for

SERVED_SECONDS = 2.0
SERPENT = util.SerpentSerializer.serializer_id


class Target:
    """One of our services, its address and what a good client calls."""

    def __init__(self, name, process, uri):
        self.name, self.process, self.uri = name, process, str(uri)
        self.address = Pyro4.URI(uri).host, Pyro4.URI(uri).port

    def connect(self):
        return socket.create_connection(self.address, 5)

    def act(self, proxy):
        """Something that leaves a trace, which `acts` counts."""
        if self.name == "worker":
            proxy.do_work(2000, 1, "empty")
        else:
            proxy.register("trace", "PYRO:a@b:1")
            proxy.remove("trace")
            proxy.register(f"trace {len(proxy.list())}", "PYRO:a@b:1")

    def acts(self):
        with wire.proxy(self.uri) as proxy:
            return proxy.describe()["done"] if self.name == "worker" else len(proxy.list(prefix="trace"))

    def peak_mb(self):
        """Most memory that the process ever had."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024

    def serves(self):
        """Whether a member that connects now is served within the promised time."""
        with wire.proxy(self.uri, SERVED_SECONDS, SERVED_SECONDS) as proxy:
            began = time.monotonic()
            proxy.ping()
            return time.monotonic() - began < SERVED_SECONDS and alive(self.process.pid)


class Services:
    """The services under attack; one that an attack has ended or silenced is replaced, so that no other test fails."""

    def __init__(self, launch):
        self._launch, self._there = launch, {}

    def serving(self, name):
        there = self._there.get(name)
        if there is None or not self._answers(there):
            if there is not None:
                there.process.kill()
                there.process.wait()
            there = self._there[name] = Target(name, *getattr(self, f"_start_{name}")())
        return there

    def _answers(self, target):
        with contextlib.suppress(Pyro4.errors.PyroError):
            return target.serves()

    def _start_nameserver(self):
        process = self._launch("pyro_nameserver", "--port", "0")
        return process, f"PYRO:Pyro.NameServer@{told(pidfile.nameserver_path(), process)[3]}"

    def _start_worker(self):
        place = Pyro4.URI(self.serving("nameserver").uri).location
        table = ("--tasks", "tests.cluster_tasks:TASKS")
        process = self._launch("pyro_worker", "--name", "w", "--nameserver", place, "--slots", 1, *table)
        return process, told(pidfile.worker_path("w"), process)[3]


@pytest.fixture(scope="module")
def services(lasting_launch):
    return Services(lasting_launch)


@pytest.fixture(params=["nameserver", "worker"])
def target(request, services):
    """A service that survives all attacks of this file, one after the other, in any order."""
    return services.serving(request.param)


def told(path, process):
    """The words of a process's ready file, once it has written it."""
    path = path.with_suffix(".ready")
    wait_for(lambda: (there := pidfile.read(path)) and there.pid == process.pid, what=str(path))
    return path.read_text().split()


@contextlib.contextmanager
def crowd(target, number, first=b""):
    """Connections that stay open; each sends something first."""
    with contextlib.ExitStack() as stack:
        for _ in range(number):
            sock = stack.enter_context(target.connect())
            with contextlib.suppress(OSError):
                sock.sendall(first)
        yield


def client_hello():
    """The first bytes of a real TLS handshake."""
    out = ssl.MemoryBIO()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).wrap_bio(ssl.MemoryBIO(), out, server_hostname="x")
    with contextlib.suppress(ssl.SSLWantReadError):
        tls.do_handshake()
    return out.read()


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSTOP])
@pytest.mark.slow
def test_a_service_that_does_not_serve_is_replaced_for_the_tests_that_follow(target, services, end):
    target.process.send_signal(end)
    replacement = services.serving(target.name)
    assert replacement.process.pid != target.process.pid
    assert replacement.serves()


@pytest.mark.parametrize("number", [1, 100, strangers.STRANGERS + 88])
def test_silent_connections(target, number):
    with crowd(target, number):
        assert target.serves()


@pytest.mark.parametrize(
    "first",
    [
        b"\x00",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"PYRO" + bytes(100),
        b"\x16\x03\x01\xff\xff\x01",
        b"SSH-2.0-x\r\n",
        random.Random(1).randbytes(5000),
    ],
    ids=["a byte", "http", "pyro", "tls header", "ssh", "noise"],
)
def test_garbage(target, first):
    with crowd(target, 50, first):
        assert target.serves()
    assert target.serves()


def test_half_a_handshake(target):
    hello = client_hello()
    with crowd(target, 50, hello), crowd(target, 50, hello[:100]):
        assert target.serves()


def test_resets(target):
    reset = struct.pack("ii", 1, 0)  # SO_LINGER with no time: close sends RST
    for first in [b"", b"garbage", client_hello()] * 30:
        sock = target.connect()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
        sock.sendall(first)
        sock.close()
    assert target.serves()


@pytest.mark.slow
def test_a_storm_of_all_of_it_while_members_call(target):
    over, noise = time.monotonic() + 2, random.Random(2)

    def attack():
        while time.monotonic() < over:
            with contextlib.suppress(OSError), target.connect() as sock:
                sock.sendall(noise.choice([b"", b"x" * 999, client_hello(), client_hello()[:50]]))

    attackers = [threading.Thread(target=attack) for _ in range(8)]
    for attacker in attackers:
        attacker.start()
    while time.monotonic() < over:
        assert target.serves()
    for attacker in attackers:
        attacker.join()
    assert target.serves()


@pytest.mark.slow
def test_strangers_are_dropped_in_time(target):
    with target.connect() as sock:
        sock.settimeout(strangers.STRANGER_SECONDS + 3)
        assert sock.recv(1) == b""


def test_plain_pyro_is_refused(target):
    """What Pyro4 sends without TLS, in each of its serializers, is answered by a closed connection."""
    for name in ("serpent", "json", "marshal", "pickle"):
        serializer = util.get_serializer(name)
        hello = serializer.serializeData({"handshake": "hello", "object": "Pyro.NameServer"})[0]
        with target.connect() as sock:
            sock.sendall(message.Message(message.MSG_CONNECT, hello, serializer.serializer_id, 0, 0).to_bytes())
            assert b"PYRO" not in rest(sock)
    assert target.serves()


def test_no_certificate_and_another_s_are_refused(target, tmp_path):
    bare = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    bare.check_hostname, bare.verify_mode = False, ssl.CERT_NONE
    other = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    other.check_hostname, other.verify_mode = False, ssl.CERT_NONE
    other.load_cert_chain(secret.ensure(tmp_path / "other.pem"))
    for context in (bare, other):
        with target.connect() as sock, pytest.raises((ssl.SSLError, ConnectionError)), context.wrap_socket(sock) as tls:
            tls.sendall(b"x" * 100)
            assert tls.recv(100) == b""
            raise ConnectionError  # closed without a word is a refusal too
    assert target.serves()


def test_a_recorded_session_replayed_does_nothing(target):
    """A man in the middle records every byte that a member sends, and sends all of them again."""
    with socket.create_server(("127.0.0.1", 0)) as middle:
        recorded = []
        threading.Thread(target=relay, args=(middle, target, recorded), daemon=True).start()
        with wire.proxy(f"PYRO:{Pyro4.URI(target.uri).object}@127.0.0.1:{middle.getsockname()[1]}") as proxy:
            target.act(proxy)
    wait_for(lambda: recorded and recorded[-1] == b"")
    before = target.acts()
    with target.connect() as sock:
        with contextlib.suppress(OSError):
            sock.sendall(b"".join(recorded))
        rest(sock)
    assert target.acts() == before >= 1
    assert target.serves()


def relay(middle, target, recorded):
    client, _ = middle.accept()
    server = target.connect()

    def back():
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                client.sendall(data)

    threading.Thread(target=back, daemon=True).start()
    while data := client.recv(65536):
        recorded.append(data)
        server.sendall(data)
    recorded.append(b"")
    server.close()


def rest(sock):
    """All that a peer still sends before it closes."""
    sock.settimeout(strangers.STRANGER_SECONDS + 3)
    got = b""
    with contextlib.suppress(ConnectionError):
        while data := sock.recv(65536):
            got += data
    return got


# From here on the attacker has the key: still nothing crashes, fills the memory or is unpickled.


def member(target):
    """A member's connection after Pyro's greeting."""
    proxy = wire.proxy(target.uri, 5)
    return proxy, proxy._pyroConnection


def raw(flags=0, serializer=SERPENT, data=b"()", kind=message.MSG_INVOKE, size=None, annotations=b""):
    """A Pyro message whose header may lie."""
    size = len(data) if size is None else size
    checksum = (kind + 48 + size + len(annotations) + serializer + flags + 1 + message.Message.checksum_magic) & 0xFFFF
    header = struct.pack("!4sHHHHiHHHH", b"PYRO", 48, kind, flags, 1, size, serializer, len(annotations), 0, checksum)
    return header + annotations + data


class Exploit:
    def __reduce__(self):
        return (eval, ("__import__('os')._exit(9)",))


BOMB = zlib.compress(bytes(10**8))
BLOB = struct.pack("!4sH", b"BLBI", 8) + b"\xe9" * 8
HOSTILE = {
    "pickle": raw(serializer=util.PickleSerializer.serializer_id, data=pickle.dumps(Exploit())),
    "marshal": raw(serializer=util.MarshalSerializer.serializer_id, data=marshal.dumps((1, 2, 3, 4))[:-3]),
    "json": raw(serializer=util.JsonSerializer.serializer_id, data=b"{}"),
    "unknown serializer": raw(serializer=999),
    "blob": raw(flags=message.FLAGS_KEEPSERIALIZED, annotations=BLOB),
    "compressed": raw(flags=message.FLAGS_COMPRESSED, data=BOMB),
    "2 GiB": raw(size=2**31 - 1),
    "negative size": raw(size=-1),
    "just too large": raw(size=wire.MAX_MESSAGE_BYTES + 1),
    "another kind": raw(kind=message.MSG_CONNECT),
    "no call": raw(data=b"[1,2"),
    "deep": raw(data=b"(" * 200_000),
    "minus": raw(data=b"-" * wire.MAX_MESSAGE_BYTES),
    "wide": raw(data=b"[" + b"[]," * (wire.MAX_MESSAGE_BYTES // 3 - 1) + b"]"),
    "noise": random.Random(3).randbytes(10_000),
    "annotations": raw(annotations=b"ABCD\xff\xff" + b"x" * 20),
}


def test_the_way_messages_are_forged_here_works(target):
    call = util.get_serializer("serpent").serializeCall(Pyro4.URI(target.uri).object, "ping", (), {})[0]
    proxy, connection = member(target)
    with proxy:
        connection.send(raw(data=call))
        assert message.Message.recv(connection).flags == 0


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_message_of_a_member_is_refused(target, name):
    proxy, connection = member(target)
    with proxy, contextlib.suppress(Exception):
        connection.send(HOSTILE[name])
        connection.setTimeout(5)
        reply = message.Message.recv(connection)
        assert reply.flags & message.FLAGS_EXCEPTION
    assert target.serves()
    assert target.peak_mb() < 200


def test_random_messages_of_a_member(target):
    noise = random.Random(4)
    good = raw(data=util.get_serializer("serpent").serializeCall("x", "ping", (), {})[0])
    for _ in range(60):
        broken = bytearray(good)
        for _ in range(noise.randint(1, 4)):
            broken[noise.randrange(len(broken))] = noise.randrange(256)
        proxy, connection = member(target)
        with proxy, contextlib.suppress(Pyro4.errors.CommunicationError, OSError):
            connection.send(bytes(broken))
    assert target.serves()


def test_silent_members_do_not_keep_others_out(target):
    with contextlib.ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(contextlib.closing(wire._dial(Pyro4.URI(target.uri), 5, wire.membership())))
        assert target.serves()


def test_full_hellos_from_many_hosts_and_then_silence(target):
    """Each of them costs a signature; a member, from whatever host, is served before them."""
    hello, over = client_hello(), threading.Event()

    def attack(first):
        opened = []
        for number in itertools.count(first, 4):
            if over.is_set():
                break
            with contextlib.suppress(OSError):
                source = (f"127.0.1.{number % 250 + 1}", 0)
                opened.append(socket.create_connection(target.address, 1, source_address=source))
                opened[-1].sendall(hello)
            time.sleep(0.01)
        for sock in opened:
            sock.close()

    attackers = [threading.Thread(target=attack, args=(first,)) for first in range(4)]
    for attacker in attackers:
        attacker.start()
    try:
        for _ in range(20):
            assert target.serves()
    finally:
        over.set()
        for attacker in attackers:
            attacker.join()


@pytest.mark.parametrize("target", ["worker"], indirect=True)  # the nameserver's 4,096 connections take long to fill
def test_a_member_that_holds_all_it_can_leaves_room_for_those_of_other_hosts(target):
    with contextlib.ExitStack() as stack:
        for _ in range(4 * 1 + 64):  # all that a worker of one slot has
            plain = socket.create_connection(target.address, 5, source_address=("127.0.1.1", 0))
            with contextlib.suppress(OSError):
                stack.enter_context(wire.membership().client.wrap_socket(plain))
        assert target.serves()
