"""An array of a store by its metadata: shape, dimensions, type, chunks, and what tensorstore is told of it."""

import base64
import binascii
import math
import re
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from stormtracks.science.reanalysis.stored.protocol import Kind
from stormtracks.science.reanalysis.stored.zarr import codecs
from stormtracks.science.reanalysis.stored.zarr.codecs import Unread
from stormtracks.science.reanalysis.stored.zarr.documents import Json

LARGEST_CHUNK = 4 * 2**30
"""Bytes of one decoded chunk; one that claims more is damaged, or not for this machine."""
_NUMBERS = re.compile(r"[<>|=][biuf](1|2|4|8)")
_SPANS = {"D": "days", "h": "hours", "m": "minutes", "s": "seconds", "ms": "milliseconds", "us": "microseconds"}
_SPANS["ns"] = "nanoseconds"
_NOT_A_TIME = int(np.iinfo(np.int64).min)
_HIDDEN = ("_ARRAY_DIMENSIONS", "_nczarr_array", "_nczarr_attr", "_NCZARR_ARRAY", "_NCZARR_ATTR")


@dataclass(frozen=True)
class Array:
    """What is known of an array before any of its values is read.

    Attributes
    ----------
    path : str
        In the store.
    shape : tuple of int
    dimensions : tuple of str
    dtype : numpy.dtype
        Of its values as they are handed on, in this machine's order of bytes; object for texts.
    kind : str
        See `protocol.Kind`.
    attributes : dict
    block : tuple of int
        Entries of the unit that is decoded at a time: of a shard that is a chunk in it.
    spec : dict
        Driver and metadata for tensorstore; empty where it does not read such an array.
    texts : Texts or None
        How texts are stored.
    fill : float or None
        What an entry is that was not written.
    fault : str
        Why it cannot be read; "" where it can.
    """

    path: str
    shape: tuple[int, ...]
    dimensions: tuple[str, ...]
    dtype: np.dtype
    kind: Kind
    attributes: Json
    block: tuple[int, ...]
    spec: Json
    texts: codecs.Texts | None = None
    fill: float | None = None
    fault: str = ""


def of_metadata(path: str, found: Json, version: int) -> Array:
    """An array by its metadata; what cannot be read of it is said by its `fault`.

    Parameters
    ----------
    path : str
        In the store.
    found : dict
        The content of ``zarr.json``; or of ``.zarray``, with that of ``.zattrs`` under "attributes".
    version : int
        2 or 3.
    """
    attributes = {key: value for key, value in _attributes(found).items() if value is not None and key not in _HIDDEN}
    try:
        shape = _sizes(found.get("shape"), "shape")
        return (_version_2 if version == 2 else _version_3)(path, found, shape, attributes)
    except Unread as fault:
        return _unread(path, found, attributes, str(fault))


def _unread(path: str, found: Json, attributes: Json, fault: str) -> Array:
    """An array that cannot be read: on as many dimensions as it claims, so that it is known for what it should be."""
    given = found.get("shape")
    shape = (1,) * len(given) if isinstance(given, list) else ()
    names = tuple(f"{path}: dimension {place}" for place in range(len(shape)))
    return Array(path, shape, names, np.dtype(np.float32), "number", attributes, shape, {}, fault=fault)


def _version_2(path: str, found: Json, shape: tuple[int, ...], attributes: Json) -> Array:
    chunks = _sizes(found.get("chunks"), "chunks", of=shape)
    stored = found.get("dtype")
    mark = found.get("fill_value")
    texts = codecs.texts_2(found, chunks)
    if not texts:
        codecs.refuse_filters(found.get("filters"))
    dtype, kind, unit = _type_2(stored, texts)
    _refuse_large(chunks, dtype)
    known = {
        "zarr_format": 2,
        "shape": list(shape),
        "chunks": list(chunks),
        "dtype": f"{str(stored)[0]}i8" if unit else stored,
        "compressor": codecs.compressor(found.get("compressor")),
        "order": "C" if len(shape) < 2 else found.get("order", "C"),  # alike; the library takes this one only
        "filters": None,
        "fill_value": None,
        "dimension_separator": found.get("dimension_separator", "."),
    }
    fill = _NOT_A_TIME if unit and mark == "NaT" else _number(mark)
    said = _timed(attributes, unit) if unit else _marked(attributes, fill, dtype)
    spec = {} if texts or kind == "other" else {"driver": "zarr", "metadata": known}
    return Array(path, shape, _names_2(found, shape), dtype, kind, said, chunks, spec, texts, fill)


