"""A season's members and whose files are whose; a member's files are opened when they are first asked for."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stormtracks.science import calendars, leads
from stormtracks.science.arrays import Bools, Times
from stormtracks.science.errors import InputError, PassingInputError
from stormtracks.science.reanalysis.dataset import Dataset
from stormtracks.science.reanalysis.folder.layout import Layout
from stormtracks.science.reanalysis.joined import origin, series
from stormtracks.science.reanalysis.joined.files import Files, StoredField
from stormtracks.science.reanalysis.joined.series import Series
from stormtracks.science.reanalysis.period import Period
from stormtracks.science.reanalysis.stored.source import input_file
from stormtracks.science.records import Block, InputFile


@dataclass(frozen=True)
class Wanted:
    """What a season takes out of its files.

    Attributes
    ----------
    period : Period
    level : float
        hPa.
    described : Dataset
        The user's description of the files.
    """

    period: Period
    level: float
    described: Dataset

    def between(self, calendar: str) -> tuple[np.datetime64, np.datetime64]:
        """First and last moment of the season in a calendar, both included."""
        return self.period.between(calendar)


@dataclass(frozen=True)
class Reading:
    """Members that are read together.

    Attributes
    ----------
    series : list of Series
        Of u and v, of vorticity, or of a further field.
    numbers : list of int
        The members' numbers in the schedule.
    places : list of int
        Where they lie on the member axis of the files.
    """

    series: list[Series]
    numbers: list[int]
    places: list[int]


class Members:
    """All members of a season by their numbers in the schedule; whether they share files is nobody else's business.

    Parameters
    ----------
    layout : Layout
    wanted : Wanted
    ensemble_member : int
        Whose files are opened first.
    files : Files, optional
        Where its files are kept open; none: in one of its own.

    Attributes
    ----------
    layout : Layout
    wanted : Wanted
    labels : tuple of str
        The data's own names of the members.
    first : Series
        The one that was opened first, which all others must be like.

    Raises
    ------
    InputError
        No such member; a file is missing, cannot be understood, or does not fit the others.
    """

    def __init__(self, layout: Layout, wanted: Wanted, ensemble_member: int = 0, files: Files | None = None) -> None:
        self.layout = layout
        self.wanted = wanted
        self._own_files = layout.own_files
        self._places = layout.places
        self._files = files or Files(dict.fromkeys(layout.files, wanted.level), wanted.described)
        self._files.starts |= layout.starts
        self._opened: dict[int | None, list[Series]] = {}
        self._doubts: dict[int | None, list[str]] = {}
        self.labels = layout.member_labels
        try:
            self._first = self._open(ensemble_member)
        except BaseException:
            self._files.close()
            raise
        self.first = self._first[0]

    @property
    def folder(self) -> Path:
        """Folder of the first file, for messages."""
        return self._paths[0].parent

    @property
    def chunks_read(self) -> int:
        """Stored chunks inflated so far, over all files."""
        return self._files.chunks_read

    @property
    def block(self) -> Block:
        """What one stored chunk holds, of the files that were opened first."""
        return Block.largest(one.field.block for one in self._first)

    @property
    def cuts(self) -> Bools:
        """Before which steps of its own reading may begin or end with no stored chunk decoded twice, shape (nt,)."""
        return np.logical_and.reduce([one.cuts for one in self._first])

    def readings(self, numbers: list[int]) -> Iterator[Reading]:
        """How to read some members: one after another where each has files of its own, else all in one go.

        Raises
        ------
        InputError
            No such member, or none at all; a file is missing, cannot be understood, or does not fit the others.
        """
        if not numbers:
            raise InputError(f"{self.folder}: no member was given; give at least one of the {len(self.labels)} members")
        for number in numbers:
            self._check(number)
        for group, those in itertools.groupby(numbers, lambda number: self._places[number][0]):
            together = list(those)
            yield Reading(self._series(group), together, [self._places[number][1] for number in together])

    def inputs(self, ensemble_member: int | None = None) -> tuple[InputFile, ...]:
        """The files of a member, or of all; see `Season.inputs`."""
        if ensemble_member is None and self._own_files:
            return tuple(input_file(path) for path in self._paths)
        number = ensemble_member or 0
        self._check(number)
        found = self._series(self._places[number][0])
        paths = {field.path for one in found for field in one.fields}
        return tuple(self._files.file(path) for path in sorted(paths))

    @property
    def stored_as(self) -> dict[str, str]:
        """Role -> what the values are stored as."""
        return {one.field.role: one.field.stored_as for one in self._first}

    @property
    def choice(self) -> dict[str, Any]:
        """What is taken out of the files: the level (hPa), the variables by role, the dimension of members."""
        names = {one.field.role: one.field.name for one in self._first}
        of_start = {} if self.wanted.period.start is None else {"start": self.wanted.period.start}
        chosen = {"level_hpa": self.wanted.level, "variables": names, "member": self.wanted.described.member}
        return chosen | of_start | ({"put_on_grid": self.put_on_grid} if self.put_on_grid else {})

    def on_grid_of(self, role: str) -> dict[str, Any]:
        """What the values of a role are put on the grid by, under a key of its own; nothing where they lie on it."""
        return {"put_on_grid": self.put_on_grid[role]} if role in self.put_on_grid else {}

    @property
    def put_on_grid(self) -> dict[str, Any]:
        """By role, what values are put on the grid by that do not lie on it in the files; see `Horizontal`."""
        return {one.field.role: one.field.put_on_grid for one in self._first if one.field.put_on_grid}

    def start_of(self, number: int) -> np.datetime64 | None:
        """When the forecast of a member began; None where a year is read."""
        self._check(number)
        group, place = self._places[number]
        starts = self._series(group)[0].field.starts
        return None if starts is None else starts[place if len(starts) > 1 else 0]

    def times_of(self, number: int) -> Times:
        """The times of a member, shape (nt,): those of all, save where members began at different times."""
        group, _ = self._places[number]
        one = self._series(group)[0]
        start, starts = self.start_of(number), one.field.starts
        if start is None or starts is None or start == starts.max():
            return one.times
        return calendars.later(one.times, np.asarray(start - starts.max()), one.field.calendar)

    def remarks(self, ensemble_member: int | None = None) -> tuple[str, ...]:
        """What was guessed about a member's files (or the first opened member's), a sentence each."""
        found = self._first if ensemble_member is None else self._series(self._places[ensemble_member][0])
        doubts = next(self._doubts[one] for one, opened in self._opened.items() if opened is found)
        said: dict[str, tuple[dict[str, None], dict[Path, None]]] = {}
        for one in found:
            for field in one.fields:
                for text in field.remarks:
                    variables, paths = said.setdefault(text.removeprefix(f"{field.name}: "), ({}, {}))
                    variables[field.name] = None
                    paths[field.path] = None
        guessed = (
            f"{_named(list(paths))}: {', '.join(variables)}: {text}" for text, (variables, paths) in said.items()
        )
        apart = (f"{_named(paths)} left out: {why}" for why, paths in found[0].left_out.items())
        return (*self.layout.remarks, *self._on_starts(), *apart, *dict.fromkeys(doubts), *guessed)

    def _on_starts(self) -> tuple[str, ...]:
        """What is said of members that began at different times."""
        one, starts = self.first.field, self.first.field.starts
        inside = [] if starts is None else [leads.name(start, one.calendar) for start in starts]
        each = sorted({*inside, *self.layout.starts.values()})
        if len(each) < 2:
            return ()
        return (
            f"members began at different times, {each[0]} to {each[-1]}; the forecast is named by the last of them",
        )

    def changed(self) -> list[str]:
        """Paths of files that are no longer what they were when they were opened."""
        return self._files.changed()

    def close(self) -> None:
        """Close all files."""
        self._files.close()

    @property
    def _paths(self) -> list[Path]:
        """All files of all members, sorted; with a member's own files, also those without a time of the season."""
        return sorted({path for files in self.layout.files.values() for one in files.values() for path in one})

    def _check(self, number: int) -> None:
        if not 0 <= number < len(self.labels):
            numbers = " to ".join(dict.fromkeys(["0", str(len(self.labels) - 1)]))
            labels = " to ".join(dict.fromkeys([self.labels[0], self.labels[-1]]))
            raise InputError(f"{self.folder}: there is no member {number}; choose {numbers} (in the data: {labels})")

    def _open(self, ensemble_member: int) -> list[Series]:
        """What is opened first: the files of a member, or those of all, which say what members there are."""
        if self._own_files:
            self._check(ensemble_member)
            return self._series(self._places[ensemble_member][0])
        found = self._series(None)
        self.labels = found[0].field.members
        self._places = [(None, place) for place in range(len(self.labels))]
        self._check(ensemble_member)
        return found

    def _series(self, group: int | None) -> list[Series]:
        """The series of each role of the members that are together in files."""
        if group not in self._opened:
            self._look_into(group)
            found = [self._one(role, group) for role in self.layout.files]
            first = next(iter(self._opened.values()), found)[0]
            self._doubts[group] = _refuse_misfits(found, first, self.layout.lagged)
            self._opened[group] = found
        return self._opened[group]

    def _look_into(self, in_names: int | None) -> None:
        """Look into each file once for all that it holds: by role, a file of u and v would be opened twice."""
        roles: dict[Path, list[str]] = {}
        for role, files in self.layout.files.items():
            for path in files.get(in_names, ()):
                roles.setdefault(path, []).append(role)
        for path, held in roles.items():
            for role in held:
                self._files.known(path, role)

    def _one(self, role: str, in_names: int | None) -> Series:
        paths = self.layout.files[role].get(in_names)
        if paths is None:
            label = self.layout.labels[in_names]
            raise PassingInputError(f"{self.folder}: there is no file with {role} of member {label}; add it")
        fields = [self._files.known(path, role) for path in paths]
        found = Series(fields, self.wanted.between, self.layout.description)
        if self.wanted.period.start is None:
            _refuse_no_times(fields, found, self.wanted)
        return found


