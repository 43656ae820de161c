"""Lists of a folder -> what a climatology of them asks for, member by member."""

import dataclasses
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import add

import numpy as np

from stormtracks.errors import BadValue
from stormtracks.label import Label
from stormtracks.science import results
from stormtracks.science.arrays import Bools
from stormtracks.science.climatology.basins import BASINS, COVERED_LEAST, COVERED_SHARE
from stormtracks.science.counts.classes import UNKNOWN
from stormtracks.science.counts.season import Season, season
from stormtracks.science.counts.year import count_storms
from stormtracks.science.filters import Filter, Scope, Sieve
from stormtracks.science.index import piece
from stormtracks.science.index.season import Season as KnownSeason
from stormtracks.science.lists import LISTS, StormList, in_list
from stormtracks.science.lists.storm_list import matches_of_rows
from stormtracks.science.records import Matches
from stormtracks.science.remarks import Remark
from stormtracks.science.summary.comparable import comparable, remark
from stormtracks.science.summary.reading import Reading
from stormtracks.science.summary.statistics import StormStatistics, storm_statistics
from stormtracks.strict_dataclass import unknown

TASK = "classify"


@dataclass(frozen=True)
class ListYear:
    """The lists of a year: `seasons` has one entry per member of `members`."""

    year: Label
    members: tuple[int, ...]
    seasons: tuple[Season, ...]

    def of(self, members: Collection[int]) -> "ListYear":
        """The lists of some members."""
        kept = [place for place, member in enumerate(self.members) if member in members]
        return ListYear(
            self.year, tuple(self.members[place] for place in kept), tuple(self.seasons[place] for place in kept)
        )


@dataclass(frozen=True)
class ListSummary:
    """What `summarise_list` finds.

    Attributes
    ----------
    list_name : str
    wind : str
        Where winds come from; see `energy.energy`.
    years : tuple of ListYear
    storms : tuple of StormStatistics
        Observed storms, and whose lists hold them; none for the list "etc".
    remarks : tuple of Remark
    asked : str
        What storms that were looked at do, in plain words; '' where all were.
    """

    list_name: str
    wind: str
    years: tuple[ListYear, ...]
    storms: tuple[StormStatistics, ...] = ()
    remarks: tuple[Remark, ...] = ()
    asked: str = ""

    @cached_property
    def whole(self) -> tuple[ListYear, ...]:
        """The years that every member has, whose sums can be compared over the members; see `comparable`."""
        years, members = comparable({year.year: year.members for year in self.years})
        return tuple(year.of(members) for year in self.years if year.year in years)

    def by_member(self) -> dict[int, tuple[int, Season]]:
        """Member -> of how many of the `whole` years, and their sum."""
        found: dict[int, list[Season]] = {}
        for year in self.whole:
            for member, one in zip(year.members, year.seasons, strict=True):
                found.setdefault(member, []).append(one)
        return {member: (len(of), reduce(add, of)) for member, of in sorted(found.items())}

    @cached_property
    def covered(self) -> Bools:
        """Basins that the best tracks are of, shape (nbasins,); all where their identifiers say none; none without any.

        A basin counts from two best tracks and 2 % of all on: the file of one basin has a storm or two that began in
        the next one. A listed storm elsewhere cannot be told to be false: nobody looked there, or saw next to none.
        """
        seen = np.sum([np.mean([one.observed_in for one in year.seasons], axis=0) for year in self.years], axis=0)
        if not seen.any():
            return np.full(len(BASINS), any(one.observed.any() for year in self.years for one in year.seasons))
        return np.asarray((seen >= COVERED_LEAST) & (seen >= COVERED_SHARE * seen.sum()))


def summarise_list(
    folder: str | os.PathLike[str],
    name: str = "tc",
    years: Iterable[Label] | None = None,
    *,
    wind: str = "data",
    progress: Callable[[int, int], object] | None = None,
    mixed: bool = False,
    members: Iterable[int] | None = None,
    asked: Filter | None = None,
    best_tracks: str | os.PathLike[str] | None = None,
) -> ListSummary:
    """Statistics of the lists in a folder, by their index; under a filter, or by pressures, the lists are read.

    Parameters
    ----------
    folder : path
        Folder of the results, with those of the task ``classify``.
    name : {'tc', 'etc'}
        Tropical or extratropical cyclones.
    years : iterable of int or str, optional
        Years to look at; none: all that are there.
    wind : {'data', 'pressure'}
        The data's own winds, or those that the lowest pressures stand for.
    progress : callable, optional
        Called as ``progress(done, total)``, in lists.
    mixed : bool
        Whether lists that were made differently are taken together all the same; a remark says so.
    members : iterable of int, optional
        Members to look at; none: all that are there.
    asked : Filter, optional
        Which storms of the list are looked at, and which observed storms: see `filters.Scope`. None: all.
    best_tracks : path, optional
        File of best tracks, by which a filter chooses among observed storms; none: the one that each list was matched
        with.

    Returns
    -------
    ListSummary

    Raises
    ------
    ResultError
        No list of the years asked for, or one that cannot be read.
    MixedResults
        Lists that were made differently: with other settings, say.
    BadValue
        No such list.
    NothingLeft
        No storm that is asked for.

    Examples
    --------
    >>> import tempfile
    >>> from stormtracks.science import pipeline
    >>> from stormtracks.science.summary import summarise_list
    >>> folder = tempfile.mkdtemp()
    >>> setup = {"data": "sample/20crv2c_1987", "best_tracks": "sample/ibtracs/IBTrACS.NA.v04r00.nc", "results": folder}
    >>> for task in pipeline.TASKS:
    ...     _ = pipeline.run_task(1987, 0, task, setup)
    >>> summary = summarise_list(folder, "tc")
    >>> [(storm.name, storm.found) for storm in summary.storms]
    [('CINDY', 1), ('DENNIS', 0)]
    """
    if name not in LISTS:
        raise BadValue(unknown(name, LISTS, "list"))
    chosen = results.choose(folder, TASK, years, members)
    sieve, read = Sieve(asked, chosen, best_tracks), Reading(folder, TASK, chosen, progress)
    if asked or wind != "data":  # the sums of the index are of all storms, by the data's own winds
        counted = [count_lists(one.year, _scopes(folder, name, one, sieve), name, wind) for one in read]
    else:
        counted = [_known(one, name, sieve) for one in read]
    made_differently = read.recipes.remarks(folder, mixed)
    made = summary_of(name, wind, counted, (*made_differently, *sieve.remarks(), *read.remarks.listed()))
    return dataclasses.replace(made, asked=sieve.asked.describe())


