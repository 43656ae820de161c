"""Whole files pass; web pages, halves and tables cut in the middle do not."""

import io
import resource
import struct
import tarfile

import netCDF4
import pytest

from stormtracks.download import verification
from stormtracks.download.errors import UnreadableError
from stormtracks.download.verification import verify
from stormtracks.science import ibtracs
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.stored.source import open_source


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


@pytest.mark.parametrize("data_model", ["NETCDF4", "NETCDF3_64BIT_DATA"])
def test_what_a_header_claims_and_the_file_cannot_hold_is_refused_before_memory_is_asked_for(tmp_path, data_model):
    path = tmp_path / "a.nc"
    with netCDF4.Dataset(path, "w", format=data_model) as data:
        data.set_fill_off()
        data.createDimension("time", 2 if data_model == "NETCDF4" else None)
        data.createDimension("x", 600_000_000)
        data.createVariable("u850", "f8", ("time", "x"))
        if data_model != "NETCDF4":
            data.createVariable("time", "f8", ("time",))
    if data_model != "NETCDF4":  # the number of records, which a hostile header may claim
        path.write_bytes(path.read_bytes()[:4] + (2).to_bytes(8, "big") + path.read_bytes()[12:])
    assert path.stat().st_size < 10_000
    before = peak_mb()
    with pytest.raises(UnreadableError, match=r"claims 9\.6 GB for 'u850'|its variables need 96000000\d\d"):
        verify(path, "netcdf")
    assert peak_mb() < before + 100


def test_pieces_that_fill_the_memory_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(verification, "PIECE_BYTES", 10**6)
    path = tmp_path / "a.nc"
    with netCDF4.Dataset(path, "w") as data:
        data.createDimension("x", 10**6)
        data.createVariable("a", "f8", ("x",), zlib=True, chunksizes=(10**6,))[:] = 0
    with pytest.raises(UnreadableError, match=r"'a' is stored in pieces of 8\.0 MB"):
        verify(path, "netcdf")


@pytest.mark.parametrize("shape", [(3,), (2, 40, 50), (1, 1, 1, 30), (2, 0)])
def test_of_large_records_a_corner_is_read(tmp_path, monkeypatch, shape):
    monkeypatch.setattr(verification, "RECORD_BYTES", 80)
    with netCDF4.Dataset(tmp_path / "a.nc", "w") as data:
        names = [f"d{number}" for number in range(len(shape))]
        for name, length in zip(names, shape, strict=True):
            data.createDimension(name, length)
        variable = data.createVariable("a", "f8", names)
        variable[:] = 1
        data.createVariable("text", str, ("d0",))
        assert variable[(0, *verification._corner(variable))].size <= 10
    verify(tmp_path / "a.nc", "netcdf")


@pytest.mark.parametrize("compression", ["", ":gz", ":xz"])
def test_a_tar_header_that_claims_a_long_name_is_refused(tmp_path, compression):
    path = tmp_path / "a.tar"
    with tarfile.open(path, f"w{compression}") as tar:
        long = tarfile.TarInfo("././@LongLink")
        long.type, long.size = tarfile.GNUTYPE_LONGNAME, 20 * 2**20
        tar.addfile(long, io.BytesIO(b"a" * long.size))
        tar.addfile(tarfile.TarInfo("b"))
    with pytest.raises(UnreadableError, match="a header claims"):
        verify(path, "tar")


@pytest.mark.parametrize("compression", ["gz", "bz2", "xz"])
def test_a_compressed_tar_passes(tmp_path, compression):
    with tarfile.open(tmp_path / "a.tar", f"w:{compression}") as tar:
        tar.addfile(tarfile.TarInfo("b"))
    verify(tmp_path / "a.tar", "tar")


@pytest.mark.parametrize("text", ["a,b\n" + "x" * 2**20 + ",y\n", "a,b\n" + "x" * 200_000 + ",y\n"])
def test_a_table_with_an_endless_line_or_field_is_refused(file, text):
    with pytest.raises(UnreadableError, match=r"a line of more than 1,048,576 characters|field larger than"):
        verify(file(text.encode()), "csv")


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def odd_header():
    """A classic file with two dimensions of one name."""
    words = [10, 2, *(1, int.from_bytes(b"x\0\0\0"), 2), *(1, int.from_bytes(b"x\0\0\0"), 6 * 10**8), 0, 0]
    words += [11, 1, 1, int.from_bytes(b"v\0\0\0"), 2, 0, 1, 0, 0, 6, 2**31 - 4, 200]
    return b"CDF\x01" + struct.pack(f">{1 + len(words)}I", 0, *words) + bytes(200)


@pytest.mark.parametrize("read", [lambda path: verify(path, "netcdf"), ibtracs.load, open_source], ids=range(3))
def test_a_header_over_which_the_library_stumbles_is_refused(tmp_path, read):
    (tmp_path / "odd.nc").write_bytes(odd_header())
    with pytest.raises((UnreadableError, InputError)):
        read(tmp_path / "odd.nc")
