"""The physical rule: what makes a track a tropical or an extratropical cyclone, and what makes it none."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.science import lists
from stormtracks.science.records import TimeAxis
from stormtracks.science.track_fields import TrackFields
from tests.science.lists.members import AXIS, HURRICANE, LEVELS, LOW, hurricane, low, member

NOTHING_ALOFT = ("warm_core", "lower_thickness_asymmetry")
ONLY_WINDS = (*NOTHING_ALOFT, "pressure_depth", "pressure_min")
NOT_LONG = np.where(np.arange(20) < 3, 40.0, np.nan)


def kinds(*lines, without=(), axis=AXIS, grid_degrees=2.0, **thresholds):
    tracks, fields = member(*lines, without=without)
    verdict = lists.classes(tracks, fields, axis, grid_degrees=grid_degrees, **thresholds)
    return [lists.CLASSES[code] for code in verdict.storm_class]


@pytest.mark.parametrize("without", [(), NOTHING_ALOFT, (*NOTHING_ALOFT, "wind_max"), ONLY_WINDS])
def test_a_hurricane_and_a_low_are_told_apart_by_whatever_is_known(without):
    assert kinds(hurricane(), low(), without=without) == ["tc", "etc"]


def test_vorticity_alone_tells_them_apart_by_place_and_life():
    assert kinds(hurricane(), low(), without=tuple(HURRICANE)) == ["tc", "etc"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pressure_depth", 49.0),
        ("warm_core", 1.9),
        ("vorticity", 6.9e-5),
        ("wind_max", 9.9),
        ("sea", 0.0),
        ("warm_core", NOT_LONG),
    ],
)
def test_each_condition_is_needed(name, value):
    assert kinds(hurricane(fields=HURRICANE | {name: value})) == ["none"]


@pytest.mark.parametrize(("name", "value"), [("pressure_depth", 50.0), ("warm_core", 2.0), ("wind_max", 10.0)])
def test_each_threshold_is_enough(name, value):
    assert kinds(hurricane(fields=HURRICANE | {name: value})) == ["tc"]


@pytest.mark.parametrize("without", [(), ONLY_WINDS])
@pytest.mark.parametrize("grid_degrees", [0.1, 0.25, 0.5, 1.0])
def test_a_weak_storm_as_a_quarter_degree_reanalysis_has_it_is_listed_on_any_fine_grid(grid_degrees, without):
    koto = {"vorticity": 4.2e-4, "wind_max": 18.5, "wind_max_distance": 161.0, "pressure_depth": 400.0}
    ditwah = {"vorticity": 2.6e-4, "wind_max": 17.3, "wind_max_distance": 220.0, "pressure_depth": 400.0}
    storms = [hurricane(fields=HURRICANE | one) for one in (koto, ditwah)]
    assert kinds(*storms, grid_degrees=grid_degrees, without=without) == ["tc", "tc"]


def test_a_fine_grid_asks_for_more_depth():
    shallow = hurricane(fields=HURRICANE | {"pressure_depth": 150.0, "vorticity": 3e-4})
    assert kinds(shallow, grid_degrees=2.0) == ["tc"]
    assert kinds(shallow, grid_degrees=1.0) == ["none"]
    assert kinds(shallow, grid_degrees=2.0, without=NOTHING_ALOFT) == ["none"]


@pytest.mark.parametrize(
    ("made_of", "grid_degrees", "kind"),
    [("z300 at 300 hPa and z500 at 500 hPa", 1.0, 1), ("z200 - z500", 1.0, 0), ("z200 - z500", 2.0, 1)],
)
def test_a_core_has_a_threshold_by_its_levels_and_its_grid(made_of, grid_degrees, kind):
    fields = HURRICANE | {"warm_core": 7.0, "vorticity": 3e-4}
    tracks, fields = member(hurricane(fields=fields), made_of={"warm_core": made_of})
    assert lists.classes(tracks, fields, AXIS, grid_degrees=grid_degrees).storm_class.tolist() == [kind]


def test_it_must_last_in_all_but_not_at_a_stretch():
    depth = np.zeros(20)
    depth[[2, 6, 11]] = 500.0
    assert kinds(hurricane(fields=HURRICANE | {"pressure_depth": depth})) == ["none"]
    depth[15] = 500.0
    assert kinds(hurricane(fields=HURRICANE | {"pressure_depth": depth})) == ["tc"]


def test_without_a_core_it_must_last_two_days_unless_the_data_cut_it():
    depth = np.where(np.arange(20) < 8, 500.0, 0.0)
    weak = HURRICANE | {"pressure_depth": depth}
    assert kinds(hurricane(fields=weak), without=NOTHING_ALOFT) == ["none"]
    assert kinds(hurricane(fields=weak, first=0), without=NOTHING_ALOFT) == ["tc"]
    assert kinds(hurricane(fields=weak, first=40), without=NOTHING_ALOFT) == ["tc"]


def test_hours_count_not_steps():
    three_hourly = TimeAxis(AXIS.times[0] + np.arange(60) * np.timedelta64(3, "h"), 3.0 * np.arange(60))
    tracks, fields = member(hurricane(first=10, size=6))
    tracks = dataclasses.replace(tracks, time=three_hourly.times[10:16])
    assert lists.classes(tracks, fields, three_hourly, grid_degrees=2.0).storm_class.tolist() == [0]


def test_four_times_of_six_hourly_data_are_enough():
    assert kinds(hurricane(size=3)) == ["none"]
    assert kinds(hurricane(size=4)) == ["tc"]


@pytest.mark.parametrize(("lat", "without", "kind"), [(36, (), "none"), (34, (), "tc"), (34, NOTHING_ALOFT, "none")])
def test_one_that_is_born_far_from_the_equator_is_none_unless_nobody_saw_its_birth(lat, without, kind):
    places = {"start": (lat, -50), "stop": (lat + 1, -30)}
    assert kinds(hurricane(**places), without=without) == [kind]
    assert kinds(hurricane(**places, first=0), without=without) == ["tc"]


@pytest.mark.parametrize(("distance", "kind"), [(200.0, "tc"), (400.0, "none")])
def test_with_winds_alone_the_highest_must_be_near(distance, kind):
    fields = HURRICANE | {"vorticity": 3e-4, "wind_max_distance": distance}
    found = kinds(hurricane(fields=fields, stop=(20, -55)), without=ONLY_WINDS, grid_degrees=1.0)
    assert found == [kind]


@pytest.mark.parametrize(
    "change",
    [{"pressure_depth": 150.0}, {"warm_core": 40.0, "lower_thickness_asymmetry": 5.0}],
)
def test_a_low_must_be_deep_and_cold_or_frontal(change):
    assert kinds(low(fields=LOW | change)) == ["none"]


def test_a_warm_seclusion_with_a_front_is_an_extratropical_cyclone():
    assert kinds(low(fields=LOW | {"warm_core": 40.0})) == ["etc"]


def test_a_low_must_last_travel_and_be_poleward():
    assert kinds(low(size=8)) == ["none"]
    assert kinds(low(stop=(43, -55))) == ["none"]
    assert kinds(low(start=(18, -60), stop=(22, -20))) == ["none"]


@pytest.mark.parametrize("without", [(), NOTHING_ALOFT])
def test_a_hurricane_that_becomes_a_low_is_a_hybrid(without):
    late = np.arange(30) >= 15
    fields = {name: np.where(late, LOW[name], HURRICANE[name]) for name in HURRICANE}
    assert kinds(hurricane(size=30, stop=(60, -20), fields=fields), without=without) == ["hybrid"]


def test_a_field_without_any_value_is_not_known():
    tracks, fields = member(hurricane(fields=HURRICANE | {"warm_core": np.nan}))
    evidence = lists.Evidence.of(fields)
    assert (evidence.name, len(evidence.remarks)) == ("pressure, wind", 1)
    assert lists.classes(tracks, fields, AXIS, grid_degrees=2.0).storm_class.tolist() == [1]


def test_vorticity_alone_makes_no_list_that_is_worth_anything():
    nothing = HURRICANE | dict.fromkeys(("pressure_depth", "warm_core", "wind_max"), np.nan)
    evidence = lists.Evidence.of(member(hurricane(fields=nothing))[1])
    assert (
        evidence.name == "vorticity" and "by vorticity alone nearly all of the list tc is false" in evidence.remarks[0]
    )


def test_a_field_that_is_lacking_at_many_points_is_said_and_tells_no_cyclone_there():
    half = np.where(np.arange(20) < 10, 900.0, np.nan)
    tracks, fields = member(hurricane(fields=HURRICANE | {"pressure_depth": half}))
    (said,) = lists.Evidence.of(fields).remarks
    assert said.startswith("the pressure is not known at about 50% of the points")
    assert not lists.classes(tracks, fields, AXIS, grid_degrees=2.0).tropical[10:].any()


def test_warm_cores_that_were_not_looked_for_in_shallow_lows_are_not_lacking():
    late = np.arange(20) >= 4
    fields = HURRICANE | {"pressure_depth": np.where(late, 10.0, 900.0), "warm_core": np.where(late, np.nan, 40.0)}
    assert not lists.Evidence.of(member(hurricane(fields=fields))[1]).remarks
    lacking = HURRICANE | {"warm_core": np.where(late, np.nan, 40.0)}
    assert len(lists.Evidence.of(member(hurricane(fields=lacking))[1]).remarks) == 1


def test_a_member_without_a_low_is_told_by_what_was_collected():
    shallow = HURRICANE | {"pressure_depth": 10.0, "warm_core": np.nan, "wind_max": np.nan}
    evidence = lists.Evidence.of(member(hurricane(fields=shallow))[1])
    assert (evidence.name, evidence.remarks) == ("pressure, warm core, wind", ())
    deep = lists.Evidence.of(member(hurricane(fields=shallow | {"pressure_depth": 900.0}))[1])
    assert deep.name == "pressure"


def test_a_member_without_tracks_is_told_by_what_was_collected():
    nothing = TrackFields(dict.fromkeys(HURRICANE, np.zeros(0, "f4")), LEVELS)
    evidence = lists.Evidence.of(nothing)
    assert (evidence.name, evidence.remarks) == ("pressure, warm core, wind", ())


def test_no_tracks_are_no_storms():
    tracks, fields = member(hurricane())
    none = lists.classes(tracks, fields, AXIS, grid_degrees=2.0)
    empty = tracks.take(np.zeros(0, int))
    verdict = lists.classes(empty, TrackFields({}), AXIS, grid_degrees=2.0)
    assert (len(none.storm_class), len(verdict.storm_class), len(verdict.tropical)) == (1, 0, 0)


STRONGER = st.fixed_dictionaries(
    {"pressure_depth": st.floats(0, 3000), "warm_core": st.floats(-50, 100), "wind_max": st.floats(0, 60)}
)


@given(weak=STRONGER, more=st.floats(0, 500))
def test_a_stronger_one_is_never_less_of_a_cyclone(weak, more):
    tracks, fields = member(hurricane(fields=HURRICANE | weak))
    stronger = TrackFields({name: values + more * (name in weak) for name, values in fields.values.items()}, LEVELS)
    first, second = (lists.classes(tracks, one, AXIS, grid_degrees=2.0) for one in (fields, stronger))
    assert second.margin[0] >= first.margin[0]
    assert second.probability[0] >= first.probability[0]


@given(order=st.permutations(range(4)))
def test_tracks_are_told_one_by_one(order):
    lines = [hurricane(), low(), hurricane(fields=HURRICANE | {"wind_max": 5.0}), low(size=8)]
    assert kinds(*[lines[k] for k in order]) == [["tc", "etc", "none", "none"][k] for k in order]


def test_other_hemisphere_same_storms():
    tracks, fields = member(hurricane(), low())
    mirrored = dataclasses.replace(tracks, lat=-tracks.lat)
    assert lists.classes(mirrored, fields, AXIS, grid_degrees=2.0).storm_class.tolist() == [1, 2]
