"""Which worker gets which step of a chain, where results lie on disks that few workers share."""

from collections import Counter

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from stormtracks.pyro_cluster.journal.chain import ChainSchedule
from stormtracks.pyro_cluster.manager.dispatch.chain_assignments import MOST_RETURNS, ChainAssignments
from stormtracks.pyro_cluster.manager.workers.worker import Worker
from stormtracks.pyro_cluster.pyro_task import TASKS

STEPS = tuple(TASKS)
FIRST, SECOND, THIRD = STEPS
PATIENCE = 60.0


class Case:
    """Assignments of a chain, workers whose results lie in folders that some share, and a clock."""

    def __init__(self, years=2, members=2, retries=2):
        self.now = 1000.0
        self.schedule = ChainSchedule(2000, 1999 + years, members, STEPS)
        self.assignments = ChainAssignments(self.schedule, retries, lambda: self.now, lambda: 0.5, PATIENCE)
        self.disks, self.done = {}, Counter()  # a worker's name -> what its folder holds; how often each task was done

    def come(self, name, disk=None, host=None, folder=None):
        """A worker; `disk`: what its folder holds, `folder`: the path of it."""
        worker = Worker(f"{name}{len(self.disks)}", name, host or name, folder=folder or f"/{name}")
        self.disks.setdefault(name, set() if disk is None else disk)
        self.assignments.add(worker)
        return worker

    def leave(self, worker):
        self.assignments.remove(worker)
        worker.lost = "connection closed"
        for slot in list(worker.running):
            self.assignments.lose(worker, slot)

    def take(self, worker, slot=0):
        task = self.assignments.take(worker, slot)
        return task and (task.year, task.ensemble_member, task.task)

    def end(self, worker, slot=0, **reply):
        """A slot's task ends as its worker can end it: complete, or for want of what the step before has left."""
        task, _ = worker.running[slot]
        cell, disk = (task.year, task.ensemble_member), self.disks[worker.name]
        before = STEPS[: STEPS.index(task.task)][-1:]
        if before and (*cell, *before) not in disk:
            reply = {"status": "failure", "error": f"no result of {before[0]}", "needs": before[0]}
        elif not reply:
            reply = {"status": "complete"}
            disk.add((*cell, task.task))
            self.done[*cell, task.task] += 1
        return self.assignments.finish(worker, slot, reply)

    def does(self, worker):
        """A worker takes and ends one task after the other until there is none for it; which."""
        did = []
        while task := self.take(worker):
            did.append(task)
            self.end(worker)
        return did


def _of(did, year=2000):
    return [(member, task) for of_year, member, task in did if of_year == year]


def test_all_members_of_a_year_come_to_a_step_before_any_comes_to_the_next():
    case = Case()
    did = case.does(case.come("a"))
    assert did == [(year, member, task) for year in (2000, 2001) for task in STEPS for member in (0, 1)]
    assert case.schedule.get_progress() == "++\n++\n"


def test_a_slot_takes_another_year_rather_than_a_step_that_the_whole_year_has_not_come_to_but_is_not_idle():
    case = Case()
    a = case.come("a")
    assert [case.take(a, slot) for slot in range(2)] == [(2000, 0, FIRST), (2000, 1, FIRST)]
    case.end(a, 0)
    assert [case.take(a, slot) for slot in (0, 2)] == [(2001, 0, FIRST), (2001, 1, FIRST)]
    assert case.take(a, 3) == (2000, 0, SECOND)  # there is nothing else


def test_a_step_goes_to_the_worker_that_has_what_it_needs():
    case = Case(years=1)
    a, b = case.come("a"), case.come("b")
    assert (case.take(a), case.take(b)) == ((2000, 0, FIRST), (2000, 1, FIRST))
    case.end(a), case.end(b)
    assert (_of(case.does(a)), _of(case.does(b))) == ([(0, SECOND), (0, THIRD)], [(1, SECOND), (1, THIRD)])


