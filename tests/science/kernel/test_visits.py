"""How many tracks pass the points of a grid: the kernel counts what NumPy does."""

import numpy as np
import pytest
from crowds import ensemble_of
from hypothesis import given, settings
from hypothesis import strategies as st

from stormtracks.science import kernel
from stormtracks.science.climatology.density import track_density
from stormtracks.science.records import Tracks

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


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        ([10.0, 12.0], [20.0, np.nan]),
        ([10.0, np.nan], [20.0, 21.0]),
        ([10.0, 12.0], [20.0, np.inf]),
        ([0.0, 0.0], [-52.0, 128.0]),
        ([30.0, -30.0], [0.0, -180.0]),
        ([90.0, -90.0], [0.0, 0.0]),
        ([0.0, 0.0], [0.0, 179.8]),
    ],
)
def test_places_that_are_not_known_and_those_opposite_each_other_are_counted_alike(lat, lon):
    """A place without a number was near all of its row, and of a way right through the globe the middle is anywhere."""
    time = np.datetime64("2005-08-01", "s") + np.arange(2) * np.timedelta64(6, "h")
    track = Tracks(np.array([2]), time, np.array(lat), np.array(lon), np.ones(2, np.float32), np.arange(2))
    compiled, _ = track_density([track])
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(kernel.SWITCH, "off")
        plain, _ = track_density([track])
    assert np.array_equal(compiled, plain) and plain.any()
