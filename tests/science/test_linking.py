import numpy as np
import pytest
from fields import six_hourly
from hypothesis import given, settings
from hypothesis import strategies as st

from stormtracks.science import followers, link_cost, linking, sphere
from stormtracks.science.records import Maxima, TimeAxis
from stormtracks.science.settings import LINKERS


@pytest.fixture(autouse=True)
def both_ways(kernel):
    """Each test runs on NumPy and on the kernel."""


EACH = pytest.mark.parametrize("linker", LINKERS)


def table(*rows):
    """Maxima from (step, lat, lon) or (step, lat, lon, vorticity), sorted by step."""
    step, lat, lon, vorticity = zip(*sorted((*row, 1e-4)[:4] for row in rows), strict=True)
    return Maxima(np.array(step, "i4"), np.array(lat, float), np.array(lon, float), np.array(vorticity, "f4"))


def paths(tracks):
    return [
        list(zip(part_lat, part_lon, strict=True))
        for part_lat, part_lon in zip(
            np.split(tracks.lat.tolist(), tracks.start[1:]),
            np.split(tracks.lon.tolist(), tracks.start[1:]),
            strict=True,
        )
    ]


@EACH
def test_no_maxima_no_tracks(linker):
    empty = Maxima(np.zeros(0, "i4"), np.zeros(0), np.zeros(0), np.zeros(0, "f4"))
    assert len(linking.link(empty, six_hourly(5), linker=linker)) == 0


@EACH
def test_a_storm_across_the_date_line_is_one_track(linker):
    storm = table(*((k, 10 + k, sphere.wrap(176.0 + 2 * k)) for k in range(6)))
    tracks = linking.link(storm, six_hourly(6), linker=linker)
    assert tracks.row_size.tolist() == [6]
    assert tracks.maximum.tolist() == list(range(6))
    assert (tracks.time == six_hourly(6).times).all()


@EACH
def test_a_limit_beyond_half_of_the_globe_is_none_and_links_no_time_with_one_before(linker):
    """A thousand times too fast, as where a speed was given in m/h: points of other times seemed to be in reach."""
    storms = table(*((k, 10.0 * n, 30.0 * n + k) for k in range(6) for n in range(-3, 4)))
    wide, wider = (linking.link(storms, six_hourly(6), linker=linker, max_speed_m_s1=speed) for speed in (1e3, 1e6))
    assert len(wide) > 0 and np.array_equal(wide.maximum, wider.maximum)
    assert np.array_equal(wide.row_size, wider.row_size)
    assert (np.diff(wider.time)[wider.followed] > np.timedelta64(0, "s")).all()


@EACH
def test_the_limit_is_a_speed(linker):
    limits = {"linker": linker, "min_points": 2, "max_speed_m_s1": 30}
    near, far = table((0, 0, 0), (1, 0, 5.8)), table((0, 0, 0), (1, 0, 5.9))  # 648 km in 6 h is 30 m/s
    assert len(linking.link(near, six_hourly(2), **limits)) == 1
    assert len(linking.link(far, six_hourly(2), **limits)) == 0
    three_hourly = TimeAxis(six_hourly(2).times, np.array([0.0, 3.0]))
    assert len(linking.link(near, three_hourly, **limits)) == 0


@EACH
def test_one_to_one_the_closest_pair_first(linker):
    two = table((0, 0, 0), (0, 0, 3), (1, 0, 2))
    assert paths(linking.link(two, six_hourly(2), linker=linker, min_points=2)) == [[(0, 3), (0, 2)]]


def test_who_loses_the_nearest_takes_the_next():
    rows = table((0, 0, 0), (0, 0, 3), (1, 0, 2), (1, 0, -4))
    tracks = linking.link(rows, six_hourly(2), linker="nearest", min_points=2)
    assert paths(tracks) == [[(0, 0), (0, -4)], [(0, 3), (0, 2)]]


def test_of_equally_near_the_first_in_the_table_is_taken():
    assert paths(linking.link(table((0, 0, 0), (1, 0, -2), (1, 0, 2)), six_hourly(2), min_points=2)) == [
        [(0, 0), (0, -2)]
    ]


