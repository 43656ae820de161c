import datetime
import enum
import json
from pathlib import Path

import numpy as np
import pytest
import serpent
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.pyro_cluster.plain import plain

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False),
    st.text(),
    st.binary(max_size=20),
    st.datetimes(),
    st.floats(allow_nan=False).map(np.float64),
    st.floats(allow_nan=False, width=32).map(np.float32),
    st.integers(-99, 99).map(np.int64),
    st.booleans().map(np.bool_),
    st.text().map(np.str_),
    st.lists(st.floats(allow_nan=False), max_size=4).map(np.array),
    st.text("abc/é\udc80").map(Path),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.text(), inner, max_size=4),
    ),
    max_leaves=12,
)


@given(values)
def test_survives_the_wire(value):
    made = plain(value)
    assert serpent.loads(serpent.dumps(made)) == made
    assert json.loads(json.dumps(made)) == made


@given(values)
def test_plain_of_plain_is_itself(value):
    assert plain(plain(value)) == plain(value)


def test_each_kind():
    kinds = enum.IntEnum("Kinds", "ONE TWO")
    value = {
        "time": np.datetime64("2000-01-02T03:04:05", "s"),
        "step": datetime.timedelta(hours=6),
        "path": Path("/a/b"),
        "masked": np.ma.array([1.5, 2.5], mask=[False, True]),
        "one": kinds.ONE,
        3: (np.int16(4), {5}),
    }
    assert plain(value) == {
        "time": "2000-01-02T03:04:05",
        "step": 21600.0,
        "path": "/a/b",
        "masked": [1.5, None],
        "one": 1,
        3: [4, [5]],
    }
    assert type(plain(np.float64(1.5))) is float
    assert type(plain(kinds.TWO)) is int


@pytest.mark.parametrize("value", [object(), 1j, {(1, 2): 3}, len])
def test_without_a_plain_form_is_refused(value):
    with pytest.raises(TypeError, match=r"to be sent|cannot be sent"):
        plain(value)


def test_what_contains_itself_is_refused():
    value = []
    value.append(value)
    with pytest.raises(TypeError, match="nested deeper than 32"):
        plain(value)
