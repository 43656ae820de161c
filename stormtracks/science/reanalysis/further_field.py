"""A further field of all members at the times of the winds: the pressure at mean sea level, a height, a temperature."""

import functools
import itertools
from collections.abc import Iterator

import numpy as np

from stormtracks.science import calendars, sphere
from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.joined import gaps, origin, series
from stormtracks.science.reanalysis.joined.series import Series
from stormtracks.science.reanalysis.members import Members, Reading
from stormtracks.science.reanalysis.roles import ROLES
from stormtracks.science.reanalysis.season import Season
from stormtracks.science.reanalysis.stored import marks
from stormtracks.science.records import TimeAxis


class FurtherField:
    """One role at the times and of the members of a season; on a grid of its own.

    Parameters
    ----------
    files : Members
        Of the role alone.
    season : Season
        The open winds, or vorticity.

    Attributes
    ----------
    role : str
    grid : Grid
        S to N, W to E.
    block : Block
        What one stored chunk holds.
    cuts : ndarray of bool, shape (nt,)
        Before which of the winds' steps reading may begin or end with no stored chunk decoded twice.
    gaps : Gaps
        The winds' times that its files do not have.
    missing_values : ndarray of int32, shape (nt, members)
        How many of the region's points have no value, at the times and of the members that were read.

    Raises
    ------
    InputError
        It is of another run, other members, another calendar or other times, it is a mean over time, or its first
        field is none that the role can have.
    """

    def __init__(self, files: Members, season: Season) -> None:
        self._files = files
        self._season = season
        first = files.first.field
        self.role, self.grid, self.block = first.role, first.grid, files.block
        self._doubts = _refuse_other_than_winds(files.first, season)
        self._steps = _steps_at(season.axis, files.first)
        self.cuts = _cuts_at(files.cuts, self._steps)
        lacking = np.flatnonzero(self._steps < 0)
        first_lacking = season.axis.times[lacking[0]] if len(lacking) else None
        self.gaps = gaps.Gaps(len(lacking), len(season.axis), first_lacking, season.axis.calendar)
        self.missing_values = np.zeros((len(season.axis), len(season.members)), np.int32)
        self._unwritten: set[tuple[int, int]] = set()
        self._lowest, self._highest = np.inf, -np.inf  # of what was looked at

    @property
    def files(self) -> Members:
        """Whose files are whose."""
        return self._files

    def read(self, start: int, stop: int, numbers: list[int]) -> Floats:
        """Values of some of the winds' steps and of some members; see `Further.read`."""
        each = [self._read(reading, start, stop) for reading in self._files.readings(numbers)]
        return each[0] if len(each) == 1 else np.concatenate(each, axis=1)

    def read_first(self, ensemble_member: int) -> None:
        """Read the first field that there is, so that wrong units are found out before anything is made of them."""
        step = int(np.flatnonzero(self._steps >= 0)[0])
        self.read(step, step + 1, [ensemble_member])

    def remarks(self, ensemble_member: int | None) -> tuple[str, ...]:
        """What was guessed about it, found missing, or, of a member, found missing when it was read."""
        said = [*self._files.remarks(ensemble_member), *self._doubts]
        if self.gaps.missing:
            said.append(f"{self.role}: {self.gaps.remark.replace('times of the season', 'times of the winds')}")
        if ensemble_member is not None:
            said += self._remarks_on_values(ensemble_member)
        return tuple(said)

    @functools.cached_property
    def _inside(self) -> Bools:
        """Which points are in the season's region, shape (nlat, nlon)."""
        inside = sphere.in_region(self.grid.lat[:, np.newaxis], self.grid.lon, self._season.region)
        return np.broadcast_to(inside, self.grid.shape)

    def _remarks_on_values(self, ensemble_member: int) -> Iterator[str]:
        points = int(self._inside.sum()) * len(self._season.axis)
        share = self.missing_values[:, ensemble_member].sum() / points if points else 0.0
        if share:
            known = f"{100 * share:.2g}" if share < 0.995 else "nearly 100" if share < 1 else "100"
            yield f"{self.role}: {known} % of the values are missing"
        unwritten = sum(member == ensemble_member for member, _ in self._unwritten)
        if unwritten:
            times = "1 time" if unwritten == 1 else f"{unwritten:,} times"
            yield f"{self.role}: all values are 0 at {times}, as if not written; taken to be missing"

    def _read(self, reading: Reading, start: int, stop: int) -> Floats:
        """Values of members that are read together."""
        if self._files.layout.lagged and reading.series[0] is not self._files.first:
            raise InputError(
                f"{self._files.folder}: {self.role} of members with times of their own is read of one member at a time"
            )
        parts = [self._read_run(reading, *run) for run in _runs(self._steps, start, stop)]
        if len(parts) == 1:
            return parts[0]
        return np.concatenate(parts) if parts else np.empty((0, len(reading.places), *self.grid.shape), np.float32)

    def _read_run(self, reading: Reading, start: int, stop: int) -> Floats:
        """The same of steps that follow one another in the role's files, or that these lack: NaN."""
        first = int(self._steps[start])
        if first < 0:
            return np.full((stop - start, len(reading.places), *self.grid.shape), np.nan, np.float32)
        values, _ = reading.series[0].read_season_steps(first, first + stop - start, reading.places)
        lowest, highest = values.min(), values.max()
        if not (self._lowest <= lowest and highest <= self._highest):  # not where one is NaN
            self._look_at_values(reading, start, values)
        elif lowest <= 0 <= highest:
            self._leave_out_unwritten(reading, start, values)
        return values

    def _look_at_values(self, reading: Reading, start: int, values: Floats) -> None:
        """Look at values that pass those that were seen before, or of which some are missing."""
        self._leave_out_unwritten(reading, start, values)
        self._refuse_unsaid(reading, start, values)
        self._refuse_absurd(reading, start, values)
        counts = (np.isnan(values) & self._inside).sum(axis=(2, 3))
        self.missing_values[start : start + len(counts), reading.numbers] = counts
        self._lowest = min(self._lowest, float(np.fmin.reduce(values, axis=None)))
        self._highest = max(self._highest, float(np.fmax.reduce(values, axis=None)))

    def _leave_out_unwritten(self, reading: Reading, start: int, values: Floats) -> None:
        """Make fields that are all 0 missing, as of what a program did not write."""
        for step, member in marks.unwritten([values]):
            values[step, member] = np.nan
            self.missing_values[start + step, reading.numbers[member]] = self._inside.sum()
            self._unwritten.add((reading.numbers[member], start + step))

    def _refuse_unsaid(self, reading: Reading, start: int, values: Floats) -> None:
        """Refuse a mark of missing values that nothing says to be one."""
        mark = marks.unsaid(values)
        if mark is not None and ((values == np.float32(mark)) & self._inside).any():
            field = reading.series[0].field_at(int(self._steps[start]))
            raise InputError(
                f"{field.path}: {field.name}: {mark:g} is there at several points and nothing near it: a mark of "
                "missing values that nothing says to be one; name it (ncatted -a missing_value,NAME,o,TYPE,NUMBER FILE)"
            )

    def _refuse_absurd(self, reading: Reading, start: int, values: Floats) -> None:
        """Refuse what the role cannot have inside the region, and leave it out outside."""
        wanted = ROLES[self.role]
        with np.errstate(invalid="ignore"):
            absurd = (values < wanted.low) | (values > wanted.high)
        if (absurd & self._inside).any():
            raise self._bad_value(reading, start, values, absurd & self._inside)
        values[absurd] = np.nan

    def _bad_value(self, reading: Reading, start: int, values: Floats, bad: Bools) -> InputError:
        step, member, row, column = (int(index[0]) for index in np.nonzero(bad))
        field = reading.series[0].field_at(int(self._steps[start + step]))
        axis, wanted = self._season.axis, ROLES[self.role]
        moment, value = calendars.text(axis.times[start + step], axis.calendar), values[step, member, row, column]
        return InputError(
            f"{field.path}: {field.name}: {int(bad[step].sum())} values at {moment} cannot be used as {wanted.what}; "
            f"the first, at {self.grid.lat[row]:g} N {self.grid.lon[column]:g} E of member {reading.numbers[member]}, "
            f"is {value:g} {wanted.units}, and {wanted.low:g} to {wanted.high:g} are possible; "
            "correct its units or marks of missing values, or move the file elsewhere to do without it"
        )


