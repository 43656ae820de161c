"""A stranger without the key meets a running cluster; tests/pyro_cluster/wire/test_attacks.py attacks each service."""

import contextlib
import socket
import ssl
import threading
import time
from pathlib import Path

import Pyro4
import pytest
from Pyro4 import message, util

from stormtracks.pyro_cluster import secret, wire
from stormtracks.pyro_cluster.wire import strangers
from tests.faults.stage import Stage
from tests.processes import wait_for

SERPENT = util.get_serializer("serpent")


@pytest.fixture
def stranger(tmp_path):
    """The TLS of a stranger that has another key than ours, and trusts everyone."""
    return false_tls(ssl.PROTOCOL_TLS_CLIENT, tmp_path)


def false_tls(protocol, tmp_path):
    context = ssl.SSLContext(protocol)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.load_cert_chain(secret.ensure(tmp_path / "false" / "secret.pem"))
    return context


def call(name, method, *arguments):
    """The bytes of a greeting and a call; only their sender is wrong."""
    hello, _ = SERPENT.serializeData({"handshake": "hello", "object": name})
    asked, _ = SERPENT.serializeCall(name, method, arguments, {})
    greeting = message.Message(message.MSG_CONNECT, hello, SERPENT.serializer_id, message.FLAGS_META_ON_CONNECT, 0)
    return greeting.to_bytes() + message.Message(message.MSG_INVOKE, asked, SERPENT.serializer_id, 0, 1).to_bytes()


def everything(sock):
    """All that arrives until the other side closes the connection."""
    got = b""
    with contextlib.suppress(OSError):
        sock.settimeout(strangers.STRANGER_SECONDS + 5)
        while data := sock.recv(65536):
            got += data
    return got


def answer(context, address, asked, wait=True):
    """The reply to bytes that are sent inside TLS: all of it, or its first part."""
    with contextlib.suppress(OSError), socket.create_connection(address, 5) as plain, context.wrap_socket(plain) as tls:
        tls.sendall(asked)
        return everything(tls) if wait else tls.recv(65536)
    return b""


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("list", ()),
        ("register", ("stormtracks.worker.evil", "PYRO:worker@127.0.0.1:1")),
        ("remove", ("stormtracks.worker.w",)),
    ],
)
def test_without_the_key_no_worker_is_listed_registered_or_removed(stage, stranger, method, arguments):
    """A TLS 1.3 client may write before the server has looked at its certificate: what it writes is never read."""
    stage.worker("w")
    with wire.nameserver("127.0.0.1", stage.port) as nameserver:
        before = nameserver.list()
        assert answer(stranger, ("127.0.0.1", stage.port), call("Pyro.NameServer", method, *arguments)) == b""
        assert nameserver.list() == before


def test_the_same_bytes_from_a_member_are_obeyed(stage):
    asked = call("Pyro.NameServer", "register", "stormtracks.worker.good", "PYRO:worker@127.0.0.1:1")
    with wire.nameserver("127.0.0.1", stage.port) as nameserver:
        assert answer(wire.membership().client, ("127.0.0.1", stage.port), asked, wait=False)
        wait_for(lambda: "stormtracks.worker.good" in nameserver.list())


def test_without_the_key_no_work_is_done(stage, stranger):
    worker = stage.worker("w")
    with wire.nameserver("127.0.0.1", stage.port) as nameserver:
        uri = Pyro4.URI(nameserver.lookup("stormtracks.worker.w"))
    assert answer(stranger, (uri.host, uri.port), call(uri.object, "do_work", 2000, 0, "work")) == b""
    assert stage.made() == {}
    assert worker.runs()


@pytest.mark.slow
def test_who_sends_a_byte_at_a_time_is_dropped_in_time_too(stage):
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", stage.port), 5) as sock, pytest.raises(ConnectionError):
        while time.monotonic() - began < 30:
            sock.sendall(b"\x16")
            time.sleep(0.2)
    assert time.monotonic() - began < strangers.STRANGER_SECONDS + 5


@pytest.mark.slow
def test_the_key_is_in_no_command_line_environment_or_log(stage):
    processes = [stage.nameserver, stage.worker("w", seconds=0.2), stage.manage(members=12)]
    processes[2].until(lambda counts: counts["complete"])
    lines = [line for line in secret.secret_path().read_text().splitlines() if "-" not in line]
    for process in processes:
        seen = Path(f"/proc/{process.pid}/cmdline").read_bytes() + Path(f"/proc/{process.pid}/environ").read_bytes()
        assert not any(line.encode() in seen for line in lines)
    processes[2].ends(0)
    for path in (*stage.folder.glob("*.log"), *(path for path in stage.state.rglob("*") if path.is_file())):
        if path != secret.secret_path():
            assert not any(line.encode() in path.read_bytes() for line in lines), path


