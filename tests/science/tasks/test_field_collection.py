"""Fields along tracks: the same in both layouts, read once for all members, built on the tracks that are there."""

import dataclasses
import multiprocessing
import os
import shutil

import numpy as np
import pytest

from stormtracks import errors
from stormtracks.science import pipeline, results
from stormtracks.science.errors import NeedsResult, ResultError
from stormtracks.science.passes import folder as pass_folder
from stormtracks.science.passes import shared_pass
from stormtracks.science.tasks.all_fields import AllFields

CHAIN = ("vort_track", "field_collection")
ROUNDING = {"lower_thickness_asymmetry": 4e-3, "vorticity_mean": 1e-7}
OF_PRESSURE = ("pressure_min", "pressure_lat", "pressure_lon", "pressure_depth")


def do(data, folder, member, *tasks, **more):
    """Some tasks of a member; what the last of them says."""
    setup = {"data": str(data), "results": str(folder), **more}
    return [pipeline.run_task(2005, member, task, setup) for task in tasks][-1]


def collected(data, folder, member, *tasks, **more):
    return results.load_fields(do(data, folder, member, *(tasks or CHAIN), **more)["path"])[1]


def assert_same(one, other):
    assert one.values.keys() == other.values.keys()
    for name, values in one.values.items():
        rounding = ROUNDING.get(name, 0.0)  # sums of float32 are in another order where more points are sampled at once
        assert np.allclose(values, other.values[name], rtol=rounding, atol=rounding, equal_nan=True), name


@pytest.fixture(scope="module")
def apart(with_fields, tmp_path_factory):
    """What each member has, read from files of its own."""
    folder = tmp_path_factory.mktemp("apart")
    return [collected(with_fields["20crv3"], folder, member) for member in range(3)]


@pytest.fixture
def sampled(monkeypatch):
    """What was sampled: first step, last step, members."""
    seen = []

    def sample(self, start, stop, members, *points):
        seen.append((start, stop, members))
        return before(self, start, stop, members, *points)

    before = AllFields.sample
    monkeypatch.setattr(AllFields, "sample", sample)
    monkeypatch.setattr(shared_pass, "BLOCK_STEPS", 4)
    return seen


def times(sampled):
    """The steps of all members that were sampled, in this order."""
    return [step for start, stop, members in sampled if members == slice(None) for step in range(start, stop)]


def test_one_pass_gives_each_member_what_its_own_files_give_and_reads_each_time_once(
    with_fields, tmp_path, apart, sampled
):
    for member, wanted in enumerate(apart):
        assert_same(collected(with_fields["20crv2c"], tmp_path, member), wanted)
    assert times(sampled) == list(range(17))


def test_a_result_says_whether_the_kernel_made_it(with_fields, tmp_path, kernel):
    header, _ = results.load_fields(do(with_fields["20crv3"], tmp_path, 0, *CHAIN)["path"])
    assert header.provenance["kernel"] == {"off": "numpy", "on": "compiled"}[kernel]


def test_what_is_collected_is_known_where_it_should_be(apart):
    fields = apart[0]
    known = {name: np.isfinite(values).mean() for name, values in fields.values.items()}
    assert known.pop("lower_thickness_asymmetry") > 0.5  # what stands still has no side
    assert min(known.values()) > 0.7  # most are looked for around closed lows only
    assert set(fields.missing) == {"t850", "pwat", "cape"} and "no file of 2005 has" in fields.missing["cape"]
    assert fields.made_of["warm_core"] == "HGT at 200 hPa and HGT at 500 hPa" and fields.grid_degrees == 5.0
    assert fields.values["pressure_depth"].max() > 300 and np.nanmax(fields.values["wind_max"]) > 15


def test_the_result_says_how_it_was_made_and_what_it_lacks(with_fields, tmp_path):
    details = do(with_fields["20crv2c"], tmp_path, 1, *CHAIN)
    header = results.load_header(details["path"])
    assert details["counts"] == header.counts and header.counts["missing_features"] == 3
    assert details["remarks"] == ["no file has temperature, precipitable_water, cape; no list needs them"]
    assert header.provenance["missing"].keys() == {"t850", "pwat", "cape"}
    assert {file["path"].rpartition("/")[2] for file in header.provenance["inputs"]} == {
        f"{name}_2005.nc" for name in ("u850", "v850", "prmsl", "z200", "z500", "z1000")
    }
    assert (details["matches"], details["misses"], details["task"]) == ([], [], "field_collection")


