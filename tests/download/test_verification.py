"""Whole files pass; web pages, halves and tables cut in the middle do not."""

import io
import tarfile

import netCDF4
import pytest

from stormtracks.download.errors import UnreadableError
from stormtracks.download.verification import verify


@pytest.fixture
def file(tmp_path):
    def file(data):
        path = tmp_path / "file"
        path.write_bytes(data)
        return path

    return file


def tar_of(*names, size=1000):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = size
            tar.addfile(member, io.BytesIO(bytes(size)))
    return buffer.getvalue()


def test_whole_files_pass(file, netcdf):
    verify(file(netcdf), "netcdf")
    verify(file(tar_of("a", "b")), "tar")
    verify(file(b"SID,SEASON\n ,Year\n1,2005\n"), "csv")


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.999])
def test_half_a_netcdf_file_is_refused(file, netcdf, share):
    with pytest.raises(UnreadableError, match="http://x: it cannot be read as a netcdf file"):
        verify(file(netcdf[: int(len(netcdf) * share)]), "netcdf", "http://x")


def test_half_a_classic_netcdf_file_is_refused(file, tmp_path):
    with netCDF4.Dataset(tmp_path / "classic.nc", "w", format="NETCDF3_CLASSIC") as data:
        data.createDimension("x", 5000)
        data.createVariable("a", "f4", ("x",))[:] = 1
    whole = (tmp_path / "classic.nc").read_bytes()
    verify(file(whole), "netcdf")
    with pytest.raises(UnreadableError):
        verify(file(whole[:-1000]), "netcdf")


def test_a_netcdf_file_without_a_variable_is_refused(file, tmp_path):
    netCDF4.Dataset(tmp_path / "empty.nc", "w").close()
    with pytest.raises(UnreadableError, match="without variables"):
        verify(tmp_path / "empty.nc", "netcdf")


def test_a_tar_cut_anywhere_is_refused(file):
    whole = tar_of("a", "b", "c")
    end = 3 * (512 + 1024)
    for cut in (0, 100, 512, 512 + 1024, 2000, end - 1, end):
        with pytest.raises(UnreadableError):
            verify(file(whole[:cut]), "tar")


@pytest.mark.parametrize("text", ["SID,SEASON\n1,20", "SID,SEASON\n1\n", "no table\n", ""])
def test_a_table_cut_in_a_line_is_refused(file, text):
    with pytest.raises(UnreadableError):
        verify(file(text.encode()), "csv")


@pytest.mark.parametrize("kind", ["netcdf", "tar", "csv"])
def test_a_login_page_is_called_a_web_page(file, kind):
    with pytest.raises(UnreadableError, match=r"web page|not a table"):
        verify(file(b"<!DOCTYPE html><title>Login</title>"), kind)
