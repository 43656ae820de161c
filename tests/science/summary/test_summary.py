import json
import shutil

import numpy as np
import pytest
from ensembles import OBSERVED, save_ensemble

from stormtracks.science import results, summary
from stormtracks.science.counts.year import storm_peaks
from stormtracks.science.errors import ResultError
from stormtracks.science.filters import Filter
from stormtracks.science.records import Matches, Tracks
from stormtracks.science.summary import Spread, intensity_class, summarise


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two years of four members; member 1 misses storm 0, member 2 misses storms 0 and 2."""
    return save_ensemble(tmp_path_factory.mktemp("results"), 4, (2005, 2006), {1: (0,), 2: (0, 2)})


@pytest.fixture(scope="module")
def made(folder):
    return summarise(folder)


def test_lower_bounds_of_classes_are_inclusive():
    assert intensity_class([33.9, 34, 63, 64, 95.9, 96, 185, np.nan]).tolist() == [0, 1, 1, 2, 2, 3, 3, 4]


def test_spread_is_that_of_the_members_and_leaves_out_what_is_not_known():
    spread = Spread.of([1.0, 3.0, np.nan, 5.0])
    assert (spread.mean, spread.std, spread.minimum, spread.maximum, spread.number) == (3.0, 2.0, 1.0, 5.0, 3)
    assert (spread.p05, spread.p95) == (1.2, 4.8)


def test_spread_of_one_member_or_none():
    assert (Spread.of([2.0]).mean, Spread.of([]).number) == (2.0, 0)
    assert np.isnan([Spread.of([2.0]).std, Spread.of([]).mean]).all()


def test_year_counts_storms_and_members(made):
    year = made.years[0]
    assert (year.year, year.members, year.observed) == (2005, 4, 3)
    assert (year.found.mean, year.found.minimum, year.found.maximum) == (2.25, 1, 3)
    assert year.pod.mean == pytest.approx(0.75)
    assert year.tracks.mean == pytest.approx((5 + 4 + 3 + 5) / 4)
    assert year.far.mean == pytest.approx(np.mean([2 / 5, 2 / 4, 2 / 3, 2 / 5]))


def test_classes_have_their_own_skill(made):
    skill = {row.key: row for row in made.years[0].classes}
    assert (skill["hurricane"].observed, skill["hurricane"].pod.mean) == (1, 0.5)
    assert (skill["below_34kt"].pod.mean, skill["unknown"].pod.mean) == (1.0, 0.75)
    assert skill["major_hurricane"].observed == 0 and skill["major_hurricane"].pod.number == 0


def test_false_alarms_of_a_class_are_of_tracks_as_strong(made):
    hurricane = next(row for row in made.total.classes if row.key == "hurricane")
    assert 5e-5 < hurricane.equivalent_vorticity <= 9e-5
    assert hurricane.far.maximum <= 1.0


def test_total_pools_each_member_over_the_years(made):
    assert (made.total.members, made.total.observed) == (4, 6)
    assert made.total.pod.mean == pytest.approx(0.75)
    assert made.total.tracks.mean == pytest.approx(2 * 17 / 4)


def test_storms_say_who_found_them(made):
    first, second, _ = (storm for storm in made.storms if storm.year == 2006)
    assert (first.sid, first.name, first.intensity_class) == (OBSERVED[0], "ARLENE", "hurricane")
    assert (first.members, first.found, first.share, second.found) == (4, 2, 0.5, 4)
    assert (first.distance_km, first.lead_hours, first.earliest_hours) == (100.0, 12.0, 12.0)


def test_members_over_the_years(made):
    member = made.members[2]
    assert (member.member, member.years, member.observed, member.found) == (2, 2, 6, 2)
    assert member.pod == pytest.approx(1 / 3)


def test_json_is_plain_and_says_none_for_unknown(made):
    text = json.dumps(made.to_json(), allow_nan=False)
    assert json.loads(text)["storms"][2]["max_wind_kt"] is None


def test_storm_found_by_nobody_has_no_distance(tmp_path):
    made = summarise(save_ensemble(tmp_path, 2, missing={0: (1,), 1: (1,)}))
    storm = made.storms[1]
    assert storm.found == 0 and np.isnan([storm.distance_km, storm.lead_hours, storm.earliest_hours]).all()


def test_ensemble_that_found_nothing_at_all(tmp_path):
    made = summarise(save_ensemble(tmp_path, 2, missing=dict.fromkeys((0, 1), (0, 1, 2, 3))))
    assert (made.total.pod.mean, made.total.far.mean) == (0.0, 1.0)


@pytest.mark.parametrize(("by", "rows"), [("year", 3), ("member", 4), ("storm", 6), ("class", 9)])
def test_tables_have_a_text_in_every_cell(made, by, rows):
    table = summary.table(made, by)
    assert len(table.rows) == rows
    assert all(len(row) == len(table.columns) and all(isinstance(cell, str) for cell in row) for row in table.texts())
    assert all("found" in row or "found_mean" in row for row in table.plain())


def test_unknown_table_is_refused(made):
    with pytest.raises(ValueError, match="unknown table 'years'; did you mean 'year'"):
        summary.table(made, "years")


def test_progress_counts_results_that_are_read_and_years(folder, tmp_path):
    copied, seen = shutil.copytree(folder, tmp_path / "results"), []
    shutil.rmtree(copied / ".index", ignore_errors=True)
    for _ in range(2):
        summarise(copied, years=[2006], progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4), (4, 4), (4, 4)]


@pytest.mark.parametrize("asked", [None, Filter(min_hours=30.0), Filter(region=(0.0, 40.0, -100.0, -20.0))])
def test_a_summary_by_the_index_is_that_of_the_results(folder, tmp_path, asked):
    """Of results that are read, of what they left when they were saved, and of what is kept of both."""
    made = shutil.copytree(folder, tmp_path / "results")
    left = summarise(made, asked=asked)
    kept = summarise(made, asked=asked)
    shutil.rmtree(made / ".index")
    assert left.to_json() == kept.to_json() == summarise(made, asked=asked).to_json()


def test_year_without_results_is_refused(folder, tmp_path):
    with pytest.raises(ResultError, match=r"no result of the year 1999; choose from 2005-2006"):
        summarise(folder, years=[1999, 2005])
    with pytest.raises(ResultError, match=r"there are no results of the task 'vort_track'"):
        summarise(tmp_path / "nothing")


def test_the_peak_of_a_storm_is_that_of_its_strongest_piece():
    tracks = Tracks(
        np.array([2, 2, 1]), np.zeros(5, "M8[s]"), *[np.zeros(5)] * 2, np.float32([1, 2, 8, 3, 9]), np.arange(5)
    )
    one, none = np.array(["S0", "S1"]), np.full(2, np.nan)
    matches = Matches(one, one, none, np.array([0, -1]), none, none, none, none, none, np.array([0, 0, -1]))
    assert storm_peaks(tracks.vorticity[tracks.peak], matches).tolist() == [8.0, 0.0]


def test_the_row_of_all_years_is_of_those_that_all_members_have(tmp_path):
    """Sums over other years for each member cannot be compared."""
    save_ensemble(tmp_path, members=4, years=(2005, 2006))
    whole = summarise(tmp_path, years=[2005]).total
    results.path(tmp_path, "vort_track", 2006, 3).unlink()
    found = summarise(tmp_path)
    assert (found.total.tracks, found.total.found, found.total.observed) == (whole.tracks, whole.found, whole.observed)
    assert str(found.remarks[-1]) == (
        "the figures over all years leave out 2006, which some members do not have (3 results)"
    )
    for member in (0, 1):
        results.path(tmp_path, "vort_track", 2005, member).unlink()
    found = summarise(tmp_path)
    assert "no year has all members: the figures over all years leave out year 2005 and" in str(found.remarks[-1])
    only = summarise(tmp_path, years=[2006]).total
    assert (found.total.members, found.total.found, found.total.tracks) == (3, only.found, only.tracks)