@pytest.mark.parametrize("layout", ["20crv2c", "20crv3"])
def test_what_the_files_do_not_have_is_missing_and_named(with_fields, tmp_path, layout):
    data = tmp_path / "data"
    shutil.copytree(with_fields[layout], data)
    for path in [*data.rglob("z200*"), *data.rglob("HGT200*")]:
        path.unlink()
    details = do(data, tmp_path, 0, *CHAIN)
    _, fields = results.load_fields(tmp_path, 2005, 0)
    assert {"warm_core", "thermal_wind_upper"} <= set(fields.missing) and set(OF_PRESSURE) <= set(fields.values)
    assert "no file of 2005 has geopotential height at 200, 250 or 300 hPa" in fields.missing["warm_core"]
    (said,) = details["remarks"]
    assert said.startswith("no file has height_upper (200, 250 or 300 hPa), temperature, ")
    assert said.endswith("; lists would use height_upper (docs/datasets.md)")


def test_winds_alone_or_vorticity_alone_are_enough(planted, tmp_path):
    winds = collected(planted["20crv2c"], tmp_path / "winds", 0)
    assert set(winds.values) == {"wind_max", "wind_max_distance", "vorticity_mean", "sea"}
    setup = {"data": "sample/era5_djf_2025_26", "results": str(tmp_path), "settings": {"season": ["12-01", "12-03"]}}
    for task in CHAIN:
        path = pipeline.run_task(2025, 0, task, setup)["path"]
    _, fields = results.load_fields(path)
    assert "vorticity_mean" in fields.values and fields.missing["wind_max"] == "the files have vorticity, not winds"


def test_without_tracks_the_task_says_what_it_needs(with_fields, tmp_path):
    with pytest.raises(NeedsResult, match=r"vort_track/2005/member_002.nc: is not there, .* --task vort_track,field_c"):
        do(with_fields["20crv2c"], tmp_path, 2, "field_collection")
    with pytest.raises(NeedsResult) as caught:
        do(with_fields["20crv3"], tmp_path, 2, "field_collection")
    assert caught.value.needs == "vort_track" and not errors.is_final(caught.value)
    assert list(tmp_path.rglob("*.nc")) == []


def test_tracks_of_other_settings_are_refused(with_fields, tmp_path):
    do(with_fields["20crv2c"], tmp_path, 0, "vort_track")
    with pytest.raises(ResultError, match=r"min_points was 6, now 8.*--task vort_track,field_collection makes both"):
        do(with_fields["20crv2c"], tmp_path, 0, "field_collection", settings={"min_points": 8})


def test_what_is_there_is_skipped_only_where_it_is_built_on_the_same_tracks(with_fields, tmp_path):
    data = with_fields["20crv3"]
    do(data, tmp_path, 0, *CHAIN)
    do(data, tmp_path, 0, "vort_track", overwrite=True)  # with the same outcome
    assert do(data, tmp_path, 0, "field_collection")["skipped"]
    with pytest.raises(ResultError, match=r"wind_radius_km was 500\.0, now 400\.0"):
        do(data, tmp_path, 0, "field_collection", settings={"wind_radius_km": 400.0})
    others = {"settings": {"min_points": 8}}
    do(data, tmp_path, 0, "vort_track", overwrite=True, **others)
    with pytest.raises(
        ResultError, match=r"field_collection/2005/member_000.nc: .*: the result of vort_track .* replaced"
    ):
        do(data, tmp_path, 0, "field_collection", **others)
    assert not do(data, tmp_path, 0, "field_collection", overwrite=True, **others)["skipped"]


def _work(data, folder, member, counts):
    shared_pass.BLOCK_STEPS = 1
    seen = []
    before = AllFields.sample
    AllFields.sample = lambda self, *args: seen.append(args[:3]) or before(self, *args)
    do(data, folder, member, *CHAIN)
    counts.put(len(times(seen)))


