"""The bytes of a file that a scan stands at: one read of a kilobyte for each message, not one for each number."""

import os
import struct
from pathlib import Path

from stormtracks.science.errors import InputError

STRIDE = 1280
"""Bytes that are read at a time: the sections of a message before its values, and of the one before it the end."""
LONG = 1 << 20
"""Bytes that are read at a time where something is searched for."""


class Broken(Exception):
    """What is wrong with a message, from which byte on; `located` says in which file."""

    def __init__(self, fault: str, at: int) -> None:
        super().__init__(fault)
        self.fault = fault
        self.at = at


class Window:
    """Some bytes of an open file.

    Parameters
    ----------
    descriptor : int
        Of the file, open for reading.
    size : int
        Of the file, bytes.

    Attributes
    ----------
    data : bytes
        What was read last; `place` says where in it something is.
    """

    def __init__(self, descriptor: int, size: int) -> None:
        self.size = size
        self.data = b""
        self._descriptor = descriptor
        self._begin = 0

    def place(self, offset: int, count: int) -> int:
        """Where in `data` some bytes of the file are, which are read if they are not there yet.

        Raises
        ------
        Broken
            The file ends before.
        """
        place = offset - self._begin
        if place >= 0 and place + count <= len(self.data):
            return place
        self.data = os.pread(self._descriptor, max(count, STRIDE), offset)
        self._begin = offset
        if len(self.data) < count:
            raise Broken(f"the file ends at byte {self.size}, inside the message", offset)
        return 0

    def read(self, offset: int, count: int) -> bytes:
        """Some bytes of the file."""
        place = self.place(offset, count)
        return self.data[place : place + count]

    def find(self, mark: bytes, offset: int) -> int:
        """Where some bytes begin that are searched for from an offset on; -1 where they do not come."""
        while offset < self.size:
            block = os.pread(self._descriptor, LONG, offset)
            found = block.find(mark)
            if found >= 0:
                return offset + found
            if len(block) < LONG:
                return -1
            offset += LONG - len(mark) + 1
        return -1


def whole_number(data: bytes) -> int:
    """A number whose first bit is its sign.

    Examples
    --------
    >>> from stormtracks.science.reanalysis.stored.grib.scan.window import whole_number
    >>> whole_number(bytes([0x80, 0x05]))
    -5
    """
    value = int.from_bytes(data, "big")
    sign = 1 << (8 * len(data) - 1)
    return sign - value if value & sign else value


def located(path: Path, message: int, broken: Broken) -> InputError:
    """The refusal of a message, by file, number (from 1) and byte."""
    return InputError(
        f"{path}: message {message} is damaged at byte {broken.at}: {broken.fault}; copy or download the file again"
    )


HEAD = struct.Struct(">IB")
"""Length and number of a section of GRIB 2."""
