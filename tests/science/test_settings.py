import dataclasses
import inspect

import numpy as np
import pytest

from stormtracks.errors import BadValue
from stormtracks.science import ibtracs, linking, lists, matching, maxima, pipeline, reanalysis, results, track_fields
from stormtracks.science.climatology import density
from stormtracks.science.errors import ResultError
from stormtracks.science.records import Grid, Matches, Maxima, TimeAxis, Tracks
from stormtracks.science.settings import RENAMED, Settings, Setup
from stormtracks.strict_dataclass import KeyRefused, build

OF_1_0 = {
    "level_hpa": 850.0, "season": None, "region": None, "threshold": 2.5e-05, "min_separation_km": 500.0,
    "linker": "nearest", "max_speed": 30.0, "max_missing_steps": 0, "min_points": 6, "min_peak": 5e-05,
    "wind_source": "usa", "best_track_times": "data", "min_common_times": 6, "max_mean_distance_km": 500.0,
}  # fmt: skip
"""The settings in the provenance of a result that version 1.0 made."""


@pytest.mark.parametrize(("old", "new"), RENAMED.items())
def test_old_keys_are_read_everywhere(old, new):
    wanted = Settings(**{new: 7e-5})
    assert Settings.from_mapping({old: 7e-5}) == wanted
    assert Settings().changed([f"{old}=7e-5"]) == Settings().changed([f"{new}=7e-5"]) == wanted
    assert build(Setup, {"data": "d", "results": "r", "settings": {old: 7e-5}}).settings == wanted


def test_an_old_key_with_set_changes_what_a_file_says_under_the_new_one():
    assert Settings.from_mapping({"threshold_s1": 1e-5}).changed(["threshold=3e-5"]).threshold_s1 == 3e-5


@pytest.mark.parametrize("read", [Settings.from_mapping, lambda both: Settings().changed(f"{k}=3" for k in both)])
def test_old_and_new_at_once_are_refused(read):
    with pytest.raises(KeyRefused, match="'threshold' is the old name of 'threshold_s1', and both are given; remove"):
        read({"threshold": 1e-5, "threshold_s1": 1e-5})


def test_what_is_written_has_the_new_keys():
    assert not set(Settings.from_mapping(OF_1_0).to_mapping()) & set(RENAMED)


AS_1_0 = Settings(
    max_missing_steps=0, max_distance_km=None, max_mean_distance_km=500.0, missing="refuse", missing_times="allow",
    linker="nearest", strength_cost_km=0.0,
)  # fmt: skip
"""Today's settings that do what the defaults of 1.0 did."""


def test_settings_of_1_0_can_still_be_chosen():
    assert Settings.of_result(OF_1_0) == AS_1_0 and Settings.of_result(Settings().to_mapping()) == Settings()


def test_a_result_from_before_the_cost_for_strength_was_made_without_it():
    before = Settings(linker="nearest", strength_cost_km=0.0)
    recorded = {key: value for key, value in before.to_mapping().items() if key != "strength_cost_km"}
    assert Settings.of_result(recorded) == before != Settings()


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_a_cost_for_strength_that_cannot_be_is_refused(value):
    with pytest.raises(BadValue, match="strength_cost_km"):
        Settings(strength_cost_km=value)


@pytest.fixture
def made_by_1_0(tmp_path):
    """A result with the keys of 1.0, as its file has them."""
    nothing = np.zeros(0, int)
    records = (
        TimeAxis(nothing.astype("M8[s]"), nothing),
        Maxima(*[nothing] * 4),
        Tracks(nothing, nothing.astype("M8[s]"), *[nothing] * 4),
    )
    matches = Matches(nothing.astype(str), nothing.astype(str), *[nothing] * 8)
    one = results.Result(2005, 0, "1", "vort_track", *records, matches, {"settings": OF_1_0, "inputs": []})
    return results.save(one, tmp_path)


def test_a_result_of_1_0_counts_as_made_from_the_same_settings(made_by_1_0):
    assert results.existing(made_by_1_0, results.recipe(AS_1_0, []))
    changed = dataclasses.replace(AS_1_0, threshold_s1=3e-5)
    with pytest.raises(ResultError, match=r"settings or inputs: threshold_s1 was 2\.5e-05, now 3e-05\."):
        results.existing(made_by_1_0, results.recipe(changed, []))


