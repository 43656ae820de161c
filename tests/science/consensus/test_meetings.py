"""Which tracks are near each other: by NumPy and by the kernel what all pairs of points say, one by one."""

import numpy as np
import pytest
from crowds import ensemble_of
from hypothesis import given, settings
from hypothesis import strategies as st

from stormtracks.science import sphere
from stormtracks.science.consensus.grouping import meetings
from stormtracks.science.consensus.grouping.points import Points

pytestmark = pytest.mark.usefixtures("kernel")


def one_by_one(points, radius_km):
    """Pair of tracks -> times at which they are near each other, sum of metres."""
    found, track = {}, points.track
    for time in range(len(points.times)):
        rows = np.flatnonzero(points.time == time)
        metres = sphere.distance_m(points.lat[rows], points.lon[rows], points.lat[rows, None], points.lon[rows, None])
        for one, other in zip(*np.nonzero(np.triu(metres <= round(1000 * radius_km), 1)), strict=True):
            pair = tuple(sorted((int(track[rows[one]]), int(track[rows[other]]))))
            if points.member[pair[0]] != points.member[pair[1]]:
                common, total = found.get(pair, (0, 0))
                found[pair] = common + 1, total + int(metres[one, other])
    return found


def as_dict(met):
    assert len({*zip(met.first.tolist(), met.second.tolist(), strict=True)}) == len(met.first)
    sums = zip(met.common.tolist(), met.metres.tolist(), strict=True)
    return dict(zip(zip(met.first.tolist(), met.second.tolist(), strict=True), sums, strict=True))


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 4),
    st.integers(0, 8),
    st.integers(1, 20),
    st.sampled_from([0.0, 45.0, 88.0, -90.0]),
    st.sampled_from([0.0, 179.0, -180.0]),
    st.sampled_from([1.0, 350.0, 2000.0, 11_000.0, 25_000.0]),
)
def test_what_is_near_is_what_all_pairs_of_points_say(seed, members, most_tracks, steps, lat, lon, radius_km):
    points = Points.of(ensemble_of(seed, members, most_tracks, steps, lat, lon))
    met = meetings.meetings(points, radius_km, lambda some: np.ones(len(some.first), bool))
    assert as_dict(met) == one_by_one(points, radius_km)


@pytest.mark.parametrize("steps", [1, 2, 3, 64])
def test_blocks_of_any_length_and_little_room_find_the_same(monkeypatch, steps):
    points = Points.of(ensemble_of(1, 5, 30, 20, 40.0, 179.0))
    expected = as_dict(meetings.meetings(points, 350.0, lambda some: some.common > 2))
    monkeypatch.setattr(meetings, "STEPS", steps)
    monkeypatch.setattr(meetings.pieces, "STEPS", steps)
    monkeypatch.setattr(meetings.pieces, "PIECES", 7)
    monkeypatch.setattr(meetings.pieces, "MOST_OTHERS", 5)
    monkeypatch.setattr(meetings.compiled, "_ROOM", 1)
    assert as_dict(meetings.meetings(points, 350.0, lambda some: some.common > 2)) == expected
    assert expected and all(common > 2 for common, _ in expected.values())


@pytest.mark.parametrize("fewest", [1, 4, 10])
def test_pairs_that_meet_too_few_times_need_not_be_asked(fewest):
    points = Points.of(ensemble_of(2, 5, 30, 40, 40.0, 179.0))
    met = as_dict(meetings.meetings(points, 900.0, lambda some: np.ones(len(some.first), bool), fewest))
    assert met == {pair: of for pair, of in one_by_one(points, 900.0).items() if of[0] >= fewest} and met
