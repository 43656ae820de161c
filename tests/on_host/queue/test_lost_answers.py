"""A submission whose answer was lost is found by the mark of its jobs: none is orphaned, none submitted twice."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from fab import ROOT
from processes import wait_for

from stormtracks.on_host.queue import cancel, jobs, keep, submit
from stormtracks.on_host.queue.arrays import bookkeeping, desk, ledger
from stormtracks.on_host.queue.arrays.command import NoAnswer

KEPT = {"outstanding": 100}


def submissions(queue):
    return sum(line.startswith("sbatch ") for line in queue.calls)


@pytest.fixture
def killed(queue, request_of, mark):
    """A submission whose process was killed between the queue's taking it and the record of it."""
    queue.says("sbatch", "7\n", after='touch "$here/taken"; sleep 5')
    process = subprocess.Popen(
        [sys.executable, "-m", "stormtracks.on_host", "queue.submit"],
        stdin=subprocess.PIPE,
        cwd=ROOT,
        text=True,
        start_new_session=True,
    )
    process.stdin.write(json.dumps(request_of()) + "\n")
    process.stdin.close()
    wait_for((queue.folder / "taken").exists)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    queue.says("sbatch", "8\n")


def test_the_next_look_finds_it_by_its_mark(killed, queue, request_of, mark):
    queue.lists(mark, *((f"7_{n}", "PENDING", "Resources") for n in (1, 2, 3)))
    assert [job["id"] for job in jobs.run(request_of())["jobs"]] == ["7_1", "7_2", "7_3"]
    assert "--jobs" not in queue.calls[-1]  # all of the account's
    again = submit.run(request_of())
    assert (again["state"], submissions(queue)) == ("running", 1)
    assert "--jobs=7" in queue.calls[-1]


def test_while_it_may_still_come_nothing_is_submitted(killed, queue, request_of, monkeypatch):
    with pytest.raises(NoAnswer, match=r"a submission of \d s ago was interrupted.*run this again in \d+ s"):
        submit.run(request_of())
    assert submissions(queue) == 1
    monkeypatch.setattr(bookkeeping, "SETTLED_SECONDS", 0.0)  # later
    assert submit.run(request_of())["submitted"] == 3


def test_stopping_waits_for_what_may_still_come(killed, queue, request_of, mark, monkeypatch):
    monkeypatch.setattr(cancel, "POLLS", (0.1,))
    threading.Timer(0.5, queue.lists, (mark, ("7_1", "RUNNING"))).start()
    queue.says("scancel", after='sed -i s/RUNNING/CANCELLED/ "$here/squeue.output"')
    stopped = cancel.run(request_of(now=True, patience=1))
    assert any(line == "scancel 7_1" for line in queue.calls)
    assert stopped["left"] == []


def test_an_error_that_may_hide_a_submission_is_looked_into(queue, request_of, mark):
    queue.says("sbatch", errors="sbatch: error: Batch job submission failed: Socket timed out on send/recv\n", status=1)
    queue.lists(mark, ("7_1", "PENDING"), ("7_2", "PENDING"), ("7_3", "PENDING"))
    taken = submit.run(request_of())
    assert (taken["array"], taken["submitted"], submissions(queue)) == ("7", 3, 1)


def test_an_answer_without_a_number_is_looked_into(queue, request_of, mark):
    queue.says("sbatch", "welcome to our cluster\n")
    queue.lists(mark, ("9_1", "PENDING"))
    assert submit.run(request_of(jobs=1))["array"] == "9"


@pytest.mark.slow
def test_many_at_once_submit_once(queue, request_of, mark, monkeypatch):
    queue.says("sbatch", "7\n", after='test -s "$here/squeue.output" || cp "$here/listing" "$here/squeue.output"')
    queue.lists(mark, *((f"7_{n}", "PENDING") for n in (1, 2, 3)))
    (queue.folder / "squeue.output").rename(queue.folder / "listing")
    queue.says("squeue")
    request = json.dumps(request_of(**KEPT)) + "\n"
    words = [sys.executable, "-m", "stormtracks.on_host"]
    running = [
        subprocess.Popen([*words, action], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True)
        for action in ("queue.submit", "queue.keep", "queue.submit", "queue.submit")
    ]
    answers = [process.communicate(request, timeout=60)[0] for process in running]
    assert submissions(queue) == 1, answers