def test_a_result_of_1_0_is_not_taken_for_one_of_todays_defaults(made_by_1_0):
    with pytest.raises(ResultError, match=r"max_distance_km was null, now 300\.0"):
        results.existing(made_by_1_0, results.recipe(Settings(), []))


def test_the_settings_of_a_result_of_1_0_can_be_used_again(made_by_1_0):
    assert results.load_settings(made_by_1_0) == AS_1_0


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("linker", "--set: 'linker' is not an assignment; write key=value"),
        ("linker=newest", "--set: 'linker' must be one of nearest, motion, course, not 'newest'"),
        ("min_points=0", "--set: 'min_points' must be above 0, not 0"),
        ("min_separation_km=-1", "'min_separation_km' must not be negative, not -1.0"),
        ("treshold_s1=1", "unknown key 'treshold_s1'; did you mean 'threshold_s1'?"),
        ("min_points=2.5", "'min_points' must be a whole number, not 2.5"),
        ("season=[1,2]", "--set: 'season' must be text, not 1"),
    ],
)
def test_what_cannot_be_is_refused(assignment, message):
    with pytest.raises(KeyRefused) as refusal:
        Settings().changed([assignment])
    assert message in str(refusal.value)


STAGES = (
    reanalysis.open_season, maxima.find, linking.link, ibtracs.load, matching.match, track_fields.Sampler,
    lists.classes, lists.told_by,
)  # fmt: skip


@pytest.mark.parametrize("stage", STAGES)
def test_defaults_of_the_stages_are_those_of_the_settings(stage):
    given, signature = Settings().keywords(stage), inspect.signature(stage)
    assert given == {name: signature.parameters[name].default for name in given}


OF_THE_TASK = {"classifier", "other_weights"}
"""What the task `classify` decides by itself."""


def test_every_setting_reaches_a_stage():
    reached = set().union(*(Settings().keywords(stage) for stage in STAGES)) | OF_THE_TASK
    assert reached == {field.name for field in dataclasses.fields(Settings)}


def test_maxima_depend_on_what_is_read_and_what_is_found():
    names = {"level_hpa", "season", "region", "missing", "missing_times", "threshold_s1", "min_separation_km"}
    assert set(pipeline.stages(Settings()).depends_on) == names


@pytest.mark.parametrize(("stage", "name"), [(ibtracs.load, "wind_source"), (matching.match, "best_track_times")])
def test_a_stage_refuses_what_is_no_choice(stage, name):
    nothing = [None] * (1 if stage is ibtracs.load else 3)
    with pytest.raises(BadValue, match=f"'{name}' must be one of .*, not 'other'"):
        stage(*nothing, **{name: "other"})


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Settings) if "float" in str(field.type)])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_no_setting_is_without_a_value_or_infinite(name, value):
    if name == "region":
        with pytest.raises(BadValue, match="'region' must be south, north, west, east in degrees"):
            Settings(region=(0.0, 40.0, value, 10.0))
    else:
        with pytest.raises(BadValue, match=f"'{name}' must be a finite number, not {value}"):
            Settings(**{name: value})


@pytest.mark.parametrize("date", ["02-30", "02-31", "06-31", "13-01", "00-10", "6-1", "W01-1", "0601"])
def test_a_date_that_no_year_has_is_refused(date):
    with pytest.raises(BadValue, match="'season' must be two dates"):
        Settings(season=("01-01", date))


def test_a_season_may_begin_on_29_february():
    assert Settings(season=("02-29", "12-31")).season == ("02-29", "12-31")


@pytest.mark.parametrize(
    "region",
    [(40, 0, 10, 20), (0, 0, 10, 20), (-91, 0, 10, 20), (0, 40, 10, 10), (0, 40, 10, 361), (np.nan, 1, 2, 3), (0, 40)],
)
@pytest.mark.parametrize(
    "given",
    [
        lambda region: Settings(region=region),
        lambda region: maxima.find(np.zeros((1, 2, 2)), Grid(np.arange(2.0), np.arange(2.0), False), region=region),
        lambda region: matching.match(None, None, None, region=region),
        lambda region: density.track_density([], region=region),
    ],
    ids=["settings", "find", "match", "density"],
)
def test_a_region_that_cannot_be_is_refused_wherever_it_is_given(given, region):
    with pytest.raises(BadValue, match="'region' must be south, north, west, east in degrees with south < north"):
        given(region)
