"""What is inside a file: which winds, or further fields, of which years. Looked at once while it does not change."""

import functools
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from stormtracks import web_path
from stormtracks.errors import is_final
from stormtracks.science import calendars, leads
from stormtracks.science.arrays import Times
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.dataset import Dataset
from stormtracks.science.reanalysis.fields import own_member, variables
from stormtracks.science.reanalysis.fields.own_member import OwnMember
from stormtracks.science.reanalysis.fields.structure import Structure
from stormtracks.science.reanalysis.fields.variables import Candidate
from stormtracks.science.reanalysis.roles import TRACKED
from stormtracks.science.reanalysis.stored.protocol import Group, Source
from stormtracks.science.reanalysis.stored.source import input_file, open_source
from stormtracks.science.records import InputFile

Opened = Callable[[Source], None]
_MOST = 65536
"""Looks that are kept: twenty years of one analysis per file, for winds and for further fields, of some kB each."""


@dataclass(frozen=True)
class FileContents:
    """What a file has of some roles: of what is tracked, or of further fields.

    Attributes
    ----------
    found : tuple of Candidate
        Also what cannot be used.
    own : OwnMember
        Which members it says that it holds.
    others : tuple of str
        Variables of several dimensions that none of the roles asks for.
    """

    found: tuple[Candidate, ...]
    own: OwnMember = field(default_factory=OwnMember)
    others: tuple[str, ...] = ()

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """What can be used; empty for a file that has nothing for us."""
        return tuple(one for one in self.found if not one.fault)

    @property
    def faults(self) -> tuple[str, ...]:
        """Why what is there cannot be used, a sentence each with the file's name."""
        return tuple(one.fault for one in self.found if one.fault)

    def of_role(self, role: str) -> tuple[Candidate, ...]:
        """What can be used in a role."""
        return tuple(one for one in self.found if one.role == role and not one.fault)

    def fault(self, role: str) -> str:
        """Why nothing can be used in a role that is there; "" where something can, or nothing is there."""
        return "" if self.of_role(role) else next((one.fault for one in self.found if one.role == role), "")

    @property
    def members(self) -> int:
        """Length of the member axis, 1 where there is none; 0 for a file that has nothing for us."""
        return 0 if self._first is None else len(self._first.members)

    @property
    def times(self) -> Times:
        """Its times, ascending."""
        return np.zeros(0, "datetime64[s]") if self._first is None else self._first.times

    @functools.cached_property
    def starts(self) -> Mapping[str, int]:
        """Starts of the forecasts that it has -> how many times each; none where it has no forecasts."""
        return _starts(self._first)

    def starts_of(self, role: str) -> Mapping[str, int]:
        """The same of what can be used in a role."""
        return _starts(next((one.structure for one in self.of_role(role)), None))

    def lasts_until(self, start: str) -> bool:
        """Whether it has a time at a start (its label), or later."""
        if self._first is None or not len(self.times):
            return False
        return bool(self.times[-1] >= leads.moment(start, self._first.calendar))

    @property
    def only_starts(self) -> str:
        """Why it has forecasts, but no times of a year; "" where it has some."""
        return "" if self._first is None else self._first.only_starts

    @functools.cached_property
    def years(self) -> frozenset[int]:
        """Calendar years of its times; none where it has forecasts that are read by their starts only."""
        return frozenset() if self._first is None else _years(self._first)

    def years_of(self, role: str) -> frozenset[int]:
        """Calendar years of the times of what can be used in a role."""
        found = (one.structure for one in self.of_role(role))
        return next((_years(structure) for structure in found if structure is not None), frozenset())

    def levels(self, role: str) -> tuple[float, ...] | None:
        """Pressure levels (hPa) of the variables of a role; None where one of them does not say."""
        levels = [one.levels for one in self.of_role(role)]
        return None if None in levels else tuple(level for one in levels for level in one or ())

    def guess(self, role: str) -> str:
        """What the level of the variables of a role is guessed by; "" where it is stated."""
        return next((one.guess for one in self.of_role(role)), "")

    @property
    def _first(self) -> Structure | None:
        return next((one.structure for one in self.candidates), None)


def _starts(structure: Structure | None) -> dict[str, int]:
    known = None if structure is None else structure.forecasts
    return {} if known is None else dict.fromkeys(known.labels, int(known.times.shape[1]))


