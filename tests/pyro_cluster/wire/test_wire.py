import contextlib
import os
import socket
import ssl
import subprocess
import sys
import threading
import time

import Pyro4
import pytest

from stormtracks.pyro_cluster import secret, wire
from stormtracks.pyro_cluster.wire import gate, tls
from stormtracks.pyro_cluster.wire.connection import Connection


@Pyro4.expose
class Echo:
    def echo(self, value=None):
        return value

    def large(self, size):
        return "x" * size

    def sleep(self, seconds):
        time.sleep(seconds)

    def refuse(self):
        raise ValueError("not today")

    @property
    def hidden(self):
        return "seen"

    def _private(self):
        return "seen"


@pytest.fixture
def daemon(home, serve):
    made = wire.Daemon("localhost")
    made.register(Echo(), "echo")
    return serve(made)


@pytest.fixture
def uri(daemon):
    return f"PYRO:echo@{daemon.locationStr}"


def port_of(daemon):
    return daemon.sock.getsockname()[1]


def test_a_member_is_served(uri):
    with wire.proxy(uri) as echo:
        assert echo.echo({"a": [1, 2.5, None, "é"]}) == {"a": [1, 2.5, None, "é"]}


def test_an_exception_travels_and_the_connection_stays(uri):
    with wire.proxy(uri) as echo:
        connection = echo._pyroConnection
        with pytest.raises(ValueError, match="not today"):
            echo.refuse()
        assert echo.echo(1) == 1
        assert echo._pyroConnection is connection


def test_only_what_is_exposed_can_be_called(uri):
    with wire.proxy(uri) as echo, pytest.raises(AttributeError):
        echo._pyroInvoke("_private", (), {})


def test_every_connection_is_tls_1_3_both_ways(uri):
    with wire.proxy(uri) as echo:
        sock = echo._pyroConnection.sock
        assert sock.version() == "TLSv1.3"
        assert sock.getpeercert(binary_form=True) == secret.certificate()
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == wire.CALL_SILENCE_MS


def test_options_are_there_again_after_a_reconnect(uri):
    with wire.proxy(uri, timeout=7) as echo:
        wire.cut(echo)
        with pytest.raises(wire.ConnectionClosedError):
            echo.echo()
        assert echo.echo(2) == 2
        sock = echo._pyroConnection.sock
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == wire.CALL_SILENCE_MS
        assert sock.gettimeout() == 7


def test_cut_ends_a_call_from_another_thread(uri):
    with wire.proxy(uri) as echo:
        threading.Timer(0.2, wire.cut, [echo]).start()
        with pytest.raises(wire.ConnectionClosedError):
            echo.sleep(30)


def test_a_closed_proxy_has_no_descriptor_and_connects_again(uri):
    echo = wire.proxy(uri)
    assert wire.fileno(echo) == echo._pyroConnection.sock.fileno()
    wire.close(echo)
    assert wire.fileno(echo) is None
    assert echo.echo(5) == 5
    wire.close(echo)


def test_a_call_has_a_timeout(uri):
    with wire.proxy(uri, timeout=0.2) as echo, pytest.raises(wire.TimeoutError):
        echo.sleep(5)


def test_an_answer_that_drips_is_not_waited_for_longer_than_one_that_does_not_come():
    near, far = socket.socketpair()
    over = threading.Event()

    def drip():
        while not over.wait(0.02):
            far.sendall(b"x")

    dripping = threading.Thread(target=drip)
    dripping.start()
    with near, far:
        connection = Connection(near)
        connection.setTimeout(0.3)
        with pytest.raises(wire.TimeoutError):
            connection.recv(100_000)
        assert connection.recv(3) == b"xxx" and near.gettimeout() == 0.3
        over.set()
        dripping.join()


def test_another_key_is_called_a_wrong_key(uri, tmp_path):
    other = secret.ensure(tmp_path / "other.pem")
    with pytest.raises(wire.WrongKey, match=r"wrong key: localhost:.* has another key than .*other.pem"):
        wire.proxy(uri, secret=other)


def test_a_rejected_certificate_is_called_a_wrong_key(uri, tmp_path, monkeypatch):
    """In TLS 1.3 the server's refusal comes after the client has found itself connected."""
    mine, other = wire.membership(), wire.membership(secret.ensure(tmp_path / "other.pem"))
    other.client.load_verify_locations(cadata=mine.certificate)
    mixed = tls.Membership(mine.certificate, other.server, other.client)
    monkeypatch.setattr(wire, "membership", lambda path=None: mixed)
    with pytest.raises(wire.WrongKey, match="wrong key"):
        wire.proxy(uri)


def test_nothing_there_is_told_apart(home):
    with pytest.raises(wire.Unreachable, match="cannot connect to localhost:1: nothing listens there"):
        wire.proxy("PYRO:echo@localhost:1")
    with pytest.raises(wire.NoNameserver, match=r"no nameserver at localhost:1 .nothing listens there.: start it"):
        wire.nameserver("localhost", 1)


