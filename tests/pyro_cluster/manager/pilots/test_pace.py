"""How often a queue is looked at: what the login node pays is bounded, whatever happens."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from stormtracks.pyro_cluster.manager.pilots import pace
from stormtracks.pyro_cluster.manager.pilots.pace import Pace


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


EVENTS = st.lists(st.tuples(st.sampled_from(["changed", "same", "failed"]), st.lists(st.floats(0, 60), max_size=4)))


def looks(events, clock, one):
    """The times of the looks: each is begun as soon as it is due, with things that happen before it."""
    times = []
    for how, hurries in events:
        for after in hurries:
            clock.now = min(max(clock.now, one.due()), clock.now + after)
            one.hurry()
        clock.now = max(clock.now, one.due())
        one.begun()
        times.append(clock.now)
        one.failed() if how == "failed" else one.answered(how == "changed")
    return times


@given(EVENTS)
def test_two_looks_a_minute_in_the_long_run_and_three_in_hand_whatever_happens(events):
    clock = Clock()
    times = looks(events, clock, Pace(clock))
    for first in range(len(times)):
        for last in range(first, len(times)):
            allowed = (times[last] - times[first]) / pace.USUAL_SECONDS + pace.BURST
            assert last - first + 1 <= allowed + 1e-6
    assert all(b - a >= pace.LEAST_SECONDS - 1e-6 for a, b in itertools.pairwise(times))


def steps(times):
    return [round(b - a, 1) for a, b in itertools.pairwise(times)]


def test_the_first_look_is_at_once_and_while_nothing_changes_they_become_rare():
    clock = Clock()
    times = looks([("changed", []), *[("same", [])] * 6], clock, Pace(clock))
    assert times[0] == 1000.0
    assert steps(times) == [30.0, 45.0, 67.5, 101.2, 120.0, 120.0]


def test_a_loss_is_looked_into_within_seconds_of_it_where_looks_are_rare():
    clock = Clock()
    one = Pace(clock)
    looks([("changed", []), *[("same", [])] * 4], clock, one)
    clock.now += 15
    one.hurry(1.5)
    assert one.due() == clock.now + 1.5
    assert steps(looks([("same", [0.0])] * 5, clock, one)) == [10, 10, 25, 30]


def test_a_queue_that_cannot_be_asked_is_asked_less_and_less_often_and_nothing_hurries_that():
    clock = Clock()
    times = looks([("failed", [0.0])] * 8, clock, Pace(clock))
    assert steps(times) == [30, 60, 120, 240, 480, 600, 600]