def _years(structure: Structure) -> frozenset[int]:
    if structure.only_starts:
        return frozenset()
    return frozenset(np.unique(calendars.years(structure.times, structure.calendar)).tolist())


NOTHING = FileContents(())
_known: OrderedDict[tuple[object, ...], FileContents] = OrderedDict()


class Looks:
    """What is inside the files of a folder, each looked at once: of ten thousand not even the state is asked again.

    Parameters
    ----------
    described : Dataset
        The user's description.
    roles : tuple of str
        Which roles they are looked into for: `TRACKED` or `FURTHER`.
    also : tuple of str
        Roles that will be asked for by others, so that a file is opened once for both.
    opened : callable, optional
        Is given each file while it is open.
    """

    def __init__(
        self,
        described: Dataset,
        roles: tuple[str, ...] = TRACKED,
        also: tuple[str, ...] = (),
        opened: Opened | None = None,
    ) -> None:
        self._opened = opened
        self._described = described
        self._roles = roles
        self._also = also
        self._seen: dict[Path, tuple[FileContents, str]] = {}

    def at(self, path: Path) -> FileContents:
        """The contents of a file; nothing, where it cannot be read."""
        return self._look(path)[0]

    def fault(self, path: Path) -> str:
        """Why nothing in a file can be used; "" where something can, or where it has nothing to do with us."""
        inside, unreadable = self._look(path)
        return unreadable or ("" if inside.candidates else next(iter(inside.faults), ""))

    def unreadable(self, path: Path) -> str:
        """Why a file cannot be read at all; "" for one that can."""
        return self._look(path)[1]

    @property
    def seen(self) -> Mapping[Path, tuple[FileContents, str]]:
        """The files that were looked into -> what is inside, and why it cannot be read."""
        return self._seen

    def _look(self, path: Path) -> tuple[FileContents, str]:
        if path not in self._seen:
            try:
                self._seen[path] = look(path, self._described, self._roles, self._also, self._opened), ""
            except InputError as error:
                if web_path.is_address(path) and not is_final(error):
                    raise  # a server that does not answer now says nothing of what it has
                self._seen[path] = NOTHING, str(error)
        return self._seen[path]


def look(
    path: str | Path,
    described: Dataset | None = None,
    roles: tuple[str, ...] = TRACKED,
    also: tuple[str, ...] = (),
    opened: Opened | None = None,
) -> FileContents:
    """The contents of a file, which is opened where it is not known what is inside.

    Parameters
    ----------
    path : Path
    described : Dataset, optional
        The user's description: names of variables and of the dimension of members.
    roles : tuple of str
        Which roles it is looked into for: `TRACKED` or `FURTHER`.
    also : tuple of str
        Others that it is looked into for while it is open.
    opened : callable, optional
        Is given the file while it is open.

    Raises
    ------
    InputError
        The file cannot be read.
    """
    described = described or Dataset()
    key = _key(input_file(path), described, roles)
    if key in _known:
        _known.move_to_end(key)
        return _known[key]
    source, like = open_source(path), variables.Alike()
    try:
        if also:
            of_source(source, described, also, like)
        found = of_source(source, described, roles, like)
        if opened:
            opened(source)
        return found
    finally:
        source.close()


def of_source(
    source: Source, described: Dataset, roles: tuple[str, ...] = TRACKED, like: variables.Alike | None = None
) -> FileContents:
    """The contents of an open file; `like` has what was found when it was looked into for other roles."""
    key = _key(source.file, described, roles)
    if key not in _known:
        found = variables.candidates(source.root, source.path, described, roles, like)
        _known[key] = FileContents(found, own_member.of_file(source.root, found), _others(source.root, found))
        while len(_known) > _MOST:
            _known.popitem(last=False)
    return _known[key]


def _others(group: Group, found: Iterable[Candidate]) -> tuple[str, ...]:
    """The variables of several dimensions that are none of the candidates, nor edges of cells."""
    names = {one.name for one in found}
    several = (name for name, variable in group.variables.items() if len(variable.dimensions) > 1)
    return tuple(name for name in several if name not in names and not name.endswith(("_bnds", "_bounds", "_vertices")))


def _key(file: InputFile, described: Dataset, roles: tuple[str, ...]) -> tuple[object, ...]:
    variables = tuple(sorted(described.variables.items()))
    return roles, file, variables, described.member, described.stated(file.path), described.grid
