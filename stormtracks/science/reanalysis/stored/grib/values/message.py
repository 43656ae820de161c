"""One field as a message of its own, as eccodes reads it: checked to be what the scan has found."""

import os
import zlib
from typing import Any, NamedTuple

from stormtracks.science.reanalysis.stored.grib.scan.window import Broken

_FOUND_BEFORE = "it is not the message that stood there before; the file was changed"


class Message(NamedTuple):
    """A message with one field.

    Attributes
    ----------
    data : bytes
    packing, bitmap, values : int
        Where in it these sections begin; 0: not there.
    """

    data: bytes
    packing: int
    bitmap: int
    values: int


def read(descriptor: int, row: Any) -> Message:
    """The message of a field.

    Parameters
    ----------
    descriptor : int
        Of the file.
    row : record of headers.FIELD

    Raises
    ------
    Broken
        It is not what the scan has found.
    """
    offset, length = int(row["offset"]), int(row["length"])
    if not row["alone"]:
        return _taken_out(descriptor, row, offset)
    data = os.pread(descriptor, length, offset)
    if len(data) < length or data[:4] != b"GRIB" or data[-4:] != b"7777":
        raise Broken(_FOUND_BEFORE, offset)
    check = _check(data, 8 if row["edition"] == 1 else 16, row, offset)
    if check != row["check"]:
        raise Broken(_FOUND_BEFORE, offset)
    places = (int(row[name]) for name in ("packing_at", "bitmap_at", "values_at"))
    return Message(data, *(at - offset if at else 0 for at in places))


def _check(data: bytes, first: int, row: Any, offset: int) -> int:
    if row["edition"] == 1:
        grid = int(row["grid_at"])
        found = zlib.crc32(_section1(data, first))
        return zlib.crc32(_section1(data, grid - offset), found) if grid else found
    found = zlib.crc32(data[first : first + 21])
    for name in ("grid_at", "product_at"):
        found = zlib.crc32(_section2(data, int(row[name]) - offset), found)
    return found


def _section1(data: bytes, at: int) -> bytes:
    return data[at : at + int.from_bytes(data[at : at + 3], "big")]


def _section2(data: bytes, at: int) -> bytes:
    return data[at : at + int.from_bytes(data[at : at + 4], "big")]


def _taken_out(descriptor: int, row: Any, offset: int) -> Message:
    """A field of a message with several: its own sections and those that hold for all, as a message."""
    head = os.pread(descriptor, 37, offset)
    if head[:4] != b"GRIB" or len(head) < 37:
        raise Broken(_FOUND_BEFORE, offset)
    first = head[16:] + os.pread(descriptor, max(0, int.from_bytes(head[16:20], "big") - 21), offset + 37)
    names = ("grid_at", "product_at", "packing_at", "bitmap_at", "values_at")
    parts = [_stored(descriptor, int(row[name])) for name in names]
    if zlib.crc32(parts[1], zlib.crc32(parts[0], zlib.crc32(first[:21]))) != row["check"]:
        raise Broken(_FOUND_BEFORE, offset)
    body = b"".join([first, *parts])
    places = [16 + len(first) + sum(len(part) for part in parts[:number]) for number in (2, 3, 4)]
    data = head[:8] + (16 + len(body) + 4).to_bytes(8, "big") + body + b"7777"
    return Message(data, *places)


def _stored(descriptor: int, at: int) -> bytes:
    size = int.from_bytes(os.pread(descriptor, 4, at), "big")
    data = os.pread(descriptor, size, at)
    if len(data) < max(size, 5):
        raise Broken(_FOUND_BEFORE, at)
    return data
