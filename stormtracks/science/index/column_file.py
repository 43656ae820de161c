"""Columns of numbers and texts, and what is said of them, in one file that proves itself and is read at once.

A file of NumPy's own format has an entry per array, each of which costs more to open than a small array is long.
"""

import json
import math
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks import disk
from stormtracks.errors import StormtracksError

FORMAT = b"stormtracks columns 1\n"
_KINDS = "biufMU"
"""Kinds of NumPy that are kept: whole numbers, floats, times and texts, never objects."""
_ALIGNED = 16
Columns = Mapping[str, npt.NDArray[Any]]


class Unproven(StormtracksError):
    """A file that is not, or no longer, what was written; the message says in which respect."""


def save(place: Path, about: Mapping[str, Any], columns: Columns) -> None:
    """Write columns to a file, whole or not at all; not durably, since they can be made again.

    Parameters
    ----------
    place : Path
    about : mapping
        Plain values, for JSON.
    columns : mapping of str to ndarray
        Of any shapes.

    Raises
    ------
    OSError
        It cannot be written.
    """
    listed, at = {}, 0
    for name, values in columns.items():
        listed[name] = [values.dtype.str, list(values.shape), at]
        at += values.nbytes + -values.nbytes % _ALIGNED
    head = json.dumps({"about": about, "columns": listed}).encode()
    head += b" " * (-(len(FORMAT) + 16 + len(head)) % _ALIGNED)
    proof = 0
    for part in _body(head, columns):
        proof = zlib.crc32(part, proof)
    with disk.whole(place, durable=False) as temporary, temporary.open("wb") as file:
        file.writelines([FORMAT, proof.to_bytes(8, "little")])
        file.writelines(_body(head, columns))


def _body(head: bytes, columns: Columns) -> Iterator[bytes]:
    """What is proved, one column after the other: all of a long season are megabytes, which there are already."""
    yield len(head).to_bytes(8, "little") + head
    for values in columns.values():
        yield np.ascontiguousarray(values).tobytes() + bytes(-values.nbytes % _ALIGNED)


def load(place: Path) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """What is said of the columns, and the columns by name.

    Raises
    ------
    Unproven
        It cannot be read, is cut, damaged, or of another format.
    """
    try:
        content = bytearray(place.read_bytes())  # so that its arrays can be written to, as others can
    except OSError as error:
        raise Unproven(f"cannot be read: {error.strerror or error}") from error
    start = len(FORMAT) + 8
    if not content.startswith(FORMAT) or len(content) < start + 8:
        raise Unproven("is of another format")
    if zlib.crc32(memoryview(content)[start:]) != int.from_bytes(content[len(FORMAT) : start], "little"):
        raise Unproven("is cut or damaged")
    size = int.from_bytes(content[start : start + 8], "little")
    head = json.loads(content[start + 8 : start + 8 + size])
    first = start + 8 + size
    return head["about"], {name: _column(content, first, *one) for name, one in head["columns"].items()}


def _column(content: bytearray, first: int, kind: str, shape: list[int], at: int) -> npt.NDArray[Any]:
    dtype = np.dtype(kind)
    if dtype.kind not in _KINDS:
        raise Unproven(f"has a column of kind {kind!r}")
    count = math.prod(shape)  # `np.prod` takes as long as all the rest, and a year of pieces has thousands of columns
    if not count or not dtype.itemsize:
        return np.zeros(shape, dtype)
    values = np.frombuffer(content, dtype, count, first + at)
    return values if len(shape) == 1 else values.reshape(shape)
