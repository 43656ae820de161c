"""Fields after one another in time: the files of one wind (or of vorticity) that make a season."""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stormtracks.science import calendars
from stormtracks.science.arrays import Floats
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis import means
from stormtracks.science.reanalysis.files import MOST, StoredField
from stormtracks.science.records import Grid

_GREGORIAN = ("standard", "proleptic_gregorian")
_AGREE_FROM = np.datetime64("1582-10-15", "s")
FILES_AT_A_TIME = MOST // 2
"""u and v may be in files of their own."""


Between = Callable[[str], tuple[np.datetime64, np.datetime64]]


@dataclass(frozen=True)
class Stretch:
    """Steps `first` to `first + size` (exclusive) of one file's field, which are steps `begin` and on of the season."""

    field: StoredField
    first: int
    size: int
    begin: int


class Series:
    """One wind component, or vorticity, of one season, whatever files it is spread over.

    Parameters
    ----------
    fields : iterable of StoredField
        In any order.
    between : callable
        First and last moment of the season in a calendar, both included.

    Attributes
    ----------
    times : ndarray of datetime64[s], shape (nt,)
    stretches : list of Stretch
        In order of time; files without a time in the season are left out.
    left_out : dict of str to list of Path
        Why files do not belong to the others -> those files.

    Raises
    ------
    InputError
        Files overlap in time, or differ in grid, members or calendar.
    """

    def __init__(self, fields: Iterable[StoredField], between: Between) -> None:
        self.stretches: list[Stretch] = []
        self.left_out: dict[str, list[Path]] = {}
        begin = 0
        for field in self._together([field for field in fields if _overlaps(field, *between(field.calendar))]):
            first, last = between(field.calendar)
            start, stop = np.searchsorted(field.times, first), np.searchsorted(field.times, last, side="right")
            if stop > start:
                self._append(Stretch(field, int(start), int(stop - start), begin))
                begin += int(stop - start)
        pieces = [one.field.times[one.first : one.first + one.size] for one in self.stretches]
        self.times = np.concatenate(pieces) if pieces else np.zeros(0, "datetime64[s]")

    @property
    def field(self) -> StoredField:
        """The first file's field, which the others are like."""
        return self.stretches[0].field

    def read_season_steps(self, start: int, stop: int, places: list[int]) -> tuple[Floats, bool]:
        """Values of some steps of the season, and whether they are sound; see `Field.read_file_steps`."""
        pieces = []
        for one in self.stretches:
            begin, end = max(start, one.begin), min(stop, one.begin + one.size)
            if end > begin:
                shift = one.first - one.begin
                pieces.append(one.field.read_file_steps(begin + shift, end + shift, places))
        if len(pieces) == 1:
            return pieces[0]
        if not pieces:
            return self.field.read_file_steps(0, 0, places)
        return np.concatenate([values for values, _ in pieces]), all(sound for _, sound in pieces)

    def parts(self, start: int, stop: int) -> list[tuple[int, int]]:
        """Some steps in parts of no more files than can stay open while another series is read from them."""
        begins = [one.begin for one in self.stretches if start < one.begin < stop]
        cuts = [start, *begins[FILES_AT_A_TIME - 1 :: FILES_AT_A_TIME], stop]
        return list(itertools.pairwise(cuts))

    def field_at(self, step: int) -> StoredField:
        """The field that holds a step of the season."""
        return next(one.field for one in self.stretches if one.begin <= step < one.begin + one.size)

    def _together(self, fields: list[StoredField]) -> list[StoredField]:
        """The fields that belong together, in order of time."""
        others = means.apart(fields)
        for place, reason in others.items():
            self.left_out.setdefault(reason, []).append(fields[place].path)
        kept = [field for place, field in enumerate(fields) if place not in others]
        return sorted(kept, key=lambda field: field.times[0])

    def _append(self, stretch: Stretch) -> None:
        if self.stretches:
            before = self.stretches[-1]
            _refuse_overlap(before, stretch)
            refuse_difference(before.field, stretch.field)
        self.stretches.append(stretch)


def _overlaps(field: StoredField, first: np.datetime64, last: np.datetime64) -> bool:
    return bool(len(field.times) and field.times[0] <= last and field.times[-1] >= first)


def _refuse_overlap(before: Stretch, after: Stretch) -> None:
    last = before.field.times[before.first + before.size - 1]
    if after.field.times[after.first] <= last:
        moment = calendars.text(after.field.times[after.first], after.field.calendar)
        raise InputError(
            f"{before.field.path} and {after.field.path} both contain {after.field.name} of {moment}; remove one of "
            "them, or give the right one under 'files' of a dataset description"
        )


def refuse_difference(one: StoredField, other: StoredField) -> None:
    """Refuse two fields that are not on the same grid, with the same members and calendar; both are named."""
    names = f"{one.path} ({one.name}) and {other.path} ({other.name})"
    if not _same_grid(one.grid, other.grid):
        raise InputError(
            f"{names} are on different grids: {_described(one.grid)}; {_described(other.grid)}; regrid one of them"
        )
    if one.members != other.members:
        raise InputError(
            f"{names} have different members: {len(one.members)} and {len(other.members)}; use files of one ensemble"
        )
    if one.calendar != other.calendar and not (_counts_as_we_do(one) and _counts_as_we_do(other)):
        raise InputError(
            f"{names} have different calendars: {one.calendar} and {other.calendar}; use files of one model run"
        )


def refuse_other_times(one: Series, other: Series) -> None:
    """Refuse two series that are not at the same times; both are named."""
    if np.array_equal(one.times, other.times):
        return
    names = f"{one.field.path} ({one.field.name}) and {other.field.path} ({other.field.name})"
    only = np.setxor1d(one.times, other.times)
    example = f"; only one of them has {calendars.text(only[0], one.field.calendar)}" if len(only) else ""
    raise InputError(
        f"{names} have different times: {len(one.times)} and {len(other.times)} times{example}; "
        "use files with the same times"
    )


def _same_grid(one: Grid, other: Grid) -> bool:
    return one is other or (
        one.shape == other.shape
        and np.allclose(one.lat, other.lat, atol=1e-4)
        and np.allclose(one.lon, other.lon, atol=1e-4)
    )


def _counts_as_we_do(field: StoredField) -> bool:
    """Whether all dates are ones on which the standard and the proleptic Gregorian calendar agree."""
    return field.calendar in _GREGORIAN and bool((field.times >= _AGREE_FROM).all())


def _described(grid: Grid) -> str:
    nlat, nlon = grid.shape
    return f"{nlat} x {nlon}, {grid.lat[0]:g} to {grid.lat[-1]:g} N, {grid.lon[0]:g} to {grid.lon[-1]:g} E"
