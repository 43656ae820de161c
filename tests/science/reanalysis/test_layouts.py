"""Layouts that are found without being told, and those that a description finds."""

import os
from dataclasses import replace

import netCDF4
import numpy as np
import pytest

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis import inventory, open_season
from stormtracks.science.reanalysis.stored.netcdf.source import Source
from tests.science.reanalysis.cases import Draft

V3 = {"levels": (850.0,), "names": {"level": "height"}, "level_units": "m", "hours": np.arange(0, 24, 3.0)}
PLACES = {
    "side by side": "{var}850.2005_mem{member:03d}.nc",
    "a folder per variable": "{var}850/{var}850.2005_mem{member:03d}.nc",
    "a folder per year": "2005/{var}850.2005_mem{member:03d}.nc",
    "variable and year": "{var}850/2005/{var}850.2005_mem{member:03d}.nc",
}


def members_apart(folder, write_file, recipe, fields_of, place, numbers=(1, 2, 4)):
    """20CRv3: a file per member, with UGRD or VGRD inside."""
    made = {number: fields_of(recipe, number) for number in numbers}
    for number, fields in made.items():
        for var, values in zip(("UGRD", "VGRD"), fields, strict=True):
            write_file(folder / place.format(var=var, member=number), {var: values}, recipe)
    return made


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_20crv3_wherever_its_files_are(tmp_path, write_file, recipe, fields_of, place):
    made = members_apart(tmp_path, write_file, recipe(**V3), fields_of, place)
    with open_season(tmp_path, 2005) as season:
        assert season.members == ("mem001", "mem002", "mem004") and season.block.members == 1
        u, v = season.read(0, 8, [2])
        assert season.axis.step_hours == 3
        np.testing.assert_array_equal(u[:, 0], made[4][0][:, 0])
        np.testing.assert_array_equal(v[:, 0], made[4][1][:, 0])
    assert inventory(tmp_path) == {2005: 3}


def test_one_member_opens_its_own_files_only(tmp_path, write_file, recipe, fields_of, monkeypatch):
    members_apart(tmp_path, write_file, recipe(**V3), fields_of, PLACES["side by side"], range(1, 13))
    opened = []
    begin = Source.__init__
    monkeypatch.setattr(
        Source, "__init__", lambda self, path, *rest: (opened.append(path.name), begin(self, path, *rest))[1]
    )
    with open_season(tmp_path, 2005, ensemble_member=6) as season:
        season.read(0, 2, [6])
        assert [file.path.name for file in season.inputs(6)] == ["UGRD850.2005_mem007.nc", "VGRD850.2005_mem007.nc"]
    assert opened == ["UGRD850.2005_mem007.nc", "VGRD850.2005_mem007.nc"]


def test_all_members_of_own_files_together(tmp_path, write_file, recipe, fields_of):
    made = members_apart(tmp_path, write_file, recipe(**V3), fields_of, PLACES["side by side"], range(1, 13))
    with open_season(tmp_path, 2005) as season:
        u, _ = season.read(1, 3, slice(None))
        assert u.shape == (2, 12, 7, 12) and len(season.inputs()) == 24
        np.testing.assert_array_equal(u[:, 11], made[12][0][1:3, 0])
        assert season.chunks_inflated == 12 * 2 * 2


def test_a_member_without_v_is_refused_by_name(tmp_path, write_file, recipe, fields_of):
    members_apart(tmp_path, write_file, recipe(**V3), fields_of, PLACES["side by side"])
    (tmp_path / "VGRD850.2005_mem002.nc").unlink()
    with (
        pytest.raises(InputError, match="no file with v of member mem002"),
        open_season(tmp_path, 2005) as season,
    ):
        season.read(0, 1, [1])


ERA5 = {
    "names": {"time": "valid_time", "level": "pressure_level", "lat": "latitude", "lon": "longitude"},
    "levels": (850.0,),
    "lat": np.linspace(90, -90, 7),
    "hours": np.arange(4) * 21600,
    "since": "seconds since 1970-01-01",
    "calendar": "proleptic_gregorian",
    "units": "m s**-1",
}


