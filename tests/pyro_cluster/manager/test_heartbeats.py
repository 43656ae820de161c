"""Heartbeats that come, stop, hang and end with their connection."""

import sys
import threading
import time

import pytest

from stormtracks.pyro_cluster.manager.engines.door import PeerLost
from stormtracks.pyro_cluster.manager.workers import heartbeats, replies
from stormtracks.pyro_cluster.manager.workers.heartbeats import Heartbeat
from stormtracks.pyro_cluster.manager.workers.worker import Worker
from tests.processes import wait_for


class Peer:
    """Answers what `answer` does, until it is cut, closed or `end`ed."""

    def __init__(self, answer=lambda: None, id="w"):  # noqa: A002
        self.answer, self.id, self.asked, self.closed, self.end = answer, id, 0, False, threading.Event()

    def ping(self):
        self.asked += 1
        return self.answer() or {"id": self.id}

    def describe(self):
        return {"id": self.id}

    def ended(self, seconds):
        return self.end.wait(seconds)

    def cut(self):
        self.end.set()

    def close(self):
        self.closed = True
        self.end.set()


def _no_answer():
    raise PeerLost("connection closed")


def _heartbeat(peer, again=None, interval=0.01):
    lost = []
    connect = (lambda uri, timeout: again) if again else (lambda uri, timeout: _no_answer())
    worker = Worker("w", "w", uri="u")
    return Heartbeat(worker, peer, connect, lambda worker, error: lost.append(str(error)), interval), lost


def test_how_far_its_tasks_are_is_noted():
    heartbeat, _ = _heartbeat(Peer(lambda: {"id": "w", "progress": [[2005, 3, 143, 365]]}))
    assert heartbeat.beat() and heartbeat.worker.progress == {(2005, 3): (143, 365)}


@pytest.mark.parametrize("odd", [5, [5], [[2005, 3, -1, 365]], [[2005, 3, 1]], [["x", 3, 1, 2]], [[2005, 3, 1, 2.5]]])
def test_progress_that_makes_no_sense_is_refused(odd):
    with pytest.raises(replies.OddReply, match="'progress' is "):
        replies.checked_state({"id": "w", "progress": odd}, "w")


def test_a_worker_that_answers_is_asked_again_and_again():
    peer = Peer()
    heartbeat, lost = _heartbeat(peer)
    heartbeat.start()
    wait_for(lambda: peer.asked > 5)
    heartbeat.stop()
    wait_for(lambda: peer.closed)
    assert lost == []


def test_one_miss_is_forgiven_when_a_new_connection_is_answered():
    first, second = Peer(_no_answer), Peer()
    heartbeat, lost = _heartbeat(first, again=second)
    assert heartbeat.beat() and lost == [] and second.asked == 1 and first.closed and not second.closed


def test_two_misses_are_a_loss_and_the_connection_is_closed():
    peer = Peer(_no_answer)
    heartbeat, lost = _heartbeat(peer)
    heartbeat.start()
    wait_for(lambda: peer.closed and lost == ["connection closed"])
    assert peer.asked == 1


def test_another_worker_at_the_same_address_is_a_loss():
    heartbeat, lost = _heartbeat(Peer(_no_answer), again=Peer(id="another"))
    assert not heartbeat.beat() and lost == ["it was restarted"]


def test_an_answer_that_makes_no_sense_is_not_a_sign_of_life():
    heartbeat, lost = _heartbeat(Peer(lambda: 1 / 0), again=Peer(lambda: 1 / 0))
    assert not heartbeat.beat() and lost == ["ZeroDivisionError: division by zero"]


def test_what_a_worker_raises_is_no_bug_of_the_manager(caplog):
    def raises():
        raise ValueError("\x1b[2J")

    heartbeat, lost = _heartbeat(Peer(raises), again=Peer(raises))
    assert not heartbeat.beat() and lost == ["ValueError: \x1b[2J"] and not caplog.records


@pytest.mark.parametrize("answer", [5, [1], {"stopping": "yes"}, {"slots": 2**70}, {"id": "another"}], ids=repr)
def test_an_odd_answer_is_a_loss_with_its_reason(answer):
    heartbeat, lost = _heartbeat(Peer(lambda: answer), again=Peer(lambda: answer))
    assert not heartbeat.beat() and lost[0].startswith("its answer to a heartbeat ")


def _no_files():
    raise PeerLost("too many open files", ours=True)


def test_a_lack_of_files_here_is_no_loss(monkeypatch):
    monkeypatch.setattr(heartbeats, "LACK_SECONDS", 0)
    heartbeat, lost = _heartbeat(Peer(_no_files), again=Peer(_no_files))
    assert heartbeat.beat() and lost == []


def test_a_silent_worker_is_lost_even_where_it_cannot_be_asked_again():
    heartbeat, lost = _heartbeat(Peer(_no_answer), again=Peer(_no_files))
    assert not heartbeat.beat() and lost == ["connection closed"]


def test_whatever_ends_its_thread_the_worker_is_lost_with_a_reason():
    peer = Peer()
    peer.ended = lambda seconds: sys.exit(3)
    heartbeat, lost = _heartbeat(peer)
    heartbeat.start()
    wait_for(lambda: lost == ["its heartbeat ended by SystemExit: 3"])


def test_a_lost_worker_is_not_asked_any_more():
    peer = Peer()
    heartbeat, lost = _heartbeat(peer)
    heartbeat.worker.lost = "its call was cut"
    assert not heartbeat.beat() and (peer.asked, lost) == (0, [])


def test_a_worker_lost_meanwhile_is_not_lost_twice():
    heartbeat, lost = _heartbeat(Peer())
    heartbeat._peer.answer = lambda: heartbeat.stop() or _no_answer()
    assert not heartbeat.beat() and lost == []


def test_workers_that_hang_delay_no_other():
    stay, healthy = threading.Event(), Peer()
    hanging = [Peer(lambda: stay.wait(30)) for _ in range(20)]
    heartbeats = [_heartbeat(peer)[0] for peer in [*hanging, healthy]]
    for heartbeat in heartbeats:
        heartbeat.start()
    wait_for(lambda: all(peer.asked for peer in hanging))
    before = healthy.asked
    wait_for(lambda: healthy.asked > before + 5)
    stay.set()
    for heartbeat in heartbeats:
        heartbeat.stop()


def test_no_thread_is_left_when_all_are_stopped():
    before = set(threading.enumerate())
    heartbeats = [_heartbeat(Peer(), interval=3600)[0] for _ in range(200)]
    for heartbeat in heartbeats:
        heartbeat.start()
    for heartbeat in heartbeats:
        heartbeat.stop()
    wait_for(lambda: not set(threading.enumerate()) - before)


def test_an_ended_connection_is_noticed_long_before_the_next_beat():
    peer = Peer(_no_answer)
    heartbeat, lost = _heartbeat(peer, interval=3600)
    heartbeat.start()
    time.sleep(0.05)
    assert lost == []
    peer.end.set()
    wait_for(lambda: lost == ["connection closed"])
