"""Zarr stores as scientists have them, small: made with tensorstore, and by hand what that does not write."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

BLOSC_2 = {"id": "blosc", "cname": "lz4", "clevel": 5, "shuffle": 1, "blocksize": 0}
BLOSC_3 = {
    "name": "blosc",
    "configuration": {"cname": "zstd", "clevel": 3, "shuffle": "shuffle", "blocksize": 0, "typesize": 4},
}
LITTLE = {"name": "bytes", "configuration": {"endian": "little"}}
CRC = {"name": "crc32c"}


@dataclass
class Stored:
    """How the arrays of a store are stored."""

    version: int = 2
    chunks: tuple | None = None
    inner: tuple | None = None  # of shards
    dtype: str = "<f4"
    compressor: dict | None = field(default_factory=lambda: BLOSC_2)
    codecs: list = field(default_factory=lambda: [LITTLE, BLOSC_3])
    order: str = "C"
    separator: str = "/"
    fill: object = "NaN"
    consolidated: bool = True


class Store:
    """A store that is being written."""

    def __init__(self, path: Path, version: int = 2, consolidated: bool = True):
        self.path, self.version, self.consolidated = path, version, consolidated
        self.documents = {}
        path.mkdir(parents=True)
        self.group("", {})

    def group(self, name, attributes):
        if self.version == 2:
            self.documents[f"{name}/.zgroup".lstrip("/")] = {"zarr_format": 2}
            self.documents[f"{name}/.zattrs".lstrip("/")] = attributes
        else:
            self.documents[name] = {"zarr_format": 3, "node_type": "group", "attributes": attributes}

    def array(self, name, dimensions, values, attributes=None, how=None):
        """Write an array; `how` is for the fields, coordinates are stored plainly."""
        how = how or Stored(self.version, dtype=np.asarray(values).dtype.newbyteorder("<").str, compressor=None)
        metadata = (_metadata_2 if self.version == 2 else _metadata_3)(np.asarray(values), how)
        self.described(name, dimensions, metadata, attributes)
        written(self.path / name, metadata, values)

    def described(self, name, dimensions, metadata, attributes=None):
        """Metadata alone of an array, whose chunks are written otherwise."""
        if self.version == 2:
            self.documents[f"{name}/.zarray"] = metadata
            self.documents[f"{name}/.zattrs"] = {"_ARRAY_DIMENSIONS": list(dimensions), **(attributes or {})}
        else:
            known = {"dimension_names": list(dimensions), "attributes": attributes or {}}
            self.documents[name] = metadata | known

    def done(self):
        """Write the metadata."""
        for name, document in self.documents.items():
            path = self.path / name / "zarr.json" if self.version == 3 else self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if self.version == 3 or not self.consolidated:
                path.write_text(json.dumps(document))
        inner = {name: document for name, document in self.documents.items() if name}
        if self.consolidated and self.version == 3:
            root = self.documents[""] | {"consolidated_metadata": {"kind": "inline", "metadata": inner}}
            (self.path / "zarr.json").write_text(json.dumps(root))
        elif self.consolidated:
            whole = {"zarr_consolidated_format": 1, "metadata": inner}
            (self.path / ".zmetadata").write_text(json.dumps(whole))
        return self.path


def winds(path, values, how=None, dimensions=("time", "latitude", "longitude"), coordinates=None, names=("u", "v")):
    """A store of winds; `values` of u, those of v are 1 more."""
    how = how or Stored()
    store = Store(path, how.version, how.consolidated)
    known = coordinates or coordinates_of(dict(zip(dimensions, values.shape, strict=True)))
    for name, (along, numbers, attributes) in known.items():
        store.array(name, along, numbers, attributes)
    for number, name in enumerate(names):
        said = {"units": "m s-1", "standard_name": ("eastward_wind", "northward_wind")[number]}
        store.array(name, dimensions, values + np.float32(number), said, how)
    return store.done()


def coordinates_of(sizes):
    """Coordinates of a global grid and of times from 2005-08-01 on, six hours apart."""
    lat = np.linspace(90, -90, sizes.get("latitude", 0))
    lon = np.arange(sizes.get("longitude", 0)) * 360.0 / max(sizes.get("longitude", 0), 1)
    found = {
        "time": (("time",), np.arange(sizes.get("time", 0)) * 6, {"units": "hours since 2005-08-01"}),
        "level": (("level",), np.array([500, 850])[: sizes.get("level", 0)], {"units": "hPa"}),
        "number": (("number",), np.arange(sizes.get("number", 0)), {}),
        "latitude": (("latitude",), lat, {"units": "degrees_north"}),
        "longitude": (("longitude",), lon, {"units": "degrees_east"}),
    }
    return {name: found[name] for name in sizes if name in found}


def waves(*shape):
    """Smooth winds up to 20 m s-1, other ones in each place of the first dimensions."""
    rng = np.random.default_rng(1)
    where = np.linspace(0, 6, shape[-1]) + np.linspace(0, 3, shape[-2])[:, np.newaxis]
    return (18 * np.sin(where + rng.uniform(0, 6, (*shape[:-2], 1, 1)))).astype(np.float32)


def written(folder, metadata, values):
    """Write the chunks of an array as its metadata say."""
    import tensorstore

    driver = "zarr" if metadata["zarr_format"] == 2 else "zarr3"
    if driver == "zarr" and len(metadata["shape"]) < 2:
        metadata = metadata | {"order": "C"}
    spec = {"driver": driver, "kvstore": {"driver": "file", "path": f"{folder}/"}, "metadata": metadata}
    spec["store_data_equal_to_fill_value"] = True
    opened = tensorstore.open(spec, create=True).result()
    opened.write(np.asarray(values).astype(opened.dtype.numpy_dtype)).result()


def _metadata_2(values, how):
    return {
        "zarr_format": 2, "shape": list(values.shape), "chunks": list(how.chunks or values.shape), "dtype": how.dtype,
        "compressor": how.compressor, "order": how.order, "filters": None, "dimension_separator": how.separator,
        "fill_value": how.fill if how.dtype[1] == "f" else 0,
    }  # fmt: skip


def _metadata_3(values, how):
    codecs = how.codecs if how.compressor is not None else [LITTLE]
    if how.inner:
        sharded = {"chunk_shape": list(how.inner), "codecs": codecs, "index_codecs": [LITTLE, CRC]}
        codecs = [{"name": "sharding_indexed", "configuration": sharded}]
    return {
        "zarr_format": 3, "node_type": "array", "shape": list(values.shape), "codecs": codecs,
        "data_type": np.dtype(how.dtype).newbyteorder("=").name, "fill_value": how.fill if how.dtype[1] == "f" else 0,
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": list(how.chunks or values.shape)}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": how.separator}},
    }  # fmt: skip
