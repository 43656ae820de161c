"""Slots whose peers need not be waited for: no thread for each, tasks in turn, and nobody who is held up holds up."""

import threading

import pytest

from stormtracks.pyro_cluster.manager.dispatch import dispatcher
from stormtracks.pyro_cluster.manager.engines.door import PeerLost
from stormtracks.pyro_cluster.manager.workers import discovery, rests
from tests.dispatch_setting import Setting, until
from tests.simulated_cluster import _Peer


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr(discovery, "FIND_SECONDS", 0.05)
    monkeypatch.setattr(rests, "FIRST_PAUSE", 0.01)


class PromptPeer(_Peer):
    """Keeps what it is asked, until a test tells the reply."""

    def begin(self, year, ensemble_member, task, options, told):
        self.told = told
        self.worker.asked.append(((year, ensemble_member), told))
        if self.gone.is_set():
            self.cut()

    def cut(self):
        super().cut()
        if self.told and self.worker.tells_of_cuts:
            threading.Thread(target=self.told, args=(None, PeerLost("its connection ended"))).start()


def prompt(setting, name, slots):
    """A worker whose slots are asked so."""
    worker = setting.cluster.add(name, slots=slots)
    worker.asked, worker.tells_of_cuts = [], True
    worker.peer = lambda timeout: worker.peers.append(PromptPeer(worker, timeout)) or worker.peers[-1]
    return worker


def complete(cell, told):
    told({"status": "complete", "year": cell[0], "ensemble_member": cell[1], "counts": {}, "seconds": 0.1}, None)


def test_no_slot_has_a_thread_and_each_gets_task_after_task():
    setting = Setting(2, 60)
    workers = [prompt(setting, f"w{number}", 25) for number in range(4)]
    before = threading.active_count()
    setting.dispatcher.start()
    until(lambda: sum(len(worker.asked) for worker in workers) == 100)
    until(lambda: not [thread for thread in threading.enumerate() if thread.name.startswith("connects")])
    assert threading.active_count() - before <= len(workers) + 4
    while not setting.dispatcher.wait(0):
        for worker in workers:
            while worker.asked:
                complete(*worker.asked.pop(0))
    setting.dispatcher.stop("over")
    assert setting.dispatcher.ended == "complete" and setting.faults == []
    assert len({(o.year, o.ensemble_member) for o in setting.journal.outcomes}) == len(setting.journal.outcomes) == 120


def test_few_tasks_go_to_the_workers_in_turn():
    setting = Setting(1, 4)
    workers = [prompt(setting, f"w{number}", 4) for number in range(2)]
    setting.dispatcher.books.journal_trouble = "until both have come"
    setting.dispatcher.start()
    until(lambda: len(setting.dispatcher._slots._idle) == 2)
    setting.dispatcher.trouble(None)
    until(lambda: [len(worker.asked) for worker in workers] == [2, 2])
    setting.dispatcher.stop("over")
    assert setting.schedule.get_progress() == "----\n"


def test_one_that_lets_nobody_connect_delays_no_other():
    setting, stay = Setting(1, 30, retries=0), threading.Event()
    prompt(setting, "slow", 8)
    connect = setting.cluster.connect

    def slowly(uri, timeout=None):
        if timeout is None and "slow" in uri:  # a slot's
            stay.wait(20)
            raise PeerLost("no answer within 5 s", silent=True)
        return connect(uri, timeout)

    setting.cluster.connect = slowly
    setting.dispatcher.start()
    until(lambda: setting.schedule.counts()["working"] == 8)
    setting.cluster.add("other", slots=2)
    until(lambda: len(setting.journal.outcomes) == 22)
    stay.set()
    assert setting.run() == "complete" and {outcome.worker for outcome in setting.journal.outcomes} == {"other"}


def test_what_is_told_after_the_end_is_not_kept(monkeypatch):
    monkeypatch.setattr(dispatcher, "JOIN_SECONDS", 0.05)
    setting = Setting(1, 1)
    worker = prompt(setting, "w", 1)
    worker.tells_of_cuts = False
    setting.dispatcher.start()
    until(lambda: worker.asked)
    setting.dispatcher.stop("interrupted")
    complete(*worker.asked[0])
    assert setting.journal.outcomes == [] and setting.dispatcher.tally.done == 0


