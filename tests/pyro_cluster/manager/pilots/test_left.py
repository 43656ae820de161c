"""For how many tasks further workers of an entry are wanted: those that could be begun, of a chain one per member."""

from stormtracks.pyro_cluster.journal import chain
from stormtracks.pyro_cluster.manager.dispatch.assignments import Assignments
from stormtracks.pyro_cluster.manager.dispatch.chain_assignments import ChainAssignments
from stormtracks.pyro_cluster.manager.workers.worker import Worker
from stormtracks.pyro_cluster.pyro_task import PyroTaskSchedule


def pilot(name="tc-1", **more):
    return Worker(name, name, entry="tc", **more)


def test_what_is_outstanding_counts_and_what_is_being_done_does_not():
    work = Assignments(PyroTaskSchedule(2000, 2001, 3))
    assert work.left("tc") == 6
    worker = pilot(slots=2)
    work.add(worker)
    for slot in range(2):
        work.take(worker, slot)
    assert (work.left("tc"), worker.used) == (4, True)
    work.finish(worker, 0, {"status": "failure", "error": "OSError"})  # to be repeated
    assert work.left("tc") == 5


def test_tasks_of_a_lost_worker_count_before_they_are_given_up_unless_a_slot_waits_for_them():
    work = Assignments(PyroTaskSchedule(2000, 2000, 2))
    first, second = pilot("tc-1"), pilot("tc-2")
    for worker in (first, second):
        work.add(worker)
        work.take(worker, 0)
    work.remove(first)
    assert work.left("tc") == 1
    work.add(pilot("tc-3"))
    assert work.left("tc") == 0


def test_of_a_chain_each_member_counts_once():
    schedule = chain.schedule_of(2000, 2000, 3, "vort_track,field_collection,classify")
    work = ChainAssignments(schedule)
    assert work.left("tc") == 3
    worker = pilot()
    work.add(worker)
    task = work.take(worker, 0)
    assert work.left("tc") == 2
    work.finish(worker, 0, {"status": "complete", "year": task.year, "ensemble_member": task.ensemble_member})
    assert work.left("tc") == 3
    for step in schedule.steps:
        schedule.step(step.task).get_task(2000, 0).status = "failure"
        break
    assert work.left("tc") == 2  # nothing follows a failure


def test_years_that_the_entry_has_no_data_for_do_not_count():
    work = Assignments(PyroTaskSchedule(2000, 2002, 2))
    work.add(Worker("w1", "w1", years=frozenset({2000, 2001, 2002})))
    work.add(pilot(years=frozenset({2001})))
    assert (work.left("tc"), work.left("other")) == (2, 6)
