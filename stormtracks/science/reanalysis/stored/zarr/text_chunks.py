"""Texts of an array, which tensorstore does not read: how they are stored, and what a chunk of them says."""

import bz2
import gzip
import lzma
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from stormtracks.science.reanalysis.stored.zarr import library
from stormtracks.science.reanalysis.stored.zarr.codecs import Unread, named
from stormtracks.science.reanalysis.stored.zarr.documents import Json

LARGEST_TEXTS = 64 * 2**20
"""Bytes of one decoded chunk of texts."""
_OF_TEXTS = "blosc", "zlib", "gzip", "bz2", "lzma", "zstd", "crc32c"
_ZSTD = b"\x28\xb5\x2f\xfd"


@dataclass(frozen=True)
class Texts:
    """How the texts of an array are stored.

    Attributes
    ----------
    chunk : tuple of int
    width : int
        Bytes of each text; 0: of lengths of their own, which stand before them.
    encoding : str
    order : str
        "C" or "F".
    steps : tuple of (str, dict)
        Codecs of bytes in the order in which they were written.
    separator, prefix : str
        Of the names of chunks.
    """

    chunk: tuple[int, ...]
    width: int
    encoding: str
    order: str
    steps: tuple[tuple[str, Json], ...]
    separator: str
    prefix: str

    def key(self, place: tuple[int, ...]) -> str:
        """The name of a chunk in the folder of its array."""
        numbers = [str(one) for one in place]
        if self.prefix:
            return self.separator.join([self.prefix, *numbers])
        return self.separator.join(numbers) or "0"

    def decode(self, stored: bytes) -> np.ndarray:
        """The texts of a chunk, an array of object in its shape.

        Raises
        ------
        ValueError
            The chunk is damaged.
        """
        count = int(np.prod(self.chunk, dtype=np.int64))
        for number, (name, settings) in enumerate(reversed(self.steps)):
            last = number == len(self.steps) - 1
            stored = decompressed(stored, name, settings, count * self.width if last else 0)
        found = np.empty(count, object)
        found[:] = _of_width(stored, self.width, self.encoding) if self.width else _of_lengths(stored)
        return found.reshape(self.chunk, order="F" if self.order == "F" else "C")


