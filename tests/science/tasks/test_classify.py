"""The task `classify`: built on two results, with a result of its own that says what it was told by."""

import dataclasses
import json
import shutil

import netCDF4
import numpy as np
import pytest

from stormtracks.errors import BadValue
from stormtracks.science import lists, pipeline, results
from stormtracks.science.errors import NeedsResult, ResultError
from stormtracks.science.lists.logistic import Logistic

SAMPLE = {"data": "sample/20crv2c_1987", "best_tracks": "sample/ibtracs/IBTrACS.NA.v04r00.nc"}
CHAIN = ("vort_track", "field_collection", "classify")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Results of all three tasks for a member of the sample."""
    folder = tmp_path_factory.mktemp("results")
    for task in CHAIN:
        pipeline.run_task(1987, 0, task, SAMPLE | {"results": folder})
    return folder


@pytest.fixture
def again(folder, tmp_path):
    """The task, on a copy of these results."""
    shutil.copytree(folder, tmp_path / "results")

    def classify(**settings):
        overwrite = settings.pop("overwrite", False)
        setup = SAMPLE | {"results": tmp_path / "results", "settings": settings, "overwrite": overwrite}
        return pipeline.run_task(1987, 0, "classify", setup)

    classify.folder = tmp_path / "results"
    return classify


def test_cindy_is_in_the_list_of_tropical_cyclones(folder):
    header, storms = results.load_list(folder, 1987, 0)
    tc = storms.of("tc")
    named = dict(zip(tc.matches.name.tolist(), tc.matches.track.tolist(), strict=True))
    assert named["CINDY"] >= 0
    assert header.counts["tc"] + header.counts["hybrid"] == len(tc) == 5  # three typhoons, and one of nobody at 25S
    assert header.counts["tracks"] == len(storms.every_class) == len(results.load(folder, 1987, 0).tracks)
    assert np.isfinite(tc.intensity_max).all() and (tc.pressure_lowest < 102_000).all()


def test_the_result_says_what_storms_were_told_by(again):
    details = again(overwrite=True)
    assert "storms are told by pressure, wind" in details["remarks"]
    assert any("no heights" in remark for remark in details["remarks"])
    assert results.load_list(details["path"])[0].provenance["told_by"] == "pressure, wind"


def test_points_without_a_closed_low_are_of_no_storm(folder, tmp_path):
    for name in ("vort_track", "field_collection"):
        shutil.copytree(folder / name, tmp_path / name)
    setup = SAMPLE | {"results": tmp_path, "settings": {"collect_points": "all"}, "overwrite": True}
    for task in CHAIN[1:]:
        details = pipeline.run_task(1987, 0, task, setup)
    header, everywhere = results.load_list(details["path"])
    (_, lows), (_, fields) = results.load_list(folder, 1987, 0), results.load_fields(folder, 1987, 0)
    unknown = np.isnan(fields.values["wind_max"])
    assert 0.2 < unknown.mean() < 0.8 and (fields.values["pressure_depth"][unknown] < 25).all()
    for name in (
        "track_id",
        "storm_class",
        "every_class",
        "probability",
        "intensity_max",
        "pressure_lowest",
        "tropical",
    ):
        np.testing.assert_array_equal(getattr(lows, name), getattr(everywhere, name), err_msg=name)
    assert header.provenance["made_of"]["wind_max"] + ", around closed lows" == fields.made_of["wind_max"]


def test_it_is_not_done_twice(again):
    details = again()
    assert details["skipped"]
    assert [hit["name"] for hit in details["matches"]] == ["CINDY"]


def test_other_settings_of_its_own_need_no_other_tracks(again):
    with pytest.raises(ResultError, match=r"depth_least_pa was null, now 5000\.0"):
        again(depth_least_pa=5000.0)
    assert again(depth_least_pa=5000.0, overwrite=True)["counts"]["tc"] == 0


def test_other_settings_of_the_tracks_are_refused(again):
    with pytest.raises(ResultError, match=r"min_points was 6, now 7.*classify is built on this result"):
        again(min_points=7)


@pytest.mark.parametrize("task", CHAIN[:2])
def test_it_needs_both_results(again, task):
    shutil.rmtree(again.folder / task)
    with pytest.raises(NeedsResult, match="is not there, and classify is built on it") as refusal:
        again()
    assert refusal.value.needs == task


def test_fields_along_other_tracks_are_refused(again, tmp_path):
    setup = SAMPLE | {"results": tmp_path / "other", "settings": {"min_peak_s1": 1e-4}}
    for task in CHAIN[:2]:
        pipeline.run_task(1987, 0, task, setup)
    shutil.copytree(tmp_path / "other" / "field_collection", again.folder / "field_collection", dirs_exist_ok=True)
    with pytest.raises(NeedsResult, match="collected along other tracks") as refusal:
        again()
    assert refusal.value.needs == "field_collection"


@pytest.fixture
def weights(folder, tmp_path):
    """Weights that take every track for a tropical cyclone whose highest depth is above 1000 Pa."""
    found, fields = results.load(folder, 1987, 0), results.load_fields(folder, 1987, 0)[1]
    names = lists.features(found.tracks, fields, found.axis, grid_degrees=2.0).names
    one = np.array([float(name == "highest pressure_depth") for name in names])
    logistic = Logistic(-1000.0, one, np.zeros(len(names)), np.ones(len(names)))
    path = tmp_path / "weights.json"
    variables = ("vorticity", "wind_max", "pressure_depth")
    kind = results.load_member(folder, 1987, 0).kind
    lists.save_weights(lists.Weights(names, variables, logistic, kind), path)
    return path


def test_fitted_weights_add_to_what_the_rule_has(again, weights):
    details = again(classifier=f"logistic:{weights}", overwrite=True)
    _, storms = results.load_list(details["path"])
    tc = storms.of("tc")
    assert 4 <= len(tc) < 9
    assert set(tc.probability.tolist()) == {0.0, 1.0}  # Cindy is not so deep, but the rule has her
    assert "weights.json" in details["remarks"][0]
    assert again(classifier=f"logistic:{weights}")["skipped"]


def test_other_weights_are_another_list(again, weights):
    again(classifier=f"logistic:{weights}", overwrite=True)
    weights.write_text(weights.read_text() + " ")
    with pytest.raises(ResultError, match="weights was"):
        again(classifier=f"logistic:{weights}")


def test_weights_of_other_data_are_refused_unless_insisted(again, weights):
    content = json.loads(weights.read_text())
    content["fitted_on"]["grid_degrees"] = 0.25
    weights.write_text(json.dumps(content))
    with pytest.raises(BadValue, match=r"grid_degrees was 0\.25, is 2\.0"):
        again(classifier=f"logistic:{weights}", overwrite=True)
    assert again(classifier=f"logistic:{weights}", overwrite=True, other_weights="allow")["counts"]["tc"]


def test_no_file_of_weights_is_refused(again):
    with pytest.raises(BadValue, match=r"nowhere\.json: No such file"):
        again(classifier="logistic:nowhere.json", overwrite=True)


def test_a_field_that_was_refused_is_said_of_the_list_too(tmp_path):
    shutil.copytree("sample/20crv2c_1987", tmp_path / "data")
    with netCDF4.Dataset(tmp_path / "data" / "prmsl_1987.nc", "a") as file:
        file["prmsl"].units = "hPa"
    setup = {"data": tmp_path / "data", "results": tmp_path / "results"}
    *_, details = (pipeline.run_task(1987, 0, task, setup) for task in CHAIN)
    assert any(
        remark.startswith("field_collection did without a field that is there, but refused") and "prmsl" in remark
        for remark in details["remarks"]
    )


def test_a_result_that_was_replaced_is_named(again):
    place = results.path(again.folder, "vort_track", 1987, 0)
    found = results.load(place)
    results.save(
        dataclasses.replace(found, tracks=dataclasses.replace(found.tracks, lat=found.tracks.lat / 2)), again.folder
    )
    setup = SAMPLE | {"results": again.folder}
    with pytest.raises(ResultError, match="the result of vort_track that it was built on has been replaced"):
        pipeline.run_task(1987, 0, "field_collection", setup)
