"""The same fields come out whichever way round they are stored."""

import tempfile
from dataclasses import replace
from pathlib import Path

import netCDF4
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stormtracks.science.reanalysis import open_season

ORDERS = [("time", "member", "lat", "lon"), ("lat", "lon", "time", "member"), ("member", "time", "lon", "lat")]


def stored(values, recipe, north_first, west_from, westward):
    """The same field and axes in another order of rows and columns."""
    lat, lon = recipe.lat, (recipe.lon - west_from) % 360 + west_from
    columns = np.argsort(lon)[:: -1 if westward else 1]
    rows = slice(None, None, -1 if north_first else 1)
    return values[..., rows, :][..., columns], replace(recipe, lat=lat[rows], lon=lon[columns])


@settings(max_examples=25)
@given(
    north_first=st.booleans(),
    west_from=st.sampled_from([0.0, -180.0, -90.0, 30.0]),
    westward=st.booleans(),
    order=st.sampled_from(ORDERS),
    packed=st.booleans(),
    kind=st.sampled_from(["NETCDF4", "NETCDF3_CLASSIC"]),
)
def test_one_field_however_it_is_stored(
    recipe, fields_of, write_file, north_first, west_from, westward, order, packed, kind
):
    plain = recipe(members=(1, 2), hours=np.arange(0, 12, 6.0))
    u, v = fields_of(plain)
    packing = (0.002, 1.5) if packed else None
    with tempfile.TemporaryDirectory() as folder:
        for name, values in (("u", u), ("v", v)):
            values, other = stored(values, plain, north_first, west_from, westward)
            order = ("time", *(role for role in order if role != "time")) if kind != "NETCDF4" else order
            other = replace(other, order=order, packing=packing, format=kind, create={})
            write_file(Path(folder, f"{name}850_2005.nc"), {name: values}, other)
        with open_season(folder, 2005) as season:
            read_u, read_v = season.read(0, 2, slice(None))
            np.testing.assert_array_equal(season.grid.lat, plain.lat)
            np.testing.assert_array_equal(season.grid.lon, plain.lon)
            np.testing.assert_allclose(read_u, u, atol=0.00101 if packed else 0)
            np.testing.assert_allclose(read_v, v, atol=0.00101 if packed else 0)
            assert read_u.flags.c_contiguous and read_u.dtype == np.float32 and season.grid.periodic


@settings(max_examples=30)
@given(
    start=st.integers(0, 8),
    size=st.integers(0, 8),
    members=st.lists(st.integers(0, 4), min_size=1, max_size=5, unique=True),
)
@example(start=0, size=0, members=[0])
def test_any_part_is_a_part_of_the_whole(whole, start, size, members):
    season, (u, v) = whole
    stop = min(8, start + size)
    part_u, part_v = season.read(start, stop, members)
    np.testing.assert_array_equal(part_u, u[start:stop, members])
    np.testing.assert_array_equal(part_v, v[start:stop, members])


@pytest.fixture(scope="module")
def whole():
    """The sample season, and all that is in it."""
    sample = Path(__file__).parents[3] / "sample/20crv2c_1987"
    with open_season(sample, 1987) as season:
        yield season, season.read(0, 8, slice(None))


@pytest.mark.parametrize(
    ("lon", "expected", "periodic"),
    [
        (np.arange(0, 361, 30.0), np.arange(0, 360, 30.0), True),  # the last column repeats the first
        (np.round(np.arange(512) * 0.703125, 3), np.arange(512) * 0.703125, True),  # 20CRv3 stores 0.703
        (np.arange(-100, 21, 10.0), np.arange(260, 381, 10.0), False),  # a region across Greenwich
        ([350, 355, 0, 5, 10], [350, 355, 360, 365, 370], False),
        ([170, 175, 180, -175, -170], [170, 175, 180, 185, 190], False),
        (np.arange(0.5, 360), np.arange(0.5, 360), True),
        (np.arange(-179.5, 180), np.arange(0.5, 360), True),
        (np.float32(np.arange(3600) * 0.1), np.arange(3600) / 10, True),
    ],
)
def test_longitudes(winds, tmp_path, lon, expected, periodic):
    u, _ = winds(lon=np.asarray(lon))
    with open_season(tmp_path, 2005) as season:
        np.testing.assert_allclose(season.grid.lon, expected, atol=1e-9)
        assert season.grid.periodic == periodic
        east = int(np.argmin(abs((np.asarray(lon, float) - expected[1] + 180) % 360 - 180)))
        np.testing.assert_array_equal(season.read(0, 4, [0])[0][:, 0, :, 1], u[..., east])


def test_gaussian_latitudes_are_kept(winds, tmp_path):
    gaussian = np.degrees(np.arcsin(np.polynomial.legendre.leggauss(24)[0]))
    winds(lat=gaussian[::-1])
    with open_season(tmp_path, 2005) as season:
        np.testing.assert_array_equal(season.grid.lat, gaussian)


NCL = {"time": "initial_time0_hours", "lat": "lat_2", "lon": "lon_2", "level": "lv_ISBL3", "member": "ensemble0"}
CERA = {"time": "time", "lat": "latitude", "lon": "longitude", "level": "level", "member": "number"}


@pytest.mark.parametrize(
    ("names", "u", "v"), [(NCL, "U_GRD_2_ISBL", "V_GRD_2_ISBL"), (CERA, "u", "v"), ({}, "uwnd", "vwnd")]
)
def test_dimensions_of_many_names(tmp_path, write_file, recipe, fields_of, names, u, v):
    made = recipe(names=names, levels=(850.0, 500.0), members=(0, 1, 2))
    fields = fields_of(made)
    write_file(tmp_path / "x.nc", {u: fields[0], v: fields[1]}, made)
    with open_season(tmp_path, 2005) as season:
        assert season.members == ("0", "1", "2")
        np.testing.assert_array_equal(season.read(0, 4, slice(None))[1], fields[1][:, :, 0])


def test_axes_without_units_are_known_by_name(tmp_path, write_file, recipe, fields_of):
    fields = fields_of(recipe())
    path = write_file(tmp_path / "x.nc", dict(zip("uv", fields, strict=True)), recipe())
    with netCDF4.Dataset(path, "a") as nc:
        nc["lat"].delncattr("units"), nc["lon"].delncattr("units")
    with open_season(tmp_path, 2005) as season:
        np.testing.assert_array_equal(season.read(0, 4, [0])[0][:, 0], fields[0])