def of_version_2(found: Json, chunk: tuple[int, ...]) -> Texts | None:
    """How an array of version 2 stores texts; None where it has none."""
    stored = found.get("dtype")
    given = found.get("filters")
    filters = [one.get("id") for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    packed = found.get("compressor")
    steps = ((str(packed.get("id")), packed),) if isinstance(packed, dict) else ()
    at = {"separator": found.get("dimension_separator") or ".", "prefix": "", "order": found.get("order", "C")}
    if stored == "|O" and filters == ["vlen-utf8"]:
        return Texts(chunk, 0, "utf-8", steps=steps, **at)
    if not isinstance(stored, str) or stored[1:2] not in ("U", "S") or not stored[2:].isdigit() or filters:
        return None
    if stored[1] == "S":
        return Texts(chunk, int(stored[2:]), "utf-8", steps=steps, **at)
    return Texts(chunk, 4 * int(stored[2:]), "utf-32-be" if stored[0] == ">" else "utf-32-le", steps=steps, **at)


def of_version_3(found: Json, chunk: tuple[int, ...]) -> Texts | None:
    """How an array of version 3 stores texts; None where it has none.

    Raises
    ------
    Unread
        A codec of them is not known.
    """
    name, settings = named(found.get("data_type"))
    given = found.get("codecs")
    chain = [named(one) for one in given] if isinstance(given, list) else []
    if name not in ("string", "variable_length_utf8", "fixed_length_utf32", "null_terminated_bytes") or not chain:
        return None
    first, how = chain[0]
    encoding, width = "utf-8", settings.get("length_bytes", 0)
    if name == "fixed_length_utf32":
        encoding = "utf-32-be" if how.get("endian") == "big" else "utf-32-le"
    if first != ("bytes" if width else "vlen-utf8") or any(one not in _OF_TEXTS for one, _ in chain[1:]):
        raise Unread(f"texts with the codecs {', '.join(one for one, _ in chain)} are not read; save them as numbers")
    keys, at = named(found.get("chunk_key_encoding") or "default")
    is_default = keys == "default"
    separator = at.get("separator", "/" if is_default else ".")
    return Texts(chunk, width, encoding, "C", tuple(chain[1:]), separator, "c" if is_default else "")


def decompressed(stored: bytes, name: str, settings: Json, size: int) -> bytes:
    """The bytes that a codec packed.

    Parameters
    ----------
    stored : bytes
    name : str
    settings : dict
        Of the codec.
    size : int
        How many bytes come out; 0: the packed bytes say it.

    Raises
    ------
    ValueError
        They are damaged, or too many.
    """
    if name == "crc32c":
        return stored[:-4]
    by_itself: dict[str, Callable[[bytes], bytes]]
    by_itself = {"zlib": zlib.decompress, "gzip": gzip.decompress, "bz2": bz2.decompress, "lzma": lzma.decompress}
    if name in by_itself:
        try:
            return by_itself[name](stored)
        except (zlib.error, lzma.LZMAError, OSError, EOFError) as error:
            raise ValueError(str(error)) from error
    length = size or _length(stored, name)
    if length > LARGEST_TEXTS:
        raise ValueError(f"a chunk of texts would need {length} bytes")
    return _by_library(stored, name, settings, length)


def _by_library(stored: bytes, name: str, settings: Json, length: int) -> bytes:
    """The same by tensorstore, to which the bytes are an array of its own in memory."""
    library_ = library.tensorstore()
    context = library_.Context()
    at = {"driver": "memory", "path": "x/"}
    library_.KvStore.open(at, context=context).result().write("0", stored).result()
    packed = {"id": "blosc", "cname": "lz4", "clevel": 5, "shuffle": 1} if name == "blosc" else {"id": name}
    metadata = {
        "zarr_format": 2, "shape": [length], "chunks": [length], "dtype": "|u1", "compressor": packed, "order": "C",
        "filters": None, "fill_value": None,
    }  # fmt: skip
    spec = {"driver": "zarr", "kvstore": at, "metadata": metadata, "fill_missing_data_reads": False}
    opened = library_.open(spec, open=True, assume_metadata=True, read=True, context=context).result()
    return opened.read().result().tobytes()


def _length(stored: bytes, name: str) -> int:
    """How many bytes packed ones say that they become."""
    if name == "blosc" and len(stored) >= 16:
        return int(struct.unpack("<I", stored[4:8])[0])
    if name == "zstd" and stored[:4] == _ZSTD:
        flags = stored[4]
        begin = 5 + (0 if flags & 0x20 else 1) + (0, 1, 2, 4)[flags & 3]
        width = (1 if flags & 0x20 else 0, 2, 4, 8)[flags >> 6]
        if width:
            return int.from_bytes(stored[begin : begin + width], "little") + (256 if width == 2 else 0)
    raise ValueError(f"{name} does not say how long its texts are")


def _of_width(stored: bytes, width: int, encoding: str) -> list[str]:
    texts = (stored[begin : begin + width] for begin in range(0, len(stored), width))
    return [one.decode(encoding).rstrip("\0") for one in texts]


def _of_lengths(stored: bytes) -> list[str]:
    """Texts that follow one another, each after its length; before them how many there are."""
    (count,) = struct.unpack_from("<I", stored)
    found, begin = [], 4
    for _ in range(count):
        try:
            (length,) = struct.unpack_from("<I", stored, begin)
        except struct.error as error:
            raise ValueError("the texts end too early") from error
        found.append(stored[begin + 4 : begin + 4 + length].decode())
        begin += 4 + length
    return found
