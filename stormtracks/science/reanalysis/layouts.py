"""Which files hold what: by the names of the known layouts, by the user's description, or by what is inside.

Known by name, wherever below the data folder (a folder per variable, per year, or all side by side):

========================  ==========================================================================
20CRv2, 20CRv2c           ``u850_1987.nc``, ``v850_1987.nc``: a file per variable and year, all members
20CRv3                    ``UGRD850.1987_mem001.nc``, ``VGRD850...``: a file per variable, year and member
========================  ==========================================================================

Every other file is known by the variables inside (`contents`): ERA5, CMIP6 and one-member files of any CF-like kind.
"""

import os
import re
import string
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis import axes, contents, dataset, variables
from stormtracks.science.reanalysis.contents import FileContents
from stormtracks.science.reanalysis.dataset import Dataset

_DEPTH = 4
_SUFFIXES = (".nc", ".nc4", ".cdf", ".netcdf")
_KNOWN = re.compile(
    r"(?:.*/)?(?P<role>u|v|ugrd|vgrd|vo|vort)(?P<level>\d+)[._](?P<year>\d{4})(?:\d\d)?(?:_mem(?P<member>\d+))?\.nc4?",
    re.IGNORECASE,
)
_ROLES = {"u": "u", "ugrd": "u", "v": "v", "vgrd": "v", "vo": "vorticity", "vort": "vorticity"}


@dataclass(frozen=True)
class Entry:
    """A file and what its name (or its content) says: None for what it leaves open."""

    role: str
    path: Path
    year: int | None = None
    number: int | None = None
    label: str = ""
    level: float | None = None


@dataclass(frozen=True)
class Layout:
    """The files of one year.

    Attributes
    ----------
    files : dict
        Role -> number of the member in file names (None where files hold all members) -> tuple of Path.
    labels : dict
        Number -> label of the member, in the schedule's order; {None: ""} where the files say what members there are.
    """

    files: dict[str, dict[int | None, tuple[Path, ...]]]
    labels: dict[int | None, str]


def find(folder: Path, years: tuple[int, ...], level: float, described: Dataset) -> Layout:
    """The files of a year.

    Parameters
    ----------
    folder : Path
    years : tuple of int
        The calendar years that the season touches.
    level : float
        hPa.
    described : Dataset

    Returns
    -------
    Layout

    Raises
    ------
    InputError
        No such folder, year or level; one wind without the other; several files for the same thing.
    """
    entries = _entries(folder, described)
    chosen = [entry for entry in entries if _has_year(entry, years, described)]
    if not described.files and not chosen:
        entries = [*entries, *_by_contents(folder, described)]
        chosen = [entry for entry in entries if entry.year is None and _has_year(entry, years, described)]
    if not any(_has_year(entry, years[:1], described) for entry in chosen):
        raise _no_year(folder, years[0], entries, described)
    return _layout(folder, _of_quantity(folder, years[0], _at_level(chosen, level, described)), described)


def inventory(folder: Path, described: Dataset) -> dict[int, int]:
    """Calendar years and the number of members in each: a dict, ascending. Unreadable files are passed over."""
    entries = _entries(folder, described)
    if not entries and not described.files:
        entries = _by_contents(folder, described, strict=False)
    found: dict[int, dict[str, list[Entry]]] = {}
    for entry in entries:
        for year in _years_of(entry, described, strict=False):
            found.setdefault(year, {}).setdefault(entry.role, []).append(entry)
    counts = {year: _count(roles, described) for year, roles in sorted(found.items())}
    return {year: count for year, count in counts.items() if count}


def _count(roles: dict[str, list[Entry]], described: Dataset) -> int:
    """Number of members of a year; 0 where one of the winds is missing."""
    if "vorticity" not in roles and not {"u", "v"} <= set(roles):
        return 0
    numbers = {entry.number for entries in roles.values() for entry in entries}
    if None not in numbers:
        return len(_numbering(numbers, described))
    first = roles["u" if "u" in roles else "vorticity"][0]
    return max(1, _look(first.path, described, strict=False).members)


def _entries(folder: Path, described: Dataset) -> list[Entry]:
    """What the names of the files below a folder say."""
    paths = _listing(folder, described)
    if described.files:
        return [
            entry for role, template in described.files.items() for entry in _matching(folder, paths, role, template)
        ]
    found = ((path, _KNOWN.fullmatch(path)) for path in paths)
    return [
        Entry(
            _ROLES[name["role"].lower()], folder / path, int(name["year"]), *_member(name), level=float(name["level"])
        )
        for path, name in found
        if name
    ]


def _matching(folder: Path, paths: list[str], role: str, template: str) -> Iterator[Entry]:
    pattern = dataset.pattern(template)
    for path in paths:
        name = pattern.fullmatch(path)
        if name:
            year = int(name["year"]) if "year" in pattern.groupindex else None
            yield Entry(role, folder / path, year, *_member(name))


def _member(name: re.Match[str]) -> tuple[int | None, str]:
    """Number and label of the member that a matched file name says."""
    if "member" not in name.re.groupindex or name["member"] is None:
        return None, ""
    before = name.string[: name.start("member")]
    letters = before[len(before.rstrip(string.ascii_letters)) :]
    return int(name["member"]), (letters if len(letters) > 1 else "") + name["member"]


def _by_contents(folder: Path, described: Dataset, strict: bool = True) -> list[Entry]:
    """Entries of all netCDF files below a folder that hold a wind or vorticity."""
    entries = []
    for path in _listing(folder, described):
        if path.lower().endswith(_SUFFIXES):
            roles = {candidate.role for candidate in _look(folder / path, described, strict).candidates}
            entries += [Entry(role, folder / path) for role in sorted(roles)]
    return entries


