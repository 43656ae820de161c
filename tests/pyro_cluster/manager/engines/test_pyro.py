"""What dispatch learns of a worker over the wire: answers, ends and silence."""

import contextlib
import queue
import socket
import threading
import time

import Pyro4
import pytest

from stormtracks.pyro_cluster import wire
from stormtracks.pyro_cluster.manager.engines.door import PeerLost
from stormtracks.pyro_cluster.manager.engines.pyro import SLOWEST_SECONDS, ListedWorkers
from stormtracks.pyro_cluster.manager.workers.heartbeats import Heartbeat
from stormtracks.pyro_cluster.manager.workers.worker import Worker
from stormtracks.pyro_cluster.worker.registration import Registration
from tests.processes import wait_for


@Pyro4.expose
class Service:
    def __init__(self):
        self.asked, self.answer, self.rest = threading.Event(), threading.Event(), 0.0

    def ping(self):
        time.sleep(self.rest)
        return {"id": "x"}

    def describe(self):
        raise ValueError("nothing to say")

    def do_work(self, year, ensemble_member, task, options):
        self.asked.set()
        self.answer.wait(20)


@pytest.fixture
def service(home, serve):
    """A service and a peer of it; the nameserver is not needed."""
    made, cluster = Service(), ListedWorkers("localhost", 1)
    uri = serve(wire.Daemon()).register(made)
    yield made, cluster.connect(uri, 0.2), uri
    made.answer.set()
    cluster.leave()


def begin(peer, *arguments):
    """Have a task begun: a queue in which (reply, error) will be."""
    told = queue.SimpleQueue()
    peer.begin(*(arguments or (2000, 0, "x", {})), lambda reply, error: told.put((reply, error)))
    return told


def test_answers_and_what_the_other_side_raised_come_as_they_are(service):
    _, peer, _ = service
    assert peer.ping() == {"id": "x"}
    with pytest.raises(ValueError, match="nothing to say"):
        peer.describe()


def test_a_connection_lasts_until_it_is_closed(service):
    _, peer, _ = service
    peer.ping()
    assert not peer.ended(0.01)
    peer.close()
    assert peer.ended(20)


def test_a_wait_for_the_end_is_ended_by_another_thread(service):
    _, peer, _ = service
    ends = []
    thread = threading.Thread(target=lambda: ends.append(peer.ended(3600)))
    thread.start()
    peer.cut()
    thread.join(20)
    assert ends == [True]


def test_the_end_of_the_other_side_ends_the_wait(home):
    daemon = wire.Daemon()
    uri = daemon.register(Service())
    serving = threading.Thread(target=daemon.requestLoop)
    serving.start()
    peer = ListedWorkers("localhost", 1).connect(uri)
    assert not peer.ended(0.01)
    daemon.shutdown()
    serving.join(20)
    assert peer.ended(20)


def test_no_answer_in_time_is_silence(service):
    _, peer, _ = service
    reply, error = begin(peer).get(timeout=20)
    assert reply is None and str(error) == "no answer in time" and error.silent


def test_a_cut_call_ends_at_once(service):
    made, peer, _ = service
    told = begin(peer)
    assert made.asked.wait(20)
    peer.cut()
    _, error = told.get(timeout=20)
    assert isinstance(error, PeerLost) and str(error) == "its connection ended" and not error.silent


def test_a_peer_that_is_cut_before_it_begins_loses_its_task(service):
    _, peer, _ = service
    peer.cut()
    assert isinstance(begin(peer).get(timeout=20)[1], PeerLost)


def test_heartbeats_over_the_wire_have_one_thread_together_and_notice_an_end_at_once(home):
    cluster, daemon, lost = ListedWorkers("localhost", 1), wire.Daemon(), []
    threading.Thread(target=daemon.requestLoop, daemon=True).start()
    beats = []
    for number in range(5):
        worker = Worker("x", str(number), uri=str(daemon.register(Service())))
        peer = cluster.connect(worker.uri, 2.0)
        beats.append(Heartbeat(worker, peer, cluster.connect, lambda worker, error: lost.append(error), 0.01))
        beats[-1].start()
    wait_for(lambda: all(beat._turn > 3 for beat in beats))
    names = [thread.name for thread in threading.enumerate()]
    assert not [name for name in names if "heartbeat" in name] and names.count("replies") == 1
    beats[0].stop()
    wait_for(lambda: beats[0]._peer._line.fileno() < 0)
    for beat in beats:
        beat.interval = 3600.0
    daemon.shutdown()
    wait_for(lambda: len(lost) == 4)
    assert not [error for error in lost if error.silent]
    cluster.leave()


def test_a_heartbeat_that_is_not_answered_is_silence(service):
    made, peer, uri = service
    made.rest = 1.0  # the peer waits 0.2 s
    lost = []
    heartbeat = Heartbeat(Worker("x", "x", uri=uri), peer, _refuse, lambda worker, error: lost.append(error), 0.01)
    heartbeat.start()
    wait_for(lambda: lost)
    assert (str(lost[0]), lost[0].silent) == ("no answer in time", True)


def _refuse(uri, timeout):
    raise PeerLost("too many open files", ours=True)


def test_a_lost_nameserver_ends_no_task(service):
    made, peer, _ = service
    told = begin(peer)
    assert made.asked.wait(20)
    with pytest.raises(PeerLost, match="no nameserver at localhost:1 "):
        peer._cluster.find()
    with pytest.raises(queue.Empty):
        told.get(timeout=0.05)
    peer._cluster.leave()
    assert peer._line.fileno() < 0


