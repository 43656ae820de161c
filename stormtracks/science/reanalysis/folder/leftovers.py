"""What lies in a folder of data and makes up no year: said in a remark, or, where nothing is left, in a refusal."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from stormtracks.readable import some
from stormtracks.science.errors import InputError, NoData
from stormtracks.science.reanalysis.folder.copies import Copies
from stormtracks.science.reanalysis.folder.listing import Listing
from stormtracks.science.reanalysis.stored import formats, stores
from stormtracks.science.reanalysis.stored.attributes import attribute
from stormtracks.science.reanalysis.stored.source import open_source

_NAMED = 3
"""Files named for each reason."""


def remarks(
    listing: Listing, faults: Mapping[Path, str], chosen: Iterable[Path], years: tuple[int, ...]
) -> tuple[str, ...]:
    """What is said about files that a year does without.

    Parameters
    ----------
    listing : Listing
    faults : dict
        Files in which nothing can be used -> why, with the path in front.
    chosen : iterable of Path
        The files that make up the year.
    years : tuple of int
        The calendar years asked for.

    Raises
    ------
    InputError
        One of these files belongs to the year, by its name: it is like that of a file that is used, and says this
        year or none.
    """
    alike = {_without_numbers(path) for path in chosen}
    for path, fault in faults.items():
        if _without_numbers(path) in alike and _may_be_of(path, years):
            raise InputError(fault)
    found = [*(left_out(path, fault) for path, fault in faults.items()), *map(_as_remark, listing.faults)]
    found += _copies(listing.copies, years)
    more = len(found) - _NAMED
    return tuple(found if more <= 1 else [*found[:_NAMED], f"{more:,} more files and folders were left out"])


def no_year(
    folder: Path, year: int, there: list[int], listing: Listing, faults: Mapping[Path, str], naming: str
) -> InputError:
    """The refusal of a year that no file has: the years that there are, or what each file is instead."""
    if there:
        besides = "".join(f"; {left_out(path, fault)}" for path, fault in list(faults.items())[:_NAMED])
        return NoData(f"{folder}: there is no year {year}; choose from {ranges(there)}, or fetch it{besides}")
    if len(faults) == 1 and not listing.faults:
        return InputError(next(iter(faults.values())))
    reasons = [*_other_formats(folder, listing), *_without_paths(faults), *listing.faults, *_unfinished(listing.copies)]
    if not reasons:
        return _nothing_known(folder, listing, naming)
    return InputError(f"{folder}: there is nothing that can be read as winds: {'; '.join(reasons)}")


def ranges(numbers: Iterable[int]) -> str:
    """Numbers as text: ``1999-2001, 2004``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def _other_formats(folder: Path, listing: Listing) -> list[str]:
    """What is of another format, a sentence per format: how many, which, and what to do."""
    kinds: dict[tuple[str, str], list[str]] = {}
    for file in listing.files:
        path = file.place(folder)
        kind, remedy = ("", "") if formats.is_data(path) else stores.other(path)
        if kind:
            kinds.setdefault((kind, remedy), []).append(file.path)
    return [
        f"{len(names):,} {kind} files ({some(names)}): {remedy}" if len(names) > 1 else f"{names[0]}: {remedy}"
        for (kind, remedy), names in kinds.items()
    ]


def _copies(copies: Copies, years: tuple[int, ...]) -> list[str]:
    """What is said about copies of files and unfinished ones that may be of some years."""
    of = [path for path in copies.of if _may_be_of(Path(path), years)]
    unfinished = [path for path in _unfinished_data(copies) if _may_be_of(Path(path), years)]
    said = []
    if of:
        what = f"a copy of {copies.of[of[0]]}" if len(of) == 1 else "copies of other files here"
        said.append(f"{some(of)} left out: by name {what}")
    if unfinished:
        said.append(f"{some(unfinished)} left out: by name not written to the end")
    return said


def _unfinished(copies: Copies) -> list[str]:
    """The reason why files are not read that would be data if they were whole."""
    names = _unfinished_data(copies)
    remedy = "by name not written to the end; wait for the download or copy to end, or rename the file if it is whole"
    return [f"{some(names)}: {remedy}"] if names else []


def _unfinished_data(copies: Copies) -> list[str]:
    """Unfinished files that will be data by their names: x.nc.part, x.grib.part."""
    return [
        path
        for path in copies.unfinished
        if any(f"{end}." in path.lower() for end in formats.NETCDF) or formats.named_grib(path.rpartition(".")[0])
    ]


def _without_paths(faults: Mapping[Path, str]) -> list[str]:
    """The faults of files, alike ones once with how many files have them."""
    alike: dict[str, list[str]] = {}
    for path, fault in faults.items():
        alike.setdefault(fault.removeprefix(f"{path}: "), []).append(path.name)
    return [f"{some(names)}: {fault}" for fault, names in alike.items()]


def _nothing_known(folder: Path, listing: Listing, naming: str) -> InputError:
    paths = [file.place(folder) for file in listing.files]
    data = [path for path in paths if formats.is_data(path)]
    if not data:
        what = f"none of its {len(paths):,} files is one" if paths else "it has no files at all"
        return NoData(
            f"{folder}: there is no file with winds; {what}; check the path (--data, or 'data' in hosts.yaml) "
            "or add the files"
        )
    held = "; ".join(f"{path.name} has {_variables(path)}" for path in data[:_NAMED])
    more = f", and {len(data) - _NAMED:,} more files have none either" if len(data) > _NAMED else ""
    return InputError(
        f"{folder}: there is no file with winds (u and v) or relative vorticity that is recognised "
        f"({held}{more}); {naming}"
    )


def _variables(path: Path) -> str:
    """The first variables of a file, fields if there are any, and what its format leaves out."""
    source = open_source(path)
    try:
        variables = source.root.variables
        fields = [name for name, variable in variables.items() if len(variable.dimensions) > 1]
        named = (fields or [name for name in variables if name not in source.root.dimensions])[:8]
        remark = str(attribute(source.root, "GRIB_remark"))
        return (", ".join(named) or "no variable") + (f"; {remark}" if remark else "")
    finally:
        source.close()


def left_out(path: Path, fault: str) -> str:
    """What is said of a file that a year does without, and why."""
    return f"{path.name} was left out: {fault.removeprefix(f'{path}: ')}"


def _as_remark(fault: str) -> str:
    return f"left out: {fault}"


def _without_numbers(path: Path) -> str:
    return re.sub(r"\d+", "#", path.name)


def years_said(path: Path) -> set[int]:
    """The years that a name may say."""
    return {int(found) for found in re.findall(r"(?<!\d)(1[5-9]\d\d|2\d{3})(?=\d{0,6}(?!\d))", path.name)}


def _may_be_of(path: Path, years: tuple[int, ...]) -> bool:
    """Whether a name says one of the years, or no year at all."""
    said = years_said(path)
    return not said or not said.isdisjoint(years)
