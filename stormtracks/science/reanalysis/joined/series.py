"""Fields after one another in time: the files of one role that make a season."""

import functools
import itertools
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from stormtracks.science import calendars
from stormtracks.science.arrays import Bools, Floats, Ints, Times
from stormtracks.science.errors import InputError, ManyStarts
from stormtracks.science.reanalysis.dimensions.forecasts import listed
from stormtracks.science.reanalysis.joined import means, origin
from stormtracks.science.reanalysis.joined.files import MOST, StoredField
from stormtracks.science.reanalysis.roles import ROLES
from stormtracks.science.records import Grid

_GREGORIAN = ("standard", "proleptic_gregorian")
_AGREE_FROM = np.datetime64("1582-10-15", "s")
_SHARED = 2
"""Times that two files after one another may both have, with the same values."""
_NAMED = 3
"""Members named of each file."""
FILES_AT_A_TIME = MOST // 2
"""u and v may be in files of their own."""


Between = Callable[[str], tuple[np.datetime64, np.datetime64]]


class Series:
    """One wind component, vorticity or further field of one season, whatever files it is spread over.

    Files may follow one another, or lie between one another: one with the analyses of 00 UTC, one with those of 12.

    Parameters
    ----------
    fields : iterable of StoredField
        In any order.
    between : callable
        First and last moment of the season in a calendar, both included.
    description : str
        The description by which the files are told apart if they are those of members.

    Attributes
    ----------
    times : ndarray of datetime64[s], shape (nt,)
        Ascending, each once.
    fields : list of StoredField
        Those with a time in the season, in order of the first.
    left_out : dict of str to list of Path
        Why files do not belong to the others -> those files.
    origin : Stated
        What the files say of their model and run.
    doubts : list of str
        What may be of another run, a sentence each.

    Raises
    ------
    InputError
        Two files have the same time, are of different runs, or differ in grid, members or calendar.
    """

    def __init__(self, fields: Iterable[StoredField], between: Between, description: str = "") -> None:
        self._description = description
        self.left_out: dict[str, list[Path]] = {}
        self.fields: list[StoredField] = []
        self.origin: origin.Stated = {}
        self.doubts: list[str] = []
        pieces: list[tuple[Times, int]] = []
        for field in self._together([field for field in fields if _overlaps(field, *between(field.calendar))]):
            first, last = between(field.calendar)
            start, stop = np.searchsorted(field.times, first), np.searchsorted(field.times, last, side="right")
            if stop > start:
                self._join(field)
                pieces.append((field.times[start:stop], int(start)))
        self._put_in_order(pieces)
        for one, other in itertools.pairwise(self.fields):
            refuse_difference(one, other)

    @property
    def field(self) -> StoredField:
        """The first file's field, which the others are like."""
        return self.fields[0]

    @functools.cached_property
    def cuts(self) -> Bools:
        """Before which of its steps reading may begin or end with no stored chunk decoded twice, shape (nt,)."""
        sizes = np.array([field.block.steps for field in self.fields])[self._owners]
        chunks = self._owners * (1 + self._steps.max(initial=0)) + self._steps // sizes
        _, chunk = np.unique(chunks, return_inverse=True)
        steps = np.arange(len(chunk))
        last = np.zeros_like(steps)
        np.maximum.at(last, chunk, steps)
        return np.concatenate([[True], np.maximum.accumulate(last[chunk])[:-1] < steps[1:]])

    def read_season_steps(self, start: int, stop: int, places: list[int]) -> tuple[Floats, bool]:
        """Values of some steps of the season, and whether they are sound; see `Field.read_file_steps`."""
        owners, steps = self._owners[start:stop], self._steps[start:stop]
        if not len(owners):
            return self.field.read_file_steps(0, 0, places)
        if (owners == owners[0]).all():
            return self.fields[owners[0]].read_file_steps(int(steps[0]), int(steps[-1]) + 1, places)
        all_values, all_sound = np.empty((len(owners), len(places), *self.field.grid.shape), np.float32), True
        for owner in dict.fromkeys(owners.tolist()):
            of_file = np.flatnonzero(owners == owner)
            first, last = int(steps[of_file[0]]), int(steps[of_file[-1]])  # with all between: times are in order
            values, sound = self.fields[owner].read_file_steps(first, last + 1, places)
            all_values[of_file], all_sound = values, all_sound and sound
        return all_values, all_sound

    def parts(self, start: int, stop: int) -> list[tuple[int, int]]:
        """Some steps in parts of no more files than can stay open while another series is read from them."""
        cuts, files = [start], set[int]()
        for step, owner in enumerate(self._owners[start:stop].tolist(), start):
            if owner not in files and len(files) == FILES_AT_A_TIME:
                cuts.append(step)
                files.clear()
            files.add(owner)
        return list(itertools.pairwise([*cuts, stop]))

    def field_at(self, step: int) -> StoredField:
        """The field that holds a step of the season."""
        return self.fields[self._owners[step]]

    def _together(self, fields: list[StoredField]) -> list[StoredField]:
        """The fields that belong together, in order of their first times."""
        others = means.apart(fields)
        for place, reason in others.items():
            self.left_out.setdefault(reason, []).append(fields[place].path)
        kept = [field for place, field in enumerate(fields) if place not in others]
        return sorted(kept, key=lambda field: field.times[0])

    def _join(self, field: StoredField) -> None:
        self.doubts += origin.refuse_others(self.origin, field.origin, in_succession=True)
        self.origin = field.origin | self.origin
        self.fields.append(field)

    def _put_in_order(self, pieces: list[tuple[Times, int]]) -> None:
        """All times of the files in order; of each step which file has it, and as which of its own steps."""
        times = np.concatenate([times for times, _ in pieces]) if pieces else np.zeros(0, "datetime64[s]")
        owners = np.repeat(np.arange(len(pieces)), [len(times) for times, _ in pieces])
        steps = np.concatenate([np.arange(first, first + len(times)) for times, first in pieces] or [owners])
        order = np.argsort(times, kind="stable")
        self.times, self._owners, self._steps = times[order], owners[order], steps[order]
        again = np.flatnonzero(self.times[1:] == self.times[:-1])
        if len(again):
            self._leave_out_again(again + 1)

    def _leave_out_again(self, again: Ints) -> None:
        """Leave out steps that the file before has too, with the same values: downloads often share a time."""
        shared: dict[tuple[int, int], int] = {}
        for step in again.tolist():
            one, other = self.field_at(step - 1), self.field_at(step)
            owners = int(self._owners[step - 1]), int(self._owners[step])
            shared[owners] = shared.get(owners, 0) + 1
            is_edge = shared[owners] <= _SHARED < min(len(one.times), len(other.times))
            if not (is_edge and _same_values(one, int(self._steps[step - 1]), other, int(self._steps[step]))):
                time, differ = self.times[step if is_edge else again[0]], ", with other values" if is_edge else ""
                raise _twice(one, other, time, differ, self._description)
        for (owner, other_owner), times in shared.items():
            names = f"{self.fields[owner].path.name} and {self.fields[other_owner].path.name}"
            what = "1 time" if times == 1 else f"{times} times"
            self.doubts.append(f"{names} both contain {what}, with the same values; read once")
        self.times, self._owners, self._steps = (
            np.delete(each, again) for each in (self.times, self._owners, self._steps)
        )