def _version_3(path: str, found: Json, shape: tuple[int, ...], attributes: Json) -> Array:
    grid = found.get("chunk_grid")
    if not isinstance(grid, dict) or grid.get("name") != "regular":
        raise Unread(f"its chunks are of a kind that is not read ({_name(grid)}); save it again with regular ones")
    if found.get("storage_transformers"):
        raise Unread("it has storage transformers, which are not read; save it again without")
    outer = _sizes(_configuration(grid).get("chunk_shape"), "chunk_shape", of=shape)
    chain = found.get("codecs")
    inner = codecs.unit(chain, outer)
    texts = codecs.texts_3(found, outer)
    dtype, kind, unit = _type_3(found.get("data_type"), texts)
    _refuse_large(outer if inner == outer else inner, dtype)
    known = {
        "zarr_format": 3,
        "node_type": "array",
        "shape": list(shape),
        "data_type": "int64" if unit else found.get("data_type"),
        "chunk_grid": grid,
        "chunk_key_encoding": found.get("chunk_key_encoding", {"name": "default"}),
        "codecs": chain,
        "fill_value": 0 if unit else found.get("fill_value"),
    }
    spec = {} if texts or kind == "other" else {"driver": "zarr3", "metadata": known}
    fill = _NOT_A_TIME if unit and found.get("fill_value") == "NaT" else _number(found.get("fill_value"))
    said = _timed(attributes, unit) if unit else _decoded_mark(attributes, dtype)
    return Array(path, shape, _names_3(found, shape), dtype, kind, said, inner, spec, texts, fill)


def _type_2(stored: object, texts: codecs.Texts | None) -> tuple[np.dtype, Kind, str]:
    """Type and kind of the values, and for dates and lengths of time the type that says their unit."""
    if texts:
        return np.dtype(object), "text", ""
    if isinstance(stored, str) and _NUMBERS.fullmatch(stored):
        return (np.dtype(np.uint8) if stored[1] == "b" else np.dtype(stored).newbyteorder("=")), "number", ""
    if isinstance(stored, str) and re.fullmatch(r"[<>][Mm]8\[\w+\]", stored):
        return np.dtype(np.int64), "number", stored[1:]
    return np.dtype(object), "other", ""


def _type_3(stored: object, texts: codecs.Texts | None) -> tuple[np.dtype, Kind, str]:
    if texts:
        return np.dtype(object), "text", ""
    if stored == "bool":
        return np.dtype(np.uint8), "number", ""
    if stored == "bfloat16":
        return np.dtype(np.float32), "number", ""
    if isinstance(stored, str) and re.fullmatch(r"(u?int(8|16|32|64)|float(16|32|64))", stored):
        return np.dtype(stored), "number", ""
    if _name(stored) in ("numpy.datetime64", "numpy.timedelta64"):
        letter = "M" if _name(stored) == "numpy.datetime64" else "m"
        said = _configuration(stored)
        factor = said.get("scale_factor", 1)
        return np.dtype(np.int64), "number", f"{letter}8[{'' if factor == 1 else factor}{said.get('unit')}]"
    return np.dtype(object), "other", ""


def _timed(attributes: Json, unit: str) -> Json:
    """The attributes of dates (``M8[ns]``) or lengths of time (``m8[s]``), with the units that CF has for them."""
    span = _SPANS.get(unit[3:-1])
    if span is None:
        raise Unread(f"its times are counted in {unit[3:-1]}, which is not understood; save it with days or hours")
    said = {key: value for key, value in attributes.items() if key not in ("units", "calendar")}
    said["_FillValue"] = np.int64(_NOT_A_TIME)
    if unit[0] == "m":
        return said | {"units": span}
    return said | {"units": f"{span} since 1970-01-01 00:00:00", "calendar": "proleptic_gregorian"}


