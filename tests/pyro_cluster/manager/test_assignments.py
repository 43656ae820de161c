"""Who gets which task, and what becomes of tasks that fail or lose their workers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from stormtracks.pyro_cluster.manager.dispatch.assignments import Assignments
from stormtracks.pyro_cluster.manager.workers.worker import Worker
from stormtracks.pyro_cluster.pyro_task import PyroTaskSchedule


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


CLOCK = Clock()


@pytest.fixture(autouse=True)
def _later():
    """Between two tests more time passes than anything rests."""
    CLOCK.now += 1000.0


def _assignments(years=3, members=4, workers=2, retries=2, clock=CLOCK, **of_worker):
    made = Assignments(PyroTaskSchedule(2000, 1999 + years, members), retries, clock, lambda: 0.5)
    for number in range(workers):
        made.add(Worker(f"id{number}", f"w{number}", **of_worker))
    return made, list(made.workers.values())


def _taken(assignments, worker, slot=0, after=0.0):
    """The cell that a slot is given after so many seconds."""
    CLOCK.now += after
    task = assignments.take(worker, slot)
    return task and (task.year, task.ensemble_member)


def _fails(assignments, worker, slot=0, after=0.0, **reply):
    """A slot is given a task, and that fails: what becomes of it."""
    assert _taken(assignments, worker, slot, after)
    return assignments.finish(worker, slot, {"status": "failure", "error": "no space", **reply})


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
    assignments, (a, b) = _assignments(years=1, members=1)
    assignments.learn(a, [1950])
    assert _taken(assignments, a) is None  # the other may have it
    assignments.learn(b, [1951])
    assert _taken(assignments, a) == (2000, 0)


def test_what_a_worker_learns_of_its_data_counts_from_then_on():
    assignments, (a, b) = _assignments(years=3, members=2)
    assert [_taken(assignments, a), _taken(assignments, b)] == [(2000, 0), (2001, 0)]
    assignments.learn(a, [2001, 2002])
    assignments.learn(b, [2000, 2001])
    assert _taken(assignments, a, 1) == (2002, 0)  # and no more of 2000, which it has begun
    assert [_taken(assignments, b, slot) for slot in (1, 2)] == [(2001, 1), (2000, 1)]
    assignments.learn(b, [2000, 2001, 2002])  # a download goes on
    assert _taken(assignments, b, 3) == (2002, 1)
    assignments.check()


def test_a_worker_that_comes_first_begins_with_its_own_years():
    assignments, (a,) = _assignments(years=4, members=1, workers=1)
    assignments.learn(a, [2002, 2003])
    assert [_taken(assignments, a, slot) for slot in range(3)] == [(2002, 0), (2003, 0), (2000, 0)]


def test_of_its_own_years_a_worker_takes_first_what_fewest_others_have():
    assignments, (a, b) = _assignments(years=4, members=1)
    assignments.learn(a, [2000, 2001, 2002, 2003])
    assignments.learn(b, [2000, 2001])
    assert [_taken(assignments, a), _taken(assignments, b)] == [(2002, 0), (2000, 0)]
    assert [_taken(assignments, a, 1), _taken(assignments, b, 1)] == [(2003, 0), (2001, 0)]


def test_a_year_that_is_not_there_is_tried_elsewhere_and_costs_the_task_and_the_worker_nothing():
    assignments, (a, b) = _assignments(years=1, members=9, retries=0)
    assert _fails(assignments, a, lacks_data=True).status == "outstanding"
    assert _taken(assignments, a) is None  # nor is it asked for another member of that year
    assert not a.breaker.rest
    for slot in range(9):
        assert _taken(assignments, b, slot)
        assert assignments.finish(b, slot, COMPLETE).status == "complete"
    assignments.check()


def test_a_year_that_nobody_turns_out_to_have_fails_once_all_have_said_so():
    assignments, (a, b) = _assignments(years=1, members=1, retries=0)
    assert _fails(assignments, a, lacks_data=True).status == "outstanding"
    assert _fails(assignments, b, lacks_data=True).status == "failure"
    assert not assignments.schedule.outstanding()


def test_who_said_to_have_a_year_and_has_not_is_believed_the_second_time():
    assignments, (a, b) = _assignments(years=1, members=1, retries=0)
    assignments.learn(a, [2000])
    assignments.learn(b, [2001])
    assert _taken(assignments, b) is None
    assert _fails(assignments, a, lacks_data=True).status == "outstanding"
    assert _fails(assignments, b, lacks_data=True).status == "failure"


def test_what_a_job_of_a_queue_had_is_gone_with_it_and_what_a_host_has_is_waited_for():
    for entry, taken in (("", None), ("jobs", (2000, 0))):
        assignments, (a, b) = _assignments(years=1, members=1, entry=entry)
        assignments.learn(a, [2000])
        assignments.learn(b, [1950])
        assert _taken(assignments, b) is None
        assignments.remove(a)
        assert _taken(assignments, b) == taken
        assignments.check()


def test_a_task_that_reads_no_data_goes_to_any_worker():
    assignments, (a, b) = _assignments(years=1, members=2)
    assignments.learn(b, [2000])
    assignments.learn(a, [1950], readers=["field_collection"])
    assert _taken(assignments, a) == (2000, 0)
    assignments.learn(a, [1950], readers=["vort_track"])
    assert _taken(assignments, a, 1) is None


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
    assert _taken(assignments, a, after=60) is None
    assert _taken(assignments, b) == (2000, 0)
    assignments.finish(b, 0, FAILURE)
    assert _taken(assignments, a, after=60) == (2000, 0)  # there is no other left
    outcome = assignments.finish(a, 0, FAILURE)
    assert (outcome.status, outcome.worker, outcome.attempts) == ("failure", "w0, w1", 3)
    assert assignments.schedule.get_progress() == "F\n"


def test_a_failed_task_comes_after_all_others():
    assignments, (a,) = _assignments(years=2, members=2, workers=1)
    _taken(assignments, a)
    assignments.finish(a, 0, FAILURE)
    CLOCK.now += 1.0
    order = []
    while (cell := _taken(assignments, a)) is not None:
        order.append(cell)
        assignments.finish(a, 0, COMPLETE)
    assert order == [(2000, 1), (2001, 0), (2001, 1), (2000, 0)]


def test_a_task_that_outlives_its_timeout_is_t_after_its_retries():
    assignments, (a,) = _assignments(1, 1, 1, retries=1)
    for _ in range(2):
        _taken(assignments, a, after=60)
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


def test_a_task_that_failed_rests_and_longer_each_time():
    assignments, (a,) = _assignments(1, 1, 1, retries=3)
    for rest in (1.0, 4.0, 16.0):
        assert _fails(assignments, a).status == "outstanding"
        assert assignments.new_dues() == [CLOCK.now + rest] and assignments.new_dues() == []
        assert _taken(assignments, a, after=rest - 0.01) is None and assignments.possible()
        CLOCK.now += 0.02
    assert _fails(assignments, a).status == "failure"


def test_what_rests_keeps_the_run_from_stalling():
    assignments, (a,) = _assignments(1, 3, 1)
    for _ in range(3):
        _fails(assignments, a)
    assert a.breaker.rest and _taken(assignments, a) is None and assignments.possible()


def test_a_failure_that_is_final_is_not_repeated_and_tells_nothing_about_the_worker():
    assignments, (a,) = _assignments(1, 10, 1)
    for _ in range(9):
        outcome = _fails(assignments, a, final=True)
        assert (outcome.status, outcome.attempts) == ("failure", 1)
    assert not a.breaker.rest and _taken(assignments, a) == (2000, 9)


def test_a_worker_on_which_three_tasks_fail_in_a_row_rests_then_is_tried_with_one_task_of_another_year():
    assignments, (a,) = _assignments(2, 4, 1, slots=2)
    cells = [_taken(assignments, a, 0), _taken(assignments, a, 1)]
    assignments.finish(a, 0, FAILURE), assignments.finish(a, 1, FAILURE)
    _fails(assignments, a)
    assert a.breaker.news() == "rests 2 s: its last three tasks failed: no space" and a.breaker.news() is None
    assert assignments.failing() is a and cells == [(2000, 0), (2000, 1)]
    assert assignments.new_dues()[-1] == CLOCK.now + 2.0
    assert _taken(assignments, a, after=1.9) is None
    assert _taken(assignments, a, 0, after=0.2) == (2001, 0) and _taken(assignments, a, 1) is None
    assert assignments.finish(a, 0, COMPLETE).status == "complete"
    assert a.breaker.news() == "works again" and not assignments.failing() and _taken(assignments, a) == (2001, 1)


def test_failures_while_a_worker_rests_cost_no_attempt_and_let_it_rest_longer():
    assignments, (a,) = _assignments(1, 3, 1, retries=1)
    for _ in range(3):
        _fails(assignments, a)
    for rest in (2, 4, 8, 16, 32, 60, 60):
        assert a.breaker.rest == rest
        assert _fails(assignments, a, after=rest + 0.01).status == "outstanding"
    CLOCK.now += 61
    _taken(assignments, a)
    assignments.finish(a, 0, COMPLETE)
    assert {_fails(assignments, a, after=60).status for _ in range(2)} == {"failure"}  # the second of two attempts


def test_repeated_tasks_that_fail_again_do_not_blame_the_worker():
    assignments, (a, b) = _assignments(1, 6, 2, retries=1)
    for number in range(6):
        _fails(assignments, a if number % 2 else b)
        a.breaker.completed(), b.breaker.completed()  # as if others had gone well in between
    statuses = {_fails(assignments, a if number % 2 else b, after=60).status for number in range(6)}
    assert statuses == {"failure"} and not a.breaker.rest and not b.breaker.rest


def test_a_task_is_not_kept_for_a_worker_that_rests_or_stops():
    assignments, (a, b, c) = _assignments(1, 5, 3)
    for _ in range(3):
        _fails(assignments, b)
    c.stopping = True
    for _ in range(2):
        _fails(assignments, a)
    assert _taken(assignments, c) is None and _taken(assignments, a, after=60)


def test_a_worker_that_is_stopping_is_given_nothing_and_is_no_hope():
    assignments, (a,) = _assignments(1, 2, 1)
    a.stopping = True
    assert _taken(assignments, a) is None and not assignments.possible()


def test_deaths_are_forgotten_once_a_task_survives():
    assignments, _ = _assignments(1, 1, 0, retries=1)
    for number in range(4):
        assert _killed(assignments, 10 * number).status == "outstanding"
        survivor = Worker(f"s{number}", f"s{number}")
        assignments.add(survivor)
        _taken(assignments, survivor, after=60)
        survivor.breaker.rest = 0.0
        assignments._troubles[2000, 0].failed = 0  # its failures are another matter
        assert assignments.finish(survivor, 0, FAILURE).status == "outstanding"
        assignments.remove(survivor)
        CLOCK.now += 60


def _say_final(assignments, worker, slot=0):
    return _fails(assignments, worker, slot, final=True, error="InputError: u.nc is damaged").status


def test_a_failure_that_is_final_is_believed_of_a_worker_that_works_and_of_one_that_is_alone():
    assignments, (a, _) = _assignments()
    _taken(assignments, a)
    assignments.finish(a, 0, COMPLETE)
    assert _say_final(assignments, a) == "failure"
    alone, (only,) = _assignments(workers=1)
    assert {_say_final(alone, only) for _ in range(12)} == {"failure"} and not only.breaker.rest


def test_a_failure_that_is_final_is_looked_at_elsewhere_where_the_workers_data_may_be_damaged():
    """And it then rests, as another one works."""
    assignments, (bad, good) = _assignments(1, 10)
    assert _say_final(assignments, bad) == "outstanding"
    _taken(assignments, good)
    assignments.finish(good, 0, COMPLETE)
    assert [_say_final(assignments, bad) for _ in range(3)] == ["outstanding"] * 3 and bad.breaker.rest
    while _taken(assignments, good):
        assignments.finish(good, 0, COMPLETE)
    assert assignments.schedule.counts()["complete"] == 10


@pytest.mark.parametrize("first_final", [True, False])
def test_where_one_worker_lacks_what_a_task_needs_and_it_cannot_work_on_the_other_it_is_a_failure(first_final):
    assignments, workers = _assignments(years=1, members=1)
    final = {"final": True, "error": "ResultError: of other settings"}
    replies = [final, {"needs": "vort_track"}] if first_final else [{"needs": "vort_track"}, final]
    for worker, reply in zip(workers, replies, strict=True):
        _fails(assignments, worker, after=100.0, **reply)
    for worker in workers * 2:
        if _taken(assignments, worker, after=100.0):
            assignments.finish(worker, 0, {"status": "failure", **replies[workers.index(worker)]})
    assignments.check()
    assert not assignments.schedule.unfinished(), "each worker waits for the other to try it"
    assert assignments.schedule.get_task(2000, 0).status == "failure"


def test_of_one_worker_that_lacks_and_one_on_which_it_cannot_work_the_reason_of_the_latter_is_kept():
    assignments, (lacks, other) = _assignments(years=1, members=1)
    assert _fails(assignments, lacks, needs="vort_track").status == "outstanding"
    outcome = _fails(assignments, other, final=True, error="ResultError: of other settings")
    assert (outcome.status, outcome.error) == ("failure", "ResultError: of other settings")


_ALWAYS = {"lacks": {"needs": "vort_track"}, "final": {"final": True}, "fails": {}, "works": {"status": "complete"}}


@settings(max_examples=80)
@given(st.lists(st.sampled_from(list(_ALWAYS)), min_size=1, max_size=4))
def test_whatever_each_worker_always_replies_the_run_ends(replies):
    """Nobody waits for ever for another one to try it."""
    assignments, workers = _assignments(years=1, members=2, workers=len(replies))
    for _ in range(20):
        for worker, reply in zip(workers, replies, strict=True):
            if _taken(assignments, worker, after=100.0):
                assignments.finish(worker, 0, {"status": "failure", "error": "so it is", **_ALWAYS[reply]})
                assignments.check()
    assert not assignments.schedule.unfinished()
    assert replies.count("works") < len(replies) or assignments.schedule.counts()["complete"] == 2


def test_what_two_workers_say_is_final_is_a_failure_and_nobodys_fault():
    assignments, workers = _assignments(1, 10)
    for turn in range(40):
        worker = workers[turn % 2]
        if _taken(assignments, worker):
            assignments.finish(worker, 0, {"status": "failure", "error": "InputError: u.nc", "final": True})
    assert assignments.schedule.counts()["failure"] == 10 and not any(worker.breaker.rest for worker in workers)


class Books(RuleBasedStateMachine):
    """Workers come and go, tasks are taken, finished, lost and given back in any order, time passes or does not; the
    books are checked after each step, and at the end every task can still be brought to an end."""

    def __init__(self):
        super().__init__()
        self.clock = Clock()
        self.assignments, _ = _assignments(years=3, members=3, workers=0, retries=1, clock=self.clock)
        self.busy = []  # (worker, slot), also of workers that have gone
        self.number = 0
        self.dues = []
        self.said = set()  # cells that a worker which is not believed said would fail everywhere
        self.counted = {}  # cell -> [when each failure that counts as an attempt was]

    @rule(seconds=st.sampled_from([0.1, 1.0, 3.0, 70.0]))
    def time_passes(self, seconds):
        self.clock.now += seconds

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
            breaker = worker.breaker
            resting = breaker.rest and (breaker.until > self.clock.now or breaker.trial is not None)
            if slot < worker.slots and slot not in worker.running and (task := self.assignments.take(worker, slot)):
                self.busy.append((worker, slot))
                assert not resting and not worker.stopping
                failures = self.counted.get((task.year, task.ensemble_member), [])
                rested = self.clock.now - failures[-1] if failures else 0.0
                assert rested >= (0.0, 1.0, 4.0)[len(failures)], "a task is repeated before it has rested"

    @rule(data=st.data())
    def is_stopping(self, data):
        for worker in self._one_of(data, self.assignments.workers.values()):
            worker.stopping = True

    @rule(data=st.data(), status=st.sampled_from(["complete", "failure", "timeout", "nonsense"]), final=st.booleans())
    def replies(self, data, status, final):
        for worker, slot in self._one_of(data, self.busy):
            self.busy.remove((worker, slot))
            task, _ = worker.running[slot]
            cell, rested = (task.year, task.ensemble_member), bool(worker.breaker.rest)
            believed = worker.trusted or len(self.assignments.workers) < 2 or cell in self.said
            outcome = self.assignments.finish(worker, slot, {"status": status, "final": final})
            assert outcome.status == task.status and (outcome.status == "complete") == (status == "complete")
            at_once = final and status == "failure"
            if at_once and outcome.status == "outstanding":
                assert not believed, "a failure that is final is believed of one that works, or of two"
                self.said.add(cell)
                return
            if status != "complete" and not at_once and not rested:
                self.counted.setdefault(cell, []).append(self.clock.now)
            failed = at_once or len(self.counted.get(cell, ())) > 1  # one retry
            assert status == "complete" or (outcome.status == "outstanding") != failed
            assert not worker.breaker.rest or status != "complete"

    @rule(data=st.data(), years=st.none() | st.frozensets(st.integers(1999, 2003)))
    def learns(self, data, years):
        for worker in self._one_of(data, self.assignments.workers.values()):
            self.assignments.learn(worker, years)

    @rule(data=st.data())
    def lacks_the_data(self, data):
        for worker, slot in self._one_of(data, self.busy):
            self.busy.remove((worker, slot))
            task, _ = worker.running[slot]
            cell = (task.year, task.ensemble_member)
            trouble = self.assignments._troubles.get(cell)
            known = {worker.name, *(trouble.of_no_use if trouble else ())}
            others = [other for other in self.assignments.workers.values() if other.name not in known]
            outcome = self.assignments.finish(worker, slot, {"status": "failure", "lacks_data": True})
            assert outcome.status == "outstanding" or not any(
                other.years is None and not other.stopping and cell[0] not in other.without for other in others
            ), "it has failed, though another worker may have the data"
            if (trouble := self.assignments._troubles.get(cell)) and trouble.failed > len(self.counted.get(cell, ())):
                self.counted.setdefault(cell, []).append(self.clock.now)

    @rule(data=st.data())
    def is_lost_with_its_task(self, data):
        for worker, slot in self._one_of(data, self.busy):
            self.busy.remove((worker, slot))
            worker.lost = worker.lost or "connection closed"
            self.assignments.remove(worker)
            assert self.assignments.lose(worker, slot).status in ("outstanding", "failure")

    @rule(data=st.data())
    def did_not_begin(self, data):
        for worker, slot in self._one_of(data, self.busy):
            self.busy.remove((worker, slot))
            self.assignments.give_back(worker, slot)

    def _waits(self, worker):
        """Let the time pass until the next thing is due; whether there is one."""
        self.dues += self.assignments.new_dues()
        later = [due for due in self.dues if due > self.clock.now]
        self.clock.now = min(later, default=self.clock.now)
        return bool(later)

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
        while self.assignments.take(last, 0) or self._waits(last):
            if last.running:
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
