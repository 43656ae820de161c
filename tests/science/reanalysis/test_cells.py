"""Values on cells are read on an even grid, whatever file they come from."""

import itertools

import netCDF4
import numpy as np
import pytest
from needs import need_extra

from stormtracks.errors import BadValue
from stormtracks.science import pipeline, results
from stormtracks.science.errors import InputError, ResultError
from stormtracks.science.reanalysis import open_season
from stormtracks.science.reanalysis.dataset import Dataset
from stormtracks.science.reanalysis.dimensions.cells import healpix, kept
from stormtracks.science.reanalysis.stored.netcdf import chunks
from stormtracks.science.reanalysis.stored.netcdf.group import Variable
from tests.science.reanalysis import cell_files
from tests.science.reanalysis.cell_files import CellFile


@pytest.fixture(autouse=True)
def nothing_kept(tmp_path, monkeypatch):
    """Weights are made anew, and are kept in a folder of the test's own."""
    monkeypatch.setenv("STORMTRACKS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(kept, "_known", type(kept._known)())
    (tmp_path / "data").mkdir()


def read(folder, **options):
    """Grid, u, v, remarks and choice of a season."""
    with open_season(folder, 2005, **options) as season:
        u, v = season.read(0, len(season.axis), slice(None))
        return season.grid, u, v, " ".join(season.remarks), season.choice


def error(grid, u, v):
    """The largest error of a rotation's winds, in its speed."""
    true = cell_files.rotation(grid.lat[:, np.newaxis], grid.lon)
    return max(abs(one - other).max() for one, other in zip((u, v), true, strict=True)) / cell_files.SPEED


@pytest.mark.parametrize("kind", cell_files.KINDS)
def test_each_kind_of_file_is_read(tmp_path, kind):
    cell_files.write(tmp_path / "data/x.nc", kind)
    grid, u, v, remarks, choice = read(tmp_path / "data")
    assert grid.shape == (49, 96) and grid.periodic
    assert u.shape == v.shape == (2, 1, 49, 96) and u.dtype == np.float32
    assert error(grid, u, v) < 4e-3  # of 3.6 degrees, and grows with the square of that
    assert "put on one of 3.75 degrees" in remarks and "slope" in remarks
    assert choice["put_on_grid"]["u"]["grid_degrees"] == 3.75
    assert choice["put_on_grid"]["u"] == choice["put_on_grid"]["v"]


def test_radians_are_degrees(tmp_path):
    found = []
    for kind in ("CAM-SE", "ICON", "MPAS"):
        (tmp_path / kind).mkdir()
        cell_files.write(tmp_path / kind / "x.nc", kind)
        found.append(np.stack(read(tmp_path / kind)[1:3]))
    assert abs(found[1] - found[0]).max() < 1e-4 and np.array_equal(found[1], found[2])


def test_a_result_says_how_its_grid_came_about_and_another_grid_is_another_result(tmp_path):
    cell_files.write(tmp_path / "data/x.nc", "HEALPix nested")
    setup = {"data": str(tmp_path / "data"), "results": str(tmp_path / "results")}
    pipeline.run_task(2005, 0, "vort_track", setup)
    provenance = results.load(results.path(tmp_path / "results", "vort_track", 2005, 0)).provenance
    assert provenance["put_on_grid"]["v"] == {
        "cells": 3072, "places": "healpix 16 nested", "grid_degrees": 3.75, "weights": "cubic rows 1",
    }  # fmt: skip
    with pytest.raises(ResultError, match="was made from other settings or inputs"):
        pipeline.run_task(2005, 0, "vort_track", setup | {"dataset": {"grid": 5.0}})


def test_the_description_chooses_the_grid(tmp_path):
    cell_files.write(tmp_path / "data/x.nc", "CAM-SE")
    grid, u, v, _, _ = read(tmp_path / "data", dataset=Dataset(grid=5.0))
    assert grid.shape == (37, 72)
    assert error(grid, u, v) < 4e-3


@pytest.mark.parametrize("grid", [0, 7, 0.01, 45, -1, float("nan")])
def test_a_grid_that_does_not_go_from_pole_to_pole_is_refused(grid):
    with pytest.raises(BadValue, match=r"'grid' must be 0.05 to 15 degrees of which 180 is a multiple"):
        Dataset(grid=grid)


def test_a_grid_for_files_that_have_one_is_said_to_be_needless():
    with open_season("sample", 1987, dataset=Dataset(grid=1.0)) as season:
        assert "the grid of 1 degrees in the description is for cells" in " ".join(season.remarks)


def healpix_file(path, order="ring", **attributes):
    """A file of HEALPix cells with some attributes of its winds."""
    with CellFile(path, "cell", *healpix.places(8, order)) as file:
        file.say(**attributes)


@pytest.mark.parametrize(
    ("attributes", "why"),
    [
        ({}, "nothing says whether its cells are in ring or nested order; state it: ncatted -a healpix_order"),
        ({"missing_value": np.float32(np.nan)}, "nothing says whether its cells are in ring or nested order"),
        ({"healpix_order": "zuniq"}, "is said to be 'zuniq'; ring and nested are read"),
        ({"healpix_order": "ring", "indexing_scheme": "nested"}, "is said to be 'nested' and 'ring'"),
        ({"healpix_order": "ring", "healpix_nside": 16}, "has 768 cells of the 3072 of nside 16"),
    ],
)
def test_an_order_is_not_guessed(tmp_path, attributes, why):
    healpix_file(tmp_path / "data/x.nc", **attributes)
    with pytest.raises(InputError, match=why):
        read(tmp_path / "data")


@pytest.mark.parametrize(("order", "as_said"), [("ring", "ring"), ("nested", "nest"), ("nested", "nested")])
def test_an_order_is_read_as_grib_and_others_say_it(tmp_path, order, as_said):
    healpix_file(tmp_path / "data/x.nc", order, GRIB_gridType="healpix", GRIB_orderingConvention=as_said)
    grid, u, v, _, _ = read(tmp_path / "data")
    assert error(grid, u, v) < 0.02


def test_half_a_healpix_grid_is_refused(tmp_path):
    lat, lon = (one[:384] for one in healpix.places(8, "nested"))
    with CellFile(tmp_path / "data/x.nc", "cell", lat, lon) as file:
        file.add("cell", np.arange(384), ("cell",), grid_name="healpix", nside=8, indexing_scheme="nested")
    with pytest.raises(InputError, match="has 384 cells of the 768 of nside 8, not all that go round the Earth"):
        read(tmp_path / "data")


def test_winds_across_edges_are_not_taken_for_u_and_v(tmp_path):
    with CellFile(tmp_path / "data/x.nc", "nEdges", *cell_files.spiral(500)) as file:
        file.places("latEdge", "lonEdge", True, units="rad")
    with pytest.raises(InputError, match=r"lies on the edges of cells .*uReconstructZonal"):
        read(tmp_path / "data")


def test_cells_of_which_the_file_has_no_places_are_refused(tmp_path):
    with CellFile(tmp_path / "data/x.nc", "nod2", *cell_files.spiral(500)):
        pass
    with pytest.raises(InputError, match=r"does not have the latitudes and longitudes of its cells; add them.*setgrid"):
        read(tmp_path / "data")


def test_a_hole_among_the_cells_is_refused(tmp_path):
    lat, lon = cell_files.spiral(4000)
    there = (abs(lat - 20) > 25) | (lon > 60)
    with CellFile(tmp_path / "data/x.nc", "nod2", lat[there], lon[there]) as file:
        file.places()
    with pytest.raises(
        InputError, match=r"which has no cells within .* degrees of .* N, .* E; only cells round the whole"
    ):
        read(tmp_path / "data")


@pytest.mark.parametrize(("value", "why"), [(1e6, "more than any real u"), (-99.0, "a mark of missing values")])
def test_what_no_wind_can_be_is_not_hidden_among_its_neighbours(tmp_path, value, why):
    cell_files.write(tmp_path / "data/x.nc", "GRIB reduced")
    with netCDF4.Dataset(tmp_path / "data/x.nc", "a") as nc:
        nc["u850"][:, 1000:1003] = value
    with pytest.raises(InputError, match=why):
        read(tmp_path / "data")


def test_members_and_levels_beside_cells(tmp_path):
    with CellFile(tmp_path / "data/x.nc", "values", *cell_files.rows(cell_files.octahedral(16))) as file:
        file.places("latitude", "longitude", units="degrees")
        file.nc.createDimension("number", 3)
        file.nc.createDimension("level", 2)
        file.add("number", [0, 1, 2], ("number",), standard_name="realization")
        file.add("level", [500.0, 850.0], ("level",), units="hPa", standard_name="air_pressure")
        for name, one in zip("uv", cell_files.rotation(file.lat, file.lon), strict=True):
            many = np.arange(1, 13).reshape(2, 3, 2, 1) * one / 12
            file.add(name, many, ("time", "number", "level", "values"), units="m s-1")
    grid, u, v, _, _ = read(tmp_path / "data", dataset=Dataset(variables={"u": "u", "v": "v"}))
    assert u.shape == (2, 3, *grid.shape)
    assert error(grid, u[1, 2], v[1, 2]) < 0.01
    assert error(grid, u[0, 1] * 3, v[0, 1] * 3) < 0.01


def test_chunks_of_cells_are_inflated_directly_to_the_same_values(tmp_path, monkeypatch):
    with CellFile(tmp_path / "data/x.nc", "ncol", *cell_files.spiral(700)) as file:
        file.places()
        for name, one in zip("uv", cell_files.rotation(file.lat, file.lon), strict=True):
            stored = file.nc.createVariable(name, "f4", ("time", "ncol"), zlib=True, chunksizes=(1, 700))
            stored[:] = np.stack([one, 2 * one])
            stored.units = "m s-1"
    described = {"dataset": Dataset(variables={"u": "u", "v": "v"})}
    grid, *fields, _, _ = read(tmp_path / "data", **described)
    monkeypatch.setattr(chunks, "fits", lambda *_: False)
    _, *others, _, _ = read(tmp_path / "data", **described)
    assert all(np.array_equal(one, other) for one, other in zip(fields, others, strict=True))
    assert error(grid, fields[0][1] / 2, fields[1][1] / 2) < 0.05
    monkeypatch.undo()
    with netCDF4.Dataset(tmp_path / "data/x.nc") as nc:
        assert chunks.fits(Variable(nc["u"], "u", None), ("time", "cell"))


@pytest.mark.parametrize("kind", ["reduced Gaussian", "HEALPix"])
def test_grib_on_cells_is_read(tmp_path, kind):
    eccodes = need_extra("grib")
    with (tmp_path / "data/x.grib").open("wb") as file:
        for hour, parameter in itertools.product((0, 6), (131, 132)):
            handle, cells = reduced(eccodes) if kind == "reduced Gaussian" else nested(eccodes)
            for key, value in {"dataDate": 20050801, "dataTime": 100 * hour, "paramId": parameter}.items():
                eccodes.codes_set(handle, key, value)
            eccodes.codes_set_values(handle, cell_files.rotation(*cells)[parameter - 131])
            eccodes.codes_write(handle, file)
            eccodes.codes_release(handle)
    grid, u, v, remarks, _ = read(tmp_path / "data")
    assert error(grid, u, v) < 5e-3
    assert f"lies on a {kind} grid" in remarks


def reduced(eccodes):
    """A message on N32, and the places of its cells."""
    handle = eccodes.codes_grib_new_from_samples("reduced_gg_pl_32_grib2")
    eccodes.codes_set(handle, "typeOfLevel", "isobaricInhPa")
    eccodes.codes_set(handle, "level", 850)
    return handle, [eccodes.codes_get_array(handle, name) for name in ("latitudes", "longitudes")]


def nested(eccodes):
    """A message on HEALPix cells in nested order, and their places."""
    handle = eccodes.codes_grib_new_from_samples("GRIB2")
    for key, value in {"gridType": "healpix", "Nside": 16, "orderingConvention": "nested"}.items():
        eccodes.codes_set(handle, key, value)
    for key, value in {
        "longitudeOfFirstGridPointInDegrees": 45.0,
        "typeOfFirstFixedSurface": 100,
        "level": 850,
    }.items():
        eccodes.codes_set(handle, key, value)
    return handle, healpix.places(16, "nested")
