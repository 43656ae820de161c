"""A worker whose allocation ends is given what ends before; what fits nowhere is said, and does not stop the run."""

import math
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormtracks.pyro_cluster.journal import chain
from stormtracks.pyro_cluster.manager.dispatch.assignments import Assignments
from stormtracks.pyro_cluster.manager.dispatch.chain_assignments import ChainAssignments
from stormtracks.pyro_cluster.manager.dispatch.time_left import END_SECONDS, ENOUGH, MARGIN, Durations
from stormtracks.pyro_cluster.manager.workers.worker import Worker
from stormtracks.pyro_cluster.pyro_task import PyroTaskSchedule
from tests.dispatch_setting import Setting, until


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def run(clock):
    return Assignments(PyroTaskSchedule(2000, 2009, 10), 2, clock, lambda: 0.5)


def pilot(run, clock, left, whole=None, name="fast-1", entry="fast"):
    """A worker of a queue that has just come, with so many seconds of its allocation left."""
    worker = Worker(f"id of {name}", name, entry=entry, ends=clock.now + left, whole=whole or left)
    run.add(worker)
    return worker


def takes(run, seconds, tasks=ENOUGH):
    """Some tasks are complete after so long, on a worker that stays and is gone after that."""
    worker = Worker("id of w", "w")
    run.add(worker)
    for _ in range(tasks):
        run.take(worker, 0)
        run.finish(worker, 0, {"status": "complete", "seconds": seconds})
    run.remove(worker)


def test_while_it_is_not_known_how_long_tasks_take_they_are_given(run, clock):
    takes(run, 3000.0, ENOUGH - 1)
    assert run.take(pilot(run, clock, 1, 3600), 0)


def test_what_does_not_end_in_time_is_not_given(run, clock):
    takes(run, 100.0)
    needed = MARGIN * 100 + END_SECONDS
    assert run.take(pilot(run, clock, needed, 3600), 0)
    assert not run.take(pilot(run, clock, needed - 1, 3600, "fast-2"), 0)
    assert run.news() == []  # the next one will have the time


def test_a_repeated_task_is_not_given_either(run, clock):
    takes(run, 100.0)
    worker = pilot(run, clock, 3600)
    assert run.take(worker, 0)
    run.finish(worker, 0, {"status": "failure", "error": "no space"})
    while run.schedule.outstanding():  # nothing but the failed one is left
        run.take(worker, 0)
        run.finish(worker, 0, {"status": "complete", "seconds": 100.0})
    clock.now += 3500
    assert not run.take(worker, 0)
    assert run.take(pilot(run, clock, 3600, name="fast-2"), 0)


def test_a_worker_that_stays_is_given_everything(run):
    takes(run, 1e6)
    worker = Worker("id", "w1")
    run.add(worker)
    assert run.take(worker, 0)


def test_results_that_were_there_already_say_nothing_about_how_long_tasks_take(run, clock):
    worker = Worker("id of w", "w")
    run.add(worker)
    for _ in range(ENOUGH):
        run.take(worker, 0)
        run.finish(worker, 0, {"status": "complete", "seconds": 0.01, "skipped": True})
    takes(run, 1000.0)
    assert not run.take(pilot(run, clock, 900, 3600), 0)


def test_what_is_too_long_for_every_allocation_is_said_once_and_given_to_fresh_ones(run, clock):
    takes(run, 2000.0)
    workers = [pilot(run, clock, 600, name=f"fast-{number}") for number in range(3)]
    assert all(run.take(worker, 0) for worker in workers)
    assert run.news() == [
        "vort_track takes 33 min (median), too long for allocations of 10 min: raise 'time' of fast in hosts.yaml, "
        "then restart its workers; until then each of its workers is given some all the same when its allocation begins"
    ]
    clock.now += 100
    assert not run.take(workers[0], 1)  # it has begun its allocation with others
    assert run.news() == []


def test_what_is_too_long_for_some_is_left_to_others(run, clock):
    takes(run, 2000.0)
    stays = Worker("id of stays", "stays")
    run.add(stays)
    assert not run.take(pilot(run, clock, 600), 0)
    assert run.news()[0].endswith("until then it is not given any; other workers have the time")
    assert run.possible()
    run.remove(stays)
    assert run.take(pilot(run, clock, 600, name="fast-2"), 0)


def test_no_jobs_are_asked_for_whose_workers_would_be_given_nothing(run, clock):
    takes(run, 2000.0)
    pilot(run, clock, 600)
    assert run.left("fast") == 97  # it is given some all the same, as there is nobody else
    stays = Worker("id of stays", "stays")
    run.add(stays)
    assert run.left("fast") == 0
    pilot(run, clock, 20, 3600, name="fast-2")  # its entry has another 'time' now
    assert run.left("fast") == 97


def test_a_step_of_a_chain_that_fits_is_given_where_another_does_not(clock):
    schedule = chain.schedule_of(2000, 2001, 5, "vort_track,field_collection")
    run = ChainAssignments(schedule, 2, clock, lambda: 0.5)
    stays = Worker("id of stays", "stays", entry="fast")
    run.add(stays)
    for _ in range(ENOUGH):
        run.take(stays, 0)
        run.finish(stays, 0, {"status": "complete", "seconds": 1000.0})
    worker = pilot(run, clock, 300, 3600)
    assert run.take(worker, 0).task == "field_collection"


