"""The files below a folder of data: each once, however many links lead to it."""

import functools
import hashlib
import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from stormtracks import web_path
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.folder.copies import Copies
from stormtracks.science.reanalysis.stored import formats, stores
from stormtracks.science.reanalysis.stored.source import input_file

DEPTH = 4
"""Folders below the folder of data that are looked through."""

Identity = tuple[int, int]
"""Device and inode: the same for all names of a file."""


@dataclass(frozen=True, order=True)
class Found:
    """A file or store: whether a link leads to it, its path below the folder of data, its identity, which of both.

    The path is "." where the folder of data is the store itself, and an address where that of the store does not lie
    below the folder.
    """

    by_link: bool
    path: str
    identity: Identity
    is_store: bool = False

    def place(self, folder: Path) -> Path:
        """Where it is."""
        return _place(folder, self.path)


@dataclass
class Listing:
    """What lies below a folder.

    Attributes
    ----------
    files : list of Found
        Those that no link leads to first, then by path; hidden ones are left out.
    faults : list of str
        What could not be looked at, and why: a sentence each.
    copies : Copies
        Files that are left out since they are copies of others, or not whole yet.
    """

    files: list[Found] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    copies: Copies = field(default_factory=Copies)

    def leave_out(self, copies: Copies) -> None:
        """Take files out of the list that are copies of others, or not whole yet."""
        self.copies = copies
        self.files = [file for file in self.files if file.path not in copies]


def of(folder: Path, depth: int = DEPTH, named: Collection[str] = ()) -> Listing:
    """List the files below a folder; a folder in it that cannot be read, or a link that leads nowhere, is said.

    A Zarr store is one entry, like a file; so is the folder itself where it is one.

    Parameters
    ----------
    folder : Path
        Or an address, of which nobody lists what is below: it is a store, or what `named` names lies below it.
    depth : int
    named : collection of str
        The files that a description names.

    Raises
    ------
    InputError
        There is no such folder, or it cannot be read itself.
    """
    if web_path.is_address(folder):
        return Listing([_at_address(web_path.of(folder), name) for name in dict.fromkeys(named)] or [_itself(folder)])
    elsewhere = [_at_address(folder, name) for name in dict.fromkeys(named) if web_path.is_address(name)]
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "there is no such folder of data"
        raise InputError(f"{folder}: {what}; check the path (--data, or 'data' in hosts.yaml)")
    listing = Listing()
    if elsewhere and len(elsewhere) == len(set(named)):  # all that is described lies on the web
        return Listing(elsewhere)
    unread = stores.unread(folder)
    if unread:
        raise InputError(f"{folder}: {unread}")
    if formats.is_zarr(folder):
        return Listing([_itself(folder)])
    try:
        above = [_identity(os.stat(folder))]  # noqa: PTH116 - as its neighbours
        listing.files = sorted([*_walk(listing, str(folder), "", depth, above, by_link=False), *elsewhere])
    except PermissionError as error:
        raise InputError(f"{folder}: cannot be read: {error.strerror}; fix its permissions") from error
    return listing


def state(folder: Path, depth: int = DEPTH, named: Collection[str] = ()) -> list[tuple[str, int, int]]:
    """Path, size and time of change (ns) of each file below a folder: the same as long as nothing is done to them.

    Raises
    ------
    InputError
        As `of`.
    """
    return state_of(folder, of(folder, depth, named).files)


def state_of(folder: Path, files: Iterable[Found]) -> list[tuple[str, int, int]]:
    """The same of files that were listed."""
    return [_state(folder, one) for one in files]


def _state(folder: Path, file: Found) -> tuple[str, int, int]:
    if file.is_store:
        found = input_file(file.place(folder))
        return str(found.path), found.size, found.mtime_ns
    path = os.path.join(folder, file.path)  # noqa: PTH118 - of each of thousands
    stat = os.stat(path)  # noqa: PTH116
    return path, stat.st_size, stat.st_mtime_ns


def once(files: list[Found]) -> list[Found]:
    """The files without further names of the same one: that which no link leads to stays."""
    seen: dict[Identity, Found] = {}
    for file in files:
        seen.setdefault(file.identity, file)
    return list(seen.values())


def _walk(
    listing: Listing, folder: str, prefix: str, depth: int, above: list[Identity], by_link: bool
) -> Iterator[Found]:
    """Files below a folder; `above` are the folders that lead to it, which a link may not lead to again."""
    with os.scandir(folder) as inside:
        items = sorted(inside, key=lambda item: item.name)
    for item in items:
        if item.name.startswith("."):
            continue
        linked = by_link or item.is_symlink()
        try:
            if item.is_dir():
                yield from _below(listing, item, f"{prefix}{item.name}", depth, above, linked)
            else:
                yield Found(linked, prefix + item.name, _identity(item.stat()))
        except FileNotFoundError:
            listing.faults.append(_dangling(item))
        except OSError as error:
            listing.faults.append(f"{item.path}: cannot be read: {error.strerror}; fix it, or move it elsewhere")


def _below(
    listing: Listing, item: os.DirEntry, path: str, depth: int, above: list[Identity], by_link: bool
) -> Iterator[Found]:
    identity = _identity(item.stat())
    unread = stores.unread(item.path)
    if unread:
        listing.faults.append(f"{item.path}: {unread}")
    elif formats.is_zarr(item.path):
        yield Found(by_link, path, identity, is_store=True)
    elif depth and identity not in above:
        yield from _walk(listing, item.path, path + "/", depth - 1, [*above, identity], by_link)


def _itself(folder: Path) -> Found:
    """The folder of data, or an address, as a store."""
    return Found(False, ".", _of_address(str(folder)), is_store=True)


def _at_address(folder: Path, name: str) -> Found:
    """A store that a description names, on the web."""
    if re.search(r"[{}*]", name):
        raise InputError(
            f"{web_path.below(folder, name)}: what lies on the web cannot be listed; write whole names in 'files' of "
            "the description, without {year}, {member} or *"
        )
    return Found(False, name, _of_address(str(web_path.below(folder, name))), is_store=True)


def _of_address(text: str) -> Identity:
    """What stands for device and inode of an address."""
    return -1, int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big")


def _identity(stat: os.stat_result) -> Identity:
    return stat.st_dev, stat.st_ino


def _dangling(item: os.DirEntry) -> str:
    target = os.readlink(item.path) if item.is_symlink() else ""  # noqa: PTH115
    if ".git/annex" in target:
        return f"{item.path}: its content is not here, git-annex has it elsewhere; fetch it: git annex get {item.name}"
    return f"{item.path}: is a link to {target}, which is not there; correct or remove it"


@functools.lru_cache(maxsize=65536)  # asked of ten thousand files for each year and role
def _place(folder: Path, path: str) -> Path:
    return web_path.below(folder, path)
