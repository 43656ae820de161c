"""Planted seasons as netCDF, GRIB and Zarr: read back with the formats' own libraries, they are the same numbers."""

import dataclasses
import json
import sys

import netCDF4
import numpy as np
import pytest
from needs import need_extra, need_module

from stormtracks.science import ibtracs, synthetic
from stormtracks.science.errors import InputError
from stormtracks.science.synthetic.layouts.zarr import healpix
from tests.science.planted_once import SAMPLE_TRACKS, PlantedOnce

PLAN = synthetic.Plan(2005, members=3, grid=5.0, start="2005-08-28", stop="2005-08-30", noise=0.5)
LIKE = dataclasses.replace(PLAN, like="20crv2c", stop="2005-08-28", members=2)
"""Fields as an archive has them, at one time."""
KEYS = ("edition", "centre", "packingType", "gridType", "shortName", "typeOfLevel", "level", "number", "step")
KEYS += ("dataDate", "dataTime", "validityDate")


@pytest.fixture(scope="module")
def best():
    return ibtracs.load(SAMPLE_TRACKS, PLAN.times[0], PLAN.times[-1])


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    """A function that plants in a layout, once for all tests, and says where."""
    planted = PlantedOnce(tmp_path_factory.mktemp)
    return lambda layout, plan=PLAN: planted(layout, plan)


@pytest.fixture(scope="module")
def truth(plant):
    """(u, v), each (step, member, lat, lon) from S to N, as the archive's netCDF has them."""
    return tuple(netCDF4.Dataset(plant("20crv2c") / f"{name}850_2005.nc")[f"{name}850"][:].data for name in "uv")


def messages(path, together):
    """Keys and values of all messages of a GRIB file, fields that share a message as well."""
    eccodes = need_extra("grib")
    (eccodes.codes_grib_multi_support_on if together else eccodes.codes_grib_multi_support_off)()
    try:
        with path.open("rb") as file:
            while handle := eccodes.codes_grib_new_from_file(file):
                yield {key: eccodes.codes_get(handle, key) for key in KEYS}.get, eccodes.codes_get_values(handle)
                eccodes.codes_release(handle)
    finally:
        eccodes.codes_grib_multi_support_off()


def array(store, name):
    tensorstore = need_module("tensorstore")
    driver = "zarr3" if (store / "zarr.json").exists() else "zarr"
    spec = {"driver": driver, "kvstore": {"driver": "file", "path": str(store / name)}}
    return tensorstore.open(spec).result().read().result()


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["grib1", "grib2", "grib2-ccsds", "grib2-complex"])
def test_every_packing_of_16_bits_keeps_the_archives_numbers(plant, truth, layout):
    seen = set()
    for key, values in messages(plant(layout) / "ensemble_2005.grib", together=False):
        step = (key("dataDate") - 20050828) * 4 + key("dataTime") // 600
        wanted = truth["uv".index(key("shortName"))][step, key("number")]
        assert np.array_equal(values.reshape(wanted.shape)[::-1], wanted)
        assert (key("typeOfLevel"), key("level"), key("step")) == ("isobaricInhPa", 850, 0)
        seen.add((key("shortName"), key("number"), step))
    assert len(seen) == 2 * 3 * 9 and key("edition") == int(layout[4])
    packing = {"grib2-ccsds": "grid_ccsds", "grib2-complex": "grid_complex_spatial_differencing"}
    assert key("packingType") == packing.get(layout, "grid_simple")


def test_gefs_has_u_and_v_in_one_message_of_a_file_per_member_and_lead(plant, truth):
    files = sorted(plant("gefs").glob("gefs.20050828/00/atmos/pgrb2ap5/*"))
    assert len(files) == 3 * 9 and [files[0].name[:5], files[-1].name] == ["gec00", "gep02.t00z.pgrb2a.0p50.f048"]
    assert files[4].read_bytes().count(b"GRIB") == 1
    assert [key("shortName") for key, _ in messages(files[4], together=False)] == ["u"]  # the trap
    found = list(messages(files[-1], together=True))
    for (key, values), wanted in zip(found, truth, strict=True):
        assert np.array_equal(values.reshape(37, 72)[::-1], wanted[8, 2])
        assert (key("centre"), key("number"), key("validityDate"), key("step")) == ("kwbc", 2, 20050830, 48)


