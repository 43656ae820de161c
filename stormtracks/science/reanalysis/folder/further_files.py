"""Which files hold a further field of a year: by the names of the known layouts, by the description, by what is inside.

Known by name, beside the winds of `survey`:

========================  ==========================================================================
20CRv2, 20CRv2c           ``prmsl_1987.nc``, ``z200_1987.nc``, ``t850_1987.nc``, ``pwat_1987.nc``
20CRv3                    ``PRMSL.1987_mem001.nc``, ``HGT500.1987_mem001.nc``, ``TMP850...``
========================  ==========================================================================
"""

import dataclasses
import functools
import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from stormtracks.readable import some
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis import roles
from stormtracks.science.reanalysis.dimensions import levels
from stormtracks.science.reanalysis.fields.contents import Looks
from stormtracks.science.reanalysis.folder import forecast_files, leftovers, listing, own_files
from stormtracks.science.reanalysis.folder.entries import Entry, matching, member, once, refuse_copies
from stormtracks.science.reanalysis.folder.layout import Layout
from stormtracks.science.reanalysis.folder.listing import Found
from stormtracks.science.reanalysis.folder.survey import Survey
from stormtracks.science.reanalysis.period import Period
from stormtracks.science.reanalysis.roles import FURTHER, ROLES
from stormtracks.science.reanalysis.stored import formats

_KNOWN = re.compile(
    r"(?:.*/)?(?P<name>prmsl|pwat|cape|(?:z|hgt|t|tmp)(?P<level>\d+))[._](?P<year>1[5-9]\d\d|2\d{3})(?:\d\d)?"
    r"(?:_mem(?P<member>\d+))?\.nc4?",
    re.IGNORECASE,
)
_QUANTITIES = {
    "prmsl": "pressure", "z": "height", "hgt": "height", "t": "temperature", "tmp": "temperature",
    "pwat": "precipitable_water", "cape": "cape",
}  # fmt: skip
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|2\d{3})(?!\d)")
_NAMED = 3
"""Files and members named in a reason."""


class NoFile(InputError):
    """No file has a further field."""


class Nowhere(NoFile):
    """No file has a further field, and there is nothing to say of any file."""


@dataclass(frozen=True)
class RoleFiles:
    """The files of a further field.

    Attributes
    ----------
    layout : Layout
        With the members of the winds.
    level : float
        hPa; 0 for what has none.
    """

    layout: Layout
    level: float


