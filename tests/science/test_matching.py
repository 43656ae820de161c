import warnings
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from needs import need_module

from stormtracks.science import encounters, ibtracs, matching, sphere
from stormtracks.science.records import BestTracks, TimeAxis, Tracks

NORTH_ATLANTIC = Path(__file__).parents[2] / "sample/ibtracs/IBTrACS.NA.v04r00.nc"
START = np.datetime64("2005-08-01T00", "s")


def hours(number):
    return START + np.atleast_1d(np.asarray(number, dtype=float) * 3600).astype("timedelta64[s]")


AXIS = TimeAxis(hours(np.arange(0, 240, 6)), np.arange(0, 240, 6.0))


def tracks(*parts):
    """Tracks from (hours, lat, lon) of each."""
    columns = [np.broadcast_arrays(*map(np.atleast_1d, part)) for part in parts]
    size = np.array([len(column[0]) for column in columns], np.int32)
    when, lat, lon = (np.concatenate(column) for column in zip(*columns, np.zeros((3, 0)), strict=True))
    return Tracks(size, hours(when), lat, lon, np.full(len(lat), 5e-5, np.float32), np.arange(len(lat)))


def observed(*parts, wind=50.0):
    """Best tracks S0, S1, ... from (hours, lat, lon) of each."""
    like = tracks(*parts)
    sid = np.array([f"S{i}" for i in range(len(parts))])
    name, basin = np.full(len(parts), ""), np.full(len(parts), "NA")
    season = np.full(len(parts), 2005, np.int32)
    winds = np.full(len(like.lat), wind, np.float32)
    return BestTracks(sid, name, basin, season, like.row_size, like.time, like.lat, like.lon, winds, winds * np.nan)


NO_TRACKS = Tracks(*(np.zeros(0, kind) for kind in ("i4", "M8[s]", "f8", "f8", "f4", "i8")))
SIX = np.arange(24, 60, 6)
KM = 1 / (sphere.EARTH_RADIUS_KM * np.pi / 180)  # degrees of latitude


def test_a_storm_found():
    found = matching.match(tracks((SIX - 12, 15 + 100 * KM, -60)), observed((SIX, 15, -60)), AXIS, min_common_times=4)
    assert found.sid.tolist() == ["S0"]
    assert found.track.tolist() == [0]
    assert found.common_times.tolist() == [4]
    assert found.mean_distance_km == pytest.approx([100], abs=1e-3)
    assert (found.first_time[0], found.last_time[0]) == (hours(24)[0], hours(42)[0])
    assert found.lead_hours.tolist() == [12]
    assert found.max_wind_kt.tolist() == [50]


def test_a_storm_missed():
    missed = matching.match(tracks((SIX, -15, -60)), observed((SIX, 15, -60)), AXIS)
    assert (missed.track.tolist(), missed.common_times.tolist(), missed.hit.tolist()) == ([-1], [0], [False])
    assert np.isnan(missed.mean_distance_km[0])
    assert np.isnan(missed.lead_hours[0])
    assert np.isnat([missed.first_time[0], missed.last_time[0]]).all()


def test_a_track_that_comes_later_has_a_negative_lead():
    when = np.arange(0, 120, 6)
    late = matching.match(tracks((when[10:], 15, -60)), observed((when, 15, -60)), AXIS)
    assert late.lead_hours.tolist() == [-60]


@pytest.mark.parametrize(("common", "hit"), [(5, False), (6, True)])
def test_the_least_number_of_common_times(common, hit):
    best = observed((np.arange(0, 60, 6), 15, -60))
    assert matching.match(tracks((np.arange(common) * 6, 15, -60)), best, AXIS).hit.tolist() == [hit]


@pytest.mark.parametrize(("distance", "hit"), [(299.9, True), (300.1, False)])
def test_how_near_is_near_across_the_date_line(distance, hit):
    degrees = distance * KM
    found = matching.match(tracks((SIX, 0, 180 - degrees / 2)), observed((SIX, 0, -180 + degrees / 2)), AXIS)
    assert found.hit.tolist() == [hit]


def test_one_false_link_at_the_end_of_a_track_does_not_undo_a_match():
    when = np.arange(0, 60, 6)
    lat = 15 + np.array([60] * 8 + [2000, 4000]) * KM
    found = matching.match(tracks((when, lat, -60)), observed((when, 15, -60)), AXIS)
    assert (found.common_times.tolist(), found.mean_distance_km) == ([8], pytest.approx([60], abs=1e-3))


