"""All fields of a file by the bytes before their values: a scan that decodes nothing, some microseconds per field."""

import os
import struct
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.stored.grib.scan import edition1, edition2
from stormtracks.science.reanalysis.stored.grib.scan.product import Product
from stormtracks.science.reanalysis.stored.grib.scan.window import Broken, Window, located

MAGIC = b"GRIB"
END = b"7777"
FIELD = np.dtype(
    [
        ("message", "<i4"),  # number of the message, from 1
        ("edition", "<i4"),
        ("offset", "<i8"),  # of the message
        ("length", "<i8"),
        ("grid_at", "<i8"),  # of the sections in the file; 0: not there
        ("product_at", "<i8"),
        ("packing_at", "<i8"),
        ("bitmap_at", "<i8"),
        ("values_at", "<i8"),
        ("start", "<i8"),  # seconds since 1970
        ("product", "<i4"),  # place in the list of products
        ("grid", "<i4"),  # place in the list of grids
        ("alone", "<i4"),  # whether it is the only field of its message
        ("check", "<u4"),  # of the bytes that say which field it is
    ]
)
"""A field, as the scan finds it."""
_ROW = struct.Struct("<iiqqqqqqqqiiiI")
_HEAD = struct.Struct(">4s3sB")
_BETWEEN = 1024
"""Bytes between messages that may be something else, such as the heading of a bulletin."""


class Headers(NamedTuple):
    """What a scan finds.

    Attributes
    ----------
    fields : ndarray of FIELD, shape (n,)
        In the order of the file.
    products : list of bytes
        Each kind of product once: edition and the bytes that say it; see `product`.
    grids : list of bytes
        Each section of a grid once: edition and its bytes.
    """

    fields: np.ndarray
    products: list[bytes]
    grids: list[bytes]

    def product(self, place: int) -> Product:
        """A product of the list."""
        data = self.products[place]
        return (edition1 if data[0] == 1 else edition2).product(data[1:])


def scan(path: Path, descriptor: int) -> Headers:
    """Scan an open file.

    Parameters
    ----------
    path : Path
        For messages.
    descriptor : int

    Returns
    -------
    Headers

    Raises
    ------
    InputError
        A message is cut or damaged, or something else lies between messages; it is named by number and byte.
    """
    walk = _Scan(Window(descriptor, os.fstat(descriptor).st_size))
    try:
        walk.file()
    except Broken as broken:
        raise located(path, walk.message, broken) from None
    if not walk.message:
        raise InputError(f"{path}: there is no GRIB message in it; check the file")
    return Headers(np.frombuffer(bytes(walk.rows), FIELD), list(walk.products), list(walk.grids))


class _Scan:
    """A scan under way; what was met before is known by its bytes."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.message = 0
        self.rows = bytearray()
        self.products: dict[bytes, int] = {}
        self.grids: dict[bytes, int] = {}
        self.starts: dict[bytes, int] = {}

    def file(self) -> None:
        """All messages, and what lies between them."""
        window, at = self.window, 0
        while at < window.size:
            self._check_begun(at)
            if at + 8 > window.size or window.read(at, 4) != MAGIC:
                found = window.find(MAGIC, at)
                self._check_between(at, found if found >= 0 else window.size)
                if found < 0:
                    return
                at = found
            self.message += 1
            at = self._message(at)

    def _message(self, at: int) -> int:
        """One message; where it ends."""
        window = self.window
        data = window.read(at, 16)
        _, own, edition = _HEAD.unpack_from(data)
        values = 0
        if edition == 2:
            length = int.from_bytes(data[8:], "big")
        elif edition == 1:
            length, values = edition1.length(window, at, int.from_bytes(own, "big"))
        else:
            raise Broken(f"its edition is {edition}, and must be 1 or 2", at + 7)
        end = at + length - len(END)
        if length < 32 or end + len(END) > window.size:
            rest = window.size - at
            fault = f"it has {length} bytes by its header, and the file has {rest} from there on"
            raise Broken(fault if length > rest else f"its length by its header is {length} bytes", at)
        if edition == 2:
            self._edition2(at, end, data[6])
        else:
            self._edition1(at, end, values)
        if window.read(end, len(END)) != END:
            raise Broken(f"it does not end with 7777 at byte {end}, as its length says", at)
        return end + len(END)

    def _edition1(self, at: int, end: int, values: int) -> None:
        first, grid, (grid_at, bitmap_at, values_at) = edition1.sections(self.window, at, end, values)
        try:
            start = edition1.start(first)
        except ValueError as error:
            raise Broken(f"{error} does not exist", at + 20) from None
        product = _number(self.products, b"\1" + edition1.key(first))
        check = zlib.crc32(grid, zlib.crc32(first))
        self.rows += _ROW.pack(
            self.message, 1, at, end + 4 - at, grid_at, at + 8, values_at, bitmap_at, values_at,
            start, product, _number(self.grids, b"\1" + grid), 1, check,
        )  # fmt: skip

    def _edition2(self, at: int, end: int, discipline: int) -> None:
        window = self.window
        found = edition2.fields(window, at, end)
        first = window.read(at + 16, 21)
        date = first[12:19]
        start = self.starts.get(date)
        if start is None:
            try:
                start = self.starts[date] = edition2.start(first)
            except ValueError as error:
                raise Broken(f"{error} does not exist", at + 28) from None
        alone = len(found) == 1
        for one in found:
            local = self._section(one.local)[:200] if one.local else b""
            grid, product = self._section(one.grid), self._section(one.product)
            key = b"\2" + edition2.key(discipline, first, local, product)
            check = zlib.crc32(product, zlib.crc32(grid, zlib.crc32(first)))
            self.rows += _ROW.pack(
                self.message, 2, at, end + 4 - at, one.grid, one.product, one.packing, one.bitmap, one.values,
                start, _number(self.products, key), _number(self.grids, b"\2" + grid), alone, check,
            )  # fmt: skip

    def _section(self, at: int) -> bytes:
        place = self.window.place(at, 4)
        size = int.from_bytes(self.window.data[place : place + 4], "big")
        return self.window.read(at, size)

    def _check_begun(self, at: int) -> None:
        """Refuse a file that ends with the first bytes of a message."""
        rest = self.window.size - at
        if rest < 8 and MAGIC.startswith(self.window.read(at, rest)[:4]):
            self.message += 1
            raise Broken(f"the file ends at byte {self.window.size}, inside the message", at)

    def _check_between(self, at: int, end: int) -> None:
        """Refuse what lies between messages where it may be the rest of one."""
        size = end - at
        start = self.window.read(at, min(size, _BETWEEN))
        if size <= _BETWEEN and END not in start:
            return
        if END not in start and _is_padding(self.window, at, end):
            return
        fault = f"the {size} bytes from there on are not a message"
        raise Broken(fault, at)


def _number(known: dict[bytes, int], key: bytes) -> int:
    found = known.get(key)
    if found is None:
        found = known[key] = len(known)
    return found


def _is_padding(window: Window, at: int, end: int) -> bool:
    while at < end:
        block = window.read(at, min(1 << 20, end - at))
        if block.strip(b"\0 \r\n\t"):
            return False
        at += len(block)
    return True
