"""What a worker says is checked: whatever comes is a reply as replies are, or is refused in one way."""

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormtracks.pyro_cluster import bounds, wire
from stormtracks.pyro_cluster.manager.workers import replies
from stormtracks.pyro_cluster.manager.workers.replies import OddReply, checked, checked_description, checked_state
from stormtracks.pyro_cluster.pyro_task import PyroTask
from stormtracks.pyro_cluster.wire.serializer import PlainSerializer

TASK = PyroTask(2000, 3, "vort_track")
GOOD = {
    "status": "complete",
    "year": 2000,
    "ensemble_member": 3,
    "task": "vort_track",
    "host": "h",
    "worker": "w",
    "seconds": 1.5,
    "cpu_seconds": 1,
    "read_seconds": 0.5,
    "path": "/r/2000/member_003.nc",
    "counts": {"tracks": 130, "mean": 0.5},
    "skipped": False,
    "error": None,
    "traceback": None,
    "member_label": "r1i1p1f1",
    "matches": [{"sid": "2000232N11345", "name": "ALBERTO", "track_id": 17, "mean_distance_km": 83.4}],
    "misses": [],
    "remarks": ["no level is stated"],
}

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just(2**10_000)
values = st.recursive(
    scalars | st.just("\ud800"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner)
        | st.sets(st.text(max_size=3), max_size=2)
        | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=3)
    ),
    max_leaves=8,
)
names = st.sampled_from([*replies._REPLY, *replies._DESCRIPTION])


def test_an_honest_reply_is_taken_as_it_is():
    assert checked(GOOD, TASK) == GOOD


def test_a_reply_may_be_short_and_what_is_not_known_is_dropped():
    assert checked({"status": "busy", "later": [1]}, TASK) == {"status": "busy"}


@settings(max_examples=150)
@given(values | st.dictionaries(names, values, max_size=6), st.dictionaries(names, values, max_size=2))
def test_whatever_comes_is_a_reply_or_odd_and_never_anything_else(value, changes):
    for reply in (value, {**GOOD, **changes}):
        try:
            good = checked(reply, TASK)
        except OddReply as error:
            str(error).encode()
            assert len(str(error)) < 500
        else:
            json.dumps(good, allow_nan=False).encode()
            assert good["status"] in ("complete", "failure", "timeout", "busy")
            assert all(abs(number) <= 2**53 for number in good.get("counts", {}).values())
    for check in (checked_description, lambda state: checked_state(state, "x")):
        with contextlib.suppress(OddReply):
            assert set(check(value)) <= set(replies._DESCRIPTION)


ODD = [
    (5, "the reply makes no sense: it is int"),
    (None, "it is nothing"),
    ([], "it is a list"),
    ({}, "it has no status"),
    ({"status": "fine"}, "'status' is the unknown status 'fine'"),
    ({"status": ["complete"]}, "'status' is the unknown status a list"),
    ({**GOOD, "year": 1999}, "replied about another task, 1999 member 3"),
    ({**GOOD, "ensemble_member": 2}, "replied about another task, 2000 member 2"),
    ({**GOOD, "year": "2000"}, "'year' is text, not a whole number"),
    ({**GOOD, "year": True}, "'year' is bool"),
    ({**GOOD, "year": 2000.0}, "'year' is float"),
    ({**GOOD, "year": "2025-06-01T00"}, "replied about another task, 2025-06-01T00 member 3"),
    ({**GOOD, "year": "2025-06-01"}, "'year' is text, not a whole number or the start of a forecast"),
    ({**GOOD, "year": "2025-13-01T00"}, "'year' is text, not a whole number or the start of a forecast"),
    ({**GOOD, "year": "../x"}, "'year' is text, not a whole number or the start of a forecast"),
    ({**GOOD, "year": "2" * 10**7}, "'year' is text, not a whole number or the start of a forecast"),
    ({**GOOD, "task": "other"}, "replied about another task, other"),
    ({**GOOD, "path": 2**70}, "'path' is int, not text"),
    ({**GOOD, "path": "x" * 5000}, "'path' is a text of 5,000 characters, more than 4,096"),
    ({**GOOD, "error": "\ud800"}, "'error' is a text with half a character"),
    ({**GOOD, "counts": [1, 2]}, "'counts' is a list, not a dict"),
    ({**GOOD, "counts": {"a": {1, 2}}}, "'counts' is a dict with set"),
    ({**GOOD, "counts": {"a": float("nan")}}, "'counts' is a dict with nan"),
    ({**GOOD, "counts": {"a": 2**70}}, "'counts' is a dict with a huge number"),
    ({**GOOD, "counts": {"a": True}}, "'counts' is a dict with bool"),
    ({**GOOD, "counts": {5: 1}}, "'counts' is int, not text"),
    ({**GOOD, "counts": {str(n): n for n in range(201)}}, "201 counts, more than 200"),
    ({**GOOD, "seconds": "abc"}, "'seconds' is 'abc', not a number of seconds"),
    ({**GOOD, "seconds": float("inf")}, "'seconds' is inf"),
    ({**GOOD, "seconds": -1}, "'seconds' is -1"),
    ({**GOOD, "seconds": 10**400}, "'seconds' is a huge number"),
    ({**GOOD, "skipped": 1}, "'skipped' is int, not True or False"),
    ({**GOOD, "remarks": "one"}, "'remarks' is text, not a list"),
    ({**GOOD, "remarks": ["x"] * 201}, "a list of 201, more than 200"),
    ({**GOOD, "matches": [5]}, "'matches' is a list with int"),
    ({**GOOD, "misses": [{"sid": [1]}]}, "'misses' is a list of dicts with a list"),
]


