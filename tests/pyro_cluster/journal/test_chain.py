"""A chain of tasks: in which order its steps can be done, and how far each cell is."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from stormtracks.errors import BadValue
from stormtracks.pyro_cluster.journal import chain
from stormtracks.pyro_cluster.journal.chain import ChainSchedule
from stormtracks.pyro_cluster.pyro_task import STATUSES, TASKS, PyroTaskSchedule

STEPS = tuple(TASKS)
YEARS, MEMBERS = 2, 3


def _schedule():
    return ChainSchedule(2000, 1999 + YEARS, MEMBERS, STEPS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("vort_track,sing", "unknown task 'sing'"),
        ("vort_track,", "unknown task ''"),
        ("classify,vort_track", "each after what it needs: give vort_track,classify"),
        ("vort_track,vort_track", "come once each"),
    ],
)
def test_a_chain_that_cannot_be_is_refused(text, message):
    with pytest.raises(BadValue, match=message):
        chain.steps_of(text)


def test_one_task_has_the_schedule_that_it_always_had():
    assert type(chain.schedule_of(2000, 2001, 3, "vort_track")) is PyroTaskSchedule
    assert chain.schedule_of(2000, 2001, 3, "vort_track, classify").task == "vort_track,classify"


def test_a_step_is_handed_out_once_the_one_before_is_complete():
    schedule, order = _schedule(), []
    while (task := schedule.get_next_outstanding()) is not None:
        order.append((task.year, task.ensemble_member, task.task))
        task.status = "complete"
    assert len(order) == len(schedule) == YEARS * MEMBERS * len(STEPS)
    for task in order:
        earlier = STEPS[: STEPS.index(task[2])]
        assert all((*task[:2], step) in order[: order.index(task)] for step in earlier)
    assert schedule.get_progress() == "+++\n+++\n"


def test_what_comes_after_a_failed_step_is_outstanding_but_the_run_can_end():
    schedule = ChainSchedule(2000, 2000, 1, STEPS)
    schedule.get_next_outstanding().status = "complete"
    schedule.get_next_outstanding().status = "failure"
    assert schedule.get_next_outstanding() is None and schedule.unfinished() == 0
    assert schedule.counts() == {"outstanding": 1, "working": 0, "complete": 1, "failure": 1, "timeout": 0}
    assert (schedule.get_progress(), schedule.get_task(2000, 0).task) == ("F\n", "field_collection")


def test_where_a_step_is_to_be_done_again_so_are_those_that_follow():
    schedule = ChainSchedule(2000, 2000, 1, STEPS)
    for step in schedule.steps:
        step.get_task(2000, 0).status = "complete"
    schedule.step("vort_track").get_task(2000, 0).status = "outstanding"
    assert schedule.get_progress() == "-\n"
    assert [step.get_task(2000, 0).status for step in schedule.steps] == ["outstanding"] * 3


class Chains(RuleBasedStateMachine):
    """Whatever becomes of tasks that are handed out: the schedule is what a plain list of steps says."""

    def __init__(self):
        super().__init__()
        self.schedule = _schedule()
        self.done = {(year, member): 0 for year in self.schedule.years for member in range(MEMBERS)}
        self.status = dict.fromkeys(self.done, "outstanding")  # of the step that comes next

    @rule(status=st.sampled_from(list(STATUSES)), defer=st.booleans())
    def change_the_next(self, status, defer):
        task = self.schedule.get_next_outstanding()
        if task is None:
            return
        cell = task.year, task.ensemble_member
        assert task.task == STEPS[self.done[cell]] and self.status[cell] == "outstanding"
        if defer:
            self.schedule.defer(task)
            return
        task.status = self.status[cell] = status
        if status == "complete":
            self.done[cell] += 1
            self.status[cell] = "outstanding"

    @rule(year=st.sampled_from([2000, 2001]), member=st.integers(0, MEMBERS - 1), step=st.sampled_from(STEPS))
    def go_back(self, year, member, step):
        if self.done[year, member] > STEPS.index(step):
            self.schedule.get_task(year, member, step).status = "outstanding"
            self.done[year, member], self.status[year, member] = STEPS.index(step), "outstanding"

    @invariant()
    def is_what_it_should_be(self):
        self.schedule.check()
        ended = [cell for cell in self.done if self.done[cell] == len(STEPS)]
        open_ = [cell for cell in self.done if cell not in ended and self.status[cell] in ("outstanding", "working")]
        assert self.schedule.unfinished() == len(open_)
        assert self.schedule.counts()["complete"] == sum(self.done.values())
        for (year, member), done in self.done.items():
            sign = STATUSES[self.status[year, member]]
            expected = "+" if done == len(STEPS) else str(done) if sign == "-" and done else sign
            assert self.schedule.get_progress_for_year(year, False)[member] == expected


TestChains = Chains.TestCase
TestChains.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
