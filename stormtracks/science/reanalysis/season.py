"""A year (or season) of all members: the one way in for the science."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from stormtracks.science import sphere
from stormtracks.science.arrays import Floats
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis import layouts, times
from stormtracks.science.reanalysis.dataset import Dataset
from stormtracks.science.reanalysis.field import LARGEST
from stormtracks.science.reanalysis.members import Members, Reading, Wanted, changed_while_read
from stormtracks.science.reanalysis.series import Series
from stormtracks.science.records import InputFile, TimeAxis
from stormtracks.science.settings import Settings


def open_season(
    data: str | Path,
    year: int,
    *,
    level_hpa: float = Settings.level_hpa,
    season: tuple[str, str] | None = None,
    region: sphere.Region | None = None,
    dataset: Dataset | Mapping[str, Any] | None = None,
    ensemble_member: int | None = None,
) -> "Season":
    """Open the winds (or vorticity) of a year.

    Parameters
    ----------
    data : path
        Folder with the files; subfolders are looked through.
    year : int
        The year, or the one that the season begins in where it crosses New Year.
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

    Returns
    -------
    Season

    Raises
    ------
    InputError
        There is no such folder, year, member or level, or the files cannot be understood or trusted.
    BadValue
        A level, season or region out of its range.

    Examples
    --------
    >>> from stormtracks.science.reanalysis import open_season
    >>> with open_season("sample/20crv2c_1987", 1987) as season:
    ...     u, v = season.read(0, 2, [0])
    >>> season.quantity, len(season.members), u.shape
    ('winds', 5, (2, 1, 91, 180))
    """
    Settings(level_hpa=level_hpa, season=season, region=region)  # refuses what these must not be
    described = Dataset.from_mapping(dataset or {})
    level = level_hpa if described.level is None else described.level
    years = (year, year + 1) if times.crosses_new_year(season) else (year,)
    layout = layouts.find(Path(data), years, level, described)
    wanted = Wanted(*times.bounds(year, season), level, described.variables)
    return Season(Members(layout, wanted, ensemble_member or 0), region)


def inventory(data: str | Path, dataset: Dataset | Mapping[str, Any] | None = None) -> dict[int, int]:
    """Calendar years that a folder has data of, and the number of members in each.

    Returns
    -------
    dict of int to int
        Ascending; files that cannot be read are passed over (a task that needs one refuses it).

    Raises
    ------
    InputError
        There is no such folder.
    """
    return layouts.inventory(Path(data), Dataset.from_mapping(dataset or {}))


class Season:
    """The winds, or the vorticity, of all members at the times of one season; a context manager.

    Attributes
    ----------
    grid : Grid
        S to N, W to E.
    axis : TimeAxis
    quantity : str
        "winds" or "vorticity".
    members : tuple of str
        The data's own labels; the index is the schedule's ensemble member.
    together : bool
        Whether a stored chunk holds several members, so that reading one costs as much as reading all.
    """

    def __init__(self, files: Members, region: sphere.Region | None = None) -> None:
        first = files.first.field
        self._files = files
        self._region = region
        self.members = files.labels
        self.quantity = "vorticity" if first.role == "vorticity" else "winds"
        self.grid = first.grid
        self.together = first.together
        hours = times.elapsed_hours(files.first.times, first.calendar)
        self.axis = TimeAxis(files.first.times, hours, first.calendar)

    def __enter__(self) -> "Season":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._files.close()  # no refusal of changed files here: the error on its way out has to be seen

    @property
    def chunks_inflated(self) -> int:
        """Stored chunks inflated so far, over all files."""
        return self._files.chunks_read

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
            (u, v) in m s-1, or (vorticity,) in s-1; contiguous, rows S to N, columns W to E. Values missing outside the
            region are NaN.

        Raises
        ------
        InputError
            No such step or member; a file cannot be read; inside the region a value is missing, not finite, or larger
            than a real one.
        """
        if not 0 <= start <= stop <= len(self.axis):
            raise InputError(
                f"{self._files.folder}: there are no steps {start} to {stop}; choose from 0 to {len(self.axis)}"
            )
        numbers = list(range(len(self.members))[members]) if isinstance(members, slice) else list(members)
        each = [self._read(reading, start, stop) for reading in self._files.readings(numbers)]
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
        return self._files.inputs(ensemble_member)

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

    def _read(self, reading: Reading, start: int, stop: int) -> tuple[Floats, ...]:
        """u and v, or vorticity, of members that are read together."""
        fields = []
        for one in reading.series:
            values, sound = one.read_season_steps(start, stop, reading.places)
            if not sound:
                self._refuse_bad_values(one, start, values, reading.numbers)
            fields.append(values)
        return tuple(fields)

    def _refuse_bad_values(self, one: Series, start: int, values: Floats, numbers: list[int]) -> None:
        """Refuse what cannot be computed with inside the region; outside it, it may stay."""
        inside = sphere.in_region(self.grid.lat[:, np.newaxis], self.grid.lon, self._region)
        bad = ~(np.abs(values) <= LARGEST[one.field.role]) & inside
        if not bad.any():
            return
        step, member, row, column = (int(index[0]) for index in np.nonzero(bad))
        field, value = one.field_at(start + step), values[step, member, row, column]
        what = "missing (or NaN)" if np.isnan(value) else f"{value:g}, which no real {field.role} can reach"
        raise InputError(
            f"{field.source.path}: {field.name}: {int(bad[step].sum())} values at {self.axis.times[start + step]} "
            f"cannot be used inside the region. The first, at {self.grid.lat[row]:g} N {self.grid.lon[column]:g} E "
            f"of member {numbers[member]}, is {what}. Choose a region without them (--set region=...) or other data"
        )