def _look(path: Path, described: Dataset, strict: bool = True) -> FileContents:
    try:
        return contents.look(path, described.variables)
    except InputError:
        if strict:
            raise
        return contents.NOTHING


def _listing(folder: Path, described: Dataset) -> list[str]:
    """Relative paths of the files below a folder, sorted; hidden ones left out."""
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "there is no such folder of data"
        raise InputError(f"{folder}: {what}; check the path (--data, or 'data' in hosts.yaml)")
    depth = max([_DEPTH, *(template.count("/") for template in described.files.values())])
    return sorted(_walk(str(folder), "", depth))


def _walk(folder: str, prefix: str, depth: int) -> Iterator[str]:
    with os.scandir(folder) as inside:
        for item in inside:
            if item.name.startswith("."):
                continue
            if not item.is_dir():
                yield prefix + item.name
            elif depth:
                yield from _walk(item.path, f"{prefix}{item.name}/", depth - 1)


def _years_of(entry: Entry, described: Dataset, strict: bool = True) -> Collection[int]:
    return {entry.year} if entry.year is not None else _look(entry.path, described, strict).years


def _has_year(entry: Entry, years: tuple[int, ...], described: Dataset) -> bool:
    return not set(years).isdisjoint(_years_of(entry, described))


def _no_year(folder: Path, year: int, entries: list[Entry], described: Dataset) -> InputError:
    there = sorted({one for entry in entries for one in _years_of(entry, described)})
    if described.files and not entries:
        templates = ", ".join(described.files.values())
        return InputError(f"{folder}: no file matches the dataset description {templates}; correct its 'files'")
    if not there:
        return InputError(
            f"{folder}: no netCDF file with winds (u and v) or relative vorticity was recognised; describe the files "
            "in a dataset description"
        )
    return InputError(f"{folder}: there is no year {year}; choose from {_ranges(there)}, or fetch it")


def _ranges(numbers: Iterable[int]) -> str:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def _at_level(entries: list[Entry], level: float, described: Dataset) -> list[Entry]:
    """The entries that may have a level; refused where none of a wind's files has it."""
    fitting = [entry for entry in entries if _has_level(entry, level, described)]
    for role in sorted({entry.role for entry in entries} - {entry.role for entry in fitting}):
        others = [entry for entry in entries if entry.role == role]
        if not fitting or role in ("u", "v"):  # vorticity at another level does not matter where there are winds
            there = sorted({one for entry in others for one in _levels_of(entry, described) or ()})
            raise variables.level_missing(others[0].path, role, level, there)
    return fitting


def _levels_of(entry: Entry, described: Dataset) -> tuple[float, ...] | None:
    if entry.level is not None:
        return (entry.level,)
    if entry.year is not None or described.files:
        return None  # not opened for this: the field itself refuses a level that it does not have
    return _look(entry.path, described).levels(entry.role)


def _has_level(entry: Entry, level: float, described: Dataset) -> bool:
    levels = _levels_of(entry, described)
    return levels is None or axes.has_level(levels, level)


def _of_quantity(folder: Path, year: int, entries: list[Entry]) -> list[Entry]:
    """The entries of u and v where both are there, else those of vorticity."""
    roles = {entry.role for entry in entries}
    if {"u", "v"} <= roles:
        return [entry for entry in entries if entry.role != "vorticity"]
    if "vorticity" in roles:
        return [entry for entry in entries if entry.role == "vorticity"]
    there, lacking = ("u", "v") if "u" in roles else ("v", "u")
    names = ", ".join(entry.path.name for entry in entries[:3])
    raise InputError(f"{folder}: the year {year} has {there} ({names}) but no file with {lacking}; add it")


def _layout(folder: Path, entries: list[Entry], described: Dataset) -> Layout:
    files: dict[str, dict[int | None, list[Entry]]] = {}
    labels: dict[int | None, str] = {}
    for entry in sorted(entries, key=lambda entry: entry.role):
        files.setdefault(entry.role, {}).setdefault(entry.number, []).append(entry)
        labels.setdefault(entry.number, entry.label)
    if None in labels and len(labels) > 1:
        single = next(entry.path for entry in entries if entry.number is None)
        other = next(entry.path for entry in entries if entry.number is not None)
        raise InputError(
            f"{folder}: two layouts contain the same year: {single} and {other}; remove one, or describe the right one "
            "in a dataset description"
        )
    _refuse_copies(entries)
    numbers = [None] if None in labels else _numbering(labels, described)
    if not numbers:
        raise InputError(
            f"{folder}: all members are below the dataset's first_member {described.first_member}; correct it"
        )
    return Layout(
        {
            role: {number: tuple(entry.path for entry in one) for number, one in by_number.items()}
            for role, by_number in files.items()
        },
        {number: labels.get(number, str(number)) for number in numbers},
    )


def _numbering(numbers: Iterable[int | None], described: Dataset) -> list[int | None]:
    """Numbers of members in the schedule's order: those that there are, or all from `first_member` on."""
    known = sorted(number for number in numbers if number is not None)
    return list(known if described.first_member is None else range(described.first_member, known[-1] + 1))


def _refuse_copies(entries: list[Entry]) -> None:
    """Two files of one name are copies of one another: which one is meant cannot be known."""
    seen: dict[tuple, Path] = {}
    for entry in entries:
        key = (entry.role, entry.path.name, entry.year, entry.number)
        if entry.year is not None and seen.setdefault(key, entry.path) != entry.path:
            raise InputError(
                f"two files could be {entry.role}: {seen[key]} and {entry.path}; remove one, or describe the right one "
                "in a dataset description"
            )
