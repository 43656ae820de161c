"""Slots that get nowhere are named: a real stopped process, one that waits, and those that only look like it."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from stormtracks import lineage
from stormtracks.pyro_cluster.pyro_worker import PyroWorker
from stormtracks.pyro_cluster.worker.slots import stalls as module
from stormtracks.pyro_cluster.worker.slots import watch
from stormtracks.pyro_cluster.worker.slots.stalls import Stalls
from tests.processes import wait_for

TABLE = "tests.unruly_tasks:TASKS"


class Clock:
    def __init__(self):
        self.now = 1000.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr(module, "time", made)
    return made


class Slot:
    """A slot as `Stalls` sees it, with a process of this test."""

    number = 0

    def __init__(self, code):
        self.order = {"year": 2000, "ensemble_member": 3}
        self.progress = None
        self.process = subprocess.Popen([sys.executable, "-c", code])
        self.pid = self.process.pid


@pytest.fixture
def slot():
    """slot(code) -> a Slot whose process has settled."""
    made = []

    def start(code):
        made.append(Slot(code))
        return made[-1]

    yield start
    for one in made:
        one.process.kill()
        one.process.wait()


def after(clock, stalls, slot, seconds, step=5.0):
    """What is said after so many seconds of looking."""
    for _ in range(int(seconds / step)):
        clock.now += step
        said = stalls.look([slot]).get(0)
    return said


def settled(pid, state):
    wait_for(lambda: lineage.stat(pid)[0] == state, what=f"state {state}")
    before = None
    while before != (before := lineage.stat(pid)[11:15]):
        time.sleep(0.05)


def test_a_stopped_process_is_said_after_half_a_minute(clock, slot):
    one, stalls = slot("while True: pass"), Stalls()
    os.kill(one.pid, signal.SIGSTOP)
    settled(one.pid, "T")
    stalls.look([one])
    assert after(clock, stalls, one, 25) is None
    assert after(clock, stalls, one, 10) == (
        f"it has been stopped (kill -CONT {one.pid} continues it), for more than 30 s"
    )
    os.kill(one.pid, signal.SIGCONT)
    wait_for(lambda: after(clock, stalls, one, 5) is None)


def test_a_process_that_waits_is_said_after_five_minutes(clock, slot):
    one, stalls = slot("import time; time.sleep(1000)"), Stalls()
    settled(one.pid, "S")
    stalls.look([one])
    assert after(clock, stalls, one, 290, step=29.0) is None
    assert "it has used no CPU and told no progress for more than 5 min" in after(clock, stalls, one, 10)
    one.progress = (1, 2)
    assert after(clock, stalls, one, 5) is None
    assert after(clock, stalls, one, 320, step=32.0)
    one.order = dict(one.order)  # another task
    assert after(clock, stalls, one, 5) is None
    one.order = None
    assert after(clock, stalls, one, 400, step=100.0) is None


def test_a_process_whose_helper_works_is_not_said(clock, slot):
    one = slot("import subprocess, sys; subprocess.run([sys.executable, '-c', 'while True: pass'])")
    helper = wait_for(lambda: lineage.descendants([one.pid]))
    stalls = Stalls()
    settled(one.pid, "S")
    try:
        for _ in range(5):
            used = lineage.stat(*helper)[11]
            wait_for(lambda used=used: lineage.stat(*helper)[11] != used)
            assert after(clock, stalls, one, 100, step=100.0) is None
    finally:
        lineage.send(helper, signal.SIGKILL)


def test_a_process_that_waits_for_a_disk_is_said_after_a_minute(clock, slot, monkeypatch):
    one, stalls = slot("import time; time.sleep(1000)"), Stalls()
    settled(one.pid, "S")
    fields = lineage.stat(one.pid)
    monkeypatch.setattr(module.lineage, "stat", lambda pid: ["D", *fields[1:]])  # no disk hangs at our command
    stalls.look([one])
    assert after(clock, stalls, one, 55) is None
    assert after(clock, stalls, one, 10) == "it has waited for a disk, for more than 60 s"


def test_a_worker_says_which_slot_gets_nowhere_and_how_far_its_task_is(monkeypatch, caplog):
    monkeypatch.setattr(watch, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(watch, "MEMORY_SECONDS", 0.05)
    monkeypatch.setitem(module._STATES, "T", (0.2, module._STATES["T"][1]))
    with PyroWorker("unit", slots=1, tasks=TABLE) as worker:
        options = {"settings": {"seconds": 100}}
        threading.Thread(target=worker.do_work, args=(2000, 3, "report", options), daemon=True).start()
        wait_for(lambda: worker.describe()["working"] and "progress" in worker.describe()["working"][0])
        assert worker.describe()["working"][0]["progress"] == [143, 365]
        os.kill(worker._slots.pids()[0], signal.SIGSTOP)
        wait_for(lambda: worker.ping().get("notices"))
        assert worker.describe()["working"][0]["stalled"].startswith("it has been stopped (kill -CONT ")
        assert worker.ping()["notices"][0].startswith("slot 0 with 2000 member 3 gets nowhere: it has been stopped")
        os.kill(worker._slots.pids()[0], signal.SIGCONT)
        wait_for(lambda: not worker.ping().get("notices"))
    assert "slot 0 with 2000 member 3 gets nowhere: it has been stopped" in caplog.text