def test_a_task_that_a_whole_allocation_is_too_short_for_times_out(clock):
    run = Assignments(PyroTaskSchedule(2000, 2000, 1), 2, clock, lambda: 0.5)
    for number in range(3):
        worker = pilot(run, clock, 600, name=f"fast-{number}")
        assert run.take(worker, 0)
        clock.now += 580
        verdict = run.outlasted(worker, 0)
        assert "did not end within the allocation of fast, which is 10 min; raise 'time'" in verdict["error"]
        outcome = run.finish(worker, 0, verdict)
        run.remove(worker)
        clock.now += 100
    assert (outcome.status, outcome.attempts, outcome.entry) == ("timeout", 3, "fast")


@pytest.mark.parametrize(("before", "passed"), [(100, 480), (0, 300)], ids=["given later", "preempted"])
def test_a_task_that_had_a_part_of_an_allocation_is_not_to_blame(run, clock, before, passed):
    worker = pilot(run, clock, 600)
    clock.now += before
    run.take(worker, 0)
    clock.now += passed
    assert run.outlasted(worker, 0) is None
    run.give_back(worker, 0)
    run.check()


def test_where_others_have_longer_allocations_a_short_one_is_not_held_against_a_task(run, clock):
    short = pilot(run, clock, 600)
    pilot(run, clock, 6000, name="slow-1", entry="slow")
    run.take(short, 0)
    clock.now += 580
    assert run.outlasted(short, 0) is None


@settings(max_examples=60)
@given(
    st.lists(st.floats(1, 2000), min_size=ENOUGH, max_size=12),
    st.lists(st.tuples(st.floats(60, 10_000), st.floats(0, 1)), min_size=1, max_size=8),
    st.booleans(),
)
def test_nothing_is_given_that_does_not_fit_unless_it_fits_nobody(took, pilots, stays):
    clock = Clock()
    run = Assignments(PyroTaskSchedule(2000, 2004, 8), 2, clock, lambda: 0.5)
    for seconds in took:
        takes(run, seconds, 1)
    usual = run._time_left.durations.usual("vort_track")
    workers = [
        pilot(run, clock, whole * share, whole, f"fast-{number}") for number, (whole, share) in enumerate(pilots)
    ]
    if stays:
        run.add(Worker("stays", "stays"))
    for worker in workers:
        given = run.take(worker, 0) is not None
        left = worker.ends - clock()
        fits = MARGIN * usual + END_SECONDS <= left
        assert given or not fits
        if left == worker.whole and run._time_left.fits_a_fresh_one(worker, ["vort_track"]):
            assert given
        if given and not fits:
            assert not stays and left >= worker.whole - max(0.1 * worker.whole, 30)
            assert usual > max(one.whole for one in workers) / MARGIN - 60
    run.check()


@given(st.lists(st.floats(0.001, 1e6), min_size=1, max_size=500))
def test_the_usual_duration_is_one_of_the_latest(took):
    durations = Durations()
    for seconds in took:
        durations.took("a", seconds)
        usual = durations.usual("a")
    assert durations.usual("b") is None
    assert usual is None if len(took) < ENOUGH else min(took) <= usual <= max(took)


# With dispatch


@pytest.fixture
def setting(monkeypatch):
    monkeypatch.setattr("stormtracks.pyro_cluster.manager.workers.discovery.FIND_SECONDS", 0.02)
    monkeypatch.setattr("stormtracks.pyro_cluster.manager.workers.heartbeats.BEAT_SECONDS", 0.1)
    return Setting(years=2, members=4)


def test_a_worker_with_little_time_is_idle_and_others_do_the_rest(setting):
    setting.cluster.add("stays", lambda peer, *cell: {"seconds": 100.0})
    short = setting.cluster.add("fast-1", entry="fast", seconds_left=60.0, allocation_seconds=3600.0)
    short.work = lambda peer, *cell: time.sleep(0.05) or {"seconds": 100.0}
    assert setting.run() == "complete"
    assert len(short.did) < ENOUGH  # what it was given before it was known how long tasks take
    assert len(setting.did()) == 8


def test_a_task_that_outlasts_each_allocation_ends_the_run_and_says_what_to_do(monkeypatch):
    monkeypatch.setattr("stormtracks.pyro_cluster.manager.workers.discovery.FIND_SECONDS", 0.02)
    setting = Setting(years=1, members=1, retries=0)

    def work(peer, *cell):
        with setting.dispatcher.books.lock:
            (worker,) = setting.dispatcher.books.assignments.workers.values()
            worker.ends = time.monotonic() + 5.0  # so much later is it
        return {"status": "busy", "error": "given back: the worker is stopping"}

    setting.cluster.add("fast-1", work, entry="fast", seconds_left=600.0)
    assert setting.run() == "incomplete"
    assert any("worker fast-1 joined: 1 slot on" in line and line.endswith(", for 10 min") for line in setting.shown)
    setting.until_shown("timeout after attempt 1 on fast-1: it did not end within the allocation of fast")
    assert setting.journal.outcomes[-1].status == "timeout"


def test_a_worker_that_said_that_it_was_stopping_and_is_killed_costs_its_tasks_nothing(setting):
    leaves = setting.cluster.add("fast-1", entry="fast", seconds_left=600.0)

    def work(peer, *cell):
        leaves.stopping = True
        until(lambda: any(worker.stopping for worker in setting.dispatcher.workers()))
        leaves.kill()
        return {}

    leaves.work = work
    setting.dispatcher.start()
    setting.until_shown("fast-1 has stopped and left in order; its 1 task is outstanding again")
    setting.cluster.add("fast-2", entry="fast", seconds_left=600.0)
    assert setting.dispatcher.wait(20)
    setting.dispatcher.stop("over")
    assert {outcome.attempts for outcome in setting.journal.outcomes} == {1}
    assert {outcome.entry for outcome in setting.journal.outcomes} == {"fast"}


def test_a_worker_without_an_end_never_ends():
    assert Worker("id", "w").ends == math.inf
