"""How many tracks pass the points of a grid: the kernel counts what NumPy does."""

import numpy as np
import pytest
from crowds import ensemble_of
from hypothesis import given, settings
from hypothesis import strategies as st

from stormtracks.science import kernel
from stormtracks.science.climatology.density import track_density

pytestmark = pytest.mark.usefixtures("compiled")


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    most_tracks=st.integers(0, 30),
    lat=st.sampled_from([0.0, 45.0, 87.0, -90.0]),
    lon=st.sampled_from([0.0, 179.0, -179.0, 90.0]),
    spacing_deg=st.sampled_from([0.7, 1.0, 2.0, 5.0, 180.0]),
    region=st.sampled_from([None, (-90, 90, 0, 360), (0, 60, 170, -120), (-10, 10, -40, 40), (80, 90, -180, 180)]),
)
def test_density_is_the_same(seed, most_tracks, lat, lon, spacing_deg, region):
    seasons = ensemble_of(seed, 2, most_tracks, 20, lat, lon)
    compiled, grid = track_density(seasons, spacing_deg, region)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(kernel.SWITCH, "off")
        plain, its_grid = track_density(seasons, spacing_deg, region)
    assert np.array_equal(compiled, plain) and compiled.dtype == plain.dtype
    assert grid.shape == its_grid.shape == plain.shape
