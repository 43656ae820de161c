"""The metadata of a store: every group and array with what its JSON says, consolidated in one file or not."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.stored import stores
from stormtracks.science.reanalysis.stored.zarr.place import Folder, Place

_DEEPEST = 8
_MOST = 100_000
"""Groups and arrays; a store that claims more is damaged."""
_V2 = ".zgroup", ".zarray", ".zattrs"

Json = dict[str, Any]


@dataclass
class Documents:
    """What the metadata of a store say.

    Attributes
    ----------
    version : int
        2 or 3.
    groups : dict of str to dict
        Path in the store ("" for the store itself) -> attributes.
    arrays : dict of str to dict
        Path -> the metadata of an array, those of version 2 with its attributes under "attributes".
    sources : dict of str to bytes
        The files that were read, by their names in the store.
    """

    version: int
    groups: dict[str, Json] = field(default_factory=dict)
    arrays: dict[str, Json] = field(default_factory=dict)
    sources: dict[str, bytes] = field(default_factory=dict)


def read(place: Place) -> Documents:
    """The metadata of a store.

    Raises
    ------
    InputError
        There is none at that place; what is there is damaged, or of a kind that is not read.
    """
    for name, understand in (("zarr.json", _version_3), (".zmetadata", _consolidated_2)):
        text = place.read(name)
        if text is not None:
            found = understand(place, text)
            _refuse_older(place, found)
            _add_later(place, found)
            return found
    if any(place.read(name) is not None for name in (".zgroup", ".zarray")):
        return _walked(place, 2)
    raise _nothing(place)


def _version_3(place: Place, text: bytes) -> Documents:
    root = _parsed(place, "zarr.json", text)
    inline = _mapping(root.get("consolidated_metadata")).get("metadata")
    if root.get("node_type") == "group" and not isinstance(inline, dict):
        return _walked(place, 3)
    found = Documents(3, sources={"zarr.json": text})
    for path, node in {"": root, **(inline or {})}.items():
        _add(place, found, path.strip("/"), node)
    return found


def _consolidated_2(place: Place, text: bytes) -> Documents:
    content = _parsed(place, ".zmetadata", text)
    if "record_size" in content:
        raise InputError(f"{place.path}: {stores.REFERENCES}")
    found = Documents(2, sources={".zmetadata": text})
    files = content.get("metadata")
    if not isinstance(files, dict):
        raise _damaged(place, ".zmetadata", "has no 'metadata'")
    for name, node in files.items():
        path, _, kind = name.rpartition("/")
        if kind in _V2:
            _add_2(place, found, path, kind, node)
    return found


def _refuse_older(place: Place, found: Documents) -> None:
    """Refuse consolidated metadata that the arrays on this disk have outgrown: what was appended would be left out."""
    if not isinstance(place, Folder):
        return
    for path, known in found.arrays.items():
        name = f"{path}/{'.zarray' if found.version == 2 else 'zarr.json'}".lstrip("/")
        text = None if name in found.sources else place.read(name)
        if text is not None and _is_longer(own := _parsed(place, name, text).get("shape"), known.get("shape")):
            raise InputError(
                f"{place.path}: {path}: has the shape {own} by its own metadata, and {known['shape']} by the "
                "consolidated ones, which are older; consolidate them again (zarr.consolidate_metadata)"
            )


def _add_later(place: Place, found: Documents) -> None:
    """Take up arrays on this disk that were added after the metadata were consolidated."""
    if not isinstance(place, Folder) or "" in found.arrays:
        return
    kinds = ("zarr.json",) if found.version == 3 else (".zarray", ".zattrs")
    for group in list(found.groups):
        for path in _inside(place.path, group):
            text = None if path in found.arrays or path in found.groups else place.read(f"{path}/{kinds[0]}")
            if text is None or (found.version == 3 and _parsed(place, path, text).get("node_type") != "array"):
                continue
            for kind in kinds:
                text = place.read(f"{path}/{kind}")
                if text is not None:
                    found.sources[f"{path}/{kind}"] = text
                    _take(place, found, path, kind, text)


def _take(place: Place, found: Documents, path: str, kind: str, text: bytes) -> None:
    """Take up one file of a group or array."""
    node = _parsed(place, f"{path}/{kind}".strip("/"), text)
    if kind == "zarr.json":
        _add(place, found, path, node)
    else:
        _add_2(place, found, path, kind, node)


def _inside(root: Path, path: str) -> list[str]:
    """The folders in a group, by their paths in the store; none where it cannot be read."""
    try:
        with os.scandir(root / path) as inside:
            names = sorted(item.name for item in inside if item.is_dir() and not item.name.startswith("."))
    except OSError:
        return []
    return [f"{path}/{name}".strip("/") for name in names]


def _is_longer(shape: object, other: object) -> bool:
    lists = isinstance(shape, list) and isinstance(other, list) and len(shape) == len(other)
    pairs = zip(shape, other, strict=True) if lists else ()  # type: ignore[call-overload]  # both are lists
    return any(isinstance(one, int) and isinstance(than, int) and 0 <= than < one for one, than in pairs)


def _walked(place: Place, version: int) -> Documents:
    """The metadata of a store of which each group and array has files of its own."""
    if not isinstance(place, Folder):
        raise InputError(
            f"{place.path}: its metadata are not consolidated, so that what is in it cannot be listed from here; ask "
            "its owner to consolidate them (zarr.consolidate_metadata), or copy the store"
        )
    found = Documents(version)
    for path in _folders(place.path, "", _DEEPEST, version):
        for kind in ("zarr.json",) if version == 3 else _V2:
            name = f"{path}/{kind}" if path else kind
            text = place.read(name)
            if text is None:
                continue
            found.sources[name] = text
            _take(place, found, path, kind, text)
        if len(found.sources) > _MOST:
            raise InputError(f"{place.path}: has more than {_MOST:,} groups and arrays; give one group of it")
    return found


def _folders(root: Path, path: str, depth: int, version: int) -> Iterator[str]:
    """The folders of groups and arrays, each before what is in it; those of chunks are not looked into."""
    yield path
    if not depth or _is_array(root / path, version):
        return
    try:
        with os.scandir(root / path) as inside:
            names = sorted(item.name for item in inside if item.is_dir() and not item.name.startswith("."))
    except OSError as error:
        raise InputError(f"{root / path}: cannot be read: {error.strerror}; fix its permissions") from error
    for name in names:
        yield from _folders(root, f"{path}/{name}" if path else name, depth - 1, version)


def _is_array(folder: Path, version: int) -> bool:
    if version == 2:
        return (folder / ".zarray").exists()
    try:
        return b'"array"' in (folder / "zarr.json").read_bytes()
    except OSError:
        return not folder.joinpath("zarr.json").exists()  # neither a group


def _add(place: Place, found: Documents, path: str, node: object) -> None:
    """Take up a group or array of version 3."""
    if not isinstance(node, dict) or node.get("node_type") not in ("group", "array"):
        raise _damaged(place, f"{path}/zarr.json".strip("/"), "is neither a group nor an array")
    if node["node_type"] == "array":
        found.arrays[path] = node
    else:
        found.groups[path] = _mapping(node.get("attributes"))


def _add_2(place: Place, found: Documents, path: str, kind: str, node: object) -> None:
    """Take up one of the three files of a group or array of version 2."""
    if not isinstance(node, dict):
        raise _damaged(place, f"{path}/{kind}".strip("/"), "has no keys and values")
    if kind == ".zarray":
        attributes = found.groups.pop(path, {})
        found.arrays[path] = node | {"attributes": found.arrays.get(path, {}).get("attributes") or attributes}
    elif kind == ".zattrs" and path in found.arrays:
        found.arrays[path]["attributes"] = node
    elif kind == ".zattrs":
        found.groups[path] = node
    else:
        found.groups.setdefault(path, {})


def _mapping(found: object) -> Json:
    return found if isinstance(found, dict) else {}


def _parsed(place: Place, name: str, text: bytes) -> Json:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _damaged(place, name, f"cannot be understood ({error})") from error
    if not isinstance(found, dict):
        raise _damaged(place, name, "has no keys and values")
    return found


def _damaged(place: Place, name: str, fault: str) -> InputError:
    return InputError(f"{place.path}: {name}: {fault}, so it is damaged; copy or download it again")


def _nothing(place: Place) -> InputError:
    if isinstance(place, Folder):
        return InputError(
            f"{place.path}: has no Zarr metadata (zarr.json, .zmetadata or .zgroup), so it is not whole; copy it again"
        )
    return InputError(
        f"{place.path}: there is no Zarr store that everybody may read (no zarr.json, no .zmetadata); check the address"
    )