def _scopes(
    folder: str | os.PathLike[str], name: str, known: KnownSeason, sieve: Sieve
) -> Iterator[tuple[int, StormList, Scope]]:
    """Each member's list, which is read, and what of it counts."""
    for member in known.members.tolist():
        header, storms = results.load_list(folder, known.year, member)
        mine = storms.of(name)
        yield member, storms, sieve.scope(header, mine.tracks, mine.matches, mine.heads)


def _known(known: KnownSeason, name: str, sieve: Sieve) -> tuple[ListYear, tuple[StormStatistics, ...]]:
    """What `count_lists` counts of all storms, as it is known without the lists."""
    mine = in_list(known.heads.storm_class, name)
    matches = []
    for number, entry in enumerate(known.entries):
        rows = np.flatnonzero(mine[known.tracks_of(number)])
        matches.append(matches_of_rows(known.matches_of(number), rows, entry.tracks))
        sieve.tally.add((len(rows),))
    sieve.results += len(known)
    seasons = tuple(piece.list_sums(known, name))
    return ListYear(known.year, tuple(known.members.tolist()), seasons), _observed(known.year, matches, name)


def count_lists(
    year: Label, lists: Iterable[tuple[int, StormList, Scope | None]], name: str = "tc", wind: str = "data"
) -> tuple[ListYear, tuple[StormStatistics, ...]]:
    """Count the lists of a year, one after another.

    Parameters
    ----------
    year : int or str
    lists : iterable of (int, StormList, Scope or None)
        Member, its list, and what of the storms called `name` counts (None: all); each is let go before the next is
        asked for.
    name, wind : str
        See `summarise_list`.
    """
    members: list[int] = []
    seasons: list[Season] = []
    matches: list[Matches] = []
    for member, storms, scope in lists:
        members.append(member)
        kept, about = (None, None) if scope is None else (scope.kept, scope.matches)
        seasons.append(season(storms, name, wind, kept, about))
        matches.append(storms.of(name).matches if scope is None else scope.matches)
    return ListYear(year, tuple(members), tuple(seasons)), _observed(year, matches, name)


def _observed(year: Label, matches: Sequence[Matches], name: str) -> tuple[StormStatistics, ...]:
    return tuple(storm_statistics(year, count_storms(matches))) if name == "tc" else ()


def summary_of(
    name: str,
    wind: str,
    counted: Sequence[tuple[ListYear, tuple[StormStatistics, ...]]],
    said: tuple[Remark, ...] = (),
) -> ListSummary:
    """A summary of years that `count_lists` has counted, with remarks on what it leaves out or cannot tell."""
    years = tuple(year for year, _ in counted)
    made = ListSummary(name, wind, years, tuple(storm for _, storms in counted for storm in storms), said)
    without = remark({year.year: year.members for year in years})
    more = [*([without] if without else []), *([*_uncovered(made), *_windless(made)] if name == "tc" else [])]
    return ListSummary(name, wind, years, made.storms, (*said, *more))


def _uncovered(made: ListSummary) -> list[Remark]:
    """Basins with listed storms, but next to no best track: their storms are not called false."""
    listed = np.sum([one.listed.sum(axis=(1, 2)) for year in made.years for one in year.seasons], axis=0)
    known = any(one.observed_in.any() for year in made.years for one in year.seasons)
    if not made.storms and not known:
        return [Remark("no best tracks: whether a listed storm was real cannot be said", len(made.years))]
    basins = [code for code, number, known in zip(BASINS, listed, made.covered, strict=True) if number and not known]
    if not basins:
        return []
    text = f"{', '.join(basins)}: next to no best track there in these years; listed storms are not counted as false"
    return [Remark(text, sum(len(year.members) for year in made.years))]


def _windless(made: ListSummary) -> list[Remark]:
    """Storms whose wind nobody knows add nothing to the energy."""
    listed = np.sum([one.listed.sum(axis=(0, 2)) for year in made.years for one in year.seasons], axis=0)
    if not listed[UNKNOWN]:
        return []
    share = f"{listed[UNKNOWN] / listed.sum():.0%} of the listed storms"
    results_read = sum(len(year.members) for year in made.years)
    return [Remark(f"the wind of {share} is not known: they add nothing to ACE and PDI", results_read)]
