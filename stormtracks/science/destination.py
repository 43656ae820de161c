"""Where a file is going to be written: what is refused before any work is done for it."""

import os
from pathlib import Path

from stormtracks.science.errors import InputError


def check(path: str | os.PathLike[str], overwrite: bool = False) -> Path:
    """The path of a file that may be written.

    Parameters
    ----------
    path : path
    overwrite : bool
        Whether a file that is there may be replaced.

    Raises
    ------
    InputError
        A file or folder in the way, or no folder for it.
    """
    path = Path(path)
    if path.is_dir():
        raise InputError(f"{path} is a folder; choose another name")
    if path.exists() and not overwrite:
        raise InputError(f"{path} exists already; choose another name, or replace it with --overwrite")
    if not path.parent.is_dir():
        raise InputError(f"{path.parent}: no such folder; create it first")
    return path
