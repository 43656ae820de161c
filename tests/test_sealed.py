"""JSON that is read back is what was written, or is refused."""

import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormtracks import sealed

VALUE = {"files": {"a/b.nc": 12, "\u00e4": 0}, "notes": ["x"], "share": 0.1, "none": None}
TEXT = sealed.sealed("list 2", VALUE)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=50)
@given(st.dictionaries(st.text(max_size=5).filter(lambda key: key != sealed.PROOF), PLAIN, max_size=3))
def test_what_was_written_is_read(value):
    assert sealed.opened("list 2", sealed.sealed("list 2", value)) == value


@given(st.data())
def test_whatever_is_changed_the_same_is_read_or_nothing(data):
    start = data.draw(st.integers(0, len(TEXT)))
    stop = data.draw(st.integers(start, len(TEXT)))
    text = TEXT[:start] + data.draw(st.text(max_size=20)) + TEXT[stop:]
    with contextlib.suppress(sealed.Unproven):
        assert sealed.opened("list 2", text) == VALUE


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "is empty"),
        ("\0" * 80, "has zeros only"),
        (TEXT[:50], "is cut or damaged"),
        ("[" * 100_000, "is cut or damaged"),
        (TEXT.replace("12", "13", 1), "is damaged"),
        ("5", "is of another format, or damaged"),
        (json.dumps(VALUE), "is of another format, or damaged"),
        (sealed.sealed("list 3", VALUE), "is of another format, or damaged"),
    ],
)
def test_what_does_not_fit_says_in_which_respect(text, fault):
    with pytest.raises(sealed.Unproven, match=f"^{fault}$"):
        sealed.opened("list 2", text)
