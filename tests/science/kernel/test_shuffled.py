"""Bytes stored plane by plane become the same numbers by the kernel, and the same ones are said to be sound."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.science import kernel
from stormtracks.science.kernel import shuffled
from stormtracks.science.reanalysis.stored.netcdf import chunks
from stormtracks.science.reanalysis.stored.packing import within

pytestmark = pytest.mark.usefixtures("compiled")
LARGEST = 150.0
ABOVE = float(np.nextafter(np.float32(LARGEST), np.float32(200)))
VALUES = st.floats(width=32) | st.sampled_from([LARGEST, -LARGEST, ABOVE, -ABOVE])


@st.composite
def stored(draw):
    """Some chunks of as many numbers each, and which of these are wanted."""
    size = draw(st.integers(0, 40))
    values = draw(st.lists(st.lists(VALUES, min_size=size, max_size=size), min_size=1, max_size=3))
    begin, end = sorted((draw(st.integers(0, size)), draw(st.integers(0, size))))
    return np.array(values, "<f4"), slice(begin, end)


@given(stored())
def test_they_are_the_same(case):
    whole, part = case
    planes = [np.ascontiguousarray(one.view(np.uint8).reshape(-1, 4).T) for one in whole]
    wanted = whole[:, part]
    out, expected = np.empty(wanted.shape, np.float32), np.empty(wanted.shape, np.uint32)
    for one, row in zip(planes, expected, strict=True):
        chunks.unshuffle(one[:, part], row)
    given_bytes = [bytearray(one.tobytes()) for one in planes]
    assert shuffled.unshuffle(given_bytes, part, out.reshape(-1), LARGEST) == within(wanted, LARGEST)
    assert np.array_equal(out.view(np.uint32), expected)
    assert np.array_equal(wanted.view(np.uint32), expected)


def test_without_the_kernel_nothing_is_filled(monkeypatch):
    monkeypatch.setenv(kernel.SWITCH, "off")
    out = np.full(3, 7.0, np.float32)
    assert shuffled.unshuffle([bytearray(12)], slice(0, 3), out, LARGEST) is None
    assert out.tolist() == [7.0] * 3
