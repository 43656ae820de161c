"""When a worker leaves by itself: its allocation ends, or nobody has work for it."""

import math
import os

import pytest

from stormtracks.pyro_cluster.manager.workers.replies import OddReply, checked_description, checked_state
from stormtracks.pyro_cluster.worker import process
from stormtracks.pyro_cluster.worker.tenure import GRACE_SECONDS, MARGIN_SECONDS, Tenure


class Clock:
    """A clock that is set by hand."""

    def __init__(self, now=1000.0):
        self.now = now

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def day():
    return Clock(1.8e9)


def test_a_worker_outside_of_a_queue_stays(clock):
    tenure = Tenure(clock=clock)
    clock.now += 1e9
    assert (tenure.over(), tenure.seconds_left, tenure.whole, tenure.grace()) == (None, None, None, math.inf)


def test_it_leaves_early_enough_for_its_tasks_to_get_their_grace(clock, day):
    tenure = Tenure(day.now + 600, grace=30, clock=clock, day=day)
    clock.now += 600 - 30 - MARGIN_SECONDS - 1
    assert tenure.over() is None
    clock.now += 1
    assert tenure.over() == "its allocation ends in 35 s"
    assert tenure.grace() == 30


def test_the_grace_ends_before_the_allocation_does(clock, day):
    tenure = Tenure(day.now + 600, grace=30, clock=clock, day=day)
    clock.now += 590  # the queue has asked it to stop, late
    assert tenure.grace() == 10 - MARGIN_SECONDS
    clock.now += 100
    assert (tenure.grace(), tenure.seconds_left) == (0, 0)


def test_in_an_allocation_tasks_have_a_grace_without_being_asked_for(clock, day):
    assert Tenure(day.now + 600, clock=clock, day=day).grace() == GRACE_SECONDS


def test_a_grace_longer_than_the_allocation_leaves_half_of_it(clock, day):
    tenure = Tenure(day.now + 60, grace=600, clock=clock, day=day)
    clock.now += 29
    assert tenure.over() is None
    clock.now += 1
    assert tenure.over()


@pytest.mark.parametrize("jump", [-1e6, 1e6])
def test_a_clock_that_jumps_changes_nothing(clock, day, jump):
    tenure = Tenure(day.now + 600, clock=clock, day=day)
    day.now += jump
    clock.now += 100
    assert (tenure.over(), tenure.seconds_left) == (None, 500)


def test_it_leaves_when_there_was_nothing_to_do_for_long(clock):
    tenure = Tenure(idle_exit=300, clock=clock)
    clock.now += 299
    tenure.worked()
    clock.now += 299
    assert tenure.over() is None
    clock.now += 1
    assert tenure.over() == "there was nothing to do for 5 min"


def test_an_allocation_that_is_over_already(clock, day):
    tenure = Tenure(day.now - 5, clock=clock, day=day)
    assert tenure.whole == 0
    assert tenure.over()


def test_an_end_in_the_far_future_is_said_so_that_it_is_believed(clock, day):
    left = Tenure(4.0e9, clock=clock, day=day).seconds_left
    assert checked_state({"id": "w", "seconds_left": left}, "w")["seconds_left"] == left


def test_in_a_slurm_job_the_slots_are_the_cpus_of_the_job(monkeypatch):
    def slots():
        return process.parser().parse_args([]).slots

    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", "7")
    assert slots() == len(os.sched_getaffinity(0))  # a variable that somebody has set
    monkeypatch.setenv("SLURM_JOB_ID", "12")
    assert slots() == 7


@pytest.mark.parametrize(
    ("key", "value"),
    [("entry", 5), ("entry", "x" * 65), ("seconds_left", -1.0), ("seconds_left", "1"), ("allocation_seconds", None)],
)
def test_what_a_worker_says_of_its_allocation_is_checked(key, value):
    with pytest.raises(OddReply, match=key):
        checked_description({key: value})
