"""Further fields beside the winds: in each layout, in each unit, at each level; what cannot be used is left out."""

import contextlib
import re
from dataclasses import replace
from pathlib import Path

import netCDF4
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis import open_further, open_season, take
from stormtracks.science.reanalysis.further_field import _runs
from stormtracks.science.reanalysis.roles import FURTHER
from stormtracks.science.records import Block
from stormtracks.strict_dataclass import KeyRefused
from tests.science.reanalysis.kinds_of_further import CASES as FURTHER_CASES
from tests.science.reanalysis.kinds_of_further import HOURS, USUAL, values

HPA = {"height_upper": 200.0, "height_middle": 500.0, "height_lower": 1000.0}


@contextlib.contextmanager
def opened(folder, year=2005, dataset=None, **choices):
    """The further fields of a folder; the winds are open as long as they are."""
    with (
        open_season(folder, year, dataset=dataset, **choices) as season,
        open_further(folder, year, season, dataset=dataset) as further,
    ):
        yield further


@pytest.fixture
def made(fields_of):
    """Values of a role: plausible, no two alike."""
    return lambda recipe, role, seed=1: np.float32(USUAL[role]) + fields_of(recipe, seed)[0] / 4


@pytest.fixture
def field(write_file, made):
    """Writes one field; ``field(path, "pressure", recipe, name="psl", factor=0.01)`` returns its values as read."""

    def write(path, role, recipe, name, factor=1.0, offset=0.0, seed=1, **changes):
        values = made(recipe, role, seed)
        write_file(path, {name: (values - offset) * factor}, replace(recipe, **changes))
        return values

    return write


def test_the_archive_of_all_members(tmp_path, winds, recipe, field):
    together = recipe(members=(1, 2, 3), create={"zlib": True, "chunksizes": (1, 3, 7, 12)})
    winds(together)
    names = {"pressure": "prmsl", "height_upper": "z200", "height_middle": "z500", "height_lower": "z1000"}
    names |= {"temperature": "t850", "precipitable_water": "pwat", "cape": "cape"}
    units = {"pressure": "Pa", "temperature": "K", "precipitable_water": "kg/m^2", "cape": "J/kg"}
    truth = {
        role: field(tmp_path / f"{name}_2005.nc", role, together, name, units=units.get(role, "gpm"))
        for role, name in names.items()
    }
    with opened(tmp_path) as further:
        assert further.roles == FURTHER and further.missing == {} and further.block == Block(1, 3)
        assert further.levels == {**HPA, "temperature": 850.0}
        for role, values in truth.items():
            assert np.array_equal(further.read(role, 1, 4, slice(None)), values[1:4])
            assert np.array_equal(further.read(role, 0, 4, [2, 0]), values[:, [2, 0]])
        assert further.remarks_on(1) == () and len(further.inputs(1)) == 7


def test_the_archive_of_a_file_per_member(tmp_path, write_file, recipe, fields_of, field):
    truth = {}
    for member in (1, 2, 3):
        u, v = fields_of(recipe(), member)
        for name, wind in (("UGRD", u), ("VGRD", v)):
            write_file(tmp_path / f"{name}850.2005_mem{member:03d}.nc", {name: wind}, recipe())
        truth[member] = field(
            tmp_path / f"PRMSL.2005_mem{member:03d}.nc", "pressure", recipe(), "PRMSL", seed=member, units="Pa"
        )
        heights = tmp_path / f"HGT500.2005_mem{member:03d}.nc"
        field(heights, "height_middle", recipe(), "HGT", seed=member, units="gpm")
    with opened(tmp_path, ensemble_member=1) as further:
        assert further.roles == ("pressure", "height_middle") and further.block == Block(1, 1)
        assert np.array_equal(further.read("pressure", 0, 4, [2, 1])[:, 0], truth[3])
        assert [file.path.name for file in further.inputs(2)] == ["HGT500.2005_mem003.nc", "PRMSL.2005_mem003.nc"]
    (tmp_path / "PRMSL.2005_mem002.nc").unlink()
    with opened(tmp_path) as further:
        assert further.roles == ("height_middle",)
        assert "no file with it of 1 of the 3 members (mem002)" in further.missing["pressure"]


