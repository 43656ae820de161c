"""What must be ours alone: no other user may have put it there, nor may change it later."""

import contextlib
import errno
import os
import pwd
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from stormtracks import paths
from stormtracks.errors import StormtracksError

STATE_REMEDY = "or choose another folder with STORMTRACKS_HOME"


class NotOurs(StormtracksError):
    """A folder or file that another user has put there, or may change; the message says what to do."""


class StateUnwritable(StormtracksError):
    """The folder of the state, or a file in it, cannot be written; the message says why and what to do."""


def folder(path: str | os.PathLike, remedy: str = "or choose another folder", common: bool = False) -> Path:
    """A folder that only we may enter (0700), which is created with those above it, or is checked.

    Parameters
    ----------
    path : path
    remedy : str, optional
        How to choose another folder, for the message: ``or correct 'scratch'``.
    common : bool
        Whether it may also be one for everybody in which each may change only what is theirs, as /tmp (sticky).

    Returns
    -------
    Path

    Raises
    ------
    NotOurs
        It is a symbolic link or no folder, belongs to another user (root apart), or others may write in it.
    OSError
        It cannot be created.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from stormtracks import private
    >>> place = private.folder(Path(tempfile.mkdtemp()) / "scratch")
    >>> oct(place.stat().st_mode & 0o777)
    '0o700'
    """
    path = Path(path)
    for missing in reversed([one for one in (path, *path.parents) if not os.path.lexists(one)]):
        with contextlib.suppress(FileExistsError):  # another process was faster; what it created is checked below
            missing.mkdir(mode=0o700)
    check_folder(path, remedy, common)
    return path


def check_folder(path: str | os.PathLike, remedy: str = "or choose another folder", common: bool = False) -> None:
    """Refuse a folder as `folder` does; create nothing. One that does not exist is no fault."""
    path = Path(path)
    with contextlib.suppress(FileNotFoundError):
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode):
            raise NotOurs(f"{path} is a symbolic link to {path.readlink()}: write the folder itself, {remedy}")
        if not stat.S_ISDIR(found.st_mode):
            raise NotOurs(f"{path} is not a folder: remove it, {remedy}")
        shared = common and found.st_mode & stat.S_ISVTX
        fault = _fault(found, shared=bool(shared))
        if fault:
            cure = f"run 'chmod 700 {path}'" if _is_ours(found) else "ask them to remove it"
            raise NotOurs(f"{path} {fault}: {cure}, {remedy}")


def state(*names: str) -> Path:
    """The folder of the state, or one below it; each of them is created, or checked, by `folder`.

    Raises
    ------
    NotOurs
    StateUnwritable
    paths.PathRefused
        No home is known.
    """
    place = paths.state_folder()
    with writing_state(place):
        folder(place, STATE_REMEDY)
        for name in names:
            place = folder(place / name, STATE_REMEDY)
    return place


@contextlib.contextmanager
def writing_state(place: str | os.PathLike) -> Iterator[None]:
    """Turn an OSError into words: the state cannot be written there."""
    try:
        yield
    except OSError as error:
        raise StateUnwritable(
            f"the state cannot be written in {place}: {error.strerror or error}; free some space or make the folder "
            f"writable, {STATE_REMEDY}"
        ) from error


def check_room(place: Path) -> None:
    """Raise OSError unless a small file can be written in a folder; nothing is left."""
    with tempfile.TemporaryFile(dir=place) as file:
        file.write(bytes(4096))


def open_file(path: str | os.PathLike) -> BinaryIO:
    """Open a file for reading that only we, or root, can have written; no link is followed, and nothing waited for.

    Raises
    ------
    NotOurs
    OSError
    """
    try:
        # A pipe that somebody has put there must not be waited for.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise NotOurs(f"{path} is a symbolic link") from None
        raise
    try:
        found = os.fstat(descriptor)
        fault = _fault(found) if stat.S_ISREG(found.st_mode) else "is not a file"
        if fault:
            raise NotOurs(f"{path} {fault}")
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def account(uid: int) -> str:
    """The name of a user, or the number where that has no account."""
    with contextlib.suppress(KeyError):
        return pwd.getpwuid(uid).pw_name
    return f"uid {uid}"


def _fault(found: os.stat_result, shared: bool = False) -> str | None:
    """What is wrong with the owner or the permissions of a file or folder; None: it is ours alone."""
    if not _is_ours(found) and found.st_uid != 0:
        return f"belongs to another user ({account(found.st_uid)})"
    if found.st_mode & 0o022 and not shared:
        return f"can be written by others (mode {stat.S_IMODE(found.st_mode):04o})"
    return None


def _is_ours(found: os.stat_result) -> bool:
    return found.st_uid == os.geteuid()
