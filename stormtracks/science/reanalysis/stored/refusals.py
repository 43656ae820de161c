"""Why a file cannot be opened or read, whatever its format."""

import errno
import fcntl
from pathlib import Path
from typing import BinaryIO

from stormtracks.science.errors import InputError, PassingInputError
from stormtracks.science.reanalysis.stored import formats
from stormtracks.science.records import InputFile


def not_opened(path: Path, error: Exception, kind: str = "netCDF") -> InputError:
    """Why a file could not be opened.

    Parameters
    ----------
    path : Path
    error : Exception
        What the library raised.
    kind : str
        What it was to be read as.
    """
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
            start = file.read(formats.HEAD_BYTES)
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
        f"{path}: cannot be read as {kind} ({error}); the file, of {size} bytes, is truncated or damaged; copy it again"
    )


def not_read(file: InputFile, variable: str, error: Exception) -> InputError:
    """Why a read from an open file failed; `file` is what it was when it was opened."""
    if changed(file):
        return PassingInputError(
            f"{file.path}: {variable}: the file changed while it was being read; run the task again"
        )
    return InputError(
        f"{file.path}: {variable}: cannot be read ({error}); the file, of {file.size} bytes, is truncated or damaged; "
        "copy it again"
    )


def changed(file: InputFile) -> bool:
    """Whether a file differs from what it was."""
    try:
        return InputFile.of(file.path) != file
    except (OSError, InputError):
        return True


def _is_being_written(file: BinaryIO) -> bool:
    """Whether another program holds the file as HDF5 does while it writes: no lock can be shared with it."""
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a file system without locks
        return False
    return False
