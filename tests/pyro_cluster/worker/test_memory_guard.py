"""What becomes of tasks while the host runs out of memory: a number that the test sets, and processes that are real."""

import threading

import pytest

from stormtracks.pyro_cluster.worker.slots import memory_guard
from stormtracks.pyro_cluster.worker.slots.host_memory import Use
from stormtracks.pyro_cluster.worker.slots.memory_guard import MemoryGuard, MemoryLimits
from stormtracks.pyro_cluster.worker.slots.pool import Slots
from tests.processes import alive, wait_for

TABLE = "tests.unruly_tasks:TASKS"


class Memory:
    """A host whose memory is as full as it is told."""

    percent = 10

    def use(self):
        return Use(self.percent * 10**7, 10**9)


@pytest.fixture
def memory(monkeypatch):
    monkeypatch.setattr(memory_guard, "LEAST_SHARE", 0.0)
    monkeypatch.setattr(memory_guard, "AGAIN_SECONDS", 0.0)
    return Memory()


@pytest.fixture
def guard(memory):
    return MemoryGuard(MemoryLimits(), memory)


@pytest.fixture
def three(guard):
    made = Slots(3, TABLE, may_begin=guard.may_begin)
    made.start()
    yield made
    made.close()


def order(task, member=1, **setup):
    return {"year": 2000, "ensemble_member": member, "task": task, "setup": setup}


def begun(slots, members):
    """Tasks that sleep, begun one after the other; member -> its replies, one at most."""
    replies = {member: [] for member in members}
    for count, member in enumerate(members, start=1):
        asked = order("sleep", member, settings={"seconds": 60})
        threading.Thread(target=lambda m=member, a=asked: replies[m].append(slots.run(a)), daemon=True).start()
        wait_for(lambda count=count: slots.busy == count)
    return replies


def test_nothing_is_begun_beside_others_while_memory_is_scarce(memory, guard, three):
    begun(three, [1])
    memory.percent = 80
    guard.look(three)
    assert "no task is begun beside those that run: 0.8 of 1.0 GB (80%)" in three.run(order("empty"))["busy"]
    assert guard.notice() == "over 80% of its memory is in use: no task is begun beside those that run"
    memory.percent = 79
    guard.look(three)
    assert three.run(order("empty"))["returned"] == {}
    assert guard.notice() is None


def test_one_task_at_a_time_is_done_where_others_have_the_memory(memory, guard, three):
    memory.percent = 90
    guard.look(three)
    assert three.run(order("empty"))["returned"] == {}
    memory.percent = 95
    guard.look(three)
    assert "no task is begun: " in three.run(order("empty"))["busy"]
    assert guard.notice() == "over 95% of its memory is in use: no task is begun"


def test_the_newest_task_is_ended_and_given_back_and_the_others_live(memory, guard, three):
    replies = begun(three, [1, 2, 3])
    pids = dict(zip((1, 2, 3), [slot.pid for slot in sorted(three.slots, key=lambda one: one.since)], strict=True))
    memory.percent = 96
    assert "2000 member 3 was ended for lack of memory on the host: 1.0 of 1.0 GB (96%)" in guard.look(three)
    assert wait_for(lambda: replies[3])[0]["busy"].startswith("ended for lack of memory on the host: ")
    assert not alive(pids[3]) and alive(pids[1]) and alive(pids[2])
    memory.percent = 50  # it would come to the same again: first one of the others has to end
    guard.look(three)
    assert "until one of those that run has ended" in three.run(order("empty"))["busy"]
    three.end_newest({"error": "for this test"})
    wait_for(lambda: replies[2])
    assert three.run(order("empty"))["returned"] == {}
    assert replies[1] == []


def test_the_only_task_has_failed(memory, guard, three):
    replies = begun(three, [1])
    memory.percent = 99
    guard.look(three)
    assert wait_for(lambda: replies[1])[0]["error"].startswith("ended for lack of memory on the host: ")
    memory.percent = 10
    guard.look(three)
    assert three.run(order("empty"))["returned"] == {}


def test_nothing_is_ended_where_others_have_the_memory(memory, guard, three, monkeypatch):
    monkeypatch.setattr(memory_guard, "LEAST_SHARE", 1.0)
    begun(three, [1])
    memory.percent = 99
    assert guard.look(three) is None
    assert three.busy == 1


def test_idle_slots_let_go_of_what_they_keep(memory, guard, three):
    three.run(order("empty"))
    used = next(slot for slot in three.slots if slot.year == 2000)
    pid = used.pid
    memory.percent = 81
    guard.look(three)
    assert used.process().pid != pid and not alive(pid)


def test_both_limits_can_be_off(memory, three):
    guard = MemoryGuard(MemoryLimits(0, 0), memory)
    memory.percent = 100
    begun(three, [1])
    assert guard.look(three) is None
    assert (guard.may_begin(1), guard.notice(), three.busy) == (None, None, 1)