def test_a_ledger_that_is_damaged_is_refused_with_what_to_do(queue, request_of, home):
    submit.run(request_of())
    path = home / "queues" / "big.json"
    path.write_text(path.read_text().replace('"jobs": 3', '"jobs": 4'))
    with pytest.raises(ledger.LedgerDamaged, match=r"big.json is damaged: cancel the jobs called big by hand"):
        keep.run(request_of(**KEPT))


def test_a_ledger_in_use_is_waited_for_but_not_for_ever(queue, request_of, monkeypatch):
    monkeypatch.setattr(ledger, "LOCK_SECONDS", 0.1)
    began = time.monotonic()
    with ledger.opened("big"), pytest.raises(ledger.LedgerTaken, match=rf"another command .* \(pid {os.getpid()}"):
        jobs.run(request_of())
    assert time.monotonic() - began < 5


@pytest.mark.slow
def test_what_an_overloaded_queue_takes_late_is_found_all_the_same(killed, queue, request_of, mark, monkeypatch):
    monkeypatch.setattr(bookkeeping, "SETTLED_SECONDS", 0.0)
    assert submit.run(request_of())["array"] == "8"  # in place of the first
    queue.lists(mark, ("7_1", "PENDING"), ("8_1", "PENDING"), ("8_2", "PENDING"), ("8_3", "PENDING"))
    kept = keep.run(request_of(**KEPT))
    assert (kept["submitted"], kept["lines"]) == (0, ["1 pending job(s) cancelled: there were more than 3"])
    assert "--jobs=" in queue.calls[-1]  # found: nothing more is looked for


@pytest.mark.slow
def test_a_submission_that_took_its_time_is_not_given_up_at_once(queue, request_of, mark, monkeypatch):
    monkeypatch.setattr(desk, "SUBMIT_SECONDS", 1.2)
    monkeypatch.setattr(bookkeeping, "SETTLED_SECONDS", 1.1)  # less than the submission took
    queue.says("sbatch", seconds=4)
    with pytest.raises(NoAnswer):
        submit.run(request_of())
    assert ledger.read("big").attempt is not None


def test_jobs_that_ended_long_ago_are_not_taken_for_a_lost_submission(killed, queue, request_of, mark):
    with ledger.opened("big") as (known, save):
        known.arrays = [ledger.Array("5", 1, 0.0, ended=1.0)]
        attempt, known.attempt = known.attempt, None
        save()
    queue.lists(mark, ("5_1", "COMPLETED"))
    jobs.run(request_of())
    with ledger.opened("big") as (known, save):
        known.attempt = attempt
        save()
    assert jobs.run(request_of())["jobs"][0]["id"] == "5_1"
    assert ledger.read("big").attempt is not None and ledger.read("big").strikes == ["5_1"]  # once
    queue.lists(mark, ("5_1", "COMPLETED"), *((f"7_{n}", "PENDING") for n in (1, 2, 3)))
    assert (submit.run(request_of())["submitted"], submissions(queue)) == (0, 1)


def test_a_claim_of_another_login_node_counts_for_a_while(queue, request_of, mark, monkeypatch):
    """Where locks hold on one host only, or not at all."""
    monkeypatch.setattr(ledger, "LOCK_SECONDS", 0.1)
    claim = ledger.private.state("queues") / "big.lock"
    claim.write_text("4711 1234567 login2/another-boot\n")
    claim.chmod(0o600)
    with pytest.raises(ledger.LedgerTaken, match=r"pid 4711"):
        jobs.run(request_of())
    os.utime(claim, (1.0, 1.0))  # that node was switched off
    assert jobs.run(request_of())["jobs"] == []
