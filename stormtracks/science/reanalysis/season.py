"""A year (or season) of all members: the one way in for the science."""

import functools
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from stormtracks import web_path
from stormtracks.label import Label
from stormtracks.science import calendars, leads, reading, sphere
from stormtracks.science.arrays import Bools, Floats, Times
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.dataset import Dataset
from stormtracks.science.reanalysis.folder.survey import Survey
from stormtracks.science.reanalysis.joined import gaps
from stormtracks.science.reanalysis.joined.files import changed_while_read
from stormtracks.science.reanalysis.joined.series import Series
from stormtracks.science.reanalysis.members import Members, Reading, Wanted
from stormtracks.science.reanalysis.period import Period
from stormtracks.science.reanalysis.roles import ROLES
from stormtracks.science.reanalysis.stored import marks
from stormtracks.science.records import InputFile, TimeAxis
from stormtracks.science.settings import Settings

_LONG_STEP = 24.0
"""Hours between times from which on few storms can be followed."""
_SAY_MARK = (
    "where it marks missing values, name it as it is stored (ncatted -a missing_value,NAME,o,TYPE,NUMBER FILE), or "
)


def open_season(
    data: str | Path,
    year: Label,
    *,
    level_hpa: float = Settings.level_hpa,
    season: tuple[str, str] | None = None,
    region: sphere.Region | None = None,
    dataset: Dataset | Mapping[str, Any] | None = None,
    ensemble_member: int | None = None,
    missing: str = Settings.missing,
    missing_times: str = Settings.missing_times,
) -> "Season":
    """Open the winds (or vorticity) of a year.

    Parameters
    ----------
    data : path
        Folder with the files, whose subfolders are looked through; or address of a Zarr store.
    year : int or str
        The year, or the one that the season begins in where it crosses New Year; or the start of a forecast, such as
        ``"2025-06-01T00"``, which is read at all of its leads.
    level_hpa : float
        Pressure level that is read where a file has several, hPa; `dataset` may name another one.
    season : tuple of str, optional
        First and last date, ``("06-01", "12-01")``, 00 UTC of both included; none: all of the year.
    region : tuple of float, optional
        South, north, west, east in degrees: values outside it may be missing; none: the whole globe.
    dataset : Dataset or mapping, optional
        Description of files that do not fit the known layouts.
    ensemble_member : int, optional
        Schedule's member whose files are opened first, where each has its own; none: member 0. The others' files are
        opened when they are read.
    missing : {'skip', 'refuse'}
        Whether values may be missing inside the region: no maximum is then found at or beside them.
    missing_times : {'allow', 'refuse'}
        Whether times of the season may be missing.

    Returns
    -------
    Season

    Raises
    ------
    InputError
        There is no such folder, year, start, member or level, a season is given with a start, or the files cannot be
        understood or trusted.
    BadValue
        A level, season or region out of its range.

    Examples
    --------
    >>> from stormtracks.science.reanalysis import open_season
    >>> with open_season("sample/20crv2c_1987", 1987) as season:
    ...     u, v = season.read(0, 2, [0])
    >>> season.quantity, len(season.members), u.shape
    ('winds', 5, (2, 1, 91, 180))

    The same files, taken to be of a forecast:

    >>> started = {"start": "1987-09-09"}
    >>> with open_season("sample/20crv2c_1987", "1987-09-09T00", dataset=started) as season:
    ...     season.forecast(0)
    {'forecast': {'start': '1987-09-09T00', 'calendar': 'standard'}}
    """
    # refuses what these must not be
    Settings(level_hpa=level_hpa, season=season, region=region, missing=missing, missing_times=missing_times)
    described = Dataset.from_mapping(dataset or {})
    opened = open_year(
        Survey(web_path.of(data), described),
        year,
        level_hpa if described.level is None else described.level,
        season=season,
        region=region,
        ensemble_member=ensemble_member,
        skip_missing=missing == "skip",
    )
    if missing_times == "refuse" and opened.gaps.missing:
        opened.close()
        raise InputError(f"{data}: {opened.gaps.remark}; add the files that have them, or set missing_times=allow")
    return opened


