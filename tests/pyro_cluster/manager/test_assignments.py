"""Who gets which task, and what becomes of tasks that fail or lose their workers."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

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


def test_a_worker_that_has_nothing_left_helps_where_most_is_left():
    assignments, (a, b) = _assignments(years=2, members=4)
    _taken(assignments, b, 0)  # 2000
    for slot in range(5):
        _taken(assignments, a, slot)  # all of 2001, then the first of what is left of 2000
    assert [task.year for task, _ in a.running.values()] == [2001] * 4 + [2000]


def test_a_year_is_left_to_workers_that_have_its_data():
    assignments, (a, b) = _assignments(years=2, members=1)
    a.years = frozenset({2001})
    b.years = frozenset({2001, 2000})
    assignments.add(a)
    assignments.add(b)
    assert (_taken(assignments, a), _taken(assignments, a, 1)) == ((2001, 0), None)
    assert _taken(assignments, b) == (2000, 0)
    assert not assignments.possible()


def test_a_year_that_no_worker_has_is_given_to_any_so_that_its_failure_shows():
    assignments, (a, _) = _assignments(years=1, members=1)
    a.years = frozenset({1950})
    assignments.add(a)
    assert _taken(assignments, a) == (2000, 0)


def test_a_worker_that_is_warm_from_an_earlier_run_resumes_its_years():
    assignments, _ = _assignments(years=3, members=1, workers=0)
    warm, cold = Worker("a", "a", warm={1950: True, 2000: True}), Worker("b", "b")
    assignments.add(warm)
    assignments.add(cold)
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
        ({"status": "fine"}, "replied with the unknown status 'fine'"),
        ({"status": "complete", "year": 1999, "ensemble_member": 0}, "replied about another task, 1999 member 0"),
    ],
)
def test_a_reply_that_makes_no_sense_is_a_failure(reply, error):
    assignments, (a,) = _assignments(1, 1, 1, retries=0)
    _taken(assignments, a)
    outcome = assignments.finish(a, 0, reply)
    assert outcome.status == "failure" and error in outcome.error


class Books(RuleBasedStateMachine):
    """Workers come and go, tasks are taken, finished, lost and given back in any order; the books are checked after
    each step, and at the end every task can still be brought to an end."""

    def __init__(self):
        super().__init__()
        self.assignments, _ = _assignments(years=3, members=3, workers=0, retries=1)
        self.busy = []  # (worker, slot), also of workers that have gone
        self.number = 0

    @rule(
        slots=st.integers(1, 3),
        years=st.none() | st.frozensets(st.integers(1999, 2003)),
        warm=st.lists(st.integers(1999, 2003), unique=True),
    )
    def comes(self, slots, years, warm):
        self.number += 1
        warm = dict.fromkeys(warm, True)
        self.assignments.add(Worker(f"id{self.number}", f"w{self.number % 4}", slots=slots, years=years, warm=warm))

    @rule(data=st.data(), silent=st.booleans())
    def goes(self, data, silent):
        for worker in self._one_of(data, self.assignments.workers.values()):
            worker.lost, worker.silent = "connection closed", silent
            self.assignments.remove(worker)

    @rule(data=st.data(), slot=st.integers(0, 2))
    def is_given_a_task(self, data, slot):
        for worker in self._one_of(data, self.assignments.workers.values()):
            if slot < worker.slots and slot not in worker.running and self.assignments.take(worker, slot):
                self.busy.append((worker, slot))

    @rule(data=st.data(), status=st.sampled_from(["complete", "failure", "timeout", "nonsense"]))
    def replies(self, data, status):
        for worker, slot in self._one_of(data, self.busy):
            self.busy.remove((worker, slot))
            task, _ = worker.running[slot]
            outcome = self.assignments.finish(worker, slot, {"status": status})
            assert outcome.status == task.status and (outcome.status == "complete") == (status == "complete")

    @rule(data=st.data())
    def is_lost_with_its_task(self, data):
        for worker, slot in self._one_of(data, self.busy):
            self.busy.remove((worker, slot))
            assert self.assignments.lose(worker, slot).status in ("outstanding", "failure")

    @rule(data=st.data())
    def did_not_begin(self, data):
        for worker, slot in self._one_of(data, self.busy):
            self.busy.remove((worker, slot))
            self.assignments.give_back(worker, slot)

    def _one_of(self, data, things):
        """One of some things in a list, or nothing where there is none."""
        return [data.draw(st.sampled_from(list(things)))] if things else []

    @invariant()
    def the_books_agree(self):
        self.assignments.check()

    def teardown(self):
        for worker, slot in self.busy:
            self.assignments.give_back(worker, slot)
        last = Worker("last", "last")
        self.assignments.add(last)
        while self.assignments.take(last, 0):
            self.assignments.finish(last, 0, COMPLETE)
            self.assignments.check()
        counts = self.assignments.schedule.counts()
        assert counts["working"] == counts["outstanding"] == 0


TestBooks = Books.TestCase
TestBooks.settings = settings(max_examples=60, stateful_step_count=80)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda made, worker: worker.running.clear(),
            r"tasks in slots: \[\], tasks marked as working: \[\(2000, 0\)\]",
        ),
        (lambda made, worker: worker.running.update({7: worker.running[0]}), "tasks in several slots"),
        (lambda made, worker: setattr(worker.running[0][0], "status", "complete"), "tasks marked as working: "),
        (
            lambda made, worker: made._leaving.add(Worker("x", "gone")),
            r"have no task, but are still listed: \['gone'\]",
        ),
        (lambda made, worker: made.schedule.defer(made.schedule.get_task(2000, 1)), "deferred without an attempt"),
        (lambda made, worker: worker.warm.update({2001: True}), "warm workers of each year: counted"),
        (lambda made, worker: made._warm.update({1999: -1}), "counted below 0"),
    ],
)
def test_books_that_disagree_are_found(spoil, message):
    assignments, (worker,) = _assignments(2, 2, 1)
    _taken(assignments, worker)
    assignments.check()
    spoil(assignments, worker)
    with pytest.raises(AssertionError, match=message):
        assignments.check()