@pytest.mark.parametrize(("reply", "why"), ODD, ids=[why for _, why in ODD])
def test_an_odd_reply_says_what_is_odd(reply, why):
    with pytest.raises(OddReply) as caught:
        checked(reply, TASK)
    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("description", "why"),
    [
        ({"slots": 1100}, "its description makes no sense: 'slots' is 1100, not 0 to 512"),
        ({"slots": "4"}, "'slots' is text, not a whole number"),
        ({"id": ["a"]}, "'id' is a list, not text"),
        ({"tasks": 5}, "'tasks' is int, not a list"),
        ({"about": "new"}, "'about' is text, not a few texts"),
        ({"about": {"kernel": 5}}, "'about' is int, not text"),
        ({"years": [2000, "x"]}, "'years' is text, not a whole number"),
        ({"data_years": list(range(20_000))}, "a list of 20,000, more than 10,000"),
        ({"version": "x" * 400}, "a text of 400 characters, more than 300"),
        ({"places": ["/data"]}, "'places' is a list, not a few places"),
    ],
)
def test_an_odd_description_is_refused(description, why):
    with pytest.raises(OddReply) as caught:
        checked_description(description)
    assert why in str(caught.value)


def test_the_reply_to_the_task_of_a_forecast():
    task = PyroTask("2025-06-01T00", 3, "vort_track")
    good = {**GOOD, "year": "2025-06-01T00"}
    assert checked(good, task)["year"] == "2025-06-01T00"
    for other in ("2025-06-02T00", 2025):
        with pytest.raises(OddReply, match="about another task"):
            checked({**good, "year": other}, task)
    assert checked_description({"years": [2001, "2025-06-01T00"]}) == {"years": [2001, "2025-06-01T00"]}


def test_the_heartbeat_of_another_worker_is_none():
    assert checked_state({"id": "x", "stopping": True, "more": 1}, "x") == {"id": "x", "stopping": True}
    with pytest.raises(OddReply, match="is that of another worker"):
        checked_state({"id": "y"}, "x")


def _fits(reply):
    return len(PlainSerializer().dumps(reply)) <= wire.MAX_MESSAGE_BYTES


def test_a_heavy_but_honest_reply_is_sent_as_it_is():
    """A year of 150 matched storms and as many misses, a long traceback, many remarks."""
    storm = {**GOOD["matches"][0], "common_times": 120, "lead_hours": -18.5, "peak_pressure_hpa": 912.5}
    heavy = {**GOOD, "matches": [storm] * 150, "misses": [storm] * 150, "remarks": ["x" * 300] * 50}
    heavy["traceback"] = "é'\"\n" * 2000
    assert bounds.shortened(heavy) == heavy and _fits(heavy) and checked(heavy, TASK) == heavy


@settings(max_examples=25)
@given(st.data())
def test_what_a_worker_shortens_is_taken_and_fits(data):
    size = st.sampled_from([1, 3, 5000, 100_000])
    text = st.text(alphabet="aé'\"\n\x00😀", min_size=1, max_size=4)
    reply = {
        **GOOD,
        "error": data.draw(text) * data.draw(size),
        "traceback": data.draw(text) * data.draw(size),
        "remarks": [data.draw(text) * data.draw(size)] * data.draw(st.sampled_from([0, 3, 400])),
        "matches": [{"sid": data.draw(text), "km": float("nan")}] * data.draw(size),
        "counts": {str(n): n for n in range(data.draw(st.sampled_from([0, 5, 300])))},
        "more": [0.5] * data.draw(size),
    }
    made = bounds.shortened(reply)
    assert _fits(made)
    assert checked(made, TASK)["status"] == "complete"


def test_what_was_shortened_is_remarked():
    made = bounds.shortened({**GOOD, "matches": GOOD["matches"] * 5000, "counts": {"a": float("nan"), "b": 1}})
    assert made["counts"] == {"b": 1}
    assert made["remarks"][-1] == "left out of the reply: 1 counts, 3,000 of 5,000 matches"
    assert bounds.shortened({**GOOD, "traceback": "a" * 50_000 + "end"})["traceback"].endswith("end")
    assert bounds.shortened({"status": "busy", "counts": [1]})["counts"] == {}
