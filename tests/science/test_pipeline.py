import numpy as np
import pytest

from stormtracks import private
from stormtracks.science import pipeline, results
from stormtracks.science.errors import InputError, ResultError
from stormtracks.science.settings import Settings, Setup

pytestmark = pytest.mark.usefixtures("kernel")

SAMPLE = Setup("sample/20crv2c_1987", "", "sample/ibtracs/IBTrACS.NA.v04r00.nc")


def setup(folder, **changes):
    mapping = {"data": SAMPLE.data, "results": str(folder), "best_tracks": SAMPLE.best_tracks}
    return mapping | changes


@pytest.mark.parametrize("member", range(5))
def test_cindy_is_in_every_member_of_the_sample(tmp_path, member):
    details = pipeline.run_task(1987, member, "vort_track", setup(tmp_path))
    (cindy,) = [match for match in details["matches"] if match["sid"] == "1987249N15329"]
    assert cindy["name"] == "CINDY" and cindy["common_times"] == 8 and cindy["mean_distance_km"] < 300
    assert details["member_label"] == str(member + 1)


def test_a_result_by_the_kernel_counts_as_the_same_as_one_by_numpy(tmp_path, compiled, monkeypatch):
    monkeypatch.setenv("STORMTRACKS_KERNEL", "off")
    by_numpy = pipeline.run_task(1987, 1, "vort_track", setup(tmp_path))
    monkeypatch.delenv("STORMTRACKS_KERNEL")
    again = pipeline.run_task(1987, 1, "vort_track", setup(tmp_path))
    by_kernel = pipeline.run_task(1987, 1, "vort_track", setup(tmp_path / "other"))
    assert again["skipped"] and not by_kernel["skipped"]
    assert by_numpy["recipe"] == again["recipe"] == by_kernel["recipe"]
    one, other = (results.load(each["path"]) for each in (by_numpy, by_kernel))
    assert (one.provenance["kernel"], other.provenance["kernel"]) == ("numpy", "compiled")
    assert np.array_equal(one.maxima.vorticity, other.maxima.vorticity)


def test_the_result_says_how_it_was_made(tmp_path, kernel):
    details = pipeline.run_task(1987, 0, "vort_track", setup(tmp_path))
    result = results.load(details["path"])
    assert result.provenance["kernel"] == {"off": "numpy", "on": "compiled"}[kernel]
    assert result.provenance["settings"] == Settings().of_task("vort_track")
    assert {"u850_1987.nc", "v850_1987.nc", "IBTrACS.NA.v04r00.nc"} == {
        file["path"].rpartition("/")[2] for file in result.provenance["inputs"]
    }
    assert details["counts"] == result.counts and result.counts["steps"] == 8


def test_what_is_done_is_skipped_and_other_settings_are_refused(tmp_path):
    first = pipeline.run_task(1987, 0, "vort_track", setup(tmp_path))
    again = pipeline.run_task(1987, 0, "vort_track", setup(tmp_path))
    assert (first["skipped"], again["skipped"]) == (False, True)
    assert again["matches"] == first["matches"]
    other = {"settings": {"threshold_s1": 5e-5}}
    with pytest.raises(ResultError, match=r"threshold_s1 was 2.5e-05, now 5e-05.*--overwrite"):
        pipeline.run_task(1987, 0, "vort_track", setup(tmp_path, **other))
    assert not pipeline.run_task(1987, 0, "vort_track", setup(tmp_path, overwrite=True, **other))["skipped"]


def test_an_unknown_task_is_refused_with_those_that_are_known(tmp_path):
    with pytest.raises(ValueError, match="unknown task 'vort_trak'; did you mean 'vort_track'"):
        pipeline.run_task(1987, 0, "vort_trak", setup(tmp_path))


@pytest.mark.parametrize(
    ("year", "member", "changes", "words"),
    [
        (1988, 0, {}, "1988"),
        (1987, 5, {}, "there is no member 5; choose 0 to 4"),
        (1987, 0, {"data": "nowhere"}, "nowhere"),
        (1987, 0, {"best_tracks": "nothing.nc"}, "nothing.nc"),
    ],
)
def test_refusals_name_what_is_wrong_and_leave_nothing(tmp_path, year, member, changes, words):
    with pytest.raises(InputError, match=words):
        pipeline.run_task(year, member, "vort_track", setup(tmp_path, **changes))
    assert list(tmp_path.rglob("*.nc")) == []


def test_without_best_tracks_nothing_is_matched(tmp_path):
    details = pipeline.run_task(1987, 0, "vort_track", setup(tmp_path, best_tracks=None))
    assert details["matches"] == [] and details["misses"] == [] and details["counts"]["tracks"] > 0


def test_vorticity_instead_of_winds_is_accepted(tmp_path):
    wanted = setup(
        tmp_path, data="sample/era5_djf_2025_26", settings={"threshold_s1": 5e-5, "season": ["12-01", "12-10"]}
    )
    details = pipeline.run_task(2025, 0, "vort_track", wanted)
    assert details["counts"]["steps"] == 37 and details["counts"]["tracks"] > 100


def test_members_differ_but_hold_the_same_storms(planted, tmp_path):
    found = [pipeline.run_task(2005, m, "vort_track", setup(tmp_path, data=str(planted["20crv2c"]))) for m in range(4)]
    assert {match["name"] for one in found for match in one["matches"]} >= {"KATRINA"}
    positions = [results.load(one["path"]).tracks.lat for one in found]
    assert not any(np.array_equal(positions[0], other) for other in positions[1:])


@pytest.mark.parametrize("how", ["another user's", "open to others", "a link"])
def test_a_scratch_folder_that_another_user_may_change_is_refused(tmp_path, give_away, how):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    if how == "another user's":
        give_away(scratch)
    elif how == "open to others":
        scratch.chmod(0o777)
    else:
        scratch.symlink_to(scratch.rename(tmp_path / "elsewhere"))
    with pytest.raises(private.NotOurs, match=f"{scratch} .*, or set 'scratch' to a folder of your own"):
        pipeline.run_task(1987, 0, "vort_track", setup(tmp_path, scratch=str(scratch)))


def test_results_that_others_share_keep_passes_that_they_do_not(tmp_path):
    tmp_path.chmod(0o777)
    pipeline.run_task(1987, 0, "vort_track", setup(tmp_path))
    assert (tmp_path / "passes").stat().st_mode & 0o777 == 0o700


def test_a_scratch_folder_for_everybody_is_one_where_each_changes_only_what_is_theirs(tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    scratch.chmod(0o1777)
    pipeline.run_task(1987, 0, "vort_track", setup(tmp_path, scratch=str(scratch)))
    assert (scratch / "passes").stat().st_mode & 0o777 == 0o700
