"""Which of the observed storms a filter is about: where and when is asked of the best tracks themselves."""

import functools
import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from stormtracks.label import Label
from stormtracks.science import best_tracks, heads
from stormtracks.science.arrays import Bools
from stormtracks.science.filters.filter import Filter
from stormtracks.science.records import BestTracks, Matches

_NOT_NAMED = Path("a file that the result does not name")


class Observations:
    """The observed storms of many results under one filter; their best tracks are read once, where they are needed.

    Results know of a best track only whether it was found. Where it was stands in the file that they were matched with.

    Parameters
    ----------
    asked : Filter
    years : iterable of int or str
        Years, or starts of forecasts, of the results.
    given : path_like, optional
        File of best tracks; none: the one that each result was matched with.
    """

    def __init__(self, asked: Filter, years: Iterable[Label] = (), given: str | os.PathLike[str] | None = None) -> None:
        self.asked = asked
        self.lacking: dict[Path, int] = {}
        """Files that are not there, and of how many results."""
        self._given = None if given is None else Path(given)
        self._times = _times(list(years))

    def rows(self, matched_with: Path | None, matches: Matches) -> Bools | None:
        """Which best tracks of a result the filter is about, shape (nstorms,); None: all of them.

        `matched_with` is the file of best tracks that the result names, None where it names none.
        None of them is where their file is not there, and where storms that are not observed ones are asked for.
        """
        if self.asked.matched is False:
            return np.zeros(len(matches), bool)
        if not self.asked.of_place or not len(matches):
            return None
        path = self._given or matched_with or _NOT_NAMED
        if not path.exists():
            self.lacking[path] = self.lacking.get(path, 0) + 1
            return np.zeros(len(matches), bool)
        there = _inside(path, *self._times, self.asked.of_place)
        return np.array([sid in there for sid in matches.sid.tolist()], bool)


def _times(years: list[Label]) -> tuple[np.datetime64 | None, np.datetime64 | None]:
    """From the first year to two years after the last: a season that crosses New Year is longer than its own."""
    if not years:
        return None, None
    numbers = [int(str(year)[:4]) for year in years]
    return np.datetime64(f"{min(numbers):04d}-01-01", "s"), np.datetime64(f"{max(numbers) + 2:04d}-01-01", "s")


@functools.lru_cache(maxsize=4)  # all results of a folder were matched with the same file
def _inside(path: Path, first: np.datetime64 | None, last: np.datetime64 | None, asked: Filter) -> frozenset[str]:
    return inside(asked, best_tracks.load(path, first, last))


def inside(asked: Filter, best: BestTracks) -> frozenset[str]:
    """Identifiers of the best tracks that are where and when a filter asks, by their own points."""
    return frozenset(best.sid[asked.of_place.keeps(heads.of_best_tracks(best), best)].tolist())
