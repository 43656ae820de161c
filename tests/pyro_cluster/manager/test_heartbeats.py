"""Hearts that beat, stop, hang and end, and the threads that feel them."""

import socket
import threading
import time

from stormtracks.pyro_cluster.manager.assignments import Worker
from stormtracks.pyro_cluster.manager.discovery import PeerLost
from stormtracks.pyro_cluster.manager.heartbeats import Heartbeats, Pulse
from tests.processes import wait_for


class Peer:
    """Answers what `answer` does; watched on a socket where there is one."""

    def __init__(self, answer=lambda: None, sock=None, id="w"):  # noqa: A002
        self.answer, self.sock, self.id, self.asked, self.closed = answer, sock, id, 0, False

    def ping(self):
        self.asked += 1
        self.answer()

    def describe(self):
        return {"id": self.id}

    def close(self):
        self.closed = True

    def fileno(self):
        return self.sock and self.sock.fileno()


def _gone():
    raise PeerLost("connection closed")


def _pulse(peer, again=None):
    lost = []
    connect = (lambda uri, timeout: again) if again else (lambda uri, timeout: _gone())
    return Pulse(Worker("w", "w", uri="u"), peer, connect, lambda worker, error: lost.append(str(error))), lost


def test_a_heart_that_beats_is_felt_again_and_again():
    peer, beats = Peer(), Heartbeats(0.01)
    beats.add(_pulse(peer)[0])
    wait_for(lambda: peer.asked > 5)
    beats.stop()
    assert peer.closed


def test_one_miss_is_forgiven_when_a_new_connection_is_answered():
    second = Peer()
    pulse, lost = _pulse(Peer(_gone), again=second)
    assert pulse.beat() and lost == [] and second.asked == 1


def test_two_misses_are_a_loss():
    peer = Peer(_gone)
    pulse, lost = _pulse(peer)
    assert not pulse.beat() and lost == ["connection closed"] and peer.closed


def test_another_worker_at_the_same_address_is_a_loss():
    pulse, lost = _pulse(Peer(_gone), again=Peer(id="another"))
    assert not pulse.beat() and lost == ["it was restarted"]


def test_an_answer_that_makes_no_sense_is_no_sign_of_life():
    pulse, lost = _pulse(Peer(lambda: 1 / 0), again=Peer(lambda: 1 / 0))
    assert not pulse.beat() and lost == ["ZeroDivisionError: division by zero"]


def test_a_lost_worker_is_not_asked_any_more():
    peer = Peer()
    pulse, lost = _pulse(peer)
    pulse.worker.lost = "its call was cut"
    assert not pulse.beat() and (peer.asked, lost) == (0, [])


def test_hearts_that_hang_delay_no_other():
    stay, beats, healthy = threading.Event(), Heartbeats(0.01), Peer()
    hanging = [Peer(lambda: stay.wait(30)) for _ in range(20)]
    for peer in [*hanging, healthy]:
        beats.add(_pulse(peer)[0])
    wait_for(lambda: all(peer.asked for peer in hanging))
    before = healthy.asked
    wait_for(lambda: healthy.asked > before + 5)
    stay.set()
    beats.stop()


def test_a_few_threads_feel_many_hearts():
    beats, peers, before = Heartbeats(0.05), [Peer() for _ in range(200)], threading.active_count()
    for peer in peers:
        beats.add(_pulse(peer)[0])
    wait_for(lambda: all(peer.asked > 3 for peer in peers))
    assert threading.active_count() - before < 20
    beats.stop()


def test_an_ended_connection_is_noticed_long_before_the_next_beat():
    ours, theirs = socket.socketpair()
    pulse, lost = _pulse(Peer(_gone, ours))
    beats = Heartbeats(3600)
    beats.add(pulse)
    time.sleep(0.05)
    assert lost == []
    theirs.close()
    wait_for(lambda: lost == ["connection closed"])
    beats.stop()
    ours.close()
