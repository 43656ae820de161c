"""What a climatology is of: all tracks of a folder, by season, beside the best tracks of the same seasons."""

import dataclasses

import numpy as np
import pytest
from best_track_cases import COLUMNS, text_of
from ensembles import OBSERVED, member_result, true_tracks
from storm_lists import WINDS, save_lists

from stormtracks.science import results
from stormtracks.science.climatology import quantities
from stormtracks.science.climatology.of_folder import population
from stormtracks.science.errors import ResultError
from stormtracks.science.filters import Filter, NothingLeft


@pytest.fixture(scope="module")
def best_tracks(tmp_path_factory):
    """A table of best tracks: the three observed storms of 2005, as they truly were."""
    start = np.datetime64("2005-08-01T00", "s")
    rows = []
    for sid, (first, lat, lon) in zip(OBSERVED, true_tracks(), strict=False):
        for step, (north, east) in enumerate(zip(lat, lon, strict=True)):
            time = str(start + (first + step) * np.timedelta64(6, "h")).replace("T", " ")
            values = {"SID": sid, "SEASON": 2005, "BASIN": "NA", "NAME": "ARLENE", "ISO_TIME": time}
            values |= {"USA_WIND": 40 + step, "USA_PRES": 1000 - step, "LAT": north, "LON": east}
            rows.append(tuple(str(values.get(name, "")) for name in COLUMNS))
    path = tmp_path_factory.mktemp("best") / "best.csv"
    path.write_text(text_of(rows=rows))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Four members; member 3 has no 2006."""
    folder = tmp_path_factory.mktemp("results")
    for year, members in ((2005, 4), (2006, 3)):
        save_lists(folder, members=members, years=(year,))
        for member in range(members):  # with the settings that best tracks are read by
            made = member_result(member, year)
            results.save(dataclasses.replace(made, provenance={"version": "1", "settings": {}}), folder)
    return folder


def test_every_track_of_every_season_is_there_once(folder, best_tracks):
    found = population(folder)
    assert len(found.heads) == 5 * 7 and found.cells.there.tolist() == [[True, True]] * 3 + [[True, False]]
    np.testing.assert_array_equal(np.bincount(found.member), [10, 10, 10, 5])
    assert found.matched.sum() == 3 * 7
    seen = population(folder, [2005], best_tracks=best_tracks)
    assert seen.observed.sid.tolist() == list(OBSERVED) and seen.observed_year.tolist() == [0, 0, 0]


def test_a_year_that_a_member_lacks_is_said_and_not_counted(folder, best_tracks):
    found = population(folder, best_tracks=best_tracks)
    assert any("leave out 2006, which some members do not have" in text for text in found.remarks)
    counted = found.counted(quantities.MONTH, np.arange(13.0))
    np.testing.assert_array_equal(counted.per_season[:, 7], 5.0)
    assert found.seasons == "2005, 4 members"
    assert found.number_of_seasons == 4 and len(found.ends("genesis")) == 5 * 4
    assert population(folder, [2006]).remarks == ()


def test_lifetimes_are_from_the_first_point_to_the_last_of_tracks_and_best_tracks(folder, best_tracks):
    found = population(folder, [2005], best_tracks=best_tracks)
    assert found.observed_median(quantities.LIFETIME) == 15 * 6 / 24
    np.testing.assert_allclose(quantities.LIFETIME.of(found.heads)[found.matched], 15 * 6 / 24)
    edges = found.edges(quantities.LIFETIME)
    assert found.observed_band(quantities.LIFETIME, edges).mean.sum() == 3


def test_winds_of_a_list_stand_beside_the_best_tracks_in_the_same_unit(folder, best_tracks):
    found = population(folder, [2005], list="tc", best_tracks=best_tracks)
    np.testing.assert_allclose(np.unique(quantities.WIND.of(found.heads)), sorted(WINDS[:4]), rtol=0.04)
    np.testing.assert_allclose(quantities.WIND.of(found.observed), 55 * 1852 / 3600, rtol=1e-6)
    np.testing.assert_allclose(quantities.PRESSURE.of(found.observed), 985.0)


def test_a_list_begins_where_it_is_first_of_its_class(folder):
    season = population(folder, [2005], [0], list="tc").ends("genesis")
    tracks = population(folder, [2005], [0]).ends("genesis")
    assert len(season) == 4 and not np.isin(season.lat, tracks.lat).any()


def test_a_filter_chooses_tracks_and_by_place_best_tracks(folder, best_tracks):
    asked = Filter(genesis_region=(5, 20, -40, -20))
    found = population(folder, [2005], asked=asked, best_tracks=best_tracks)
    assert found.observed.sid.tolist() == [OBSERVED[0]] and len(found.heads) == 4
    assert found.asked == "tracks that begin in 5N-20N 40W-20W"
    with pytest.raises(NothingLeft, match="no track is left"):
        population(folder, asked=Filter(min_hours=1e4))


def test_best_tracks_of_some_basins_are_not_taken_for_those_of_all(folder, best_tracks):
    said = population(folder, [2005], best_tracks=best_tracks).remarks
    assert [text for text in said if "where not all tracks begin: --basin" in text], "a track begins in SI"
    inside = Filter(basins=("NA", "EP"))
    assert not population(folder, [2005], asked=inside, best_tracks=best_tracks).remarks


def test_best_tracks_that_the_file_does_not_have_are_said(folder, best_tracks):
    said = population(folder, [2006], best_tracks=best_tracks).remarks
    assert said[0] == "3 of 3 observed storms are not in this file of best tracks, and not counted"


def test_a_region_that_tracks_pass_is_asked_of_their_points(folder, best_tracks):
    beyond = Filter(region=(20, 26, -60, -45))  # the end of the first storm
    found = population(folder, [2005], asked=beyond, best_tracks=best_tracks)
    assert found.observed.sid.tolist() == [OBSERVED[0]] and found.matched.sum() == 4
    assert set(found.heads.sid[found.matched]) == {OBSERVED[0]}


def test_nothing_is_observed_without_best_tracks_and_no_folder_is_refused(folder, tmp_path):
    found = population(folder, [2005])
    assert not len(found.observed) and np.isnan(found.observed_median(quantities.LIFETIME))
    with pytest.raises(ResultError, match="no results of the task"):
        population(tmp_path)
