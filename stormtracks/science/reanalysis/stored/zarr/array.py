"""An array of a store by its metadata: shape, dimensions, type, chunks, and what tensorstore is told of it."""

import math
from dataclasses import dataclass

import numpy as np

from stormtracks.science.reanalysis.stored.protocol import Kind
from stormtracks.science.reanalysis.stored.zarr import codecs, text_chunks, value_types
from stormtracks.science.reanalysis.stored.zarr.codecs import Unread
from stormtracks.science.reanalysis.stored.zarr.documents import Json

LARGEST_CHUNK = 4 * 2**30
"""Bytes of one decoded chunk; one that claims more is damaged, or not for this machine."""
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
    texts: text_chunks.Texts | None = None
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
    texts = text_chunks.of_version_2(found, chunks)
    if not texts:
        codecs.refuse_filters(found.get("filters"))
    dtype, kind, unit = value_types.type_2(stored, texts is not None)
    _refuse_large(chunks, dtype)
    known = {
        "zarr_format": 2,
        "shape": list(shape),
        "chunks": list(chunks),
        "dtype": f"{str(stored)[0]}i8" if unit else stored,
        "compressor": None if texts else codecs.compressor(found.get("compressor")),
        "order": "C" if len(shape) < 2 else found.get("order", "C"),  # alike; the library takes this one only
        "filters": None,
        "fill_value": None,
        "dimension_separator": found.get("dimension_separator", "."),
    }
    fill = value_types.fill(found.get("fill_value"), unit)
    said = value_types.timed(attributes, unit) if unit else value_types.marked(attributes, fill, dtype)
    spec = {} if texts or kind == "other" else {"driver": "zarr", "metadata": known}
    return Array(path, shape, _names_2(found, shape), dtype, kind, said, chunks, spec, texts, fill)


def _version_3(path: str, found: Json, shape: tuple[int, ...], attributes: Json) -> Array:
    grid = found.get("chunk_grid")
    if not isinstance(grid, dict) or grid.get("name") != "regular":
        raise Unread(
            f"its chunks are of a kind that is not read ({codecs.named(grid)[0]}); save it again with regular ones"
        )
    if found.get("storage_transformers"):
        raise Unread("it has storage transformers, which are not read; save it again without")
    outer = _sizes(codecs.named(grid)[1].get("chunk_shape"), "chunk_shape", of=shape)
    chain = found.get("codecs")
    inner = codecs.unit(chain, outer)
    texts = text_chunks.of_version_3(found, outer)
    dtype, kind, unit = value_types.type_3(found.get("data_type"), texts is not None)
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
    fill = value_types.fill(found.get("fill_value"), unit)
    said = value_types.timed(attributes, unit) if unit else value_types.decoded_mark(attributes, dtype)
    return Array(path, shape, _names_3(found, shape), dtype, kind, said, inner, spec, texts, fill)


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
    if len(shape) > 1 and not isinstance(names, list):
        raise Unread(
            "it has no names of its dimensions (_ARRAY_DIMENSIONS, dimension_names); save it again with xarray, or add "
            "them"
        )
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


def _attributes(found: Json) -> Json:
    said = found.get("attributes")
    return said if isinstance(said, dict) else {}
