"""Which forecasts the files of a folder have, and which of these files each is made of."""

import collections
import functools
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stormtracks.science.reanalysis.fields.contents import Looks
from stormtracks.science.reanalysis.folder import own_files
from stormtracks.science.reanalysis.folder.entries import Entry

_FEWEST = 2
"""Times that make a forecast: of a file that has a lead of each start nothing can be tracked."""


Starts = Mapping[str, int]
"""Start of a forecast -> how many of its times there are."""


@dataclass(frozen=True)
class ForecastFiles:
    """The forecasts of a folder.

    Attributes
    ----------
    looked_at : list of Entry
        All files that may be of one, as they were given.
    numbered : list of Entry
        Those that are, with the numbers of members that files say.
    of_file : dict of Path to dict
        File -> its starts -> how many times it has of each.
    ensembles : dict of str to dict
        Label of a forecast -> number of a member -> its own start.
    held : dict
        See `Layout`.
    remarks : tuple of str
    """

    looked_at: list[Entry]
    numbered: list[Entry]
    of_file: Mapping[Path, Starts]
    ensembles: Mapping[str, Mapping[int | None, str]]
    held: dict[int | None, tuple[str, ...]]
    remarks: tuple[str, ...]

    @functools.cached_property
    def labels(self) -> list[str]:
        """What the forecasts are called, ascending."""
        return sorted(self.ensembles)

    @functools.cached_property
    def lagged(self) -> bool:
        """Whether members began at different times."""
        return any(set(own.values()) != {label} for label, own in self.ensembles.items())

    @property
    def members(self) -> dict[int | None, str]:
        """Number -> label of all members that any forecast has."""
        return {one.number: one.label for one in sorted(self.numbered, key=lambda one: one.number or 0)}

    def entries(self, label: str) -> list[Entry]:
        """The files of a forecast."""
        own = self.ensembles[label]
        there = (place for start in set(own.values()) for place in self._places[start])
        return [
            one
            for one in map(self.numbered.__getitem__, sorted(set(there)))
            if own.get(one.number) in self.of_file[one.path]
        ]

    @functools.cached_property
    def _places(self) -> Mapping[str, list[int]]:
        """Start -> places in `numbered` of the files that have it: there may be thousands of both."""
        found: dict[str, list[int]] = collections.defaultdict(list)
        for place, one in enumerate(self.numbered):
            for start in self.of_file[one.path]:
                found[start].append(place)
        return found

    def files(self, label: str) -> tuple[Path, ...]:
        """The files of a forecast, sorted: forecasts of the same files differ in their times alone."""
        return tuple(sorted(self.starts(label)))

    def starts(self, label: str) -> dict[Path, str]:
        """The start that is read of each file of a forecast."""
        return {one.path: self.ensembles[label][one.number] for one in self.entries(label)}


def find(folder: Path, entries: Sequence[Entry], looks: Looks) -> ForecastFiles | None:
    """The forecasts of some files; None where they are of none.

    Parameters
    ----------
    folder : Path
        The folder of data.
    entries : sequence of Entry
    looks : Looks
        What is inside those whose names do not say their start.
    """
    of_file = {one.path: starts_of(one, looks.at(one.path).starts if one.start is None else {}) for one in entries}
    those = [one for one in entries if of_file[one.path]]
    told = own_files.tell(folder, those, looks, of_forecasts=True) if all(one.start is None for one in those) else None
    numbered = those if told is None else told.numbered(those)
    files = _files(numbered, of_file)
    own = {
        number: [start for start, by_role in of_member.items() if _is_forecast(by_role, of_file, start)]
        for number, of_member in files.items()
    }
    if not any(own.values()):
        return None

    def reaches(number: int | None, start: str, other: str) -> bool:
        """Whether the forecast of a member lasts until another has begun."""
        paths = next(iter(files[number][start].values()))
        return any(looks.at(path).lasts_until(other) for path in paths)

    remarks = (told.remark,) if told is not None else ()
    return ForecastFiles(
        list(entries), numbered, of_file, ensembles(own, reaches), told.held() if told else {}, remarks
    )


def _files(
    entries: Iterable[Entry], of_file: Mapping[Path, Starts]
) -> dict[int | None, dict[str, dict[str, list[Path]]]]:
    """The files of each member, start and role."""
    found: dict[int | None, dict[str, dict[str, list[Path]]]] = {}
    for one in entries:
        of_member = found.setdefault(one.number, {})
        for start in of_file[one.path]:
            of_member.setdefault(start, {}).setdefault(one.role, []).append(one.path)
    return found


def _is_forecast(by_role: Mapping[str, Sequence[Path]], of_file: Mapping[Path, Starts], start: str) -> bool:
    """Whether the files of a start have times enough of any role: that others lack it is said when it is read."""
    return any(sum(of_file[path][start] for path in paths) >= _FEWEST for paths in by_role.values())


def starts_of(entry: Entry, inside: Starts) -> Starts:
    """The starts of a file: by its name, or by what is inside; of one that is not looked into some times are taken."""
    return inside if entry.start is None else {entry.start: _FEWEST if entry.lead is None else 1}


def ensembles(
    starts: Mapping[int | None, Iterable[str]], reaches: Callable[[int | None, str, str], bool] = lambda *_: True
) -> dict[str, dict[int | None, str]]:
    """Which start of each member is of which forecast.

    Where all members have the same starts, each of them is a forecast. Where they do not, but have as many, which do
    not overlap, they are lagged: the first of each member are one forecast, and so on. It is named by the latest, since
    from then on all of it is there, as it was issued. Otherwise members are lacking, and a forecast has those that
    began at its start. So it has where a member's forecast has ended before that of another began.

    Parameters
    ----------
    starts : mapping
        Number of a member -> its starts.
    reaches : callable
        Whether the forecast of a member, which began at one start, lasts until another.

    Examples
    --------
    >>> from stormtracks.science.reanalysis.folder.forecast_files import ensembles
    >>> ensembles({0: ["2025-06-01T00"], 1: ["2025-06-01T06"]})
    {'2025-06-01T06': {0: '2025-06-01T00', 1: '2025-06-01T06'}}
    """
    each = {number: sorted(set(own)) for number, own in starts.items()}
    every = sorted({start for own in each.values() for start in own})
    rows = list(zip(*each.values(), strict=False))
    alike = all(own == every for own in each.values())
    as_many = len({len(own) for own in each.values()}) == 1
    in_turn = all(max(one) < min(other) for one, other in itertools.pairwise(rows))
    if not alike and as_many and in_turn:
        lagged = {max(row): dict(zip(each, row, strict=True)) for row in rows}
        if all(reaches(number, start, label) for label, own in lagged.items() for number, start in own.items()):
            return lagged
    return {start: {number: start for number, own in each.items() if start in own} for start in every}
