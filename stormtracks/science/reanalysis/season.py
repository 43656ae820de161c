"""A year (or season) of all members: the one way in for the science."""

from pathlib import Path

import numpy as np

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis import layouts, times
from stormtracks.science.reanalysis.dataset import Dataset
from stormtracks.science.reanalysis.field import LARGEST
from stormtracks.science.reanalysis.members import Members, Wanted, changed_while_read
from stormtracks.science.records import InputFile, TimeAxis


def open_season(folder, year, settings, dataset=None, member=0):
    """Open the winds (or vorticity) of a year.

    Parameters
    ----------
    folder : path
        Where the data are; subfolders are looked through.
    year : int
        The year, or the one that the season begins in where `settings.season` crosses New Year.
    settings : Settings
        `level_hpa`, `season` and `region` are used.
    dataset : Dataset or mapping, optional
        Description of files that do not fit the known layouts.
    member : int, optional
        Schedule's member whose files are opened first, where each has its own; the others wait until they are read.

    Returns
    -------
    Season

    Raises
    ------
    InputError
        There is no such folder, year, member or level, or the files cannot be understood or trusted.
    """
    described = Dataset.from_mapping(dataset or {})
    level = settings.level_hpa if described.level is None else described.level
    years = (year, year + 1) if times.crosses_new_year(settings.season) else (year,)
    layout = layouts.find(Path(folder), years, level, described)
    wanted = Wanted(*times.bounds(year, settings.season), level, described.variables)
    return Season(layout, wanted, settings.region, member)


def inventory(folder, dataset=None):
    """Calendar years that a folder has data of, and the number of members in each.

    Returns
    -------
    dict of int to int
        Ascending; files that cannot be read are passed over (a task that needs one says so).

    Raises
    ------
    InputError
        There is no such folder.
    """
    return layouts.inventory(Path(folder), Dataset.from_mapping(dataset or {}))


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

    def __init__(self, layout, wanted, region, member=0):
        self._files, self._region = Members(layout, wanted), region
        self.members = tuple(layout.labels.values())
        self.quantity = "vorticity" if layout.roles == ("vorticity",) else "winds"
        try:
            self._begin(member)
        except BaseException:
            self._files.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        if kind is None:
            self.close()
        else:
            self._files.close()  # what went wrong before is what has to be said

    @property
    def chunks_inflated(self):
        """Stored chunks inflated so far, over all files."""
        return self._files.chunks_read

    def read(self, start, stop, members):
        """Fields of some steps and members.

        Parameters
        ----------
        start, stop : int
            Steps of the time axis, `stop` excluded.
        members : slice or list of int
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
            raise InputError(f"{self._folder}: steps {start} to {stop} are not there; there are {len(self.axis)}")
        numbers = list(range(len(self.members))[members]) if isinstance(members, slice) else list(members)
        if not numbers:
            raise InputError(f"{self._folder}: no member is asked for; there are {len(self.members)}")
        for number in numbers:
            self._check_member(number)
        if not self._files.own_files:
            return self._read(0, start, stop, numbers)
        each = [self._read(member, start, stop, [member]) for member in numbers]
        if len(each) == 1:
            return each[0]
        return tuple(np.concatenate(one, axis=1) for one in zip(*each, strict=True))

    def inputs(self, member=None):
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
        if member is None and self._files.own_files:
            return tuple(InputFile.of(path) for path in self._files.paths)
        self._check_member(member or 0)
        found = self._files.series(member if self._files.own_files else 0)
        sources = {part.field.source.path: part.field.source.file for one in found for part in one.parts}
        return tuple(sources[path] for path in sorted(sources))

    def close(self):
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

    def _begin(self, member):
        self._folder = self._files.paths[0].parent
        if self._files.own_files:
            self._check_member(member)
        first = self._files.series(member if self._files.own_files else 0)[0]
        if not self._files.own_files:
            self.members = first.field.members
            self._check_member(member)
        self.grid, self.together = first.field.grid, first.field.together
        hours = times.elapsed_hours(first.times, first.field.calendar)
        self.axis = TimeAxis(first.times, hours, first.field.calendar)

    def _check_member(self, member):
        if not 0 <= member < len(self.members):
            labels = " to ".join(dict.fromkeys([self.members[0], self.members[-1]]))
            raise InputError(
                f"{self._folder}: member {member} is not there; "
                f"there are {len(self.members)} ({labels}), counted from 0"
            )

    def _read(self, key, start, stop, numbers):
        """u and v, or vorticity, of members that share files (all of them, or one)."""
        stored = numbers if not self._files.own_files else [0]
        fields = []
        for one in self._files.series(key):
            values, sound = one.read(start, stop, stored)
            if not sound:
                self._refuse_bad_values(one, start, values, numbers)
            fields.append(values)
        return tuple(fields)

    def _refuse_bad_values(self, one, start, values, numbers):
        """Refuse what cannot be computed with inside the region; outside it, it may stay."""
        bad = ~(np.abs(values) <= LARGEST[one.field.role]) & self._in_region()
        if not bad.any():
            return
        step, member, row, column = (int(index[0]) for index in np.nonzero(bad))
        field, value = one.part_of(start + step).field, values[step, member, row, column]
        what = "missing (or NaN)" if np.isnan(value) else f"{value:g}, more than any real {field.role}"
        raise InputError(
            f"{field.source.path}: {field.name}: {int(bad[step].sum())} values at {self.axis.times[start + step]} "
            f"cannot be used inside the region; the first, at {self.grid.lat[row]:g} N {self.grid.lon[column]:g} E "
            f"of member {numbers[member]}, is {what}; choose a region without them, or other data"
        )

    def _in_region(self):
        """Which points are inside the settings' region, shape (nlat, nlon)."""
        if self._region is None:
            return np.ones(self.grid.shape, bool)
        south, north, west, east = self._region
        rows = (self.grid.lat >= south) & (self.grid.lat <= north)
        width = 360.0 if east - west >= 360 else (east - west) % 360
        return rows[:, np.newaxis] & ((self.grid.lon - west) % 360 <= width)