def test_workers_of_a_host_with_the_same_folder_do_each_others_steps():
    case, disk = Case(years=1), set()
    a, b = (case.come(name, disk, "host", "/results") for name in "ab")
    case.take(a), case.take(a, 1)
    case.end(a), case.end(a, 1)
    assert _of(case.does(b)) == [(0, SECOND), (1, SECOND), (0, THIRD), (1, THIRD)]


@pytest.mark.parametrize("shared", [True, False])
def test_a_folder_of_the_same_path_on_another_host_is_tried_once(shared):
    case, disk = Case(years=1), set()
    a, b = case.come("a", disk, folder="/results"), case.come("b", disk if shared else set(), folder="/results")
    case.take(a), case.take(a, 1)
    case.end(a), case.end(a, 1)
    tried = [(0, SECOND), (1, SECOND), (0, THIRD), (1, THIRD)] if shared else [(0, SECOND)]
    assert _of(case.does(b)) == tried
    assert len(case.does(a)) == (0 if shared else 4) and max(case.done.values()) == 1


def test_what_a_worker_has_that_is_away_is_waited_for_and_then_done_again():
    case = Case(years=1, members=1)
    a, b = case.come("a"), case.come("b")
    case.take(a), case.end(a)
    case.leave(a)
    assert case.take(b) is None and case.assignments.new_dues() == [case.now + PATIENCE]
    case.now += PATIENCE
    assert case.take(b) == (2000, 0, SECOND)
    outcome = case.end(b)
    assert (outcome.status, outcome.again, outcome.task) == ("outstanding", (FIRST,), SECOND)
    assert _of(case.does(b)) == [(0, FIRST), (0, SECOND), (0, THIRD)]
    assert case.done == {(2000, 0, FIRST): 2, (2000, 0, SECOND): 1, (2000, 0, THIRD): 1}


def test_what_a_worker_has_on_which_everything_fails_is_waited_for_and_then_done_again():
    case = Case(years=1, members=4)
    full, other = case.come("full"), case.come("other")
    for _ in range(4):
        assert case.take(full)[2] == FIRST
        case.end(full)
    began = case.now
    while case.schedule.unfinished() and case.now < began + 20 * PATIENCE:
        if case.take(full):
            case.end(full, status="failure", error="No space left on device")
        if did := case.does(other):
            assert case.now >= began + PATIENCE, did
        case.now += 1.0
        case.assignments.check()
    assert case.schedule.counts()["complete"] == 12
    assert case.done[2000, 0, FIRST] == 2 and case.done[2000, 0, SECOND] == 1


def test_a_worker_that_is_back_continues_with_what_it_has():
    case = Case(years=1, members=1)
    a, b = case.come("a"), case.come("b")
    case.take(a), case.end(a)
    case.leave(a)
    assert case.take(b) is None
    assert _of(case.does(case.come("a"))) == [(0, SECOND), (0, THIRD)]


def test_a_result_that_goes_again_and_again_is_a_failure_in_the_end():
    case = Case(years=1, members=1)
    a = case.come("a")
    for _ in range(MOST_RETURNS + 1):
        assert case.take(a) == (2000, 0, FIRST)
        case.end(a)
        case.disks["a"].clear()
        case.take(a)
        outcome = case.end(a)
    assert outcome.status == "failure" and f"{FIRST} was done again 3 times" in outcome.error
    assert case.schedule.get_progress() == "F\n"


def test_a_failed_step_is_repeated_alone_and_where_its_input_is():
    case = Case(years=1, members=1)
    a, b = case.come("a"), case.come("b")
    case.take(a), case.end(a)
    for attempt in range(3):
        assert (case.take(b), case.take(a)) == (None, (2000, 0, SECOND))
        outcome = case.end(a, status="failure", error="no space")
        assert (outcome.status, outcome.attempts) == ("failure" if attempt == 2 else "outstanding", attempt + 1)
        case.now += 30
    assert case.schedule.get_progress() == "F\n" and case.done == {(2000, 0, FIRST): 1}


