"""How long tasks and workers rest; limits from the run; lines that are alike."""

import math
import re
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.errors import BadValue
from stormtracks.pyro_cluster.manager.alike import Alike
from stormtracks.pyro_cluster.manager.dispatch import halt, time_limit
from stormtracks.pyro_cluster.manager.dispatch.alarm import Alarm
from stormtracks.pyro_cluster.manager.workers import rests


@given(st.integers(1, 200), st.floats(0, 1))
def test_a_pause_grows_to_a_minute_give_or_take_a_quarter(failures, jitter):
    full = min(60.0, 4.0 ** min(failures - 1, 10))
    assert 0.75 * full <= rests.pause(failures, lambda: jitter) <= 1.25 * full


STEPS = st.sampled_from(["take", "complete", "fail", "again", "drop"])


@given(st.lists(st.tuples(STEPS, st.floats(0, 70)), max_size=60))
def test_a_worker_that_rests_has_one_trial_at_most_and_only_a_success_ends_its_rest(steps):
    breaker, now, slots, number = rests.Breaker(lambda: 0.5), 0.0, [], 0
    for what, seconds in steps:
        now += seconds
        rested, trial = breaker.rest, breaker.trial
        if what == "take" and breaker.may_take(now):
            assert not rested or (now >= breaker.until and trial is None)
            number += 1
            slots.append(number)
            breaker.taken(number)
        elif what == "drop" and slots:
            breaker.put_down(slots.pop())
        elif what == "complete" and slots:
            slots.pop()
            breaker.completed()
            assert breaker.rest == 0
        elif what in ("fail", "again") and slots:
            slot = slots.pop()
            counts = breaker.failed(slot, (2000, number), "why", now, first=what == "fail")
            assert counts == (rested == 0)
            assert breaker.rest >= rested or not rested
            assert breaker.rest == rested or slot == trial or not rested
        assert breaker.rest <= rests.LONGEST_REST and (breaker.trial is None or breaker.rest)


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "soon", "%", "-5%", "0%", "1 h"])
def test_a_timeout_that_is_none_is_refused(text):
    with pytest.raises(BadValue, match="the timeout must be "):
        time_limit.read(text)


@pytest.mark.parametrize("text", ["0", "-1", "x", "0%", "101%", "1.5", "nan%", "%"])
def test_a_halt_that_is_none_is_refused(text):
    with pytest.raises(BadValue, match="--halt must be a number of tasks"):
        halt.read(text)


@pytest.mark.parametrize(
    ("asked", "seconds", "limit"),
    [
        (None, [1.0] * 9, None),
        (None, [1.0] * 10, 3600.0),
        (None, [1000.0] * 10, 10_000.0),
        ("300%", [10.0] * 9 + [500.0], 30.0),
        ("300%", [0.01] * 10, 1.0),
        ("none", [10.0] * 50, None),
        (2.5, [10.0] * 50, 2.5),
        ("1000%", [1.0] * 10 + [100.0] * 190, 1000.0),
    ],
)
def test_the_limit_that_follows_from_complete_tasks(asked, seconds, limit):
    known = time_limit.LimitOfRun(time_limit.read(asked))
    for one in seconds:
        known.completed(one)
    assert known.seconds == limit


@pytest.mark.parametrize(
    ("text", "ended", "reason"),
    [
        (None, (0, 99, 0), None),
        (None, (0, 100, 0), "the first 100 tasks all failed; give --halt none"),
        (None, (0, 100, 1), None),
        ("none", (0, 5000, 0), None),
        ("3", (0, 2, 0), None),
        ("3", (500, 3, 500), r"3 tasks failed \(--halt 3\)"),
        ("20%", (1, 18, 1), None),
        ("20%", (16, 4, 16), r"4 of the 20 tasks that ended failed \(--halt 20%\)"),
        ("20%", (97, 24, 97), None),
    ],
)
def test_what_ends_a_run(text, ended, reason):
    found = halt.read(text).reason(*ended)
    assert found is None if reason is None else re.match(reason, found)


def test_the_first_lines_of_a_kind_are_said_and_then_how_many_more():
    said, clock = [], [0.0]
    alike = Alike(said.append, lambda: clock[0])
    for number in range(100):
        alike.say("a", f"line {number}")
    alike.say("b", "another")
    alike.say_more()
    assert said == ["line 0", "line 1", "line 2", "another"]
    clock[0] = 11.0
    alike.say_more()
    alike.say("a", "late")
    alike.say_more()
    assert said[4:] == ["and 97 more alike; the last: line 99"]
    alike.say_more(everything=True)
    assert said[5:] == ["late"]


def test_the_alarm_rings_when_things_are_due_once_for_those_that_are_due_together():
    rung, enough = [], threading.Event()

    def ring():
        rung.append(time.monotonic())
        if len(rung) == 2:
            enough.set()

    alarm, now = Alarm(ring), math.ceil(time.monotonic() / 0.1) * 0.1
    for after in (0.35, 0.15, 0.151, 0.152):
        alarm.at(now + after)
    assert enough.wait(20)
    alarm.stop()
    assert len(rung) == 2 and rung[0] >= now + 0.152 and rung[1] >= now + 0.35