def test_a_mean_over_all_common_times_can_be_asked_for_as_well():
    when = np.arange(0, 60, 6)
    lat = 15 + np.array([60] * 6 + [2000] * 4) * KM
    mean = {"max_mean_distance_km": 500}
    assert matching.match(tracks((when, lat, -60)), observed((when, 15, -60)), AXIS).hit.tolist() == [True]
    assert matching.match(tracks((when, lat, -60)), observed((when, 15, -60)), AXIS, **mean).hit.tolist() == [False]


def test_the_rule_of_1_0_can_still_be_chosen():
    lat = 15 + np.array([900, 0, 0, 0, 0, 0]) * KM
    old = {"max_distance_km": None, "max_mean_distance_km": 500}
    found = matching.match(tracks((SIX, lat, -60)), observed((SIX, 15, -60)), AXIS, **old)
    assert found.mean_distance_km == pytest.approx([150])


def test_the_track_with_most_common_times_is_the_match_and_the_storm_is_all_its_pieces():
    when = np.arange(0, 240, 6)
    crumb, whole = (when[:8], 15 + 20 * KM, -60), (when[9:], 15 + 100 * KM, -60)
    found = matching.match(tracks(crumb, whole), observed((when[2:], 15, -60)), AXIS)
    assert found.track.tolist() == [1] and found.storm_of_track.tolist() == [0, 0]
    assert found.common_times.tolist() == [6 + 31]


def test_lead_distance_and_span_are_over_all_pieces():
    when = np.arange(0, 240, 6)
    early, late = (when[:10], 15 + 50 * KM, -60), (when[8:], 15 + 100 * KM, -60)
    found = matching.match(tracks(early, late), observed((when[2:], 15, -60)), AXIS)
    assert found.track.tolist() == [1] and found.lead_hours.tolist() == [12]
    # Eight times of the first piece alone, two of both (the nearer counts), thirty of the second alone.
    assert found.common_times.tolist() == [38]
    assert found.mean_distance_km == pytest.approx([(8 * 50 + 30 * 100) / 38], abs=1e-3)
    assert (found.first_time[0], found.last_time[0]) == (hours(12)[0], hours(234)[0])


def test_best_pairs_first_and_one_to_one():
    near, far_off = (
        tracks((SIX, 15 + 100 * KM, -60), (SIX, 15 + 290 * KM, -60)),
        observed((SIX, 15, -60), (SIX, 15 + 190 * KM, -60)),
    )
    found = matching.match(near, far_off, AXIS)
    # Track 0 is 100 km from S0 and 90 km from S1, and so S1's; S0 gets what is left, track 1 at 290 km.
    assert found.track.tolist() == [1, 0]
    assert found.mean_distance_km == pytest.approx([290, 90], abs=1e-3)


def test_at_a_tie_the_lower_best_track_then_the_lower_track():
    same = ((SIX, 15, -60), (SIX, 15, -60))
    found = matching.match(tracks(*same), observed(*same), AXIS)
    assert found.track.tolist() == [0, 1]


def test_further_pieces_of_a_storm_are_no_false_alarms():
    when = np.arange(0, 120, 6)
    broken = tracks((when[:9], 15.5, -60), (when[10:], 15, -60), (when, -40, 100))
    found = matching.match(broken, observed((when, 15, -60), (when, 40, 0)), AXIS)
    assert found.track.tolist() == [1, -1]
    assert found.storm_of_track.tolist() == [0, 0, -1]
    assert matching.pieces(found).tolist() == [2, 0]
    assert matching.pod(found) == 0.5
    assert matching.far(found, 3) == pytest.approx(1 / 3)


def test_only_best_tracks_that_the_season_could_have_seen():
    before, long, short = (SIX - 100, 15, -60), (SIX, 15, -30), (SIX[:5], 15, 0)
    odd_hours = (SIX + 3, 15, 30)
    found = matching.match(NO_TRACKS, observed(before, long, short, odd_hours), AXIS)
    assert found.sid.tolist() == ["S1"]
    assert matching.pod(found) == 0
    assert np.isnan(matching.far(found, 0))


