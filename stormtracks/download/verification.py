"""Whether a file is what it should be: read, not only weighed."""

import csv
import tarfile
import threading
from pathlib import Path
from typing import BinaryIO

import netCDF4

from stormtracks.download.errors import UnreadableError

_NETCDF_LOCK = threading.Lock()
"""The NetCDF and HDF5 libraries are not safe to enter from two threads."""


def verify(path: Path | str, kind: str, address: str = "") -> None:
    """Read enough of a file to know that it is whole.

    Parameters
    ----------
    path : path
    kind : {'netcdf', 'tar', 'csv'}
    address : str
        Where it came from, for the message.

    Raises
    ------
    UnreadableError
        It is something else, or it ends early.
    """
    try:
        _KINDS[kind](Path(path))
    except UnreadableError as error:
        raise UnreadableError(f"{address or path}: {error}") from error
    except (OSError, RuntimeError, tarfile.TarError, ValueError, EOFError) as error:  # all that these readers raise
        raise UnreadableError(f"{address or path}: {_what_it_is(Path(path), kind)} ({error})") from error


def _netcdf(path: Path) -> None:
    """Opens (HDF5 knows its own length), and the first and last record of each variable can be read."""
    with _NETCDF_LOCK, netCDF4.Dataset(path) as data:
        if not data.variables:
            raise UnreadableError("it is a NetCDF file without variables")
        data.set_auto_mask(False)
        for variable in data.variables.values():
            if variable.shape and variable.shape[0] > 0:
                _ = variable[0], variable[-1]  # for the error that a damaged record raises
    _long_enough(path)


def _long_enough(path: Path) -> None:
    """The library of the classic format does not notice that a file is shorter than its header says."""
    with path.open("rb") as file:
        if file.read(3) != b"CDF":
            return
    with _NETCDF_LOCK, netCDF4.Dataset(path) as data:
        least = sum(v.size * v.dtype.itemsize for v in data.variables.values())
    if path.stat().st_size < least:
        raise UnreadableError(f"it ends early: it has {path.stat().st_size} bytes, but its variables need {least}")


def _tar(path: Path) -> None:
    with tarfile.open(path) as tar:
        if not sum(member.isfile() for member in tar):  # all of them: to its end
            raise UnreadableError("it is a tar file without files in it")
        end = tar.offset
    if path.stat().st_size < end:
        raise UnreadableError("it is a tar file that ends early")
    with path.open("rb") as file:
        if file.read(2) != b"\x1f\x8b" and not _ends(file, end):
            raise UnreadableError("it is a tar file without its end: some of its files are missing")


def _ends(file: BinaryIO, offset: int) -> bool:
    """A tar ends with blocks of zeros. tarfile stops at the first of them, but also where there is none."""
    file.seek(offset)
    return file.read(512) == bytes(512)


def _csv(path: Path) -> None:
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        columns = len(next(rows, ()))
        if columns < 2:
            raise UnreadableError("it is not a table: its first line has no comma")
        for number, row in enumerate(rows, start=2):
            if len(row) != columns:
                raise UnreadableError(f"line {number} has {len(row)} columns, not {columns}")
    with path.open("rb") as lines:
        lines.seek(-1, 2)
        if lines.read(1) != b"\n":
            raise UnreadableError("it ends in the middle of a line")


def _what_it_is(path: Path, kind: str) -> str:
    with path.open("rb") as file:
        begin = file.read(256).lstrip().lower()
    if begin.startswith((b"<!doctype", b"<html", b"<?xml", b"<")):
        return f"the server sent a web page, not a {kind} file; open the address in a browser to see what it says"
    return f"it cannot be read as a {kind} file"


_KINDS = {"netcdf": _netcdf, "tar": _tar, "csv": _csv}
