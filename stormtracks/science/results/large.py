"""A file of millions of points: the library writes it to the disk itself, where memory would have all of it twice."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import netCDF4

from stormtracks.science.errors import ResultError
from stormtracks.science.results import places
from stormtracks.science.results.places import State

LARGE = 32 << 20
"""Bytes of the values of the largest file that is made in memory first: see `file`."""

_BESIDES = 8 << 20
"""More bytes than a file has besides its values."""


def save(target: Path, write: Callable[[netCDF4.Dataset], None], size: int) -> tuple[State, str]:
    """Put a file in its place, see `places.whole`.

    Parameters
    ----------
    target : Path
    write : callable
        Called with the data set; it makes everything that is in it.
    size : int
        Bytes of its values, about.

    Returns
    -------
    (State, str)
        Of the file, and its SHA-256 in hexadecimal digits.

    Raises
    ------
    ResultError
        It cannot be written; nothing is left behind.
    """
    with places.whole(target) as temporary:
        temporary.touch()  # what stands in the way of that, the library would say wrongly
        try:
            _write(temporary, write)
        except RuntimeError as error:
            _ask(temporary, size + _BESIDES)
            raise ResultError(
                f"{target}: the result cannot be written ({error}), though there is room for it; run the task again"
            ) from error
        with temporary.open("rb") as file:
            return State.of(temporary.stat()), hashlib.file_digest(file, "sha256").hexdigest()


def _write(temporary: Path, write: Callable[[netCDF4.Dataset], None]) -> None:
    dataset = netCDF4.Dataset(temporary, "w")
    try:
        write(dataset)
    finally:
        dataset.close()


def _ask(temporary: Path, size: int) -> None:
    """Have plain file calls raise what is wrong where the library could not write.

    It says "HDF error" of a full disk too, and keeps the file open, and with it the space, until the process ends. So
    the file is emptied.
    """
    with temporary.open("wb", buffering=0) as plain:
        try:
            for _ in range(0, size, 1 << 20):
                plain.write(bytes(1 << 20))
            os.fsync(plain.fileno())
        finally:
            plain.truncate(0)
