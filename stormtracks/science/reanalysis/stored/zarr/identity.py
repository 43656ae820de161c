"""What identifies a store: the files of its metadata, and of a local one the folders of its arrays."""

import hashlib
from pathlib import Path

from stormtracks.science.errors import InputError, PassingInputError
from stormtracks.science.reanalysis.stored.zarr import documents, place
from stormtracks.science.reanalysis.stored.zarr.documents import Documents
from stormtracks.science.reanalysis.stored.zarr.place import Folder, Place
from stormtracks.science.records import InputFile


def of(path: Path) -> InputFile:
    """A store as it is now; see `of_documents`.

    Raises
    ------
    InputError
        There is none at that path or address.
    """
    where = place.of(path)
    return of_documents(where, documents.read(where))


def changed(file: InputFile) -> bool:
    """Whether a store differs from what it was."""
    try:
        return of(file.path) != file
    except PassingInputError:  # a server that does not answer has changed nothing
        return False
    except InputError:
        return True


def of_documents(where: Place, read: Documents) -> InputFile:
    """A store as its metadata were when they were read.

    Its size is that of its metadata. The time of change is that of the file or folder changed last: a chunk that is
    added or replaced changes the folder of its array. On the web no time can be relied on; there, a number made of
    what the metadata say stands for it.
    """
    size = sum(len(text) for text in read.sources.values())
    if isinstance(where, Folder):
        return InputFile(where.path, size, _changed(where.path, read))
    found = hashlib.sha256()
    for name in sorted(read.sources):
        found.update(f"{name} {len(read.sources[name])} ".encode())
        found.update(read.sources[name])
    return InputFile(where.path, size, int.from_bytes(found.digest()[:7], "big"))


def _changed(folder: Path, read: Documents) -> int:
    """When one of the files of metadata, or a folder of an array, was changed last (ns since 1970)."""
    times = [0]
    for name in (*read.sources, *read.arrays):
        try:
            times.append((folder / name).stat().st_mtime_ns)
        except OSError:  # an array that is named and is not there: reading it says so
            continue
    return max(times)