def test_what_is_complete_from_before_is_not_done_again_and_continues_where_it_lies():
    case = Case(years=1)
    for member in range(2):
        case.disks.setdefault("ab"[member], set()).add((2000, member, FIRST))
    case.assignments.resume([((2000, 0, FIRST), "a"), ((2000, 1, FIRST), "b"), ((2000, 1, THIRD), "b")], {})
    a, b = case.come("a"), case.come("b")
    assert (_of(case.does(a)), _of(case.does(b))) == ([(0, SECOND), (0, THIRD)], [(1, SECOND), (1, THIRD)])


def test_a_step_that_was_not_begun_waits_as_before():
    case = Case(years=1)
    a = case.come("a")
    for slot in range(2):
        case.take(a, slot)
    for slot in range(2):
        case.end(a, slot)
    assert [case.take(a, slot) for slot in range(2)] == [(2000, 0, SECOND), (2000, 1, SECOND)]
    case.assignments.give_back(a, 0)
    case.assignments.check()
    assert case.take(a, 0) == (2000, 0, SECOND)


@pytest.mark.parametrize("shared", [True, False])
def test_what_a_worker_has_that_is_away_may_lie_in_a_folder_of_the_same_path(shared):
    """As where a queue gives workers other names each time: tried at once, but not given up before its time."""
    case, disk = Case(years=1, members=1), {(2000, 0, FIRST)}
    case.assignments.resume([((2000, 0, FIRST), "queued-1")], {"queued-1": "/results"})
    b = case.come("queued-2", disk if shared else set(), folder="/results")
    assert _of(case.does(b)) == [(0, SECOND), (0, THIRD)][: 2 if shared else 1] and case.done[2000, 0, FIRST] == 0
    case.now += PATIENCE
    assert _of(case.does(b)) == ([] if shared else [(0, SECOND), *((0, task) for task in STEPS)])


def test_results_that_are_found_missing_later_are_done_again_with_what_follows():
    case = Case(years=1)
    case.assignments.resume([((2000, member, task), "a") for member in range(2) for task in (FIRST, SECOND)], {})
    a = case.come("a", {(2000, 0, FIRST), (2000, 1, SECOND)})
    assert case.take(a) == (2000, 0, THIRD)  # which finds out by itself
    case.assignments.gone([(2000, 0, SECOND), (2000, 1, FIRST)])
    case.assignments.check()
    assert case.end(a).again == (SECOND,)
    assert _of(case.does(a)) == [(1, FIRST), (0, SECOND), (1, SECOND), (0, THIRD), (1, THIRD)]


