"""Tasks that were begun before a time limit was known, and have outlasted it: their workers are asked to end them."""

import threading
import time

from stormtracks.pyro_cluster.manager.dispatch import time_keeper, time_limit
from stormtracks.pyro_cluster.manager.dispatch.time_keeper import TimeKeeper
from stormtracks.pyro_cluster.manager.workers.worker import Worker
from stormtracks.pyro_cluster.pyro_task import PyroTask
from tests.processes import wait_for

TASK = PyroTask(2000, 0, "vort_track")


class Asked:
    """Workers that are asked to end tasks, each of which hangs until `stay` is set."""

    def __init__(self):
        self.stay, self.uris, self.most = threading.Event(), [], 0

    def connect(self, uri, timeout):
        self.uris.append(uri)
        names = [thread.name for thread in threading.enumerate()]
        self.most = max(self.most, sum(name.startswith("ends tasks") for name in names))
        self.stay.wait(20)
        return self

    def end_task(self, *about):
        return True

    def close(self):
        pass


def late(asked, number):
    """A time keeper, and workers of one slot each whose tasks are late."""
    keeper = TimeKeeper(time_limit.read("100%"), {}, asked.connect, lambda call: True)
    workers = [Worker(str(n), f"w{n}", uri=str(n), running={0: (TASK, time.time())}) for n in range(number)]
    for worker in workers:
        keeper.begin((worker.id, 0), keeper.options("vort_track"))
        keeper._unlimited[worker.id, 0] -= 100.0
    for _ in range(time_limit.ENOUGH):
        keeper.completed("vort_track", 2.0)
    return keeper, workers


def test_workers_that_hang_have_so_many_threads_together(monkeypatch):
    monkeypatch.setattr(time_keeper, "ASKING", 5)
    asked = Asked()
    keeper, workers = late(asked, 40)
    for _ in range(3):
        keeper.end_late(workers)
    wait_for(lambda: len(asked.uris) == 5)
    asked.stay.set()
    wait_for(lambda: len(asked.uris) == 40)
    assert asked.most == 5 and sorted(map(int, asked.uris)) == list(range(40))


def test_without_a_thread_they_are_asked_at_the_next_look(monkeypatch):
    asked = Asked()
    asked.stay.set()
    keeper, workers = late(asked, 3)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", _no_thread)
        keeper.end_late(workers)
    assert asked.uris == []
    keeper.end_late(workers)
    wait_for(lambda: sorted(asked.uris) == ["0", "1", "2"])


def _no_thread(thread):
    raise RuntimeError("can't start new thread")