def test_one_file_with_all_of_it(tmp_path, write_file, recipe, fields_of, made):
    levels = recipe(levels=(1000, 850, 500, 250), hours=np.arange(0, 48, 6.0), names={"time": "valid_time"})
    flat = replace(levels, levels=None)
    u, v = fields_of(levels)
    geopotential = v.copy()
    truth = {"height_upper": (3, 10_400), "height_middle": (2, 5_500), "height_lower": (0, 100)}
    for place, height in truth.values():
        geopotential[:, place] += height * 9.80665
    path = write_file(tmp_path / "era5.nc", {"u": u, "v": v}, levels)
    with netCDF4.Dataset(path, "a") as nc:
        for name, units, values in (("z", "m**2 s**-2", geopotential), ("t", "K", u + 280)):
            one = nc.createVariable(name, "f4", ("valid_time", "level", "lat", "lon"))
            one.units, one[:] = units, values
        msl = nc.createVariable("msl", "f4", ("valid_time", "lat", "lon"))
        msl.units, msl[:] = "Pa", made(flat, "pressure")
    with opened(tmp_path) as further:
        assert further.roles == ("pressure", "height_upper", "height_middle", "height_lower", "temperature")
        assert further.levels["height_upper"] == 250.0 and further.choice["height_upper"]["variable"] == "z"
        for role, (_, height) in truth.items():
            assert np.allclose(further.read(role, 0, 8, [0]), height, atol=10)
        assert "cape" in further.missing["cape"] and further.inputs()[0].path == path


@pytest.mark.parametrize(
    ("name", "role", "units", "factor", "offset"),
    [
        ("psl", "pressure", "Pa", 1, 0),
        ("MSL", "pressure", "hPa", 0.01, 0),
        ("slp", "pressure", "mb", 0.01, 0),
        ("msl", "pressure", "millibars", 0.01, 0),
        ("air_pressure_at_mean_sea_level", "pressure", "kPa", 0.001, 0),
        ("z500", "height_middle", "m**2 s**-2", 9.80665, 0),
        ("z500", "height_middle", "m^2/s^2", 9.80665, 0),
        ("zg500", "height_middle", "m", 1, 0),
        ("geopotential_500", "height_middle", "J kg-1", 9.80665, 0),
        ("hgt200", "height_upper", "gpdm", 0.1, 0),
        ("gh1000", "height_lower", "gpm", 1, 0),
        ("t850", "temperature", "degC", 1, 273.15),
        ("ta850", "temperature", "Kelvin", 1, 0),
        ("tcwv", "precipitable_water", "kg m**-2", 1, 0),
        ("prw", "precipitable_water", "mm", 1, 0),
        ("cape", "cape", "m2 s-2", 1, 0),
    ],
)
def test_units_decide(tmp_path, winds, recipe, field, name, role, units, factor, offset):
    winds()
    values = field(tmp_path / "more.nc", role, recipe(), name, factor, offset, units=units)
    with opened(tmp_path) as further:
        assert further.roles == (role,)
        assert np.allclose(further.read(role, 0, 4, [0])[:, 0], values, rtol=1e-6)


def test_a_key_that_is_not_known_is_refused_naming_the_known_ones(tmp_path):
    with pytest.raises(KeyRefused, match=r"unknown key 'presure'.*did you mean 'pressure'"):
        open_season(tmp_path, 2005, dataset={"variables": {"presure": "p"}})


def test_what_is_not_there_cannot_be_read(tmp_path, winds):
    winds()
    with opened(tmp_path) as further:
        assert further.roles == () and further.grid != further.missing
        with pytest.raises(InputError, match=r"cape: no file of 2005 has the convective available potential energy"):
            further.read("cape", 0, 1, [0])


@pytest.mark.parametrize("case", FURTHER_CASES, ids=[case.name for case in FURTHER_CASES])
def test_case(tmp_path, case):
    case.write(tmp_path / "data")
    with opened(tmp_path / "data", dataset=case.dataset or None) as further:
        assert further.roles == case.there, further.missing
        for role, pattern in case.missing.items():
            assert re.search(pattern, further.missing[role]), further.missing[role]
        assert {role: further.levels[role] for role in case.levels} == case.levels
        for role in case.there:
            read = further.read(role, 0, len(HOURS), [0])[:, 0]
            grid = further.grid(role)
            right = values(role, HOURS, grid.lat, grid.lon)
            there = ~np.isnan(read).all(axis=(1, 2))
            assert np.count_nonzero(~there) == case.lacking and read.shape == right.shape
            assert np.nanmax(np.abs(read[there] - right[there])) <= 0.02
        remarks = " ".join(further.remarks_on(0))
        assert re.search(case.remark, remarks) if case.remark else not remarks


