"""Times by units and calendar, seasons, elapsed hours."""

from pathlib import Path

import cftime
import netCDF4
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormtracks.science import calendars
from stormtracks.science.reanalysis import open_season
from stormtracks.science.reanalysis.dimensions import times
from stormtracks.science.reanalysis.stored.netcdf.group import Group


@pytest.fixture
def coordinate():
    """Makes a time coordinate variable in memory."""
    with netCDF4.Dataset("memory", "w", diskless=True) as nc:

        def make(values, units, calendar):
            nc.createDimension(f"t{len(nc.dimensions)}", len(values))
            variable = nc.createVariable(
                f"time{len(nc.dimensions)}", np.asarray(values).dtype, (list(nc.dimensions)[-1],)
            )
            variable[:] = values
            variable.units, variable.calendar = units, calendar
            return Group(nc, Path("x.nc")).variables[variable.name]

        yield make


def test_the_archives_mixed_calendar_is_not_two_days_late(coordinate):
    """Hours since 1-1-1 in the mixed calendar: a naive count from datetime(1, 1, 1) is two days off."""
    first = cftime.date2num(cftime.datetime(1987, 9, 9, calendar="standard"), "hours since 1-1-1 0:0:0", "standard")
    dates, calendar = times.decode(coordinate([first, first + 6.0], "hours since 1-1-1 0:0:0", "standard"), "x.nc")
    assert calendar == "standard" and [str(date) for date in dates] == ["1987-09-09T00:00:00", "1987-09-09T06:00:00"]


UNITS = [
    "days since 1850-01-01",
    "hours since 1-1-1",
    "seconds since 1970-01-01",
    "minutes since 1900-1-1",
    "h since 1800-01-01",
]


@settings(max_examples=40)
@given(
    units=st.sampled_from(UNITS),
    calendar=st.sampled_from(["standard", "gregorian", "proleptic_gregorian", "noleap", "365_day"]),
    day=st.integers(0, 60_000),
    step=st.sampled_from([1, 3, 6, 24]),
)
def test_dates_are_those_of_cftime(units, calendar, day, step):
    start = cftime.datetime(1850, 1, 1, calendar=calendar) + np.timedelta64(day, "D").astype(object)
    wanted = [start + np.timedelta64(step * i, "h").astype(object) for i in range(1500)]
    with netCDF4.Dataset("memory", "w", diskless=True) as nc:
        nc.createDimension("time", len(wanted))
        variable = nc.createVariable("time", "f8", ("time",))
        variable.units, variable.calendar = units, calendar
        variable[:] = cftime.date2num(wanted, units, calendar)
        dates, found = times.decode(Group(nc, Path("x.nc")).variables["time"], "x.nc")
    np.testing.assert_array_equal(dates, np.array([date.isoformat() for date in wanted], "datetime64[s]"))
    np.testing.assert_array_equal(calendars.elapsed_hours(dates, found), step * np.arange(1500))


@pytest.mark.parametrize(
    ("year", "season", "first", "last"),
    [
        (2005, None, "2005-01-01T00:00:00", "2005-12-31T23:59:59"),
        (2005, ("06-01", "12-01"), "2005-06-01T00:00:00", "2005-12-01T00:00:00"),
        (2005, ("11-01", "04-30"), "2005-11-01T00:00:00", "2006-04-30T00:00:00"),
        (2005, ("02-01", "02-29"), "2005-02-01T00:00:00", "2005-03-01T00:00:00"),
        (850, ("02-01", "02-02"), "0850-02-01T00:00:00", "0850-02-02T00:00:00"),
    ],
)
def test_seasons(year, season, first, last):
    assert [str(date) for date in times.bounds(year, season)] == [first, last]


def test_both_dates_of_a_season_are_included_at_midnight(winds, tmp_path):
    winds(hours=np.arange(0, 24 * 30, 6.0))
    with open_season(tmp_path, 2005, season=("09-03", "09-05")) as season:
        assert [str(date) for date in season.axis.times[[0, -1]]] == ["2005-09-03T00:00:00", "2005-09-05T00:00:00"]
        assert len(season.axis) == 9


def test_several_years_in_a_file(winds, tmp_path):
    u, _ = winds(hours=np.arange(0, 24 * 800, 24.0), since="hours since 2004-12-30")
    described = {"files": {"u": "u850_2005.nc", "v": "v850_2005.nc"}}
    with open_season(tmp_path, 2006, dataset=described) as season:
        assert len(season.axis) == 365
        np.testing.assert_array_equal(season.read(0, 1, [0])[0][0, 0], u[367])


def test_noleap_has_no_29_february(winds, tmp_path):
    winds(hours=np.arange(0, 96, 24.0), since="hours since 2004-02-27", calendar="noleap", year=2004)
    with open_season(tmp_path, 2004) as season:
        assert [str(date)[5:10] for date in season.axis.times] == ["02-27", "02-28", "03-01", "03-02"]
        assert list(season.axis.hours) == [0, 24, 48, 72] and season.axis.calendar == "noleap"
