"""Whether a file is what it should be: read, not only weighed."""

import csv
import math
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TextIO

import netCDF4

from stormtracks.download import tar_headers
from stormtracks.download.errors import UnreadableError
from stormtracks.readable import size as in_bytes

_NETCDF_LOCK = threading.Lock()
"""The NetCDF and HDF5 libraries are not safe to enter from two threads."""
MOST_SHRUNK = 1100
"""The compression of NetCDF files makes nothing smaller than this."""
RECORD_BYTES = 64 * 2**20
"""Read of a variable at a time."""
PIECE_BYTES = 2**29
"""The largest piece of a file that is read to see a part of it: the library reads pieces whole."""
LINE_CHARACTERS = 2**20


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
    except (OSError, RuntimeError, tarfile.TarError, ValueError, EOFError, csv.Error) as error:  # all that they raise
        raise UnreadableError(f"{address or path}: {_what_it_is(Path(path), kind)} ({error})") from error


def _netcdf(path: Path) -> None:
    """Opens (HDF5 knows its own length), and the first and last record of each variable can be read."""
    _long_enough(path)
    with _NETCDF_LOCK, _opened(path) as data:
        if not data.variables:
            raise UnreadableError("it is a NetCDF file without variables")
        data.set_auto_mask(False)
        for variable in data.variables.values():
            _refuse_absurd(variable, path.stat().st_size)
            if variable.shape and variable.size > 0:
                inner = _corner(variable)
                _ = variable[(0, *inner)], variable[(-1, *inner)]  # for the error that a damaged record raises


def _opened(path: Path) -> netCDF4.Dataset:
    try:
        return netCDF4.Dataset(path)
    except (AttributeError, IndexError) as error:  # what a damaged header makes the library raise
        raise UnreadableError(f"its header makes no sense ({error})") from error


def _refuse_absurd(variable: netCDF4.Variable, file_bytes: int) -> None:
    """Refuse what a header claims and the file cannot hold, before memory is asked for."""
    item = _item_bytes(variable)
    if variable.size * item > MOST_SHRUNK * file_bytes + RECORD_BYTES:
        raise UnreadableError(
            f"its header claims {in_bytes(variable.size * item)} for '{variable.name}', but the file has only "
            f"{in_bytes(file_bytes)}"
        )
    pieces = variable.chunking()
    if isinstance(pieces, list) and math.prod(pieces) * item > PIECE_BYTES:
        raise UnreadableError(
            f"'{variable.name}' is stored in pieces of {in_bytes(math.prod(pieces) * item)}, of which "
            "a part cannot be read"
        )


def _corner(variable: netCDF4.Variable) -> tuple[int | slice, ...]:
    """Behind the first dimension, so much of each further one that it is at most `RECORD_BYTES`: mostly all of it."""
    chosen: list[int | slice] = []
    left = RECORD_BYTES // _item_bytes(variable)
    for length in reversed(variable.shape[1:]):
        chosen.insert(0, slice(min(length, max(1, left))))
        left //= max(1, length)
    return tuple(chosen)


def _item_bytes(variable: netCDF4.Variable) -> int:
    """Bytes of one value; of a text or list of any length, what points to it."""
    return getattr(variable.dtype, "itemsize", 16)


def _long_enough(path: Path) -> None:
    """The library of the classic format does not notice that a file is shorter than its header says."""
    with path.open("rb") as file:
        if file.read(3) != b"CDF":
            return
    with _NETCDF_LOCK, _opened(path) as data:
        least = sum(variable.size * _item_bytes(variable) for variable in data.variables.values())
    if path.stat().st_size < least:
        raise UnreadableError(f"it ends early: it has {path.stat().st_size} bytes, but its variables need {least}")


def _tar(path: Path) -> None:
    with tar_headers.opened(path) as tar:
        if not sum(member.isfile() for member in tar):  # all of them: to its end
            raise UnreadableError("it is a tar file without files in it")
        end = tar.offset
    if tar_headers.is_compressed(path):  # then reading it would have failed
        return
    if path.stat().st_size < end:
        raise UnreadableError("it is a tar file that ends early")
    with path.open("rb") as file:
        if not _ends(file, end):
            raise UnreadableError("it is a tar file without its end: some of its files are missing")


def _ends(file: BinaryIO, offset: int) -> bool:
    """A tar ends with blocks of zeros. tarfile stops at the first of them, but also where there is none."""
    file.seek(offset)
    return file.read(512) == bytes(512)


def _csv(path: Path) -> None:
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(_lines(file))
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


def _lines(file: TextIO) -> Iterator[str]:
    """The lines, none of which fills the memory."""
    while line := file.readline(LINE_CHARACTERS):
        if len(line) >= LINE_CHARACTERS:
            raise UnreadableError(f"it is not a table: it has a line of more than {LINE_CHARACTERS:,} characters")
        yield line


def _what_it_is(path: Path, kind: str) -> str:
    with path.open("rb") as file:
        begin = file.read(256).lstrip().lower()
    if begin.startswith((b"<!doctype", b"<html", b"<?xml", b"<")):
        return f"the server sent a web page, not a {kind} file; open the address in a browser to see what it says"
    return f"it cannot be read as a {kind} file"


_KINDS = {"netcdf": _netcdf, "tar": _tar, "csv": _csv}
