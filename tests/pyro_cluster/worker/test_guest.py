"""A worker in a process that is not ours: what it answers, refuses and keeps apart."""

import json
import os
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest

from stormtracks.pyro_cluster.worker import freed_memory, guest, leasehold


@pytest.fixture
def ask(tmp_path, monkeypatch):
    """A question to a guest: ask(method, *arguments, manager=..., setup=...) -> its answer."""
    monkeypatch.setattr(guest, "_guests", {})
    usual = {"data": str(tmp_path), "results": str(tmp_path / "results")}

    def asked(method, *arguments, manager="m", setup=usual, tasks="tests.cluster_tasks:TASKS"):
        about = {"name": "w", "manager": manager, "setup": setup, "tasks": tasks}
        question = {"guest": about, "method": method, "arguments": arguments}
        found = json.loads(guest.answer(json.dumps(question)))
        return found.get("answer", found)

    return asked


@pytest.mark.parametrize(("threshold", "most"), [("65536", 20_000), ("65537", 10**9)])
def test_arrays_do_not_get_new_pages_each_time_as_with_dasks_limit(threshold, most):
    code = """
import resource
from stormtracks.pyro_cluster.worker import freed_memory
freed_memory.keep()
[bytearray(2**20) for _ in range(100)].clear()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(200):
    bytearray(b"1") * 2**20
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
    environment = {**os.environ, "MALLOC_TRIM_THRESHOLD_": threshold}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert int(done.stdout) < most
    assert most < 10**9 or int(done.stdout) > 40_000  # somebody's own choice is left alone


def test_a_guest_keeps_memory_from_its_first_question_on(ask, monkeypatch):
    called = []
    monkeypatch.setattr(freed_memory, "keep", lambda: called.append("keep"))
    for _ in range(2):
        ask("describe")
    assert called == ["keep"]


def test_it_describes_itself(ask, tmp_path):
    said = ask("describe")
    assert (said["worker"], said["slots"], said["busy"], said["stopping"]) == ("w", 1, 0, False)
    assert "write_result" in said["tasks"] and said["places"]["results"] == str(tmp_path / "results")


def test_a_task_is_replied_to_as_by_a_worker_of_ours(ask, tmp_path):
    reply = ask("do_work", 2000, 3, "write_result", {"timeout": None, "run": "r"})
    assert (reply["status"], reply["year"], reply["ensemble_member"]) == ("complete", 2000, 3)
    assert reply["path"] == str(tmp_path / "results/write_result/2000/member_003.json")
    assert reply["counts"]["tracks"] == 2 and reply["cpu_seconds"] >= 0 and reply["code_version"]
    assert ask("list_results", "write_result", [2000], {}, None)["names"] == [[2000, ["member_003.json"]]]
    assert ask("describe")["years"] == [2000]


@pytest.mark.parametrize(
    ("task", "error", "final"),
    [
        ("fail", "ValueError: no data of 2000", False),
        ("refuse", "BadValue: no year 2000", True),
        ("quit", "SystemExit: 4", False),
        ("no_such_task", "BadValue: unknown task 'no_such_task'; known: ", False),
    ],
)
def test_what_goes_wrong_is_replied(ask, task, error, final):
    reply = ask("do_work", 2000, 0, task, {})
    assert reply["status"] == "failure" and reply["error"].startswith(error)
    assert reply.get("final", False) == final


def test_what_a_task_lacks_is_named(ask):
    assert ask("do_work", 2000, 0, "lack", {})["needs"] == "write_result"


def test_one_task_at_a_time_whoever_asks(ask):
    working = threading.Thread(target=ask, args=("do_work", 2000, 0, "sleep", {"settings": {"seconds": 0.5}}))
    working.start()
    while not guest._one.locked():
        time.sleep(0.01)
    reply = ask("do_work", 2000, 1, "empty", {}, manager="other")
    assert (reply["status"], reply["error"]) == ("busy", "all slots are busy")
    working.join()
    assert ask("do_work", 2000, 1, "empty", {}, manager="other")["status"] == "complete"


def test_folders_and_tasks_that_are_not_there_are_refused(ask, tmp_path):
    assert "does not exist on" in ask("describe", setup={"data": str(tmp_path / "no")})["refused"]
    assert ask("describe", tasks="tests.no_such:TASKS")["refused"].startswith("cannot load the tasks of tests.no_such")


def test_variables_in_paths_are_this_hosts(ask, tmp_path, monkeypatch):
    monkeypatch.setenv("PLACE", str(tmp_path))
    setup = {"data": "$PLACE", "results": "$PLACE/r", "scratch": None}
    assert ask("describe", setup=setup)["places"]["results"] == str(tmp_path / "r")


def test_runs_with_other_settings_are_kept_apart_until_their_manager_leaves(ask):
    extent = [2000, 2000, 1]
    first, second = ({"settings": {"a": n}, "run": f"run-{n}"} for n in (1, 2))
    assert ask("claim_results", "empty", extent, first, "me", manager="1") == {"refused": "", "conflict": ""}
    refused = ask("claim_results", "empty", extent, second, "you", manager="2")["refused"]
    assert "run run-1 (me) writes results" in refused
    assert ask("do_work", 2000, 0, "empty", second, manager="2")["status"] == "busy"
    ask("leave", manager="1")
    assert ask("do_work", 2000, 0, "empty", second, manager="2")["status"] == "complete"


def test_a_manager_that_is_heard_of_no_more_does_not_write(ask, monkeypatch):
    extent = [2000, 2000, 1]
    now = [time.monotonic()]
    monkeypatch.setattr(leasehold, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=time.sleep))
    first, second = ({"settings": {"a": n}, "run": f"run-{n}"} for n in (1, 2))
    ask("claim_results", "empty", extent, first, "me", manager="1")
    for _ in range(3):
        now[0] += leasehold.LEASE_SECONDS - 1
        ask("renew", manager="1")
    assert ask("claim_results", "empty", extent, second, "you", manager="2")["refused"]
    now[0] += leasehold.LEASE_SECONDS + 1
    assert not ask("claim_results", "empty", extent, second, "you", manager="2")["refused"]