def test_nothing_on_the_wire_can_be_read(stage):
    recorded = []
    with wire.nameserver("127.0.0.1", stage.port) as direct, middleman(stage.port, recorded) as port:
        with wire.proxy(f"PYRO:Pyro.NameServer@127.0.0.1:{port}") as nameserver:
            nameserver.register("stormtracks.worker.secretive", "PYRO:worker@127.0.0.1:1")
            assert "stormtracks.worker.secretive" in nameserver.list()
        direct.remove("stormtracks.worker.secretive")
    heard = b"".join(recorded)
    assert len(heard) > 1000
    for word in (b"secretive", b"NameServer", b"register", b"PYRO"):
        assert word not in heard


@contextlib.contextmanager
def middleman(port, recorded):
    """A relay that records all bytes, both ways."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def pass_on(source, target):
            with contextlib.suppress(OSError):
                while data := source.recv(65536):
                    recorded.append(data)
                    target.sendall(data)

        def serve():
            near, _ = door.accept()
            far = socket.create_connection(("127.0.0.1", port))
            threading.Thread(target=pass_on, args=(far, near), daemon=True).start()
            pass_on(near, far)
            far.close()

        threading.Thread(target=serve, daemon=True).start()
        yield door.getsockname()[1]


@contextlib.contextmanager
def impostor(behave):
    """A false nameserver that treats everyone alike; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    sock, _ = door.accept()
                    threading.Thread(target=behave, args=(sock,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield door.getsockname()[1]


def silent(sock):
    everything(sock)
    sock.close()


def babbling(sock):
    with contextlib.suppress(OSError):
        while True:
            sock.sendall(b"PYRO" * 10_000)


@pytest.mark.parametrize(
    ("behave", "message"),
    [
        (silent, "is silent: no answer within 5 s, although connections are accepted"),
        (babbling, "another program is listening there"),
        (None, "wrong key"),
    ],
    ids=["silent", "babbling", "another key"],
)
@pytest.mark.slow
def test_a_manager_tells_nothing_to_a_false_nameserver(stage, tmp_path, behave, message):
    heard = []
    context = false_tls(ssl.PROTOCOL_TLS_SERVER, tmp_path)

    def with_another_key(sock):
        with contextlib.suppress(OSError), context.wrap_socket(sock, server_side=True) as tls:
            heard.append(everything(tls))

    with impostor(behave or with_another_key) as port:
        began = time.monotonic()
        output = stage.manage("work", "--nameserver", f"127.0.0.1:{port}").ends(3)
        assert message in output
        assert time.monotonic() - began < 20
    assert b"".join(heard) == b""


@pytest.mark.slow
def test_a_worker_does_not_register_with_another_clusters_nameserver_and_comes_back(stage, tmp_path):
    worker = stage.worker("w")
    stage.nameserver.kill()
    stage.nameserver.wait()
    other = tmp_path / "other"
    false = stage.start("pyro_nameserver", "--port", stage.port, environment={"STORMTRACKS_HOME": str(other)})
    worker.until_logged("not registered: wrong key: ")
    false.kill()
    false.wait()
    stage.start_nameserver()
    wait_for(lambda: worker.output().count("registered as stormtracks.worker.w") == 2, what="its return")


HOSTILE = [
    (2000, 0, "../../work", None),
    (2000, 0, "work/../../..", None),
    ("../2000", 0, "work", None),
    (2000, "../0", "work", None),
    (-1, 0, "work", None),
    (2000, 0, "work", {"results": "/tmp/elsewhere"}),
    (2000, 0, "os:system", None),
    (2000, 0, "__class__", None),
    (10**30, 0, "work", {"timeout": -1}),
    (2000, 0, "work", {"timeout": float("nan")}),
]


@pytest.mark.parametrize("asked", HOSTILE, ids=repr)
def test_no_word_of_a_call_leads_out_of_the_results_folder(lasting, asked):
    stage, proxy = lasting
    reply = proxy.do_work(*asked)
    assert reply["status"] == "failure"
    assert not list(stage.results("w").rglob("member*"))
    assert sorted(path.name for path in stage.results("w").parent.iterdir()) == ["results"]


@pytest.fixture(scope="module")
def lasting(tmp_path_factory):
    """A worker for all hostile calls, and a member's connection to it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STORMTRACKS_HOME", str(tmp_path_factory.mktemp("state")))
        patch.delenv("STORMTRACKS_SECRET", raising=False)
        secret.ensure()
        stage = Stage(tmp_path_factory.mktemp("stage"))
        stage.worker("w")
        with wire.nameserver("127.0.0.1", stage.port) as nameserver:
            proxy = wire.proxy(nameserver.lookup("stormtracks.worker.w"), 10)
        yield stage, proxy
        proxy._pyroRelease()
        stage.close()