def test_the_reduced_grid_has_the_winds_where_its_points_are(plant, truth):
    key, values = next(messages(plant("grib1-reduced") / "ensemble_2005.grib", together=False))
    assert key("gridType") == "reduced_gg"
    assert len(values) == 6114 and np.abs(values).max() <= np.abs(truth[0][0, 0]).max()
    assert values[-20:].mean() == pytest.approx(truth[0][0, 0, :2].mean(), abs=1)  # the last row is the southernmost


@pytest.mark.parametrize("layout", ["zarr2", "zarr3", "zarr3-long"])
def test_stores_of_all_versions_have_the_archives_numbers(plant, truth, layout):
    store = plant(layout) / "ensemble_2005.zarr"
    for name, wanted in zip("uv", truth, strict=True):
        assert np.array_equal(array(store, name)[:, :, 0, ::-1].swapaxes(0, 1), wanted)
    assert array(store, "valid_time").astype("M8[s]").tolist() == PLAN.times.tolist()
    assert array(store, "latitude").tolist() == PLAN.axes.lat[::-1].tolist()
    consolidated = json.loads((store / (".zmetadata" if layout == "zarr2" else "zarr.json")).read_text())
    known = consolidated.get("metadata") or consolidated["consolidated_metadata"]["metadata"]
    assert {"u/.zarray" if layout == "zarr2" else "u", "number/.zattrs" if layout == "zarr2" else "number"} <= set(
        known
    )
    if layout != "zarr2":
        assert known["u"]["dimension_names"] == ["number", "valid_time", "pressure_level", "latitude", "longitude"]
        assert (known["u"]["codecs"][0]["name"] == "sharding_indexed") == (layout == "zarr3")


@pytest.mark.slow
def test_arco_and_weatherbench_have_their_own_axes(plant, truth):
    store = plant("arco", dataclasses.replace(PLAN, members=1, layout="arco")) / "ar" / "full_2005.zarr"
    assert np.array_equal(array(store, "v_component_of_wind")[:, 0, ::-1], truth[1][:, 0])
    store = plant("weatherbench2") / "2005-6h.zarr"
    assert np.array_equal(array(store, "u_component_of_wind")[:, :, 0].swapaxes(-1, -2), truth[0])
    assert array(store, "time")[0] == (PLAN.times[0] - np.datetime64("1900-01-01")) // np.timedelta64(1, "h")


@pytest.mark.slow
def test_forecasts_are_perfect_and_only_those_that_end_in_the_season(plant):
    plan = dataclasses.replace(PLAN, stop="2005-09-13", step_hours=24, members=2, grid=10.0)
    store = plant("zarr-forecasts", plan) / "forecasts_2005.zarr"
    truth = netCDF4.Dataset(plant("20crv2c", plan) / "v850_2005.nc")["v850"][:].data
    wind = array(store, "pressure_level/wind_v")
    assert wind.shape == (2, 11, 2, 1, 19, 36)
    for place, start in enumerate((0, 5)):
        assert np.array_equal(wind[place, :, :, 0, ::-1], truth[start : start + 11])
    valid = array(store, "init_time")[:, None] + array(store, "lead_time")
    assert np.array_equal(array(store, "pressure_level/valid_time"), valid)


