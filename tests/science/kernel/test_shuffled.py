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


@given(st.lists(VALUES, max_size=40), st.integers(0, 5))
def test_they_are_the_same(values, first):
    whole = np.array(values, "<f4")
    planes = np.ascontiguousarray(whole.view(np.uint8).reshape(-1, 4).T)[:, first:]
    out, expected = np.empty(planes.shape[1], np.float32), np.empty(planes.shape[1], np.uint32)
    chunks.unshuffle(planes, expected)
    assert shuffled.unshuffle(planes, out, LARGEST) == within(whole[first:], LARGEST)
    assert np.array_equal(out.view(np.uint32), expected)


def test_without_the_kernel_nothing_is_filled(monkeypatch):
    monkeypatch.setenv(kernel.SWITCH, "off")
    out = np.full(3, 7.0, np.float32)
    assert shuffled.unshuffle(np.zeros((4, 3), np.uint8), out, LARGEST) is None
    assert out.tolist() == [7.0] * 3
