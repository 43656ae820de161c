"""Two sides -> how their tracks compare, year by year and member by member."""

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stormtracks.label import Label
from stormtracks.science.comparison.agreement import Agreement, Sample, agreement
from stormtracks.science.comparison.pairing import Rule
from stormtracks.science.comparison.sides import Side
from stormtracks.science.errors import InputError
from stormtracks.science.filters import Filter

Members = tuple[int, int]
"""Member of the first side and of the second; of a consensus (-1, -1)."""
AGREED: Members = (-1, -1)
Cell = tuple[Label, Members]


@dataclass(frozen=True)
class Comparison:
    """How two sides compare.

    Attributes
    ----------
    cells : dict of (year, members) to Agreement
        In the order of the years.
    differences : dict of str to (value, value)
        In what the two were made differently, as far as both say.
    asked : Filter
    """

    cells: Mapping[Cell, Agreement]
    differences: Mapping[str, tuple[Any, Any]]
    asked: Filter

    @property
    def years(self) -> list[Label]:
        """What was compared, in order."""
        return list(dict.fromkeys(year for year, _ in self.cells))

    def of_year(self, year: Label) -> dict[Members, Agreement]:
        """The members' agreements of a year."""
        return {members: found for (when, members), found in self.cells.items() if when == year}

    @property
    def same_members(self) -> bool:
        """Whether each year has the same members, so that their sums over the years can be compared."""
        return len({tuple(self.of_year(year)) for year in self.years}) == 1

    @property
    def mean_counts(self) -> tuple[float, float, float]:
        """Tracks in both, in the first only, in the second only: means over the years and the pairs of members."""
        counts = [(len(one.pairs), len(one.only_one), len(one.only_other)) for one in self.cells.values()]
        both, ours, theirs = np.mean(counts, axis=0).tolist()
        return both, ours, theirs

    def first_pairs(self, years: Collection[Label] | None = None) -> "Comparison":
        """Of each year, or of some years, the first pair of members only: as much as a map can show."""
        first = {year: next(iter(self.of_year(year))) for year in (self.years if years is None else years)}
        cells = {(year, members): one for (year, members), one in self.cells.items() if first.get(year) == members}
        return dataclasses.replace(self, cells=cells)


def compare(
    one: Side,
    other: Side,
    *,
    agreed: bool = False,
    rule: Rule | None = None,
    asked: Filter | None = None,
    one_pair: bool = False,
    progress: Callable[[int, int], object] | None = None,
) -> Comparison:
    """Compare the tracks of two sides.

    Parameters
    ----------
    one, other : Side
        From `sides.side`.
    agreed : bool
        Whether the consensus of one is compared with that of the other, instead of member with member. A file of one
        member stands for itself.
    rule : Rule, optional
        When two tracks are the same storm.
    asked : Filter, optional
        Which storms are looked at.
    one_pair : bool
        Whether only the first pair of members of each year is compared.
    progress : callable, optional
        Called as ``progress(done, total)`` after each member and year.

    Returns
    -------
    Comparison
        Swapped sides give the same, swapped.

    Raises
    ------
    InputError
        No year, member or time that both have.
    """
    asked = asked or Filter()
    cells: dict[Cell, Agreement] = {}
    plan = list(_plan(one, other, agreed, one_pair))
    for done, (year, members) in enumerate(plan, start=1):
        found = agreement(_sample(one, year, members[0], agreed), _sample(other, year, members[1], agreed), rule, asked)
        if year is None:
            cells |= {(each, members): found.of_year(each) for each in _calendar_years(found)}
        else:
            cells[year, members] = found
        if progress is not None:
            progress(done, len(plan))
    ordered = {cell: cells[cell] for cell in sorted(cells, key=lambda cell: (str(cell[0]), cell[1]))}
    return Comparison(ordered, _differences(one.traits(), other.traits()), asked)


def _sample(side: Side, year: Label | None, member: int, agreed: bool) -> Sample:
    return side.agreed(year) if agreed else side.sample(year, member)


def _plan(one: Side, other: Side, agreed: bool, one_pair: bool) -> Iterator[tuple[Label | None, Members]]:
    """What is compared: year, or None for two files, and members."""
    years = _years(one, other)
    for year in years:
        pairs = [AGREED] if agreed else pairs_of_members(one, other, year)
        yield from ((year, members) for members in pairs[: 1 if one_pair else None])


def _years(one: Side, other: Side) -> Sequence[Label | None]:
    there = [side.years() for side in (one, other)]
    known = [set(years) for years in there if years is not None]
    if not known:
        return [None]
    common = set.intersection(*known)
    if not common:
        raise InputError("the two have results of no common year; name folders, or --years, that have")
    return sorted(common, key=str)


def pairs_of_members(one: Side, other: Side, year: Label | None) -> list[Members]:
    """Which member is compared with which: those of one number; a single member with each of the other side's.

    Raises
    ------
    InputError
        No member that both have.
    """
    ours, theirs = one.members(year), other.members(year)
    if len(ours) == 1 or len(theirs) == 1:
        return [(here, there) for here in ours for there in theirs]
    common = sorted(set(ours) & set(theirs))
    if not common:
        raise InputError(
            f"the two have no common member (0 of {len(ours)} and {len(theirs)}); compare them with --consensus"
        )
    return [(member, member) for member in common]


def _calendar_years(found: Agreement) -> list[int]:
    """Years in which something begins that is compared."""
    begins = [
        found.one.first_time[found.pairs.one], found.one.first_time[found.only_one],
        found.other.first_time[found.pairs.other], found.other.first_time[found.only_other],
    ]  # fmt: skip
    return (np.unique(np.concatenate(begins).astype("datetime64[Y]").astype(int)) + 1970).tolist()


def _differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """In what both say something else."""
    names = [name for name in sorted(ours.keys() & theirs.keys()) if ours[name] != theirs[name]]
    return {name: (ours[name], theirs[name]) for name in names}
