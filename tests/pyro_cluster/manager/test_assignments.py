"""Who gets which task, and what becomes of tasks that fail or lose their workers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.pyro_cluster.manager.assignments import Assignments, Worker
from stormtracks.pyro_cluster.pyro_task import PyroTaskSchedule


def _assignments(years=3, members=4, workers=2, retries=2, **of_worker):
    made = Assignments(PyroTaskSchedule(2000, 1999 + years, members), retries)
    for number in range(workers):
        made.add(Worker(f"id{number}", f"w{number}", **of_worker))
    return made, list(made.workers.values())


def _taken(assignments, worker, slot=0):
    task = assignments.take(worker, slot)
    return task and (task.year, task.ensemble_member)


COMPLETE, FAILURE, TIMEOUT = ({"status": status} for status in ("complete", "failure", "timeout"))


def test_all_slots_of_a_worker_are_given_one_year_and_each_worker_its_own():
    assignments, (a, b) = _assignments()
    assert [_taken(assignments, a, slot) for slot in range(3)] == [(2000, 0), (2000, 1), (2000, 2)]
    assert [_taken(assignments, b, slot) for slot in range(2)] == [(2001, 0), (2001, 1)]
    assert _taken(assignments, a, 3) == (2000, 3)
    assert _taken(assignments, a, 4) == (2002, 0)  # the year that nobody works on


def test_who_has_nothing_left_helps_where_most_is_left():
    assignments, (a, b) = _assignments(years=2, members=4)
    _taken(assignments, b, 0)  # 2000
    for slot in range(5):
        _taken(assignments, a, slot)  # all of 2001, then the first of what is left of 2000
    assert [task.year for task, _ in a.running.values()] == [2001] * 4 + [2000]


def test_a_year_is_left_to_those_who_have_its_data():
    assignments, (a, b) = _assignments(years=2, members=1)
    a.years = frozenset({2001})
    b.years = frozenset({2001, 2000})
    assignments.add(a), assignments.add(b)
    assert (_taken(assignments, a), _taken(assignments, a, 1)) == ((2001, 0), None)
    assert _taken(assignments, b) == (2000, 0)
    assert not assignments.possible()


def test_a_year_that_nobody_has_is_given_to_anybody_so_that_its_failure_is_told():
    assignments, (a, _) = _assignments(years=1, members=1)
    a.years = frozenset({1950})
    assignments.add(a)
    assert _taken(assignments, a) == (2000, 0)


def test_a_worker_that_is_warm_from_an_earlier_run_goes_on_with_its_years():
    assignments, _ = _assignments(years=3, members=1, workers=0)
    warm, cold = Worker("a", "a", warm={1950: True, 2000: True}), Worker("b", "b")
    assignments.add(warm), assignments.add(cold)
    assert _taken(assignments, cold) == (2001, 0)
    assert _taken(assignments, warm) == (2000, 0)


def test_a_failed_task_is_tried_on_another_worker_first():
    assignments, (a, b) = _assignments(years=1, members=1)
    _taken(assignments, a)
    assert assignments.finish(a, 0, FAILURE).status == "outstanding"
    assert _taken(assignments, a) is None
    assert _taken(assignments, b) == (2000, 0)
    assignments.finish(b, 0, FAILURE)
    assert _taken(assignments, a) == (2000, 0)  # there is no other left
    outcome = assignments.finish(a, 0, FAILURE)
    assert (outcome.status, outcome.worker, outcome.attempts) == ("failure", "w0, w1", 3)
    assert assignments.schedule.get_progress() == "F\n"


def test_a_failed_task_comes_after_all_others():
    assignments, (a,) = _assignments(years=2, members=2, workers=1)
    _taken(assignments, a)
    assignments.finish(a, 0, FAILURE)
    order = []
    while (cell := _taken(assignments, a)) is not None:
        order.append(cell)
        assignments.finish(a, 0, COMPLETE)
    assert order == [(2000, 1), (2001, 0), (2001, 1), (2000, 0)]


def test_a_task_that_outlives_its_timeout_is_t_after_its_retries():
    assignments, (a,) = _assignments(1, 1, 1, retries=1)
    for _ in range(2):
        _taken(assignments, a)
        outcome = assignments.finish(a, 0, TIMEOUT)
    assert outcome.status == assignments.schedule.get_task(2000, 0).status == "timeout"


def test_a_task_that_was_not_begun_is_outstanding_as_before():
    assignments, (a,) = _assignments(1, 2, 1)
    _taken(assignments, a)
    assignments.give_back(a, 0)
    assert assignments.schedule.get_progress() == "--\n" and _taken(assignments, a) == (2000, 0)


def _killed(assignments, number, silent=False):
    """A new worker takes a task and is lost with it."""
    worker = Worker(f"new{number}", f"n{number}", silent=silent)
    assignments.add(worker)
    assignments.take(worker, 0)
    worker.lost = "connection closed"
    assignments.remove(worker)
    return assignments.lose(worker, 0)


@pytest.mark.parametrize(("retries", "silent", "forgiven"), [(2, False, 2), (0, False, 1), (2, True, 3), (0, True, 1)])
def test_a_task_whose_workers_are_lost_again_and_again_is_f_and_names_them(retries, silent, forgiven):
    assignments, _ = _assignments(1, 1, 0, retries)
    for number in range(forgiven):
        assert _killed(assignments, number, silent).status == "outstanding"
    outcome = _killed(assignments, forgiven, silent)
    assert outcome.status == "failure" and "its worker was lost each time (n0, n1" in outcome.error


def test_suspects_are_tried_one_at_a_time_so_that_only_the_guilty_one_fails():
    assignments, (a,) = _assignments(1, 4, 1, slots=4)
    for slot in range(4):
        _taken(assignments, a, slot)
    a.lost = "connection closed"
    assignments.remove(a)
    for slot in range(4):
        assignments.lose(a, slot)
    b = Worker("b", "b", slots=4)
    assignments.add(b)
    assert [_taken(assignments, b, slot) for slot in range(2)] == [(2000, 0), None]
    assignments.finish(b, 0, COMPLETE)
    assert _taken(assignments, b, 0) == (2000, 1)


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        ({"status": "fine"}, "replied with the status 'fine'"),
        ({"status": "complete", "year": 1999, "ensemble_member": 0}, "replied about 1999 member 0"),
    ],
)
def test_a_reply_that_makes_no_sense_is_a_failure(reply, error):
    assignments, (a,) = _assignments(1, 1, 1, retries=0)
    _taken(assignments, a)
    outcome = assignments.finish(a, 0, reply)
    assert outcome.status == "failure" and error in outcome.error


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["take", "complete", "failure", "timeout", "lose", "back"]),
        st.integers(0, 3),
        st.integers(0, 1),
    ),
    max_size=80,
)


@given(EVENTS, st.integers(0, 2))
def test_whatever_happens_no_task_is_run_twice_at_a_time_and_all_end(events, retries):
    assignments, workers = _assignments(2, 3, 4, retries)
    for event, number, slot in events:
        _apply(assignments, workers, event, number, slot)
        running = [task for worker in workers for task, _ in worker.running.values()]
        assert len(set(running)) == len(running) == assignments.schedule.counts()["working"]
    for number, worker in enumerate(workers):
        for slot in list(worker.running):
            _apply(assignments, workers, "complete", number, slot)
    while any(_taken(assignments, worker) for worker in workers):
        for number in range(len(workers)):
            _apply(assignments, workers, "complete", number, 0)
    assert assignments.schedule.counts()["working"] == assignments.schedule.counts()["outstanding"] == 0


def _apply(assignments, workers, event, number, slot):
    worker = workers[number]
    if event == "take":
        if slot not in worker.running:
            assignments.take(worker, slot)
    elif slot in worker.running:
        if event == "lose":
            assignments.lose(worker, slot)
        elif event == "back":
            assignments.give_back(worker, slot)
        else:
            assignments.finish(worker, slot, {"status": event})
