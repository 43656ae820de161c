"""The size that a classic netCDF file (CDF-1, 2 and 5) must have: the library reads what is cut off as zeros.

Format: "The NetCDF Classic Format Specification", Unidata (docs.unidata.ucar.edu/nug, appendix B).
"""

import math
import os
import struct
from pathlib import Path
from typing import BinaryIO

_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 4, 6: 8, 7: 1, 8: 2, 9: 4, 10: 8, 11: 8}
_STREAMING = {4: 0xFFFFFFFF, 8: 0xFFFFFFFFFFFFFFFF}
_MAGIC = (b"CDF\x01", b"CDF\x02", b"CDF\x05")


def missing_bytes(path: str | Path) -> int:
    """Bytes that a classic netCDF file lacks of what its header promises; 0 for a whole file and for other formats."""
    with open(path, "rb") as file:  # noqa: PTH123 - of ten thousand files
        magic = file.read(4)
        if magic not in _MAGIC:
            return 0
        header = _Header(file, version=magic[3])
        return max(0, header.end() - os.fstat(file.fileno()).st_size)


class _Header:
    """A cursor over the header: 4-byte counts, or 8-byte ones in CDF-5."""

    def __init__(self, file: BinaryIO, version: int) -> None:
        self.file = file
        self.count_bytes = 8 if version == 5 else 4
        self.offset_bytes = 4 if version == 1 else 8

    def end(self) -> int:
        """Offset of the end of the last value."""
        records = self._number(self.count_bytes)
        lengths = [self._dimension() for _ in range(self._list())]
        self._attributes()
        variables = [self._variable(lengths) for _ in range(self._list())]
        fixed = [begin + size for begin, size, is_record in variables if not is_record]
        record = [(begin, size) for begin, size, is_record in variables if is_record]
        if not record or records in (0, _STREAMING[self.count_bytes]):
            return max(fixed, default=0)
        stride = record[0][1] if len(record) == 1 else sum(_padded(size) for _, size in record)
        return max(fixed + [begin + (records - 1) * stride + size for begin, size in record])

    def _number(self, size: int) -> int:
        return struct.unpack(">I" if size == 4 else ">Q", self._bytes(size))[0]

    def _bytes(self, size: int) -> bytes:
        data = self.file.read(size)
        if len(data) < size:
            raise EOFError("the header is incomplete")
        return data

    def _list(self) -> int:
        self._number(4)  # a tag that says which list it is, or 0 for none
        return self._number(self.count_bytes)

    def _skip(self, size: int) -> None:
        self.file.seek(_padded(size), 1)

    def _name(self) -> None:
        self._skip(self._number(self.count_bytes))

    def _dimension(self) -> int:
        self._name()
        return self._number(self.count_bytes)

    def _attributes(self) -> None:
        for _ in range(self._list()):
            self._name()
            size = _BYTES.get(self._number(4), 1)
            self._skip(size * self._number(self.count_bytes))

    def _variable(self, lengths: list[int]) -> tuple[int, int, bool]:
        """(begin, bytes of it or of one record, whether it grows with the records)."""
        self._name()
        shape = [lengths[self._number(self.count_bytes)] for _ in range(self._number(self.count_bytes))]
        self._attributes()
        size = _BYTES.get(self._number(4), 1)
        self._number(self.count_bytes)  # vsize: wrong for large variables, so computed from the shape
        begin = self._number(self.offset_bytes)
        is_record = bool(shape) and shape[0] == 0
        return begin, size * math.prod(shape[1:] if is_record else shape), is_record


def _padded(size: int) -> int:
    return -(-size // 4) * 4