def test_of_three_hourly_fields_only_the_times_of_the_winds_are_read(tmp_path, winds, recipe, field):
    together = recipe(members=(1, 2), create={"zlib": True, "chunksizes": (1, 2, 7, 12)})
    winds(together)
    finer = replace(together, hours=np.arange(0, 24, 3.0))
    values = field(tmp_path / "prmsl_2005.nc", "pressure", finer, "prmsl", units="Pa")
    with opened(tmp_path) as further:
        before = further.chunks_inflated
        assert np.array_equal(further.read("pressure", 0, 4, [0, 1]), values[::2])
        assert further.chunks_inflated - before == 4


def test_times_before_between_and_after_those_of_a_field_are_missing(tmp_path, winds, recipe, field):
    winds(recipe(hours=np.arange(0, 48, 6.0)))
    values = field(tmp_path / "msl.nc", "pressure", recipe(hours=np.array([6.0, 12.0, 24.0])), "msl", units="Pa")
    with opened(tmp_path) as further:
        read = further.read("pressure", 0, 8, [0])[:, 0]
        assert np.array_equal(read[[1, 2, 4]], values) and np.isnan(read[[0, 3, 5, 6, 7]]).all()
        assert np.array_equal(further.read("pressure", 2, 3, [0])[0, 0], values[1])
        assert "5 of 8 times of the winds are missing, the first 2005-09-01 00" in further.remarks_on(0)[-1]


def test_what_is_impossible_is_left_out_beyond_the_region_and_refused_inside_it(tmp_path, winds, recipe, field):
    winds()
    path = tmp_path / "prmsl_2005.nc"
    field(path, "pressure", recipe(), "prmsl", units="Pa")
    with netCDF4.Dataset(path, "a") as nc:
        nc["prmsl"][2, 0] = -12345.6  # the south pole, at the third time
    with opened(tmp_path) as further, pytest.raises(InputError, match=r"12 values at 2005-09-01T12.* is -12345\.6 Pa"):
        further.read("pressure", 0, 4, [0])
    with opened(tmp_path, region=(-60, 60, 0, 360)) as further:
        read = further.read("pressure", 0, 4, [0])[:, 0]
        assert np.isnan(read[2, 0]).all() and np.isnan(read).sum() == 12
        assert not further.missing_values["pressure"].any()


def test_fields_that_are_all_zero_are_missing(tmp_path, winds, recipe, field):
    winds()
    field(tmp_path / "z1000_2005.nc", "height_lower", recipe(), "z1000", units="gpm")
    with netCDF4.Dataset(tmp_path / "z1000_2005.nc", "a") as nc:
        nc["z1000"][1] = 0.0
    with opened(tmp_path) as further:
        read = further.read("height_lower", 0, 4, [0])[:, 0]
        assert np.isnan(read[1]).all() and np.isnan(read).sum() == read[1].size
        assert list(further.missing_values["height_lower"][:, 0]) == [0, read[1].size, 0, 0]
        assert "all values are 0 at 1 time, as if not written" in further.remarks_on(0)[-1]


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, winds, recipe, field):
    winds()
    path = tmp_path / "prmsl_2005.nc"
    field(path, "pressure", recipe(), "prmsl", units="Pa")
    with pytest.raises(InputError, match=r"prmsl_2005\.nc: changed while being read"), opened(tmp_path):
        path.write_bytes(path.read_bytes() + b"more")


def test_a_file_of_another_member_that_differs_is_refused_when_it_is_read(
    tmp_path, write_file, recipe, fields_of, field
):
    for member in ("001", "002"):
        for name, wind in zip(("UGRD", "VGRD"), fields_of(recipe(), int(member)), strict=True):
            write_file(tmp_path / f"{name}850.2005_mem{member}.nc", {name: wind}, recipe())
        grid = recipe(lat=np.linspace(-90, 90, 7 if member == "001" else 13))
        field(tmp_path / f"PRMSL.2005_mem{member}.nc", "pressure", grid, "PRMSL", units="Pa")
    with opened(tmp_path) as further:
        assert further.read("pressure", 0, 4, [0]).shape == (4, 1, 7, 12)
        with pytest.raises(InputError, match="are on different grids"):
            further.read("pressure", 0, 4, [1])


def test_only_the_roles_that_are_asked_for_are_looked_for(tmp_path, winds, recipe, field):
    winds()
    field(tmp_path / "prmsl_2005.nc", "pressure", recipe(), "prmsl", units="Pa")
    with (
        open_season(tmp_path, 2005) as season,
        open_further(tmp_path, 2005, season, roles=("height_middle",)) as further,
    ):
        assert further.roles == () and set(further.missing) == {"height_middle"}
        with pytest.raises(InputError, match="pressure: was not asked for"):
            further.read("pressure", 0, 1, [0])