def _named(paths: list[Path]) -> str:
    """Names of files: all of two, or the first and how many more."""
    if len(paths) <= 2:
        return " and ".join(path.name for path in paths)
    return f"{paths[0].name} and {len(paths) - 1:,} more files"


def _refuse_misfits(found: list[Series], first: Series, lagged: bool) -> list[str]:
    """Refuse series that do not fit each other, or the member that was opened first; what may not is said.

    `lagged`: whether each member has a start of its own, and so its own times.
    """
    doubts = [doubt for one in found for doubt in one.doubts]
    for other in found[1:]:
        doubts += origin.refuse_others(found[0].origin, other.origin, in_succession=False)
        series.refuse_difference(found[0].field, other.field)
        series.refuse_other_times(found[0], other)
    if found[0] is not first:
        series.refuse_difference(first.field, found[0].field, same_members=False)
        if not lagged:
            series.refuse_other_times(first, found[0])
        elif found[0].field.block.members > 1 and len(first.times) != len(found[0].times):
            raise InputError(
                f"{found[0].field.path}: has {len(found[0].times):,} times of several members in a chunk, and "
                f"{first.field.path} has {len(first.times):,}: members that are read together need as many leads; "
                "write each member to a file of its own"
            )
    return doubts


def _refuse_no_times(fields: list[StoredField], found: Series, wanted: Wanted) -> None:
    where, calendar = f"{fields[0].path}: {fields[0].name}", fields[0].calendar
    first, last = wanted.between(calendar)
    begin, end = calendars.texts(np.array([first, last]), calendar)
    if not len(found.times):
        spans = [" to ".join(calendars.texts(field.times[[0, -1]], calendar)) for field in fields]
        raise InputError(
            f"{where}: there is no time between {begin} and {end}, only "
            f"{', '.join(spans)}; choose another year or season, or add the file that has it"
        )
    new_year = calendars.of_date(int(calendars.years(last, calendar)), 1, 1, calendar)
    if first < new_year and found.times[-1] < new_year:
        raise InputError(
            f"{where}: the season lasts until {end}, but the data end at {calendars.text(found.times[-1], calendar)}; "
            "add the files of the next year"
        )
