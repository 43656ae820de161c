"""The files of a season's members: opened when they are first asked for, a few at a time."""

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis import series
from stormtracks.science.reanalysis.field import Field
from stormtracks.science.reanalysis.source import Source

_OPEN = 8
"""Members whose own files are kept open at a time: a limit for memory and file handles."""


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
    names: dict


class Members:
    """Series of u and v (or of vorticity) by member.

    Attributes
    ----------
    own_files : bool
        Whether each member has files of its own; where not, member 0 stands for all of them.
    """

    def __init__(self, layout, wanted):
        self._layout, self._wanted = layout, wanted
        self._numbers = list(layout.labels)
        self.own_files = None not in layout.labels
        self._open = OrderedDict()
        self._chunks_of_closed = 0
        self._reference = None

    @property
    def paths(self):
        """All files of all members, sorted; with a member's own files, also those without a time of the season."""
        return sorted({path for files in self._layout.files.values() for one in files.values() for path in one})

    @property
    def chunks_read(self):
        """Stored chunks inflated so far, over all files."""
        return self._chunks_of_closed + sum(_chunks(found) for _, found in self._open.values())

    def series(self, member):
        """The series of each role, a list; members with files of their own must have the grid and times of the first.

        Raises
        ------
        InputError
            A file is missing, cannot be understood, or does not fit the others.
        """
        if member in self._open:
            self._open.move_to_end(member)
            return self._open[member][1]
        while len(self._open) >= _OPEN:
            self._let_go()
        sources = {}
        try:
            found = [self._one(role, self._numbers[member], sources) for role in self._layout.files]
            _refuse_misfits(found, self._reference)
        except BaseException:
            _close(sources)
            raise
        self._open[member] = sources, found
        self._reference = self._reference or found[0]
        return found

    def changed(self):
        """Paths of open files that are not any more what they were when they were opened."""
        return [str(one.path) for sources, _ in self._open.values() for one in sources.values() if one.changed()]

    def close(self):
        """Close all files."""
        for sources, found in self._open.values():
            self._chunks_of_closed += _chunks(found)
            _close(sources)
        self._open.clear()

    def _let_go(self):
        """Close the member that was asked for longest ago."""
        _, (sources, found) = self._open.popitem(last=False)
        self._chunks_of_closed += _chunks(found)
        changed = [str(source.path) for source in sources.values() if source.changed()]
        _close(sources)
        if changed:
            raise changed_while_read(changed)

    def _one(self, role, number, sources):
        paths = self._layout.files[role].get(number)
        if paths is None:
            label = self._layout.labels[number]
            raise InputError(f"{self.paths[0].parent}: there is no file with {role} of member {label}")
        fields = []
        for path in paths:
            source = sources[path] = sources.get(path) or Source(path)
            fields.append(Field(source, role, self._wanted.level, self._wanted.names.get(role)))
        found = series.Series(fields, self._wanted.first, self._wanted.last)
        _refuse_no_times(fields, found, self._wanted)
        return found


def changed_while_read(paths):
    """The refusal of files that changed since they were opened."""
    return InputError(f"{', '.join(paths)}: changed while being read; run the task again")


def _refuse_misfits(found, reference):
    first = reference or found[0]
    for other in found if reference else found[1:]:
        series.refuse_difference(first.field, other.field)
        series.refuse_other_times(first, other)


def _refuse_no_times(fields, found, wanted):
    where = f"{fields[0].source.path}: {fields[0].name}"
    if not len(found.times):
        spans = [f"{field.times[0]} to {field.times[-1]}" for field in fields if len(field.times)]
        raise InputError(
            f"{where}: no time between {wanted.first} and {wanted.last}; there is {', '.join(spans) or 'none at all'}"
        )
    new_year = wanted.last.astype("datetime64[Y]").astype("datetime64[s]")
    if wanted.first < new_year and found.times[-1] < new_year:
        raise InputError(
            f"{where}: the season goes on to {wanted.last}, but the data end at {found.times[-1]}; "
            "the next year's files are needed too"
        )


def _chunks(found):
    return sum(part.field.chunks_read for one in found for part in one.parts)


def _close(sources):
    for source in sources.values():
        source.close()