def test_the_inventory_says_which_fields_there_are(tmp_path, winds, recipe, field):
    for year in (2005, 2006):
        winds(replace(recipe(), since=f"hours since {year}-09-01"), year=year)
    field(tmp_path / "prmsl_2005.nc", "pressure", recipe(), "prmsl", units="Pa")
    field(tmp_path / "z500.nc", "height_middle", recipe(), "z500", units="furlong")
    first, second = take(tmp_path).further
    assert first.startswith("beside the winds: pressure (only 2005); not: height_upper, height_middle,")
    assert re.search(r"^height_middle: there, but refused: .*the units are 'furlong'", second)


@pytest.mark.slow
def test_of_many_files_few_are_open(tmp_path, write_file, recipe, fields_of, made):
    for day in range(40):
        one = recipe(hours=24.0 * day + np.arange(2) * 12)
        u, v = fields_of(one, day)
        write_file(tmp_path / f"d{day:02d}.nc", {"u": u, "v": v}, one)
        write_file(tmp_path / f"p{day:02d}.nc", {"msl": made(one, "pressure", day)}, replace(one, units="Pa"))
    with opened(tmp_path) as further:
        read = further.read("pressure", 0, 80, [0])
        assert read.shape[0] == 80 and np.isfinite(read).all()
        opened_now = {link.readlink().name for link in Path("/proc/self/fd").iterdir() if link.exists()}
        assert 1 < sum(name.startswith("p") and name.endswith(".nc") for name in opened_now) <= 32


@given(st.sets(st.integers(0, 30), min_size=1), st.sets(st.integers(0, 30)), st.data())
def test_each_step_of_the_winds_gets_the_field_of_its_time(field_hours, wind_hours, data):
    """Runs of steps, put together, are all of them in order, each within one stretch of the field's own steps."""
    times = np.array(sorted(field_hours))
    wanted = np.array(sorted(wind_hours | {min(field_hours)}))
    steps = np.where(np.isin(wanted, times), np.searchsorted(times, wanted), -1)
    start = data.draw(st.integers(0, len(steps)))
    stop = data.draw(st.integers(start, len(steps)))
    runs = list(_runs(steps, start, stop))
    assert [step for begin, end in runs for step in range(begin, end)] == list(range(start, stop))
    for begin, end in runs:
        of_run = steps[begin:end]
        assert (of_run < 0).all() or np.array_equal(of_run, np.arange(of_run[0], of_run[0] + end - begin))


def test_members_with_labels_are_those_of_the_winds(tmp_path, write_file, recipe, fields_of, field):
    truth = {}
    for number, label in enumerate(("r1i1p1f1", "r2i1p1f1", "r10i1p1f1")):
        for name, wind in zip("uv", fields_of(recipe(), number), strict=True):
            write_file(tmp_path / f"{name}_{label}.nc", {name: wind}, recipe())
        truth[label] = field(tmp_path / f"p_{label}.nc", "pressure", recipe(), "psl", seed=number, units="Pa")
    field(tmp_path / "p_r0i1p1f1.nc", "pressure", recipe(), "psl", seed=9, units="Pa")  # of a run without winds
    files = {"u": "u_{member}.nc", "v": "v_{member}.nc", "pressure": "p_{member}.nc"}
    with opened(tmp_path, dataset={"files": files}) as further:
        read = further.read("pressure", 0, 4, slice(None))
        assert all(np.array_equal(read[:, number], values) for number, values in enumerate(truth.values()))


def test_a_member_whose_winds_are_missing_too_costs_the_others_nothing(tmp_path, write_file, recipe, fields_of, field):
    for member in ("001", "003"):
        for name, wind in zip("uv", fields_of(recipe(), int(member)), strict=True):
            write_file(tmp_path / f"{name}_{member}.nc", {name: wind}, recipe())
        field(tmp_path / f"p_{member}.nc", "pressure", recipe(), "psl", units="Pa")
    files = {name: f"{name}_{{member:03d}}.nc" for name in "uv"} | {"pressure": "p_{member:03d}.nc"}
    with opened(tmp_path, dataset={"files": files, "first_member": 1}) as further:
        assert further.read("pressure", 0, 4, [2, 0]).shape == (4, 2, 7, 12)
        with pytest.raises(InputError, match="no file with pressure of member 2; add it"):
            further.read("pressure", 0, 4, [1])