def test_seas5_has_a_start_leads_and_valid_times(plant, truth):
    with netCDF4.Dataset(plant("seas5") / "seas5_2005082800.nc") as dataset:
        order = ("number", "forecast_reference_time", "forecast_period", "pressure_level", "latitude", "longitude")
        assert dataset["u"].dimensions == order
        assert np.array_equal(dataset["v"][:, 0, :, 0, ::-1].data.swapaxes(0, 1), truth[1])
        assert dataset["forecast_period"][:].tolist() == list(range(0, 49, 6))
        assert dataset["valid_time"][0].astype("M8[s]").tolist() == PLAN.times.tolist()


@pytest.mark.slow
def test_lens2_has_files_named_by_two_numbers_and_no_29_february(plant, truth, best, tmp_path):
    names = sorted(path.name for path in plant("lens2").glob("*U850*"))
    assert names[1] == "b.e21.BHISTcmip6.f09_g17.LE2-1021.002.cam.h2.U850.2005082800-2005083000.nc" and len(names) == 3
    with netCDF4.Dataset(plant("lens2") / names[2]) as dataset:
        assert np.array_equal(dataset["U850"][:].data, truth[0][:, 2])
    leap = dataclasses.replace(PLAN, year=2004, start="2004-02-28", stop="2004-03-01", members=1, layout="lens2")
    synthetic.plant(tmp_path, leap, best)
    with netCDF4.Dataset(next(tmp_path.glob("*U850*"))) as dataset:
        assert dataset["time"].calendar == "noleap" and len(dataset["time"]) == 5
        assert np.diff(dataset["time"][:]).tolist() == [0.25] * 4


def test_healpix_names_its_grid_and_cells_lie_where_it_says(plant, truth):
    store = plant("healpix") / "healpix_2005.zarr"
    about = json.loads((store / "crs" / ".zattrs").read_text())
    assert (about["healpix_nside"], about["healpix_order"]) == (8, "nest")
    lat, lon = healpix.places(8)
    values = array(store, "u")[4, 1, 0]
    at = np.argmin(np.hypot(lat - 30, (lon - 90 + 180) % 360 - 180))
    row, column = round((lat[at] + 90) / 5), round(lon[at] / 5)
    assert values[at] == pytest.approx(truth[0][4, 1, row, column], abs=5)
    nearest = truth[0][4, 1][np.rint((lat + 90) / 5).astype(int), np.rint(lon / 5).astype(int) % 72]
    assert np.corrcoef(values, nearest)[0, 1] > 0.9


def test_healpix_cells_are_spread_evenly_and_four_lie_in_each_of_the_next_coarser():
    lat, lon = healpix.places(16)
    up, on = np.radians(lat), np.radians(lon)
    points = np.stack([np.cos(up) * np.cos(on), np.cos(up) * np.sin(on), np.sin(up)], axis=-1)
    assert np.allclose(points.mean(axis=0), 0, atol=1e-12) and len(np.unique(points.round(9), axis=0)) == 3072
    assert sorted(set(lat.round(9))) == sorted(-x for x in set(lat.round(9))) and len(set(lat.round(9))) == 63
    centre = points.reshape(768, 4, 3).mean(axis=1)
    coarse = np.stack(healpix.places(8), axis=-1)
    found = np.degrees(np.arcsin(centre[:, 2] / np.linalg.norm(centre, axis=1)))
    assert np.abs(found - coarse[:, 0]).max() < 1


@pytest.fixture(scope="module")
def heights(plant):
    """Name -> (member, lat, lon) from S to N of one time, as the archive's netCDF has them."""
    files = {name: plant("20crv2c", LIKE) / f"{name}_2005.nc" for name in ("prmsl", "z1000", "z500", "z200")}
    return {name: netCDF4.Dataset(path)[name][0].data for name, path in files.items()}


@pytest.mark.parametrize("layout", ["grib1", "gefs"])
def test_pressure_and_heights_in_grib_are_the_archives(plant, heights, layout):
    seen = set()
    for path in (one for one in plant(layout, LIKE).rglob("*[0-9.][0-9b]*") if one.is_file() and one.suffix != ".nc"):
        for key, values in messages(path, together=True):
            name = {"gh": f"z{key('level')}", "msl": "prmsl"}.get(key("shortName"), key("shortName"))
            if name in heights:
                assert np.array_equal(values.reshape(37, 72)[::-1], heights[name][key("number")])
                seen.add((name, key("number")))
    assert len(seen) == 4 * 2


