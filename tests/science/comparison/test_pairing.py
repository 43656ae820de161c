"""Which tracks of two sets are the same storm: one to one, the same whichever set is first, in any order."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stormtracks.science import sphere
from stormtracks.science.comparison import Rule, pair
from stormtracks.science.ragged import ragged_starts
from stormtracks.science.records import Tracks

SIX = np.timedelta64(6, "h")
START = np.datetime64("2005-08-20T00", "s")


def tracks_of(courses):
    """Tracks of (first step, lat, lon, heading); eight points each, across the date line where they come to it."""
    steps = np.arange(8)
    lat = [np.clip(lat + north * steps, -90, 90) for _, lat, _, north in courses]
    lon = [sphere.wrap(lon + 1.5 * steps) for _, _, lon, _ in courses]
    time = [START + (first + steps) * SIX for first, *_ in courses]
    if not courses:
        return Tracks(
            np.zeros(0, int), np.zeros(0, "M8[s]"), np.zeros(0), np.zeros(0), np.zeros(0, "f4"), np.zeros(0, int)
        )
    size = 8 * len(courses)
    columns = (np.concatenate(part) for part in (time, lat, lon))
    return Tracks(np.full(len(courses), 8), *columns, np.full(size, 5e-5, "f4"), np.arange(size))


def shuffled(tracks, order):
    points = np.concatenate([tracks.start[n] + np.arange(tracks.row_size[n]) for n in order])
    columns = {name: getattr(tracks, name)[points] for name in ("time", "lat", "lon", "vorticity", "maximum")}
    return Tracks(tracks.row_size[list(order)], **columns)


COURSES = st.lists(
    st.tuples(
        st.integers(0, 3), st.sampled_from([10.0, 10.5, 11.0, 12.0, 89.0]),
        st.sampled_from([170.0, 170.5, 171.0, 172.0, -60.0]), st.sampled_from([-0.2, 0.0, 0.3]),
    ),
    max_size=6,
)  # fmt: skip
"""So near one another that there are many ties, and many ways to pair them."""


@given(one=COURSES, other=COURSES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_swapped_sets_give_the_same_pairs_swapped(one, other):
    one, other = tracks_of(sorted(set(one))), tracks_of(sorted(set(other)))
    found, back = pair(one, other), pair(other, one)
    assert set(zip(found.one.tolist(), found.other.tolist(), found.common.tolist(), strict=True)) == set(
        zip(back.other.tolist(), back.one.tolist(), back.common.tolist(), strict=True)
    )
    assert len(set(found.one.tolist())) == len(found) == len(set(found.other.tolist()))
    assert (found.common >= 6).all() and (found.distance_km <= 300).all()


@given(
    courses=st.lists(COURSES.filter(len).map(lambda x: x[0]), min_size=2, max_size=6, unique=True), seed=st.randoms()
)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_order_of_the_tracks_does_not_matter(courses, seed):
    tracks = tracks_of(courses)
    other = tracks_of([(first, lat, lon + 0.7, north) for first, lat, lon, north in courses])
    order = list(range(len(courses)))
    seed.shuffle(order)
    found, moved = pair(tracks, other), pair(shuffled(tracks, order), other)
    assert sorted(zip(found.one.tolist(), found.other.tolist(), strict=True)) == sorted(
        (order[one], other) for one, other in zip(moved.one.tolist(), moved.other.tolist(), strict=True)
    )


def test_a_set_is_paired_with_itself():
    tracks = tracks_of([(0, 10.0, 175.0, 0.2), (2, 30.0, -60.0, 0.3), (1, 85.0, 0.0, 0.5)])
    found = pair(tracks, tracks)
    assert found.one.tolist() == found.other.tolist() == [0, 1, 2] and found.distance_km.tolist() == [0, 0, 0]


@pytest.mark.parametrize(("east", "rule", "number"), [
    (2.0, Rule(), 1),
    (3.5, Rule(), 0),
    (2.0, Rule(max_mean_distance_km=100.0), 0),
    (2.0, Rule(min_common_times=9), 0),
])  # fmt: skip
def test_near_and_long_enough_is_the_same_storm(east, rule, number):
    one, other = tracks_of([(0, 10.0, 178.0, 0.0)]), tracks_of([(0, 10.0, 178.0 + east, 0.0)])
    assert len(pair(one, other, rule)) == number


def test_nothing_pairs_with_nothing():
    none = tracks_of([])
    assert len(pair(none, tracks_of([(0, 10.0, 0.0, 0.0)]))) == len(pair(none, none)) == 0
    assert ragged_starts(none.row_size).tolist() == []
