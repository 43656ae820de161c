"""What a scan has found, kept in the user's own folder: the next opening of the same file reads no message.

A file of this is found by the path of the data, and believed where it proves itself and the data have the same size and
time of change. It saves time only: where it cannot be written, the data are scanned each time.
"""

import contextlib
import hashlib
import json
import logging
import os
import zlib
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np

from stormtracks import disk, private
from stormtracks.errors import StormtracksError
from stormtracks.science.reanalysis.stored.grib import catalogue
from stormtracks.science.reanalysis.stored.grib.catalogue import Catalogue
from stormtracks.science.reanalysis.stored.grib.grids import GridOf
from stormtracks.science.reanalysis.stored.grib.scan.headers import FIELD, Headers
from stormtracks.science.records import InputFile

FORMAT = b"stormtracks index of GRIB 2\n"
_ANY_FORMAT = b"stormtracks index of GRIB "
FEWEST = 16
"""Fields of a file that is worth an index."""
MOST_BYTES = 256 << 20
"""What all indices may take on the disk; those that were used longest ago are removed."""
_MOST_IN_MEMORY = 1_000_000
"""Fields of which the index stays in memory: files are closed and opened again."""
_HASH_BYTES = 16

log = logging.getLogger(__name__)
_in_memory: OrderedDict[tuple[object, ...], Catalogue] = OrderedDict()


def of_file(path: Path, file: InputFile, descriptor: int) -> Catalogue:
    """The catalogue of an open file: from memory, from the user's folder, or from a scan, which is then kept there.

    Parameters
    ----------
    path : Path
    file : InputFile
        What the file is now.
    descriptor : int

    Raises
    ------
    InputError
        See `catalogue.of_file`.
    """
    key = (str(path.absolute()), file.size, file.mtime_ns)
    if key in _in_memory:
        _in_memory.move_to_end(key)
        return _in_memory[key]
    found = _kept(key)
    if found is None:
        found = catalogue.of_file(path, descriptor)
        if len(found.headers.fields) >= FEWEST:
            _keep(key, found)
    _in_memory[key] = found
    while len(_in_memory) > 1 and sum(len(one.headers.fields) for one in _in_memory.values()) > _MOST_IN_MEMORY:
        _in_memory.popitem(last=False)
    return found


def place(path: Path) -> Path:
    """Where the index of a file lies; the folder is created, or checked to be ours."""
    name = hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:32]
    return private.state("grib") / f"{name}.index"


def _kept(key: tuple[object, ...]) -> Catalogue | None:
    """What is kept of a file; None where nothing is, or it does not prove itself."""
    try:
        own = place(Path(str(key[0])))
        with private.open_file(own) as file:
            data = file.read()
        found = _unpacked(data, key)
        if found is None and not data.startswith(FORMAT) and data.startswith(_ANY_FORMAT):
            return None  # another version wrote it
        if found is None:
            log.warning("%s is damaged; it is made anew", own)
        elif found[0] != key:
            return None
        else:
            os.utime(own)
            return found[1]
    except (OSError, StormtracksError):  # it is not there, or the folder cannot be used
        pass
    return None


def _keep(key: tuple[object, ...], found: Catalogue) -> None:
    try:
        own = place(Path(str(key[0])))
        disk.write_whole(own, _packed(found, key), mode=0o600, durable=False)
        _clear_old(own.parent)
    except (OSError, StormtracksError) as error:
        log.info("the index of %s is not kept: %s", key[0], error)


def _packed(found: Catalogue, key: tuple[object, ...]) -> bytes:
    kinds: dict[int, int] = {}
    names: list[Any] = []
    for one in found.names:
        if id(one) not in kinds:
            kinds[id(one)] = len(names)
            names.append(one)
    plain = {
        "key": list(key),
        "products": [one.hex() for one in found.headers.products],
        "grid_sections": [one.hex() for one in found.headers.grids],
        "names": names,
        "kinds": [kinds[id(one)] for one in found.names],
        "grids": [one._asdict() for one in found.grids],
    }
    text = json.dumps(plain).encode()
    columns = b"".join(np.ascontiguousarray(found.headers.fields[name]).tobytes() for name in FIELD.names or ())
    content = zlib.compress(len(text).to_bytes(8, "big") + text + columns, 1)
    return FORMAT + hashlib.sha256(content).digest()[:_HASH_BYTES] + content


def _unpacked(data: bytes, key: tuple[object, ...]) -> tuple[tuple[object, ...], Catalogue] | None:
    """The key and the catalogue; None where it does not prove itself."""
    if not data.startswith(FORMAT):
        return None
    proof, content = data[len(FORMAT) : len(FORMAT) + _HASH_BYTES], data[len(FORMAT) + _HASH_BYTES :]
    if hashlib.sha256(content).digest()[:_HASH_BYTES] != proof:
        return None
    raw = zlib.decompress(content)
    size = int.from_bytes(raw[:8], "big")
    plain = json.loads(raw[8 : 8 + size])
    fields = _fields(raw[8 + size :])
    found = Headers(fields, *([bytes.fromhex(one) for one in plain[name]] for name in ("products", "grid_sections")))
    names = [plain["names"][kind] for kind in plain["kinds"]]
    return tuple(plain["key"]), Catalogue(found, names, [_grid(one) for one in plain["grids"]])


def _fields(columns: bytes) -> np.ndarray:
    fields = np.empty(len(columns) // FIELD.itemsize, FIELD)
    begin = 0
    for name in FIELD.names or ():
        size = len(fields) * FIELD[name].itemsize
        fields[name] = np.frombuffer(columns[begin : begin + size], FIELD[name])
        begin += size
    return fields


def _grid(plain: dict[str, Any]) -> GridOf:
    return GridOf(**plain | {name: tuple(plain[name]) for name in ("shape", "lat", "lon")})


def _clear_old(folder: Path) -> None:
    """Remove the indices that were used longest ago until all together take no more than they may."""
    found = sorted(((one.stat(), one.path) for one in os.scandir(folder)), key=lambda one: -one[0].st_mtime)
    total = 0
    for stat, path in found:
        total += stat.st_size
        if total > MOST_BYTES:
            with contextlib.suppress(OSError):
                Path(path).unlink()
