import numpy as np
import pytest
from fields import six_hourly
from hypothesis import given, settings
from hypothesis import strategies as st

from stormtracks.science import linking, sphere
from stormtracks.science.records import Maxima, TimeAxis

BOTH = pytest.mark.parametrize("linker", ["nearest", "motion"])


def table(*rows):
    """Maxima from (step, lat, lon), sorted by step."""
    step, lat, lon = zip(*sorted(rows), strict=True)
    return Maxima(np.array(step, "i4"), np.array(lat, float), np.array(lon, float), np.full(len(rows), 1e-4, "f4"))


def paths(tracks):
    return [
        list(zip(part_lat, part_lon, strict=True))
        for part_lat, part_lon in zip(
            np.split(tracks.lat.tolist(), tracks.start[1:]),
            np.split(tracks.lon.tolist(), tracks.start[1:]),
            strict=True,
        )
    ]


@BOTH
def test_no_maxima_no_tracks(linker):
    empty = Maxima(np.zeros(0, "i4"), np.zeros(0), np.zeros(0), np.zeros(0, "f4"))
    assert len(linking.link(empty, six_hourly(5), linker=linker)) == 0


@BOTH
def test_a_storm_across_the_date_line_is_one_track(linker):
    storm = table(*((k, 10 + k, sphere.wrap(176.0 + 2 * k)) for k in range(6)))
    tracks = linking.link(storm, six_hourly(6), linker=linker)
    assert tracks.row_size.tolist() == [6]
    assert tracks.maximum.tolist() == list(range(6))
    assert (tracks.time == six_hourly(6).times).all()


@BOTH
def test_the_limit_is_a_speed(linker):
    limits = {"linker": linker, "min_points": 2, "max_speed_m_s1": 30}
    near, far = table((0, 0, 0), (1, 0, 5.8)), table((0, 0, 0), (1, 0, 5.9))  # 648 km in 6 h is 30 m/s
    assert len(linking.link(near, six_hourly(2), **limits)) == 1
    assert len(linking.link(far, six_hourly(2), **limits)) == 0
    three_hourly = TimeAxis(six_hourly(2).times, np.array([0.0, 3.0]))
    assert len(linking.link(near, three_hourly, **limits)) == 0


@BOTH
def test_one_to_one_the_closest_pair_first(linker):
    two = table((0, 0, 0), (0, 0, 3), (1, 0, 2))
    assert paths(linking.link(two, six_hourly(2), linker=linker, min_points=2)) == [[(0, 3), (0, 2)]]


def test_who_loses_the_nearest_takes_the_next():
    rows = table((0, 0, 0), (0, 0, 3), (1, 0, 2), (1, 0, -4))
    assert paths(linking.link(rows, six_hourly(2), min_points=2)) == [[(0, 0), (0, -4)], [(0, 3), (0, 2)]]


def test_of_equally_near_the_first_in_the_table_is_taken():
    assert paths(linking.link(table((0, 0, 0), (1, 0, -2), (1, 0, 2)), six_hourly(2), min_points=2)) == [
        [(0, 0), (0, -2)]
    ]


@BOTH
@pytest.mark.parametrize(("bridged", "sizes"), [(0, [2, 2, 2]), (1, [4, 2]), (2, [6])])
def test_as_many_missing_steps_are_bridged_as_asked(linker, bridged, sizes):
    rows = table((0, 0, 0), (1, 0, 1), (3, 0, 3), (4, 0, 4), (7, 0, 7), (8, 0, 8))
    made = linking.link(rows, six_hourly(9), linker=linker, min_points=2, max_missing_steps=bridged)
    assert made.row_size.tolist() == sizes


@BOTH
def test_a_gap_in_the_files_times_is_a_missing_step(linker):
    axis = TimeAxis(
        np.array(["2005-06-01T00", "2005-06-01T06", "2005-06-01T18"], "datetime64[s]"), np.array([0.0, 6, 18])
    )
    rows = table((0, 0, 0), (1, 0, 1), (2, 0, 2))
    assert axis.missing.tolist() == [0, 0, 1]
    assert linking.link(rows, axis, linker=linker, min_points=2, max_missing_steps=0).row_size.tolist() == [2]
    assert linking.link(rows, axis, linker=linker, min_points=2).row_size.tolist() == [3]


def at(hours):
    """A time axis of these hours."""
    hours = np.asarray(hours, float)
    return TimeAxis(np.datetime64("2005-08-01", "s") + np.rint(hours * 3600).astype("timedelta64[s]"), hours)


ECMWF = np.r_[0:144:3, 144:246:6]
STEPS = {
    "3-hourly, then 6-hourly": (ECMWF, 0),
    "6-hourly, then 3-hourly": (np.r_[0:24:6, 24:48:3], 0),
    "hourly, 3-hourly, 6-hourly": (np.r_[0:12:1, 12:48:3, 48:96:6], 0),
    "float32 days since 1800": ((np.float32(75000) + np.arange(0, 10, 0.25, np.float32)).astype(float) * 24 - 1.8e6, 0),
    "one analysis was never made": (np.delete(np.arange(0, 96, 6), 7), 1),
    "two days were not fetched": (np.r_[0:24:6, 48:96:6, 120:144:6], 8),
    "the last analysis but one was never made": (np.delete(np.arange(0, 96, 6), -2), 1),
    "the second analysis was never made": (np.delete(np.arange(0, 96, 6), 1), 1),
    "a change just before the end": (np.r_[0:24:3, 24:37:6], 0),
    "a single time": ([0], 0),
    "two times": ([0, 6], 0),
}