def test_who_does_not_answer_is_given_up(home):
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(wire.Unreachable, match=r"no answer within 0\.3 s, although .* large packets .* check the MTU"),
    ):
        wire.proxy(f"PYRO:echo@127.0.0.1:{silent.getsockname()[1]}", connect_timeout=0.3)


def test_another_service_is_told_apart(home):
    with socket.create_server(("127.0.0.1", 0)) as other:
        threading.Thread(target=lambda: other.accept()[0].sendall(b"SSH-2.0-OpenSSH_9\r\n"), daemon=True).start()
        with pytest.raises(wire.NotOurs, match="another program is listening there"):
            wire.proxy(f"PYRO:echo@127.0.0.1:{other.getsockname()[1]}")


def test_a_daemon_that_is_no_nameserver_is_told_apart(daemon):
    with pytest.raises(wire.NotOurs, match=r"has no 'Pyro.NameServer'"):
        wire.nameserver("localhost", port_of(daemon))


def test_nothing_listens_without_a_secret(tmp_path, monkeypatch):
    monkeypatch.setenv("STORMTRACKS_SECRET", str(tmp_path / "none.pem"))
    with pytest.raises(secret.SecretError, match="no key"):
        wire.Daemon("127.0.0.1")


def test_environment_cannot_weaken_it(home, tmp_path):
    code = (
        "from stormtracks.pyro_cluster import wire; import Pyro4; c = Pyro4.config;"
        "print(c.SERIALIZER, c.SERIALIZERS_ACCEPTED, c.REQUIRE_EXPOSE, c.MAX_MESSAGE_SIZE)"
    )
    weak = {"PYRO_SERIALIZER": "pickle", "PYRO_SERIALIZERS_ACCEPTED": "pickle", "PYRO_REQUIRE_EXPOSE": "false"}
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, **weak}, text=True, capture_output=True)
    assert done.stdout.split() == ["serpent", "{'serpent'}", "True", str(2 * wire.MAX_MESSAGE_BYTES)], done.stderr


def test_pyros_own_daemon_cannot_be_made(home):
    with pytest.raises(AttributeError, match="membership"):
        Pyro4.Daemon()


def test_too_large_a_message_is_refused(uri):
    with wire.proxy(uri) as echo:
        with pytest.raises(
            Pyro4.errors.MessageTooLargeError, match=r"a request of .* bytes is too large; at most 262144"
        ):
            echo.echo("x" * wire.MAX_MESSAGE_BYTES)
        assert echo.echo(3) == 3
        with pytest.raises(ValueError, match=r"a reply of .* bytes is too large"):
            echo.large(wire.MAX_MESSAGE_BYTES)
        assert echo.large(wire.MAX_MESSAGE_BYTES // 2) == "x" * (wire.MAX_MESSAGE_BYTES // 2)


def test_a_renewed_secret_is_used_by_what_starts_later(uri, serve):
    secret.renew()
    with pytest.raises(wire.WrongKey):
        wire.proxy(uri)
    later = wire.Daemon("localhost")
    serve(later).register(Echo(), "echo")
    with wire.proxy(f"PYRO:echo@{later.locationStr}") as echo:
        assert echo.echo(4) == 4


def test_an_older_tls_is_refused(daemon):
    context = tls._context(ssl.PROTOCOL_TLS_CLIENT, str(secret.secret_path()), secret.certificate())
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    sock = socket.create_connection(("localhost", port_of(daemon)), 3)
    with sock, pytest.raises(ssl.SSLError, match=r"(?i)version"):
        context.wrap_socket(sock)


@pytest.mark.parametrize("limits", [{"connections": 4}, {"connections": 40, "connections_of_one": 4}])
def test_members_that_ask_nothing_make_room_and_those_that_ask_keep_theirs(home, serve, monkeypatch, limits):
    monkeypatch.setattr(gate, "MUTE_SECONDS", 0.1)
    daemon = wire.Daemon("localhost", **limits)
    daemon.register(Echo(), "echo")
    uri = f"PYRO:echo@{serve(daemon).locationStr}"
    with contextlib.ExitStack() as stack:
        asking = [stack.enter_context(wire.proxy(uri)) for _ in range(2)]
        assert [one.echo(1) for one in asking] == [1, 1]
        for _ in range(2):
            stack.enter_context(wire.proxy(uri))
        for _ in range(3):  # one after the other: each of them asks nothing for long either
            time.sleep(0.2)
            stack.enter_context(wire.proxy(uri))
        time.sleep(0.2)
        late = [stack.enter_context(wire.proxy(uri)) for _ in range(2)]
        assert [one.echo(2) for one in [*asking, *late]] == [2] * 4
        with pytest.raises(wire.Unreachable):
            wire.proxy(uri)