def _overlaps(field: StoredField, first: np.datetime64, last: np.datetime64) -> bool:
    return bool(len(field.times) and field.times[0] <= last and field.times[-1] >= first)


def _same_values(one: StoredField, step: int, other: StoredField, other_step: int) -> bool:
    """Whether two files hold the same at a time that both have."""
    if not _same_grid(one.grid, other.grid) or not _same_members(one, other):
        return False
    places = list(range(len(one.members)))
    values, others = (field.read_file_steps(at, at + 1, places)[0] for field, at in ((one, step), (other, other_step)))
    return np.allclose(values, others, rtol=0, atol=ROLES[one.role].same, equal_nan=True)


def _twice(one: StoredField, other: StoredField, time: np.datetime64, differ: str, description: str) -> InputError:
    moment = calendars.text(time, one.calendar)
    if not _same_grid(one.grid, other.grid):
        refuse_difference(one, other)
    starts = sorted({label for field in (one, other) if field.forecasts for label in field.forecasts.labels})
    if one.starts is None and len(starts) > 1:
        return ManyStarts(
            f"{one.path} and {other.path} both contain {one.name} of {moment}, of forecasts that overlap; ask for one "
            f"by its start: --year {starts[0]} (these files have {listed(starts)})"
        )
    members = (
        f"write this dataset description: {description}" if description else "put {member} in its place in 'files'"
    )
    return InputError(
        f"{one.path} and {other.path} both contain {one.name} of {moment}{differ}; remove one of them, or give the "
        f"right one under 'files' of a dataset description; where they are members of an ensemble, {members}"
    )


def refuse_difference(
    one: StoredField, other: StoredField, *, same_members: bool = True, same_grid: bool = True
) -> None:
    """Refuse two fields that are not on the same grid, with the same members and calendar; both are named.

    `same_members` is false for the files of two members: the labels in these are their own. `same_grid` is false for
    fields of which each may have its own.
    """
    names = f"{one.path} ({one.name}) and {other.path} ({other.name})"
    if same_grid and not _same_grid(one.grid, other.grid):
        raise InputError(
            f"{names} are on different grids: {_described(one.grid)}; {_described(other.grid)}; regrid one of them"
        )
    if same_members and not _same_members(one, other):
        raise InputError(f"{names} have different members: {_apart(one, other)}; use files of one ensemble")
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


def _same_members(one: StoredField, other: StoredField) -> bool:
    """Whether two files have the same members; of one member it may be that one file only says which it is."""
    is_one = len(one.members) == len(other.members) == 1
    return one.members == other.members or (is_one and not (one.names_members and other.names_members))


def _counts_as_we_do(field: StoredField) -> bool:
    """Whether all dates are ones on which the standard and the proleptic Gregorian calendar agree."""
    return field.calendar in _GREGORIAN and bool((field.times >= _AGREE_FROM).all())


def _apart(one: StoredField, other: StoredField) -> str:
    """How many members two files have, or, where these are as many, the first labels that one of them has alone."""
    if len(one.members) != len(other.members):
        return f"{len(one.members)} and {len(other.members)}"
    first, second = set(one.members), set(other.members)
    if first == second:
        return f"the same ones in another order ({_some(one.members)}; {_some(other.members)})"
    alone = [(field, [label for label in field.members if label not in first & second]) for field in (one, other)]
    return ", ".join(f"{_some(labels)} only in {field.path.name}" for field, labels in alone if labels)


def _some(labels: Sequence[str]) -> str:
    return ", ".join(labels[:_NAMED]) + (f", ... ({len(labels):,})" if len(labels) > _NAMED else "")


def _described(grid: Grid) -> str:
    nlat, nlon = grid.shape
    return f"{nlat} x {nlon}, {grid.lat[0]:g} to {grid.lat[-1]:g} N, {grid.lon[0]:g} to {grid.lon[-1]:g} E"
