"""The results that a summary is of, year by year, by their index; how they were made, and what is remarked of them."""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence

from stormtracks.label import Label
from stormtracks.science import results
from stormtracks.science.index.of_folder import Index
from stormtracks.science.index.season import Season
from stormtracks.science.remarks import Remarks

Progress = Callable[[int, int], object]


class Reading:
    """Seasons of the index, one after another, each of which is let go before the next is asked for.

    Parameters
    ----------
    folder : path_like
        Folder of all results.
    task : str
    chosen : mapping of int or str to sequence of int
        Years, or starts of forecasts, and members of each, as `results.choose` gives them.
    progress : callable, optional
        Called as ``progress(done, total)``, in results.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        task: str,
        chosen: Mapping[Label, Sequence[int]],
        progress: Progress | None = None,
    ) -> None:
        self.recipes, self.remarks = results.Recipes(), Remarks()
        self._folder = folder
        self._task = task
        self._chosen = chosen
        self._progress = progress
        self._traits: dict[str, dict[str, str]] = {}

    def __iter__(self) -> Iterator[Season]:
        """What is known of each year; how its results were made is taken in."""
        done, total = 0, sum(map(len, self._chosen.values()))
        for year, members in self._chosen.items():
            season = Index(self._folder).season(self._task, year, members, self._part(done, total))
            self._take_in(season)
            yield season
            done += len(members)
            if self._progress is not None:
                self._progress(done, total)

    def _part(self, done: int, total: int) -> Progress | None:
        """Progress of a year whose results have to be read: of more members than are asked for, perhaps."""
        report = self._progress
        return None if report is None else lambda number, of: report(min(done + number, total), total)

    def _take_in(self, season: Season) -> None:
        for entry in season.entries:
            if entry.traits not in self._traits:  # all results have the same, as a rule
                self._traits[entry.traits] = json.loads(entry.traits)
            self.recipes.add_traits(season.year, entry.ensemble_member, self._traits[entry.traits])
            self.remarks.add(entry.remarks)
