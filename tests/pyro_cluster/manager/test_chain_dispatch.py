"""The engine with a chain of tasks: steps that fail, workers that go with what they have, limits of each step."""

import random
import re
import threading
import time
from collections import Counter

import pytest

from stormtracks.pyro_cluster.manager.dispatch import slots
from stormtracks.pyro_cluster.manager.dispatch.halt import Halt
from stormtracks.pyro_cluster.manager.dispatch.time_limit import TimeLimit
from stormtracks.pyro_cluster.manager.workers import discovery, rests
from stormtracks.pyro_cluster.pyro_task import TASKS
from tests.dispatch_setting import Setting, until

STEPS = tuple(TASKS)
CHAIN = ",".join(STEPS)


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr(discovery, "FIND_SECONDS", 0.05)
    monkeypatch.setattr(slots, "REST_SECONDS", (0.01, 0.1))
    monkeypatch.setattr(rests, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(rests, "FIRST_REST", 0.05)


class Disks:
    """What each worker's folder holds, and how often each task was done."""

    def __init__(self, fails=lambda task: False):
        self.done, self.fails, self.lock = Counter(), fails, threading.Lock()

    def worker(self, disk=None):
        """What a worker does whose results lie in a folder of its own, or in `disk`."""
        disk = set() if disk is None else disk

        def work(peer, year, ensemble_member):
            cell, before = (year, ensemble_member), STEPS[: STEPS.index(peer.task)][-1:]
            if before and (*cell, *before) not in disk:
                return {"status": "failure", "error": f"no {before[0]}", "needs": before[0]}
            if self.fails(peer.task):
                return {"status": "failure", "error": "no space"}
            time.sleep(0.001)
            if peer.worker.dead.is_set():  # it does not come to its end
                return {}
            with self.lock:
                disk.add((*cell, peer.task))
                self.done[*cell, peer.task] += 1
            return {}

        return work


def test_steps_that_fail_are_repeated_and_each_is_done_once():
    fate = random.Random(1)
    disks = Disks(lambda task: fate.random() < 0.1)
    setting = Setting(3, 8, task=CHAIN, retries=20)
    for name in "abc":
        setting.cluster.add(name, disks.worker(), slots=2)
    assert setting.run() == "complete"
    assert set(disks.done.values()) == {1} and len(disks.done) == 3 * 8 * len(STEPS)
    kept = [(o.year, o.ensemble_member, o.task) for o in setting.journal.outcomes if o.status == "complete"]
    assert Counter(kept) == disks.done


@pytest.mark.parametrize("rules", [{"wait": 0.3}, {"wait": 1000.0, "redo_away": True}])
def test_what_workers_had_that_were_killed_is_done_again_by_others(rules):
    disks = Disks()
    setting = Setting(3, 8, task=CHAIN, **rules)
    workers = [setting.cluster.add(name, disks.worker(), slots=2) for name in "abc"]
    setting.dispatcher.start()
    for worker in workers[:2]:
        until(lambda worker=worker: len(worker.did) >= 4)
        worker.kill()
    assert setting.run() == "complete"
    again = [o for o in setting.journal.outcomes if o.again]
    assert again and {o.again for o in again} <= {STEPS[:1], STEPS[1:2]} and max(disks.done.values()) <= 4
    assert setting.schedule.get_progress() == "++++++++\n" * 3


def test_behind_a_step_that_failed_nothing_is_done_and_the_run_ends():
    def work(peer, year, ensemble_member):
        bad = (peer.task, ensemble_member) == (STEPS[1], 0)
        return {"status": "failure", "error": "bad input", "final": True} if bad else {}

    setting = Setting(1, 3, task=CHAIN)
    setting.cluster.add("a", work)
    assert setting.run() == "incomplete" and setting.schedule.get_progress() == "F++\n"
    assert setting.schedule.counts() == {"outstanding": 1, "working": 0, "complete": 7, "failure": 1, "timeout": 0}


@pytest.mark.parametrize(
    ("halt", "why"),
    [
        (Halt(first=5), f"{STEPS[1]}: the first 5 tasks all failed"),
        (Halt(share=0.5), f"{STEPS[1]}: 20 of the 20 tasks that ended failed"),
        (Halt(number=7), r"7 tasks failed \(--halt 7\)"),
    ],
)
def test_rules_that_halt_a_run_look_at_each_step(halt, why):
    def work(peer, year, ensemble_member):
        return {} if peer.task == STEPS[0] else {"status": "failure", "error": "bad input", "final": True}

    setting = Setting(1, 30, task=CHAIN, halt=halt)
    setting.cluster.add("a", work)
    assert setting.run() == "halted" and re.match(why, setting.dispatcher.why)


def test_each_step_has_a_time_limit_of_its_own():
    limits = {}

    def work(peer, year, ensemble_member):
        limits.setdefault(peer.task, []).append(peer.options.get("timeout"))
        return {"seconds": {STEPS[0]: 100.0, STEPS[1]: 3.0}.get(peer.task, 50.0)}

    setting = Setting(3, 8, task=CHAIN, limit=TimeLimit(medians=10.0, least=1.0))
    setting.cluster.add("a", work)
    assert setting.run() == "complete"
    assert [limits[task][-1] for task in STEPS] == [1000.0, 30.0, 500.0] and limits[STEPS[1]][0] is None


def test_a_worker_that_lacks_a_task_of_the_chain_is_not_used():
    setting = Setting(1, 1, task=CHAIN)
    setting.cluster.add("old", tasks=[STEPS[0]])
    setting.cluster.add("new")
    assert setting.run() == "complete"
    assert any(f"it does not know the task {STEPS[1]}, only {STEPS[0]}" in line for line in setting.shown)
    assert setting.cluster.workers["old"].did == []


def test_lines_name_the_step():
    failed = iter([True])
    disks = Disks(lambda task: task == STEPS[1] and next(failed, False))
    setting = Setting(1, 1, task=CHAIN)
    setting.cluster.add("a", disks.worker())
    assert setting.run() == "complete"
    assert f"2000 member 0 {STEPS[1]}: attempt 1 failed on a and will be repeated: no space" in setting.shown
