"""What follows from what is known of jobs: never more of them than there is work for, nor than hosts.yaml allows."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.pyro_cluster.manager.pilots import known
from stormtracks.pyro_cluster.manager.pilots.known import Known
from stormtracks.pyro_cluster.manager.workers.supply import Entry, Kept, Pilot
from stormtracks.pyro_cluster.manager.workers.worker import Worker


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


class Queue:
    """An entry's queue and what the manager knows of it; its looks take place in two halves, as others happen."""

    def __init__(self, name, jobs, slots, clock):
        self.known = Known(Entry(name, jobs, slots), clock)
        self.jobs, self.workers, self.gone, self.under_way = {}, {}, 0, None

    def count(self, *states):
        return sum(state in states for state in self.jobs.values())

    @property
    def to_come(self):
        """Jobs whose workers are still to come."""
        return self.count("pending", "running") - len(self.workers)

    def begin(self, left, others):
        self.under_way = self.known.begun(left, [other.known for other in others])
        self.gone = 0  # workers, while the look is under way: their slots were counted as there

    def end(self):
        entry = self.known.entry
        listed = {name: Pilot(state, by_queue=True) for name, state in self.jobs.items()}
        new = max(0, min(entry.jobs, math.ceil(self.under_way / entry.slots)) - self.count("pending", "running"))
        for _ in range(new):
            self.jobs[f"{entry.name}-{len(self.jobs)}"] = "pending"
        self.known.answered(Kept(listed, submitted=new), work=True)
        self.under_way = None
        return new

    def advance(self, how):
        """A job goes its way: it starts, its worker comes, or it ends."""
        names = [name for name, state in self.jobs.items() if state == {"start": "pending"}.get(how, "running")]
        for name in names[:1] if how != "come" else [name for name in names if name not in self.workers][:1]:
            if how == "start":
                self.jobs[name] = "running"
            elif how == "come":
                self.workers[name] = Worker(name, name, entry=self.known.entry.name)
                self.known.came(self.workers[name])
            else:
                self.jobs[name] = "ended"
                if name in self.workers:
                    self.gone += 1
                    self.known.gone(self.workers.pop(name))


QUEUES = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 4)), min_size=1, max_size=3)
STEPS = st.lists(
    st.tuples(st.sampled_from(["begin", "end", "start", "come", "over"]), st.integers(0, 2), st.integers(0, 12))
)


@given(QUEUES, STEPS)
def test_never_more_jobs_than_work_nor_than_jobs(sizes, steps):
    clock = Clock()
    queues = [Queue(f"q{number}", jobs, slots, clock) for number, (jobs, slots) in enumerate(sizes)]
    for what, which, left in steps:
        clock.now += 1
        one = queues[which % len(queues)]
        if what == "begin" and one.under_way is None:
            one.left = left
            one.begin(left, [other for other in queues if other is not one])
        elif what == "end" and one.under_way is not None:
            if one.end():
                assert one.to_come <= math.ceil(one.left / one.known.entry.slots) + one.gone
        elif what in ("start", "come", "over"):
            one.advance(what)
        assert one.count("pending", "running") <= one.known.entry.jobs


@given(QUEUES, st.integers(0, 40))
def test_all_entries_together_submit_for_what_there_is(sizes, left):
    clock = Clock()
    queues = [Queue(f"q{number}", jobs, slots, clock) for number, (jobs, slots) in enumerate(sizes)]
    for one in queues:  # all looks at the same time
        one.begin(left, [other for other in queues if other is not one])
    slots = [(one.end(), one.known.entry.slots) for one in queues]
    assert sum(number * each for number, each in slots if number) < left + max(each for _, each in slots)
    assert sum(number * each for number, each in slots) >= min(left, sum(jobs * each for jobs, each in sizes))


def kept(*states, **more):
    return Kept({f"tc-{number}": Pilot(state) for number, state in enumerate(states)}, **more)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def tc(clock):
    return Known(Entry("tc", 4, 2), clock)


def test_before_the_first_answer_workers_are_expected_for_a_while(tc, clock):
    assert tc.expected()
    clock.now = known.ANSWER_SECONDS
    assert not tc.expected()


def test_a_queue_that_fails_at_once_promises_nothing(tc):
    tc.failed("login does not answer in time")
    assert not tc.expected()
    assert tc.hindrance == "login does not answer in time"


def test_pending_and_starting_jobs_are_expected_and_those_that_have_come_are_not(tc):
    tc.answered(kept("pending", "running", "running", "ended"), work=True)
    assert (tc.pending(), tc.starting(), tc.expected(), tc.promised()) == (1, 2, True, 6)
    tc.came(Worker("id", "tc-1", entry="tc"))
    assert (tc.pending(), tc.starting()) == (1, 1)
    tc.came(Worker("id", "tc-0", entry="tc"))  # its job has begun since the queue was asked
    assert (tc.pending(), tc.starting()) == (0, 1)


def test_jobs_that_were_submitted_are_not_waited_for_once_their_workers_come(tc):
    tc.answered(kept("running", submitted=2), work=True)
    tc.came(Worker("id", "tc-8", entry="tc"))
    assert (tc.pending(), tc.starting()) == (1, 1)


