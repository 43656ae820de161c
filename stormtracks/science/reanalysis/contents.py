"""What is inside a file: which winds, of which years, of how many members. Looked at once while it does not change."""

import functools
from dataclasses import dataclass
from pathlib import Path

import netCDF4
import numpy as np

from stormtracks.science.reanalysis import axes, times, variables
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
    """

    candidates: tuple[variables.Candidate, ...]
    years: frozenset[int]
    members: int

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
        The file cannot be read, or its times cannot be understood.
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
    nc = source.nc
    found = [candidate for candidate in variables.candidates(nc) if candidate.role not in described.variables]
    for role, name in described.variables.items():
        if name in nc.variables:
            found.append(variables.Candidate(role, name, axes.levels_hpa(nc, nc.variables[name])))
    if not found:
        return NOTHING
    variable = nc.variables[found[0].name]
    members = [axis.size for axis in axes.of_variable(nc, variable) if axis.role == "member"]
    return FileContents(tuple(found), _years(source, variable), members[0] if members else 1)


def _years(source: Source, variable: netCDF4.Variable) -> frozenset[int]:
    along = [axis.coordinate for axis in axes.of_variable(source.nc, variable) if axis.role == "time"]
    coordinate = along[0] if along else axes.scalar(source.nc, variable, "time")
    if coordinate is None:
        return frozenset()
    dates, _ = times.decode(coordinate, source.path)
    return frozenset((np.unique(dates.astype("datetime64[Y]")).astype(int) + 1970).tolist())
