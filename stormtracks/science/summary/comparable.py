"""Which years and members can be summed up together: each of the members has each of the years."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from stormtracks.label import Label
from stormtracks.readable import some
from stormtracks.science.remarks import Remark

SHOWN = 5


class Comparable(NamedTuple):
    """Years and members of which every pair has a result; both in order."""

    years: tuple[Label, ...]
    members: tuple[int, ...]


def comparable(there: Mapping[Label, Collection[int]]) -> Comparable:
    """The years that all members have; where there is none, as many results as belong together.

    Parameters
    ----------
    there : mapping of int or str to collection of int
        Year, or start of a forecast -> members that have a result of it.

    Returns
    -------
    Comparable

    Examples
    --------
    One of four results is missing; then two of them are, in different years.

    >>> from stormtracks.science.summary.comparable import comparable
    >>> comparable({2005: [0, 1], 2006: [0]})
    Comparable(years=(2005,), members=(0, 1))
    >>> comparable({2005: [0, 1, 2], 2006: [0, 1, 3]})
    Comparable(years=(2005, 2006), members=(0, 1))
    """
    members = sorted(set().union(*there.values()))
    whole = tuple(year for year, has in there.items() if set(members) <= set(has))
    if whole:
        return Comparable(whole, tuple(members))
    return max(_candidates(there, members), key=lambda one: (len(one.years) * len(one.members), len(one.members)))


def remark(there: Mapping[Label, Collection[int]]) -> Remark | None:
    """What the figures over all years leave out; None: nothing.

    Parameters
    ----------
    there : mapping of int or str to collection of int
        As of `comparable`.
    """
    years, members = comparable(there)
    number = sum(len(has) for has in there.values())
    left = [str(year) for year in there if year not in years]
    lacking = [str(member) for member in sorted(set().union(*there.values()) - set(members))]
    if not left and not lacking:
        return None
    if not lacking:
        text = f"the figures over all years leave out {some(left, SHOWN)}, which some members do not have"
        return Remark(text, sum(len(has) for year, has in there.items() if year not in years))
    kind = "year" if len(left) == 1 else "years"
    parts = [f"{kind} {some(left, SHOWN)}"] if left else []
    parts.append(f"member{'' if len(lacking) == 1 else 's'} {some(lacking, SHOWN)}")
    text = f"no year has all members: the figures over all years leave out {' and '.join(parts)}"
    return Remark(text, number - len(years) * len(members))


def _candidates(there: Mapping[Label, Collection[int]], members: Sequence[int]) -> Iterator[Comparable]:
    """The most complete members with the years that all of them have, and the fullest years with their members."""
    of_member = {member: [year for year, has in there.items() if member in has] for member in members}
    fullest = sorted(there, key=lambda year: -len(there[year]))
    for number in range(1, len(members) + 1):
        chosen = sorted(members, key=lambda member: -len(of_member[member]))[:number]
        years = tuple(year for year, has in there.items() if set(chosen) <= set(has))
        if years:
            yield Comparable(years, tuple(sorted(chosen)))
    for number in range(1, len(fullest) + 1):
        common = set.intersection(*(set(there[year]) for year in fullest[:number]))
        if common:
            yield Comparable(tuple(year for year in there if common <= set(there[year])), tuple(sorted(common)))
