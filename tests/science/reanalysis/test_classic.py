"""The size that a classic netCDF file must have."""

import netCDF4
import numpy as np
import pytest

from stormtracks.science.reanalysis.stored.netcdf.classic import missing_bytes


@pytest.mark.parametrize("kind", ["NETCDF3_CLASSIC", "NETCDF3_64BIT_OFFSET", "NETCDF3_64BIT_DATA"])
@pytest.mark.parametrize("records", [0, 1, 5])
@pytest.mark.parametrize("dtypes", [("f8",), ("i2", "f4"), ("i1", "i2", "f8"), ("i2",)])
def test_a_whole_file_lacks_nothing_and_a_cut_one_what_was_cut(tmp_path, kind, records, dtypes):
    path = tmp_path / "x.nc"
    with netCDF4.Dataset(path, "w", format=kind) as nc:
        nc.title, nc.numbers = "odd length", np.arange(3, dtype="i2")
        nc.createDimension("time", None), nc.createDimension("x", 3)
        nc.createVariable("x", "f4", ("x",))[:] = 1
        for number, dtype in enumerate(dtypes):
            variable = nc.createVariable(f"v{number}", dtype, ("time", "x"))
            variable.note = "abcde"
            variable[:] = np.ones((records, 3))
    assert missing_bytes(path) == 0
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 9)
    assert 5 < missing_bytes(path) <= 9  # up to three bytes of padding carry nothing


def test_other_formats_are_left_alone(sample):
    assert missing_bytes(sample / "20crv2c_1987/u850_1987.nc") == 0
