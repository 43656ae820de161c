"""Files that are there completely or not at all, and locks that the kernel frees when their holder ends.

A file is written beside its place, under a name that says which process writes it, flushed and renamed. Whoever comes
later can therefore tell what a process that died has left, and remove it.
"""

import contextlib
import errno
import fcntl
import os
import re
import secrets
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from stormtracks.errors import StormtracksError
from stormtracks.process import Process

_NAME_CHARACTERS = 120  # of the 255 that a file name may have; the rest is for host, process and token
_TEMPORARY = re.compile(r"\.(?P<name>.+)~(?P<host>[^~/]+)~(?P<pid>\d+)~(?P<start>\d+)~[0-9a-f]{8}\.part")
_NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)


class NoLocks(StormtracksError):
    """The file system cannot lock files; the message names the file and says what to choose instead."""


@contextlib.contextmanager
def beside(path: str | os.PathLike) -> Iterator[Path]:
    """A name for a temporary file or folder in the folder of `path`, which is gone after the block.

    What dead processes of this host left of the same file is removed first. The folder is created where it is missing.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent, path.name)
    here = Process.this()
    writer = f"{here.host}~{here.pid}~{here.start}~{secrets.token_hex(4)}"
    temporary = path.with_name(f".{path.name[:_NAME_CHARACTERS]}~{writer}.part")
    try:
        yield temporary
    finally:
        _remove(temporary)


@contextlib.contextmanager
def whole(path: str | os.PathLike, mode: int | None = None, durable: bool = True) -> Iterator[Path]:
    """A file that appears in its place when the block has written it, and not at all when the block fails.

    Parameters
    ----------
    path : path
    mode : int, optional
        Permissions; none: as the umask says.
    durable : bool
        Whether file and rename are flushed to the disk, so that they also survive a power cut.

    Yields
    ------
    Path
        Where to write; what is written there replaces `path` at once and whole.

    Raises
    ------
    OSError
        No space, no permission or the like; what was there before still is, and nothing is left beside it.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from stormtracks.disk import whole
    >>> folder = Path(tempfile.mkdtemp())
    >>> with whole(folder / "storms.csv") as place:
    ...     _ = place.write_text("sid,name")
    >>> [path.name for path in folder.iterdir()]
    ['storms.csv']
    """
    with beside(path) as temporary:
        if mode is not None:  # from its first byte on
            os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode))
            temporary.chmod(mode)
        with _named(temporary, Path(path)):
            yield temporary
            if durable:
                _flush(temporary)
        temporary.replace(path)
        if durable:
            flush_folder(Path(path).parent)


@contextlib.contextmanager
def _named(temporary: Path, path: Path) -> Iterator[None]:
    """An error of the temporary file, or of no file, as when a disk is full, is one of the file that was to be."""
    try:
        yield
    except OSError as error:
        if error.errno and error.filename in (None, str(temporary)):
            raise OSError(error.errno, os.strerror(error.errno), str(path)) from error
        raise


def write_whole(
    path: str | os.PathLike, content: bytes | memoryview | str, mode: int | None = None, durable: bool = True
) -> None:
    """Write a file at once and whole; see `whole`."""
    data = content.encode() if isinstance(content, str) else content
    with whole(path, mode, durable) as temporary:
        temporary.write_bytes(data)


def flush_folder(folder: str | os.PathLike) -> None:
    """Make what was renamed in a folder last through a power cut, where the file system can."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):  # some network file systems refuse it
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(folder: str | os.PathLike, name: str | None = None) -> list[Path]:
    """Remove temporary files in a folder whose process, on this host, has ended.

    Parameters
    ----------
    folder : path
        One that does not exist has nothing to remove.
    name : str, optional
        Only what was to become the file of this name.

    Returns
    -------
    list of Path
        What was removed. Files of other hosts stay: nobody here can tell whether their processes live.
    """
    removed = []
    with contextlib.suppress(FileNotFoundError):
        for entry in list(os.scandir(os.fspath(folder))):
            found = _TEMPORARY.fullmatch(entry.name)
            wanted = found and (name is None or found["name"] == name[:_NAME_CHARACTERS])
            if found and wanted and _is_left_over(found) and _remove(Path(entry.path)):
                removed.append(Path(entry.path))
    return removed


def _remove(temporary: Path) -> bool:
    """Remove a file, or a folder with all that is in it; whether it could be."""
    try:
        temporary.unlink()
    except IsADirectoryError:
        shutil.rmtree(temporary, ignore_errors=True)
    except OSError:
        return False
    return not temporary.exists()


class Lock:
    """An exclusive or shared lock on a file, held until `release` or the end of the process; a context manager."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __enter__(self) -> "Lock":
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def read(self) -> str:
        """The text in the file."""
        size = os.fstat(self._descriptor).st_size
        return os.pread(self._descriptor, size, 0).decode(errors="replace")

    def write(self, text: str) -> None:
        """Replace the text in the file. A reader may meet the new text with the old one's end, never an empty file."""
        data = text.encode()
        os.pwrite(self._descriptor, data, 0)
        os.ftruncate(self._descriptor, len(data))

    def stands_at(self, path: str | os.PathLike) -> bool:
        """Whether the file of this name is still the one that is locked, not removed or replaced meanwhile."""
        return self._descriptor >= 0 and _is_still(self._descriptor, path)

    def release(self) -> None:
        """Let others have the lock; more than once does no harm."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def lock(
    path: str | os.PathLike, shared: bool = False, patience: float = 0.0, mode: int = 0o600, needed: bool = True
) -> Lock | None:
    """Lock a file, which is created where it is missing.

    Parameters
    ----------
    path : path
    shared : bool
        Whether others may share the lock.
    patience : float
        Seconds to go on trying: a process that only asks `held` has the lock for an instant.
    mode : int
        Permissions of a file that is created.
    needed : bool
        Whether `NoLocks` is raised; otherwise a file is opened that keeps nobody out.

    Returns
    -------
    Lock or None
        None: another process holds it.

    Raises
    ------
    NoLocks
        The file system cannot lock.
    OSError
        The file cannot be opened, or is a symbolic link, which is never followed.
    """
    until = time.monotonic() + patience
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
        taken = False
        try:
            taken = _locked(descriptor, path, shared, needed) and _is_still(descriptor, path)
        finally:
            if not taken:
                os.close(descriptor)
        if taken:
            return Lock(descriptor)
        if time.monotonic() >= until:
            return None
        time.sleep(0.02)


def held(path: str | os.PathLike) -> bool | None:
    """Whether another process holds a file's lock exclusively; None where the file system cannot tell."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return not _try(descriptor, path, shared=True)
    except (NoLocks, OSError):
        return None
    finally:
        os.close(descriptor)


def _locked(descriptor: int, path: str | os.PathLike, shared: bool, needed: bool) -> bool:
    try:
        return _try(descriptor, path, shared)
    except NoLocks:
        if needed:
            raise
        return True


def _try(descriptor: int, path: str | os.PathLike, shared: bool) -> bool:
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno in _NO_LOCKS:
            raise NoLocks(
                f"{path}: the file system cannot lock files ({error.strerror}); choose a folder on another one"
            ) from error
        raise
    return True


def _is_still(descriptor: int, path: str | os.PathLike) -> bool:
    """Whether the locked file is still the one of this name: its last holder may have removed it meanwhile."""
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(descriptor), os.stat(path))  # noqa: PTH116 - as its neighbour
    return False


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_left_over(found: re.Match) -> bool:
    writer = Process(int(found["pid"]), int(found["start"]), found["host"])
    return writer.host == socket.gethostname() and not writer.runs()