class FurtherFiles:
    """The files of further fields below a folder, in the years of a season and for the members of its winds.

    Parameters
    ----------
    survey : Survey
    period : Period
        That of the season.
    winds : Layout
        The files of the winds.
    """

    def __init__(self, survey: Survey, period: Period, winds: Layout) -> None:
        self._survey = survey
        self._years = period.years
        self._unnamed = _Unnamed.of(survey, period.years)
        self._looks = self._unnamed.looks
        self._what = period.what if period.start else str(period.label)
        self._winds = winds

    def of(self, role: str) -> RoleFiles:
        """The files of a role.

        Raises
        ------
        NoFile
            There is none.
        InputError
            There are some that cannot be used.
        """
        ways = [self._described] if self._is_described(role) else [self._by_name, self._by_contents]
        of_period = self._of_starts if self._winds.starts else self._of_years
        entries = next(filter(None, (of_period(way(role)) for way in ways)), [])
        if not entries:
            raise self._nothing(role)
        entries, level = self._at_level(role, entries)
        entries = self._of_members(entries)
        if self._winds.lagged:
            entries = [one for one in entries if self._own_start(one) in self._starts_of(one)]
        refuse_copies(entries)
        return RoleFiles(self._layout(role, entries), level)

    def _of_members(self, entries: list[Entry]) -> list[Entry]:
        """The entries with the numbers of the winds' members, where they are told apart as those are."""
        told = own_files.tell(self._survey.folder, entries, self._looks) if self._winds.own_files else None
        if told is None:
            return entries
        numbers = {label: number for number, label in self._winds.labels.items()}
        return [
            dataclasses.replace(one, number=numbers[one.label])
            for one in told.numbered(entries)
            if one.label in numbers
        ]

    def _described(self, role: str) -> list[Entry]:
        """The files that the description names for a role; for one that it does not name, those of the winds."""
        survey = self._survey
        template = survey.described.further_files.get(role)
        if template is not None:
            numbered = matching(survey.folder, survey.listing.files, {role: template})
            texts = [] if numbered else matching(survey.folder, survey.listing.files, {role: template}, True)
            numbers = {label: number for number, label in self._winds.labels.items()}
            labelled = [dataclasses.replace(one, number=numbers[one.label]) for one in texts if one.label in numbers]
            return once(numbered or labelled)
        paths = {
            path: number for files in self._winds.files.values() for number, paths in files.items() for path in paths
        }
        return [Entry(role, path, number=number) for path, number in paths.items() if self._holds(role, path)]

    def _by_name(self, role: str) -> list[Entry]:
        """The files whose names say that they have the quantity of a role, at one of its levels."""
        wanted = ROLES[role]
        return [
            dataclasses.replace(entry, role=role)
            for entry in self._named
            if entry.role == wanted.quantity and (entry.level is None or levels.has(wanted.levels, entry.level))
        ]

    def _by_contents(self, role: str) -> list[Entry]:
        """The files that hold a role, of those whose names say nothing."""
        return self._unnamed.holding(role)

    @property
    def _named(self) -> list[Entry]:
        return self._unnamed.named

    def _is_described(self, role: str) -> bool:
        described = self._survey.described
        return role in described.further_files or bool(described.of_tracked.files)

    def _holds(self, role: str, path: Path) -> bool:
        return bool(self._looks.at(path).of_role(role))

    def _of_years(self, entries: list[Entry]) -> list[Entry]:
        return [entry for entry in entries if not self._years_of(entry).isdisjoint(self._years)]

    def _of_starts(self, entries: list[Entry]) -> list[Entry]:
        """The entries that have the start of any member of a forecast."""
        wanted = set(self._winds.starts.values())
        return [entry for entry in entries if not wanted.isdisjoint(self._starts_of(entry))]

    def _starts_of(self, entry: Entry) -> forecast_files.Starts:
        inside = {} if entry.start else self._looks.at(entry.path).starts_of(entry.role)
        return forecast_files.starts_of(entry, inside)

    def _own_start(self, entry: Entry) -> str:
        """The start of the entry's member; "" where a year is read."""
        files = self._winds.files.values()
        return next((self._winds.starts.get(path, "") for one in files for path in one.get(entry.number, ())), "")

    def _years_of(self, entry: Entry) -> Set[int]:
        return {entry.year} if entry.year is not None else self._looks.at(entry.path).years_of(entry.role)

    def _nothing(self, role: str) -> InputError:
        """Why there is no file of a role: what looks like one cannot be used, or there is none."""
        template = self._survey.described.further_files.get(role)
        if not self._is_described(role):
            fault = self._unnamed.fault(role)
        else:
            faults = (
                self._looks.at(path).fault(role) or (self._looks.unreadable(path) if template else "")
                for path in self._candidates(role)
            )
            fault = next(filter(None, faults), "")
        if fault:
            return InputError(fault)
        if template:
            return NoFile(f"no file of {self._what} matches {template!r}; correct 'files' of the description")
        what = f"{roles.described(role)} ({ROLES[role].names})"
        if self._is_described(role):
            return Nowhere(f"no described file has {what}; give its file under 'files' of the description")
        besides = "".join(f"; {remark}" for remark in self._unreadable)
        kind = NoFile if besides else Nowhere
        return kind(f"no file of {self._what} has {what}{besides}")

    @property
    def _unreadable(self) -> list[str]:
        """What is said of files that were looked into and cannot be read."""
        return self._unnamed.unreadable

    def _candidates(self, role: str) -> Iterable[Path]:
        """The files that were looked into for a role that is described."""
        if role in self._survey.described.further_files:
            return [entry.path for entry in self._described(role)]
        return [path for files in self._winds.files.values() for paths in files.values() for path in paths]

    def _at_level(self, role: str, entries: list[Entry]) -> tuple[list[Entry], float]:
        """The entries of the first of a role's levels that there is, and that level (hPa)."""
        if not ROLES[role].levels:
            return entries, 0.0
        there = {entry: self._levels_of(entry) for entry in entries}
        for level in ROLES[role].levels:
            at = [entry for entry, has in there.items() if has is None or levels.has(has, level)]
            if at:
                return at, level
        all_levels = sorted({level for has in there.values() for level in has or ()})
        raise NoFile(
            f"no file has {roles.described(role)}; {some([entry.path.name for entry in entries])} has it at "
            f"{', '.join(f'{level:g}' for level in all_levels)} hPa"
        )

    def _levels_of(self, entry: Entry) -> tuple[float, ...] | None:
        """The levels (hPa) of a file; None where nothing says them, or they are found out when it is opened."""
        return (entry.level,) if entry.level is not None else self._looks.at(entry.path).levels(entry.role) or None

    def _layout(self, role: str, entries: Sequence[Entry]) -> Layout:
        """The files of the winds' members; refused where there are others."""
        files: dict[int | None, tuple[Path, ...]] = {}
        for entry in entries:
            files[entry.number] = (*files.get(entry.number, ()), entry.path)
        labels = self._winds.labels
        if (None in files) != (None in labels):
            apart, together = ("it", "the winds") if None in labels else ("the winds", "it")
            raise InputError(
                f"{some([entry.path.name for entry in entries])}: a file per member holds {apart}, and all members "
                f"are in the files of {together}; use files of one archive"
            )
        of_winds = {number for by_number in self._winds.files.values() for number in by_number}
        lacking = [label for number, label in labels.items() if number in of_winds and number not in files]
        if lacking:
            raise InputError(
                f"{self._survey.folder}: there is no file with it of {len(lacking):,} of the {len(labels):,} members "
                f"({some(lacking)}); add them"
            )
        by_number = {number: paths for number, paths in files.items() if number in labels}
        starts = {entry.path: start for entry in entries if (start := self._own_start(entry))}
        winds = self._winds
        return Layout(
            {role: by_number}, labels, tuple(self._unreadable), winds.held, starts=starts, lagged=winds.lagged
        )


