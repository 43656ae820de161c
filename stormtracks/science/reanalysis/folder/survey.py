"""Which files hold what: by the names of the known layouts, by the user's description, or by what is inside.

Known by name, wherever below the data folder (a folder per variable, per year, or all side by side):

========================  ==========================================================================
20CRv2, 20CRv2c           ``u850_1987.nc``, ``v850_1987.nc``: a file per variable and year, all members
20CRv3                    ``UGRD850.1987_mem001.nc``, ``VGRD850...``: a file per variable, year and member
========================  ==========================================================================

Further fields likewise (see `further_files`). Every other file is known by the variables inside (`contents`): ERA5,
CMIP6 and one-member files of any CF-like kind.
"""

import dataclasses
import functools
import re
from collections.abc import Mapping, Set
from pathlib import Path
from typing import Any

import numpy as np

from stormtracks import web_path
from stormtracks.readable import some
from stormtracks.science.errors import InputError, ManyStarts, NoData
from stormtracks.science.reanalysis.dataset import Dataset
from stormtracks.science.reanalysis.dimensions import forecasts
from stormtracks.science.reanalysis.fields import statistic
from stormtracks.science.reanalysis.fields.contents import FileContents, Looks, Opened
from stormtracks.science.reanalysis.folder import choice, copies, forecast_files, leftovers, listing, own_files
from stormtracks.science.reanalysis.folder.entries import Entry, labelled, matching, member, once
from stormtracks.science.reanalysis.folder.forecast_files import ForecastFiles
from stormtracks.science.reanalysis.folder.layout import Layout
from stormtracks.science.reanalysis.folder.listing import Found
from stormtracks.science.reanalysis.period import Period
from stormtracks.science.reanalysis.stored import formats

_KNOWN = re.compile(
    r"(?:.*/)?(?P<role>u|v|ugrd|vgrd|vo|vort)(?P<level>\d+)[._](?P<year>1[5-9]\d\d|2\d{3})(?:\d\d)?(?:_mem(?P<member>\d+))?\.nc4?",
    re.IGNORECASE,
)
_ROLES = {"u": "u", "ugrd": "u", "v": "v", "vgrd": "v", "vo": "vorticity", "vort": "vorticity"}


