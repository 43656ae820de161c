"""The engine among workers that say what no worker says, and bugs of its own: no thread ends in silence."""

import threading

import pytest

from stormtracks.pyro_cluster.manager.dispatch import slots
from stormtracks.pyro_cluster.manager.dispatch.assignments import Assignments
from stormtracks.pyro_cluster.manager.dispatch.settlement import Settlement
from stormtracks.pyro_cluster.manager.dispatch.slots import Slots
from stormtracks.pyro_cluster.manager.dispatch.workforce import Workforce
from stormtracks.pyro_cluster.manager.engines.door import PeerLost
from stormtracks.pyro_cluster.manager.workers import discovery, rests
from tests.dispatch_setting import Setting, until


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr(discovery, "FIND_SECONDS", 0.05)
    monkeypatch.setattr(slots, "REST_SECONDS", (0.01, 0.1))
    monkeypatch.setattr(rests, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(rests, "FIRST_REST", 0.01)


ODD = [
    {"status": "fine"},
    {"year": 1999},
    {"path": 2**70},
    {"error": "\ud800"},
    {"counts": [1, 2]},
    {"counts": {"a": {1, 2}}},
    {"counts": {"a": 2**70}},
    {"seconds": "abc"},
    {"remarks": 5},
    {"matches": [[]]},
]


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_odd_replies_cost_their_attempts_and_set_the_worker_aside(odd):
    setting = Setting(2, 8)
    setting.cluster.add("odd", lambda peer, year, member: odd)
    until_aside = threading.Event()
    setting.cluster.add("honest", lambda peer, year, member: until_aside.wait(20) and {})
    setting.dispatcher._announcer._show = lambda line: (
        setting.shown.append(line),
        "aside" in line and until_aside.set(),
    )
    assert setting.run_when_all_have_come() == "complete"
    aside = [line for line in setting.shown if "worker odd is set aside: 3 of its replies made no sense" in line]
    assert len(aside) == 1 and "check that host and restart the worker" in aside[0]
    assert aside[0] in setting.journal.events
    assert len(setting.cluster.workers["odd"].did) == 3


@pytest.mark.slow
@pytest.mark.parametrize("raised", [ValueError("x"), SystemExit(3), KeyboardInterrupt(), GeneratorExit()], ids=repr)
def test_what_a_call_raises_ends_no_thread(raised):
    def work(peer, year, member):
        raise raised

    setting = Setting(1, 4, wait=1.0)
    setting.cluster.add("odd", work)
    assert setting.run_when_all_have_come() in ("no worker", "incomplete", "failing")
    assert any(type(raised).__name__ in line for line in setting.shown)


def test_a_worker_set_aside_is_not_met_again_but_a_restarted_one_is():
    setting = Setting(1, 4)
    first = setting.cluster.add("w", lambda peer, year, member: {"seconds": None})
    setting.dispatcher.start()
    setting.until_shown("worker w is set aside")
    first.kill()
    setting.cluster.add("w")
    assert setting.run() == "complete"
    assert len([line for line in setting.shown if "worker w joined" in line]) == 2


def test_the_other_tasks_of_a_worker_set_aside_were_not_their_fault():
    begun = threading.Event()

    def work(peer, year, member):
        if member == 0:
            begun.set()
            peer.gone.wait(20)
        begun.wait(20)
        return {"skipped": "yes"}

    setting = Setting(1, 5)
    setting.cluster.add("odd", work, slots=2)
    setting.dispatcher.start()
    setting.until_shown("is set aside")
    setting.cluster.add("honest")
    assert setting.run() == "complete"
    attempts = {o.ensemble_member: o.attempts for o in setting.journal.outcomes if o.status == "complete"}
    assert attempts[0] == 1 and attempts[1] == 2


def test_a_bug_after_a_reply_is_said_and_the_run_goes_on(monkeypatch):
    finished, bugs = Settlement.finished, []

    def stumble(self, worker, slot, reply):
        if not bugs:
            bugs.append(slot)
            raise TypeError("no such thing")
        finished(self, worker, slot, reply)

    monkeypatch.setattr(Settlement, "finished", stumble)
    setting = Setting(1, 4)
    setting.cluster.add("w")
    assert setting.run() == "complete"
    assert "a bug in a slot of w: TypeError: no such thing; the run continues" in setting.shown
    assert "worker w lost: TypeError in the manager; its 1 task is outstanding again" in setting.shown


def test_a_bug_before_a_task_is_given_out_costs_a_workers_connection(monkeypatch):
    take, bugs = Assignments.take, []

    def stumble(self, worker, slot):
        bugs.append(slot)
        return [][1] if len(bugs) == 1 else take(self, worker, slot)

    monkeypatch.setattr(Assignments, "take", stumble)
    setting = Setting(1, 4)
    setting.cluster.add("w", slots=2)
    assert setting.run() == "complete"
    assert "worker w lost: IndexError in the manager" in setting.shown


@pytest.mark.slow
def test_a_bug_that_comes_each_time_ends_the_run_with_what_it_was(monkeypatch):
    monkeypatch.setattr(Settlement, "finished", lambda *_: 1 / 0)
    setting = Setting(1, 1)
    setting.cluster.add("w")
    assert setting.run() == "incomplete"
    assert sum("a bug in a slot of w: ZeroDivisionError" in line for line in setting.shown) == 1
    assert "its worker was lost each time" in setting.journal.outcomes[-1].error


def test_a_bug_in_what_deals_with_bugs_ends_the_run(monkeypatch):
    monkeypatch.setattr(Settlement, "finished", lambda *_: 1 / 0)
    monkeypatch.setattr(Slots, "_failed", lambda *_: [][1])
    setting = Setting(1, 1)
    setting.cluster.add("w")
    setting.dispatcher.start()
    until(lambda: setting.dispatcher.ended)
    setting.dispatcher.stop("over")
    assert setting.dispatcher.ended == "bug"
    assert "a bug ends the run: IndexError: list index out of range, in a slot of w" in setting.shown


def test_a_search_that_fails_is_said_once_and_goes_on():
    setting = Setting(1, 2)
    find, odd = setting.cluster.find, [True]
    setting.cluster.find = lambda: [][1] if odd else find()
    setting.cluster.add("w")
    setting.dispatcher.start()
    setting.until_shown("a bug in the search for workers: IndexError")
    odd.clear()
    assert setting.run() == "complete"
    assert sum("a bug in the search" in line for line in setting.shown) == 1


def test_a_meeting_that_fails_is_tried_again(monkeypatch):
    came, bugs = Workforce._came, []

    def stumble(self, worker, peer):
        bugs.append(worker)
        if len(bugs) == 1:
            raise SystemExit("not now")
        came(self, worker, peer)

    monkeypatch.setattr(Workforce, "_came", stumble)
    setting = Setting(1, 2)
    setting.cluster.add("w")
    assert setting.run() == "complete"
    assert "a bug in the meeting with w: SystemExit: not now; the run continues" in setting.shown


@pytest.mark.slow
def test_a_lack_of_threads_is_said_and_the_worker_met_again(monkeypatch):
    start, lacking = threading.Thread.start, [True]

    def limited(thread):
        if lacking and thread.name == "w/1":
            lacking.clear()
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", limited)
    setting = Setting(1, 600)
    setting.cluster.add("w", lambda *cell: until(lambda: not lacking) or {}, slots=3)
    assert setting.run() == "complete"
    assert any("cannot start a thread for it (can't start new thread); raise the limit" in s for s in setting.shown)


def test_slots_without_a_file_for_their_connection_wait_and_their_worker_is_not_lost():
    setting = Setting(2, 10)
    connect, left = setting.cluster.connect, [3]

    def limited(uri, timeout=None):
        if timeout is None:  # a slot's
            left[0] -= 1
            if left[0] % 2:
                raise PeerLost("too many open files: this process may have 40", ours=True)
        return connect(uri, timeout)

    setting.cluster.connect = limited
    setting.cluster.add("w", lambda peer, year, member: until(lambda: left[0] < 2) or {}, slots=4)
    assert setting.run() == "complete"
    assert any("a slot of w waits: too many open files" in line for line in setting.shown)
    assert not [line for line in setting.shown if "lost" in line]
    assert {outcome.attempts for outcome in setting.journal.outcomes} == {1}


def test_a_display_that_fails_ends_no_thread():
    setting = Setting(2, 3)
    setting.dispatcher._announcer._show = lambda line: 1 / 0
    setting.cluster.add("w")
    assert setting.run() == "complete"