def era5_file(path, write_file, recipe, fields):
    """Today's download: scalar number, text expver, NaN as fill value."""
    write_file(path, fields, replace(recipe, create={"fill_value": np.float32("nan"), "zlib": True}))
    with netCDF4.Dataset(path, "a") as nc:
        nc.createVariable("number", "i8", ())[...] = 0
        nc.createVariable("expver", str, ("valid_time",))[:] = np.array(["0001"] * len(recipe.hours), dtype=object)
    return path


@pytest.mark.parametrize("together", [True, False], ids=["one file", "a file each"])
def test_new_era5(tmp_path, write_file, recipe, fields_of, together):
    made = recipe(**ERA5)
    u, v = fields_of(made)
    files = [("any name.nc", {"u": u, "v": v})] if together else [("a.nc", {"u": u}), ("b.nc", {"v": v})]
    for name, fields in files:
        era5_file(tmp_path / name, write_file, made, fields)
    with open_season(tmp_path, 1970) as season:
        read_u, read_v = season.read(0, 4, slice(None))
        assert season.axis.step_hours == 6 and season.quantity == "winds"
        np.testing.assert_array_equal(read_u[:, 0], u[:, 0, ::-1])
        np.testing.assert_array_equal(read_v[:, 0], v[:, 0, ::-1])


def test_old_era5_packed_levels_and_a_scalar_time(tmp_path, recipe, fields_of):
    made = recipe(levels=(500, 850, 1000), hours=np.arange(1.0))
    for name, values in zip("uv", fields_of(made), strict=True):
        with netCDF4.Dataset(tmp_path / f"2005-01-23-0000-{name}.nc", "w") as nc:
            for dim, size in (("time", None), ("longitude", 12), ("latitude", 7), ("level", 3)):
                nc.createDimension(dim, size)
            nc.createVariable("longitude", "f4", ("longitude",))[:] = made.lon
            nc.createVariable("latitude", "f4", ("latitude",))[:] = made.lat[::-1]
            nc.createVariable("level", "i4", ("level",))[:] = made.levels
            nc["longitude"].units, nc["latitude"].units, nc["level"].units = (
                "degrees_east",
                "degrees_north",
                "millibars",
            )
            nc.createVariable("time", "i4", ())[...] = 920400
            nc["time"].units, nc["time"].calendar = "hours since 1900-01-01", "gregorian"
            variable = nc.createVariable(name, "i2", ("level", "latitude", "longitude"), fill_value=-32767)
            variable.scale_factor, variable.add_offset, variable.coordinates = 0.003, -0.5, "time"
            variable[:] = values[0, :, ::-1]
    with open_season(tmp_path, 2004) as season:
        (u, v), (expected, _) = season.read(0, 1, [0]), fields_of(made)
        assert str(season.axis.times[0]) == "2004-12-31T00:00:00" and v.shape == (1, 1, 7, 12)
        np.testing.assert_allclose(u[0, 0], expected[0, 1], atol=0.002)


def test_era5_where_the_preliminary_analysis_takes_over(tmp_path, recipe, fields_of):
    u, v = fields_of(recipe())
    with netCDF4.Dataset(tmp_path / "x.nc", "w") as nc:
        for dim, values in (
            ("time", recipe().hours),
            ("expver", [1, 5]),
            ("latitude", recipe().lat),
            ("longitude", recipe().lon),
        ):
            nc.createDimension(dim, len(values))
            nc.createVariable(dim, "f8", (dim,))[:] = values
        nc["time"].units = "hours since 2005-09-01"
        for name, values in (("u", u), ("v", v)):
            variable = nc.createVariable(name, "f4", ("time", "expver", "latitude", "longitude"), fill_value=np.nan)
            variable[:2, 0], variable[2:, 1] = values[:2], values[2:]
    with open_season(tmp_path, 2005) as season:
        np.testing.assert_array_equal(season.read(0, 4, [0])[1][:, 0], v)


