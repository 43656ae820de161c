"""One reply to each order, from the slot's own process: whatever else comes costs that attempt, and no other task."""

import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stormtracks.pyro_cluster.worker.slots.pool import Slots

TABLE = "tests.unruly_tasks:TASKS"


@pytest.fixture(scope="module")
def one():
    made = Slots(1, TABLE)
    made.start()
    yield made
    made.close()


def order(task, member=1, **setup):
    return {"year": 2000, "ensemble_member": member, "task": task, "setup": setup}


def members(slots, numbers):
    return [slots.run(order("member", member))["returned"]["counts"]["member"] for member in numbers]


@pytest.mark.parametrize("task", ["come_back_twice", "come_back_twice_in_c"])
def test_a_child_that_comes_back_from_its_task_answers_nothing(one, task):
    assert one.run(order(task, 7))["returned"]["counts"] == {"member": 7}
    assert members(one, range(3)) == [0, 1, 2]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a library prints", "it wrote a line that is not JSON"),
        ("[]", "it wrote a line that is neither a reply nor progress"),
        (json.dumps({"reply": {"returned": {}}}), "another process, None, wrote in its place"),
        (json.dumps({"pid": 1, "number": 1, "reply": {"returned": {}}}), "another process, 1, wrote in its place"),
    ],
)
def test_what_is_no_reply_of_its_own_costs_the_attempt(one, text, words):
    assert words in one.run(order("talk", settings={"text": text}))["error"]
    assert members(one, range(2)) == [0, 1]


def test_a_reply_to_an_order_that_is_to_come_costs_the_attempt(one):
    process = one.slots[0].process()
    text = json.dumps({"pid": process.pid, "number": process._number + 2, "reply": {"returned": {}}})
    assert "it wrote about order " in one.run(order("talk", settings={"text": text}))["error"]
    assert members(one, range(2)) == [0, 1]


@pytest.mark.slow
def test_a_second_reply_costs_the_process_and_no_other_task(one):
    """Whether it comes with the first one, before the next order, or after that: a delay in between decides."""
    for seconds in (0, 0, 0.1):
        process = one.slots[0].process()
        text = json.dumps({"pid": process.pid, "number": process._number + 1, "reply": {"returned": {"counts": {}}}})
        one.run(order("talk", settings={"text": text}))
        time.sleep(seconds)
        assert members(one, range(3)) == [0, 1, 2]
        assert one.slots[0].process() is not process


LINE = st.fixed_dictionaries(
    {},
    optional={
        "pid": st.sampled_from(["own", 1, None, "x"]),
        "number": st.integers(-3, 3),  # from the present order's on
        "reply": st.sampled_from([{"returned": {"counts": {"member": -1}}}, {}, 5, None]),
        "progress": st.sampled_from([[1, 2], [], "x", [1.5, 2]]),
    },
)


@given(lines=st.lists(st.one_of(LINE, st.sampled_from(["", "{", "null", "[[", "\u0000"])), max_size=3))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.slow
def test_whatever_is_written_each_task_is_told_its_own_reply(one, lines):
    process = one.slots[0].process()

    def written(line):
        if not isinstance(line, dict):
            return line
        own = {"pid": process.pid} if line.get("pid") == "own" else {}
        return json.dumps({**line, **own, "number": process._number + 1 + line.get("number", 0)})

    one.run(order("talk", settings={"text": "\n".join(map(written, lines))}))
    assert members(one, range(3)) == [0, 1, 2]


def test_progress_is_no_reply_and_a_task_need_not_take_it(one):
    assert one.run(order("no_progress"))["returned"] == {}
    assert one.run(order("report", settings={"seconds": 0}))["returned"] == {}
    assert one.slots[0].progress == (143, 365)
    assert members(one, range(2)) == [0, 1]


def test_what_comes_while_idle_costs_no_task(one, caplog):
    pipe = Path(f"/proc/{one.slots[0].pid}/fd/{_replies_to(one.slots[0].pid)}")
    pipe.write_text("nobody asked\n")
    assert members(one, range(3)) == [0, 1, 2]
    assert "it wrote a line although it had no order while idle; starting it again" in caplog.text


def _replies_to(pid):
    """The one pipe that it can write to beside standard output and standard error."""
    for link in Path(f"/proc/{pid}/fd").iterdir():
        flags = int(Path(f"/proc/{pid}/fdinfo/{link.name}").read_text().split("flags:")[1].split()[0], 8)
        if int(link.name) > 2 and str(link.readlink()).startswith("pipe:") and flags & os.O_WRONLY:
            return link.name
    raise AssertionError("it has none")
