"""What a task starts and changes ends with it, however it ends; the next task finds the process as this one did."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from stormtracks.pyro_cluster.worker.slots.pool import Slots
from tests.processes import alive, wait_for

TABLE = "tests.unruly_tasks:TASKS"
KINDS = {"plain", "session", "bare", "daemon"}
WORKER = """
import sys, time
from stormtracks.pyro_cluster.worker.slots.pool import Slots
slots = Slots(1, 'tests.unruly_tasks:TASKS')
slots.adopt()
slots.start()
setup = {'results': sys.argv[1], 'settings': {'end': sys.argv[2], 'marked': sys.argv[3] == 'marked'}}
print(slots.run(dict(year=1, ensemble_member=1, task='start', setup=setup)), flush=True)
slots.start()
print('replaced', flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def one():
    made = Slots(1, TABLE)
    made.start()
    yield made
    made.close()


def order(task, **setup):
    return {"year": 2000, "ensemble_member": 1, "task": task, "setup": setup}


def started(folder):
    """Kind -> pid of the processes that a task has started; those that run still are ended after the test."""
    lines = (Path(folder) / "pids").read_text().splitlines() if (Path(folder) / "pids").exists() else []
    return {line.split()[1]: int(line.split()[0]) for line in lines if len(line.split()) == 2}


def test_what_a_task_started_ends_with_it(one, tmp_path):
    pid = one.slots[0].pid
    assert one.run(order("start", results=str(tmp_path)))["returned"] == {}
    assert started(tmp_path).keys() == KINDS
    assert not any(map(alive, started(tmp_path).values()))
    assert one.run(order("surroundings"))["returned"]["pid"] != pid  # a library may miss its helper


@pytest.mark.slow
def test_what_a_task_started_ends_at_its_timeout(one, tmp_path):
    asked = order("start", results=str(tmp_path), settings={"end": "hang"})
    assert "timeout" in one.run(asked, timeout=1.5)
    assert started(tmp_path).keys() == KINDS
    assert not any(map(alive, started(tmp_path).values()))


def test_what_a_task_started_ends_with_the_slots(tmp_path):
    made = Slots(1, TABLE)
    made.start()
    asked = order("start", results=str(tmp_path), settings={"end": "hang"})
    thread = threading.Thread(target=made.run, args=(asked,))
    thread.start()
    wait_for(lambda: started(tmp_path).keys() == KINDS)
    made.close()
    thread.join(10)
    assert not any(map(alive, started(tmp_path).values()))


def _worker(folder, end, which="all"):
    command = [sys.executable, "-c", WORKER, str(folder), end, which]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_what_a_slot_that_exits_had_started_ends_before_the_next_one_works(tmp_path):
    worker = _worker(tmp_path, "exit")
    try:
        assert "exited with status 0" in worker.stdout.readline()
        assert worker.stdout.readline() == "replaced\n"
        assert started(tmp_path).keys() == KINDS
        assert not any(map(alive, started(tmp_path).values()))
    finally:
        worker.kill()
        worker.communicate()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
def test_what_a_task_started_ends_with_a_worker_that_is_killed(tmp_path, number):
    """But for processes that have both left their parent and cleared their environment: nothing leads to those."""
    worker = _worker(tmp_path, "hang", "marked")
    wait_for(lambda: started(tmp_path).keys() == KINDS - {"daemon"})
    worker.send_signal(number)
    worker.communicate()
    gone = {kind: pid for kind, pid in started(tmp_path).items() if kind != "bare"}
    wait_for(lambda: not any(map(alive, gone.values())), what="the end of what was started")
    subprocess.run(["kill", str(started(tmp_path)["bare"])], capture_output=True)


def test_the_standard_input_is_empty_and_may_be_closed(one):
    assert one.run(order("read_input"))["returned"]["counts"] == {"bytes": 0}
    assert one.run(order("close_input"))["returned"] == {}
    assert one.run(order("echo", results="/r"))["returned"]["setup"] == {"results": "/r"}


def test_the_next_task_finds_the_process_as_it_was(one):
    before = one.run(order("surroundings"))["returned"]
    assert one.run(order("spoil"))["returned"] == {}
    after = one.run(order("surroundings"))["returned"]
    assert after == before
    assert before["oom_score"].strip() == "500" or int(before["oom_score"]) > 500


def test_what_a_task_starts_obeys_it(one):
    """The slot itself ignores SIGTERM, which is meant for the worker; a pool of processes would never end."""
    pid = one.run(order("surroundings"))["returned"]["pid"]
    assert one.run(order("end_helpers"), timeout=30)["returned"] == {"code": -signal.SIGTERM}
    os.kill(pid, signal.SIGTERM)
    assert one.run(order("surroundings"))["returned"]["pid"] == pid


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ("leave_a_thread", "1 of its threads would continue"),
        ("leave_a_handler", "it took over SIGUSR1"),
        ("leave_files_open", "it left many files open"),
    ],
)
def test_what_cannot_be_put_back_costs_the_process(one, task, words, caplog):
    caplog.set_level("INFO")
    pid = one.run(order(task))["returned"]["pid"]
    assert words in caplog.text
    assert one.run(order("surroundings"))["returned"]["pid"] != pid


def test_a_limit_that_was_lowered_is_raised_or_costs_the_process(one):
    before = one.run(order("surroundings"))["returned"]
    one.run(order("lower_a_limit"))
    after = one.run(order("surroundings"))["returned"]
    assert after["limits"] == before["limits"]


@pytest.mark.slow
def test_a_slot_gets_a_new_process_after_so_many_tasks():
    made = Slots(1, TABLE, tasks_per_process=2)
    try:
        pids = [made.run(order("echo"))["returned"]["pid"] for _ in range(5)]
        assert pids[0] == pids[1] != pids[2] == pids[3] != pids[4]
    finally:
        made.close()