def test_a_terminal_that_is_held_up_holds_up_no_task(monkeypatch):
    monkeypatch.setattr(dispatcher, "JOIN_SECONDS", 0.05)
    setting, stay = Setting(1, 8, retries=0), threading.Event()
    setting.dispatcher._announcer._show = lambda line: stay.wait(20)
    setting.cluster.add("w", lambda peer, year, member: {"status": "failure", "error": "x"} if member % 2 else {})
    setting.dispatcher.start()
    until(lambda: setting.dispatcher.ended)
    setting.dispatcher.stop("over")
    assert not stay.is_set() and setting.schedule.get_progress() == "+F+F+F+F\n"
    stay.set()


@pytest.mark.parametrize("error", [KeyError("x"), SystemExit(1)], ids=repr)
def test_a_call_that_ends_oddly_costs_the_connection_and_not_the_slot(error):
    setting = Setting(1, 2, retries=1)
    worker = prompt(setting, "w", 1)
    setting.dispatcher.start()
    until(lambda: worker.asked)
    worker.asked.pop()[1](None, error)
    for _ in range(2):
        until(lambda: worker.asked)
        complete(*worker.asked.pop())
    until(lambda: setting.dispatcher.ended)
    setting.dispatcher.stop("over")
    assert setting.dispatcher.ended == "complete"
    assert sum(isinstance(peer, PromptPeer) and peer.told is not None for peer in worker.peers) == 2


def test_a_call_of_which_is_told_twice_counts_once():
    setting = Setting(1, 3, retries=0)
    worker = prompt(setting, "w", 1)
    setting.dispatcher.start()
    for _ in range(3):
        until(lambda: worker.asked)
        cell, told = worker.asked.pop()
        complete(cell, told)
        told(None, PeerLost("its connection ended"))
        complete(cell, told)
    assert setting.run() == "complete" and setting.faults == []
    assert [outcome.status for outcome in setting.journal.outcomes] == ["complete"] * 3
    assert not [line for line in setting.shown if "bug" in line or "lost" in line]


def test_what_is_told_of_a_call_while_its_slot_is_given_up_counts_no_more(monkeypatch):
    setting = Setting(1, 2, retries=1)
    worker = prompt(setting, "w", 1)
    setting.dispatcher.start()
    until(lambda: worker.asked)
    gone = setting.dispatcher._workforce.gone

    def gone_and_cut(worker, error):
        gone(worker, error)
        told(None, PeerLost("its connection ended"))

    monkeypatch.setattr(setting.dispatcher._workforce, "gone", gone_and_cut)
    _, told = worker.asked.pop()
    told(None, SystemExit(1))
    monkeypatch.undo()
    for _ in range(2):
        until(lambda: worker.asked)
        complete(*worker.asked.pop())
    assert setting.run() == "complete" and setting.faults == []
    assert sorted(outcome.status for outcome in setting.journal.outcomes) == ["complete", "complete", "outstanding"]


def test_a_connection_that_cannot_be_closed_costs_no_slot():
    setting = Setting(1, 3, retries=0)
    worker = prompt(setting, "w", 1)
    setting.dispatcher.start()
    for odd in (KeyError("x"), None, None):
        until(lambda: worker.asked)
        cell, told = worker.asked.pop()
        worker.peers[-1].close = _fail
        told(None, odd) if odd else complete(cell, told)
    setting.run()
    assert sorted(outcome.status for outcome in setting.journal.outcomes) == ["complete", "complete", "failure"]


def test_a_bug_in_the_giving_of_a_task_costs_the_connection_and_not_the_slot(monkeypatch):
    setting, bugs = Setting(1, 2, retries=1), [KeyError("x")]
    working = setting.journal.working
    monkeypatch.setattr(setting.journal, "working", lambda *slot: _fail(bugs.pop()) if bugs else working(*slot))
    setting.cluster.add("w")
    assert setting.run() == "complete" and setting.faults == []
    assert any("a bug in a slot of w" in line for line in setting.shown)


def _fail(error=None):
    raise error or OSError("it cannot be closed")
