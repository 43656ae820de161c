"""A tar of members -> their files, and a list of what it held, so that it need not be fetched again."""

import contextlib
import json
import logging
import os
import re
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from stormtracks import disk, sealed
from stormtracks.download import tar_headers
from stormtracks.download.courtesy import Courtesy
from stormtracks.download.errors import DownloadError, UnreadableError
from stormtracks.download.verification import verify

log = logging.getLogger(__name__)

KIND = "list of a tar's files 2"


@dataclass(frozen=True)
class Unpacked:
    """What came out of a tar: names below the destination, and notes about what did not."""

    names: tuple[str, ...]
    notes: tuple[str, ...]


def unpack(
    tar_path: Path | str,
    folder: Path | str,
    contents: str,
    courtesy: Courtesy,
    notify: Callable[[int, int], None] | None = None,
) -> Unpacked:
    """Take the expected files out of a tar, verify each, write the list of contents and remove the tar.

    Parameters
    ----------
    tar_path, folder : path
        Names inside are below `folder`.
    contents : str
        Pattern (regular expression) of a whole expected name. Nothing else leaves the tar.
    courtesy : Courtesy
    notify : callable, optional
        ``notify(done, total)`` in bytes.

    Raises
    ------
    DownloadError
        The disk has too little space, or the tar holds none of the expected files; the tar stays.

    Notes
    -----
    A member that cannot be read is left out and named in the notes: the archive is known to have such, and
    fetching the same tar again would not mend it.
    """
    tar_path, folder = Path(tar_path), Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with tar_headers.opened(tar_path) as tar:
        wanted, notes = _wanted(tar, folder, contents)
        if not wanted:
            raise DownloadError(
                f"{tar_path}: none of its files has an expected name ({'; '.join(notes)}); correct 'contents' with "
                "--archives FILE"
            )
        total, done, names = sum(member.size for member in wanted), 0, []
        courtesy.promise(tar_path.name, total, folder)
        for member in wanted:
            courtesy.sleep(0)
            try:
                _take_out(tar, member, folder)
                names.append(member.name)
            except UnreadableError as error:
                notes.append(f"skipped, because it cannot be read: {error}")
            done += member.size
            courtesy.written(tar_path.name, total - done)
            (notify or _silent)(done, total)
    _write_list(tar_path, folder, names, notes)
    tar_path.unlink()
    return Unpacked(tuple(names), tuple(notes))


def unpacked(tar_path: Path | str, folder: Path | str) -> Unpacked | None:
    """What an earlier `unpack` of this tar left, if all of it is still there; None otherwise."""
    path = _list_path(tar_path)
    try:
        listed = _listed(path.read_text(encoding="utf-8", errors="replace"))
        sizes = {name: (Path(folder) / name).stat().st_size for name in listed["files"]}
    except sealed.Unproven as error:
        log.warning("%s %s: the tar file is fetched again", path, error)
        return None
    except OSError:  # no list, or not all that it lists: the tar is fetched again
        return None
    return Unpacked(tuple(sizes), tuple(listed["notes"])) if sizes == listed["files"] else None


def _wanted(tar: tarfile.TarFile, folder: Path, contents: str) -> tuple[list[tarfile.TarInfo], list[str]]:
    """Members that may leave the tar, each checked by Python's own rules for data (no links, no way out)."""
    wanted, others = {}, []
    for member in tar:
        name = str(PurePosixPath(member.name))
        if member.isdir():
            continue
        if not member.isfile() or not re.fullmatch(contents, name):
            others.append(member.name)
            continue
        try:
            wanted[name] = tarfile.data_filter(member, str(folder)).replace(name=name, deep=False)
        except tarfile.FilterError as error:
            raise DownloadError(
                f"{os.fsdecode(tar.name or 'the tar file')}: {error}; nothing was unpacked. Check the address"
            ) from error
    return list(wanted.values()), _note_of(others)


def _note_of(others: list[str]) -> list[str]:
    if not others:
        return []
    more = f" and {len(others) - 5} more" if len(others) > 5 else ""
    return [f"not unpacked, because not expected: {', '.join(others[:5])}{more}"]


def _take_out(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    source = tar.extractfile(member)
    assert source is not None  # only ordinary files are wanted
    with source, disk.whole(folder / member.name) as temporary:
        with temporary.open("wb") as target:
            shutil.copyfileobj(source, target, 2**20)
        verify(temporary, "netcdf", member.name)


def _write_list(tar_path: Path, folder: Path, names: list[str], notes: list[str]) -> None:
    listed = {"files": {name: (folder / name).stat().st_size for name in names}, "notes": notes}
    disk.write_whole(_list_path(tar_path), sealed.sealed(KIND, listed, indent=1))


def _listed(text: str) -> dict[str, Any]:
    """What a list says; one of 1.0, which had no proof, is believed too, since to fetch all again takes days."""
    try:
        return sealed.opened(KIND, text)
    except sealed.Unproven:
        with contextlib.suppress(ValueError, RecursionError):
            listed = json.loads(text)
            if isinstance(listed, dict) and set(listed) == {"files", "notes"} and _is_list_of_1_0(**listed):
                return listed
        raise


def _is_list_of_1_0(files: object, notes: object) -> bool:
    return (
        isinstance(files, dict)
        and all(type(size) is int for size in files.values())
        and isinstance(notes, list)
        and all(isinstance(note, str) for note in notes)
    )


def _list_path(tar_path: Path | str) -> Path:
    return Path(tar_path).with_suffix(".contents.json")


def _silent(done: int, total: int) -> None:
    pass
