"""Statistics of some tracks: what is counted, and what POD and FAR are of."""

import numpy as np
import pytest
from ensembles import OBSERVED, member_result, save_best_tracks, save_ensemble
from storm_lists import save_lists

from stormtracks.science import results, summary
from stormtracks.science.best_tracks import load
from stormtracks.science.filters import Filter, NothingLeft

NAMES = ("ARLENE", "", "POLAR")
ATLANTIC = (0, 45, -80, -10)


@pytest.fixture(scope="module")
def best_tracks(tmp_path_factory):
    """The three observed storms of the ensemble, as a file of best tracks."""
    path = save_best_tracks(tmp_path_factory.mktemp("best") / "best.csv")
    assert load(path).sid.tolist() == list(OBSERVED)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_lists(tmp_path_factory.mktemp("results"), years=(2005,))


@pytest.fixture(scope="module")
def made(folder, best_tracks):
    return summary.summarise(folder, asked=Filter(region=ATLANTIC), best_tracks=best_tracks)


def test_nothing_asked_is_everything(folder):
    assert summary.summarise(folder, asked=Filter()).to_json() == summary.summarise(folder).to_json()


def test_a_region_chooses_tracks_and_observed_storms(made):
    assert [storm.name for storm in made.storms] == ["ARLENE"]
    year = made.years[0]
    assert (year.observed, year.pod.mean, year.tracks.maximum) == (1, 1.0, 2.0)
    assert any(
        "observed storms are those that pass 0N-45N 80W-10W, by their best tracks" in str(one) for one in made.remarks
    )


@pytest.mark.parametrize("by", summary.BY)
def test_every_table_says_what_it_is_of(made, by):
    assert summary.table(made, by).title.endswith("; of tracks that pass 0N-45N 80W-10W")
    assert made.to_json()["asked"] == "pass 0N-45N 80W-10W"


def test_a_least_strength_leaves_the_observed_storms_and_says_so(folder):
    strong = summary.summarise(folder, asked=Filter(min_peak_s1=8.9e-5))
    every = summary.summarise(folder)
    assert strong.total.observed == every.total.observed == 3
    assert 0 < strong.total.pod.mean < 1 == every.total.pod.mean
    assert any("found where one track of it does this: reach 8.9e-5 s-1" in str(one) for one in strong.remarks)


def test_of_observed_storms_alone_there_is_no_far(folder):
    made = summary.summarise(folder, asked=Filter(matched=True))
    assert (made.total.pod.mean, made.total.far.number, made.total.tracks.mean) == (1.0, 0, 3.0)
    assert all(np.isnan(member.far) for member in made.members)


def test_of_others_alone_there_is_no_pod(folder):
    made = summary.summarise(folder, asked=Filter(matched=False))
    assert (made.total.pod.number, made.total.observed, made.total.tracks.mean) == (0, 0, 2.0)
    assert any("there is no POD" in str(one) for one in made.remarks)


def test_without_the_file_of_best_tracks_there_is_no_pod_and_it_is_said(tmp_path):
    made = member_result(0)
    made.provenance["inputs"] = [{"path": "gone.nc", "size": 1, "mtime_ns": 1}]
    results.save(made, tmp_path)
    found = summary.summarise(tmp_path, asked=Filter(basins=("NA",)))
    assert (found.total.pod.number, found.total.observed) == (0, 0)
    assert any("POD is left out: the best tracks are not there any more (gone.nc)" in str(one) for one in found.remarks)


def test_nothing_left_says_what_each_condition_left(folder):
    with pytest.raises(NothingLeft, match=r"20 tracks in all, 0 that begin in Feb, 0 of these that last 12 h or more"):
        summary.summarise(folder, asked=Filter(months=(2,), min_hours=12))


def test_some_members_only(folder):
    made = summary.summarise(folder, members=[1, 2])
    assert ([one.member for one in made.members], made.total.members) == ([1, 2], 2)


@pytest.mark.parametrize("by", ["year", "basin", "month", "member", "class", "false", "storm"])
def test_lists_are_counted_under_a_filter(folder, best_tracks, by):
    made = summary.summarise_list(folder, asked=Filter(region=ATLANTIC), best_tracks=best_tracks)
    assert summary.list_table(made, by).title.endswith("; of storms that pass 0N-45N 80W-10W")
    (year,) = made.years
    assert all(one.amounts[0].sum() == 1 for one in year.seasons)
    assert all((one.observed.sum(), one.found.sum()) == (1, 1) for one in year.seasons)


def test_a_filter_does_not_change_where_best_tracks_are(folder, best_tracks):
    asked = Filter(region=ATLANTIC)
    counted = summary.summarise_list(folder, asked=asked, best_tracks=best_tracks)
    covered = counted.covered
    assert counted.covered is covered  # each season is asked once, and not for each row of each table
    assert covered.tolist() == summary.summarise_list(folder).covered.tolist()


def test_of_a_list_nothing_may_be_left(folder):
    with pytest.raises(NothingLeft, match="16 tracks in all, 0 that last 500 h or more"):
        summary.summarise_list(folder, asked=Filter(min_hours=500))


def test_a_season_of_some_adds_up_to_that_of_all(tmp_path):
    save_ensemble(tmp_path, members=2)
    parts = [summary.summarise(tmp_path, asked=Filter(matched=which)) for which in (True, False)]
    assert sum(part.total.tracks.mean for part in parts) == summary.summarise(tmp_path).total.tracks.mean