class _Unnamed:
    """Files that hold further fields in some years, by what is inside: found once for all starts of these years."""

    def __init__(self, survey: Survey, years: tuple[int, ...]) -> None:
        self.looks = Looks(survey.described, FURTHER)
        self._survey = survey
        self._years = years
        self._holding: dict[str, list[Entry]] = {}
        self._faults: dict[str, str] = {}

    @classmethod
    def of(cls, survey: Survey, years: tuple[int, ...]) -> "_Unnamed":
        """That of a survey, which keeps it."""
        return survey.kept.setdefault((cls, years), cls(survey, years))

    def holding(self, role: str) -> list[Entry]:
        """The files that hold a role, of those whose names say nothing."""
        if role not in self._holding:
            places = ((file, file.place(self._survey.folder)) for file in self._others)
            self._holding[role] = [
                Entry(role, path, identity=file.identity) for file, path in places if self.looks.at(path).of_role(role)
            ]
        return self._holding[role]

    def fault(self, role: str) -> str:
        """Why what looks like a role cannot be used; "" where nothing does."""
        if role not in self._faults:
            faults = (self.looks.at(file.place(self._survey.folder)).fault(role) for file in self._others)
            self._faults[role] = next(filter(None, faults), "")
        return self._faults[role]

    @functools.cached_property
    def named(self) -> list[Entry]:
        """What names say; `role` is the quantity here."""
        matches = ((file, _KNOWN.fullmatch(file.path)) for file in self._survey.listing.files)
        return once([_known(self._survey.folder, file, name) for file, name in matches if name])

    @property
    def unreadable(self) -> list[str]:
        """What is said of files that were looked into and cannot be read."""
        return self._unreadable if "_others" in self.__dict__ else []  # none was

    @functools.cached_property
    def _unreadable(self) -> list[str]:
        paths = [file.place(self._survey.folder) for file in self._others]
        faults = {path: fault for path in paths if (fault := self.looks.unreadable(path))}
        return [leftovers.left_out(path, fault) for path, fault in list(faults.items())[:_NAMED]]

    @functools.cached_property
    def _others(self) -> list[Found]:
        """The files whose names do not say what they hold, but for those that say another year."""
        survey = self._survey
        known = survey.paths_by_name | {entry.path for entry in self.named}
        found = [file for file in survey.listing.files if file.place(survey.folder) not in known]
        return listing.once(
            [one for one in found if _may_be_of(one.path, self._years) and formats.is_data(one.place(survey.folder))]
        )


def _known(folder: Path, file: Found, name: re.Match[str]) -> Entry:
    """What a name of a known layout says; `role` is the quantity."""
    letters = re.sub(r"\d", "", name["name"].lower())
    return Entry(
        _QUANTITIES[letters],
        file.place(folder),
        int(name["year"]),
        *member(name),
        level=None if name["level"] is None else float(name["level"]),
        identity=file.identity,
    )


def _may_be_of(path: str, years: tuple[int, ...]) -> bool:
    """Whether a name says one of the years, a span around them, or no year at all."""
    said = [int(year) for year in _YEAR.findall(path.rsplit("/", 1)[-1])]
    return not said or (min(said) <= max(years) and max(said) >= min(years))