def _refuse_other_than_winds(first: Series, season: Season) -> list[str]:
    """Refuse what does not belong to the winds; what may not is said."""
    winds = season.files.first
    doubts = origin.refuse_others(winds.origin, first.origin, in_succession=False)
    own_files = season.files.layout.own_files
    series.refuse_difference(winds.field, first.field, same_members=not own_files, same_grid=False)
    if first.field.is_mean and not winds.field.is_mean:
        raise InputError(
            f"{first.field.path}: {first.field.name}: holds means over time, the winds do not; use values "
            "at their times"
        )
    return [*first.doubts, *doubts]


def _steps_at(axis: TimeAxis, first: Series) -> Ints:
    """At which of its own steps a series has each time of the winds; -1 where it lacks it."""
    places = np.searchsorted(first.times, axis.times)
    places[places == len(first.times)] = 0
    steps = np.where(first.times[places] == axis.times, places, -1)
    if (steps < 0).all():
        begin, end = calendars.texts(first.times[[0, -1]], first.field.calendar)
        raise InputError(
            f"{first.field.path}: {first.field.name}: none of its times, {begin} to {end}, is one of the winds'; use "
            "files of the same times"
        )
    return steps


def _cuts_at(cuts: Bools, steps: Ints) -> Bools:
    """Before which of the winds' steps reading may be cut, from where it may be before the field's own ones."""
    chunk = np.maximum.accumulate(np.where(steps < 0, 0, np.cumsum(cuts)[steps]))
    return (np.diff(chunk, prepend=-1) > 0) | (steps < 0)


def _runs(steps: Ints, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Some of the winds' steps in runs that follow one another in the role's files, or that these lack."""
    wanted = steps[start:stop]
    follows = np.where(wanted[1:] < 0, wanted[:-1] < 0, wanted[1:] == wanted[:-1] + 1) & (
        (wanted[1:] < 0) == (wanted[:-1] < 0)
    )
    edges = [start, *(start + 1 + np.flatnonzero(~follows)).tolist(), stop]
    if stop > start:
        yield from itertools.pairwise(edges)
