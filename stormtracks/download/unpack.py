"""A tar of members -> their files, and a list of what it held, so that it need not be fetched again."""

import json
import os
import re
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from stormtracks.download.errors import DownloadError, UnreadableError
from stormtracks.download.partial import flush_folder
from stormtracks.download.verification import verify


@dataclass(frozen=True)
class Unpacked:
    """What came out of a tar: names below the destination, and words about what did not."""

    names: tuple[str, ...]
    notes: tuple[str, ...]


def unpack(tar_path, folder, contents, courtesy, notify=None) -> Unpacked:
    """Take the expected files out of a tar, check each, write the list of contents and remove the tar.

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
        No room, or not one of the expected files in it; the tar stays.

    Notes
    -----
    A member that cannot be read is left out and named in the notes: the archive is known to have such, and
    fetching the same tar again would not mend it.
    """
    tar_path, folder = Path(tar_path), Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(tar_path) as tar:
        wanted, notes = _wanted(tar, folder, contents)
        if not wanted:
            raise DownloadError(f"{tar_path}: no file in it is named as expected; {'; '.join(notes)}")
        total, done, names = sum(member.size for member in wanted), 0, []
        courtesy.promise(tar_path.name, total, folder)
        for member in wanted:
            courtesy.sleep(0)
            try:
                _take_out(tar, member, folder)
                names.append(member.name)
            except UnreadableError as error:
                notes.append(f"left out, not readable: {error}")
            done += member.size
            courtesy.written(tar_path.name, total - done)
            (notify or _silent)(done, total)
    _write_list(tar_path, folder, names, notes)
    tar_path.unlink()
    return Unpacked(tuple(names), tuple(notes))


def unpacked(tar_path, folder) -> Unpacked | None:
    """What an earlier `unpack` of this tar left, if all of it is still there; None otherwise."""
    try:
        listed = json.loads(_list_path(tar_path).read_text(encoding="utf-8"))
        sizes = {name: (Path(folder) / name).stat().st_size for name in listed["files"]}
    except (OSError, ValueError, KeyError):
        return None
    return Unpacked(tuple(sizes), tuple(listed["notes"])) if sizes == listed["files"] else None


def _wanted(tar, folder, contents):
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
            raise DownloadError(f"{tar.name}: {error}; it was not unpacked") from error
    return list(wanted.values()), _note_of(others)


def _note_of(others):
    if not others:
        return []
    more = f" and {len(others) - 5} more" if len(others) > 5 else ""
    return [f"not unpacked, unexpected: {', '.join(others[:5])}{more}"]


def _take_out(tar, member, folder):
    final = folder / member.name
    final.parent.mkdir(parents=True, exist_ok=True)
    part = final.with_name(final.name + ".part")
    try:
        with tar.extractfile(member) as source, part.open("wb") as target:
            shutil.copyfileobj(source, target, 2**20)
            target.flush()
            os.fsync(target.fileno())
        verify(part, "netcdf", member.name)
        part.replace(final)
    finally:
        part.unlink(missing_ok=True)


def _write_list(tar_path, folder, names, notes):
    for parent in {(folder / name).parent for name in names}:
        flush_folder(parent)
    listed = {"files": {name: (folder / name).stat().st_size for name in names}, "notes": notes}
    part = _list_path(tar_path).with_suffix(".part")
    part.write_text(json.dumps(listed, indent=1), encoding="utf-8")
    part.replace(_list_path(tar_path))


def _list_path(tar_path):
    return Path(tar_path).with_suffix(".contents.json")


def _silent(done, total):
    pass
