"""Fields after one another in time: the files of one wind (or of vorticity) that make a season."""

from dataclasses import dataclass

import numpy as np

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.field import Field


@dataclass(frozen=True)
class Part:
    """Steps `first` to `first + size` (exclusive) of one file's field, which are steps `begin` and on of the season."""

    field: Field
    first: int
    size: int
    begin: int


class Series:
    """One wind component, or vorticity, of one season, whatever files it is spread over.

    Parameters
    ----------
    fields : list of Field
        In any order.
    first, last : datetime64[s]
        The season, both included.

    Attributes
    ----------
    times : ndarray of datetime64[s], shape (nt,)
    parts : list of Part
        In order of time; files without a time in the season are left out.

    Raises
    ------
    InputError
        Files overlap in time, or differ in grid, members or calendar.
    """

    def __init__(self, fields, first, last):
        self.parts, begin = [], 0
        for field in sorted((field for field in fields if len(field.times)), key=lambda field: field.times[0]):
            start, stop = np.searchsorted(field.times, first), np.searchsorted(field.times, last, side="right")
            if stop > start:
                self._append(Part(field, int(start), int(stop - start), begin))
                begin += int(stop - start)
        pieces = [part.field.times[part.first : part.first + part.size] for part in self.parts]
        self.times = np.concatenate(pieces) if pieces else np.zeros(0, "datetime64[s]")

    @property
    def field(self):
        """The first file's field, which the others are like."""
        return self.parts[0].field

    def read(self, start, stop, members):
        """Values of some steps and members (step, member, lat, lon), and whether they are sound, as `Field.read`."""
        pieces = []
        for part in self.parts:
            begin, end = max(start, part.begin), min(stop, part.begin + part.size)
            if end > begin:
                shift = part.first - part.begin
                pieces.append(part.field.read(begin + shift, end + shift, members))
        if len(pieces) == 1:
            return pieces[0]
        if not pieces:
            return self.field.read(0, 0, members)
        return np.concatenate([values for values, _ in pieces]), all(sound for _, sound in pieces)

    def part_of(self, step):
        """The part that holds a step of the season."""
        return next(part for part in self.parts if part.begin <= step < part.begin + part.size)

    def _append(self, part):
        if self.parts:
            before = self.parts[-1]
            _refuse_overlap(before, part)
            refuse_difference(before.field, part.field)
        self.parts.append(part)


def _refuse_overlap(before, after):
    last = before.field.times[before.first + before.size - 1]
    if after.field.times[after.first] <= last:
        raise InputError(
            f"{before.field.source.path} and {after.field.source.path} both hold {after.field.name} of "
            f"{after.field.times[after.first]}: keep one of them, or say with a dataset's 'files' which are meant"
        )


def refuse_difference(one, other):
    """Refuse two fields that are not on the same grid, with the same members and calendar; both are named."""
    names = f"{one.source.path} ({one.name}) and {other.source.path} ({other.name})"
    if not _same_grid(one.grid, other.grid):
        raise InputError(f"{names} are on different grids: {_words(one.grid)}; {_words(other.grid)}")
    if one.members != other.members:
        raise InputError(f"{names} have different members: {len(one.members)} and {len(other.members)}")
    if one.calendar != other.calendar:
        raise InputError(f"{names} have different calendars: {one.calendar} and {other.calendar}")


def refuse_other_times(one, other):
    """Refuse two series that are not at the same times; both are named."""
    if np.array_equal(one.times, other.times):
        return
    names = f"{one.field.source.path} ({one.field.name}) and {other.field.source.path} ({other.field.name})"
    only = np.setxor1d(one.times, other.times)
    example = f"; {only[0]} is in one of them only" if len(only) else ""
    raise InputError(f"{names} are at different times: {len(one.times)} and {len(other.times)} times{example}")


def _same_grid(one, other):
    return (
        one.shape == other.shape
        and np.allclose(one.lat, other.lat, atol=1e-4)
        and np.allclose(one.lon, other.lon, atol=1e-4)
    )


def _words(grid):
    nlat, nlon = grid.shape
    return f"{nlat} x {nlon}, {grid.lat[0]:g} to {grid.lat[-1]:g} N, {grid.lon[0]:g} to {grid.lon[-1]:g} E"
