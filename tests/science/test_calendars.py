"""Dates of other calendars, and a member of a model with months of 30 days from its file to all that is made of it."""

import json

import cftime
import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from stormtracks import report
from stormtracks.errors import BadValue
from stormtracks.science import calendars, export, pipeline, results, summary
from stormtracks.science.consensus import consensus, to_json
from stormtracks.science.errors import InputError
from stormtracks.science.matching import match
from stormtracks.science.records import BestTracks
from tests.science.reanalysis.cases import Draft

SECONDS = st.lists(st.integers(-(10**10), 10**10), min_size=1, max_size=20)


@given(seconds=SECONDS)
def test_dates_of_360_days_are_those_of_cftime(seconds):
    times = np.array(seconds, "datetime64[s]")
    dates = cftime.num2date(seconds, "seconds since 1970-01-01", "360_day")
    assert calendars.texts(times, "360_day").tolist() == [date.isoformat() for date in dates]
    assert calendars.years(times, "360_day").tolist() == [date.year for date in dates]
    for time, date in zip(times, dates, strict=True):
        assert calendars.of_text(date.isoformat(), "360_day") == time


@given(seconds=SECONDS, lasting=st.integers(0, 10**8))
def test_noleap_is_counted_without_its_29_february(seconds, lasting):
    units = "seconds since 1970-01-01"
    before, after = (
        np.array([date.isoformat() for date in cftime.num2date(values, units, "noleap")], "datetime64[s]")
        for values in (np.array(seconds), np.array(seconds) + lasting)
    )
    np.testing.assert_array_equal(calendars.later(before, np.timedelta64(lasting, "s"), "noleap"), after)
    elapsed = (np.array(seconds) - seconds[0]) / 3600
    np.testing.assert_allclose(calendars.elapsed_hours(before, "noleap"), elapsed)


@pytest.mark.parametrize("date", ["2005-02-31", "2005-13-01", "2005-02-30T25", "30 February", ""])
def test_what_is_no_date(date):
    with pytest.raises(BadValue, match="is not a date of the calendar 360_day; write it as in 2005-08-28T18"):
        calendars.of_text(date, "360_day")


def test_no_observation_has_the_dates(of_360_days):
    result = results.load(of_360_days, 2005, 0)
    best = BestTracks.none()
    assert not len(match(result.tracks, best, result.axis))
    observed = BestTracks(
        **{name: np.zeros(1, values.dtype) for name, values in vars(best).items() if isinstance(values, np.ndarray)}
    )
    with pytest.raises(
        InputError, match="in the calendar 360_day cannot be matched, since no observation has its dates"
    ):
        match(result.tracks, observed, result.axis)


@pytest.fixture(scope="module")
def of_360_days(tmp_path_factory):
    """A folder of results of two members, on 29 and 30 February and 1 March 2005."""
    folder = tmp_path_factory.mktemp("of_360_days")
    draft = Draft(hours=np.arange(0, 60, 6.0), since="hours since 2005-02-29").rename(u="u850", v="v850")
    draft.says("time", calendar="360_day").members([1, 2])(folder / "data")
    for member in (0, 1):
        setup = {"data": str(folder / "data"), "results": str(folder), "best_tracks": BEST}
        details = pipeline.run_task(2005, member, "vort_track", setup)
        assert details["counts"]["tracks"] == 2 and not details["matches"] and not details["misses"]
        assert details["remarks"] == [
            "calendar 360_day: best tracks are not matched, since no observation has its dates"
        ]
    return folder


BEST = "sample/ibtracs/IBTrACS.NA.v04r00.nc"
FIRST, LAST = "2005-02-29T00:00:00", "2005-03-01T06:00:00"


def test_a_result_comes_back_and_says_its_calendar(of_360_days):
    path = results.path(of_360_days, "vort_track", 2005, 0)
    result = results.load(path)
    assert result.axis.calendar == result.tracks.calendar == "360_day"
    assert (result.tracks.dates[0], result.tracks.dates[9]) == (FIRST, LAST) and result.axis.hours[-1] == 54
    with xr.open_dataset(path) as dataset:  # as people open it
        assert [str(time) for time in dataset.time.values[[4, 8]]] == ["2005-02-30 00:00:00", "2005-03-01 00:00:00"]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("csv", "1,2005-02-30T18:00:00,"),
        ("imilast", "2005023018 2005 02 30 18"),
        ("track", "2005023018 "),
        ("tempest", "\t2005\t02\t30\t18"),
        ("geojson", '"2005-02-30T18:00:00"'),
    ],
)
def test_exports_say_the_dates(of_360_days, tmp_path, kind, words):
    written = export.write_members(of_360_days, tmp_path / "tracks", kind)
    assert words in written[0].read_text()


@pytest.mark.parametrize("kind", ["parquet", "adeck", "trackjson"])
def test_what_has_no_such_calendar_refuses_it(of_360_days, tmp_path, kind):
    with pytest.raises(InputError, match="has no calendar 360_day; export csv or netcdf"):
        export.write_members(of_360_days, tmp_path / "tracks", kind)
    assert not list(tmp_path.iterdir())


def test_an_export_as_netcdf_says_the_calendar(of_360_days, tmp_path):
    with xr.open_dataset(export.write(of_360_days, tmp_path / "tracks.nc", "netcdf")) as dataset:
        assert str(dataset.time.values[7]) == "2005-02-30 18:00:00"


def test_two_calendars_do_not_go_into_one_file(of_360_days, tmp_path):
    inputs = {"data": "sample/20crv2c_1987", "results": str(of_360_days)}
    pipeline.run_task(1987, 0, "vort_track", inputs)
    try:
        with pytest.raises(InputError, match="different calendars"):
            export.write(of_360_days, tmp_path / "tracks.nc", "netcdf", export.Selection(mixed=True))
        table = export.write(of_360_days, tmp_path / "tracks.csv", "csv", export.Selection(mixed=True)).read_text()
        assert table.count("2005-02-30T18") == 4
    finally:
        results.path(of_360_days, "vort_track", 1987, 0).unlink()


def test_the_consensus_says_the_dates(of_360_days):
    agreed = consensus(of_360_days, 2005)
    storms = to_json(agreed)["storms"]
    assert agreed.calendar == "360_day" and len(storms) == 2
    assert (storms[0]["time"][0], storms[0]["time"][-1]) == (FIRST, LAST)


@pytest.mark.slow
def test_summary_and_report_take_them(of_360_days, tmp_path):
    counted = summary.summarise(of_360_days)
    assert counted.years[0].year == 2005
    page = report.write(of_360_days, tmp_path / "report.html", best_tracks=BEST).read_text()
    tracks = json.loads(page.split('id="tracks">')[1].split("</script>")[0])
    assert tracks["years_of_360_days"] == [2005]


def test_months_in_the_calendar_of_the_times():
    times = np.array(["2005-08-31T18", "2004-02-29", "1969-12-31"], "M8[s]")
    assert calendars.months(times, "proleptic_gregorian").tolist() == [8, 2, 12]
    assert calendars.months(np.array([59 * 86400]).astype("datetime64[s]"), "360_day").tolist() == [2]
