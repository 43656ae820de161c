import dataclasses
import os
import shutil

import pytest

from stormtracks.science import results
from stormtracks.science.errors import ResultError
from stormtracks.science.records import InputFile
from stormtracks.science.settings import Settings


def test_nothing_there(tmp_path, recipe):
    assert results.existing(results.path(tmp_path, "vort_track", 2005, 7), recipe) is None


def test_the_same_is_there(tmp_path, result, recipe):
    header = results.existing(results.save(result, tmp_path), recipe)
    assert (header.year, header.ensemble_member, header.member_label) == (2005, 7, "mem008")
    assert header.counts == {
        "steps": 3, "maxima": 5, "tracks": 2, "storms": 2, "matches": 1, "missing_times": 0, "missing_share": 0.0
    }  # fmt: skip
    assert header.provenance == result.provenance


def test_tuples_and_lists_in_settings_are_the_same(tmp_path, result, inputs):
    settings = Settings(season=("06-01", "12-01"), region=(0, 40, -100, -10))
    made = dataclasses.replace(result, provenance=results.recipe(settings, inputs))
    assert results.existing(results.save(made, tmp_path), results.recipe(settings, inputs))


def test_a_copy_of_the_data_elsewhere_is_the_same(tmp_path, result, inputs):
    copies = tmp_path / "other host"
    copies.mkdir()
    for file in inputs:
        shutil.copy(file.path, copies)
        os.utime(copies / file.path.name, (file.mtime_ns // 10**9,) * 2)  # as copying tools keep it: whole seconds
    there = [InputFile.of(copies / file.path.name) for file in inputs]
    assert results.existing(results.save(result, tmp_path), results.recipe(Settings(), there))


def test_other_settings_are_refused_by_name(tmp_path, result, inputs):
    place = results.save(result, tmp_path)
    with pytest.raises(
        ResultError,
        match=r"member_007\.nc: was made from other settings or inputs: linker was "
        r'"\w+", now "\w+"; threshold_s1 was 2.5e-05, now 3e-05\. Choose .* --overwrite',
    ):
        linker = "motion" if Settings().linker == "nearest" else "nearest"
        results.existing(place, results.recipe(Settings(threshold_s1=3e-5, linker=linker), inputs))


def test_a_setting_of_a_later_version_is_refused_as_unknown(tmp_path, result, recipe):
    later = recipe | {"settings": recipe["settings"] | {"new": 1}}
    with pytest.raises(ResultError, match="inputs: new was unknown, now 1"):
        results.existing(results.save(result, tmp_path), later)


def test_changed_inputs_are_refused_by_name(tmp_path, result, inputs):
    place = results.save(result, tmp_path)
    inputs[0].path.write_bytes(b"other wind")
    os.utime(inputs[1].path, (0, 0))
    now = results.recipe(Settings(), [InputFile.of(file.path) for file in inputs])
    with pytest.raises(
        ResultError,
        match=r"input u850_2005\.nc was 4 bytes of \S+Z, now 10 bytes of .*"
        r"input v850_2005\.nc was 4 bytes of \S+, now 4 bytes of 1970-01-01T00:00:00Z",
    ):
        results.existing(place, now)


def test_more_or_fewer_inputs_are_refused(tmp_path, result, inputs):
    place = results.save(result, tmp_path)
    with pytest.raises(ResultError, match=r"input v850_2005\.nc was 4 bytes of \S+, now not used"):
        results.existing(place, results.recipe(Settings(), inputs[:1]))


def test_anything_else_it_depends_on_is_compared(tmp_path, result, inputs):
    place = results.save(result, tmp_path)
    with pytest.raises(ResultError, match=r'dataset was unknown, now \{"level": 850\}'):
        results.existing(place, results.recipe(Settings(), inputs, dataset={"level": 850}))


def test_another_version_of_the_software_is_not_refused(tmp_path, result, recipe):
    older = dataclasses.replace(result, provenance=result.provenance | {"version": "0.1"})
    assert results.existing(results.save(older, tmp_path), recipe).provenance["version"] == "0.1"


def test_a_result_under_another_name_is_refused(tmp_path, result, recipe):
    place = results.save(result, tmp_path)
    moved = place.rename(place.with_name("member_008.nc"))
    with pytest.raises(ResultError, match=r"member_008\.nc: contains task 'vort_track', year 2005, member 7: it was"):
        results.existing(moved, recipe)


@pytest.mark.parametrize("size", [0, 100, 5000])
def test_a_damaged_result_is_refused(tmp_path, result, recipe, size):
    place = results.save(result, tmp_path)
    place.write_bytes(place.read_bytes()[:size])
    with pytest.raises(ResultError, match=r"member_007\.nc: cannot be read as a result .*delete it, or run with"):
        results.existing(place, recipe)


def test_one_result_in_the_way_is_found_among_many(tmp_path, result, recipe):
    for member in range(12):
        other = recipe | {"settings": Settings(min_points=8).of_task("vort_track")} if member == 7 else recipe
        results.save(dataclasses.replace(result, ensemble_member=member, provenance=other), tmp_path)
    results.path(tmp_path, "vort_track", 2005, 3).write_bytes(b"damaged: its task says so")
    wanted = {key: recipe[key] for key in ("settings",)}
    assert "member_007.nc: min_points was 8, now 6" in results.conflict(
        tmp_path, "vort_track", (2005, 2005), 12, wanted
    )
    assert results.conflict(tmp_path, "vort_track", (2005, 2005), 7, wanted) == ""
    assert results.conflict(tmp_path, "vort_track", (2006, 2010), 12, wanted) == ""
    assert results.conflict(tmp_path / "nowhere", "vort_track", (2005, 2005), 12, wanted) == ""
