"""What is said of a look at a node that does not end as it should; tests/hosts/queued has one that does."""

import json

import pytest

from stormtracks.on_host.answers import MARK
from stormtracks.on_host.queue import probe
from stormtracks.on_host.queue.arrays import ledger


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    monkeypatch.setattr(probe, "READ_SECONDS", 0.02)
    monkeypatch.setattr(probe, "LOOK_SECONDS", (0.05,))
    monkeypatch.setattr(probe, "ARRIVE_SECONDS", 0.3)
    monkeypatch.setattr(probe, "SLOWEST_SECONDS", 0.8)


@pytest.fixture
def look(queue, request_of, mark, home):
    """Look with a job that the queue lists so and that has written so much; the answer."""

    def at(state, output=None, reason="None"):
        queue.lists(f"{mark}-probe", ("7_1", state, reason))
        if output is not None:
            (ledger.output_folder("big") / "7_1.log").write_bytes(output)
        return probe.run(request_of(seconds=0.2, token="x"))

    return at


@pytest.mark.slow
def test_a_job_that_waits_is_cancelled_and_no_fault(look, queue):
    found = look("PENDING", reason="Priority")
    assert (found["pending"]["reason"], found["queue"]["fault"], "node" in found) == ("Priority", None, False)
    assert queue.calls[-1] == "scancel 7_1"


@pytest.mark.slow
def test_output_that_does_not_arrive_names_the_folder(look, home):
    fault = look("RUNNING")["node"]["fault"]
    assert f"nothing of what it writes to {home}/queues/big arrives here: set STORMTRACKS_HOME" in fault


@pytest.mark.slow
def test_a_look_that_takes_too_long_is_said(look):
    assert "takes longer than 0.8 s: check its disks" in look("RUNNING", b"looking at the node n1\n")["node"]["fault"]


def test_a_job_that_ends_with_an_error_is_said(look):
    assert (
        look("FAILED", b"module: not found\n")["node"]["fault"] == "a job on n1 ended (FAILED) with: module: not found"
    )


@pytest.mark.slow
def test_a_job_that_ends_and_leaves_nothing_is_said(look):
    assert "a job on n1 ended (NODE_FAIL), and nothing of it arrived" in look("NODE_FAIL")["node"]["fault"]


def test_an_answer_is_taken_whole_and_its_output_removed(look, home):
    answer = {"check": {}, "host": "n1", "address": "10.0.0.1", "port": 5}
    found = look("RUNNING", b"set up\n" + MARK + json.dumps(answer).encode() + b"\n")
    assert found["seen"] == answer
    assert list((home / "queues" / "big").iterdir()) == []


@pytest.mark.slow
def test_what_setup_wrote_on_the_node_is_a_note(look):
    answer = MARK + json.dumps({"check": {}, "host": "n1", "address": "10.0.0.1", "port": 5}).encode() + b"\n"
    found = look("RUNNING", b"sh: module:\tnot found\nlooking at the node n1\n" + answer)
    assert found["node"]["notes"] == ["'setup' wrote: sh: module:\tnot found"]
    assert "notes" not in look("RUNNING", b"looking at the node n1\n" + answer)["node"]


@pytest.mark.slow
@pytest.mark.parametrize("text", [b"{", b"[]\n", b"{}\n", b"{" * 3000 + b"\n"])
def test_half_an_answer_is_none(look, text):
    assert "seen" not in look("RUNNING", b"set up\n" + MARK + text)


def test_what_an_earlier_look_left_is_cancelled_first(look, queue, request_of, mark):
    with ledger.opened("big") as (known, save):
        known.probe = "5"
        save()
    queue.lists(f"{mark}-probe", ("5_1", "PENDING"))
    probe.run(request_of(end=True, seconds=1, token="x"))
    assert queue.calls[-1] == "scancel 5_1"
    assert ledger.read("big").probe == ""


@pytest.mark.slow
def test_a_probe_is_no_worker(look, queue, request_of, mark):
    look("RUNNING")
    from stormtracks.on_host.queue import keep

    queue.lists(f"{mark}-probe", ("7_1", "RUNNING"))
    assert keep.run(request_of(outstanding=100))["jobs"] == []


def test_a_refusal_is_a_finding(queue, request_of, mark):
    queue.says("sbatch", errors="allocation failure: Invalid partition name specified\n", status=1)
    fault = probe.run(request_of(seconds=1, token="x"))["queue"]["fault"]
    assert "Invalid partition name specified" in fault and "correct 'partition'" in fault
