"""Variables beside the winds whose entries are lists or records: left out of account."""

import netCDF4
import numpy as np
import pytest

from stormtracks.science.reanalysis import open_season
from tests.science.reanalysis.cases import Draft


@pytest.mark.parametrize("dimensions", [(), ("time",), ("one",)], ids=str)
@pytest.mark.parametrize("name", ["lead", "step", "valid_time", "start", "level", "plev", "number", "expver", "hyam"])
@pytest.mark.parametrize("kind", ["list", "record"])
def test_lists_and_records_are_skipped(tmp_path, kind, name, dimensions):
    path = Draft().rename(u="u850", v="v850").winds_say(coordinates=name)(tmp_path)
    with netCDF4.Dataset(path, "a") as nc:
        nc.createDimension("one", 1)
        if kind == "list":
            type_ = nc.createVLType("f8", "list_t")
        else:
            type_ = nc.createCompoundType(np.dtype([("a", "f8"), ("b", "i4")]), "record_t")
        nc.createVariable(name, type_, dimensions).units = "hours"
    with open_season(tmp_path, 2005) as season:
        assert len(season.axis.times) == 8
        assert np.isfinite(season.read(0, 1, [0])[0]).all()