@pytest.mark.slow
def test_slots_share_a_pass(with_fields, tmp_path, apart):
    context = multiprocessing.get_context("fork")
    counts = context.Queue()
    data = with_fields["20crv2c"]
    slots = [context.Process(target=_work, args=(data, tmp_path, member, counts)) for member in range(3)]
    for slot in slots:
        slot.start()
    sampled = [counts.get(timeout=60) for _ in slots]
    for slot in slots:
        slot.join()
    assert sum(sampled) == 17
    for member, wanted in enumerate(apart):
        assert_same(results.load_fields(tmp_path, 2005, member)[1], wanted)


def test_a_killed_tasks_pass_is_finished_by_the_next(with_fields, tmp_path, apart, sampled):
    do(with_fields["20crv2c"], tmp_path, 0, "vort_track")

    def sample_or_die(self, start, *more):
        return os._exit(9) if start == 8 else before(self, start, *more)

    def die_at_step_8():
        AllFields.sample = sample_or_die
        do(with_fields["20crv2c"], tmp_path, 0, "field_collection")

    before = AllFields.sample
    dead = multiprocessing.get_context("fork").Process(target=die_at_step_8)
    dead.start()
    dead.join()
    assert dead.exitcode == 9 and len(list(tmp_path.rglob("*.fields"))) == 2
    assert_same(collected(with_fields["20crv2c"], tmp_path, 0, "field_collection"), apart[0])
    assert times(sampled) == list(range(8, 17))


def test_members_that_nobody_knew_are_taken_into_the_pass_later(with_fields, tmp_path, apart, sampled):
    data = with_fields["20crv2c"]
    do(data, tmp_path, 0, "vort_track")
    shutil.rmtree(tmp_path / "passes")  # the maxima of the others are gone
    assert_same(collected(data, tmp_path, 0, "field_collection"), apart[0])
    do(data, tmp_path, 1, "vort_track")  # and found again
    sampled.clear()
    for member in (1, 2):
        assert_same(collected(data, tmp_path, member), apart[member])
    assert times(sampled) == list(range(17))  # once for both


def test_a_member_whose_result_has_other_points_is_sampled_for_itself(with_fields, tmp_path, apart, sampled):
    data = with_fields["20crv2c"]
    do(data, tmp_path, 0, *CHAIN)
    place = do(data, tmp_path, 1, "vort_track")["path"]
    whole = results.load(place)
    first = whole.tracks.row_size[0]
    of_first = {name: getattr(whole.tracks, name)[:first] for name in ("time", "lat", "lon", "vorticity", "maximum")}
    tracks = dataclasses.replace(whole.tracks, row_size=whole.tracks.row_size[:1], **of_first)
    matches = dataclasses.replace(whole.matches, storm_of_track=whole.matches.storm_of_track[:1])
    results.save(dataclasses.replace(whole, tracks=tracks, matches=matches), tmp_path)
    sampled.clear()
    alone = collected(data, tmp_path, 1, "field_collection")
    assert {members[0] for _, _, members in sampled} == {1}
    assert_same(alone, dataclasses.replace(apart[1], values={k: v[:first] for k, v in apart[1].values.items()}))
    assert_same(collected(data, tmp_path, 2), apart[2])  # the pass of the others is whole


@pytest.mark.parametrize("name", ["000008.fields", "points_002.points"])
def test_a_damaged_block_is_made_anew(with_fields, tmp_path, apart, sampled, name):
    data = with_fields["20crv2c"]
    do(data, tmp_path, 0, *CHAIN)
    block = next(tmp_path.rglob(name))
    block.write_bytes(block.read_bytes()[:-40] + bytes(40))
    for member in (1, 2):
        assert_same(collected(data, tmp_path, member), apart[member])


def test_passes_of_both_kinds_are_kept_for_two_years():
    assert pass_folder.KEPT_PASSES == 4


@pytest.mark.parametrize("layout", ["20crv2c", "20crv3"])
def test_progress_ends_at_all(with_fields, tmp_path, layout):
    do(with_fields[layout], tmp_path, 0, "vort_track")
    seen = []
    setup = {"data": str(with_fields[layout]), "results": str(tmp_path)}
    pipeline.run_task(2005, 0, "field_collection", setup, lambda *progress: seen.append(progress))
    assert seen == sorted(seen) and seen[-1] == (17, 17)