def _marked(attributes: Json, fill: float | None, dtype: np.dtype) -> Json:
    """The attributes of an array of version 2, whose fill value is what CF calls ``_FillValue``.

    0 is what zarr writes where nobody chose: it is taken for a mark only of packed numbers without a sign, of which
    it is the lowest and nobody's value by chance.
    """
    chosen = bool(fill) or (fill == 0 and dtype.kind == "u" and {"scale_factor", "add_offset"} & set(attributes))
    if fill is None or not chosen or "_FillValue" in attributes or dtype.kind not in "iuf":
        return attributes
    return attributes | {"_FillValue": dtype.type(fill)} if _fits(fill, dtype) else attributes


def _fits(fill: float, dtype: np.dtype) -> bool:
    if dtype.kind == "f":
        return not abs(fill) > float(np.finfo(dtype).max) or math.isinf(fill)
    limits = np.iinfo(dtype)
    return math.isfinite(fill) and limits.min <= fill <= limits.max


def _decoded_mark(attributes: Json, dtype: np.dtype) -> Json:
    """The attributes with ``_FillValue`` as a number: xarray writes that of version 3 as base64 of its eight bytes."""
    mark = attributes.get("_FillValue")
    if not isinstance(mark, str) or dtype.kind not in "iuf":
        return attributes
    try:
        (value,) = struct.unpack("<d" if dtype.kind == "f" else "<q", base64.b64decode(mark, validate=True))
    except (binascii.Error, struct.error, ValueError):
        value = _number(mark)
    return {key: given for key, given in attributes.items() if key != "_FillValue"} | (
        {} if value is None else {"_FillValue": value}
    )


def _names_2(found: Json, shape: tuple[int, ...]) -> tuple[str, ...]:
    """Names of the dimensions: as xarray writes them, or as the netCDF library does."""
    said = _attributes(found)
    names = said.get("_ARRAY_DIMENSIONS")
    for holder, key, name in (
        (found, "_nczarr_array", "dimension_references"),
        (said, "_nczarr_array", "dimension_references"),
        (found, "_NCZARR_ARRAY", "dimrefs"),
        (said, "_NCZARR_ARRAY", "dimrefs"),
    ):
        inside = holder.get(key)
        if names is None and isinstance(inside, dict) and isinstance(inside.get(name), list):
            names = [str(one).rpartition("/")[2] for one in inside[name]]
    return _named(names, shape)


def _names_3(found: Json, shape: tuple[int, ...]) -> tuple[str, ...]:
    names = found.get("dimension_names")
    return _named(_attributes(found).get("_ARRAY_DIMENSIONS") if names is None else names, shape)


def _named(names: object, shape: tuple[int, ...]) -> tuple[str, ...]:
    """A name for each dimension; one that has none is called by its place."""
    given = names if isinstance(names, list) else [None] * len(shape)
    if len(given) != len(shape):
        raise Unread(f"it has {len(shape)} dimensions and {len(given)} names of dimensions; correct its metadata")
    return tuple(f"dimension {place}" if name is None else str(name) for place, name in enumerate(given))


def _sizes(given: object, key: str, of: tuple[int, ...] | None = None) -> tuple[int, ...]:
    """Whole numbers that are lengths; those of chunks are at least 1, one for each dimension."""
    least = 0 if of is None else 1
    if not isinstance(given, list) or not all(type(one) is int and least <= one < 2**62 for one in given):
        raise Unread(f"its {key!r} is not a list of lengths; its metadata are damaged, copy the store again")
    if len(given) > 32 or (of is not None and len(given) != len(of)):
        raise Unread(f"its {key!r} has {len(given)} lengths; its metadata are damaged, copy the store again")
    return tuple(given)


def _refuse_large(chunk: tuple[int, ...], dtype: np.dtype) -> None:
    needed = math.prod(chunk) * dtype.itemsize
    if needed > LARGEST_CHUNK:
        raise Unread(
            f"one of its chunks would need {needed / 2**30:.1f} GiB, and the limit is {LARGEST_CHUNK >> 30}; save it "
            "again with smaller ones, or copy it again if its metadata are damaged"
        )


def _number(given: object) -> float | None:
    """A fill value as a number; None where it is none."""
    if isinstance(given, str):
        given = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}.get(given)
    return given if isinstance(given, int | float) else None


def _attributes(found: Json) -> Json:
    said = found.get("attributes")
    return said if isinstance(said, dict) else {}


def _name(given: object) -> Any:
    return given.get("name") if isinstance(given, dict) else given


def _configuration(given: object) -> Json:
    found = given.get("configuration") if isinstance(given, dict) else None
    return found if isinstance(found, dict) else {}
