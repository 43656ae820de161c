"""What fields have around places: the kernel finds what NumPy does, to the last bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from odd_places import PLACES, case

from stormtracks.science import kernel

pytestmark = pytest.mark.usefixtures("compiled")


@settings(max_examples=15, deadline=None)
@given(**PLACES)
def test_features_are_the_same(**example):
    sampler, fields, points = case(**example)
    compiled = sampler.sample(fields, points)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(kernel.SWITCH, "off")
        plain = sampler.sample(fields, points)
    assert compiled.keys() == plain.keys() and len(compiled) > 10
    for name, values in compiled.items():
        np.testing.assert_array_equal(values, plain[name], err_msg=name)
        assert values.dtype == plain[name].dtype
