import signal
import socket

import Pyro4
import pytest
from Pyro4 import constants
from Pyro4.errors import NamingError

from stormtracks.pyro_cluster import pidfile, secret, wire
from stormtracks.pyro_cluster.manager.engines.door import PeerLost
from stormtracks.pyro_cluster.manager.engines.pyro import ListedWorkers
from stormtracks.pyro_cluster.pyro_nameserver import NameServer, main
from tests.processes import wait_for


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def ask(port):
    with wire.nameserver("localhost", port) as nameserver:
        return nameserver.list()


def up(port):
    wait_for(lambda: pidfile.read(pidfile.nameserver_path().with_suffix(".ready")), what="the nameserver")
    return ask(port)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serves_members_and_ends_cleanly(launch, port, number):
    process = launch("pyro_nameserver", "--port", port)
    assert up(port) == {}
    assert pidfile.read(pidfile.nameserver_path()).pid == process.pid
    process.send_signal(number)
    said = process.communicate(timeout=10)[0]
    assert process.returncode == 0
    assert said.splitlines() == [
        f"nameserver at localhost:{port}, key {secret.fingerprint()}; Ctrl-C stops it",
        "nameserver stopped",
    ]
    assert not pidfile.nameserver_path().exists()


@pytest.mark.slow
def test_a_second_one_says_so(launch, port, capsys):
    first = launch("pyro_nameserver", "--port", port)
    up(port)
    assert main(["--port", str(port)]) == 1
    assert f"nameserver: already running: pid {first.pid}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("renew", "words"),
    [
        (False, "a nameserver with the same key is running there"),
        (True, "a nameserver of another cluster (another key) uses it"),
    ],
)
def test_a_port_with_a_nameserver_says_whose(launch, port, capsys, tmp_path, monkeypatch, renew, words):
    launch("pyro_nameserver", "--port", port)
    up(port)
    monkeypatch.setenv("STORMTRACKS_SECRET", str(secret.secret_path()))
    monkeypatch.setenv("STORMTRACKS_HOME", str(tmp_path / "other"))
    if renew:
        monkeypatch.setenv("STORMTRACKS_SECRET", str(secret.ensure(tmp_path / "other.pem")))
    assert main(["--port", str(port)]) == 1
    assert f"port {port} of localhost is taken: {words}" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("named_in", "cure"),
    [([], "with --port"), (["--named-in", "/my/hosts.yaml"], "in /my/hosts.yaml (nameserver: port)")],
)
def test_a_port_of_another_program_says_so_and_where_to_choose_one(home, capsys, named_in, cure):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert main(["--port", str(port), *named_in]) == 1
    assert capsys.readouterr().err.endswith(f"another program uses it; choose another port {cure}\n")


def test_an_address_of_another_host_is_refused(home, capsys):
    assert main(["--host", "192.0.2.7"]) == 1
    assert "cannot listen on 192.0.2.7:9090: " in capsys.readouterr().err


def test_a_secret_that_others_can_read_is_refused(home, capsys):
    secret.secret_path().chmod(0o644)
    assert main(["--port", "0"]) == 1
    assert "chmod 600" in capsys.readouterr().err


def test_a_name_is_not_taken_from_the_living(home, serve):
    daemon = serve(wire.Daemon("localhost"))
    alive = daemon.register(NameServer())  # anything that answers
    names = NameServer()
    names.register("stormtracks.worker.a", alive)
    with pytest.raises(NamingError, match=r"stormtracks.worker.a is in use by PYRO:.* which answers"):
        names.register("stormtracks.worker.a", "PYRO:other@localhost:1")
    names.register("stormtracks.worker.a", alive, metadata=["stormtracks.worker"])  # as a worker of 1.0 does
    assert names.list("stormtracks.") == {"stormtracks.worker.a": str(alive)}


def test_a_name_of_the_dead_is_free(home):
    names = NameServer()
    names.register("stormtracks.worker.a", "PYRO:gone@localhost:1")
    names.register("stormtracks.worker.a", "PYRO:next@localhost:2")
    assert str(names.lookup("stormtracks.worker.a")) == "PYRO:next@localhost:2"


def test_names_come_in_pages_of_bounded_size(home, serve):
    daemon = serve(wire.Daemon("localhost"))
    uri = daemon.register(names := NameServer(), constants.NAMESERVER_NAME)
    expected = {f"stormtracks.worker.w{number:04}": "PYRO:worker@" + "h" * 200 + ":1" for number in range(1234)}
    for name, place in {**expected, "other": "PYRO:other@localhost:1"}.items():
        names.register(name, place)
    assert len(names.list(prefix="stormtracks.worker.")) == wire.PAGE_NAMES
    assert ListedWorkers(Pyro4.URI(uri).host, Pyro4.URI(uri).port).find() == {
        name.removeprefix(wire.PREFIX): place for name, place in expected.items()
    }


def test_only_its_own_methods_can_be_called_and_no_regular_expression(home, serve):
    daemon = serve(wire.Daemon("localhost"))
    with wire.proxy(daemon.register(NameServer())) as remote:
        assert remote._pyroMethods == {"register", "lookup", "remove", "list", "ping"}
        for method, words in (("list", {"regex": "(x+x+)+y"}), ("remove", {"regex": "."}), ("remove", {"prefix": "s"})):
            with pytest.raises(TypeError):
                getattr(remote, method)(**words)


@pytest.mark.parametrize("name", ["", "a\nb", "a\x1b[2J", "é", "n" * 129, 5, None, ["a"]])
def test_what_is_no_name_is_refused(name):
    with pytest.raises(NamingError, match="is not a name"):
        NameServer().register(name, "PYRO:a@b:1")


@pytest.mark.parametrize("uri", ["", "x", "PYRONAME:a", "PYRO:a@b:port", f"PYRO:{'a' * 300}@b:1", "PYRO:a\x07@b:1", 5])
def test_what_is_no_address_is_refused(uri):
    with pytest.raises(NamingError, match="is not an address"):
        NameServer().register("a", uri)


def test_a_listing_that_is_none_is_said(home, serve):
    @Pyro4.expose
    class Babbling:
        def list(self, prefix):
            return [1, 2]

    daemon = serve(wire.Daemon("localhost"))
    uri = daemon.register(Babbling(), constants.NAMESERVER_NAME)
    with pytest.raises(PeerLost, match="does not answer with a list of names"):
        ListedWorkers(Pyro4.URI(uri).host, Pyro4.URI(uri).port).find()
