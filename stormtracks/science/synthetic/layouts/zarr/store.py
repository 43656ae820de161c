"""A Zarr store that is written step by step: groups and attributes as JSON, arrays by tensorstore."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from stormtracks.science import libraries

_BLOSC = {"cname": "lz4", "clevel": 5, "shuffle": 1, "blocksize": 0}
_BLOSC3 = {"name": "blosc", "configuration": {"cname": "zstd", "clevel": 3, "shuffle": "shuffle", "blocksize": 0}}
_BYTES = {"name": "bytes", "configuration": {"endian": "little"}}


class Store:
    """A new store.

    Parameters
    ----------
    path : Path
    version : int
        Of the format: 2 or 3.
    attributes : dict
        The store's own.
    groups : sequence of str
        Names of groups in it.
    """

    def __init__(
        self, path: Path, version: Literal[2, 3], attributes: Mapping[str, Any], groups: Sequence[str] = ()
    ) -> None:
        self._path, self._version = path, version
        self._metadata: dict[str, Any] = {}  # of all that is in the store, by its path there
        for name in ("", *groups):
            (path / name).mkdir()
            self._group(name, attributes if not name else {})

    def _group(self, name: str, attributes: Mapping[str, Any]) -> None:
        if self._version == 3:
            self._write(f"{name}/zarr.json", {"zarr_format": 3, "node_type": "group", "attributes": dict(attributes)})
        else:
            self._write(f"{name}/.zgroup", {"zarr_format": 2})
            self._write(f"{name}/.zattrs", dict(attributes))

    def _write(self, name: str, metadata: Mapping[str, Any]) -> None:
        name = name.lstrip("/")
        self._metadata[name] = metadata
        (self._path / name).write_text(json.dumps(metadata, indent=1))

    def array(
        self,
        name: str,
        dimensions: Mapping[str, int],
        dtype: str,
        attributes: Mapping[str, Any],
        chunk: Sequence[int],
        shard: Sequence[int] | None = None,
    ) -> Any:
        """A new array, of which nothing is written yet; of floats, that means NaN.

        Parameters
        ----------
        name : str
            With that of its group before it.
        dimensions : dict
            Name -> length, in stored order.
        dtype : str
            NumPy's name: 'float32'.
        attributes : dict
        chunk : sequence of int
            Entries along each dimension that are compressed together.
        shard : sequence of int, optional
            Entries along each dimension that one file has; version 3 only.

        Returns
        -------
        tensorstore.TensorStore
            Not said in the signature: the package is imported late.
        """
        shape = list(dimensions.values())
        if self._version == 3:
            metadata = _version_3(shape, dtype, chunk, shard) | {
                "dimension_names": list(dimensions), "attributes": dict(attributes),
            }  # fmt: skip
        else:
            metadata = _version_2(shape, dtype, chunk)
        spec = {
            "driver": "zarr3" if self._version == 3 else "zarr",
            "kvstore": {"driver": "file", "path": str(self._path / name)},
            "metadata": metadata,
        }
        opened = libraries.load("zarr").open(spec, create=True).result()
        if self._version == 3:
            self._metadata[f"{name}/zarr.json"] = json.loads((self._path / name / "zarr.json").read_text())
        else:
            self._metadata[f"{name}/.zarray"] = json.loads((self._path / name / ".zarray").read_text())
            self._write(f"{name}/.zattrs", {"_ARRAY_DIMENSIONS": list(dimensions), **attributes})
        return opened

    def coordinate(
        self,
        name: str,
        dimensions: Sequence[str],
        values: Any,
        attributes: Mapping[str, Any],
    ) -> None:
        """An array that is small and written at once, in one chunk."""
        values = np.asarray(values)
        lengths = dict(zip(dimensions, values.shape, strict=True))
        array = self.array(name, lengths, values.dtype.name, attributes, [max(n, 1) for n in values.shape])
        array.write(values).result()

    def consolidate(self) -> None:
        """Write all metadata into one file, as archives on object stores have it."""
        if self._version == 2:
            content = {"zarr_consolidated_format": 1, "metadata": self._metadata}
            (self._path / ".zmetadata").write_text(json.dumps(content))
            return
        inside = {
            name.removesuffix("/zarr.json"): content for name, content in self._metadata.items() if name != "zarr.json"
        }
        consolidated = {"kind": "inline", "must_understand": False, "metadata": inside}
        self._write("zarr.json", {**self._metadata["zarr.json"], "consolidated_metadata": consolidated})


def _version_2(shape: list[int], dtype: str, chunk: Sequence[int]) -> dict[str, Any]:
    kind = np.dtype(dtype)
    return {
        "shape": shape, "chunks": list(chunk), "dtype": kind.str, "order": "C", "filters": None,
        "compressor": {"id": "blosc", **_BLOSC}, "fill_value": "NaN" if kind.kind == "f" else None,
    }  # fmt: skip


def _version_3(shape: list[int], dtype: str, chunk: Sequence[int], shard: Sequence[int] | None) -> dict[str, Any]:
    kind = np.dtype(dtype)
    codecs: list[dict[str, Any]] = [_BYTES, _blosc_of(kind)]
    if shard:
        inner = {
            "chunk_shape": list(chunk), "codecs": codecs, "index_codecs": [_BYTES, {"name": "crc32c"}],
            "index_location": "end",
        }  # fmt: skip
        codecs = [{"name": "sharding_indexed", "configuration": inner}]
    return {
        "shape": shape, "data_type": kind.name, "codecs": codecs, "fill_value": "NaN" if kind.kind == "f" else 0,
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": list(shard or chunk)}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
    }  # fmt: skip


def _blosc_of(kind: np.dtype) -> dict[str, Any]:
    return {**_BLOSC3, "configuration": {**_BLOSC3["configuration"], "typesize": kind.itemsize}}  # type: ignore[dict-item]