def test_only_observations_in_the_region():
    pacific = (0, 40, 150, -150)  # across the date line
    lon = np.array([140, 160, 170, -180, -170, -160, -155])
    best = observed((np.arange(7) * 6, 15, lon), (SIX, 15, -60))
    found = matching.match(tracks((np.arange(7) * 6, 15, lon)), best, AXIS, region=pacific)
    assert found.sid.tolist() == ["S0"]
    assert found.common_times.tolist() == [6]
    assert found.first_time[0] == hours(6)[0]


def test_observations_between_the_data_s_times():
    every_three = np.arange(24, 61, 3)
    moving = (every_three, 0, 178 + (every_three - 24) / 12)  # along the equator, across the date line
    best = observed((moving[0], 0, sphere.wrap(moving[2])))
    found = tracks((moving[0][::2], 0, sphere.wrap(moving[2][::2])))
    by_data = matching.match(found, best, AXIS)
    between = matching.match(found, best, AXIS, best_track_times="interpolate")
    assert (by_data.common_times.tolist(), between.common_times.tolist()) == ([7], [13])
    assert between.mean_distance_km == pytest.approx([0], abs=1e-6)


def test_a_track_is_not_carried_on_beyond_its_life_nor_across_a_gap():
    bridged = tracks(([24, 30, 36, 48, 54, 60], 15, -60))
    best = observed((np.arange(21, 66, 3), 15, -60))
    found = matching.match(bridged, best, AXIS, best_track_times="interpolate")
    # Six at its points; 27, 33, 51, 57 between; not 21, 63 (beyond), 39, 45 (gap), 42 (gap, a time of the data).
    assert found.common_times.tolist() == [10]


def test_a_gap_in_the_data_is_not_bridged():
    when = np.array([0, 6, 12, 36, 42, 48, 54])
    axis = TimeAxis(hours(when), when.astype(float))
    best = observed((np.arange(0, 57, 3), 15, -60))
    found = matching.match(tracks((when, 15, -60)), best, axis, best_track_times="interpolate")
    assert found.common_times.tolist() == [7 + 5]  # 15 to 33 are left out


def test_the_season_of_2005_as_its_own_tracks():
    best = ibtracs.load(NORTH_ATLANTIC, np.datetime64("2005-01-01"), np.datetime64("2005-12-31T18"))
    times = np.arange(np.datetime64("2005-01-01", "s"), np.datetime64("2006-01-01"), np.timedelta64(6, "h"))
    own = np.isin(best.time, times)
    size = np.bincount(best.storm[own]).astype(np.int32)
    like = Tracks(size, best.time[own], best.lat[own], best.lon[own], best.wind_kt[own], np.arange(own.sum()))
    found = matching.match(like, best, TimeAxis(times, np.arange(len(times)) * 6.0))
    assert found.sid.tolist() == best.sid[size >= 6].tolist()
    assert found.track.tolist() == np.flatnonzero(size >= 6).tolist()
    assert found.mean_distance_km.max() == 0
    assert found.max_wind_kt[found.name == "KATRINA"] == 150


@pytest.mark.parametrize("rule", ["data", "interpolate"])
def test_nothing_to_match(rule):
    nothing = observed()
    assert len(matching.match(tracks((SIX, 15, -60)), nothing, AXIS, best_track_times=rule)) == 0
    assert len(matching.match(NO_TRACKS, nothing, TimeAxis(hours([])[:0], np.zeros(0)), best_track_times=rule)) == 0
    assert np.isnan(matching.pod(matching.match(NO_TRACKS, nothing, AXIS, best_track_times=rule)))


