"""Open files are few, whatever a process may open: a file per analysis for a year."""

import fcntl
import gc
import os
import resource
import weakref
from pathlib import Path

import numpy as np
import pytest

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis import open_season
from stormtracks.science.reanalysis.dataset import Dataset
from stormtracks.science.reanalysis.fields import contents, field
from stormtracks.science.reanalysis.folder.survey import Survey
from stormtracks.science.reanalysis.stored import attributes
from stormtracks.science.reanalysis.stored.netcdf import classic
from stormtracks.science.reanalysis.stored.netcdf.group import Variable
from stormtracks.science.reanalysis.stored.source import open_source
from tests.science.reanalysis.cases import Draft

SMALL = {"lat": np.arange(-60, 61, 30.0), "lon": np.arange(0, 360, 60.0)}


@pytest.fixture
def analyses(tmp_path):
    """A file for each of 120 analyses; the strength of the wind says which."""
    for number in range(120):
        winds = np.full((2, 1, 5, 6), number / 10, np.float32)
        Draft([6.0 * number], **SMALL, winds=winds)(tmp_path, f"a{number:03d}.nc")
    return tmp_path


@pytest.fixture
def few_files():
    """A process that may open only some more files than it has open."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(list(Path("/proc/self/fd").iterdir())) + 40, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.slow
def test_more_files_than_a_process_may_open(analyses, few_files):
    with open_season(analyses, 2005) as season:
        u, v = season.read(0, 120, [0])
        again = season.read(3, 5, [0])[0]
    assert np.array_equal(u[:, 0, 0, 0], np.arange(120, dtype=np.float32) / 10) and np.array_equal(u, v)
    assert np.array_equal(again, u[3:5])


@pytest.mark.slow
def test_more_files_than_are_kept_in_mind_are_looked_into_once(analyses, monkeypatch):
    opened = []
    monkeypatch.setattr(contents, "_MOST", 10)
    monkeypatch.setattr(contents, "open_source", lambda path: opened.append(path) or open_source(path))
    (analyses / "bad_2004.nc").write_bytes(b"\x89HDF")
    survey = Survey(analyses, Dataset())
    assert survey.years == [2005]
    layout = survey.layout((2005,), 850.0)
    assert len(layout.files["u"][None]) == 120 and len(opened) == 121


@pytest.mark.slow
def test_a_file_that_changed_while_it_was_closed(analyses, few_files):
    season = open_season(analyses, 2005)
    os.utime(analyses / "a000.nc", (1, 1))
    with pytest.raises(InputError, match=r"a000.nc: changed while being read; run the task again"):
        season.read(0, 1, [0])
    with pytest.raises(InputError, match=r"a000.nc: changed while being read"):
        season.close()


def test_a_file_that_is_open_for_writing(tmp_path):
    path = Draft(**SMALL)(tmp_path)
    with path.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(InputError, match=r"x.nc: another program has it open for writing; wait until"):
            open_season(tmp_path, 2005)
    open_season(tmp_path, 2005).close()


class Library:
    """A variable of the netCDF library that says what it was asked for."""

    def __init__(self):
        self.asked = []

    def ncattrs(self):
        self.asked.append("names")
        return ["units"]

    def getncattr(self, name):
        self.asked.append(name)
        return " M s-1\0"


def test_each_attribute_of_a_file_is_read_once():
    variable = Variable(Library(), "u", None)
    for name in ("units", "of_no_such_name", "units"):
        attributes.attribute(variable, name)
    assert attributes.text(variable, "units") == "m s-1" and attributes.names(variable) == ["units"]
    assert attributes.attribute(variable, "of_no_such_name") == ""
    assert variable._nc.asked == ["names", "units"]


@pytest.mark.slow
def test_a_file_that_is_opened_again_is_not_looked_into_again(analyses, few_files, monkeypatch):
    with open_season(analyses, 2005) as season:
        monkeypatch.setattr(classic, "missing_bytes", None)
        monkeypatch.setattr(field, "Packing", None)
        u, v = season.read(0, 120, [0])
    assert np.array_equal(u[:, 0, 0, 0], np.arange(120, dtype=np.float32) / 10) and np.array_equal(u, v)


def test_what_a_closed_file_had_does_not_wait_for_the_garbage_collector():
    source = open_source("sample/20crv2c_1987/u850_1987.nc")
    had = weakref.ref(next(iter(source.root.variables.values())))
    source.close()
    gc.disable()
    try:
        del source
        assert had() is None
    finally:
        gc.enable()