@pytest.mark.parametrize("name", STEPS)
def test_times_are_counted_by_the_steps_around_them(name):
    hours, missing = STEPS[name]
    axis = at(hours)
    assert axis.missing.sum() == missing and (np.diff(axis.moments) >= 1).all() and axis.moments[0] == 0


@BOTH
@pytest.mark.parametrize("name", list(STEPS)[:5])
def test_a_storm_stays_one_track_where_the_step_changes(linker, name):
    axis = at(STEPS[name][0])
    lon = -60 + 15 * 3.6 * (axis.hours - axis.hours[0]) / 111.2  # 15 m/s along the equator
    rows = table(*((k, 0, sphere.wrap(lon[k])) for k in range(len(axis))))
    assert linking.link(rows, axis, linker=linker).row_size.tolist() == [len(axis)]


@BOTH
def test_the_reach_is_that_of_each_pair_s_own_time(linker):
    axis = at([0, 3, 6, 12, 18])
    fast = table((0, 0, 0), (1, 0, 2.9), (2, 0, 5.8), (3, 0, 11.6), (4, 0, 17.4))  # 324 km in 3 h, 648 in 6 h
    assert linking.link(fast, axis, linker=linker, min_points=2).row_size.tolist() == [5]
    jump = table((0, 0, 0), (1, 0, 5.8), (2, 0, 8.7), (3, 0, 14.5), (4, 0, 20.3))  # 648 km in the first 3 h
    assert linking.link(jump, axis, linker=linker, min_points=2, max_missing_steps=0).row_size.tolist() == [4]


def test_motion_keeps_two_storms_apart_that_pass_each_other():
    eastward = [(k, 0.5, 2.0 * k) for k in range(6)]
    westward = [(k, -0.5, 10.5 - 2.0 * k) for k in range(6)]
    tracks = linking.link(table(*eastward, *westward), six_hourly(6), linker="motion")
    assert {tuple(np.sign(np.diff([lon for _, lon in path]))) for path in paths(tracks)} == {(1.0,) * 5, (-1.0,) * 5}


def test_short_and_weak_tracks_are_left_out():
    rows = table(*((k, 0, k) for k in range(5)))
    assert len(linking.link(rows, six_hourly(5))) == 0
    assert len(linking.link(rows, six_hourly(5), min_points=5, min_peak_s1=2e-4)) == 0
    assert len(linking.link(rows, six_hourly(5), min_points=5, min_peak_s1=0.9e-4)) == 1


def greedy(maxima, limit_m):
    """Successors by the closest pair of all first, then the next, as the documentation says."""
    pairs = [
        (sphere.distance_m(maxima.lat[i], maxima.lon[i], maxima.lat[j], maxima.lon[j]), i, j)
        for i in range(len(maxima))
        for j in range(len(maxima))
        if maxima.step[j] == maxima.step[i] + 1
    ]
    successor, taken = {}, set()
    for distance, i, j in sorted(pairs):
        if distance <= limit_m and i not in successor and j not in taken:
            successor[i] = j
            taken.add(j)
    return successor


@settings(max_examples=60)
@given(st.integers(0, 2**31), st.integers(2, 40))
def test_nearest_is_the_greedy_choice_by_distance(seed, count):
    rng = np.random.default_rng(seed)
    made = Maxima(
        np.sort(rng.integers(0, 4, count)).astype("i4"),
        rng.uniform(-9, 9, count),
        rng.uniform(-9, 9, count),
        np.ones(count, "f4"),
    )
    tracks = linking.link(made, six_hourly(4), min_points=2, max_missing_steps=0)
    follows = np.flatnonzero(np.diff(tracks.track) == 0)
    found = dict(zip(tracks.maximum[follows].tolist(), tracks.maximum[follows + 1].tolist(), strict=True))
    assert found == greedy(made, 648_000)


@BOTH
@settings(max_examples=40)
@given(seed=st.integers(0, 2**31), count=st.integers(0, 80))
def test_every_maximum_is_in_at_most_one_track_and_times_ascend(linker, seed, count):
    rng = np.random.default_rng(seed)
    made = Maxima(
        np.sort(rng.integers(0, 8, count)).astype("i4"),
        rng.uniform(-9, 9, count),
        rng.uniform(-180, 180, count) / 18,
        np.ones(count, "f4"),
    )
    tracks = linking.link(made, six_hourly(8), linker=linker, min_points=2, max_missing_steps=2)
    assert len(np.unique(tracks.maximum)) == len(tracks.maximum) == tracks.row_size.sum()
    same = np.diff(tracks.track) == 0
    assert set(np.diff(tracks.time)[same].astype(int) // 3600) <= {6, 12, 18}
