"""Storms counted season by season, and what is said of members that lack years."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.science.climatology import bands
from stormtracks.science.climatology.census import Cells, census, edges_of, medians
from stormtracks.science.errors import InputError


def cells(*rows, first=2001):
    there = np.array(rows, bool)
    return Cells(tuple(range(len(rows))), tuple(range(first, first + there.shape[1])), there)


@st.composite
def storms(draw):
    """Seasons of members and years, some of them lacking, and storms of those that are there."""
    rows = draw(st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=1, max_size=4))
    made = cells(*rows)
    seasons = list(zip(*np.nonzero(made.there), strict=True))
    drawn = draw(st.lists(st.tuples(st.sampled_from(seasons), st.floats(0, 30)), max_size=20)) if seasons else []
    member = np.array([season[0] for season, _ in drawn], int)
    year = np.array([season[1] for season, _ in drawn], int)
    return made, np.array([value for _, value in drawn]), member, year


@given(storms())
def test_every_storm_is_in_one_bin_of_its_season(drawn):
    made, values, member, year = drawn
    edges = edges_of([values], 2.0, most=5)
    counts = census(made, values, member, year, edges).counts
    assert counts.sum() == len(values)
    for bin_number, (low, high) in enumerate(itertools.pairwise(edges)):
        inside = (values >= low) & (values < high)
        for cell in np.ndindex(made.there.shape):
            assert counts[(*cell, bin_number)] == (inside & (member == cell[0]) & (year == cell[1])).sum()


@given(storms())
def test_figures_per_season_do_not_depend_on_the_order_of_the_storms(drawn):
    made, values, member, year = drawn
    edges, back = edges_of([values], 2.0), slice(None, None, -1)
    one = census(made, values, member, year, edges).per_season
    np.testing.assert_array_equal(one, census(made, values[back], member[back], year[back], edges).per_season)


def test_a_year_that_a_member_lacks_is_left_out_for_all_and_said():
    made = cells([1, 1, 0], [1, 1, 1])
    counted = census(made, [1, 1, 1, 1], [0, 0, 1, 1], [0, 1, 2, 2], [0, 2])
    assert counted.per_season.tolist() == [[1.0], [0.0]]
    assert made.remark == "the figures over all years leave out 2003, which some members do not have (1 result)"
    assert cells([1, 1], [1, 1]).remark == ""


def test_where_no_year_is_there_of_all_members_those_that_belong_together_are_compared():
    made = cells([1, 0, 0], [0, 1, 1])
    counted = census(made, [1, 1, 1], [0, 1, 1], [0, 1, 1], [0, 2])
    np.testing.assert_array_equal(counted.per_season, [[np.nan], [1.0]])
    assert made.remark.startswith(
        "no year has all members: the figures over all years leave out year 2001 and member 0"
    )


def test_the_highest_value_is_in_the_last_bin_and_what_is_not_known_in_none():
    counted = census(cells([1]), [0, 1, 2, np.nan, 3, -1], [0] * 6, [0] * 6, [0, 1, 2])
    assert counted.counts.tolist() == [[[1, 2]]]


def test_a_storm_of_a_season_that_is_not_there_is_refused():
    with pytest.raises(InputError, match="a season that is not there; give all seasons"):
        census(cells([1, 0]), [1], [0], [1], [0, 2])
    with pytest.raises(InputError, match="edges of bins must ascend"):
        census(cells([1]), [1], [0], [0], [0, 2, 2])


@given(st.lists(st.floats(-1e3, 1e3), max_size=30), st.sampled_from([0.5, 1.0, 5.0]))
def test_edges_hold_all_values_between_them(values, width):
    edges = edges_of([np.array(values)], width, most=10)
    assert len(edges) <= 13 and np.allclose(np.diff(edges) % width % width, 0, atol=1e-6)
    assert not values or (edges[0] <= min(values) and max(values) <= edges[-1])


def test_medians_are_of_the_compared_years():
    made = cells([1, 1], [1, 0], [1, 0])
    found = medians(made, [1, 3, 9, 4], [0, 0, 0, 1], [0, 0, 1, 0])
    np.testing.assert_array_equal(found, [2.0, 4.0, np.nan])


@given(st.lists(st.lists(st.floats(-10, 10) | st.just(np.nan), min_size=2, max_size=2), min_size=1, max_size=8))
def test_a_band_lies_between_the_extremes_and_knows_what_is_lacking(rows):
    values = np.array(rows)
    band = bands.over_members(values)
    for column in range(2):
        known = values[np.isfinite(values[:, column]), column]
        if not len(known):
            assert np.isnan(band.mean[column]) and np.isnan(band.low[column])
            continue
        near = 1e-9
        assert known.min() == band.least[column] <= band.low[column] + near
        assert band.low[column] <= band.high[column] + near <= band.most[column] + 2 * near == known.max() + 2 * near
        assert band.mean[column] == pytest.approx(known.mean(), abs=1e-9)


def test_an_interval_of_a_mean_narrows_with_the_years_and_needs_some():
    rng = np.random.default_rng(1)
    few, many = (bands.over_years(rng.normal(10, 2, (n, 1))) for n in (8, 200))
    assert many.high[0] - many.low[0] < (few.high[0] - few.low[0]) / 2
    assert many.high[0] - many.low[0] == pytest.approx(2 * 1.645 * 2 / np.sqrt(200), rel=0.2)
    assert np.isnan(bands.over_years(np.ones((bands.LEAST_YEARS - 1, 1))).low[0])
    same = bands.over_years(np.full((6, 2), 3.0))
    np.testing.assert_allclose([same.low, same.high], 3.0)


def test_yearly_numbers_that_are_not_known_are_refused():
    with pytest.raises(InputError, match="leave out the years without"):
        bands.over_years(np.array([[1.0], [np.nan]]))
