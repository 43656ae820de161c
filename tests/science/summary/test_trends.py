import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormtracks.science.errors import InputError
from stormtracks.science.summary.trends import trend

YEARS = np.arange(1980, 2010)


@given(slope=st.floats(-5, 5), start=st.floats(-100, 100))
def test_straight_line_is_its_own_trend(slope, start):
    made = trend(YEARS, start + slope * (YEARS - 1980))
    assert made.slope == pytest.approx(slope, abs=1e-8) and made.years == 30
    assert made.low == pytest.approx(slope, abs=1e-8) and made.high == pytest.approx(slope, abs=1e-8)


def test_interval_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(0)
    found = [trend(YEARS, 0.3 * YEARS + rng.normal(0, 4, 30)) for _ in range(300)]
    inside = [one.low <= 0.3 <= one.high for one in found]
    assert 0.92 <= np.mean(inside) <= 0.99


def test_memory_makes_the_interval_wider():
    rng = np.random.default_rng(1)
    hits = {}
    for memory in (0.0, 0.6):
        inside = []
        for _ in range(200):
            noise = np.zeros(30)
            for year in range(1, 30):
                noise[year] = memory * noise[year - 1] + rng.normal()
            one = trend(YEARS, noise)
            inside.append(one.low <= 0 <= one.high)
        hits[memory] = np.mean(inside)
    assert hits[0.6] > 0.83  # without the correction it is below 0.7


def test_odd_year_does_not_move_it():
    values = 0.5 * (YEARS - 1980) + np.sin(YEARS)
    odd = values.copy()
    odd[15] += 1000
    assert trend(YEARS, odd).slope == pytest.approx(trend(YEARS, values).slope, abs=0.05)


@given(order=st.permutations(range(12)))
@settings(max_examples=10)
def test_order_does_not_matter_and_years_may_be_missing(order):
    values = np.array([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, np.nan])
    years = np.array([1990, 1991, 1992, 1994, 1995, 1996, 1997, 1998, 1999, 2000, 2002, 2003])
    assert trend(years[list(order)], values[list(order)]) == trend(years[:-1], values[:-1])


def test_few_years_have_no_trend_and_no_change_is_none():
    assert np.isnan(trend([2000, 2001, 2002], [1, 2, 3]).slope)
    same = trend(YEARS, np.ones(30))
    assert (same.slope, same.low, same.high, same.significant) == (0, 0, 0, False)


@pytest.mark.parametrize(("years", "values"), [([2000, 2000], [1, 2]), ([2000], [1, 2])])
def test_years_that_do_not_fit_are_refused(years, values):
    with pytest.raises(InputError, match="one value for each year"):
        trend(years, values)