@pytest.mark.parametrize(("layout", "gh", "msl"), [
    ("zarr2", "gh", "msl"), ("zarr3", "gh", "msl"),
    ("zarr-forecasts", "pressure_level/geopotential_height", "pressure_reduced_to_mean_sea_level"),
])  # fmt: skip
def test_pressure_and_heights_in_zarr_are_the_archives(plant, heights, layout, gh, msl):
    store = next(plant(layout, LIKE).glob("*.zarr"))
    assert array(store, f"./{gh.rpartition('/')[0]}/pressure_level").tolist() == [1000, 850, 500, 200]
    for place, name in ((0, "z1000"), (2, "z500"), (3, "z200")):
        assert np.array_equal(array(store, gh)[..., place, ::-1, :].reshape(2, 37, 72), heights[name])
    assert np.array_equal(array(store, msl)[..., ::-1, :].reshape(2, 37, 72), heights["prmsl"])


@pytest.mark.slow
def test_pressure_and_heights_of_seas5_and_lens2_are_the_archives(plant, heights):
    with netCDF4.Dataset(next(plant("seas5", LIKE).glob("seas5*.nc"))) as dataset:
        assert np.array_equal(dataset["gh"][:, 0, 0, 2, ::-1].data, heights["z500"])
        assert np.array_equal(dataset["msl"][:, 0, 0, ::-1].data, heights["prmsl"])
    for member, path in enumerate(sorted(plant("lens2", LIKE).glob("*PSL*"))):
        with netCDF4.Dataset(path) as dataset:
            assert np.array_equal(dataset["PSL"][0].data, heights["prmsl"][member])


@pytest.mark.parametrize("layout", ["grib1", "gefs", "zarr2", "zarr3"])
def test_an_interruption_leaves_nothing(best, tmp_path, layout):
    def interrupt(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        synthetic.plant(tmp_path / "new", dataclasses.replace(PLAN, layout=layout), best, progress=interrupt)
    assert list(tmp_path.iterdir()) == []


def test_a_store_is_replaced_whole_when_told(best, tmp_path):
    plan = dataclasses.replace(PLAN, layout="zarr2", stop="2005-08-28")
    store = synthetic.plant(tmp_path, plan, best).files[0]
    (store / "u" / "foreign").write_text("")
    with pytest.raises(InputError, match=r"ensemble_2005.zarr exists already"):
        synthetic.plant(tmp_path, plan, best)
    synthetic.plant(tmp_path, plan, best, overwrite=True)
    assert not (store / "u" / "foreign").exists() and (store / "u" / ".zarray").exists()


@pytest.mark.parametrize(("layout", "package"), [("grib2", "eccodes"), ("zarr3", "tensorstore")])
def test_a_library_that_is_missing_is_named_and_nothing_is_left(best, tmp_path, monkeypatch, layout, package):
    monkeypatch.setitem(sys.modules, package, None)  # so Python says of a module that is not there
    with pytest.raises(InputError, match=rf"package {package}, which is not installed; install it: .*inv extras"):
        synthetic.plant(tmp_path / "new", dataclasses.replace(PLAN, layout=layout), best)
    assert list(tmp_path.iterdir()) == []


def test_plans_that_a_layout_cannot_hold_are_refused(best, tmp_path):
    with pytest.raises(ValueError, match="the layout arco has no members: 'members' must be 1, not 3"):
        dataclasses.replace(PLAN, layout="arco")
    with pytest.raises(ValueError, match="lens2 has at most 90 members, not 91"):
        synthetic.plant(tmp_path, dataclasses.replace(PLAN, layout="lens2", members=91), best)