class Survey:
    """What lies below a folder, and the years that it makes up; nothing is opened that names tell.

    Parameters
    ----------
    folder : Path
    described : Dataset
    also : tuple of str
        Roles beside those of winds that files are looked into for when they are opened.
    opened : callable, optional
        Is given each file that is looked into, while it is open.

    Attributes
    ----------
    kept : dict
        What others found out of all files, which is the same for each year or start.

    Raises
    ------
    InputError
        There is no such folder.
    """

    def __init__(
        self, folder: Path, described: Dataset, also: tuple[str, ...] = (), opened: Opened | None = None
    ) -> None:
        self.folder = web_path.of(folder)
        self.described = described
        self._looks = Looks(described, also=also, opened=opened)
        self._of_tracked = described.of_tracked
        depth = max([listing.DEPTH, *(template.count("/") for template in described.files.values())])
        self.listing = listing.of(folder, depth, described.files.values())
        paths = [file.path for file in self.listing.files if file.path not in described.files.values()]
        self.listing.leave_out(copies.find(paths, self._adds_times))
        self._named = once(self._by_names())
        self._means: dict[Path, str] = {}
        self._of_forecasts: dict[Path, str] | None = None
        self.kept: dict[object, Any] = {}
        self._labels: dict[str, dict[Path, own_files.Labels]] = {}

    @functools.cached_property
    def years(self) -> list[int]:
        """All calendar years that any file has, ascending."""
        entries = self._named if self._of_tracked.files else [*self._named, *self._by_contents]
        return sorted({year for entry in entries for year in self._years_of(entry)})

    @property
    def named_years(self) -> set[int]:
        """The calendar years that names say, of files that are not opened for that."""
        return {entry.year for entry in self._named if entry.year is not None}

    @property
    def names_starts(self) -> bool:
        """Whether names say the starts of forecasts."""
        return any(entry.start is not None for entry in self._named)

    @property
    def nameless(self) -> list[Path]:
        """The files that are opened to know of which years they are."""
        others = [] if self._of_tracked.files else [file.place(self.folder) for file in self._opened]
        return list(dict.fromkeys([*(entry.path for entry in self._named if entry.year is None), *others]))

    def inside(self, path: Path) -> FileContents | None:
        """What is inside a file; None where it cannot be read."""
        return None if self._looks.unreadable(path) else self._looks.at(path)

    @functools.cached_property
    def starts(self) -> list[str]:
        """The starts of all forecasts that files have, ascending; those of two times or more."""
        return [] if self.forecasts is None else self.forecasts.labels

    @functools.cached_property
    def forecasts(self) -> ForecastFiles | None:
        """The forecasts that files have, and which files each is made of; None where they have none.

        Files whose names say a year are not opened for this: there may be thousands.
        """
        return self._forecasts_of([one for one in self._named if one.year is None or one.start is not None])

    def _forecasts_of(self, named: list[Entry]) -> ForecastFiles | None:
        for entries in (named, *([] if self._of_tracked.files else [self._by_contents])):
            found = forecast_files.find(self.folder, entries, self._looks)
            if found is not None:
                return found
        return None

    def layout_of(self, period: Period, level: float) -> Layout:
        """The files of a year or of a forecast; see `layout`."""
        return self.layout(period.years, level) if period.start is None else self._of_start(period.start, level)

    def layout(self, years: tuple[int, ...], level: float) -> Layout:
        """The files of a year.

        Parameters
        ----------
        years : tuple of int
            The calendar years that the season touches.
        level : float
            hPa.

        Returns
        -------
        Layout

        Raises
        ------
        InputError
            No such year or level; one wind without the other; several files for the same thing; a file that the year
            needs cannot be read.
        """
        entries = self._named
        chosen = self._of_years(entries, years)
        if not self._of_tracked.files and not chosen:
            entries = self._by_contents
            chosen = self._of_years(entries, years)
        if not self._of_years(chosen, years[:1]):
            raise self._no_year(years[0])
        remarks = leftovers.remarks(self.listing, self._faults(entries), [entry.path for entry in chosen], years)
        at_level = choice.at_level(chosen, level, self._looks, self._of_tracked)
        fitting = choice.of_quantity(self.folder, years[0], at_level, remarks, self._looks)
        told = own_files.tell(self.folder, fitting, self._looks)
        if told is None:
            found = Layout.of(self.folder, fitting, self._of_tracked, remarks)
            return dataclasses.replace(found, description=self._description(fitting))
        remarks = (*remarks, told.remark, *self._on_lacking(told, entries, fitting[0].role))
        found = Layout.of(self.folder, told.numbered(fitting), self._of_tracked, remarks)
        return dataclasses.replace(found, held=told.held())

    def _on_lacking(self, told: own_files.Told, entries: list[Entry], role: str) -> tuple[str, ...]:
        """What is said of members of other years that a year has not: its members have other numbers than theirs."""
        if role not in self._labels:
            those = [one for one in entries if one.role == role]
            self._labels[role] = own_files.of_all(self.folder, those, self._looks)
        lacking = own_files.elsewhere(told, self._labels[role], self._looks)
        if not lacking:
            return ()
        names = own_files.named(lacking)
        return (f"other years have {len(lacking)} more ({names}); the members of this year are counted without them",)

    def _of_start(self, start: str, level: float) -> Layout:
        """The files of a forecast."""
        known = self.forecasts or self._forecasts_of(self._named)
        if known is None or start not in known.labels:
            raise self._no_start(start)
        chosen = known.entries(start)
        years = Period(start).years
        remarks = leftovers.remarks(self.listing, self._faults_of_forecasts(known), [one.path for one in chosen], years)
        remarks = (*remarks, *known.remarks, *_on_absent(known.members, {one.number for one in chosen}))
        at_level = choice.at_level(chosen, level, self._looks, self._of_tracked)
        fitting = choice.of_quantity(self.folder, start, at_level, remarks, self._looks)
        found = Layout.of(self.folder, fitting, self._of_tracked, remarks, known.members)
        return dataclasses.replace(found, held=known.held, starts=known.starts(start), lagged=known.lagged)

    def _no_start(self, start: str) -> InputError:
        if self.starts:
            there = forecasts.listed(self.starts)
            return NoData(f"{self.folder}: there is no forecast of {start}; choose from {there}, or fetch it")
        entries = [*self._named, *([] if self._of_tracked.files else self._by_contents)]
        if any(start in self._looks.at(one.path).starts for one in entries if one.start is None):
            return InputError(
                f"{self.folder}: there is one time alone of the forecast of {start}, and nothing to follow; fetch more "
                "leads, or give a year to follow one lead of many starts"
            )
        if self.years:
            return InputError(
                f"{self.folder}: no file says that it is of a forecast, so {start} is not there; give a year "
                f"({leftovers.ranges(self.years)}), or 'start' in a dataset description"
            )
        return self._no_year(int(start[:4]))

    def _description(self, entries: list[Entry]) -> str:
        """The description of a year's files if they are of several members; see `Layout`."""
        is_open = all(entry.number is None and entry.year is None for entry in entries)
        return own_files.description(self.folder, entries, self._looks) if is_open else ""

    def _adds_times(self, path: str, other: str) -> bool:
        """Whether a file has times that another has not; also where only the other cannot be read."""
        one, two = (self._looks.at(web_path.below(self.folder, name)).times for name in (path, other))
        return bool(len(one)) and not np.isin(one, two).all()

    def _by_names(self) -> list[Entry]:
        """What the names of the files below the folder say."""
        files, described = self.listing.files, self._of_tracked
        if described.files:
            found = matching(self.folder, files, described.files)
            return found or labelled(matching(self.folder, files, described.files, texts=True), described)
        names = ((file, _KNOWN.fullmatch(file.path)) for file in files)
        return [_known(self.folder, file, name) for file, name in names if name]

    @functools.cached_property
    def paths_by_name(self) -> frozenset[Path]:
        """The files whose names say that they hold a wind or vorticity."""
        return frozenset(entry.path for entry in self._named)

    @property
    def seen(self) -> Mapping[Path, tuple[FileContents, str]]:
        """The files that were looked into so far; see `Looks.seen`."""
        return self._looks.seen

    @functools.cached_property
    def _opened(self) -> list[Found]:
        """The files whose names do not say what they hold, each once."""
        others = [file for file in self.listing.files if file.place(self.folder) not in self.paths_by_name]
        return listing.once([file for file in others if formats.is_data(file.place(self.folder))])

    @functools.cached_property
    def _by_contents(self) -> list[Entry]:
        """Entries of all other files that hold a wind or vorticity."""
        entries = []
        for file in self._opened:
            path = file.place(self.folder)
            roles = {candidate.role for candidate in self._looks.at(path).candidates}
            entries += [Entry(role, path, identity=file.identity) for role in sorted(roles)]
        self._means.update(self._means_beside_members(entries))
        return [entry for entry in entries if entry.path not in self._means]

    def _means_beside_members(self, entries: list[Entry]) -> dict[Path, str]:
        """Files of means over members (``geavg`` of GEFS) in years of which members are there -> what is said."""
        means = [entry for entry in entries if self._is_mean(entry)]
        paths = {entry.path for entry in means}
        others = [entry for entry in entries if entry.path not in paths] if means else []
        members = {(entry.role, year) for entry in others for year in self._years_of(entry)}
        beside = (one for one in means if {(one.role, year) for year in self._years_of(one)} <= members)
        return {one.path: f"{one.path}: is {statistic.MEMBER_MEAN}, which are there too" for one in beside}

    def _is_mean(self, entry: Entry) -> bool:
        found = (one.structure for one in self._looks.at(entry.path).of_role(entry.role))
        return all(known is not None and statistic.MEMBER_MEAN in known.statistic for known in found)

    def _faults(self, entries: list[Entry]) -> dict[Path, str]:
        """Files that were looked into without finding anything that can be used, and why."""
        paths = [entry.path for entry in entries if entry.year is None]
        if entries is not self._named:
            paths += [file.place(self.folder) for file in self._opened]
        return {path: fault for path in paths if (fault := self._looks.fault(path) or self._means.get(path, ""))}

    def _faults_of_forecasts(self, known: ForecastFiles) -> dict[Path, str]:
        """The same of all files that may be of a forecast, found once for all starts."""
        if self._of_forecasts is None:
            self._of_forecasts = self._faults(known.looked_at)
        return self._of_forecasts

    def _years_of(self, entry: Entry) -> Set[int]:
        return {entry.year} if entry.year is not None else self._looks.at(entry.path).years

    def _of_years(self, entries: list[Entry], years: tuple[int, ...]) -> list[Entry]:
        """The entries that have one of some years."""
        return [entry for entry in entries if not self._years_of(entry).isdisjoint(years)]

    def _no_year(self, year: int) -> InputError:
        if self._of_tracked.files and not self._named:
            templates = ", ".join(self._of_tracked.files.values())
            there = some([file.path for file in self.listing.files]) or "none"
            return InputError(
                f"{self.folder}: no file matches the dataset description {templates}; correct its 'files' (the files "
                f"there: {there})"
            )
        entries = self._named if self._of_tracked.files else self._by_contents
        only = next((why for one in entries if (why := self._looks.at(one.path).only_starts)), "")
        if only and self.starts:
            there = forecasts.listed(self.starts)
            return ManyStarts(
                f"{self.folder}: there is no year {year}, but forecasts with several leads from each start; ask for "
                f"one: --year {self.starts[0]} (there are {there})"
            )
        alone = sorted({start for one in entries for start in self._looks.at(one.path).starts})
        if alone and not self.years and not self.starts:
            return InputError(
                f"{self.folder}: there is no year {year}, but one time alone of the forecast of {alone[-1]}, whose "
                "members began at different times, and nothing to follow; fetch more leads"
            )
        return leftovers.no_year(
            self.folder, year, self.years, self.listing, self._faults(entries), self.described.naming
        )


def _on_absent(members: Mapping[int | None, str], there: Set[int | None]) -> tuple[str, ...]:
    """What is said of members that have no file of a start, though they have of others."""
    absent = [label for number, label in members.items() if number not in there]
    return (f"{len(absent)} members have no file of this start ({own_files.named(absent)})",) if absent else ()


def _known(folder: Path, file: Found, name: re.Match[str]) -> Entry:
    """What a name of a known layout says."""
    return Entry(
        _ROLES[name["role"].lower()],
        file.place(folder),
        int(name["year"]),
        *member(name),
        level=float(name["level"]),
        identity=file.identity,
    )
