"""The floor is the faster of the ways to read; both read all of a variable."""

import netCDF4
import numpy as np
import pytest

from benchmarks import fresh_process
from benchmarks.floor import Floor, faster_way


@pytest.fixture
def costs(monkeypatch):
    """What each way costs in turn, in place of processes."""

    def fix(**seconds):
        left = {way: list(values) for way, values in seconds.items()}
        monkeypatch.setattr(fresh_process, "floor", lambda winds, way=None: left[way].pop(0) if way else 0.0)

    return fix


def test_the_faster_way_is_the_floor_and_the_old_one_stays(costs):
    costs(steps=[2.0, 2.2, 9.0], blocks=[1.0, 1.1, 5.0])
    floor = Floor([])
    for _ in range(3):
        floor.measure()
    assert (floor.way, floor.words) == ("blocks", "16 steps at a time, cache off")
    assert (floor.ratio([3.3]), floor.old_ratio([3.3])) == ("3.00", "1.50")
    assert floor.cells(1000) == ("1100.00 (1000.00-5000.00)", "2200.00 (2000.00-9000.00)")


def test_where_steps_are_faster_both_floors_are_one(costs):
    costs(steps=[1.0, 1.0], blocks=[2.0, 2.0])
    assert faster_way([]) == "steps"


@pytest.mark.parametrize("way", fresh_process.WAYS)
@pytest.mark.parametrize("chunks", [None, (1, 3), (7, 3)])
def test_each_way_reads_all_steps_once(tmp_path, way, chunks):
    read = []

    class Watched:
        def __init__(self, variable):
            self._variable = variable

        def __len__(self):
            return len(self._variable)

        def __getitem__(self, index):
            read.append(np.atleast_2d(self._variable[index]))

        def __getattr__(self, name):
            return getattr(self._variable, name)

    with netCDF4.Dataset(tmp_path / "x.nc", "w") as dataset:
        for name, size in (("time", 35), ("x", 3)):
            dataset.createDimension(name, size)
        variable = dataset.createVariable("u", "f4", ("time", "x"), chunksizes=chunks, zlib=chunks is not None)
        variable[:] = values = np.arange(105, dtype="f4").reshape(35, 3)
        fresh_process._read_all(Watched(variable), way)
    assert (np.concatenate(read) == values).all()