@pytest.mark.parametrize("listening", [True, False])
def test_who_does_not_answer_is_silent_and_who_is_not_there_is_not(home, listening, monkeypatch):
    monkeypatch.setattr(wire, "PATIENT_SECONDS", 0.5)
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        if listening:
            sock.listen()
        with pytest.raises(PeerLost, match=r"no answer within|nothing listens there") as caught:
            ListedWorkers("localhost", 1).connect(f"PYRO:x@127.0.0.1:{sock.getsockname()[1]}")
    assert caught.value.silent is listening


def test_a_lost_nameserver_is_a_lost_peer_and_is_found_again(launch):
    cluster = ListedWorkers("localhost", 1)
    with pytest.raises(PeerLost, match="no nameserver at localhost:1 "):
        cluster.find()
    nameserver = launch("pyro_nameserver", "--port", "0")
    port = int(nameserver.stdout.readline().partition("localhost:")[2].partition(",")[0])
    cluster.address = "localhost", port
    assert cluster.find() == {}
    nameserver.kill()
    wait_for(lambda: nameserver.poll() is not None)
    with pytest.raises(PeerLost):
        cluster.find()
    launch("pyro_nameserver", "--port", port).stdout.readline()
    assert cluster.find() == {}


@contextlib.contextmanager
def slow_line(port, seconds):
    """A way to a port on which each piece takes so long; yields its own port."""

    def pass_on(source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                time.sleep(seconds)
                target.sendall(data)

    with socket.create_server(("127.0.0.1", 0)) as near:

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    here, there = near.accept()[0], socket.create_connection(("127.0.0.1", port))
                    for ends in ((here, there), (there, here)):
                        threading.Thread(target=pass_on, args=ends, daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield near.getsockname()[1]


@pytest.mark.slow
def test_a_slow_line_is_given_more_time(service, monkeypatch):
    monkeypatch.setattr(wire, "CONNECT_SECONDS", 0.1)
    uri = Pyro4.URI(service[2])
    with slow_line(uri.port, 0.2) as port:
        cluster, slow = ListedWorkers("localhost", 1), f"PYRO:{uri.object}@127.0.0.1:{port}"
        first = cluster.connect(slow, 0.1)
        assert first.ping() == {"id": "x"}  # which takes 0.4 s
        assert cluster.connect(slow, 0.1).ping() == {"id": "x"}
        assert cluster._limits[slow] > 0.8


def test_a_quick_one_is_not(service):
    uri = service[2]
    cluster = ListedWorkers("localhost", 1)
    cluster.connect(uri, 0.2)
    assert cluster._limits[str(uri)] < wire.PATIENT_SECONDS


def test_who_was_silent_has_more_time_the_next_time_and_is_forgotten_where_there_are_too_many(launch, monkeypatch):
    nameserver = launch("pyro_nameserver", "--port", "0")
    port = int(nameserver.stdout.readline().partition("localhost:")[2].partition(",")[0])
    cluster = ListedWorkers("localhost", port)
    with pytest.raises(PeerLost):
        cluster.connect("PYRO:a@127.0.0.1:1", 0.2)
    assert cluster._limits == {"PYRO:a@127.0.0.1:1": SLOWEST_SECONDS}
    cluster.find()
    assert cluster._limits == {"PYRO:a@127.0.0.1:1": SLOWEST_SECONDS}
    monkeypatch.setattr(wire, "MOST_NAMES", 0)
    cluster.find()
    assert cluster._limits == {}


@Pyro4.expose
class FalseNameserver:
    """Answers what no nameserver answers."""

    def __init__(self, answer):
        self.answer = answer

    def list(self, prefix="", after=""):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def register(self, name, uri, safe=False, metadata=None):
        raise LookupError("not today")


@pytest.fixture
def false_nameserver(home, serve):
    """Start one: false_nameserver(answer) -> its port."""

    def start(answer):
        daemon = serve(wire.Daemon())
        daemon.register(FalseNameserver(answer), "Pyro.NameServer")
        return daemon.sock.getsockname()[1]

    return start


@pytest.mark.parametrize("answer", [5, ["a"], {"stormtracks.worker.w": 5}, {5: "PYRO:a@b:1"}], ids=repr)
def test_an_odd_list_of_the_nameserver_is_a_loss_with_its_reason(false_nameserver, answer):
    with pytest.raises(PeerLost, match="does not answer with a list of names"):
        ListedWorkers("127.0.0.1", false_nameserver(answer)).find()


@pytest.mark.parametrize("error", [ValueError("x" * 5000), KeyError("a"), SystemError("b"), BufferError("c")], ids=type)
def test_a_nameserver_that_raises_is_a_loss_with_its_reason(false_nameserver, error):
    with pytest.raises(PeerLost, match=f"({type(error).__name__}|check which program listens there)") as caught:
        ListedWorkers("127.0.0.1", false_nameserver(error)).find()
    assert len(str(caught.value)) < 400


def test_a_list_without_end_ends(false_nameserver):
    page = {f"stormtracks.worker.{n}": "PYRO:a@b:1" for n in range(wire.PAGE_NAMES)}
    assert len(ListedWorkers("127.0.0.1", false_nameserver(page)).find()) == wire.PAGE_NAMES


def test_a_nameserver_that_raises_does_not_end_a_worker(false_nameserver):
    registration = Registration("w", "PYRO:a@127.0.0.1:1", "127.0.0.1", false_nameserver({}))
    registration.check()
    assert registration.state == "the nameserver answered LookupError: not today"
    registration.end()
