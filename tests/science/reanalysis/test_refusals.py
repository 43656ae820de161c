"""What is refused, and in which words: the file and the variable are always named."""

import shutil

import netCDF4
import numpy as np
import pytest

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis import inventory, open_season, take


def read(folder, year=2005, member=0, **chosen):
    """Everything of one member, as a task would."""
    with open_season(folder, year, **chosen) as season:
        return season.read(0, len(season.axis), [member])


def test_no_such_folder(tmp_path):
    with pytest.raises(InputError, match=r"nowhere: there is no such folder of data; check"):
        read(tmp_path / "nowhere")


def test_no_such_year_lists_the_years(winds, tmp_path):
    for year in (1999, 2000, 2001, 2004):
        winds(year=year)
    with pytest.raises(InputError, match=r"there is no year 2003; choose from 1999-2001, 2004"):
        read(tmp_path, 2003)


def test_a_year_that_the_name_promises_and_the_file_lacks(winds, tmp_path):
    winds(year=1999)
    with pytest.raises(
        InputError, match=r"u850_1999.nc: u850: there is no time between 1999-01-01.*only 2005-09-01T00:00:00 to"
    ):
        read(tmp_path, 1999)


@pytest.mark.parametrize("member", [3, -1])
def test_no_such_member_says_how_many(winds, tmp_path, member):
    winds(members=(1, 2, 3))
    with pytest.raises(InputError, match=rf"there is no member {member}; choose 0 to 2 \(in the data: 1 to 3\)"):
        read(tmp_path, member=member)


def test_no_such_step(winds, tmp_path):
    winds()
    with (
        open_season(tmp_path, 2005) as season,
        pytest.raises(InputError, match="there are no steps 2 to 9; choose from 0 to 4"),
    ):
        season.read(2, 9, [0])


def test_one_wind_without_the_other(winds, tmp_path):
    winds()
    (tmp_path / "v850_2005.nc").unlink()
    with pytest.raises(InputError, match=r"the year 2005 has u \(u850_2005.nc\) but no file with v; add it"):
        read(tmp_path)
    assert inventory(tmp_path) == {}


@pytest.mark.parametrize("kind", ["NETCDF4", "NETCDF3_CLASSIC", "NETCDF3_64BIT_OFFSET", "NETCDF3_64BIT_DATA"])
def test_truncated(winds, tmp_path, kind):
    winds(format=kind, create={})
    path = tmp_path / "v850_2005.nc"
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 100)
    with pytest.raises(InputError, match=r"v850_2005.nc: .*truncated"):
        read(tmp_path)


def test_damaged_inside(winds, tmp_path):
    winds(hours=np.arange(0, 240, 6.0))
    path = tmp_path / "u850_2005.nc"
    data = bytearray(path.read_bytes())
    data[-5000:-1000] = bytes(4000)
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"u850_2005.nc: .*(damaged|cannot)"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (b"PK\x03\x04", "is a zip archive; unpack"),
        (b"GRIB", "message 1 is damaged at byte 0: the file ends at byte 4"),
        (b"<!DOCTYPE html>", "is a web page"),
        (b"", r"is empty \(0 bytes\); download"),
        (b"version https://git-lfs.github.com/spec/v1", "is a Git LFS pointer"),
        (b"/annex/objects/MD5-s1--abc", "is a git-annex pointer"),
        (b"\x00" * 700, "truncated or damaged"),
    ],
)
def test_what_is_not_netcdf(tmp_path, start, words):
    for name in "uv":
        (tmp_path / f"{name}850_2005.nc").write_bytes(start)
    with pytest.raises(InputError, match=f"u850_2005.nc: .*{words}"):
        read(tmp_path)


def test_u_and_v_on_different_grids(winds, tmp_path):
    winds()
    shutil.move(tmp_path / "u850_2005.nc", tmp_path / "keep")
    winds(lat=np.linspace(-80, 80, 7))
    shutil.move(tmp_path / "keep", tmp_path / "u850_2005.nc")
    with pytest.raises(
        InputError, match=r"u850_2005.nc \(u850\) and .*v850_2005.nc \(v850\) are on different grids: 7 x 12, -90"
    ):
        read(tmp_path)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"hours": np.arange(3, 27, 6.0)},
            "different times: 4 and 4 times; only one of them has 2005-09-01T00:00:00",
        ),
        ({"members": (1, 2, 3)}, "different members: 2 and 3"),
        ({"calendar": "noleap"}, "different calendars: standard and noleap"),
    ],
)
def test_u_and_v_that_do_not_fit(winds, tmp_path, changes, words):
    winds(**{"members": (1, 2)} | changes)
    shutil.move(tmp_path / "v850_2005.nc", tmp_path / "keep")
    winds(members=(1, 2))
    shutil.move(tmp_path / "keep", tmp_path / "v850_2005.nc")
    with pytest.raises(InputError, match=f"u850_2005.nc .*v850_2005.nc .*{words}"):
        read(tmp_path)