def open_year(
    survey: Survey,
    year: Label,
    level: float,
    *,
    season: tuple[str, str] | None = None,
    region: sphere.Region | None = None,
    ensemble_member: int | None = None,
    skip_missing: bool = True,
) -> "Season":
    """Open a year of a folder that was looked through; see `open_season`."""
    period = Period.of(year, season)
    wanted = Wanted(period, level, survey.described)
    opened = Season(Members(survey.layout_of(period, level), wanted, ensemble_member or 0), region, skip_missing)
    axis = opened.axis
    first, last = (axis.times[0], axis.times[-1]) if period.start else wanted.between(axis.calendar)
    opened.gaps = gaps.find(axis, first, last, ends_too=season is not None)
    return opened


class Season:
    """The winds, or the vorticity, of all members at the times of one season; a context manager.

    Attributes
    ----------
    files : Members
        Whose files are whose.
    region : tuple of float, or None
        South, north, west, east in degrees; None: the whole globe.
    grid : Grid
        S to N, W to E.
    axis : TimeAxis
        Its times; where members of a forecast began at different times those of the last, see `axis_of`.
    start : str or None
        Label of the forecast; None of a year.
    quantity : str
        "winds" or "vorticity".
    members : tuple of str
        The data's own labels; the index is the schedule's ensemble member.
    block : Block
        What one stored chunk holds: reading one of its steps or members costs as much as reading all.
    cuts : ndarray of bool, shape (nt,)
        Before which steps reading may begin or end with no stored chunk decoded twice.
    gaps : Gaps
        The times of the season that the files do not have.
    missing_values : ndarray of int32, shape (nt, members)
        How many of the region's points have no value, at the times and of the members that were read.
    """

    def __init__(self, files: Members, region: sphere.Region | None = None, skip_missing: bool = True) -> None:
        first = files.first.field
        self.files = files
        self.start = files.wanted.period.start
        self.region = region
        self._skip_missing = skip_missing
        self.members = files.labels
        self.quantity = "vorticity" if first.role == "vorticity" else "winds"
        self.grid = first.grid
        self.block, self.cuts = files.block, files.cuts
        self.axis = self._axis(files.first.times)
        self.gaps = gaps.Gaps(0, len(self.axis), None)
        self._unwritten: set[tuple[int, int]] = set()
        self._looked_at: set[tuple[Path, str, tuple[int, ...]]] = set()
        self.missing_values = np.zeros((len(self.axis), len(self.members)), np.int32)

    def __enter__(self) -> "Season":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.files.close()  # no refusal of changed files here: the error on its way out has to be seen

    @property
    def chunks_inflated(self) -> int:
        """Stored chunks inflated so far, over all files."""
        return self.files.chunks_read

    def axis_of(self, ensemble_member: int) -> TimeAxis:
        """The times of a member: `axis`, save where members of a forecast began at different times."""
        times = self.files.times_of(ensemble_member)
        return self.axis if np.array_equal(times, self.axis.times) else self._axis(times)

    def forecast(self, ensemble_member: int) -> dict[str, Any]:
        """What a member's result says of the forecast that it is of; nothing of a year."""
        start, calendar = self.files.start_of(ensemble_member), self.axis.calendar
        if start is None:
            return {}
        return {leads.KEY: leads.Forecast(start=leads.name(start, calendar), calendar=calendar)}

    @property
    def choice(self) -> dict[str, Any]:
        """What is taken out of the files, plain values: a description may take another level or variable of them."""
        return self.files.choice

    @property
    def put_on_grid(self) -> dict[str, Any]:
        """What values are put on the grid by that do not lie on it in the files, by role; see `Horizontal`."""
        return self.files.put_on_grid

    @property
    def missing_times(self) -> int:
        """How many times of the season the files do not have."""
        return self.gaps.missing

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was guessed or found missing when the season was opened, one sentence each."""
        return self._remarks(None)

    def remarks_on(self, ensemble_member: int) -> tuple[str, ...]:
        """The same of one member, and what was found missing when it was read."""
        share = self.missing_share(ensemble_member)
        absent = (
            f"{100 * share:.2g} % of the values are missing (below the ground, say); no maximum is looked for at or "
            "beside them"
        )
        return self._remarks(ensemble_member) + ((absent,) if share else ()) + self._on_unwritten(ensemble_member)

    def missing_share(self, ensemble_member: int) -> float:
        """Share of the region's values, over all times, that one member does not have, as far as it was read."""
        points = int(self._inside.sum()) * len(self.axis)
        return float(self.missing_values[:, ensemble_member].sum() / points) if points else 0.0

    @reading.timed
    def read(self, start: int, stop: int, members: slice | Iterable[int]) -> tuple[Floats, ...]:
        """Fields of some steps and members.

        Parameters
        ----------
        start, stop : int
            Steps of the time axis, `stop` excluded.
        members : slice or iterable of int
            Members of the schedule.

        Returns
        -------
        tuple of ndarray of float32, shape (stop - start, members, nlat, nlon)
            (u, v) in m s-1, or (vorticity,) in s-1; contiguous, rows S to N, columns W to E. Missing values are NaN.

        Raises
        ------
        InputError
            No such step or member; a file cannot be read; inside the region a value is infinite or larger than a real
            one, or more than half of those of a time are missing (or any, where none may be).
        """
        numbers = list(range(len(self.members))[members]) if isinstance(members, slice) else list(members)
        if not 0 <= start <= stop <= (steps := self._steps(numbers)):
            raise InputError(f"{self.files.folder}: there are no steps {start} to {stop}; choose from 0 to {steps}")
        each = [self._read(reading, start, stop) for reading in self.files.readings(numbers)]
        if len(each) == 1:
            return each[0]
        return tuple(np.concatenate(one, axis=1) for one in zip(*each, strict=True))

    def inputs(self, ensemble_member: int | None = None) -> tuple[InputFile, ...]:
        """The files that a member is read from (or all members), as they were when they were opened.

        Returns
        -------
        tuple of InputFile
            Sorted by path. For all members that have files of their own: as they are now, without opening them.

        Raises
        ------
        InputError
            No such member, or one of its files is missing.
        """
        return self.files.inputs(ensemble_member)

    def close(self) -> None:
        """Close the files.

        Raises
        ------
        InputError
            A file changed since it was opened: what was read of it cannot be trusted.
        """
        changed = self.files.changed()
        self.files.close()
        if changed:
            raise changed_while_read(changed)

    @functools.cached_property
    def _inside(self) -> Bools:
        """Which points are in the region, shape (nlat, nlon)."""
        inside = sphere.in_region(self.grid.lat[:, np.newaxis], self.grid.lon, self.region)
        return np.broadcast_to(inside, self.grid.shape)

    def _axis(self, times: Times) -> TimeAxis:
        calendar = self.files.first.field.calendar
        return TimeAxis(times, calendars.elapsed_hours(times, calendar), calendar)

    def _remarks(self, ensemble_member: int | None) -> tuple[str, ...]:
        missing = (self.gaps.remark,) if self.gaps.missing else ()
        return self.files.remarks(ensemble_member) + missing + self._on_steps()

    def _on_unwritten(self, ensemble_member: int) -> tuple[str, ...]:
        """What is said of times at which all values are 0."""
        steps = sorted(step for member, step in self._unwritten if member == ensemble_member)
        if not steps:
            return ()
        first = calendars.text(self.axis.times[steps[0]], self.axis.calendar)
        times = "1 time" if len(steps) == 1 else f"{len(steps):,} times"
        return (f"all values are 0 at {times}, the first {first}, as if not written; no storm is found there",)

    def _on_steps(self) -> tuple[str, ...]:
        """What is said of means of days or more, and of other times that are more than a day apart."""
        step = float(np.median(np.diff(self.axis.hours))) if len(self.axis) > 1 else 0.0
        is_mean = self.files.first.field.is_mean
        if step < _LONG_STEP or (step == _LONG_STEP and not is_mean):
            return ()
        means = " and means over them" if is_mean else ""
        return (f"the times are {step:g} hours apart{means}; few storms can be followed (steps of 6 hours are usual)",)

    def _steps(self, numbers: list[int]) -> int:
        """How many steps some members have; those with starts of their own may have different ones."""
        if not self.files.layout.lagged:
            return len(self.axis)
        steps = min((len(self.files.times_of(number)) for number in numbers), default=len(self.axis))
        lacking = steps - len(self.missing_values)
        if lacking > 0:
            self.missing_values = np.pad(self.missing_values, ((0, lacking), (0, 0)))
        return steps

    def _read(self, reading: Reading, start: int, stop: int) -> tuple[Floats, ...]:
        """u and v, or vorticity, of members that are read together."""
        parts = [self._read_part(reading, *part) for part in reading.series[0].parts(start, stop)]
        return parts[0] if len(parts) == 1 else tuple(np.concatenate(one) for one in zip(*parts, strict=True))

    def _read_part(self, reading: Reading, start: int, stop: int) -> tuple[Floats, ...]:
        fields: list[Floats] = []
        unsound: list[tuple[Series, Bools]] = []
        for one in reading.series:
            values, sound = one.read_season_steps(start, stop, reading.places)
            if not sound:
                self._refuse_absurd(one, start, values, reading.numbers)
                unsound.append((one, np.isnan(values) & self._inside))
            if one.field.role != "vorticity":
                self._refuse_unsaid(one, start, values, reading.numbers)
            fields.append(values)
        if unsound:
            self._count_missing(reading, start, unsound)
        self._unwritten |= {(reading.numbers[member], start + step) for step, member in marks.unwritten(fields)}
        return tuple(fields)

    def _count_missing(self, reading: Reading, start: int, unsound: list[tuple[Series, Bools]]) -> None:
        """Keep how many values are missing at each time of each member; refuse too many, or any where none may be."""
        counts = np.logical_or.reduce([missing for _, missing in unsound]).sum(axis=(2, 3))
        self.missing_values[start : start + len(counts), reading.numbers] = counts
        too_many = counts > (self._inside.sum() // 2 if self._skip_missing else 0)
        if too_many.any():
            one, missing = max(unsound, key=lambda each: int(each[1][too_many].sum()))
            fault = "missing (or NaN)" + (", as are more than half of them" if self._skip_missing else "")
            raise self._bad_values(one, start, missing & too_many[..., np.newaxis, np.newaxis], reading.numbers, fault)

    def _refuse_absurd(self, one: Series, start: int, values: Floats, numbers: list[int]) -> None:
        """Refuse what no field can have inside the region; outside it, it may stay."""
        absurd = (np.abs(values) > ROLES[one.field.role].largest) & self._inside
        if absurd.any():
            value = values[np.nonzero(absurd)][0]
            remedy = _SAY_MARK if np.count_nonzero(values == value) > 1 else ""
            fault = f"{value:g}, more than any real {one.field.role}"
            raise self._bad_values(one, start, absurd, numbers, fault, remedy)

    def _refuse_unsaid(self, one: Series, start: int, values: Floats, numbers: list[int]) -> None:
        """Refuse a mark of missing values that nothing says to be one."""
        if not len(values):
            return
        field = one.field_at(start)
        looked_at = field.path, field.name, tuple(numbers)
        mark = marks.unsaid(values, field.limits, looked_at not in self._looked_at)
        self._looked_at.add(looked_at)
        if mark is None:
            return
        marked = (values == np.float32(mark)) & self._inside
        if marked.any():
            fault = f"{mark:g}, as no wind is at several points: a mark of missing values that nothing says to be one"
            raise self._bad_values(one, start, marked, numbers, fault, _SAY_MARK)

    def _bad_values(
        self, one: Series, start: int, bad: Bools, numbers: list[int], fault: str, remedy: str = ""
    ) -> InputError:
        step, member, row, column = (int(index[0]) for index in np.nonzero(bad))
        field, moment = one.field_at(start + step), calendars.text(self.axis.times[start + step], self.axis.calendar)
        is_absent = fault.startswith("missing")
        if is_absent and bad[step, member][self._inside].all():
            return InputError(
                f"{field.path}: {field.name}: not one of the values at {moment}, of member {numbers[member]}, is there "
                "inside the region: all are missing (or NaN); download the file again, or remove this time from it, "
                "because a season may lack times"
            )
        allow = ", allow missing ones (--set missing=skip)" if is_absent and not self._skip_missing else ""
        return InputError(
            f"{field.path}: {field.name}: {int(bad[step].sum())} values at {moment} "
            f"cannot be used inside the region; the first, at {self.grid.lat[row]:g} N {self.grid.lon[column]:g} E "
            f"of member {numbers[member]}, is {fault}; {remedy}choose a region without them (--set region=...){allow} "
            "or other data"
        )
