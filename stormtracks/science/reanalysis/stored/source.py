"""An open file: what it was when it was opened, and what is wrong with it when it cannot be read."""

import errno
import fcntl
import struct
from pathlib import Path
from typing import Any, BinaryIO

import h5py
import netCDF4

from stormtracks.science.errors import InputError, PassingInputError
from stormtracks.science.reanalysis.stored import classic, formats
from stormtracks.science.records import InputFile

_NOT_OPENED = (OSError, RuntimeError, ValueError, EOFError, IndexError, MemoryError, AttributeError, struct.error)
"""What a damaged header makes the library raise (a name that is not UTF-8: ValueError; two alike: AttributeError)."""


class Source:
    """One netCDF file, open for reading, values as stored.

    Parameters
    ----------
    path : path
    whole : InputFile, optional
        The file as it was when it was open before, and was whole: as long as it is the same, this is not checked again.

    Attributes
    ----------
    path : Path
    file : InputFile
        Size and time of last change when it was opened.
    nc : netCDF4.Dataset

    Raises
    ------
    InputError
        There is no such file, it is not a netCDF file, or not a whole one.
    """

    def __init__(self, path: str | Path, whole: InputFile | None = None) -> None:
        self.path = Path(path)
        try:
            self.file = InputFile.of(self.path)
            lacking = 0 if self.file == whole else classic.missing_bytes(self.path)
            if not lacking:  # of a classic file that is cut off the library reads zeros
                self.nc = netCDF4.Dataset(self.path)
        except _NOT_OPENED as error:
            raise _not_opened(self.path, error) from error
        if lacking:
            raise InputError(
                f"{self.path}: truncated: {lacking} bytes that its header announces are missing; copy it again"
            )
        self.nc.set_auto_maskandscale(False)
        self._hdf5: Any = None

    @property
    def hdf5(self) -> Any:
        """The same file for direct access to its chunks (h5py.File); OSError where it is not HDF5."""
        if self._hdf5 is None:
            self._hdf5 = h5py.File(self.path, "r")
        return self._hdf5

    def refusal(self, variable: str, error: Exception) -> InputError:
        """The `InputError` for a read that failed."""
        if self.changed():
            return PassingInputError(
                f"{self.path}: {variable}: the file changed while it was being read; run the task again"
            )
        size = self.file.size
        return InputError(
            f"{self.path}: {variable}: cannot be read ({error}); the file, of {size} bytes, is truncated or damaged; "
            "copy it again"
        )

    def changed(self) -> bool:
        """Whether the file differs from what it was when it was opened."""
        try:
            return InputFile.of(self.path) != self.file
        except OSError:
            return True

    def close(self) -> None:
        """Close the file; more than once does no harm."""
        if self._hdf5 is not None:
            self._hdf5.close()
            self._hdf5 = None
        if self.nc.isopen():
            self.nc.close()


def _not_opened(path: Path, error: Exception) -> InputError:
    """Why a file could not be opened."""
    if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
        return InputError(
            f"{path}: cannot be opened: this process has too many open files; allow it more: ulimit -n 4096"
        )
    if not path.exists():
        return PassingInputError(f"{path}: there is no such file; check the name")
    if not path.is_file():
        return InputError(f"{path}: is not a file; give a netCDF file")
    try:
        with path.open("rb") as file:
            start = file.read(512)
            written = _is_being_written(file)
    except OSError as unreadable:
        return PassingInputError(f"{path}: cannot be read: {unreadable.strerror}; fix its permissions, or the disk")
    _, remedy = formats.of_head(start, path)
    if remedy:
        return InputError(f"{path}: {remedy}")
    if written:
        return PassingInputError(
            f"{path}: another program has it open for writing; wait until that has ended, then run the task again"
        )
    size = path.stat().st_size
    return InputError(
        f"{path}: cannot be read as netCDF ({error}); the file, of {size} bytes, is truncated or damaged; copy it again"
    )


def _is_being_written(file: BinaryIO) -> bool:
    """Whether another program holds the file as HDF5 does while it writes: no lock can be shared with it."""
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a file system without locks
        return False
    return False
