"""Times that a season lacks: between those that there are, and at its ends."""

import numpy as np
import pytest

from stormtracks.science import calendars
from stormtracks.science.reanalysis import open_season
from stormtracks.science.reanalysis.dimensions.times import bounds
from stormtracks.science.reanalysis.joined import gaps
from stormtracks.science.records import TimeAxis
from tests.science.reanalysis.cases import Draft

SMALL_LAT, SMALL_LON = np.linspace(-60, 60, 5), np.arange(0, 360, 60.0)


def axis(*spans):
    """Times of some spans (first, last, step in hours), one after another."""
    times = np.concatenate(
        [np.arange(a, np.datetime64(b, "s") + 1, np.timedelta64(h, "h"), "M8[s]") for a, b, h in spans]
    )
    return TimeAxis(times, (times - times[0]) / np.timedelta64(1, "h"))


YEAR, LONG = None, ("06-01", "11-30")
CASES = {
    # what there is, season: missing, of how many, the first
    "a whole year": ([("2005-01-01", "2005-12-31T18", 6)], YEAR, 0, 1460, None),
    "means of three hours": ([("2005-01-01T01:30", "2005-12-31T22:30", 3)], YEAR, 0, 2920, None),
    "means of a day": ([("2005-01-01T12", "2005-12-31T12", 24)], YEAR, 0, 365, None),
    "it begins on 3 January": ([("2005-01-03", "2005-12-31T18", 6)], YEAR, 8, 1460, "2005-01-01"),
    "it ends in November": ([("2005-01-01", "2005-11-30T18", 6)], YEAR, 124, 1460, "2005-12-01"),
    "two days were not fetched": (
        [("2005-08-01", "2005-08-01T18", 6), ("2005-08-03", "2005-08-04T18", 6), ("2005-08-06", "2005-08-06T18", 6)],
        YEAR, 8, 24, "2005-08-02",
    ),
    "an excerpt of a year": ([("2005-08-01", "2005-08-03", 6)], YEAR, 0, 9, None),
    "a season that lacks its end": ([("2005-06-01", "2005-06-30T18", 6)], LONG, 609, 729, "2005-07-01"),
    "a step that changes": ([("2005-08-01", "2005-08-06T21", 3), ("2005-08-07", "2005-08-10", 6)], YEAR, 0, 61, None),
    "means of months": ([("2005-01-16", "2005-12-16", 24 * 30)], YEAR, 0, 12, None),
    "one time": ([("2005-08-01", "2005-08-01", 6)], LONG, 0, 1, None),
}  # fmt: skip


@pytest.mark.parametrize(("spans", "season", "missing", "total", "first"), CASES.values(), ids=CASES)
def test_times_that_are_missing(spans, season, missing, total, first):
    found = gaps.find(axis(*spans), *bounds(2005, season), ends_too=season is not None)
    assert (found.missing, found.total) == (missing, total)
    assert found.first == (first and np.datetime64(first, "s"))
    assert bool(found.remark) == bool(missing)


def test_the_remark_says_how_many_and_the_first():
    spans = ("2005-08-01T01:30", "2005-08-01T19:30", 3), ("2005-08-02T01:30", "2005-08-02T22:30", 3)
    said = gaps.find(axis(*spans), *bounds(2005, None), ends_too=False).remark
    assert said == "1 of 16 times of the season is missing, the first 2005-08-01 22:30"


@pytest.mark.parametrize(
    ("season", "last", "missing"),
    [(None, (12, 30), 0), (("06-01", "12-31"), (12, 30), 0), (("01-01", "10-31"), (10, 30), 0), (None, (12, 29), 2)],
)
def test_years_of_360_days_end_on_30_december(tmp_path, season, last, missing):
    hours = np.arange(0, 24 * (30 * (last[0] - 1) + last[1]), 12.0)
    draft = Draft(hours, SMALL_LAT, SMALL_LON, since="hours since 2005-01-01").says("time", calendar="360_day")
    draft.level([850.0], "hPa")(tmp_path)
    with open_season(tmp_path, 2005, season=season) as opened:
        assert opened.missing_times == missing
        assert calendars.text(opened.axis.times[-1], "360_day") == f"2005-{last[0]:02d}-{last[1]:02d}T12:00:00"


def test_a_year_without_leap_days_lacks_no_29_february(tmp_path):
    hours = np.arange(0, 24 * 306, 12.0)  # from 1 March on
    draft = Draft(hours, SMALL_LAT, SMALL_LON, since="hours since 2004-03-01").says("time", calendar="noleap")
    draft.level([850.0], "hPa")(tmp_path)
    with open_season(tmp_path, 2004) as opened:
        assert opened.missing_times == 2 * 59
        assert opened.gaps.remark.endswith("the first 2004-01-01 00")
