"""Stopping at the queue: what waits is cancelled, workers are asked to end, and nothing stays; only what is ours."""

import threading

import pytest

from stormtracks.on_host.queue import cancel, submit
from stormtracks.on_host.queue.arrays import ledger
from stormtracks.on_host.queue.arrays.command import NoAnswer

ENDS = 'for job; do sed -i "/^$job[^0-9]/s/RUNNING\\|PENDING/CANCELLED/" "$here/squeue.output"; done'
STUBBORN = f'case "$*" in *signal*) ;; *) {ENDS} ;; esac'


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    monkeypatch.setattr(cancel, "POLLS", (0.05,))
    monkeypatch.setattr(cancel, "GONE_SECONDS", 10.0)


@pytest.fixture
def three(queue, request_of, mark):
    """Two jobs that run and one that waits."""
    queue.lists(mark, ("7_1", "RUNNING"), ("7_2", "RUNNING"), ("7_3", "PENDING", "Resources"))
    submit.run(request_of())
    return queue


def cancels(queue):
    return [line for line in queue.calls if line.startswith("scancel")]


def test_workers_end_in_order(three, request_of):
    three.says("scancel", after=ENDS)
    stopped = cancel.run(request_of(now=False, patience=5))
    assert stopped == {"pending": ["7_3"], "ended": ["7_1", "7_2"], "cancelled": [], "left": []}
    assert cancels(three) == ["scancel 7_3", "scancel --batch --signal=TERM 7_1 7_2"]


@pytest.mark.slow
def test_what_does_not_end_in_order_is_cancelled(three, request_of):
    three.says("scancel", after=STUBBORN)
    stopped = cancel.run(request_of(now=False, patience=0.2))
    assert (stopped["ended"], stopped["cancelled"], stopped["left"]) == ([], ["7_1", "7_2"], [])


@pytest.mark.slow
def test_who_starts_while_others_stop_leaves_nothing_that_comes_back(three, request_of):
    ends = threading.Timer(0.3, three.says, ("scancel",), {"after": ENDS})
    threading.Timer(0.1, submit.run, (request_of(),)).start()
    ends.start()
    cancel.run(request_of(now=False, patience=0.6))
    ends.join()
    assert not ledger.read("big").wanted


@pytest.mark.slow
def test_an_array_that_was_cancelled_before_it_began_is_listed_as_one_job(queue, request_of, mark):
    """Slurm keeps no record of a task that it never looked at by itself."""
    queue.lists(mark, ("7_1", "PENDING", "Resources"), ("7_2", "PENDING", "Resources"))
    submit.run(request_of(jobs=2))
    queue.says("scancel", after='sed -i "/^7_2/d;s/^7_1/7/;s/PENDING/CANCELLED/" "$here/squeue.output"')
    stopped = cancel.run(request_of(now=False, patience=5))
    assert stopped == {"pending": ["7_1", "7_2"], "ended": [], "cancelled": [], "left": []}
    with ledger.opened("big") as (known, _):
        assert {job.id: (job.state, job.by_queue) for job in known.jobs.values()} == dict.fromkeys(
            ("7_1", "7_2"), ("ended", True)
        )


def test_now_means_now(three, request_of):
    three.says("scancel", after=ENDS)
    stopped = cancel.run(request_of(now=True, patience=5))
    assert stopped == {"pending": ["7_3"], "ended": [], "cancelled": ["7_1", "7_2"], "left": []}
    assert cancels(three) == ["scancel 7_1 7_2 7_3"]


def test_what_stays_is_named(three, request_of, monkeypatch):
    monkeypatch.setattr(cancel, "GONE_SECONDS", 0.3)
    stopped = cancel.run(request_of(now=True, patience=5))
    assert [job["id"] for job in stopped["left"]] == ["7_1", "7_2", "7_3"]
    assert len(cancels(three)) == 1


@pytest.mark.slow
def test_a_job_that_begins_meanwhile_is_cancelled_too(three, request_of, mark):
    later = ("7_3", "CANCELLED"), ("7_1", "RUNNING"), ("7_2", "RUNNING"), ("7_4", "RUNNING")
    threading.Timer(0.1, three.lists, (mark, *later)).start()
    three.says("scancel", after=STUBBORN)
    assert cancel.run(request_of(now=False, patience=0.4))["left"] == []
    assert cancels(three)[-1] == "scancel 7_1 7_2 7_4"


def test_nothing_is_nothing(queue, request_of):
    stopped = cancel.run(request_of(now=False, patience=5))
    assert stopped == {"pending": [], "ended": [], "cancelled": [], "left": []}
    assert queue.calls == []


def test_jobs_of_another_mark_are_never_cancelled(three, request_of, monkeypatch):
    monkeypatch.setattr(cancel, "GONE_SECONDS", 0.3)
    three.lists("another", ("7_1", "RUNNING"), ("7_9", "RUNNING"))
    cancel.run(request_of(now=True, patience=5))
    assert not any("7_9" in line for line in cancels(three))


def test_jobs_that_end_by_themselves_are_no_fault(three, request_of):
    three.says("scancel", errors="scancel: error: Invalid job id 7_1\n", status=1, after=ENDS)
    assert cancel.run(request_of(now=True, patience=5))["left"] == []


def test_a_queue_that_is_away_is_said(three, request_of):
    three.says("scancel", errors="scancel: error: Unable to contact slurm controller\n", status=1)
    with pytest.raises(NoAnswer, match="Unable to contact"):
        cancel.run(request_of(now=True, patience=5))
