"""Where results are: RESULTS/TASK/YEAR/member_NNN.nc; which there are; how a file comes to be there whole."""

import contextlib
import operator
import os
import re
import secrets
import socket
from pathlib import Path

from stormtracks.science.errors import ResultError


def path(folder, task, year, member):
    """The file of one result.

    Parameters
    ----------
    folder : path_like
        Folder of all results.
    task : str
        Letters, digits and underscores.
    year, member : int
        0 to 9999; 0 or more, as the schedule counts.

    Raises
    ------
    ResultError
        Anything that could lead out of the folder.
    """
    return _task_folder(folder, task) / _year_name(year) / f"member_{_whole(member, 'member', None):03d}.nc"


def years(folder, task="vort_track"):
    """Years that have a result of any member, ascending."""
    found = (int(name) for name in _names(_task_folder(folder, task)) if re.fullmatch(r"[0-9]{4}", name))
    return sorted(year for year in found if members(folder, year, task))


def members(folder, year, task="vort_track"):
    """Members that have a result of this year, ascending; what is half written is not among them."""
    names = _names(_task_folder(folder, task) / _year_name(year))
    matches = (re.fullmatch(r"member_([0-9]{3}|[1-9][0-9]{3,})\.nc", name) for name in names)
    return sorted(int(match[1]) for match in matches if match)


def write_whole(target, content):
    """Put a file in its place so that nobody ever sees, and no crash ever leaves, a part of it there.

    It is written under a name that no result has (unique to this process and time, so that several may try),
    flushed to the disk, and renamed. What a process that died in between leaves is never looked at.

    Parameters
    ----------
    target : Path
    content : bytes-like

    Raises
    ------
    ResultError
        No space, no permission or the like; nothing is left behind and what was there before still is.
    """
    part = target.with_name(f".{target.name}.{socket.gethostname()}.{os.getpid()}.{secrets.token_hex(4)}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            _write_flushed(part, content)
            part.replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise
        _flush_folder(target.parent)
    except OSError as error:
        raise ResultError(
            f"{target}: the result cannot be written: {error.strerror}; make room (or leave to write) there, or "
            "choose another folder for the results, and run the task again"
        ) from error


def _write_flushed(part, content):
    with part.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder):
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _task_folder(folder, task):
    if not (isinstance(task, str) and re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", task)):
        raise ResultError(f"a task is named by letters, digits and underscores, not {task!r}")
    return Path(folder) / task


def _year_name(year):
    return f"{_whole(year, 'year', 9999):04d}"


def _whole(value, what, most):
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None or number < 0 or (most is not None and number > most):
        allowed = f"from 0 to {most}" if most else "from 0 on"
        raise ResultError(f"'{what}' must be a whole number {allowed}, not {value!r}")
    return number


def _names(folder):
    """Names in a folder; none where there is no such folder."""
    try:
        return [entry.name for entry in Path(folder).iterdir()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ResultError(f"{folder}: the results cannot be listed: {error.strerror}") from error