def test_cmip6(tmp_path, write_file, recipe, fields_of):
    names = {"level": "plev"}
    made = recipe(
        levels=(100000.0, 85000.0, 50000.0),
        level_units="Pa",
        names=names,
        since="days since 1850-01-01",
        hours=np.arange(0.25, 1, 0.25),
    )
    u, v = fields_of(made)
    u[0, 0, 0] = 1e20  # below ground, on a level that is not read
    write_file(tmp_path / "ua_va_6hrPlev.nc", {"ua": u, "va": v}, replace(made, create={"fill_value": 1e20}))
    with netCDF4.Dataset(tmp_path / "ua_va_6hrPlev.nc", "a") as nc:
        nc.variant_label = "r1i1p1f1"
    with open_season(tmp_path, 1850) as season:
        assert season.members == ("r1i1p1f1",) and list(season.axis.hours) == [0, 6, 12]
        np.testing.assert_array_equal(season.read(0, 3, [0])[0][:, 0], u[:, 1])


def test_files_by_month_are_put_together(tmp_path, write_file, recipe, fields_of):
    september = recipe(hours=np.arange(0, 720, 6.0))
    october = replace(september, since="hours since 2005-10-01", hours=np.arange(0, 744, 6.0))
    for name, made in (("z.nc", september), ("a.nc", october)):
        write_file(tmp_path / name, dict(zip("uv", fields_of(made), strict=True)), made)
    with open_season(tmp_path, 2005, season=("09-29", "10-02")) as season:
        u, _ = season.read(6, 10, [0])
        assert len(season.axis) == 13 and str(season.axis.times[-1]) == "2005-10-02T00:00:00"
        np.testing.assert_array_equal(u[:2, 0], fields_of(september)[0][-2:])
        np.testing.assert_array_equal(u[2:, 0], fields_of(october)[0][:2])
        assert [file.path.name for file in season.inputs(0)] == ["a.nc", "z.nc"]


def test_a_season_across_new_year_takes_the_next_years_file(winds, tmp_path):
    winds(since="hours since 2005-12-31", hours=np.arange(0, 24, 6.0))
    winds(year=2006, since="hours since 2006-01-01", hours=np.arange(0, 24, 6.0))
    with open_season(tmp_path, 2005, season=("12-31", "01-01")) as season:
        assert len(season.axis) == 5 and season.axis.hours[-1] == 24


def test_the_next_years_file_is_missing(winds, tmp_path):
    winds(since="hours since 2005-12-31")
    with pytest.raises(InputError, match=r"u850_2005.nc: u850: the season lasts until 2006-01-15.*end at 2005-12-31T"):
        open_season(tmp_path, 2005, season=("12-31", "01-15"))


def test_winds_near_the_surface_are_never_taken(tmp_path, write_file, recipe, fields_of):
    u, v = fields_of(recipe())
    write_file(tmp_path / "sl.nc", {"u10": u, "v10": v}, recipe())
    write_file(
        tmp_path / "hl.nc",
        {"ua": u, "va": v},
        recipe(attributes={"long_name": "wind at 10 m", "standard_name": "eastward_wind"}),
    )
    with pytest.raises(InputError, match=r"hl.nc: ua: is at a height of 10 m"):
        open_season(tmp_path, 2005)
    assert inventory(tmp_path) == {}


def test_other_files_beside_do_not_disturb(winds, tmp_path, write_file, recipe, fields_of):
    winds()
    (tmp_path / "notes.nc").write_text("not netCDF at all")
    write_file(tmp_path / "u200_2005.nc", {"u200": fields_of(recipe())[0]}, recipe())
    with open_season(tmp_path, 2005) as season:
        assert len(season.inputs(0)) == 2


