"""A peer that waits is asked as one that does not: in one thread for task after task, and in none while idle."""

import queue
import threading

import pytest

from stormtracks.pyro_cluster.manager.engines.door import Patient, PeerLost, Prompt
from stormtracks.pyro_cluster.manager.engines.waiting import Waiting


class Peer:
    def __init__(self):
        self.threads, self.gone = [], threading.Event()

    def do_work(self, year, ensemble_member, task, options):
        self.threads.append(threading.current_thread())
        if options.get("wait") and self.gone.wait(20):
            raise PeerLost("its connection ended")
        return {"year": year}

    def cut(self):
        self.gone.set()

    def close(self):
        self.gone.set()


@pytest.fixture
def waiting():
    peer = Peer()
    made = Waiting(peer, "w/0")
    assert isinstance(made, Prompt) and isinstance(peer, Patient) and not isinstance(peer, Prompt)
    return peer, made


def test_tasks_that_follow_one_another_are_done_in_one_thread(waiting):
    (peer, made), told = waiting, queue.SimpleQueue()

    def again(reply, error):
        if reply["year"] < 2005:
            made.begin(reply["year"] + 1, 0, "x", {}, again)
        else:
            told.put(reply)

    made.begin(2000, 0, "x", {}, again)
    assert told.get(timeout=20) == {"year": 2005}
    assert len(peer.threads) == 6 and len(set(peer.threads)) == 1
    peer.threads[0].join(20)
    made.begin(2005, 0, "x", {}, again)
    assert told.get(timeout=20) and peer.threads[-1] is not peer.threads[0]


def test_what_is_raised_is_told_and_a_cut_ends_the_wait(waiting):
    (_, made), told = waiting, queue.SimpleQueue()
    made.begin(2000, 0, "x", {"wait": True}, lambda reply, error: told.put((reply, error)))
    made.cut()
    reply, error = told.get(timeout=20)
    assert reply is None and isinstance(error, PeerLost)