@EACH
@pytest.mark.parametrize(("bridged", "sizes"), [(0, [2, 2, 2]), (1, [4, 2]), (2, [6])])
def test_as_many_missing_steps_are_bridged_as_asked(linker, bridged, sizes):
    rows = table((0, 0, 0), (1, 0, 1), (3, 0, 3), (4, 0, 4), (7, 0, 7), (8, 0, 8))
    made = linking.link(rows, six_hourly(9), linker=linker, min_points=2, max_missing_steps=bridged)
    assert made.row_size.tolist() == sizes


@EACH
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


@EACH
@pytest.mark.parametrize("name", list(STEPS)[:5])
def test_a_storm_stays_one_track_where_the_step_changes(linker, name):
    axis = at(STEPS[name][0])
    lon = -60 + 15 * 3.6 * (axis.hours - axis.hours[0]) / 111.2  # 15 m/s along the equator
    rows = table(*((k, 0, sphere.wrap(lon[k])) for k in range(len(axis))))
    assert linking.link(rows, axis, linker=linker).row_size.tolist() == [len(axis)]


@EACH
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


@EACH
@pytest.mark.parametrize(("cost", "end"), [(0.0, 2), (100.0, 2), (300.0, -4)])
def test_a_weak_maximum_nearby_does_not_draw_the_link_of_a_strong_one(linker, cost, end):
    rows = table((0, 0, 0, 1e-4), (1, 0, 2, 4e-5), (1, 0, -4, 9e-5))  # 222 km and 0.92, 445 km and 0.11
    if linker == "course":
        cost /= 2  # it has half of the distance
    tracks = linking.link(rows, six_hourly(2), linker=linker, min_points=2, strength_cost_km=cost)
    assert paths(tracks) == [[(0, 0), (0, end)]]


@EACH
def test_a_bridged_step_counts_strength_too(linker):
    rows = table((0, 0, 0, 1e-4), (2, 0, 2, 3e-5), (2, 0, -4, 1e-4))
    tracks = linking.link(rows, six_hourly(3), linker=linker, min_points=2)
    assert paths(tracks) == [[(0, 0), (0, -4)]]


def test_the_cost_of_strength_is_the_same_for_a_factor_up_and_down():
    vorticity = np.array([1e-4, 1e-4 * np.exp(0.5), 0.0])
    pairs = np.array([0, 1, 0]), np.array([1, 0, 0])
    assert link_cost.strength_m(vorticity, *pairs, 300.0).tolist() == [150_000, 150_000, 0]
    assert np.isfinite(link_cost.strength_m(vorticity, np.array([2]), np.array([0]), 300.0)).all()


def fast_storm(seed, step_km, steps=16):
    """A season of weaker maxima 500 km apart that come and go, and the rows of a fast storm at 45N in it."""
    rng = np.random.default_rng(seed)
    turn = np.degrees(step_km / 6371.0 / np.cos(np.radians(45)))
    storm = [(k, 45 + rng.normal(0, 0.05), sphere.wrap(-100 + turn * k), 1.2e-4) for k in range(steps)]
    rows = list(storm)
    for k in range(steps):
        for lat, lon in zip(rng.uniform(30, 60, 120), rng.uniform(-120, 50, 120), strict=True):
            there = [row[1:3] for row in rows if row[0] == k]
            if sphere.distance_km(lat, lon, *np.transpose(there)).min() > 500:
                rows.append((k, lat, lon, rng.uniform(2.5e-5, 6e-5)))
    return table(*rows), storm


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("step_km", [432.0, 611.0])
def test_a_fast_storm_among_others_is_followed_in_one_piece(seed, step_km):
    """5.5 degrees in 6 hours, of longitude at 45N and of a great circle (28 m/s), by default."""
    season, storm = fast_storm(seed, step_km)
    lon = {round(row[2], 6) for row in storm}
    found = [{round(one, 6) for _, one in path} & lon for path in paths(linking.link(season, six_hourly(16)))]
    assert [len(part) for part in found if part] == [16]


