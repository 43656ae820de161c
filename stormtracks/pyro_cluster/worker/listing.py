"""Names of the files in a results folder, year (or start) by year, in pages: what a manager looks for is there."""

import os
import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from stormtracks import label
from stormtracks.errors import BadValue
from stormtracks.label import Label
from stormtracks.pyro_cluster.plain import Listing

PAGE_BYTES = 96 * 1024
"""Names in one answer, which must stay a small message."""
LONGEST_NAME = 200
MOST_YEARS = 10_000


def page(folder: str | os.PathLike, task: str, years: Sequence[Label], after: Sequence | None = None) -> Listing:
    """Names below FOLDER/TASK/YEAR (or FOLDER/TASK/START), without those that begin with a dot.

    Parameters
    ----------
    folder : path
    task : str
    years : sequence of int or str
    after : (int or str, str), optional
        `more` of the page before.

    Raises
    ------
    BadValue
        A task or a year that cannot be the name of a folder.
    OSError
        A folder that is there but cannot be listed.
    """
    _check(task, years)
    first, last = (after[0], after[1]) if after else (None, "")
    wanted = label.in_order(years)
    if first is not None:
        _check_year(first)
        wanted = [year for year in wanted if label.order(year) >= label.order(first)]
    found, room = [], PAGE_BYTES
    for year in wanted:
        names = [name for name in _names(Path(folder) / task / label.name(year)) if year != first or name > last]
        taken = _fitting(names, room)
        if taken:
            found.append([year, taken])
            room -= sum(len(name.encode()) + 4 for name in taken)
        if len(taken) < len(names):
            return {"names": found, "more": [year, taken[-1] if taken else last if year == first else ""]}
    return {"names": found, "more": None}


def within(folder: str, subfolder: str) -> str:
    """A folder below another: what a manager may choose for its results.

    Parameters
    ----------
    folder : str
        The worker's results folder.
    subfolder : str
        Relative to it.

    Raises
    ------
    BadValue
        Anything that leads elsewhere.
    """
    parts = PurePosixPath(subfolder).parts
    base = Path(folder).resolve()
    if not subfolder.isprintable() or any(len(part.encode()) > LONGEST_NAME for part in parts):
        raise BadValue(
            f"--results {subfolder[:60]!r} is not a name of a folder; give one of at most {LONGEST_NAME} bytes, "
            "without line feeds or other controls"
        )
    if not parts or any(part.startswith((".", "/")) for part in parts):
        inside = False
    else:
        inside = base.joinpath(*parts).resolve().is_relative_to(base)  # a link may lead out
    if not inside:
        raise BadValue(
            f"--results {subfolder!r} does not lie below the results folder {folder}; give the name of a folder there, "
            "such as --results motion, or change 'results' in hosts.yaml"
        )
    return str(Path(folder, *parts))


def _check(task: object, years: object) -> None:
    if not (isinstance(task, str) and re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", task)):
        raise BadValue(f"'task' must be letters, digits and underscores, not {task!r:.100}")
    if not isinstance(years, (list, tuple)) or len(years) > MOST_YEARS:
        raise BadValue(f"'years' must be a list of at most {MOST_YEARS} years")
    for year in years:
        _check_year(year)


def _check_year(year: object) -> None:
    if not (type(year) is int and 0 <= year <= 9999) and not label.is_written_start(year):
        raise BadValue(
            f"a year must be a whole number from 0 to 9999, not {label.shown(year)}, or the start of a forecast "
            "written as 2025-06-01T00"
        )


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.fsencode(name).decode(errors="replace") for name in os.listdir(folder) if name[0] != ".")  # noqa: PTH208
    except (FileNotFoundError, NotADirectoryError):
        return []


def _fitting(names: list[str], room: int) -> list[str]:
    taken = []
    for name in names:
        room -= len(name.encode()) + 4
        if room < 0:
            break
        taken.append(name)
    return taken