@st.composite
def seasons(draw):
    """Storms at rest, and tracks scattered about them: pieces, near and far ones, false alarms."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    spacing = draw(st.sampled_from([5.0, 30.0]))  # degrees: near enough to compete, or far apart
    lats = np.arange(draw(st.integers(1, 5))) * spacing - 50
    storms = [(np.arange(0, 150, 6), lat, -170) for lat in lats]
    found = []
    for _ in range(draw(st.integers(1, 12))):
        when = np.arange(*np.sort(rng.choice(24, 2, replace=False)) * 6, 6)
        found.append((when, rng.choice(lats) + rng.normal(0, 2) + rng.normal(0, 1, len(when)), -170 + rng.normal(0, 2)))
    return observed(*storms), tracks(*found), spacing


def dataset(ragged, ids):
    points = {"track_id": np.repeat(ids, ragged.row_size), "time": ragged.time, "lat": ragged.lat, "lon": ragged.lon}
    return xr.Dataset({name: ("record", values) for name, values in points.items()})


def huracanpy_scores(best, found):
    huracanpy = need_module("huracanpy")
    ours, theirs = dataset(found, np.arange(len(found))), dataset(best, best.sid)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pairs = huracanpy.assess.match([theirs, ours], ["best", "found"], max_dist=300, min_overlap=6)
    pod = huracanpy.assess.pod(pairs, theirs, "best")
    return pairs, pod, huracanpy.assess.far(pairs, ours, "found")


@pytest.mark.slow
@given(seasons())
@hypothesis_settings(max_examples=60)
def test_pod_and_far_equal_huracanpy_s(season):
    best, found, spacing = season
    matches = matching.match(found, best, AXIS)
    _, pod, far = huracanpy_scores(best, found)
    assert matching.far(matches, len(found)) == pytest.approx(far)
    # huracanpy lets a track detect several storms; where storms are far apart none can.
    assert matching.pod(matches) == pytest.approx(pod) if spacing > 20 else matching.pod(matches) <= pod + 1e-9


@given(seasons())
@hypothesis_settings(max_examples=30)
def test_every_match_is_a_pair_of_huracanpy_s_with_its_distance(season):
    best, found, _ = season
    matches = matching.match(found, best, AXIS)
    pairs = huracanpy_scores(best, found)[0].set_index(["id_best", "id_found"])
    for i in np.flatnonzero(matches.hit):
        pair = pairs.loc[(matches.sid[i], matches.track[i])]
        alone = matching.pieces(matches)[i] == 1  # otherwise the other pieces count as well
        assert matches.common_times[i] == pair.temp if alone else matches.common_times[i] >= pair.temp
        if alone:
            assert matches.mean_distance_km[i] == pytest.approx(pair.dist, rel=1e-3)  # the radii differ by 0.003 %


@given(seasons())
@hypothesis_settings(max_examples=60)
def test_one_to_one_and_nothing_left_that_could_be_matched(season):
    best, found, _ = season
    matches = matching.match(found, best, AXIS)
    taken = matches.track[matches.hit]
    assert len(np.unique(taken)) == len(taken)
    pairs = huracanpy_scores(best, found)[0]
    free_storm, free_track = set(matches.sid[~matches.hit]), set(range(len(found))) - set(taken.tolist())
    assert not any(s in free_storm and t in free_track for s, t in zip(pairs.id_best, pairs.id_found, strict=True))


def random_paths(rng, count, least_hours):
    """Paths of 2 to 20 points, 6 hours apart, in steps of up to 10 degrees about a pole and the date line."""
    for _ in range(count):
        size = rng.integers(2, 20)
        when = least_hours * rng.integers(0, 120 // least_hours) + 6 * np.arange(size)
        lat = np.clip(rng.choice([-75, 5, 84]) + np.cumsum(rng.uniform(-4, 4, size)), -90, 90)
        yield when, lat, sphere.wrap(170 + np.cumsum(rng.uniform(-10, 10, size)))


@given(
    seed=st.integers(0, 2**31),
    rule=st.sampled_from(["data", "interpolate"]),
    distance=st.sampled_from([300.0, 900.0, None]),
    mean=st.sampled_from([400.0, None]),
    least=st.integers(1, 6),
)
@hypothesis_settings(max_examples=60)
def test_what_is_left_out_early_makes_no_difference(seed, rule, distance, mean, least):
    rng = np.random.default_rng(seed)
    ours, best = tracks(*random_paths(rng, 40, 6)), observed(*random_paths(rng, 6, 3))
    limits = {"max_distance_km": distance, "max_mean_distance_km": mean, "min_common_times": least}
    found = matching.match(ours, best, AXIS, best_track_times=rule, **limits)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(encounters, "latitudes", lambda *_: lambda some: np.ones(len(some.pair), bool))
        patched.setattr(encounters, "often", lambda some, _: some)
        patched.setattr(encounters, "_CELLS", 0)
        patched.setattr(sphere, "PAIRS_AT_A_TIME", 3)
        whole = matching.match(ours, best, AXIS, best_track_times=rule, **limits)
    for name, values in vars(found).items():
        assert np.array_equal(values, getattr(whole, name), equal_nan=values.dtype.kind in "fM"), name
