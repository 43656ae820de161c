"""`stormtracks.open`: what is chosen, what is shown, what is refused, what is loaded."""

import copy
import os
import pickle
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import storm_lists
from ensembles import OBSERVED, member_result, save_ensemble

import stormtracks
from stormtracks.errors import BadValue, NotThere, StormtracksError
from stormtracks.notebook.chosen import opened
from stormtracks.science import results as stored
from stormtracks.science.errors import ResultError
from stormtracks.science.results import MixedResults


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three members of two years; every member has five tracks, three of them observed, and lists of four storms."""
    place = tmp_path_factory.mktemp("opened") / "results"
    storm_lists.save_lists(place, members=3, years=(2005, 2006))
    return place


@pytest.fixture
def results(folder):
    return stormtracks.open(folder)


def test_importing_loads_nothing_and_dir_shows_it():
    code = (
        "import sys, stormtracks; loaded = [m for m in ('numpy', 'h5py', 'netCDF4', 'matplotlib') if m in sys.modules];"
        "print(loaded, 'open' in dir(stormtracks), stormtracks.open.__doc__.partition(',')[0])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[] True The results in a folder\n"


@pytest.mark.slow
def test_opening_loads_neither_tables_nor_figures(folder):
    code = (
        f"import sys, stormtracks; r = stormtracks.open({str(folder)!r}); print(repr(r.tracks)); r._repr_html_();"
        "print([m for m in ('pandas', 'xarray', 'geopandas', 'matplotlib', 'cartopy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "<MemberTracks: 30 tracks of 2005-2006, members 0-2>\n[]\n"


def test_what_is_there(results, folder):
    assert (results.folder, results.years, results.members) == (folder, (2005, 2006), (0, 1, 2))
    assert results.tasks == ("vort_track", "classify")
    assert repr(results) == f"<Results: {folder}: 2005-2006, members 0-2, vort_track, classify>"


@pytest.mark.parametrize(
    ("chosen", "years", "members"),
    [
        ({}, (2005, 2006), (0, 1, 2)),
        ({"year": 2005}, (2005,), (0, 1, 2)),
        ({"year": "2005-2006", "member": "0,2"}, (2005, 2006), (0, 2)),
        ({"year": np.array([2006]), "member": slice(1, 2)}, (2006,), (1, 2)),
        ({"year": range(2005, 2007), "member": np.int64(1)}, (2005, 2006), (1,)),
        ({"year": slice("2005", "2006"), "member": slice("1", 2)}, (2005, 2006), (1, 2)),
    ],
)
def test_years_and_members_are_chosen(results, chosen, years, members):
    some = results.sel(**chosen)
    assert (some.years, some.members) == (years, members)
    assert len(some.tracks) == 5 * len(years) * len(members)
    assert results.years == (2005, 2006)  # the first one stays what it is


def test_a_storm_is_chosen_by_name_by_sid_or_as_a_candidate(results):
    for storm in ("ARLENE", "arlene ", OBSERVED[0]):
        assert len(results.sel(storm=storm, year=2005).tracks) == 3
    (name,) = results.sel(year=2006).candidates[2006].candidate_name.tolist()
    assert name == "C2006-001"
    of_candidate = results.sel(storm=name.lower())
    assert repr(of_candidate.tracks) == "<MemberTracks: 3 tracks of 2005-2006, members 0-2 (C2006-001)>"
    assert {piece.year for piece in of_candidate.tracks} == {2006}
    assert {int(piece.track_id[0]) for piece in of_candidate.tracks} == {3}  # the fourth of each member


def test_a_candidate_of_a_list_chooses_the_list(results):
    (name,) = results.sel(list="tc", year=2005).candidates[2005].candidate_name.tolist()
    storm = results.sel(storm=name)
    assert name == "TC2005-001" and len(storm.tracks) == 3
    assert repr(storm.tracks).endswith("(list tc; TC2005-001)>")
    with pytest.raises(BadValue, match="TC2005-001 is a candidate of the list tc, but etc is chosen"):
        len(results.sel(list="etc").sel(storm=name).tracks)


def test_a_list_is_its_own_class_only(tmp_path):
    mixed = storm_lists.save_lists(tmp_path, members=2, classes=(1, 2, 3, 0, 2))
    results = stormtracks.open(mixed)
    assert [len(results.sel(list=name).tracks) for name in ("tc", "etc")] == [2 * 2, 2 * 3]
    assert len(results.storms) == 4
    assert [piece.track_id.tolist() for piece in results.storms] == [[0, 2], [0, 2]]


def test_filters_are_those_of_the_commands_and_add_up(results):
    south = results.filter(genesis_region="-90,0,-180,180", matched=False)
    assert len(south.filter(min_hours=80).tracks) == 6  # the stray ones last 36 h
    assert repr(south.filter(min_hours=80).tracks).endswith("last 80 h or more and are not observed storms)>")
    assert len(results.filter(months="12-5").tracks) == 0 < len(results.filter(months=range(6, 12)).tracks)
    assert len(results.filter(min_peak=5.5).tracks) == len(results.filter(min_peak="5.5").tracks) > 0


def test_a_region_is_asked_of_points_where_heads_leave_it_open(results):
    pole = results.filter(region=(80, 90, 0, 20))
    every = [(piece.year, piece.ensemble_member) for piece in pole.tracks]
    by_hand = [
        (year, member)
        for year in (2005, 2006)
        for member in range(3)
        if np.any(
            (lambda t: (t.lat >= 80) & (t.lon >= 0) & (t.lon <= 20))(
                stored.load_tracks(stored.path(results.folder, "vort_track", year, member))
            )
        )
    ]
    assert every == by_hand and by_hand
    assert len(pole.tracks) == len(list(pole.tracks))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda r: r.sel(year=2015), r"no result of the year 2015; choose from 2005-2006"),
        (lambda r: r.sel(year=[]), r"no result of the year \(none is given\); choose from 2005-2006"),
        (lambda r: r.sel(member="0-9"), r"no result of member 3, 4, 5; choose from 0-2"),
        (lambda r: r.sel(member=1.5), r"a member must be a whole number, counted from 0, not 1.5"),
        (lambda r: r.sel(year=slice(2005, None)), r"a slice of years must have two whole numbers as its ends"),
        (lambda r: r.sel(storm="ARLENA"), r"unknown storm 'ARLENA'; did you mean 'ARLENE'\? \(in 2005-2006\)"),
        (lambda r: r.sel(storm=" "), r"a storm must be a name or an identifier, as \"KATRINA\", not ' '"),
        (lambda r: r.sel(storm=["ARLENE"]), r"a storm must be a name or an identifier, .* not \['ARLENE'\]"),
        (lambda r: r.sel(storm="C1999-001"), r"no result of C1999-001, which is of 1999; choose from 2005-2006"),
        (lambda r: r.sel(list="hybrid"), r"unknown list 'hybrid'; known: etc, tc"),
        (lambda r: r.sel(list=["tc"]), r"unknown list"),
        (lambda r: r.sel(member="0-99999999"), r"0 to 99999999 are too many; there are no more than 100,000"),
        (lambda r: r.sel(year=slice("a", "b")), r"a slice of years must have two whole numbers as its ends"),
        (lambda r: r.filter(matched="no"), r"matched must be True or False, not 'no'"),
        (lambda r: r.filter(months="aug"), r"months must be months from 1 to 12, such as 8-10 or 11-2"),
        (lambda r: r.filter(months=8.5), r"months must be months from 1 to 12, .*, not 8.5"),
        (lambda r: r.filter(basin=5), r"unknown basin '5'"),
        (lambda r: r.consensus["2005-2006"], r"a consensus is of one year, not of 2005-2006"),
        (lambda r: r.sel(member=0).consensus.to_dataframe(), r"no storm of the consensus is chosen of 2005-2006; ask"),
        (lambda r: stormtracks.open(None), r"the folder of results must be a path, not None"),
        (lambda r: len(r.sel(storm="C2005-002").tracks), r"unknown candidate 'C2005-002'; did you mean 'C2005-001'\?"),
        (lambda r: r.filter(basin="XX"), r"unknown basin 'XX'"),
        (lambda r: r.filter(region="0,40"), r"region must be south,north,west,east in degrees, not '0,40'"),
        (lambda r: r.filter(region=5), r"region must be south,north,west,east in degrees, not 5"),
        (lambda r: r.filter(min_hours="long"), r"min_hours must be a number of hours, not 'long'"),
        (lambda r: r.filter(min_share=0.5).tracks.to_dataframe(), r"which only consensus tracks have"),
        (
            lambda r: r.filter(min_peak=999).tracks.to_dataframe(),
            r"no track is chosen \(reach 999e-5 s-1\)",
        ),
        (
            lambda r: r.filter(min_peak=999).consensus.to_dataframe(),
            r"no storm of the consensus is chosen \(reach 999e-5",
        ),
        (lambda r: r.consensus[1999], r"no result of the year 1999; choose from 2005-2006"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(results, wrong, message):
    with pytest.raises(StormtracksError, match=message):
        wrong(results)


def test_a_folder_without_results_is_refused(folder, tmp_path):
    with pytest.raises(NotThere, match=r"nowhere: there is no such folder; give the one that inv track"):
        stormtracks.open(tmp_path / "nowhere")
    with pytest.raises(NotThere, match=r"there are no results in it; run inv track or inv manage first"):
        stormtracks.open(tmp_path)
    with pytest.raises(NotThere, match=rf"there are no results in it; its folder above has some: open {folder}"):
        stormtracks.open(folder / "vort_track" / "2005")
    with pytest.raises(NotThere, match=r"ibtracs.nc: there is no such file of best tracks"):
        stormtracks.open(folder, best_tracks=tmp_path / "ibtracs.nc")


def test_results_that_change_are_seen(tmp_path):
    results = stormtracks.open(save_ensemble(tmp_path, members=2))
    before = results.consensus[2005]
    assert (len(results.tracks), len(before)) == (10, 4)
    stored.save(member_result(1, missing=(0, 3)), tmp_path)
    stored.save(member_result(5), tmp_path)
    assert (len(results.tracks), results.members) == (13, (0, 1, 5))
    assert results.consensus[2005].members.tolist() == [0, 1, 5]
    for member in (0, 1, 5):
        stored.path(tmp_path, "vort_track", 2005, member).unlink()
    with pytest.raises(NotThere, match="has no result of the task vort_track any more"):
        len(results.tracks)


def test_the_working_folder_may_change(tmp_path, monkeypatch):
    monkeypatch.chdir(save_ensemble(tmp_path / "results", members=2).parent)
    results = stormtracks.open("results")
    assert repr(results).startswith("<Results: results: 2005, ")
    monkeypatch.chdir("/")
    assert len(results.tracks) == 10


def test_a_copy_opens_the_folder_again_and_carries_nothing_along(results):
    some = results.sel(year=2005, storm="ARLENE")
    assert (len(some.tracks), len(results.consensus)) == (3, 8)
    packed = pickle.dumps(some)
    assert len(packed) < 2000
    for again in (pickle.loads(packed), copy.copy(some), copy.deepcopy(some)):
        assert (len(again.tracks), again.years, repr(again)) == (3, (2005,), repr(some))


def test_threads_that_ask_at_once_wait_for_one_answer(folder, monkeypatch):
    worked_out, real = [], opened.consensus

    def slow(*args, **given):
        worked_out.append(args[1])
        time.sleep(0.05)
        return real(*args, **given)

    monkeypatch.setattr(opened, "consensus", slow)
    results = stormtracks.open(folder)
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda year: len(results.consensus[year]), (2005, 2006) * 4)) == {4}
    assert sorted(worked_out) == [2005, 2006]


def test_what_has_gone_is_said_without_a_fault(tmp_path):
    results = stormtracks.open(save_ensemble(tmp_path / "results", members=2))
    alone = results.sel(member=1)
    stored.path(tmp_path / "results", "vort_track", 2005, 1).unlink()
    with pytest.raises(NotThere, match="2005 has no result of these members; choose from 0, or from the other years"):
        len(alone.consensus)
    shutil.rmtree(tmp_path / "results")
    assert repr(results) == f"<Results: {tmp_path / 'results'}: nothing that is chosen is there any more>"
    assert "nothing that is chosen" in results._repr_html_()


def test_a_result_that_is_replaced_between_index_and_points_is_noticed(tmp_path, monkeypatch):
    results = stormtracks.open(save_ensemble(tmp_path, members=2))
    place, real = stored.path(tmp_path, "vort_track", 2005, 1), stored.load_tracks

    def load(path):
        found = real(path)
        if path == place:
            os.utime(place, ns=(1, 1))  # as many tracks, from another run
        return found

    monkeypatch.setattr(stored, "load_tracks", load)
    with pytest.raises(ResultError, match=r"member_001\.nc: changed while it was read; ask again"):
        results.tracks.to_dataframe()


def test_a_damaged_result_leaves_the_other_members(tmp_path):
    results = stormtracks.open(save_ensemble(tmp_path, members=3))
    stored.path(tmp_path, "vort_track", 2005, 1).write_bytes(b"")
    with pytest.raises(ResultError, match=r"member_001\.nc: cannot be read as a result"):
        len(results.tracks)
    assert len(results.sel(member=[0, 2]).tracks) == 10


def test_a_result_in_the_place_of_another_is_named(tmp_path):
    results = stormtracks.open(save_ensemble(tmp_path, members=2))
    shutil.copy2(*(stored.path(tmp_path, "vort_track", 2005, member) for member in (1, 0)))
    with pytest.raises(ResultError, match=r"member_000\.nc: is the result of 2005, member 1; put it back"):
        len(results.tracks)


def test_a_damaged_result_is_named(tmp_path):
    results = stormtracks.open(save_ensemble(tmp_path, members=2))
    place = stored.path(tmp_path, "vort_track", 2005, 1)
    assert len(results.tracks) == 10
    place.write_bytes(place.read_bytes()[:3000])
    with pytest.raises(ResultError, match=r"vort_track/2005/member_001\.nc: cannot be read as a result"):
        results.tracks.to_dataframe()


def test_results_that_were_made_differently_are_not_taken_together(tmp_path):
    results = stormtracks.open(save_ensemble(tmp_path, members=3))
    other = member_result(1)
    other.provenance["settings"] = {"threshold_s1": 9e-5}
    for member in (0, 2):
        made = member_result(member)
        made.provenance["settings"] = {"threshold_s1": 2.5e-5}
        stored.save(made, tmp_path)
    stored.save(other, tmp_path)
    with pytest.raises(MixedResults, match=r"2005 member 1: threshold_s1 is 9e-05, not 2\.5e-05"):
        len(results.tracks)
    assert len(results.sel(member=[0, 2]).tracks) == 10


def test_a_folder_of_forecasts(tmp_path):
    for member in range(2):
        made = member_result(member)
        made.provenance["forecast"] = {"start": f"2005-07-3{member}T00", "calendar": "standard"}
        stored.save(type(made)(**{**vars(made), "year": "2005-07-31T00"}), tmp_path)
    results = stormtracks.open(tmp_path)
    assert results.sel(year="2005-07-31").years == ("2005-07-31T00",)
    columns = results.tracks.as_columns()
    assert set(columns.per_track["start"]) == {"2005-07-31T00"}
    assert columns.per_point["lead"][0] == 48.0 and columns.per_point["lead"].min() == 24.0
    assert columns.per_track["track_id"][0] == "2005-07-31T00-000-00000"
