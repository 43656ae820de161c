"""The file of a result, whatever its task: how it is opened, what its attributes say, how it gets to the disk."""

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import netCDF4

from stormtracks import label
from stormtracks.label import Label
from stormtracks.science.errors import ResultError
from stormtracks.science.index import piece
from stormtracks.science.index.season import Season
from stormtracks.science.results import large, layout, places
from stormtracks.science.results.header import Header
from stormtracks.science.results.places import Folder, State
from stormtracks.science.results.stored import Stored
from stormtracks.science.settings import RENAMED
from stormtracks.strict_dataclass import renamed


def save(
    header: Header,
    folder: Folder,
    title: str,
    fill: Callable[[netCDF4.Dataset], None],
    size: int,
    known: Callable[[State], Season] | None = None,
) -> tuple[Path, str]:
    """Write the file of a result to its place below `folder`, replacing what was there.

    Parameters
    ----------
    header : Header
        Which result it is.
    folder : path_like
        Folder of all results.
    title : str
        What it is, for people: "Storm tracks" of this year and member.
    fill : callable
        Called with the data set; it makes dimensions and variables.
    size : int
        Bytes of its values, about: a large file is not made in memory first.
    known : callable, optional
        Called with the state of the file: what the index is told of it. None: nothing.

    Returns
    -------
    (Path, str)
        The file, and the SHA-256 of what was written to it.

    Raises
    ------
    ResultError
        It cannot be written; the message names the file.
    """
    target = places.path(folder, header.task, header.year, header.ensemble_member)

    def write(dataset: netCDF4.Dataset) -> None:
        dataset.setncatts(_attributes(header, title))
        fill(dataset)

    state, digits = large.save(target, write, size) if size > large.LARGE else _save(target, write)
    if known is not None:
        piece.leave(folder, header.task, known(state))
    return target, digits


def digest(path: Folder) -> str:
    """SHA-256 of a result's file, in hexadecimal digits.

    Raises
    ------
    ResultError
        It cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ResultError(f"{path}: cannot be read: {error.strerror or error}; check its permissions") from error


def load_header(path: Folder) -> Header:
    """Which result a file holds, how much, and how it was made, without its arrays (a few ms).

    Parameters
    ----------
    path : path_like
        The file of a result of any task.

    Returns
    -------
    Header

    Raises
    ------
    ResultError
        There is no such result, or it is damaged.
    """
    with opened(path) as dataset:
        return header_of(dataset)


def check(path: Folder, name: str) -> None:
    """Refuse a file that does not hold the result of this name: what comes from elsewhere is opened before it is used.

    Parameters
    ----------
    path : path_like
        The file, which may have another name now.
    name : str
        Its name below the folder of all results, such as ``vort_track/1987/member_000.nc``.

    Raises
    ------
    ResultError
        It is damaged, is not a result, or is another one.
    """
    header = load_header(path)
    held = places.path("", header.task, header.year, header.ensemble_member).as_posix()
    if held != name:
        raise ResultError(f"{path}: holds {held}, not {name}: compute that task again")


@contextlib.contextmanager
def opened(path: Folder, task: str | None = None) -> Iterator[Stored]:
    """The file, open for reading; an error in it becomes a `ResultError` that names it.

    Parameters
    ----------
    path : path_like
    task : str, optional
        What it must be a result of; none: of any task.
    """
    path = Path(path)
    if not path.is_file():
        raise ResultError(f"{path}: there is no such result; check the name and the folder")
    try:
        with Stored.opened(path) as dataset:
            _refuse_another(dataset, path, task)
            yield dataset
    except ResultError:
        raise
    except _OF_OTHER_FILES as error:
        raise ResultError(
            f"{path}: cannot be read as a result ({error}): it is damaged, or is not a result; delete it, or run with "
            "--overwrite to compute it again"
        ) from error


_OF_OTHER_FILES = OSError, RuntimeError, AttributeError, LookupError, ValueError, TypeError
"""What is raised where a file that is not a result, or is damaged, is read as one."""


def _refuse_another(dataset: Stored, path: Path, task: str | None) -> None:
    """Refuse a result of a later version, or of another task than is wanted."""
    if dataset.stormtracks_format > layout.FORMAT:
        raise ResultError(
            f"{path}: was written by a later version ({dataset.source}); update stormtracks, or run with "
            "--overwrite to replace it"
        )
    if task is not None and dataset.task != task:
        raise ResultError(f"{path}: is a result of the task '{dataset.task}', not of '{task}'; give one of those")


def header_of(dataset: Stored) -> Header:
    """The header of an open result."""
    identity = _label(dataset.year), int(dataset.ensemble_member), str(dataset.member_label), str(dataset.task)
    return Header(*identity, _counts(json.loads(dataset.counts)), _provenance(json.loads(dataset.provenance)))


def _label(stored: Any) -> Label:
    return label.of(stored) if isinstance(stored, str) else int(stored)


def _counts(stored: Any) -> dict[str, float]:
    if not (isinstance(stored, dict) and all(isinstance(number, int | float) for number in stored.values())):
        raise ValueError("its counts are not numbers with names")
    return stored


def _provenance(stored: Any) -> dict[str, Any]:
    """How a result was made, with its settings under today's names: results of 1.0 have old ones."""
    if not isinstance(stored, dict):
        raise ValueError("its provenance is not a mapping")
    inputs, remarks = stored.get("inputs") or [], stored.get("remarks") or []
    if not (isinstance(inputs, list) and all(isinstance(one, dict) and "path" in one for one in inputs)):
        raise ValueError("what its provenance has as inputs is not a list of files")
    if not (isinstance(remarks, list) and all(isinstance(one, str) for one in remarks)):
        raise ValueError("what its provenance has as remarks is not a list of texts")
    if not isinstance(stored.get("missing") or {}, dict):
        raise ValueError("what its provenance has as missing is not a mapping")
    if "settings" not in stored:
        return stored
    return stored | {"settings": renamed(stored["settings"], RENAMED)}


def _save(target: Path, write: Callable[[netCDF4.Dataset], None]) -> tuple[State, str]:
    # In memory, not on the disk: on a full disk HDF5 says "HDF error" and keeps the file open, and with it the space,
    # until the process ends. Plain file calls say what is wrong. The price: a file that netCDF makes in memory lists
    # the variables of its root in alphabetical order, and cannot be opened for appending.
    dataset = netCDF4.Dataset("result.nc", "w", memory=1 << 16)
    write(dataset)
    content = dataset.close()
    return places.write_whole(target, content), hashlib.sha256(content).hexdigest()


def _attributes(header: Header, title: str) -> dict[str, Any]:
    """Attributes of the file: what CF asks for, which result it is, how it was made."""
    provenance = header.provenance
    source = f"stormtracks {provenance.get('version', '')}".strip()
    return {
        "Conventions": "CF-1.11",
        "featureType": "trajectory",
        "title": f"{title} of {header.year}, ensemble member {header.member_label}",
        "source": source,
        "history": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {provenance.get('command') or source}",
        "stormtracks_format": layout.FORMAT,
        "task": header.task,
        "year": header.year,
        "ensemble_member": header.ensemble_member,
        "member_label": header.member_label,
        "counts": json.dumps(header.counts),
        "provenance": json.dumps(provenance),
    }