def test_a_description_finds_files_and_variables(tmp_path, write_file, recipe, fields_of):
    u, v = fields_of(recipe())
    write_file(tmp_path / "2005/east.2005.nc", {"a": u, "b": v}, recipe())
    described = {"files": {"u": "{year}/*.{year}.nc", "v": "{year}/*.nc"}, "variables": {"u": "a", "v": "b"}}
    with open_season(tmp_path, 2005, dataset=described) as season:
        np.testing.assert_array_equal(season.read(0, 4, [0])[1][:, 0], v)
    assert inventory(tmp_path, described) == {2005: 1}


def test_a_description_of_10_m_winds_is_obeyed(tmp_path, write_file, recipe, fields_of):
    u, v = fields_of(recipe())
    for name, values in (("u10", u), ("v10", v)):
        write_file(tmp_path / f"{name}_2005.nc", {name: values}, recipe(units=None))
    described = {"files": {"u": "u10_{year}.nc", "v": "v10_{year}.nc"}, "variables": {"u": "u10", "v": "v10"}}
    with open_season(tmp_path, 2005, dataset=described) as season:
        np.testing.assert_array_equal(season.read(0, 4, [0])[0][:, 0], u)


@pytest.mark.parametrize(
    ("first", "labels"), [(None, ("m02", "m03", "m05")), (2, ("m02", "m03", "4", "m05")), (3, ("m03", "4", "m05"))]
)
def test_members_of_a_description(tmp_path, write_file, recipe, fields_of, first, labels):
    for number in (2, 3, 5):
        for name, values in zip(("u", "v"), fields_of(recipe(), number), strict=True):
            write_file(tmp_path / f"{name}/x_m{number:02d}.nc", {name: values}, recipe())
    described = {"files": {"u": "u/x_m{member:02d}.nc", "v": "v/x_m{member:02d}.nc"}, "first_member": first}
    with open_season(tmp_path, 2005, dataset=described) as season:
        assert tuple(label.removeprefix("m").lstrip("0") for label in season.members) == tuple(
            label.removeprefix("m").lstrip("0") for label in labels
        )
        np.testing.assert_array_equal(season.read(0, 4, [len(labels) - 1])[0][:, 0], fields_of(recipe(), 5)[0])
        if "4" in labels:
            with pytest.raises(InputError, match="no file with u of member 4"):
                season.read(0, 4, [labels.index("4")])
    assert inventory(tmp_path, described) == {2005: len(labels)}


def test_a_description_of_vorticity_and_level(tmp_path, write_file, recipe, fields_of):
    made = recipe(levels=(850.0, 700.0), units="s**-1")
    values = fields_of(made)[0] * np.float32(1e-6)
    write_file(tmp_path / "all years.nc", {"zeta": values}, made)
    described = {"files": {"vorticity": "*.nc"}, "variables": {"vorticity": "zeta"}, "level": 700}
    with open_season(tmp_path, 2005, dataset=described) as season:
        np.testing.assert_array_equal(season.read(0, 4, [0])[0][:, 0], values[:, 1])


def test_a_folder_that_cannot_be_read_does_not_stop_a_year(winds, tmp_path, monkeypatch):
    winds()
    (tmp_path / "private").mkdir()
    scan = os.scandir

    def guarded(folder):
        if str(folder).endswith("private"):
            raise PermissionError(13, "Permission denied", str(folder))
        return scan(folder)

    monkeypatch.setattr(os, "scandir", guarded)
    with open_season(tmp_path, 2005) as season:
        assert season.remarks[0].endswith("private: cannot be read: Permission denied; fix it, or move it elsewhere")


def test_members_whose_files_say_which_they_are_are_read_together(tmp_path):
    described = {"files": dict.fromkeys("uv", "uv_{member}.nc")}
    for label in ("r1i1p1f1", "r2i1p1f1"):
        Draft().file_says(variant_label=label)(tmp_path, f"uv_{label}.nc")
    with open_season(tmp_path, 2005, dataset=described) as season:
        u, _ = season.read(0, 2, [0, 1])
        assert u.shape[1] == 2 and season.members == ("r1i1p1f1", "r2i1p1f1")
