"""Heartbeats that come, stop, hang and end with their connection."""

import queue
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


class Pulse(Peer):
    """One that need not be waited for: a thread of all calls what they are to be told."""

    calls = None  # set by the fixture: what is to be done, and when

    def watch(self, ended):
        self.is_told, self.ended = False, None  # to be waited for no more
        self.later(0.005, lambda: self._look(ended))

    def _look(self, ended):
        if not self.end.is_set():
            self.later(0.005, lambda: self._look(ended))
        elif not self.is_told:
            ended()

    def ask(self, question, told):
        self.later(0.0, lambda: self._tell(question, told))

    def _tell(self, question, told):
        try:
            if self.end.is_set():
                raise PeerLost("connection closed")
            reply, error = (self.answer_of(question), None)
        except Exception as raised:
            reply, error = None, raised
            self.is_told = True
        told(reply, error)

    def answer_of(self, question):
        return self.describe() if question == "describe" else self.ping()

    def later(self, seconds, what):
        self.calls.put((time.monotonic() + seconds, id(what), what))


@pytest.fixture(params=[Peer, Pulse])
def kind(request):
    """A peer that is waited for, or one that is not."""
    Pulse.calls = calls = queue.PriorityQueue()
    over = threading.Event()

    def work():
        while not over.is_set():
            when, number, what = calls.get()
            if when > time.monotonic():
                calls.put((when, number, what))
                time.sleep(0.001)
            else:
                what()

    thread = threading.Thread(target=work, name="replies", daemon=True)
    thread.start()
    yield request.param
    over.set()
    calls.put((0.0, 0, lambda: None))
    thread.join(10)


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


def test_a_worker_that_answers_is_asked_again_and_again(kind):
    peer = kind()
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


def test_two_misses_are_a_loss_and_the_connection_is_closed(kind):
    peer = kind(_no_answer)
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


def test_no_thread_is_left_when_all_are_stopped(kind):
    before = set(threading.enumerate())
    heartbeats = [_heartbeat(kind(), interval=3600)[0] for _ in range(200)]
    for heartbeat in heartbeats:
        heartbeat.start()
    for heartbeat in heartbeats:
        heartbeat.stop()
    wait_for(lambda: not set(threading.enumerate()) - before)


def test_an_ended_connection_is_noticed_long_before_the_next_beat(kind):
    peer = kind(_no_answer)
    heartbeat, lost = _heartbeat(peer, interval=3600)
    heartbeat.start()
    time.sleep(0.05)
    assert lost == []
    peer.end.set()
    wait_for(lambda: lost == ["connection closed"])


@pytest.mark.parametrize("kind", [Pulse], indirect=True)
def test_one_that_is_not_waited_for_needs_a_thread_in_trouble_only(kind):
    stay, before = threading.Event(), set(threading.enumerate())
    healthy, ill = kind(), kind(_no_answer)
    well = Peer(lambda: stay.wait(20) and None)
    heartbeats = [_heartbeat(healthy)[0], _heartbeat(ill, again=well)[0]]
    for heartbeat in heartbeats:
        heartbeat.start()
    wait_for(lambda: well.asked and healthy.asked > 3)
    assert len(set(threading.enumerate()) - before) == 1
    stay.set()
    for heartbeat in heartbeats:
        heartbeat.stop()
    wait_for(lambda: healthy.closed and well.closed and not set(threading.enumerate()) - before)


@pytest.mark.parametrize("kind", [Pulse], indirect=True)
def test_after_trouble_it_is_asked_without_a_thread_again(kind):
    before = set(threading.enumerate())
    second = kind()
    heartbeat, lost = _heartbeat(kind(_no_answer), again=second)
    heartbeat.start()
    wait_for(lambda: second.asked > 3)
    assert lost == [] and not set(threading.enumerate()) - before
    heartbeat.stop()
    wait_for(lambda: second.closed)


def test_news_of_its_data_are_asked_for(kind):
    heard = []
    peer = kind(lambda: {"id": "w", "data_seen": 7})
    peer.describe = lambda: {"id": "w", "data_seen": 7, "data_years": [2005]}
    heartbeat, lost = _heartbeat(peer)
    heartbeat._learned = lambda worker, description: (
        setattr(worker, "data_seen", description["data_seen"]) or heard.append(description["data_years"])
    )
    heartbeat.start()
    wait_for(lambda: peer.asked > 3)
    heartbeat.stop()
    wait_for(lambda: peer.closed)
    assert (heard, lost) == ([[2005]], [])


@pytest.mark.parametrize("news", [5, {"data_years": "all"}], ids=repr)
def test_news_that_make_no_sense_are_a_loss(kind, news):
    peer, again = kind(lambda: {"id": "w", "data_seen": 7}), Peer()
    peer.describe = again.describe = lambda: news
    heartbeat, lost = _heartbeat(peer, again)
    heartbeat._learned = lambda worker, description: None
    heartbeat.start()
    wait_for(lambda: lost and peer.closed)
    assert lost[0].startswith("its description makes no sense")


def test_whoever_fails_at_what_it_says_costs_a_second_try_only(kind, caplog):
    peer, again = kind(), Peer()
    heartbeat, lost = _heartbeat(peer, again)
    heartbeat._noticed = lambda worker, notices: peer.closed or 1 / 0  # fails at the first connection
    heartbeat.start()
    wait_for(lambda: again.asked)
    heartbeat.stop()
    wait_for(lambda: again.closed)
    assert lost == [] and peer.closed and "ZeroDivisionError" in caplog.text
