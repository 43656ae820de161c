"""What is inside a file: which winds, of which years, of how many members. Looked at once while it does not change."""

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis import structure, variables
from stormtracks.science.reanalysis.dataset import Dataset
from stormtracks.science.reanalysis.source import Source
from stormtracks.science.records import InputFile


@dataclass(frozen=True)
class FileContents:
    """What a file has for us.

    Attributes
    ----------
    candidates : tuple of variables.Candidate
        Winds and vorticity; empty for a file that has neither.
    years : frozenset of int
        Calendar years of its times.
    members : int
        Length of the member axis, 1 where there is none.
    faults : tuple of str
        Why winds that are there cannot be used, a sentence each with the file's name.
    """

    candidates: tuple[variables.Candidate, ...]
    years: frozenset[int]
    members: int
    faults: tuple[str, ...] = ()

    def levels(self, role: str) -> tuple[float, ...] | None:
        """Pressure levels (hPa) of the variables of a role; None where one of them does not say."""
        found: list[float] = []
        for candidate in self.candidates:
            if candidate.role == role:
                if candidate.levels is None:
                    return None
                found += candidate.levels
        return tuple(found)


NOTHING = FileContents((), frozenset(), 0)


def look(path: str | Path, described: Dataset | None = None) -> FileContents:
    """The contents of a file.

    Parameters
    ----------
    path : Path
    described : Dataset, optional
        The user's description: names of variables and of the dimension of members.

    Raises
    ------
    InputError
        The file cannot be read.
    """
    described = described or Dataset()
    return _look(InputFile.of(path), tuple(sorted(described.variables.items())), described.member)


@functools.lru_cache(maxsize=8192)
def _look(file: InputFile, names: tuple[tuple[str, str], ...], member: str | None) -> FileContents:
    source = Source(file.path)
    try:
        return _contents(source, Dataset(variables=dict(names), member=member))
    finally:
        source.close()


def _contents(source: Source, described: Dataset) -> FileContents:
    nc, path = source.nc, source.path
    found = [one for one in variables.candidates(nc, path) if one.role not in described.variables]
    for role, name in described.variables.items():
        if name in nc.variables:
            levels = variables.levels_of(nc, nc.variables[name], path).hpa
            found.append(variables.Candidate(role, name, levels))
    usable = [one for one in found if not one.fault]
    faults = [f"{path}: {one.name}: {one.fault}" for one in found if one.fault]
    if not usable:
        return FileContents((), frozenset(), 0, tuple(faults))
    return _described(source, usable, faults, described)


def _described(
    source: Source, usable: list[variables.Candidate], faults: list[str], described: Dataset
) -> FileContents:
    """What the usable variables say, each looked at by the means by which a task reads it."""
    kept, found = [], {}
    for one in usable:
        variable = source.nc.variables[one.name]
        try:
            variables.check_units(variable, one.role, source.path)
            if variable.dimensions not in found:
                found[variable.dimensions] = structure.of_variable(source.path, variable, _any_level(one), described)
        except InputError as error:
            faults.append(str(error))
        else:
            kept.append(one)
    if not found:
        return FileContents((), frozenset(), 0, tuple(faults))
    first = next(iter(found.values()))
    years = frozenset((np.unique(first.times.astype("datetime64[Y]")).astype(int) + 1970).tolist())
    return FileContents(tuple(kept), years, len(first.members), tuple(faults))


def _any_level(candidate: variables.Candidate) -> float:
    return candidate.levels[0] if candidate.levels else 0.0
