"""Whether an answer has the shape that it should have."""

from typing import Any, Literal, NotRequired, TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.hosts.shape import misfit
from stormtracks.on_host import answers

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


class Inner(TypedDict):
    a: int
    b: NotRequired[list[str]]


@pytest.mark.parametrize(
    ("value", "kind", "wrong"),
    [
        ({"a": 1, "more": 2}, Inner, None),
        ({"a": 1, "b": ["x"]}, Inner, None),
        ({}, Inner, "the answer has no 'a'"),
        ({"a": 1, "b": "x"}, Inner, "the answer['b'] is 'x'"),
        ({"a": True}, Inner, "the answer['a'] is True"),
        (5, Inner, "the answer is 5"),
        ({"x": {"a": 1.5}}, dict[str, Inner], "the answer['x']['a'] is 1.5"),
        (None, int | None, None),
        ({"year": "2025-06-01T00", "since": 1.0}, answers.TaskNow, None),
        ({"year": 2.5, "since": 1.0}, answers.TaskNow, "the answer['year'] is 2.5"),
        ("z", Literal["x", "y"], "the answer is 'z'"),
        (float("nan"), float, "the answer is nan"),
        (10**16, int, f"the answer is {10**16}"),
        (1, float, None),
        (False, bool, None),
        ([1], Any, None),
    ],
)
def test_what_fits_and_what_does_not(value, kind, wrong):
    assert misfit(value, kind) == wrong


@given(JSON)
def test_whatever_comes_is_judged(value):
    for kind in answers.SHAPES.values():
        assert misfit(value, kind) is None or isinstance(misfit(value, kind), str)