@pytest.mark.parametrize(("hours", "word"), [([0, 6, 6, 12], "duplicated"), ([0, 12, 6, 18], "backward")])
def test_times_that_do_not_ascend(winds, tmp_path, hours, word):
    winds(hours=np.array(hours, dtype=float))
    with pytest.raises(InputError, match=rf"u850_2005.nc: time: {word} time: 2005-09-01T06:00:00 \(number 2"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("calendar", "words"),
    [
        ("366_day", "dates that do not exist"),
        ("all_leap", "dates that do not exist"),
        ("julian", "cannot be compared with those of obs"),
    ],
)
def test_calendars_that_observations_do_not_have(winds, tmp_path, calendar, words):
    winds(calendar=calendar)
    with pytest.raises(InputError, match=rf"u850_2005.nc: time: the calendar '{calendar}' cannot be used: .*{words}"):
        read(tmp_path)


def test_times_that_were_not_written(winds, tmp_path):
    winds(hours=np.array([0, 6, 9.96921e36, 9.96921e36]))
    with pytest.raises(InputError, match=r"u850_2005.nc: time: some times are missing"):
        read(tmp_path)


def test_units_of_time_that_mean_nothing(winds, tmp_path):
    winds(since="fortnights since the flood")
    with pytest.raises(InputError, match=r"u850_2005.nc: time: times with units 'fortnights since the flood'"):
        read(tmp_path)


MISSING = {"NaN": np.nan, "the default fill value": 9.96921e36, "a negative one": -9.96921e36}
BAD = {"infinite": np.inf, "absurd": 251.0}


@pytest.mark.parametrize("value", MISSING.values(), ids=MISSING)
def test_values_missing_inside_the_region_are_left_out_or_refused(winds, tmp_path, value):
    winds(members=(1, 2))
    with netCDF4.Dataset(tmp_path / "v850_2005.nc", "a") as nc:
        nc["v850"][2, 1, 3, 4:6] = value
    words = r"v850_2005.nc: v850: 2 values at 2005-09-01T12:00:00 cannot .* at 0 N 120 E of member 1, is missing"
    with pytest.raises(InputError, match=words):
        read(tmp_path, member=1, missing="refuse")
    read(tmp_path, member=0, missing="refuse")
    read(tmp_path, member=1, missing="refuse", region=(10, 60, -90, 30))
    with open_season(tmp_path, 2005) as season:
        v = season.read(0, 4, [1])[1]
        assert np.isnan(v[2, 0, 3, 4:6]).all() and np.isfinite(v).sum() == v.size - 2
        assert season.missing_share(1) == 2 / (4 * 7 * 12) and season.missing_share(0) == 0
        assert "0.6 % of the values are missing" in season.remarks_on(1)[-1]


def test_a_time_with_most_values_missing_is_refused(winds, tmp_path):
    winds()
    with netCDF4.Dataset(tmp_path / "u850_2005.nc", "a") as nc:
        nc["u850"][1, :4] = np.nan
    with pytest.raises(InputError, match=r"u850: 48 values at 2005-09-01T06.*is missing \(or NaN\), as are more than"):
        read(tmp_path)


@pytest.mark.parametrize("value", BAD.values(), ids=BAD)
def test_a_bad_value_inside_the_region(winds, tmp_path, value):
    winds(members=(1, 2))
    with netCDF4.Dataset(tmp_path / "v850_2005.nc", "a") as nc:
        nc["v850"][2, 1, 3, 4:6] = value
    words = r"v850_2005.nc: v850: 2 values at 2005-09-01T12:00:00 cannot .* at 0 N 120 E of member 1, is"
    with pytest.raises(InputError, match=words):
        read(tmp_path, member=1)
    read(tmp_path, member=0)
    assert read(tmp_path, region=(10, 60, -90, 30), member=1)[1][2, 0, 3, 4] == value


def test_a_mark_of_missing_that_could_be_a_value(winds, tmp_path):
    winds(attributes={"missing_value": np.float32(-99)})
    with netCDF4.Dataset(tmp_path / "u850_2005.nc", "a") as nc:
        nc["u850"][0, 0, 0] = -99
    with pytest.raises(InputError, match=r"u850: 1 values at 2005-09-01T00:00:00.*is missing"):
        read(tmp_path, missing="refuse")
    assert np.isnan(read(tmp_path)[0][0, 0, 0, 0])


