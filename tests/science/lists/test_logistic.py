"""The fitted logistic function: what it finds, what it is described by, and for what data it is refused."""

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.errors import BadValue
from stormtracks.science import lists
from stormtracks.science.errors import InputError
from stormtracks.science.lists import logistic, weights
from stormtracks.science.lists.features import features, longest
from stormtracks.science.ragged import Ragged
from tests.science.lists.members import AXIS, HURRICANE, LOW, hurricane, low, member

FITTED_ON = {"years": [2005], "inputs": ["u#_#.nc"], "grid_degrees": 2.0, "made_of": {}, "settings": {}}


def test_coefficients_are_those_that_the_data_were_drawn_from():
    random = np.random.default_rng(1)
    values = random.normal(size=(20_000, 2)) * [3.0, 0.1] + [10.0, 0.0]
    chance = logistic.sigmoid(-1.0 + 0.5 * (values[:, 0] - 10) + 8.0 * values[:, 1])
    found = logistic.fit(values, random.random(20_000) < chance)
    assert found.coefficients / found.spread == pytest.approx([0.5, 8.0], rel=0.1)
    assert np.abs(found.probability(values) - chance).max() < 0.03


def test_a_ridge_keeps_what_separates_all_finite():
    values = np.column_stack([np.arange(20.0), np.full(20, 7.0)])
    found = logistic.fit(values, np.arange(20) >= 10)
    assert 0 < found.coefficients[0] < 10
    assert found.coefficients[1] == 0


def test_what_is_expected_is_what_was_observed():
    random = np.random.default_rng(2)
    values, true = random.normal(size=(500, 3)), random.random(500) < 0.2
    assert logistic.fit(values, true).probability(values).mean() == pytest.approx(true.mean(), rel=1e-6)


@pytest.mark.parametrize("true", [np.zeros(5, bool), np.ones(5, bool), np.zeros(0, bool)])
def test_nothing_to_tell_apart_is_refused(true):
    with pytest.raises(BadValue, match="nothing to tell apart"):
        logistic.fit(np.zeros((len(true), 1)), true)


@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=9), min_size=1, max_size=6))
def test_the_longest_run_is_that_of_each_track_by_itself(rows):
    ragged = Ragged()
    ragged.row_size = np.array([len(row) for row in rows])
    expected = [max(map(len, "".join(" x"[one] for one in row).split()), default=0) for row in rows]
    assert longest(np.concatenate(rows).astype(bool), ragged).tolist() == expected


def test_features_are_of_tropical_seas_and_of_what_is_known():
    over_land = np.where(np.arange(20) < 10, 1.0, 0.0)
    tracks, fields = member(hurricane(fields=HURRICANE | {"sea": over_land}), low(), without=("wind_max",))
    found = features(tracks, fields, AXIS, grid_degrees=2.0)
    named = dict(zip(found.names, found.values.T, strict=True))
    assert found.variables == ("vorticity", "pressure_depth", "warm_core")
    assert named["ln days"] == pytest.approx(np.log([5.0, 5.0]))
    assert named["tropical days"].tolist() == [2.5, 0.0]
    assert named["birth"].tolist() == [15.0, 42.0]
    assert named["ln margin"] == pytest.approx(np.log([1.5 / 0.75, 0.1]))  # vorticity over its threshold; never near it
    assert named["highest pressure_depth"].tolist() == [900.0, 0.0]
    assert named["mean warm_core"].tolist() == [40.0, 0.0]
    assert named["days of pressure_depth"].tolist() == [2.5, 0.0]


@pytest.fixture
def fitted():
    storms = [hurricane(first=k, fields=HURRICANE | {"warm_core": 20.0 + k}) for k in range(20)]
    tracks, fields = member(*storms, *[low(first=k) for k in range(20)])
    described = features(tracks, fields, AXIS, grid_degrees=2.0)
    found = logistic.fit(described.values, np.arange(40) < 20)
    return weights.Weights(described.names, described.variables, found, FITTED_ON)


def test_weights_come_back_from_their_file(fitted, tmp_path):
    weights.save(fitted, tmp_path / "w.json")
    loaded = weights.load(tmp_path / "w.json")
    tracks, fields = member(hurricane(), low())
    described = features(tracks, fields, AXIS, grid_degrees=2.0)
    assert loaded.fitted_on == FITTED_ON
    assert loaded.probability(described).tolist() == fitted.probability(described).tolist()
    assert loaded.probability(described).round().tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    "change", [{"grid_degrees": 1.0}, {"inputs": ["UGRD#.nc"]}, {"made_of": {"warm_core": "z300 - z500"}}]
)
def test_weights_are_refused_for_other_data(fitted, change):
    fitted.check(FITTED_ON, "w.json")
    with pytest.raises(BadValue, match=f"w.json: .*{next(iter(change))} was .*other_weights=allow"):
        fitted.check(FITTED_ON | change, "w.json")


def test_weights_that_do_not_say_what_they_are_for_are_for_nothing(fitted):
    unsaid = dataclasses.replace(fitted, fitted_on={})
    with pytest.raises(BadValue, match=r"grid_degrees was not said, is 2\.0"):
        unsaid.check(FITTED_ON, "w.json")


def test_weights_of_a_later_version_are_refused(fitted, tmp_path):
    weights.save(fitted, tmp_path / "w.json")
    (tmp_path / "w.json").write_text(damaged(json.loads((tmp_path / "w.json").read_text()), "stormtracks_weights", 99))
    with pytest.raises(InputError, match=r"w\.json: these weights are of a later version"):
        weights.load(tmp_path / "w.json")


def test_weights_need_their_variables(fitted):
    tracks, fields = member(hurricane(fields=HURRICANE), low(fields=LOW), without=("warm_core",))
    with pytest.raises(BadValue, match="need vorticity, wind_max, pressure_depth, warm_core"):
        fitted.probability(features(tracks, fields, AXIS, grid_degrees=2.0))


def damaged(content, key, value):
    return json.dumps(content | {key: value})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("coefficients", [1.0]),
        ("centre", "x"),
        ("names", None),
        ("spread", [float("nan")] * 16),
        ("spread", [0.0] * 16),
        ("intercept", float("nan")),
        ("fitted_on", 3),
    ],
)
def test_a_damaged_file_is_refused(fitted, tmp_path, key, value):
    path = tmp_path / "w.json"
    weights.save(fitted, path)
    path.write_text(damaged(json.loads(path.read_text()), key, value))
    with pytest.raises(InputError, match="does not hold weights"):
        weights.load(path)


@pytest.mark.parametrize("content", ["", "[]", "{}", "\x00"])
def test_another_file_is_refused(tmp_path, content):
    (tmp_path / "w.json").write_text(content)
    with pytest.raises(InputError, match="does not hold weights"):
        weights.load(tmp_path / "w.json")


def test_no_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        weights.load(tmp_path / "w.json")


def test_fitted_weights_add_to_the_rule(fitted):
    tracks, fields = member(hurricane(fields=HURRICANE | {"wind_max": 9.0}), low())
    rule = lists.classes(tracks, fields, AXIS, grid_degrees=2.0)
    told = lists.told_by(rule, fitted.probability(features(tracks, fields, AXIS, grid_degrees=2.0)))
    assert [lists.CLASSES[code] for code in rule.storm_class] == ["none", "etc"]
    assert [lists.CLASSES[code] for code in told.storm_class] == ["tc", "etc"]
