"""Folders that are one store of data, of a kind that is not read: what each is, and the one thing to do about it."""

import os
from pathlib import Path

from stormtracks.science.reanalysis.stored import formats

_ICECHUNK = (
    "is an Icechunk repository, which is not read; save the winds as Zarr: "
    "xarray.open_zarr(SESSION.store)[['u', 'v']].to_zarr('winds.zarr')"
)
_N5 = "is an N5 store, which is not read; save it as Zarr"
_ZARR_1 = "is a Zarr store of version 1, which is not read; save it again with a present version of zarr"
REFERENCES = (
    "holds references to other files (kerchunk), not data; give those files, or save the winds: "
    "xarray.open_dataset(FILE, engine='kerchunk')[['u', 'v']].to_zarr('winds.zarr')"
)


def unread(folder: str | Path) -> str:
    """What a folder is that holds a store of a kind that is not read, and what to do; "" for any other folder."""
    path = os.fspath(folder)
    if _has(path, "snapshots") and (_has(path, "refs") or _has(path, "repo")):
        return _ICECHUNK
    if not any(_has(path, name) for name in ("attributes.json", "meta", "attrs")) or formats.is_zarr(path):
        return ""
    if _has(path, "attributes.json"):
        return _N5
    return _ZARR_1 if _has(path, "meta") and _has(path, "attrs") else ""


def other(path: Path) -> tuple[str, str]:
    """Kind and remedy of a file that is not read; two empty texts where nothing is known of it; see `formats.other`."""
    if path.name.lower().endswith(".json") and _are_references(formats.head(path)):
        return "kerchunk", REFERENCES
    return formats.other(path)


def _are_references(start: bytes) -> bool:
    """Whether a text that begins so holds references to chunks in other files."""
    return start.lstrip()[:1] == b"{" and (b'"refs"' in start or b'"gen"' in start or b'.zgroup"' in start)


def _has(folder: str, name: str) -> bool:
    return os.path.exists(os.path.join(folder, name))  # noqa: PTH110, PTH118 - of each of thousands