def test_slots_of_a_worker_that_stops_are_not_there(tc):
    for name in ("tc-1", "tc-2"):
        tc.came(Worker(name, name, entry="tc", stopping=name == "tc-2"))
    assert tc.begun(3, []) == 3 + 2


def test_a_job_whose_worker_does_not_come_is_waited_for_for_a_while(tc, clock):
    tc.answered(kept("running"), work=True)
    clock.now = known.STARTING_SECONDS - 1
    tc.answered(kept("running"), work=True)
    assert tc.expected()
    clock.now += 1
    assert not tc.expected()


def test_a_worker_that_is_slow_to_come_is_told_from_one_that_starts(tc, clock):
    tc.answered(kept("running", "running"), work=True)
    assert tc.waits() == "2 jobs of tc: starting"
    clock.now = known.SLOW_SECONDS
    tc.came(Worker("id", "tc-1", entry="tc"))
    assert tc.waits() == "1 job of tc: running, but not registered yet: see fab logs --only tc"


def test_a_worker_that_was_lost_is_expected_only_where_the_queue_begins_its_job_anew(tc):
    worker = Worker("id", "tc-0", entry="tc")
    tc.answered(kept("running"), work=True)
    tc.came(worker)
    tc.gone(worker)
    tc.answered(kept("running"), work=True)
    assert not tc.expected()
    tc.answered(kept("pending"), work=True)
    tc.answered(kept("running"), work=True)
    assert tc.starting() == 1


def test_what_happened_since_the_queue_was_asked_is_waited_for_until_it_is_again(tc, clock):
    tc.answered(kept("running"), work=True)
    clock.now = 700.0
    assert not tc.expected()
    tc.happened()
    assert tc.expected() and tc.waits() == ""
    tc.answered(kept("running"), work=True)  # of a look that began before
    assert tc.expected()
    clock.now += 1
    tc.begun(1, [])
    tc.answered(kept("ended"), work=True)
    assert not tc.expected()
    tc.happened()
    clock.now += known.ANSWER_SECONDS
    assert not tc.expected()


def test_silence_counts_as_what_was_known_for_an_hour(tc, clock):
    tc.answered(kept("pending", "pending", waits="pending (Priority)"), work=True)
    tc.failed("login does not answer in time")
    clock.now = 1800.0
    assert tc.waits() == "2 jobs of tc: pending (Priority) (known 30 min ago)"
    clock.now = known.SILENT_SECONDS
    assert not tc.expected() and tc.promised() == 0


def test_a_look_that_never_comes_back_is_silence_too(tc, clock):
    tc.answered(kept("pending"), work=True)
    tc.begun(1, [])
    clock.now = known.SILENT_SECONDS - 1
    assert tc.expected()
    clock.now += 1
    assert not tc.expected()


def test_what_was_submitted_is_pending_before_it_is_listed(tc):
    tc.answered(kept(submitted=2), work=True)
    assert (tc.waits(), tc.left(), tc.promised()) == ("2 jobs of tc: pending", 2, 4)


def test_jobs_that_were_stopped_are_not_expected(tc):
    tc.answered(kept("pending", wanted=False), work=True)
    assert not tc.expected()


def test_jobs_that_the_queue_ended_or_that_had_no_work_are_not_fruitless(tc):
    tc.answered(kept("running", "running", "running"), work=True)
    tc.answered(Kept({f"tc-{number}": Pilot("ended", by_queue=True) for number in range(3)}), work=True)
    assert tc.stopped == ""
    tc.answered(kept(*["ended"] * 3, *["running"] * 3), work=True)
    tc.answered(kept(*["ended"] * 6), work=False)
    assert tc.stopped == ""


def test_a_job_that_worked_makes_up_for_those_that_did_not(tc):
    worker = Worker("id", "tc-2", entry="tc", used=True)
    tc.came(worker)
    tc.answered(kept("running", "running", "running"), work=True)
    tc.answered(kept("ended", "ended", "ended"), work=True)
    tc.answered(kept("ended", "ended", "ended", "ended", "ended"), work=True)
    assert tc.stopped == ""
    tc.answered(kept(*["ended"] * 6), work=True)
    assert tc.stopped.startswith("3 jobs in a row ended by themselves")
    assert tc.begun(10, []) == 2  # the slots that are there


def test_jobs_that_cannot_start_are_not_waited_for_all_weekend():
    clock = Clock()
    one = Known(Entry("tc", 3, 1), clock)
    stuck = {"tc-1_1": Pilot("pending", stuck=True), "tc-1_2": Pilot("pending", stuck=True)}
    for clock.now in (0.0, known.STUCK_SECONDS - 1):
        one.begun(9, [])
        one.answered(Kept(stuck, waits="pending (BadConstraints)"), work=True)
        assert (one.pending(), one.expected()) == (2, True)
    assert one.waits() == "2 jobs of tc: pending (BadConstraints), which does not pass by itself"
    clock.now += 1
    assert (one.pending(), one.expected(), one.left()) == (0, False, 2)
    assert one.hindrance.startswith("2 job(s) cannot start: pending (BadConstraints). See to that reason, or ")
    one.begun(9, [])
    one.answered(Kept({**stuck, "tc-1_1": Pilot("pending")}), work=True)  # somebody has released it
    assert (one.pending(), one.expected()) == (1, True)
