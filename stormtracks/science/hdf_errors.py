"""What HDF5 cannot write -> an error of the system that says where that is, and how much is free there."""

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from stormtracks import readable

_SLACK = 65_536
"""Bytes that a file of HDF5 takes besides its values."""


@contextlib.contextmanager
def said_where(folder: Path) -> Iterator[None]:
    """Say of what HDF5 cannot write where that is; it names neither the file nor the reason, such as a full disk.

    Parameters
    ----------
    folder : Path
        One that is there, in which a file is written.

    Raises
    ------
    OSError
        In place of HDF5's RuntimeError.
    """
    try:
        yield
    except RuntimeError as error:
        if "HDF" not in str(error):
            raise
        free = f"{readable.size(shutil.disk_usage(folder).free)} are free there"
        text = f"the files cannot be written ({error}; {free}); free some space, or choose another folder with --dest"
        raise OSError(errno.EIO, text, str(folder)) from error


def refuse_full(path: Path, size: int) -> None:
    """Refuse to write more than the disk has room for: HDF5 may crash in the middle of it.

    Parameters
    ----------
    path : Path
        A file that is being written.
    size : int
        Bytes that it will have, some of which are in memory still.

    Raises
    ------
    OSError
        There is no room for them.
    """
    if size + _SLACK - path.stat().st_size > shutil.disk_usage(path.parent).free:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
