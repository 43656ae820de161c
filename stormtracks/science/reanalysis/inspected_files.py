"""The files of a folder of data: their formats, by what they are known, their variables, and why some are not used."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from stormtracks.readable import some
from stormtracks.science.reanalysis.fields import contents
from stormtracks.science.reanalysis.fields.contents import FileContents
from stormtracks.science.reanalysis.fields.variables import Candidate
from stormtracks.science.reanalysis.folder.survey import Survey
from stormtracks.science.reanalysis.inspected_year import stored_bytes
from stormtracks.science.reanalysis.roles import FURTHER, ROLES
from stormtracks.science.reanalysis.stored import formats

NOTHING_KNOWN = "has no wind, vorticity or further field that is recognised"
_NOT_DATA = "not data"


@dataclass(frozen=True)
class Files:
    """Files of one format.

    Attributes
    ----------
    format : str
        "netCDF", "GRIB", "Zarr", another format that is known, or "not data".
    known_by : str
        "name" (a known layout), "description", "contents", or "" for what is not read.
    number, bytes : int
    """

    format: str
    known_by: str
    number: int
    bytes: int


@dataclass
class Variable:
    """A variable as files have it.

    Attributes
    ----------
    name : str
    roles : list of str
        Keys of `roles.ROLES`; none for a variable that nothing asks for.
    files : int
        That have it so.
    example : str
        One of them, below the folder.
    levels_hpa : list of float
        Its pressure levels; none where it says none.
    why : str
        Why it cannot be used; "" where it can, or where nothing asks for it.
    """

    name: str
    roles: list[str]
    files: int = 0
    example: str = ""
    levels_hpa: list[float] = field(default_factory=list)
    why: str = ""


@dataclass
class Reason:
    """Why something is not understood, or left out.

    Attributes
    ----------
    files : list of str
        The first of them, below the folder; none for a reason that is of no file alone.
    number : int
        How many there are.
    variables : list of str
        That have it in common; none where it is of whole files.
    reason, remedy : str
        What is wrong; what to do about it ("" where the reason says it).
    """

    files: list[str]
    number: int
    variables: list[str]
    reason: str
    remedy: str

    @classmethod
    def of(cls, message: str, folder: Path, variable: str = "", files: Iterable[str] = ()) -> "Reason":
        """The reason in a message: what follows its last semicolon is what to do."""
        text = message.removeprefix(f"{folder}: ").removeprefix(f"{variable}: ")
        reason, _, remedy = text.rpartition("; ") if "; " in text else (text, "", "")
        return cls(list(files), 1 if files else 0, [variable] if variable else [], reason, remedy)


_NAMED = 3


def files_of(survey: Survey) -> list[Files]:
    """The files and stores of a folder by format and by what they are known."""
    found: dict[tuple[str, str], list[int]] = {}
    for path, size in _sizes(survey):
        key = _format(survey, path)
        number_and_bytes = found.setdefault(key, [0, 0])
        number_and_bytes[0] += 1
        number_and_bytes[1] += size
    order = sorted(found.items(), key=lambda one: (not one[0][1], one[0][0] == _NOT_DATA, -one[1][0]))
    return [Files(*key, *both) for key, both in order]


def variables_of(survey: Survey) -> list[Variable]:
    """The variables of all files that were looked into, alike ones once, those with roles first."""
    found: dict[tuple[object, ...], Variable] = {}
    for path, (inside, _) in survey.seen.items():
        place = _below(survey.folder, path)
        further = contents.look(path, survey.described, FURTHER) if inside is not contents.NOTHING else inside
        for one in _distinct((*inside.found, *further.found)):
            _add(found, one, place, survey.folder)
        for name in _without_role(inside, further):
            _add(found, Variable(name, []), place, survey.folder)
    return sorted(found.values(), key=lambda one: (not one.roles, bool(one.why)))


def reasons_of(survey: Survey) -> list[Reason]:
    """Why files, or variables in them, cannot be used, alike reasons once."""
    found: dict[tuple[str, ...], Reason] = {}
    for one in (*_of_contents(survey), *_of_formats(survey), *_of_listing(survey)):
        key = f"{one.reason}; {one.remedy}", *one.files  # the variables of a file that have it in common
        known = found.setdefault(key, Reason(one.files, one.number, [], one.reason, one.remedy))
        known.variables += [name for name in one.variables if name not in known.variables]
    return sorted(_by_files(found.values()), key=lambda one: bool(one.variables))


def _by_files(each: Iterable[Reason]) -> list[Reason]:
    """Reasons that several files have in common, once."""
    found: dict[tuple[object, ...], Reason] = {}
    for one in each:
        key = tuple(one.variables), one.reason, one.remedy
        known = found.setdefault(key, Reason([], 0, one.variables, one.reason, one.remedy))
        known.number += one.number
        known.files += one.files[: max(0, _NAMED - len(known.files))]
    return list(found.values())


def _of_contents(survey: Survey) -> Iterator[Reason]:
    for path, (inside, unreadable) in survey.seen.items():
        place = [_below(survey.folder, path)]
        if unreadable:
            yield Reason.of(unreadable, path, files=place)
            continue
        further = contents.look(path, survey.described, FURTHER)
        for one in _distinct((*inside.found, *further.found)):
            if one.why:
                yield Reason.of(one.why, path, one.name, place)
        if not inside.found and not further.found:
            has = ", ".join(inside.others[:5]) or "no variable of two dimensions"
            yield Reason.of(f"{NOTHING_KNOWN} (it has {has}); {survey.described.naming}", path, files=place)


def _of_formats(survey: Survey) -> Iterator[Reason]:
    """What is of a format that is not read, or not read here."""
    for path, _ in _sizes(survey):
        if path in survey.seen or path in survey.paths_by_name or formats.is_data(path):
            continue
        kind, remedy = formats.other(path)
        if kind:
            yield Reason.of(remedy, path, files=[_below(survey.folder, path)])


def _of_listing(survey: Survey) -> Iterator[Reason]:
    yield from (Reason.of(fault, survey.folder) for fault in survey.listing.faults)
    copies = survey.listing.copies
    for path, original in copies.of.items():
        yield Reason.of(
            f"by its name a copy of {original}; remove one of them, or rename it", survey.folder, files=[path]
        )
    for path in copies.unfinished:
        unfinished = "by its name not written to the end; wait for the download or copy to end, or rename it"
        yield Reason.of(unfinished, survey.folder, files=[path])


def _sizes(survey: Survey) -> Iterator[tuple[Path, int]]:
    """Path and bytes of all files and stores."""
    for file in survey.listing.files:
        path = file.place(survey.folder)
        yield path, stored_bytes(path)


def _format(survey: Survey, path: Path) -> tuple[str, str]:
    """Format of a file, and by what it is known."""
    by_name = path in survey.paths_by_name
    known_by = ("description" if survey.described.of_tracked.files else "name") if by_name else "contents"
    if formats.named_netcdf(path.name) and (by_name or path in survey.seen):
        return "netCDF", known_by
    kind: str = formats.kind(path) or formats.other(path)[0] or _NOT_DATA
    return kind, known_by if by_name or path in survey.seen else ""


def _distinct(found: Iterable[Candidate]) -> list[Variable]:
    """The variables of candidates, each once with all its roles."""
    by_name: dict[tuple[str, str], Variable] = {}
    elsewhere: dict[str, list[Candidate]] = {}
    for one in found:
        if not _may_be_at_its_levels(one):
            elsewhere.setdefault(one.name, []).append(one)
            continue
        known = by_name.setdefault(
            (one.name, one.fault), Variable(one.name, [], levels_hpa=_levels(one), why=one.fault)
        )
        known.roles += [one.role] if one.role not in known.roles else []
    named = {name for name, _ in by_name}
    return [*by_name.values(), *(_at_other_levels(same) for name, same in elsewhere.items() if name not in named)]


def _levels(one: Candidate) -> list[float]:
    return [] if one.structure is None else list(one.levels or ())


def _at_other_levels(same: Sequence[Candidate]) -> Variable:
    """A variable that could have roles, but has none of their levels."""
    levels = _levels(same[0])
    wanted = sorted({level for one in same for level in ROLES[one.role].levels})
    why = (
        f"is at {_listed(levels)} hPa; fetch {' or '.join(f'{level:g}' for level in wanted)} hPa if lists shall use it"
    )
    return Variable(same[0].name, [], levels_hpa=levels, why=why)


def _listed(levels: Sequence[float]) -> str:
    return some([f"{level:g}" for level in levels], 6)


def _may_be_at_its_levels(one: Candidate) -> bool:
    """Whether a variable has one of the levels that its role asks for; heights have a role per level."""
    return bool(one.fault) or not ROLES[one.role].levels or any(one.is_at(level) for level in ROLES[one.role].levels)


def _without_role(inside: FileContents, further: FileContents) -> list[str]:
    return [name for name in inside.others if name in further.others]


def _add(found: dict[tuple[object, ...], Variable], one: Variable, place: str, folder: Path) -> None:
    why = one.why.removeprefix(f"{folder / place}: ").removeprefix(f"{one.name}: ")
    key = (one.name, tuple(one.roles), tuple(one.levels_hpa), why)
    known = found.setdefault(key, Variable(one.name, one.roles, 0, place, one.levels_hpa, why))
    known.files += 1


def _below(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) and path != folder else str(path)
