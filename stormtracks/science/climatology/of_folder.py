"""Results of a folder -> the tracks of all seasons without their points, and the best tracks of the same seasons."""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from stormtracks.label import Label
from stormtracks.science import calendars, chosen_tracks, heads, results
from stormtracks.science.arrays import Ints
from stormtracks.science.climatology import observed
from stormtracks.science.climatology.census import Cells
from stormtracks.science.climatology.coverage import NONE, WHOLE, Coverage, months_of
from stormtracks.science.climatology.population import Population
from stormtracks.science.errors import InputError
from stormtracks.science.filters import Filter, Tally
from stormtracks.science.heads import Heads
from stormtracks.science.index.of_folder import Index
from stormtracks.science.lists import in_list
from stormtracks.science.records import TimeAxis

Folder = str | os.PathLike[str]
TRACKS, LISTS = "vort_track", "classify"


def population(
    folder: Folder,
    years: Iterable[Label] | None = None,
    members: Iterable[int] | None = None,
    *,
    list: str | None = None,  # noqa: A002
    asked: Filter | None = None,
    best_tracks: Folder | None = None,
    months: bool = False,
    recipes: results.Recipes | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Population:
    """What a climatology of the results in a folder asks for; by the index of their heads.

    Parameters
    ----------
    folder : path
    years : iterable of int or str, optional
        None: all that are there.
    members : iterable of int, optional
    list : {'tc', 'etc'}, optional
        The storms of a list; none: all tracks.
    asked : Filter, optional
        Which of them to look at. Where and when is asked of the best tracks too; strength and length are not.
    best_tracks : path, optional
        File of best tracks; none: nothing is observed.
    months : bool
        Whether it is also looked up which months each season covers, for means of months.
    recipes : Recipes, optional
        Takes in how each result was made; none: results that were made differently are refused here.
    progress : callable, optional
        Called as ``progress(done, total)`` after each year.

    Returns
    -------
    Population

    Raises
    ------
    ResultError, MixedResults
        No result of a year or member asked for, or results that were made differently, without `recipes`.
    NothingLeft
        No track is as asked.
    InputError
        Months are asked for, of forecasts of which none covers a whole one.
    """
    task = TRACKS if list is None else LISTS
    chosen = results.choose(folder, task, years, members)
    cells = Cells.of(chosen)
    seen = results.Recipes() if recipes is None else recipes
    tally, parts = Tally(asked or Filter()), []
    for part in _parts(folder, task, chosen, list, tally, seen):
        parts.append(part)
        if progress is not None:
            progress(len(parts), len(chosen))
    tally.check()
    if recipes is None:
        seen.remarks(folder)
    coverage, unknown = _coverage(folder, cells, parts) if months else (None, "")
    storms = _observed(best_tracks, folder, task, chosen, tally.asked, parts)
    every = heads.joined([part.heads for part in parts])
    covered = (*coverage.remarks, unknown) if coverage is not None else ()
    said = tuple(
        text for text in (cells.remark, *covered, storms.remark, observed.elsewhere(every, storms.heads)) if text
    )
    return Population(
        cells,
        every,
        np.searchsorted(cells.members, np.concatenate([part.member for part in parts])),
        np.repeat(np.arange(len(parts)), [len(part.heads) for part in parts]),
        storms.heads,
        storms.year,
        f"{'tracks' if list is None else 'storms'} that {tally.asked.describe()}" if tally.asked else "",
        remarks=said,
        coverage=coverage,
    )


def _coverage(folder: Folder, cells: Cells, parts: Sequence["_Part"]) -> tuple[Coverage, str]:
    """Which months the compared seasons cover, and what is to be said where results do not know it."""
    seen, unknown = cells.seen, 0
    level = np.full((*seen.shape, 12), NONE)
    for member, year in np.argwhere(seen).tolist():
        place = results.path(folder, TRACKS, cells.years[year], cells.members[member])
        if place.exists():
            axis = results.load_axis(place)
        else:
            axis, unknown = parts[year].days, unknown + 1
        level[member, year] = months_of(axis)
    if (level < WHOLE).all() and any(isinstance(year, str) for year in cells.years):
        raise InputError(
            f"{folder}: no forecast covers a whole month, so that months cannot be compared; choose another kind of "
            "figure, such as genesis or lifetime"
        )
    text = (
        f"{unknown} lists have no result of {TRACKS} beside them, which says what times were looked at: they count in "
        "the months from the first point of any storm of their year to the last"
    )
    return Coverage(level), text if unknown else ""


class _Part(NamedTuple):
    """A year: heads of its tracks that are asked for, whose they are, the best tracks it could have seen, its times."""

    heads: Heads
    member: Ints
    sids: set[str]
    first: np.datetime64
    last: np.datetime64

    @property
    def days(self) -> TimeAxis:
        """The days from the first time to the last."""
        number = max(int((self.last - self.first) / np.timedelta64(1, "D")) + 1, 0)
        hours = 24.0 * np.arange(number)
        return TimeAxis(self.first + hours.astype("timedelta64[h]"), hours, self.heads.calendar)


def _parts(
    folder: Folder,
    task: str,
    chosen: Mapping[Label, Sequence[int]],
    list_name: str | None,
    tally: Tally,
    seen: results.Recipes,
) -> Iterator[_Part]:
    """The years, by the index of the folder; a region that tracks pass asks for their points, so for the results."""
    index = Index(folder)
    for year, numbers in chosen.items():
        if tally.asked.region is not None:
            yield _read(folder, year, numbers, list_name, tally, seen)
            continue
        season = index.season(task, year, numbers)
        for entry in season.entries:
            seen.add_traits(year, entry.ensemble_member, json.loads(entry.traits))
        mine = np.ones(len(season.heads), bool) if list_name is None else in_list(season.heads.storm_class, list_name)
        every, member = season.heads.take(mine), season.member_of_track[mine]
        kept = tally.keeps(every)
        yield _Part(every.take(kept), member[kept], set(season.matches.sid.tolist()), *_times(season.heads))


def _read(
    folder: Folder, year: Label, members: Sequence[int], list_name: str | None, tally: Tally, seen: results.Recipes
) -> _Part:
    """A year with the points of its tracks, of which only the heads are kept."""
    kept, sizes, sids, times = [], [], set(), []
    for number in members:
        task = TRACKS if list_name is None else LISTS
        found = chosen_tracks.load(results.path(folder, task, year, number), list_name)
        seen.add(year, number, found.header.provenance)
        kept.append(found.heads.take(tally.keeps(found.heads, found.tracks)))
        sizes.append(len(kept[-1]))
        sids |= set(found.matches.sid.tolist())
        times.append(_times(found.heads))
    first, last = min(one for one, _ in times), max(one for _, one in times)
    return _Part(heads.joined(kept), np.repeat(np.asarray(members), sizes), sids, first, last)


def _times(every: Heads) -> tuple[np.datetime64, np.datetime64]:
    """First and last time of any track; later than any, and earlier, of none."""
    if not len(every):
        return np.datetime64("9999-01-01", "s"), np.datetime64("0001-01-01", "s")
    return every.first_time.min(), every.last_time.max()


def _observed(
    path: Folder | None,
    folder: Folder,
    task: str,
    chosen: Mapping[Label, Sequence[int]],
    asked: Filter,
    parts: Sequence[_Part],
) -> observed.Observed:
    """The best tracks of the years, read with the settings of the first result."""
    start, stop = min(part.first for part in parts), max(part.last for part in parts)
    if path is None or start > stop or any(calendars.has_own_dates(part.heads.calendar) for part in parts):
        return observed.NONE
    year, members = next(iter(chosen.items()))
    settings = results.load_settings(results.path(folder, task, year, members[0]))
    return observed.of_years(path, settings, asked, [part.sids for part in parts], start, stop)
