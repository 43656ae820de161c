"""Results that were made differently are told apart, named, and never taken together without being asked for."""

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.science import export, results
from stormtracks.science.consensus import ConsensusSettings, consensus
from stormtracks.science.results import MixedResults, Recipes
from stormtracks.science.results.alike import listed
from stormtracks.science.settings import ADDED, Settings
from stormtracks.science.summary import summarise
from tests.science.ensembles import member_result

FILES = ["/data/u850.2005.nc", "/data/v850.2005.nc", "/data/IBTrACS.NA.v04r00.nc"]


def made(settings=None, files=FILES, version="1.0.0+abc", **more):
    inputs = [{"path": path, "size": 1, "mtime_ns": 1} for path in files]
    chosen = Settings.from_mapping(settings or {}).to_mapping()
    return {"settings": chosen, "inputs": inputs, "dataset": None, "version": version, **more}


def differences(*provenances):
    recipes = Recipes()
    for member, provenance in enumerate(provenances):
        recipes.add(2005, member, provenance)
    return recipes.differences()


@pytest.fixture
def mixed(tmp_path):
    """Members 0 to 2 with the standard settings, 3 and 4 with a higher threshold."""
    for member in range(5):
        provenance = made({"threshold_s1": 9e-5} if member > 2 else None)
        results.save(dataclasses.replace(member_result(member), provenance=provenance), tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("other", "text"),
    [
        (made({"threshold_s1": 9e-5}), "threshold_s1 is 9e-05, not 2.5e-05"),
        (made(dataset={"u": "x"}), 'dataset is {"u": "x"}, not null'),
        (made(files=FILES[:2]), 'inputs is ["u#.#.nc", "v#.#.nc"], not ["IBTrACS.NA.v#r#.nc", "u#.#.nc", "v#.#.nc"]'),
        (made(version="2.1.0+abc"), 'version is "2", not "1"'),
    ],
)
def test_what_differs_is_named(other, text):
    assert differences(made(), made(), other) == [f"2005 member 2: {text}"]


def test_other_years_folders_builds_and_what_is_not_recorded_make_no_difference():
    elsewhere = made(files=["/mnt/u850.1999.nc", "/mnt/v850.1999.nc", "/x/IBTrACS.NA.v04r01.nc"], version="1.2.0+def")
    assert differences(made(), elsewhere, {"version": "1"}, {}) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ua_M1_historical_r1i1p1f1_201401.nc", "ua_M1_ssp585_r1i1p1f1_201501.nc"),
        ("ua_M1_historical_r1i1p1f1_200401.nc", "ua_M1_rcp45_r1i1p1f1_200601.nc"),
        ("gec00.t00z.nc", "gep07.t00z.nc"),
        ("s2s_cf_2019.nc", "s2s_pf_2019.nc"),
        ("era5_u_2024.nc", "era5t_u_2026.nc"),
    ],
)
def test_names_of_one_series_belong_together(one, other):
    assert differences(made(files=[one]), made(files=[other])) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("u850_20cr_1987.nc", "u850_era5_1987.nc"), ("ua_MPI_historical_2000.nc", "ua_MRI_historical_2000.nc")],
)
def test_names_of_other_data_do_not(one, other):
    assert differences(made(files=[one]), made(files=[other]))


def test_a_result_of_the_first_version_is_compared_by_what_it_stands_for():
    today = Settings().to_mapping() | ADDED
    older = {key: value for key, value in today.items() if key not in ADDED}
    assert differences({"settings": today}, {"settings": older}) == []
    assert "max_distance_km" in differences(made(), made(), {"settings": older})[0]


@given(st.lists(st.sampled_from([1e-5, 2e-5, 3e-5]), min_size=1, max_size=12))
def test_as_many_results_differ_as_are_not_of_the_commonest_kind(thresholds):
    recipes = Recipes()
    for member, threshold in enumerate(thresholds):
        recipes.add(2005, member, {"settings": {"threshold_s1": threshold}})
    number = sum(map(len, recipes.differing().values()))
    assert number == len(thresholds) - max(map(thresholds.count, thresholds))


def test_cells_are_listed_shortly():
    assert listed([(1990 + n, 0) for n in range(5)]) == "1990 member 0; 1991 member 0; 1992 member 0; 2 more years"


def test_a_summary_of_mixed_results_is_refused_and_says_so_where_it_is_insisted_on(mixed):
    with pytest.raises(MixedResults, match=r"2005 members 3-4: threshold_s1 is 9e-05, not 2\.5e-05.* add --mixed"):
        summarise(mixed)
    remark = summarise(mixed, mixed=True).remarks[0]
    assert (remark.results, "taken together: 2005 members 3-4" in remark.text) == (2, True)


def test_a_consensus_of_mixed_results_is_refused(mixed):
    with pytest.raises(MixedResults):
        consensus(mixed, 2005)
    assert consensus(mixed, 2005, members=[0, 1, 2]).members.tolist() == [0, 1, 2]


@pytest.mark.parametrize("agreed", [None, ConsensusSettings()])
def test_an_export_of_mixed_results_leaves_no_file(mixed, tmp_path, agreed):
    place, wanted = tmp_path / "tracks.csv", export.Selection(consensus=agreed)
    with pytest.raises(MixedResults):
        export.write(mixed, place, "csv", wanted)
    assert not place.exists()
    export.write(mixed, place, "csv", dataclasses.replace(wanted, mixed=True))
    about = json.loads((tmp_path / "tracks.csv.about.json").read_text())
    assert "made differently" in about["remarks"][0]


def test_fingerprints_are_the_same_for_results_that_belong_together():
    same = results.fingerprint(made())
    assert same == results.fingerprint(made(seconds=3.0)) != results.fingerprint(made({"min_points": 8}))


@pytest.mark.parametrize("change", [{"told_by": "vorticity, wind"}, {"weights": "abc"}])
def test_lists_told_by_something_else_do_not_belong_together(change):
    of_list = made() | {"told_by": "pressure, wind", "weights": ""}
    (name,) = change
    assert differences(of_list, of_list, of_list | change) == [
        f"2005 member 2: {name} is {json.dumps(change[name])}, not {json.dumps(of_list[name])}"
    ]
