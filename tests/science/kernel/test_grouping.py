"""From tracks that are near each other to groups: the kernel's are those of NumPy, to the last bit."""

import math

import numpy as np
import pytest
from both_paths import on_both
from crowds import ensemble_of
from hypothesis import given, settings
from hypothesis import strategies as st

from stormtracks.science import sphere
from stormtracks.science.consensus.grouping import groups, pairs
from stormtracks.science.consensus.grouping.points import Points
from stormtracks.science.kernel import meetings

pytestmark = pytest.mark.usefixtures("compiled")

CROWDS = {
    "seed": st.integers(0, 2**32 - 1),
    "members": st.integers(1, 8),
    "most_tracks": st.integers(0, 30),
    "steps": st.integers(1, 60),
    "lat": st.sampled_from([0.0, 45.0, -90.0]),
    "lon": st.sampled_from([0.0, 179.0]),
}


@settings(max_examples=40, deadline=None)
@given(**CROWDS, fewest=st.integers(1, 4), distance=st.booleans())
def test_pairs_are_the_same_in_the_same_order(fewest, distance, **crowd):
    points = Points.of(ensemble_of(**crowd))
    limits = {"radius_km": 350.0, "max_mean_distance_km": 300.0, "min_near_share": 0.1, "min_common_times": fewest}
    plain, compiled = on_both(lambda: pairs.find_pairs(points, **limits, with_distance=distance))
    for name, values in vars(plain).items():
        assert values.dtype == getattr(compiled, name).dtype
        np.testing.assert_array_equal(values, getattr(compiled, name), err_msg=name)
    assert len(plain.distance_km) == (len(plain.other) if distance else 0)


@settings(max_examples=40, deadline=None)
@given(**CROWDS, share=st.sampled_from([0.0, 0.25, 0.5, 1.0]), fewest=st.integers(1, 4))
def test_groups_are_the_same(share, fewest, **crowd):
    points = Points.of(ensemble_of(**crowd))
    limits = {"max_mean_distance_km": 300.0, "min_near_share": 0.1, "min_common_times": fewest, "min_share": share}
    plain, compiled = on_both(lambda: groups.group(points, **limits))
    assert plain.dtype == compiled.dtype
    np.testing.assert_array_equal(plain, compiled)


@pytest.mark.parametrize("tracks", [100, 3000])
def test_partners_of_one_track_are_sorted_however_many_they_are(tracks):
    """All are partners of the first track, in all orders that a member, common times, and a mean distance can have."""
    rng = np.random.default_rng(tracks)
    member = np.append(0, np.sort(rng.integers(1, 20, tracks))).astype("i4")
    other = rng.permutation(np.arange(1, tracks + 1, dtype="i4"))
    common, metres = rng.integers(1, 4, tracks).astype("i4"), 1000 * rng.integers(1, 4, tracks)
    met = pairs.Meetings(np.zeros(tracks, "i4"), other, common, metres)
    plain, compiled = on_both(lambda: pairs._both_ways(met, member, True))
    for name, values in vars(plain).items():
        np.testing.assert_array_equal(values, getattr(compiled, name), err_msg=name)
    assert len(plain.other) == 2 * tracks


def test_metres_are_those_of_the_arcsine_also_where_two_are_as_near():
    """A series finds them; distances half-way between two metres, give or take rounding, are where it could not."""
    rng = np.random.default_rng(1)
    wanted = np.concatenate(
        [np.arange(0.5, 3000.5), rng.integers(0, 350_000, 40_000) + 0.5, rng.uniform(0, 9e5, 10_000)]
    )
    cosine = np.cos(wanted / (1000.0 * sphere.EARTH_RADIUS_KM))
    cosine = np.concatenate([cosine, np.nextafter(cosine, 0.0), np.nextafter(cosine, 2.0)])
    count = len(cosine)
    # Two points at each time, in this order, each a piece of its own. Their product is the cosine exactly.
    vectors, every = np.zeros((2 * count, 3)), np.ones(2 * count, bool)
    vectors[::2, 0], vectors[1::2, 0] = 1.0, cosine
    cell, member = np.repeat(3 * np.arange(count) + 1, 2), np.arange(2 * count) % 2
    of_points = np.arange(2 * count), cell, np.zeros(2 * count), vectors, np.ones(2 * count)
    found = meetings.of_window(
        *of_points, np.arange(2 * count + 1), member, own=every, whole=every, least=-1.0, fewest=1
    )
    first, _, common, metres = (np.concatenate(column) for column in zip(*found, strict=True))
    assert len(first) == count and set(common.tolist()) == {1}
    halved = [math.asin(math.sqrt(max((1.0 - one) / 2.0, 0.0))) for one in cosine]
    assert metres[np.argsort(first)].tolist() == [round(2000.0 * sphere.EARTH_RADIUS_KM * angle) for angle in halved]
