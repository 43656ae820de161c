"""Files of a season that is like an archive: pressure and heights beside the winds, in balance with them."""

import dataclasses

import netCDF4
import numpy as np
import pytest

from stormtracks.science import reanalysis
from stormtracks.science.records import BestTracks
from stormtracks.science.synthetic import Plan, plant
from stormtracks.science.synthetic.atmosphere.heights import GRAVITY, MEAN_HEIGHTS, Heights

PLAN = Plan(2005, members=2, grid=4, start="2005-09-01", stop="2005-09-02", like="20crv2c", extra_storms=False)
NAMES = ["u850", "v850", "prmsl", "z1000", "z500", "z200"]


@pytest.fixture(scope="module")
def best():
    """A storm of 100 kt that moves west at 20 north."""
    time = np.datetime64("2005-08-30", "s") + np.arange(0, 120, 6).astype("timedelta64[h]")
    names = (np.array([text]) for text in ("2005240N20300", "ONE", "NA"))
    speed = np.full(20, 100, np.float32)
    place = np.full(20, 20.0), -60 - 0.5 * np.arange(20)
    return BestTracks(*names, np.array([2005], np.int32), np.array([20], np.int32), time, *place, speed, speed * np.nan)


@pytest.fixture(scope="module")
def planted(best, tmp_path_factory):
    """The same season in each layout: name of the layout -> files."""
    folder = tmp_path_factory.mktemp("planted")
    plans = {layout: dataclasses.replace(PLAN, layout=layout) for layout in ("20crv2c", "20crv3", "era5")}
    return {layout: plant(folder / layout, plan, best).files for layout, plan in plans.items()}


def read(path, name):
    with netCDF4.Dataset(path) as dataset:
        return dataset[name][:].data


@pytest.fixture(scope="module")
def fields(planted):
    return {name: read(path, name) for path, name in zip(planted["20crv2c"], NAMES, strict=True)}


def test_all_members_are_in_a_chunk_as_in_the_archive(planted):
    assert [path.name for path in planted["20crv2c"]] == [f"{name}_2005.nc" for name in NAMES]
    with netCDF4.Dataset(planted["20crv2c"][3]) as dataset:
        z = dataset["z1000"]
        assert z.chunking() == [1, 2, 46, 90] and z.dimensions == ("time", "ensemble_member", "lat", "lon")
        attributes = {name: getattr(z, name) for name in z.ncattrs()}
    assert attributes == {
        "least_significant_digit": 1, "short_name": "z", "standard_name": "geopotential_height",
        "typeOfLevel": "isobaricInhPa", "level": 1000, "units": "gpm",
    }  # fmt: skip


def test_a_member_has_files_of_its_own(planted, fields):
    names = [path.name for path in planted["20crv3"]]
    assert names[:3] == ["UGRD850.2005_mem001.nc", "UGRD850.2005_mem002.nc", "VGRD850.2005_mem001.nc"]
    assert names[5:8] == ["PRMSL.2005_mem002.nc", "HGT1000.2005_mem001.nc", "HGT1000.2005_mem002.nc"]
    assert np.array_equal(read(planted["20crv3"][5], "PRMSL"), fields["prmsl"][:, 1])


def test_the_climate_data_store_has_geopotential_of_all_levels_and_rows_from_the_north(planted, fields):
    assert [path.name for path in planted["era5"]] == ["u_2005.nc", "v_2005.nc", "msl_2005.nc", "z_2005.nc"]
    with netCDF4.Dataset(planted["era5"][3]) as dataset:
        assert dataset["z"].dimensions == ("number", "valid_time", "pressure_level", "latitude", "longitude")
        assert dataset["pressure_level"][:].tolist() == [1000, 500, 200] and dataset["latitude"][0] == 90
        time = dataset["valid_time"]
        assert netCDF4.num2date(time[:], time.units, time.calendar)[0].isoformat() == "2005-09-01T00:00:00"
    z500 = read(planted["era5"][3], "z")[:, :, 1, ::-1] / GRAVITY
    assert np.allclose(z500.swapaxes(0, 1), fields["z500"], atol=0.09)  # half a step each: of 1/16 m, of 1 m2 s-2


@pytest.mark.parametrize("layout", ["20crv2c", "20crv3", "era5"])
def test_every_layout_is_read_as_the_same_pressure_and_heights(planted, fields, layout):
    folder = planted[layout][0].parents[1 if layout == "20crv3" else 0]
    member = {"ensemble_member": 1} if layout == "20crv3" else {}
    wanted = {"pressure": "prmsl", "height_upper": "z200", "height_middle": "z500", "height_lower": "z1000"}
    with (
        reanalysis.open_season(folder, 2005, **member) as winds,
        reanalysis.open_further(folder, 2005, winds, **member) as further,
    ):
        assert further.roles == tuple(wanted)
        for role, name in wanted.items():
            assert np.allclose(further.read(role, 1, 3, [1])[:, 0], fields[name][1:3, 1], atol=0.09)


def test_one_member_like_era5_has_files_as_a_reanalysis_of_one(best, tmp_path):
    plan = dataclasses.replace(PLAN, members=1, like="era5", layout=None)
    assert plan.layout == "era5"
    with netCDF4.Dataset(plant(tmp_path, plan, best).files[2]) as dataset:
        assert dataset["msl"].dimensions == ("valid_time", "latitude", "longitude")


def test_levels_are_where_they_should_be(fields):
    cos = np.cos(np.radians(PLAN.axes.lat))
    mean = {name: (fields[name].mean(axis=(0, 1, 3)) * cos).sum() / cos.sum() for name in NAMES[2:]}
    assert mean["prmsl"] == pytest.approx(101325, abs=150)
    assert [mean[f"z{level}"] for level in MEAN_HEIGHTS] == pytest.approx(list(MEAN_HEIGHTS.values()), abs=1)


def test_pressure_and_the_lowest_height_are_one_field(fields):
    high = fields["z1000"] > 50
    rise = (fields["prmsl"][high] - 1e5) / fields["z1000"][high]
    assert 11 < rise.min() < rise.max() < 13.5
    assert np.corrcoef(fields["prmsl"].ravel(), fields["z1000"].ravel())[0, 1] > 0.995


def test_a_storm_is_a_deep_low_with_a_warm_core(fields):
    storm = np.s_[1, :, 27:29, 72:76]  # 20 north, 60 to 64 west
    around = np.s_[1, :, 24:31, 67:80]
    assert (fields["prmsl"][around].max(axis=(1, 2)) - fields["prmsl"][storm].min(axis=(1, 2)) > 800).all()
    thickness = fields["z200"] - fields["z500"]
    assert (thickness[storm].max(axis=(1, 2)) - np.median(thickness[around], axis=(1, 2)) > 10).all()


def test_a_plan_that_is_like_nothing_has_winds_only(best, tmp_path):
    files = plant(tmp_path, dataclasses.replace(PLAN, like=None), best).files
    assert [path.name for path in files] == ["u850_2005.nc", "v850_2005.nc"]


def test_air_at_rest_has_flat_levels():
    rest = np.zeros((1, *PLAN.axes.shape), np.float32)
    fields = Heights(PLAN.axes).fields(dict.fromkeys((850, 500, 200), (rest, rest)))
    assert [float(np.ptp(fields[name])) for name in ("z1000", "z500", "z200")] == [0, 0, 0]
    assert 101200 < fields["prmsl"].min() < fields["prmsl"].max() < 101500