@pytest.mark.parametrize("units", ["knots", "km/h", "K", "m", "s-1"])
def test_wrong_units(winds, tmp_path, units):
    winds(units=units)
    with pytest.raises(InputError, match=f"u850_2005.nc: u850: the units are '{units}' and must be 'm s-1'; convert"):
        read(tmp_path)


@pytest.mark.parametrize(
    "units", ["m s-1", "m/s", "m s**-1", "m s^-1", "meter second-1", "metres per second", "m.s-1", "", None]
)
def test_units_that_are_right(winds, tmp_path, units):
    winds(units=units)
    read(tmp_path)


@pytest.mark.parametrize(
    ("units", "right"), [("s-1", True), ("s**-1", True), ("1/s", True), ("10**-5 s-1", False), ("m s-1", False)]
)
def test_units_of_vorticity(tmp_path, write_file, recipe, fields_of, units, right):
    made = recipe(units=units)
    write_file(tmp_path / "x.nc", {"vo": fields_of(made)[0] * np.float32(1e-6)}, made)
    if right:
        read(tmp_path)
        return
    with pytest.raises(InputError, match=r"x.nc: vo: the units are .* must be 's-1'"):
        read(tmp_path)


@pytest.mark.parametrize("levels", [(1000.0, 500.0), (500.0,)])
def test_a_level_that_is_not_there(tmp_path, write_file, recipe, fields_of, levels):
    made = recipe(levels=levels)
    write_file(tmp_path / "x.nc", dict(zip("uv", fields_of(made), strict=True)), made)
    with pytest.raises(InputError, match=r"x.nc: u: there is no level 850 hPa; choose level_hpa from .*500"):
        read(tmp_path)


def test_a_level_that_no_name_has(winds, tmp_path):
    winds()
    with pytest.raises(InputError, match=r"u850_2005.nc: u: there is no level 200 hPa; choose level_hpa from 850"):
        read(tmp_path, level_hpa=200)


def test_levels_that_are_not_pressures(tmp_path, write_file, recipe, fields_of):
    made = recipe(levels=(1, 2, 3), level_units="sigma_level")
    write_file(tmp_path / "x.nc", dict(zip("uv", fields_of(made), strict=True)), made)
    with pytest.raises(InputError, match=r"x.nc: u: 'level' are model levels \(units 'sigma_level'\), not a pressure"):
        read(tmp_path)


def test_a_dimension_that_is_not_understood(tmp_path, write_file, recipe, fields_of):
    made = recipe(members=(1, 2), names={"member": "quantile"})
    write_file(tmp_path / "x.nc", dict(zip("uv", fields_of(made), strict=True)), made)
    with pytest.raises(InputError, match=r"x.nc: u: the dimension 'quantile' of length 2 is not understood"):
        read(tmp_path)


def test_a_variable_that_the_description_names_wrongly(winds, tmp_path):
    winds()
    described = {"files": {"u": "u850_{year}.nc", "v": "v850_{year}.nc"}, "variables": {"u": "uwind"}}
    with pytest.raises(InputError, match=r"u850_2005.nc: there is no variable 'uwind'; choose one of time, lat,"):
        read(tmp_path, dataset=described)


def test_a_description_that_no_file_fits(winds, tmp_path):
    winds()
    with pytest.raises(InputError, match=r"description vo_\{year\}.nc; .*there: u850_2005.nc, v850"):
        read(tmp_path, dataset={"files": {"vorticity": "vo_{year}.nc"}})


def test_two_variables_that_may_be_u(tmp_path, write_file, recipe, fields_of):
    u, v = fields_of(recipe())
    write_file(tmp_path / "x.nc", {"u": u, "ua": u, "v": v}, recipe())
    with pytest.raises(InputError, match=r"x.nc: several variables could be u: u, ua; give the right one"):
        read(tmp_path)


def test_variables_that_are_there_again_under_a_number_are_not_other_levels(tmp_path, write_file, recipe, fields_of):
    """What cdo makes of three members of a GRIB file; the others were left out in silence."""
    u, v = fields_of(recipe())
    write_file(tmp_path / "x.nc", {"u": u, "u_2": u, "u_3": u, "v": v, "v_2": v, "v_3": v}, recipe())
    with pytest.raises(InputError, match=r"x.nc: several variables could be u: u, u_2, u_3; give the right one"):
        read(tmp_path)


def test_two_files_of_one_name(winds, tmp_path):
    winds()
    winds(folder=tmp_path / "copy")
    with pytest.raises(InputError, match=r"two files could be u: .*copy/u850_2005.nc and .*u850_2005.nc; remove one"):
        read(tmp_path)


