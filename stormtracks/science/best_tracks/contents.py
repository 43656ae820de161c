"""A file, packed or not, in whatever encoding -> its first bytes, its lines."""

import codecs
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from stormtracks.science.errors import InputError

SOURCE = (
    "https://www.ncei.noaa.gov/data/international-best-track-archive-for-climate-stewardship-ibtracs/v04r01/access/"
)
"""Where IBTrACS is published (netcdf/ and csv/); named in refusals."""

HEAD_BYTES = 65536
"""Enough to tell what a file is: IBTrACS's line of column names has 3 kB, HURDAT2's longest storm 20 kB."""

_GZIP = b"\x1f\x8b"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # Excel's "Unicode text", PowerShell's >


def head(path: Path) -> bytes:
    """The first `HEAD_BYTES` of a file, unpacked.

    Raises
    ------
    InputError
        No such file, it may not be read, or its packing is damaged.
    """
    with _opened(path) as file, _read_by_us(path):
        return file.read(HEAD_BYTES)


def whole(path: Path) -> bytes:
    """All of a file, unpacked."""
    with _opened(path) as file, _read_by_us(path):
        return file.read()


def is_packed(path: Path) -> bool:
    """Whether a file is compressed with gzip."""
    with path.open("rb") as file:
        return file.read(2) == _GZIP


def text(start: bytes) -> str:
    """The first bytes of a file as text, without its byte order mark."""
    encoding = "utf-16" if start.startswith(_UTF16) else "utf-8-sig"
    return start.decode(encoding, "replace")


def lines(path: Path) -> Iterator[bytes]:
    """The lines of a file of text, in UTF-8 whatever the file's encoding, without byte order mark; ends stay on them.

    Bytes, since most of 700,000 lines are passed over, which needs no decoding.
    """
    start = head(path)
    with _opened(path) as file, _read_by_us(path):
        # Without a line feed among so many bytes, lines end with carriage returns, as old programs for the Mac have it.
        if start.startswith(_UTF16) or b"\n" not in start:
            for line in text(file.read()).splitlines(keepends=True):
                yield line.encode()
        else:
            first = next(iter(file), b"")
            yield first.removeprefix(codecs.BOM_UTF8)
            yield from file


def _opened(path: Path) -> BinaryIO:
    try:
        packed = is_packed(path)
        return gzip.open(path, "rb") if packed else path.open("rb", buffering=1 << 20)  # type: ignore[return-value]
    except FileNotFoundError as error:
        raise InputError(
            f"{path}: no such file of best tracks; fetch it with inv download --dataset ibtracs, or from {SOURCE}"
        ) from error
    except OSError as error:
        raise InputError(
            f"{path}: the best tracks cannot be read: {error.strerror}; name a file of best tracks that you may read"
        ) from error


class _read_by_us:  # noqa: N801 - used like a function
    """Turns what goes wrong while a file is read into a refusal."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (EOFError, zlib.error, gzip.BadGzipFile)):
            raise InputError(f"{self.path}: the gzip file is truncated or damaged ({error}); copy it again") from error
        if isinstance(error, OSError):
            raise InputError(f"{self.path}: cannot be read: {error.strerror or error}; copy it again") from error
