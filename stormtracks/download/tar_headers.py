"""Tar files whose headers cannot fill the memory."""

import bz2
import contextlib
import gzip
import lzma
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

HEADER_BYTES = 4 * 2**20
"""A header of a tar says how long a name, or the attributes of a file, are: more is none."""
_COMPRESSED: dict[bytes, Any] = {b"\x1f\x8b": gzip.open, b"BZ": bz2.open, b"\xfd7": lzma.open}


class _Bounded:
    """What tarfile reads headers from: all at once, as long as they claim to be, and a few bytes may unpack to many."""

    def __init__(self, file: IO[bytes]) -> None:
        self.seek, self.tell = file.seek, file.tell
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= HEADER_BYTES:
            raise tarfile.ReadError(f"a header claims {size} bytes, but at most {HEADER_BYTES} are read")
        return self._file.read(size)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[tarfile.TarFile]:
    """A tar file, perhaps compressed, open for reading."""
    with _unpacker(path)(path, "rb") as source:
        bounded: Any = _Bounded(source)  # tarfile needs no more of a file
        with tarfile.open(name=path, mode="r:", fileobj=bounded) as tar:
            yield tar


def is_compressed(path: Path) -> bool:
    """Whether a tar file is compressed, so that its size says nothing about its end."""
    return _unpacker(path) is not open


def _unpacker(path: Path) -> Any:
    with path.open("rb") as file:
        return _COMPRESSED.get(file.read(2), open)
