import os
import resource
from pathlib import Path

import netCDF4
import pytest

from stormtracks.science import results
from stormtracks.science.errors import ResultError
from stormtracks.science.results import large


@pytest.fixture
def refusing():
    """Files may have a megabyte: the kernel's own refusal, as of a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_large_result_is_read_as_any_other(tmp_path, result, monkeypatch):
    usual = results.save_hashed(result, tmp_path / "usual")[0]
    monkeypatch.setattr(large, "LARGE", 0)
    path, digest = results.save_hashed(result, tmp_path / "large")
    assert results.digest(path) == digest
    assert results.load_header(path) == results.load_header(usual)
    assert results.load(path).tracks.lon.tolist() == result.tracks.lon.tolist()
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    with netCDF4.Dataset(path) as made, netCDF4.Dataset(usual) as other:
        assert set(made.variables) == set(other.variables)
        assert set(made.ncattrs()) == set(other.ncattrs())


def test_what_the_disk_refuses_is_said_as_the_disk_says_it(tmp_path, refusing):
    target = tmp_path / "member_000.nc"
    target.write_bytes(b"first")

    def write(dataset):
        dataset.createDimension("obs", 1 << 18)
        dataset.createVariable("lat", "f8", ("obs",))[:] = 1.0

    with pytest.raises(ResultError, match=r"member_000\.nc: the result cannot be written: File too large; free"):
        large.save(target, write, 2 << 20)
    assert target.read_bytes() == b"first"
    assert [entry.name for entry in tmp_path.iterdir()] == ["member_000.nc"]
    kept = [entry for entry in Path("/proc/self/fd").iterdir() if ".part" in os.path.realpath(entry)]
    assert all(entry.stat().st_size == 0 for entry in kept)  # what the library keeps open takes no space


def test_what_the_library_alone_refuses_is_said_in_its_words(tmp_path):
    def write(dataset):
        raise RuntimeError("NetCDF: HDF error")

    with pytest.raises(ResultError, match=r"member_000\.nc: the result cannot be written \(NetCDF: HDF error\)"):
        large.save(tmp_path / "member_000.nc", write, 0)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_is_named(tmp_path):
    (tmp_path / "vort_track").write_text("a file in the way")
    with pytest.raises(ResultError, match=r"cannot be written: (Not a directory|File exists)"):
        large.save(tmp_path / "vort_track" / "member_000.nc", lambda dataset: None, 0)
