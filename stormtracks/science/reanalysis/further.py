"""Further fields beside the winds, each of which may be lacking: pressure, heights, temperature, water vapour, CAPE."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from stormtracks import web_path
from stormtracks.label import Label
from stormtracks.science import reading
from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.dataset import Dataset
from stormtracks.science.reanalysis.folder.further_files import FurtherFiles, NoFile, Nowhere, RoleFiles
from stormtracks.science.reanalysis.folder.survey import Survey
from stormtracks.science.reanalysis.further_field import FurtherField
from stormtracks.science.reanalysis.joined import series
from stormtracks.science.reanalysis.joined.files import MOST, Files, changed_while_read
from stormtracks.science.reanalysis.members import Members
from stormtracks.science.reanalysis.period import Period
from stormtracks.science.reanalysis.roles import FURTHER, ROLES
from stormtracks.science.reanalysis.season import Season
from stormtracks.science.records import Block, Grid, InputFile

REFUSED = "there, but refused"
"""So begins the reason why a field that is there cannot be used."""


def open_further(
    data: str | Path,
    year: Label,
    season: Season,
    *,
    dataset: Dataset | Mapping[str, Any] | None = None,
    roles: Iterable[str] = FURTHER,
    ensemble_member: int | None = None,
) -> "Further":
    """Open the further fields that there are of a season whose winds are open.

    Parameters
    ----------
    data : path
        Folder with the files, whose subfolders are looked through; or address of a Zarr store.
    year : int or str
        That of the season.
    season : Season
        The open winds, or vorticity: their members, times and region are those of the fields. It has to stay open.
    dataset : Dataset or mapping, optional
        Description of files that do not fit the known layouts.
    roles : iterable of str
        Which fields are looked for: keys of `roles.FURTHER`.
    ensemble_member : int, optional
        Schedule's member whose files are opened first, where each has its own; none: member 0.

    Returns
    -------
    Further
        What is not there, or cannot be used, is in its `missing`, with the reason.

    Raises
    ------
    InputError
        There is no such folder.

    Examples
    --------
    >>> from stormtracks.science.reanalysis import open_further, open_season
    >>> with open_season("sample/20crv2c_1987", 1987) as season:
    ...     with open_further("sample/20crv2c_1987", 1987, season) as further:
    ...         pressure = further.read("pressure", 0, 2, [0])
    >>> further.roles, further.levels["height_lower"], pressure.shape
    (('pressure', 'height_lower'), 1000.0, (2, 1, 91, 180))
    >>> further.missing["cape"]
    'no file of 1987 has the convective available potential energy (cape)'
    """
    survey = Survey(web_path.of(data), Dataset.from_mapping(dataset or {}))
    return open_year_further(survey, year, season, roles=roles, ensemble_member=ensemble_member)


def open_year_further(
    survey: Survey, year: Label, season: Season, *, roles: Iterable[str] = FURTHER, ensemble_member: int | None = None
) -> "Further":
    """Open the further fields of a year of a folder that was looked through; see `open_further`."""
    period = replace(season.files.wanted.period, label=Period.of(year).label)
    found = FurtherFiles(survey, period, season.files.layout)
    files: dict[str, RoleFiles] = {}
    missing: dict[str, str] = {}
    nowhere: list[str] = []
    for role in roles:
        with _keeping(missing, role, nowhere):
            files[role] = found.of(role)
    return Further(season, files, missing, ensemble_member or 0, nowhere)


class Further:
    """The further fields of all members at the times of the winds; a context manager.

    Parameters
    ----------
    season : Season
        The open winds.
    files : dict of str to RoleFiles
        Role -> its files.
    missing : dict of str to str
        Role -> why it has none.
    ensemble_member : int
        Whose files are opened first.
    nowhere : iterable of str
        Those of the missing roles of which no file has anything.

    Attributes
    ----------
    missing : dict of str to str
        Role -> why it is not there.
    nowhere : tuple of str
    levels : dict of str to float
        Role -> pressure level (hPa) at which it is read, of those that have one.
    """

    def __init__(
        self,
        season: Season,
        files: Mapping[str, RoleFiles],
        missing: Mapping[str, str],
        ensemble_member: int = 0,
        nowhere: Iterable[str] = (),
    ) -> None:
        self._season = season
        self._at = {role: one.level for role, one in files.items()}
        self._files = Files(self._at, season.files.wanted.described, MOST // 2)  # beside those of the winds
        for one in files.values():
            self._files.starts |= one.layout.starts
        self._fields: dict[str, FurtherField] = {}
        self.missing = dict(missing)
        self.nowhere = tuple(nowhere)
        self._look_into(files, ensemble_member)
        for role, one in files.items():
            with _keeping(self.missing, role):
                self._fields[role] = self._opened(one, ensemble_member)
        self.levels = {role: self._at[role] for role in self._fields if self._at[role]}

    def __enter__(self) -> "Further":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._files.close()  # as `Season`

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that are there."""
        return tuple(self._fields)

    @property
    def block(self) -> Block:
        """What one stored chunk holds: reading one of its steps or members costs as much as reading all."""
        return Block.largest(field.block for field in self._fields.values())

    @property
    def cuts(self) -> Bools:
        """Before which of the winds' steps reading may begin or end with no stored chunk decoded twice."""
        each = [field.cuts for field in self._fields.values()]
        return np.logical_and.reduce(each) if each else np.ones(len(self._season.axis), bool)

    @property
    def choice(self) -> dict[str, Any]:
        """What is taken out of the files, plain values: variable and level (hPa, 0 for none) by role."""
        return {
            role: {
                "variable": field.files.first.field.name,
                "level_hpa": self._at[role],
                **field.files.on_grid_of(role),
            }
            for role, field in self._fields.items()
        }

    @property
    def chunks_inflated(self) -> int:
        """Stored chunks inflated so far, over all files."""
        return self._files.chunks_read

    @property
    def missing_values(self) -> dict[str, Ints]:
        """Role -> how many points of the region have no value, as far as read; int32, shape (nt, members)."""
        return {role: field.missing_values for role, field in self._fields.items()}

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was guessed or found missing when the fields were opened, one sentence each."""
        return self._remarks(None)

    def remarks_on(self, ensemble_member: int) -> tuple[str, ...]:
        """The same of one member, and what was found missing when it was read."""
        return self._remarks(ensemble_member)

    def grid(self, role: str) -> Grid:
        """The grid of a role; those of the heights are the same."""
        return self._field(role).grid

    @reading.timed
    def read(self, role: str, start: int, stop: int, members: slice | Iterable[int]) -> Floats:
        """Fields of a role, of some steps and members.

        Parameters
        ----------
        role : str
        start, stop : int
            Steps of the winds' time axis, `stop` excluded.
        members : slice or iterable of int
            Members of the schedule.

        Returns
        -------
        ndarray of float32, shape (stop - start, members, nlat, nlon)
            In the units of `roles.ROLES`; rows S to N, columns W to E. NaN at times that the role's files lack, and
            where a value is missing.

        Raises
        ------
        InputError
            The role is not there; no such step or member; a file cannot be read, or has a value that the role cannot
            have inside the region.
        """
        field = self._field(role)
        if not 0 <= start <= stop <= len(self._season.axis):
            raise InputError(f"there are no steps {start} to {stop}; choose from 0 to {len(self._season.axis)}")
        everyone = range(len(self._season.members))
        return field.read(start, stop, list(everyone[members] if isinstance(members, slice) else members))

    def inputs(self, ensemble_member: int | None = None) -> tuple[InputFile, ...]:
        """The files that a member's fields are read from (or all members'), sorted by path; see `Season.inputs`."""
        found = {file for field in self._fields.values() for file in field.files.inputs(ensemble_member)}
        return tuple(sorted(found, key=lambda file: file.path))

    def close(self) -> None:
        """Close the files.

        Raises
        ------
        InputError
            A file changed since it was opened: what was read of it cannot be trusted.
        """
        changed = self._files.changed()
        self._files.close()
        if changed:
            raise changed_while_read(changed)

    def _look_into(self, files: Mapping[str, RoleFiles], ensemble_member: int) -> None:
        """Look into each file once for all that it holds: by role, one with all of them would be opened seven times."""
        by_path: dict[Path, list[str]] = {}
        for role, one in files.items():
            places = one.layout.places
            number, _ = places[ensemble_member] if ensemble_member < len(places) else places[0]
            for path in one.layout.files[role].get(number, ()):
                by_path.setdefault(path, []).append(role)
        for path, held in by_path.items():
            for role in held:
                with contextlib.suppress(InputError):  # comes again where the role is opened
                    self._files.known(path, role)

    def _opened(self, one: RoleFiles, ensemble_member: int) -> FurtherField:
        wanted = replace(self._season.files.wanted, level=one.level)
        field = FurtherField(Members(one.layout, wanted, ensemble_member, self._files), self._season)
        self._refuse_another_grid(field)
        field.read_first(ensemble_member)
        return field

    def _field(self, role: str) -> FurtherField:
        if role not in self._fields:
            why = self.missing.get(role, f"was not asked for; choose one of {', '.join(self._fields)}")
            raise InputError(f"{role}: {why}")
        return self._fields[role]

    def _remarks(self, ensemble_member: int | None) -> tuple[str, ...]:
        said = (text for field in self._fields.values() for text in field.remarks(ensemble_member))
        return tuple(dict.fromkeys(said))

    def _refuse_another_grid(self, field: FurtherField) -> None:
        """Refuse a height on another grid than that of the heights before: differences of them are looked at."""
        quantity = ROLES[field.role].quantity
        for other in self._fields.values():
            if ROLES[other.role].quantity == quantity:
                series.refuse_difference(other.files.first.field, field.files.first.field, same_members=False)


@contextlib.contextmanager
def _keeping(missing: dict[str, str], role: str, nowhere: list[str] | None = None) -> Iterator[None]:
    """Keep why a role is not there, and which roles no file has."""
    try:
        yield
    except NoFile as error:
        missing[role] = str(error)
        if nowhere is not None and isinstance(error, Nowhere):
            nowhere.append(role)
    except InputError as error:
        missing[role] = f"{REFUSED}: {error}"
