"""A block of a pass as a file: a table of all members over some times, and what proves that it is whole.

The head says what the table depends on, how many rows it has and where each member's begin. It has a hash of itself and
one of each member's part, so that a task that reads one member reads and checks no more than that.
"""

import contextlib
import functools
import hashlib
import os
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from stormtracks import disk, private
from stormtracks.errors import StormtracksError
from stormtracks.science.arrays import Ints

FORMAT = 4
ABSENT = "is not there"
_SIZES = struct.Struct("<3q")  # members, numbers beside each one's table, rows
_HASH_BYTES = 16


class Unproven(StormtracksError):
    """A block that is not, or no longer, what a task wrote; the message says in which respect."""


@dataclass(frozen=True)
class Block:
    """The place of one block.

    Attributes
    ----------
    path : Path
    depends_on : str
        What its table depends on, the times included; a block that depends on something else is not this one.
    members : int
    beside : int
        Whole numbers that stand beside each member's table.
    columns : mapping of str to str
        Name -> type of the table's columns, such as "<f8".
    kind : str
        What the table has: "maxima".
    """

    path: Path
    depends_on: str
    members: int
    beside: int
    columns: Mapping[str, str]
    kind: str

    def fault(self, member: int | None = None) -> str | None:
        """Why the block, or a member's part of it, cannot be used; None: it can."""
        try:
            if member is None:
                with self._opened():
                    return None
            self.read(member)
        except Unproven as error:
            return str(error)
        return None

    def read(self, member: int) -> tuple[Ints, np.ndarray]:
        """The numbers beside the table, shape (beside,), and the table, a structured array, of one member.

        Raises
        ------
        Unproven
        """
        with self._opened() as (file, head):
            first, last = head.ends[member : member + 2]
            file.seek(head.size + 4 * self.beside * member)
            numbers = file.read(4 * self.beside)
            file.seek(head.size + 4 * self.beside * self.members + int(first) * self._record.itemsize)
            table = file.read(int(last - first) * self._record.itemsize)
        if _hash(numbers, table) != head.hashes[member]:
            raise Unproven("is damaged")
        return np.frombuffer(numbers, "<i4"), np.frombuffer(table, self._record)

    def write(self, arrays: Mapping[str, Any], owner: Ints, beside: Ints) -> None:
        """Write the block, whole.

        It is not flushed: what a power cut leaves of it does not prove itself, and is made anew.

        Parameters
        ----------
        arrays : mapping of str to ndarray, shape (n,)
            The columns; what is not a column is left out.
        owner : ndarray, shape (n,)
            The member of each row.
        beside : ndarray, shape (members, beside)
            Whole numbers beside each one's table.
        """
        # Numbers of up to two bytes are sorted by NumPy in the time that it takes to go through them twice.
        member = owner.astype(np.min_scalar_type(self.members))
        order = np.argsort(member, kind="stable")
        table = np.empty(len(owner), self._record)
        for name in self.columns:
            table[name] = arrays[name][order]
        ends = np.append(0, np.cumsum(np.bincount(member, minlength=self.members))).astype("<i8")
        rows, size = np.ascontiguousarray(beside, "<i4"), self._record.itemsize
        content = table.view(np.uint8).data
        parts = [
            _hash(rows[one].tobytes(), content[size * ends[one] : size * ends[one + 1]]) for one in range(self.members)
        ]
        head = self._magic + self._identity + _SIZES.pack(self.members, self.beside, len(table))
        head += ends.tobytes() + b"".join(parts)
        whole = b"".join([head, _hash(head), rows.tobytes(), content])
        disk.write_whole(self.path, whole, mode=0o600, durable=False)  # whatever the umask is: see `private.open_file`

    @functools.cached_property
    def _record(self) -> np.dtype[Any]:
        return np.dtype(list(self.columns.items()))

    @functools.cached_property
    def _magic(self) -> bytes:
        return b"stormtracks %s %d\n" % (self.kind.encode(), FORMAT)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[tuple[BinaryIO, "_Head"]]:
        """The open file and its head, if that is proved to be this block's."""
        try:
            with private.open_file(self.path) as file:
                yield file, self._head(file)
        except FileNotFoundError:
            raise Unproven(ABSENT) from None
        except private.NotOurs as error:
            raise Unproven(str(error).removeprefix(f"{self.path} ")) from error
        except OSError as error:
            raise Unproven(f"cannot be read: {error.strerror or error}") from error

    def _head(self, file: BinaryIO) -> "_Head":
        size = len(self._magic) + _HASH_BYTES + _SIZES.size + 8 * (self.members + 1) + _HASH_BYTES * (self.members + 1)
        data = file.read(size)
        if not data.startswith(self._magic):
            raise Unproven(_kind(data))
        if _hash(data[:-_HASH_BYTES]) != data[-_HASH_BYTES:]:
            raise Unproven("is damaged" if len(data) == size else "is cut")
        if not data.startswith(self._identity, len(self._magic)):
            raise Unproven("belongs to another pass")
        members, beside, count = _SIZES.unpack_from(data, len(self._magic) + _HASH_BYTES)
        whole = size + 4 * members * beside + count * self._record.itemsize
        if (members, beside) != (self.members, self.beside) or os.fstat(file.fileno()).st_size != whole:
            raise Unproven("is cut")
        numbers = len(self._magic) + _HASH_BYTES + _SIZES.size
        ends = np.frombuffer(data, "<i8", members + 1, numbers)
        hashes = data[numbers + ends.nbytes : -_HASH_BYTES]
        return _Head(size, ends, [hashes[at : at + _HASH_BYTES] for at in range(0, len(hashes), _HASH_BYTES)])

    @functools.cached_property
    def _identity(self) -> bytes:
        return _hash(self.depends_on.encode())


@dataclass(frozen=True)
class _Head:
    """What stands before the table: bytes of it, where each member's begin (and end), the hash of each one's part."""

    size: int
    ends: Ints
    hashes: list[bytes]


def _hash(*parts: bytes | memoryview) -> bytes:
    found = hashlib.sha256()  # which processors do twice as fast as blake2b
    for part in parts:
        found.update(part)
    return found.digest()[:_HASH_BYTES]


def _kind(data: bytes) -> str:
    """What a file is that does not begin like a block."""
    if not data:
        return "is empty"
    return "is of another format, or damaged" if data.strip(b"\0") else "has zeros only"
