"""The files of a season's members: opened when they are first asked for, a few at a time."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis import series
from stormtracks.science.reanalysis.field import Field
from stormtracks.science.reanalysis.layouts import Layout
from stormtracks.science.reanalysis.series import Series
from stormtracks.science.reanalysis.source import Source
from stormtracks.science.records import InputFile

_OPEN = 8
"""Members whose own files are kept open at a time: a limit for memory and file handles."""

Sources = dict[Path, Source]


@dataclass(frozen=True)
class Wanted:
    """What a season takes out of its files.

    Attributes
    ----------
    first, last : datetime64[s]
        Both included.
    level : float
        hPa.
    names : dict of str
        Variables by role, where the user names them.
    """

    first: np.datetime64
    last: np.datetime64
    level: float
    names: dict[str, str]


@dataclass(frozen=True)
class Reading:
    """Members that are read together.

    Attributes
    ----------
    series : list of Series
        Of u and v, or of vorticity.
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

    Attributes
    ----------
    labels : tuple of str
        The data's own names of the members.
    first : Series
        The one that was opened first, which all others must be like.

    Raises
    ------
    InputError
        No such member; a file is missing, cannot be understood, or does not fit the others.
    """

    def __init__(self, layout: Layout, wanted: Wanted, ensemble_member: int = 0) -> None:
        self._layout = layout
        self._wanted = wanted
        self._own_files = None not in layout.labels  # each member's; where not, member 0 stands for all of them
        self._open: OrderedDict[int, tuple[Sources, list[Series]]] = OrderedDict()
        self._chunks_of_closed = 0
        self.labels = tuple(layout.labels.values())
        if self._own_files:
            self._check(ensemble_member)
        self.first = self._opened(ensemble_member if self._own_files else 0, None)[0]
        if not self._own_files:
            self.labels = self.first.field.members
            self._check_or_close(ensemble_member)

    @property
    def folder(self) -> Path:
        """Folder of the first file, for messages."""
        return self._paths[0].parent

    @property
    def chunks_read(self) -> int:
        """Stored chunks inflated so far, over all files."""
        return self._chunks_of_closed + sum(_chunks(found) for _, found in self._open.values())

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
        if not self._own_files:
            yield Reading(self._series(0), numbers, numbers)
            return
        for number in numbers:
            yield Reading(self._series(number), [number], [0])

    def inputs(self, ensemble_member: int | None = None) -> tuple[InputFile, ...]:
        """The files of a member, or of all; see `Season.inputs`."""
        if ensemble_member is None and self._own_files:
            return tuple(InputFile.of(path) for path in self._paths)
        number = ensemble_member or 0
        self._check(number)
        found = self._series(number if self._own_files else 0)
        sources = {stretch.field.source.path: stretch.field.source.file for one in found for stretch in one.stretches}
        return tuple(sources[path] for path in sorted(sources))

    def changed(self) -> list[str]:
        """Paths of open files that are no longer what they were when they were opened."""
        return [path for sources, _ in self._open.values() for path in _changed(sources)]

    def close(self) -> None:
        """Close all files."""
        for sources, found in self._open.values():
            self._chunks_of_closed += _chunks(found)
            _close(sources)
        self._open.clear()

    @property
    def _paths(self) -> list[Path]:
        """All files of all members, sorted; with a member's own files, also those without a time of the season."""
        return sorted({path for files in self._layout.files.values() for one in files.values() for path in one})

    def _check(self, number: int) -> None:
        if not 0 <= number < len(self.labels):
            numbers = " to ".join(dict.fromkeys(["0", str(len(self.labels) - 1)]))
            labels = " to ".join(dict.fromkeys([self.labels[0], self.labels[-1]]))
            raise InputError(f"{self.folder}: there is no member {number}; choose {numbers} (in the data: {labels})")

    def _check_or_close(self, number: int) -> None:
        try:
            self._check(number)
        except InputError:
            self.close()
            raise

    def _series(self, number: int) -> list[Series]:
        """The series of each role of one member; the files stay open for the next time, a few members' at a time."""
        if number not in self._open:
            while len(self._open) >= _OPEN:
                self._let_go()
            return self._opened(number, self.first)
        self._open.move_to_end(number)
        return self._open[number][1]

    def _opened(self, number: int, first: Series | None) -> list[Series]:
        in_names = list(self._layout.labels)[number]
        sources: Sources = {}
        try:
            found = [self._one(role, in_names, sources) for role in self._layout.files]
            _refuse_misfits(found, first)
        except BaseException:
            _close(sources)
            raise
        self._open[number] = sources, found
        return found

    def _let_go(self) -> None:
        """Close the member that was asked for longest ago."""
        _, (sources, found) = self._open.popitem(last=False)
        self._chunks_of_closed += _chunks(found)
        changed = _changed(sources)
        _close(sources)
        if changed:
            raise changed_while_read(changed)

    def _one(self, role: str, in_names: int | None, sources: Sources) -> Series:
        paths = self._layout.files[role].get(in_names)
        if paths is None:
            label = self._layout.labels[in_names]
            raise InputError(f"{self.folder}: there is no file with {role} of member {label}; add it")
        fields = []
        for path in paths:
            if path not in sources:
                sources[path] = Source(path)
            fields.append(Field(sources[path], role, self._wanted.level, self._wanted.names.get(role)))
        found = Series(fields, self._wanted.first, self._wanted.last)
        _refuse_no_times(fields, found, self._wanted)
        return found


def changed_while_read(paths: Iterable[str]) -> InputError:
    """The refusal of files that changed since they were opened."""
    return InputError(f"{', '.join(paths)}: changed while being read; run the task again")


def _refuse_misfits(found: list[Series], reference: Series | None) -> None:
    first = reference or found[0]
    for other in found if reference else found[1:]:
        series.refuse_difference(first.field, other.field)
        series.refuse_other_times(first, other)


def _refuse_no_times(fields: list[Field], found: Series, wanted: Wanted) -> None:
    where = f"{fields[0].source.path}: {fields[0].name}"
    if not len(found.times):
        spans = [f"{field.times[0]} to {field.times[-1]}" for field in fields if len(field.times)]
        raise InputError(
            f"{where}: there is no time between {wanted.first} and {wanted.last}, only "
            f"{', '.join(spans) or 'an empty time axis'}; choose another year or season, or add the file that has it"
        )
    new_year = wanted.last.astype("datetime64[Y]").astype("datetime64[s]")
    if wanted.first < new_year and found.times[-1] < new_year:
        raise InputError(
            f"{where}: the season lasts until {wanted.last}, but the data end at {found.times[-1]}; "
            "add the files of the next year"
        )


def _chunks(found: list[Series]) -> int:
    return sum(stretch.field.chunks_read for one in found for stretch in one.stretches)


def _changed(sources: Sources) -> list[str]:
    return [str(source.path) for source in sources.values() if source.changed()]


def _close(sources: Sources) -> None:
    for source in sources.values():
        source.close()
