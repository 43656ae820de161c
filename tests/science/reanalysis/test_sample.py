"""The shipped real files."""

import netCDF4
import numpy as np
import pytest

from stormtracks.science.reanalysis import inventory, open_season
from stormtracks.science.records import Block


def test_20crv2c_is_found_and_read(sample):
    with open_season(sample / "20crv2c_1987", 1987) as season:
        u, v = season.read(0, 8, slice(None))
        assert (season.quantity, season.members, season.block) == ("winds", ("1", "2", "3", "4", "5"), Block(1, 5))
        assert u.shape == v.shape == (8, 5, 91, 180) and u.dtype == np.float32
        assert season.axis.times[0] == np.datetime64("1987-09-09T00") and season.axis.step_hours == 6
        assert season.grid.periodic and season.grid.lat[0] == -90
    with netCDF4.Dataset(sample / "20crv2c_1987/v850_1987.nc") as nc:
        np.testing.assert_array_equal(v, nc["v850"][:])


def test_one_member_and_some_members_are_parts_of_all(sample):
    with open_season(sample / "20crv2c_1987", 1987) as season:
        (every, _), (one, _), (some, _) = (season.read(2, 5, m) for m in (slice(None), [3], [4, 0]))
        np.testing.assert_array_equal(one, every[:, 3:4])
        np.testing.assert_array_equal(some, every[:, [4, 0]])


def test_era5_vorticity_across_new_year(sample):
    with open_season(sample / "era5_djf_2025_26", 2025, season=("12-01", "02-28")) as season:
        (vorticity,) = season.read(10, 12, [0])
        assert season.quantity == "vorticity" and season.block == Block(1, 1)
        assert season.axis.times[-1] == np.datetime64("2026-02-28T00") and len(season.axis) == 89 * 4 + 1
        assert season.grid.lat[0] == -90 and vorticity.flags.c_contiguous
    with netCDF4.Dataset(sample / "era5_djf_2025_26/vo850.nc") as nc:
        np.testing.assert_array_equal(vorticity[:, 0], nc["vo"][10:12, ::-1])


def test_the_calendar_year_without_a_season(sample):
    with open_season(sample / "era5_djf_2025_26", 2026) as season:
        assert str(season.axis.times[0]) == "2026-01-01T00:00:00" and season.axis.hours[0] == 0


@pytest.mark.parametrize(
    ("folder", "there"), [("20crv2c_1987", {1987: 5}), ("era5_djf_2025_26", {2025: 1, 2026: 1}), ("ibtracs", {})]
)
def test_inventory(sample, folder, there):
    assert inventory(sample / folder) == there


def test_inputs_are_named_with_size_and_time(sample):
    with open_season(sample / "20crv2c_1987", 1987) as season:
        assert [file.path.name for file in season.inputs(2)] == ["u850_1987.nc", "v850_1987.nc"]
        assert season.inputs(2) == season.inputs() and season.inputs()[0].size == 2087386
