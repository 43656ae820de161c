"""Forecasts in GRIB and Zarr, and their fields beside the winds: read by their starts as they are from netCDF."""

import netCDF4
import numpy as np
import pytest

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis import open_further, open_season, take
from tests.science.reanalysis import forecasts, grib_messages, zarr_stores
from tests.science.reanalysis.grib_messages import FIRST, LAT, LON, values

STARTS, LEADS, MEMBERS = (0, 24), (0, 6, 12), (0, 1)
START = str(FIRST + 24)


def winds(start, lead, member, **how):
    """u and v of a start, lead and member as GRIB; their values are of the valid time and member."""
    return grib_messages.winds(start + lead, member=member, lead=lead, **how)


def check(data, label, starts=(24, 24), leads=LEADS):
    """Each member's winds at all leads are those of its start."""
    with open_season(data, label) as season:
        for member in MEMBERS:
            u, _ = season.read(0, len(leads), [member])
            expected = [values("u", starts[member] + lead, member)[::-1] for lead in leads]
            np.testing.assert_array_equal(u[:, 0], expected)
            assert season.axis_of(member).times[0] == FIRST + starts[member] + leads[0]


@pytest.mark.parametrize("edition", [1, 2])
def test_many_starts_by_many_leads_of_grib(tmp_path, edition):
    rows = (winds(s, lead, m, edition=edition) for s in STARTS for lead in LEADS for m in MEMBERS)
    (tmp_path / "a.grib").write_bytes(b"".join(rows))
    assert take(tmp_path).starts == {str(FIRST): 2, START: 2}
    check(tmp_path, START)


def test_a_grib_file_of_each_start_member_and_lead(tmp_path):
    for start in STARTS:
        for member in MEMBERS:
            for lead in LEADS:
                path = tmp_path / f"gefs.{start}" / f"gep{member:02d}.t00z.pgrb2a.0p50.f{lead:03d}"
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(winds(start, lead, member))
    assert take(tmp_path).starts == {str(FIRST): 2, START: 2}
    check(tmp_path, START)


def test_lagged_members_of_grib(tmp_path):
    rows = [winds(start, lead, member) for start, member in ((0, 0), (6, 1)) for lead in LEADS]
    (tmp_path / "a.grib").write_bytes(b"".join(rows))
    check(tmp_path, str(FIRST + 6), starts=(0, 6))


def test_one_lead_of_lagged_members_is_nothing_to_follow(tmp_path):
    (tmp_path / "a.grib").write_bytes(winds(0, 6, 0) + winds(6, 6, 1))
    with pytest.raises(InputError, match=rf"one time alone of the forecast of {FIRST + 6}, whose members"):
        open_season(tmp_path, 2005)


def test_a_reforecast_of_grib_with_two_dates_is_refused(tmp_path):
    version = {"YearOfModelVersion": 2024, "MonthOfModelVersion": 8, "DayOfModelVersion": 1}
    rows = [
        grib_messages.winds(lead, lead=lead, before={"productDefinitionTemplateNumber": 61}, after=version)
        for lead in LEADS
    ]
    (tmp_path / "a.grib").write_bytes(b"".join(rows))
    with pytest.raises(InputError, match="is a reforecast with two dates, one of them 'GRIB_modelVersionDate'"):
        open_season(tmp_path, str(FIRST))


def test_one_lead_of_many_starts_is_read_by_year_alone(tmp_path):
    (tmp_path / "a.grib").write_bytes(b"".join(grib_messages.winds(start, lead=6) for start in (6, 30, 54)))
    assert take(tmp_path).starts == {} and take(tmp_path).members == {2005: 1}
    with pytest.raises(InputError, match="there is one time alone of the forecast of 2005-08-26T00, and nothing to"):
        open_season(tmp_path, START)


@pytest.mark.parametrize("chunks", [(1, 3, 2, 19, 36), (2, 1, 1, 19, 36)])
def test_many_starts_by_many_leads_of_zarr(tmp_path, chunks):
    fields = [[[values("u", s + lead, m) for m in MEMBERS] for lead in LEADS] for s in STARTS]
    names = ("init_time", "lead_time", "ensemble_member", "latitude", "longitude")
    coordinates = {
        "init_time": (names[:1], np.array(STARTS), {"units": f"hours since {str(FIRST).replace('T', ' ')}:00"}),
        "lead_time": (names[1:2], np.array(LEADS) * 3600, {"units": "seconds"}),
        "ensemble_member": (names[2:3], np.array(MEMBERS), {}),
        "latitude": (names[3:4], LAT, {"units": "degrees_north"}),
        "longitude": (names[4:], LON, {"units": "degrees_east"}),
    }
    stored = zarr_stores.Stored(3, chunks=chunks)
    zarr_stores.winds(tmp_path / "a.zarr", np.array(fields, np.float32), stored, names, coordinates)
    check(tmp_path, START)


def with_pressure(path):
    """A pressure beside the winds of a file: at the first cell 100,000 Pa, one more each hour, 100 more per member."""
    with netCDF4.Dataset(path, "a") as nc:
        u = nc["u"]
        pressure = nc.createVariable("msl", "f4", u.dimensions)
        pressure.setncatts({"units": "Pa", "standard_name": "air_pressure_at_mean_sea_level"})
        if "coordinates" in u.ncattrs():
            pressure.coordinates = u.coordinates
        hours = 0
        for name in ("time", "start", "step"):
            if name in nc.variables:
                size = [nc.dimensions[one].size if one in nc[name].dimensions else 1 for one in u.dimensions]
                scale = 24 if nc[name].units == "days" else 1
                hours = hours + (scale * nc[name][:]).reshape(size)
        members = np.arange(2).reshape([2 if one == "number" else 1 for one in u.dimensions])
        places = np.arange(u.shape[-2])[:, None] * 7 + np.arange(u.shape[-1]) / 2
        pressure[...] = np.broadcast_to(100_000 + hours + 100 * members + places, u.shape)


def test_further_fields_are_those_of_the_start(tmp_path):
    with_pressure(forecasts.cfgrib(tmp_path / "a.nc"))
    with open_season(tmp_path, forecasts.LABELS[1]) as season, open_further(tmp_path, season.start, season) as further:
        found = further.read("pressure", 0, 8, [0, 1])[:, :, 0, 0]
    np.testing.assert_array_equal(found - 100_000, 24 + forecasts.LEADS[:, None] + [0, 100])


def test_further_fields_of_lagged_members_are_at_their_own_times(tmp_path):
    with_pressure(forecasts.lagged(tmp_path / "a.nc", [0, 6]))
    with open_season(tmp_path, "2005-08-01T06") as season, open_further(tmp_path, season.start, season) as further:
        found = further.read("pressure", 0, 8, [0, 1])[:, :, 0, 0]
    np.testing.assert_array_equal(found - 100_000, forecasts.LEADS[:, None] + [0, 106])
