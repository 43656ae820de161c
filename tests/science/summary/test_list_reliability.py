"""How far the probabilities of a folder's lists can be believed."""

import pytest
from storm_lists import save_lists

from stormtracks.science.climatology.basins import BASINS, covered
from stormtracks.science.errors import ResultError
from stormtracks.science.summary.list_reliability import CALIBRATED, list_reliability


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Lists of four members and two years: three observed storms, and one in the South Indian Ocean that nobody saw."""
    return save_lists(tmp_path_factory.mktemp("results"), members=4, years=(2005, 2006))


def test_each_storm_of_a_year_is_one_forecast_and_what_nobody_could_see_is_left_out(folder):
    found = list_reliability(folder)
    assert found.made.number.sum() == 3 * 2 and found.said_by == CALIBRATED
    assert (found.years, found.members) == ((2005, 2006), 4)
    assert found.made.observed[-1] == 1.0 and found.made.brier < 0.01
    assert found.remarks[0].startswith("left out: 2 storms that begin in ") and "SI" in found.remarks[0]


@pytest.mark.slow
def test_a_storm_that_one_list_has_counts_with_the_probability_that_all_have(tmp_path):
    save_lists(tmp_path, members=1, classes=(1, 1, 1, 0, 0))
    for member in (1, 2, 3):
        save_lists(tmp_path / "more", members=member + 1, classes=(1, 0, 0, 0, 0))
        for task in ("vort_track", "classify"):
            name = f"{task}/2005/member_{member:03d}.nc"
            (tmp_path / name).write_bytes((tmp_path / "more" / name).read_bytes())
    made = list_reliability(tmp_path).made
    assert made.number.sum() == 3, "one of four lists is enough"


def test_only_some_members_and_years_and_storms_are_looked_at(folder):
    found = list_reliability(folder, [2005], [0, 1], keep=lambda storms: storms.name == "ARLENE")
    assert (found.years, found.members, found.made.number.sum()) == ((2005,), 2, 1)


def test_a_folder_without_lists_is_refused(tmp_path):
    with pytest.raises(ResultError, match="no results of the task 'classify'"):
        list_reliability(tmp_path)


def test_a_basin_is_covered_from_two_best_tracks_and_two_percent_on():
    atlantic = [f"2005{day:03d}N15320" for day in range(1, 201)]
    pacific = ["2005010N15150", "2005020N15150"]
    seen = lambda sids: [code for code, known in zip(BASINS, covered(sids), strict=True) if known]  # noqa: E731
    assert seen(atlantic[:10] + pacific[:1]) == ["NA"]
    assert seen(atlantic[:10] + pacific) == ["NA", "WP"]
    assert seen(atlantic + pacific) == ["NA"]
    assert seen(["sh052014"]) == list(BASINS), "an identifier that does not say leaves it open"