def test_two_files_with_the_same_times(tmp_path, write_file, recipe, fields_of):
    u, v = fields_of(recipe())
    for name in ("a.nc", "b.nc"):
        write_file(tmp_path / name, {"u": u, "v": v}, recipe())
    with pytest.raises(InputError, match=r"a.nc and .*b.nc both contain u of 2005-09-01T00:00:00; remove one"):
        read(tmp_path)


def test_two_layouts_of_one_year(winds, tmp_path, write_file, recipe, fields_of):
    u, _ = winds()
    write_file(tmp_path / "UGRD850.2005_mem001.nc", {"UGRD": u}, recipe())
    with pytest.raises(
        InputError, match=r"two layouts contain the same year: .*u850_2005.nc and .*UGRD850.2005_mem001.nc"
    ):
        read(tmp_path)


def test_a_step_too_large_for_any_machine(tmp_path):
    for name in "uv":
        with netCDF4.Dataset(tmp_path / f"{name}850_2005.nc", "w") as nc:
            for dim, size in (("time", None), ("member", 200_000), ("lat", 181), ("lon", 360)):
                nc.createDimension(dim, size)
            nc.createVariable("time", "f8", ("time",))[:] = [0]
            nc["time"].units = "hours since 2005-01-01"
            nc.createVariable("lat", "f8", ("lat",))[:] = np.arange(-90, 91)
            nc.createVariable("lon", "f8", ("lon",))[:] = np.arange(360)
            nc.createVariable(name, "f4", ("time", "member", "lat", "lon"), zlib=True, chunksizes=(1, 1, 181, 360))
    with pytest.raises(
        InputError, match=r"u850_2005.nc: u: one step would need 48.5 GiB \(time 1, member 200000, lat 181, lon 360\)"
    ):
        read(tmp_path)


def test_a_file_that_changes_while_it_is_read(winds, tmp_path):
    winds()
    season = open_season(tmp_path, 2005)
    season.read(0, 1, [0])
    with (tmp_path / "v850_2005.nc").open("ab") as file:
        file.write(b"more")
    with pytest.raises(InputError, match=r"v850_2005.nc: changed while being read; run the task again"):
        season.close()


def test_a_file_that_is_cut_off_while_it_is_read(winds, tmp_path):
    winds(hours=np.arange(0, 2400, 6.0), lon=np.arange(0, 360, 2.0))
    with (
        pytest.raises(InputError, match=r"u850_2005.nc: u850: the file changed while it was being read"),
        open_season(tmp_path, 2005) as season,
    ):
        with (tmp_path / "u850_2005.nc").open("r+b") as file:
            file.truncate(20_000)
        season.read(0, 400, [0])


def test_a_member_unlike_the_first(tmp_path, write_file, recipe, fields_of):
    for number, made in ((1, recipe()), (2, recipe(hours=np.arange(0, 12, 6.0)))):
        for name, values in zip(("UGRD", "VGRD"), fields_of(made), strict=True):
            write_file(tmp_path / f"{name}850.2005_mem00{number}.nc", {name: values}, made)
    with pytest.raises(InputError, match=r"mem001.nc \(UGRD\) and .*mem002.nc \(UGRD\) have different times: 4 and 2"):
        read(tmp_path, member=1)


@pytest.mark.parametrize(
    ("axis", "values", "words"),
    [
        ("lat", [-90, -60, -30, 0, 30, 10, 60], "latitudes must ascend or descend"),
        ("lat", np.linspace(-120, 120, 7), "latitudes must ascend or descend between -90 and 90"),
        ("lat", [-90, -60, -30, np.nan, 30, 60, 90], "the latitude must have 3 or more finite values"),
        ("lon", np.arange(12.0) ** 2, "longitudes must be evenly spaced"),
        ("lon", np.zeros(12), "longitudes must be evenly spaced"),
        ("lon", np.arange(0, 720, 60.0), "longitudes must be evenly spaced and go round the Earth at most once"),
    ],
)
def test_grids_that_are_none(winds, tmp_path, axis, values, words):
    winds(**{axis: np.array(values, dtype=float)})
    with pytest.raises(InputError, match=f"u850_2005.nc: u850: {words}"):
        read(tmp_path)


def test_inventory_says_what_a_task_would_refuse(winds, tmp_path):
    winds(members=(1, 2))
    winds(year=2006, members=(1, 2))
    (tmp_path / "u850_2006.nc").write_bytes(b"")
    assert inventory(tmp_path) == {2005: 2}
    with pytest.raises(InputError, match=r"u850_2006.nc: is empty \(0 bytes\); download it again") as refused:
        read(tmp_path, 2006)
    assert take(tmp_path).refusals == {2006: str(refused.value)}
