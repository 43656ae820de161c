"""Months that not all seasons cover: only the seasons that do count in them."""

import dataclasses

import numpy as np
import pytest
from ensembles import member_result

from stormtracks.science import results
from stormtracks.science.climatology import coverage, quantities
from stormtracks.science.climatology.coverage import NONE, PART, WHOLE
from stormtracks.science.climatology.of_folder import population
from stormtracks.science.errors import InputError
from stormtracks.science.plots import season
from stormtracks.science.records import TimeAxis

JUN, JUL, AUG, SEP = 5, 6, 7, 8


def axis(first, days, calendar="standard"):
    hours = 6.0 * np.arange(4 * days)
    return TimeAxis(np.datetime64(first, "s") + hours.astype("timedelta64[h]"), hours, calendar)


def save(folder, year, first, days, member=0, **changed):
    """A season of other times, whose five tracks begin in August."""
    made = member_result(member, year)
    found = axis(first, days)
    step = ((made.tracks.time - found.times[0]) // np.timedelta64(6, "h")).astype(np.int32)
    maxima = dataclasses.replace(made.maxima, step=step)
    results.save(dataclasses.replace(made, axis=found, maxima=maxima, **changed), folder)


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (axis("2005-07-01", 62), {JUL: WHOLE, AUG: WHOLE}),
        (axis("2005-07-20", 43), {JUL: PART, AUG: WHOLE}),
        (axis("2005-08-01T12", 31), {AUG: WHOLE}),  # and half of 1 September
        (axis("2005-06-01", 31), {JUN: WHOLE}),  # and 1 July, with which a season of June ends
        (TimeAxis(np.zeros(0, "datetime64[s]"), np.zeros(0)), {}),
        (TimeAxis(axis("2005-08-01", 31).times[[0, 124 // 2, 123]], np.array([0.0, 372.0, 738.0])), {AUG: WHOLE}),
        (axis("2004-02-01", 28, "noleap"), {1: WHOLE}),
    ],
)
def test_a_month_is_covered_whole_in_part_or_not(times, expected):
    found = coverage.months_of(times)
    assert {month: level for month, level in enumerate(found.tolist()) if level != NONE} == expected


def test_a_february_of_thirty_days_is_whole_with_thirty_days():
    first = np.datetime64(((2005 - 1970) * 360 + 30) * 86400, "s")
    hours = 6.0 * np.arange(120)
    found = coverage.months_of(TimeAxis(first + hours.astype("timedelta64[h]"), hours, "360_day"))
    assert found.tolist() == [NONE, WHOLE] + [NONE] * 10


def test_a_month_is_the_mean_of_the_seasons_that_cover_it(tmp_path):
    save(tmp_path, 2005, "2005-07-01", 92)
    save(tmp_path, 2006, "2006-08-01", 61)
    shifted = member_result(1, 2005).tracks  # five tracks that begin in July
    save(
        tmp_path, 2005, "2005-07-01", 92, member=1, tracks=dataclasses.replace(shifted, time=shifted.time - 31 * 86400)
    )
    save(tmp_path, 2006, "2006-08-01", 61, member=1)
    found = population(tmp_path, months=True)
    counted = found.counted(quantities.MONTH, np.arange(13.0))
    np.testing.assert_array_equal(counted.per_season[:, JUL], [0, 5])  # of one season each, not half of that
    np.testing.assert_array_equal(counted.per_season[:, AUG], [5, 2.5])
    assert np.isnan(counted.per_season[:, JUN]).all()
    assert found.remarks[0] == "a month counts only the results that cover it, of 4: Jul 2"
    july = found.heads.take(quantities.MONTH.of(found.heads) == JUL)
    seen = dataclasses.replace(found, observed=july, observed_year=np.zeros(len(july), int))
    assert seen.observed_band(quantities.MONTH, np.arange(13.0)).mean[[JUL, AUG]].tolist() == [5, 0]
    made = season(found)
    assert [label.get_text() for label in made.axes[0].get_xticklabels()] == ["Jul\n1", "Aug\n2"]
    said = made.axes[0].get_xlabel().split("\n")[1:]
    assert said == ["(number: years that cover it;", "none begins in other months that the data cover)"]


def test_a_month_of_which_there_is_only_a_part_is_said(tmp_path):
    save(tmp_path, 2005, "2005-08-01", 20)
    found = population(tmp_path, months=True)
    assert found.remarks == ("no result covers the whole of Aug: fewer begin there than in a whole month",)
    made = season(found)
    assert [label.get_text() for label in made.axes[0].get_xticklabels()] == ["Aug*"]
    assert made.axes[0].get_xlabel().endswith("\n(*: covered in part;\nthe data cover no other month)")
    save(tmp_path, 2006, "2006-08-01", 31)
    whole = population(tmp_path, months=True)
    assert whole.coverage.years[AUG] == 1 and whole.coverage.best[AUG] == WHOLE


def test_months_are_not_asked_of_forecasts_of_days(tmp_path):
    save(tmp_path, 2005, "2005-08-01", 20)
    made = results.load(results.path(tmp_path, "vort_track", 2005, 0))
    folder = tmp_path / "forecasts"
    results.save(dataclasses.replace(made, year="2005-08-01T00"), folder)
    with pytest.raises(InputError, match=r"no forecast covers a whole month.*choose another kind"):
        population(folder, months=True)
    assert population(folder).each == "forecast"
