"""Where results are: RESULTS/TASK/LABEL/member_NNN.nc, of a year or of the start of a forecast; which of them exist."""

import contextlib
import operator
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from stormtracks import disk, label
from stormtracks.errors import BadValue
from stormtracks.label import Label
from stormtracks.science.errors import ResultError

Folder = str | os.PathLike[str]
_NAME = re.compile(r"member_([0-9]{3}|[1-9][0-9]{3,})\.nc")


class State(NamedTuple):
    """A result's file as it was at some time: size in bytes, time of last change (ns since 1970)."""

    size: int
    mtime_ns: int

    @classmethod
    def of(cls, found: os.stat_result) -> "State":
        """What the system says of a file."""
        return cls(found.st_size, found.st_mtime_ns)


def path(folder: Folder, task: str, year: Label, ensemble_member: int) -> Path:
    """The file of one result.

    Parameters
    ----------
    folder : path_like
        Folder of all results.
    task : str
        Letters, digits and underscores.
    year : int or str
        A year, 0 to 9999, or the start of a forecast: ``2025-06-01T00``.
    ensemble_member : int
        0 or more, as the schedule counts.

    Raises
    ------
    ResultError
        Anything that could lead out of the folder.
    """
    number = _whole(ensemble_member, "ensemble_member", None)
    return _task_folder(folder, task) / _year_name(year) / f"member_{number:03d}.nc"


def years(folder: Folder, task: str = "vort_track") -> list[Label]:
    """Years, and after them starts of forecasts, that have a result of any member; each in order of time.

    Parameters
    ----------
    folder : path_like
        Folder of all results.
    task : str

    Returns
    -------
    list of int or str
        Empty where there is no result, or no such folder.
    """
    found = map(_of_name, _names(_task_folder(folder, task)))
    return label.in_order(year for year in found if year is not None and members(folder, year, task))


def members(folder: Folder, year: Label, task: str = "vort_track") -> list[int]:
    """Members that have a result of this year, ascending; what is half written is not among them.

    Parameters
    ----------
    folder : path_like
        Folder of all results.
    year : int or str
        A year, or the start of a forecast: ``2025-06-01T00``.
    task : str

    Returns
    -------
    list of int
    """
    matches = map(_NAME.fullmatch, _names(_task_folder(folder, task) / _year_name(year)))
    return sorted(int(match[1]) for match in matches if match)


def states(folder: Folder, year: Label, task: str = "vort_track") -> dict[int, State]:
    """Members that have a result of this year, ascending, and the state of each one's file."""
    place = _task_folder(folder, task) / _year_name(year)
    try:
        with os.scandir(place) as entries:
            found = {int(match[1]): State.of(one.stat()) for one in entries if (match := _NAME.fullmatch(one.name))}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise _not_listed(place, error) from error
    return dict(sorted(found.items()))


def chosen(path_or_folder: Folder, year: Label | None, ensemble_member: int | None, task: str) -> Path:
    """The file of a result, given as the file itself, or as folder, year and member.

    Raises
    ------
    ResultError
        There is none of this year and member; the message lists what there is.
    """
    if year is None and ensemble_member is None:
        return Path(path_or_folder)
    if year is None or ensemble_member is None:
        raise ResultError(f"{path_or_folder}: give year and ensemble_member together, or a file")
    place = path(path_or_folder, task, year, ensemble_member)
    if not place.exists():
        raise ResultError(f"{place}: there is no such result; {_known(path_or_folder, year, task)}")
    return place


def write_whole(target: Path, content: bytes | memoryview) -> State:
    """Put a file in its place, see `whole`.

    Parameters
    ----------
    target : Path
    content : bytes-like

    Returns
    -------
    State
        Of this file, also where another has taken its place meanwhile.

    Raises
    ------
    ResultError
    """
    with whole(target) as temporary:
        temporary.write_bytes(content)
        return State.of(temporary.stat())  # a file that is renamed keeps it


@contextlib.contextmanager
def whole(target: Path) -> Iterator[Path]:
    """A file that is put in its place so that no reader ever sees, and no crash ever leaves, a part of it there.

    Yields
    ------
    Path
        Where to write: beside its place, and flushed and renamed afterwards (see `disk.whole`).

    Raises
    ------
    ResultError
        No space, no permission or the like; nothing is left behind and what was there before still is.
    """
    try:
        with disk.whole(target) as temporary:
            yield temporary
    except OSError as error:
        raise ResultError(
            f"{target}: the result cannot be written: {error.strerror}; free some space or fix the permissions there, "
            "or choose another folder for the results, and run the task again"
        ) from error


def sweep(target: Path) -> None:
    """Remove what processes of this host that died left half written in the folder of a result.

    Raises
    ------
    ResultError
        The folder cannot be read.
    """
    try:
        disk.sweep(target.parent)
    except OSError as error:
        raise _not_listed(target.parent, error) from error


def _known(folder: Folder, year: Label, task: str) -> str:
    if there := members(folder, year, task):
        return f"choose from the members of {year}: {_listed(there)}"
    labels = years(folder, task)
    what = "years and starts" if any(map(label.is_start, labels)) else "years"
    return f"choose from the {what} {_listed(labels)}" if labels else "the folder has no results; give another one"


def _listed(numbers: Iterable[Label]) -> str:
    return ", ".join(map(str, numbers))


def _task_folder(folder: Folder, task: str) -> Path:
    if not (isinstance(task, str) and re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", task)):
        raise ResultError(f"'task' must be letters, digits and underscores, not {task!r}")
    return Path(folder) / task


def _year_name(year: Label) -> str:
    start = _start(year) if isinstance(year, str) else None
    return start or label.name(_whole(year, "year", 9999))


def _start(text: str) -> str | None:
    """The start of a forecast that a text is; None for any other text."""
    with contextlib.suppress(BadValue):
        found = label.of(text)
        return found if isinstance(found, str) else None
    return None


def _of_name(name: str) -> Label | None:
    """The label whose results a folder has; None for other folders."""
    return 0 if name == "0000" else label.of_name(name)  # a year 0 is one of models


def _whole(value: object, what: str, most: int | None) -> int:
    try:
        number = None if isinstance(value, bool) else operator.index(value)  # type: ignore[arg-type]  # caught below
    except TypeError:
        number = None
    if number is None or number < 0 or (most is not None and number > most):
        allowed = f"from 0 to {most}" if most else "of 0 or more"
        raise ResultError(f"'{what}' must be a whole number {allowed}, not {value!r}")
    return number


def _names(folder: Path) -> list[str]:
    """Names in a folder; none where there is no such folder."""
    try:
        return [entry.name for entry in folder.iterdir()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _not_listed(folder, error) from error


def _not_listed(folder: Path, error: OSError) -> ResultError:
    return ResultError(
        f"{folder}: the results cannot be listed: {error.strerror}; fix the permissions there, or give another folder "
        "for the results"
    )
