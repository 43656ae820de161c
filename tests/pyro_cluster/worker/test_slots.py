import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from stormtracks.pyro_cluster.worker.slots import slot as module
from stormtracks.pyro_cluster.worker.slots.pool import Slots
from stormtracks.pyro_cluster.worker.slots.slot import SlotFault
from tests.processes import alive, wait_for

TABLE = "tests.cluster_tasks:TASKS"


@pytest.fixture(scope="module")
def two():
    made = Slots(2, TABLE)
    made.start()
    yield made
    made.close()


def order(task, year=2000, member=1, **setup):
    return {"year": year, "ensemble_member": member, "task": task, "setup": setup}


def test_a_task_is_done_in_another_process(two):
    reply = two.run(order("echo", results="/r"))
    assert reply["returned"]["setup"] == {"results": "/r"}
    assert reply["returned"]["pid"] in two.pids()
    assert reply["returned"]["threads"] == "1"
    assert reply["cpu_seconds"] >= 0


def test_known_tasks_are_told(two):
    assert {"empty", "segfault"} <= set(two.known)


def test_the_slot_that_knows_the_year_is_preferred(two):
    one, other = (two.run(order("echo", year))["returned"]["pid"] for year in (1990, 1991))
    assert one != other
    assert [two.run(order("echo", year))["returned"]["pid"] for year in (1991, 1990, 1990)] == [other, one, one]
    assert two.years() == [1990, 1991]


def test_an_exception_is_told_with_its_traceback(two):
    reply = two.run(order("fail", 1999))
    assert reply["error"] == "ValueError: no data of 1999"
    assert "cluster_tasks.py" in reply["traceback"]


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ("segfault", "killed by SIGSEGV"),
        ("killed", "killed by SIGKILL (the kernel does that when memory runs out)"),
        ("leave", "exited with status 3"),
        ("too_large", "its reply is larger than 2 MiB"),
    ],
)
def test_a_lost_process_costs_its_task_only(two, task, words):
    assert words in two.run(order(task))["error"]
    assert two.run(order("empty"))["returned"] == {}
    assert two.in_service == 2


def test_the_last_lines_are_kept(two):
    assert two.run(order("leave"))["traceback"] == "I leave"
    assert "Segmentation fault" in two.run(order("segfault"))["traceback"]


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ("quit", "SystemExit: 4"),
        ("not_plain", "TypeError: a value of type builtins.object cannot be sent"),
    ],
)
def test_what_is_no_reply_is_an_error(two, task, words):
    assert two.run(order(task))["error"].startswith(words)


def test_prints_of_libraries_do_no_harm(two):
    assert two.run(order("print_much"))["returned"] == {}


@pytest.mark.parametrize("task", ["hang_python", "hang_c"])
def test_a_task_that_hangs_is_ended(two, task):
    reply = two.run(order(task), timeout=0.5)
    assert "no answer within 0.5 s: its process was stopped" in reply["timeout"]
    assert f"in {task}" in reply["traceback"]  # where it hung
    assert two.run(order("empty"))["returned"] == {}


@pytest.mark.slow
def test_memory_has_a_limit():
    made = Slots(1, TABLE, memory_mb=200)
    try:
        assert made.run(order("eat_memory"))["error"].startswith("MemoryError")
        assert made.run(order("empty"))["returned"] == {}
    finally:
        made.close()


@pytest.mark.slow
def test_no_free_slot_is_told(two):
    busy = [threading.Thread(target=two.run, args=(order("sleep", settings={"seconds": 1.0}),)) for _ in "ab"]
    for thread in busy:
        thread.start()
    wait_for(lambda: two.busy == 2)
    assert two.run(order("empty")) == {"busy": "all slots are busy"}
    assert [one["task"] for one in two.working()] == ["sleep", "sleep"]
    for thread in busy:
        thread.join()
    assert two.busy == 0


def test_a_frozen_process_is_ended_at_the_timeout_however_long_its_order_is():
    made = Slots(1, TABLE)
    try:
        made.run(order("empty"))
        os.kill(made.pids()[0], signal.SIGSTOP)
        text = "x" * 200_000  # more than a pipe takes
        assert "no answer within 0.5 s" in made.run(order("echo", settings={"text": text}), timeout=0.5)["timeout"]
        assert made.run(order("echo", settings={"text": text}))["returned"]["setup"]["settings"] == {"text": text}
    finally:
        made.close()


def test_a_process_that_is_lost_while_idle_is_no_task_s_fault(two):
    pids = two.pids()
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: all(slot.process().has_ended() for slot in two.slots))
    assert two.run(order("empty"))["returned"] == {}


@pytest.mark.parametrize("table", ["tests.no_such_module:TASKS", "tests.cluster_tasks:NONE"])
def test_a_table_that_cannot_be_loaded_is_refused(table):
    made = Slots(1, table)
    try:
        with pytest.raises(SlotFault, match=f"cannot load the tasks of {table}: "):
            made.start()
    finally:
        made.close()


def test_a_slot_that_cannot_start_rests(monkeypatch):
    monkeypatch.setattr(module, "FIRST_PAUSE_SECONDS", 0.3)
    made = Slots(1, "tests.no_such_module:TASKS")
    try:
        assert "cannot load" in made.run(order("empty"))["busy"]
        assert made.in_service == 0
        assert "cannot load" in made.run(order("empty"))["busy"]  # at once, without another process
        assert made.pids() == []
        wait_for(lambda: made.in_service == 1)
    finally:
        made.close()


def test_kill_of_the_worker_ends_its_slots_at_once(tmp_path):
    code = (
        "import time; from stormtracks.pyro_cluster.worker.slots.pool import Slots;"
        "s = Slots(2, 'tests.cluster_tasks:TASKS');"
        "s.start(); print(*s.pids(), flush=True); s.run(dict(year=1, ensemble_member=1, task='hang_c', setup={}))"
    )
    worker = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    pids = [int(pid) for pid in worker.stdout.readline().split()]
    time.sleep(0.2)
    assert all(map(alive, pids))
    worker.kill()
    worker.wait()
    wait_for(lambda: not any(map(alive, pids)), 2.0, "the end of the slots")


def test_close_ends_what_runs(two):
    made = Slots(1, TABLE)
    made.start()
    pids = made.pids()
    replies = []
    thread = threading.Thread(target=lambda: replies.append(made.run(order("hang_python"))))
    thread.start()
    wait_for(lambda: made.busy)
    made.close()
    thread.join(10)
    assert replies == [{"busy": "the worker was stopped"}]
    assert not any(map(alive, pids))
