"""What a run found, in lines: never a sum over members, and 100 % only of all."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.science.findings import findings


def step(task="vort_track", complete=8, means=None, most=None, **counts):
    return SimpleNamespace(task=task, counts=counts, means=means or {}, most=most or {}, complete=complete)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("", ["1 observed storm; a member finds 0.5 of it (50 %)", "174 tracks per member"]),
        (
            "forecast",
            [
                "1.0 observed storms per forecast; a member finds 0.5 of them (50 %)",
                "174 tracks per member and forecast",
            ],
        ),
    ],
)
def test_storms_and_tracks_of_a_member(line, shown):
    of = step(storms=8, matches=4, tracks=1392, steps=64, maxima=9933, means={"matches": 0.5}, most={"storms": 1})
    assert findings(of, line) == shown


def test_of_a_chain_each_task_says_its_own():
    collected = step("field_collection", 2, steps=16, tracks=349, points=2562, features=16, missing_features=14)
    assert findings(collected) == ["8 of 15 fields along 174 tracks per member"]
    listed = step(
        "classify", 2, {"matches": 1.0}, {"storms": 2}, tc=9, etc=0, hybrid=0, none=340, storms=4, matches=2, tracks=349
    )
    assert findings(listed, "year") == [
        "2 observed storms; a list of tropical cyclones has 1.0 of them (50 %)",
        "4.5 tropical, 0 extratropical, 0 hybrid cyclones per member and year, of 174 tracks",
    ]


def test_nothing_is_said_of_nothing():
    assert findings(step(complete=0)) == findings(step()) == []
    assert findings(step(storms=0, matches=0)) == []


def test_what_is_missing_is_said():
    assert findings(step(complete=2, missing_times=3)) == ["1.5 times missing in the data per member"]


@given(st.integers(1, 10**6), st.integers(0, 10**6))
def test_only_all_of_them_are_a_hundred_per_cent(storms, missed):
    found = max(0, storms - missed)
    (line,) = findings(step(storms=storms, matches=found, means={"matches": found}, most={"storms": storms}))
    assert ("(100 %)" in line) == (missed == 0)