def test_a_crossing_does_not_change_the_course():
    eastward = [(k, 0.5, 2.0 * k) for k in range(6)]
    westward = [(k, -0.5, 10.5 - 2.0 * k) for k in range(6)]
    tracks = linking.link(table(*eastward, *westward), six_hourly(6), linker="course")
    assert {tuple(np.sign(np.diff([lon for _, lon in path]))) for path in paths(tracks)} == {(1.0,) * 5, (-1.0,) * 5}


@settings(max_examples=40)
@given(st.integers(0, 2**31), st.integers(1, 40))
def test_the_course_is_that_of_the_best_pair_before_and_after(seed, count):
    rng = np.random.default_rng(seed)
    step, lat, lon = np.sort(rng.integers(0, 4, count)), rng.uniform(-9, 9, count), rng.uniform(-9, 9, count)
    tails, heads = np.nonzero(step[:, None] + 1 == step)
    shuffled = rng.permutation(len(tails))
    tails, heads = tails[shuffled], heads[shuffled]
    strength, reach = rng.integers(0, 10**5, len(tails)), np.full(len(tails), 648_000)
    point = 6_371_000 * sphere.unit_vectors(sphere.on_grid(lat), sphere.on_grid(lon))
    motion = point[heads] - point[tails]
    expected = []
    for i in range(len(tails)):
        change = np.linalg.norm(motion - motion[i], axis=1) + strength
        expected.append(sum(min([486_000, *change[near]]) for near in (heads == tails[i], tails == heads[i])))
    off = link_cost.course_m(lat, lon, tails, heads, reach, strength)
    assert np.allclose(off, expected, atol=2)


@EACH
@pytest.mark.parametrize("together", [1, 300])
def test_tracks_are_the_same_in_parts(linker, together, monkeypatch):
    season, _ = fast_storm(5, 432.0)
    whole = linking.link(season, six_hourly(16), linker=linker)
    monkeypatch.setattr(sphere, "PAIRS_AT_A_TIME", 7)
    monkeypatch.setattr(followers, "TOGETHER", together)
    parts = linking.link(season, six_hourly(16), linker=linker)
    assert np.array_equal(whole.maximum, parts.maximum) and np.array_equal(whole.row_size, parts.row_size)


def greedy(maxima, limit_m, strength_cost_km):
    """Successors by the cheapest pair of all first, then the next, as the documentation says."""
    level = np.rint(1000 * np.log(maxima.vorticity.astype(float)))
    metres = [
        (sphere.distance_m(maxima.lat[i], maxima.lon[i], maxima.lat[j], maxima.lon[j]), i, j)
        for i in range(len(maxima))
        for j in range(len(maxima))
        if maxima.step[j] == maxima.step[i] + 1
    ]
    near = [(m + np.rint(strength_cost_km * abs(level[j] - level[i])), i, j) for m, i, j in metres if m <= limit_m]
    successor, taken = {}, set()
    for _, i, j in sorted(near):
        if i not in successor and j not in taken:
            successor[i] = j
            taken.add(j)
    return successor


@settings(max_examples=60)
@given(st.integers(0, 2**31), st.integers(2, 40), st.sampled_from([0.0, 300.0]))
def test_nearest_is_the_greedy_choice_by_cost(seed, count, cost):
    rng = np.random.default_rng(seed)
    made = Maxima(
        np.sort(rng.integers(0, 4, count)).astype("i4"),
        rng.uniform(-9, 9, count),
        rng.uniform(-9, 9, count),
        rng.uniform(3e-5, 2e-4, count).astype("f4"),
    )
    limits = {
        "linker": "nearest",
        "strength_cost_km": cost,
        "min_points": 2,
        "max_missing_steps": 0,
        "min_peak_s1": 0.0,
    }
    tracks = linking.link(made, six_hourly(4), **limits)
    follows = np.flatnonzero(np.diff(tracks.track) == 0)
    found = dict(zip(tracks.maximum[follows].tolist(), tracks.maximum[follows + 1].tolist(), strict=True))
    assert found == greedy(made, 648_000, cost)


@EACH
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