class Chains(RuleBasedStateMachine):
    """Whatever fails, whoever leaves: steps are done in order, and once where no disk has lost anything."""

    def __init__(self):
        super().__init__()
        self.case, self.lost = Case(retries=50), 0
        self.shared, self.workers, self.numbers = set(), [], iter(range(10**6))

    @rule(shared=st.booleans(), same_path=st.booleans())
    def come(self, shared, same_path):
        if len(self.workers) < 3:
            disk, path = (self.shared if shared else set()), ("/results" if same_path else None)
            self.workers.append(self.case.come(f"w{next(self.numbers)}", disk, folder=path))

    @rule(which=st.integers(0, 2), back=st.booleans())
    def leave(self, which, back):
        if which < len(self.workers):
            worker = self.workers.pop(which)
            self.case.leave(worker)
            self.lost += 1
            if back:
                disk = self.case.disks[worker.name]
                self.workers.append(self.case.come(worker.name, disk, worker.host, worker.folder))

    @rule(which=st.integers(0, 2), slot=st.integers(0, 1))
    def take(self, which, slot):
        if which < len(self.workers) and slot not in self.workers[which].running:
            self.case.take(self.workers[which], slot)

    @rule(which=st.integers(0, 2), slot=st.integers(0, 1), how=st.sampled_from(["done", "failed", "not begun"]))
    def end(self, which, slot, how):
        if which < len(self.workers) and slot in self.workers[which].running:
            worker = self.workers[which]
            if how == "not begun":
                self.case.assignments.give_back(worker, slot)
            else:
                self.case.end(worker, slot, **({"status": "failure", "error": "no"} if how == "failed" else {}))

    @rule(seconds=st.sampled_from([1.0, 70.0]))
    def wait(self, seconds):
        self.case.now += seconds

    @rule(which=st.integers(0, 2), data=st.data())
    def lose(self, which, data):
        disk = self.case.disks[self.workers[which].name] if which < len(self.workers) else ()
        if disk and self.lost < MOST_RETURNS:  # so that none is given up for that
            disk.discard(data.draw(st.sampled_from(sorted(disk))))
            self.lost += 1

    @invariant()
    def holds(self):
        self.case.assignments.check()
        if not self.lost:
            assert max(self.case.done.values(), default=1) == 1

    def teardown(self):
        case = self.case
        workers = [*self.workers, case.come("last")]
        for _ in range(200):
            for worker in workers:
                for slot in list(worker.running):
                    case.end(worker, slot)
                case.does(worker)
            case.now += 70
        case.assignments.check()
        ends = set(case.schedule.get_progress().replace("\n", ""))
        assert ends <= ({"+", "F"} if self.lost else {"+"}), case.schedule.get_progress()


TestChains = Chains.TestCase
TestChains.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


# Workers of one entry of a queue, which share their results folder and come and go


def _pilot(case, number, disk):
    """One of several workers of an entry, each on a host of its own."""
    worker = Worker(f"id{number}", f"fast-{number}", f"node{number}", entry="fast", folder="/shared")
    case.disks[worker.name] = disk
    case.assignments.add(worker)
    return worker


def test_the_next_step_goes_to_any_worker_of_the_entry_at_once():
    case, disk = Case(years=1), set()
    first, second = _pilot(case, 1, disk), _pilot(case, 2, disk)
    for _ in range(2):
        case.take(first)
        case.end(first)
    case.leave(first)  # its allocation has ended
    assert case.does(second) == [(2000, member, task) for task in (SECOND, THIRD) for member in (0, 1)]


def test_a_worker_of_the_entry_that_comes_later_resumes_where_the_others_were():
    case, disk = Case(years=1), {(2000, member, FIRST) for member in (0, 1)}
    case.assignments.resume(((cell, "fast") for cell in sorted(disk)), {"fast": "/shared"})
    assert case.take(case.come("other", folder="/elsewhere")) is None  # it may come any moment
    assert case.does(_pilot(case, 7, disk)) == [(2000, member, task) for task in (SECOND, THIRD) for member in (0, 1)]
    assert case.done[2000, 0, FIRST] == 0


def test_an_entry_whose_folder_is_not_shared_after_all_fails_and_does_not_go_round_for_ever():
    case = Case(years=1, members=1)
    workers = [_pilot(case, number, set()) for number in range(2)]
    for _ in range(50):
        for worker in workers:
            case.now += PATIENCE
            if case.take(worker):
                case.end(worker)
    assert case.schedule.get_progress() in ("F\n", "+\n")
    assert case.done[2000, 0, FIRST] <= 1 + MOST_RETURNS


def test_thousands_of_workers_of_an_entry_leave_nothing_behind():
    case, disk = Case(years=1, members=1), set()
    for number in range(3000):
        worker = _pilot(case, number, disk)
        case.take(worker)
        case.assignments.give_back(worker, 0)
        case.assignments.remove(worker)
    kept = [vars(case.assignments._handovers), vars(case.assignments), vars(case.assignments._time_left)]
    sizes = {name: len(value) for one in kept for name, value in one.items() if isinstance(value, (dict, set, list))}
    assert max(sizes.values()) <= 4, sizes
