"""Results of a folder -> the tracks of all seasons without their points, and the best tracks of the same seasons."""

import dataclasses
import json
import os
from collections.abc import Callable, Iterable

import numpy as np

from stormtracks.label import Label
from stormtracks.science import best_tracks as best_track_files
from stormtracks.science import calendars, heads, results
from stormtracks.science.climatology.basins import BASINS, basin, covered
from stormtracks.science.climatology.census import Cells
from stormtracks.science.climatology.energy import KNOT_M_S
from stormtracks.science.climatology.population import Population
from stormtracks.science.filters import Filter, Tally
from stormtracks.science.heads import Heads
from stormtracks.science.index.of_folder import Index
from stormtracks.science.index.season import Season
from stormtracks.science.lists.storm_list import in_list
from stormtracks.science.records import BestTracks, Tracks
from stormtracks.science.settings import Settings

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
    recipes: results.Recipes | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Population:
    """What a climatology of the results in a folder asks for, by their index; a region has their points read too.

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
    recipes : Recipes, optional
        Takes in how each result was made; none: results that were made differently are refused here.
    progress : callable, optional
        Called as ``progress(done, total)`` after each result.

    Returns
    -------
    Population

    Raises
    ------
    ResultError, MixedResults
        No result of a year or member asked for, or results that were made differently, without `recipes`.
    NothingLeft
        No track is as asked.
    """
    task = TRACKS if list is None else LISTS
    chosen = results.choose(folder, task, years, members)
    cells = Cells.of(chosen)
    seen = results.Recipes() if recipes is None else recipes
    tally = Tally(asked or Filter())
    parts: dict[tuple[int, int], Heads] = {}
    known: dict[Label, set[str]] = {year: set() for year in chosen}
    total, index = sum(map(len, chosen.values())), Index(folder)
    for year, numbers in chosen.items():
        season = index.season(task, year, numbers)
        known[year] |= set(season.matches.sid.tolist())
        for place, number in enumerate(numbers):
            seen.add_traits(year, number, json.loads(season.entries[place].traits))
            mine = _heads(season, place, list)
            tracks = None if tally.asked.region is None else _tracks(folder, year, number, list)
            parts[cells.members.index(number), cells.years.index(year)] = mine.take(tally.keeps(mine, tracks))
            if progress is not None:
                progress(len(parts), total)
    tally.check()
    if recipes is None:
        seen.remarks(folder)
    first = results.path(folder, task, *next((year, numbers[0]) for year, numbers in chosen.items()))
    observed, observed_year = _observed(best_tracks, results.load_settings(first), tally.asked, cells, known, parts)
    sizes = [len(part) for part in parts.values()]
    member, year_place = (np.repeat([place[axis] for place in parts], sizes) for axis in (0, 1))
    every = heads.joined([*parts.values()])
    said = tuple(text for text in (cells.remark, _elsewhere(every, observed)) if text)
    return Population(cells, every, member, year_place, observed, observed_year, tally.asked.describe(), remarks=said)


def _heads(season: Season, place: int, list_name: str | None) -> Heads:
    """Heads of one of a season's results: of its tracks, or of the storms of its list."""
    found = season.heads.take(np.arange(len(season.heads))[season.tracks_of(place)])
    return found if list_name is None else found.take(in_list(found.storm_class, list_name))


def _tracks(folder: Folder, year: Label, member: int, list_name: str | None) -> Tracks:
    """The same with their points, which a region may ask for."""
    if list_name is None:
        return results.load_tracks(results.path(folder, TRACKS, year, member))
    return results.load_list(folder, year, member)[1].of(list_name).tracks


def _observed(
    path: Folder | None,
    settings: Settings,
    asked: Filter,
    cells: Cells,
    known: dict[Label, set[str]],
    parts: dict[tuple[int, int], Heads],
) -> tuple[Heads, np.ndarray]:
    """The best tracks that each year could have seen, and the places of these years."""
    times = [(part.first_time.min(), part.last_time.max(), part.calendar) for part in parts.values() if len(part)]
    none = heads.of_best_tracks(BestTracks.none())
    if path is None or not times or any(calendars.has_own_dates(calendar) for *_, calendar in times):
        return none, np.zeros(0, np.int64)
    start, stop = min(first for first, *_ in times), max(last for _, last, _ in times)
    every = best_track_files.load(path, start, stop, **settings.keywords(best_track_files.load))
    every = every.take(asked.of_place.keeps(heads.of_best_tracks(every), every))
    found = [every.take(np.isin(every.sid, sorted(known[year]))) for year in cells.years]
    place = np.repeat(np.arange(len(found)), [len(one) for one in found])
    return heads.joined([none, *(_with_strength(one) for one in found)]), place


def _elsewhere(every: Heads, observed: Heads) -> str:
    """That tracks begin where the best tracks have next to none, where they do; '' otherwise."""
    known = covered(observed.sid.tolist())
    other = np.bincount(basin(every.genesis_lat, every.genesis_lon), minlength=len(BASINS))[~known].sum()
    if not len(observed) or not other:
        return ""
    codes = ",".join(code for code, seen in zip(BASINS, known, strict=True) if seen)
    return f"the best tracks are of {codes}, where not all tracks begin: --basin {codes} compares like with like"


def _with_strength(best: BestTracks) -> Heads:
    """Heads of best tracks with their highest wind and lowest pressure."""
    made = heads.of_best_tracks(best)
    if not len(best):
        return made
    with np.errstate(invalid="ignore"):
        wind = np.fmax.reduceat(best.wind_kt.astype(float), best.start) * KNOT_M_S
        pressure = np.fmin.reduceat(best.pressure_hpa.astype(float), best.start) * 100.0
    return dataclasses.replace(made, wind_m_s=wind.astype(np.float32), pressure_pa=pressure.astype(np.float32))
