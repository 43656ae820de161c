"""The engine when tasks and places fail: what passes is waited out, what does not is said soon."""

import re
import threading
import time

import pytest

from stormtracks.pyro_cluster.manager.dispatch import ending, slots, time_limit
from stormtracks.pyro_cluster.manager.dispatch.halt import Halt
from stormtracks.pyro_cluster.manager.dispatch.time_limit import TimeLimit
from stormtracks.pyro_cluster.manager.workers import discovery, heartbeats, rests
from tests.dispatch_setting import Setting, until


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr(discovery, "FIND_SECONDS", 0.05)
    monkeypatch.setattr(slots, "REST_SECONDS", (0.01, 0.1))
    monkeypatch.setattr(rests, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(rests, "FIRST_REST", 0.05)


NO_SPACE = {"status": "failure", "error": "OSError: [Errno 28] No space left on device"}


class Disk:
    """Full from some number of tasks on, until so many more have failed."""

    def __init__(self, fails, after=0):
        self.left, self.after, self.lock = fails, after, threading.Lock()

    def __call__(self, *cell):
        with self.lock:
            self.after -= 1
            if self.after >= 0 or not self.left:
                return {}
            self.left -= 1
            return NO_SPACE


def attempts(setting):
    return {(o.year, o.ensemble_member): o.attempts for o in setting.journal.outcomes}


@pytest.mark.slow
@pytest.mark.parametrize("tasks", [100, 400])
def test_a_disk_that_all_share_and_that_is_full_for_a_while_costs_no_task(tasks):
    setting = Setting(1, tasks)
    disk = Disk(fails=12, after=20)
    for name in "ab":
        setting.cluster.add(name, disk, slots=2)
    assert setting.run_when_all_have_come() == "complete"
    assert disk.left == 0
    shown = "\n".join(setting.shown)
    assert re.search(r"worker \w rests 0.05 s: its last three tasks failed: OSError: \[Errno 28\]", shown)
    assert "paused: every worker fails, " in shown and "resumed" in shown
    states = [text for text in setting.journal.events if text.startswith("state: ")]
    assert states[0].startswith("state: every worker fails, ") and states[-1] == "state: None"


def test_a_worker_that_fails_at_everything_leaves_the_tasks_to_others():
    setting = Setting(2, 40)
    setting.cluster.add("bad", lambda *cell: NO_SPACE, slots=2)
    setting.cluster.add("good", lambda *cell: time.sleep(0.01) or {}, slots=2)
    assert setting.run_when_all_have_come() == "complete"
    failed = [o for o in setting.journal.outcomes if o.status != "complete"]
    assert len(failed) < 15 and not any("paused" in line for line in setting.shown)


def test_where_nothing_ever_worked_the_run_ends_after_the_stated_time_and_says_why():
    setting = Setting(1, 30, wait=0.2)
    setting.cluster.add("a", lambda *cell: NO_SPACE)
    assert setting.run() == "failing"
    assert re.fullmatch(r".* s, a at last with: OSError: \[Errno 28\] No space left on device", setting.dispatcher.why)
    assert setting.schedule.counts()["failure"] == 0


def test_what_once_worked_is_waited_for_longer(monkeypatch):
    monkeypatch.setattr(ending, "LONGER_WAIT", 1000)
    setting = Setting(1, 30, wait=0.2)
    stuck = threading.Event()
    setting.cluster.add("a", lambda peer, year, member: NO_SPACE if member and not stuck.is_set() else {})
    setting.dispatcher.start()
    setting.until_shown("paused: every worker fails")
    assert not setting.dispatcher.wait(0.5)
    stuck.set()
    assert setting.run() == "complete"


def test_bad_input_is_not_tried_again_and_stops_nobody():
    """One in a hundred of twelve thousand."""
    setting = Setting(150, 80)
    setting.journal.check = lambda: None  # its time grows with the tasks; `run` checks at the end
    bad = {"status": "failure", "error": "InputError: u.nc: truncated", "final": True}

    def work(peer, year, member):
        return bad if (year + member) % 100 == 0 else {}

    workers = [setting.cluster.add(name, work, slots=2) for name in "ab"]
    assert setting.run_when_all_have_come() == "incomplete"
    assert sum(len(worker.did) for worker in workers) <= 12_004  # one that did nothing yet is not believed alone
    assert setting.schedule.counts()["failure"] == sum((2000 + y + m) % 100 == 0 for y in range(150) for m in range(80))
    assert not any("rests" in line for line in setting.shown)


def test_lines_that_are_alike_are_few():
    setting = Setting(1, 90)
    setting.cluster.add("a", lambda p, y, member: {**NO_SPACE, "final": True} if member else {})
    assert setting.run_when_all_have_come() == "incomplete"
    lines = [line for line in setting.shown if "failure after attempt 1" in line]
    assert len(lines) == 4 and lines[-1].startswith("and 86 more alike; the last: 2000 member ")


def test_a_run_whose_first_tasks_all_fail_is_ended(monkeypatch):
    setting = Setting(1, 90, halt=Halt(first=10))
    setting.cluster.add("a", lambda *cell: {**NO_SPACE, "final": True})
    assert setting.run_when_all_have_come() == "halted"
    assert setting.dispatcher.why.startswith("the first 10 tasks all failed")
    assert setting.schedule.counts()["outstanding"] == 80


def test_a_run_of_which_a_share_fails_is_ended():
    setting = Setting(1, 90, halt=Halt(share=0.25))
    setting.cluster.add("a", lambda p, y, member: {**NO_SPACE, "final": True} if member % 3 == 0 else {})
    assert setting.run_when_all_have_come() == "halted"
    assert setting.dispatcher.why == "8 of the 22 tasks that ended failed (--halt 25%)"


def test_a_worker_that_said_that_it_stops_leaves_in_order(monkeypatch):
    monkeypatch.setattr(heartbeats, "BEAT_SECONDS", 0.02)
    setting = Setting(1, 1, retries=0)
    for number in range(4):  # more often than any task may lose its worker
        worker = setting.cluster.add(f"w{number}", lambda peer, year, member: peer.gone.wait(60) and {}, slots=1)
        if not number:
            setting.dispatcher.start()
        until(lambda: setting.schedule.counts()["working"])
        worker.stopping = True
        setting.until_shown(f"worker w{number} is stopping after its 1 running task; it is given nothing more")
        worker.kill()
        setting.until_shown(f"worker w{number} has stopped and left in order; its 1 task is outstanding again")
        until(lambda: not setting.schedule.counts()["working"])
    setting.cluster.add("stays")
    assert setting.run() == "complete" and not any(" lost" in line for line in setting.shown)
    assert setting.journal.outcomes[-1].attempts == 1


def test_a_busy_worker_that_says_that_it_stops_is_asked_no_more():
    setting, calls = Setting(1, 5), []
    setting.cluster.add("a", lambda *cell: calls.append(cell) or {"status": "busy", "error": "the worker is stopping"})
    setting.dispatcher.start()
    setting.until_shown("worker a is stopping; it is given nothing more")
    setting.cluster.add("b")
    assert setting.run() == "complete" and len(calls) == 1


@pytest.mark.slow
@pytest.mark.parametrize("another_version", [False, True])
def test_the_time_limit_comes_from_the_run_and_ends_what_was_begun_before(monkeypatch, another_version):
    monkeypatch.setattr(time_limit, "ENOUGH", 5)
    setting, options = Setting(1, 12, limit=TimeLimit(medians=3.0, least=0.2), retries=1), []
    hangs = threading.Event()

    def work(peer, year, member):
        options.append(peer.options.get("timeout"))
        if member == 0 and not hangs.is_set():
            hangs.set()
            until(lambda: peer.told or peer.gone.is_set())
        hangs.wait(60)  # so that it begins before anything is known of the run
        return {"seconds": 0.01}

    worker = setting.cluster.add("a", work, slots=2)
    worker.cannot_end_tasks = another_version
    assert setting.run_when_all_have_come() == "complete"
    assert options[0] is None and options[-1] == 0.2
    (line,) = (line for line in setting.shown if "attempt 1 failed on a and will be repeated: ended after" in line)
    assert line.startswith("2000 member 0: ") and line.endswith("may still be at it") == another_version
    assert not any(" lost" in line for line in setting.shown)
