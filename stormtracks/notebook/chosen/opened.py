"""An open folder of results: what is remembered of it, and is looked at again whenever it is asked."""

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from stormtracks.errors import NotThere
from stormtracks.label import Label, spans
from stormtracks.notebook.progress import Progress
from stormtracks.science import results
from stormtracks.science.arrays import Bools
from stormtracks.science.consensus import ConsensusTracks, consensus
from stormtracks.science.index.of_folder import Index
from stormtracks.science.index.season import Season
from stormtracks.science.results import State

_MOST_CONSENSUS = 200
"""Years of which the consensus is remembered, some MB each."""


class Opened:
    """A folder of results, its index and what was worked out from it.

    Parameters
    ----------
    folder : Path
    best_tracks : Path, optional
        File of observed tracks, for figures.
    """

    def __init__(self, folder: Path, best_tracks: Path | None = None) -> None:
        self.folder = folder
        self.best_tracks = best_tracks
        self.index = Index(folder)
        self._lock = threading.RLock()
        self._agreed: dict[tuple[object, ...], tuple[dict[int, State], ConsensusTracks]] = {}
        self._passed: dict[tuple[object, ...], tuple[State, Bools]] = {}

    def __reduce__(self) -> tuple[type["Opened"], tuple[Path, Path | None]]:
        """A copy, here or in another process, opens the folder again: what is remembered may be hundreds of MB."""
        return Opened, (self.folder, self.best_tracks)

    def years(self, task: str) -> list[Label]:
        """Years and starts that have results of a task now."""
        return results.years(self.folder, task)

    def members(self, task: str, year: Label) -> list[int]:
        """Members that have a result of a year now."""
        return results.members(self.folder, year, task)

    def season(self, task: str, year: Label, members: Sequence[int] | None = None) -> Season:
        """What the index knows of a year; results that it does not know yet are read, which is said if it takes long.

        Raises
        ------
        NotThere
            One of the members has no result of this year.
        """
        there = self.members(task, year)
        wanted = None if members is None else [one for one in there if one in set(members)]
        if wanted == [] and there:
            raise NotThere(self._lacking(year, there))
        with self._lock, Progress(f"reading results of {year}") as progress:
            return self.index.season(task, year, wanted, progress)

    def agreed(
        self, year: Label, list_name: str | None = None, members: Sequence[int] | None = None
    ) -> ConsensusTracks:
        """The consensus of a year; of all members, if none are given. It is worked out once for each set of files."""
        task = "vort_track" if list_name is None else "classify"
        states = results.states(self.folder, year, task)
        numbers = None if members is None else [one for one in members if one in states]
        if numbers == []:
            raise NotThere(self._lacking(year, states))
        key = year, list_name, None if numbers is None else tuple(numbers)
        with self._lock:
            if key not in self._agreed or self._agreed[key][0] != states:
                while len(self._agreed) >= _MOST_CONSENSUS:
                    self._agreed.pop(next(iter(self._agreed)))
                self._agreed[key] = states, consensus(self.folder, year, list=list_name, members=numbers)
            return self._agreed[key][1]

    def passed(self, task: str, season: Season, number: int, region: tuple[float, ...]) -> Bools | None:
        """Which tracks of an entry pass a region, shape (ntracks,), if that was worked out before."""
        entry = season.entries[number]
        state, found = self._passed.get((task, season.year, entry.ensemble_member, region), (None, None))
        return found if state == entry.state else None

    def keep_passed(self, task: str, season: Season, number: int, region: tuple[float, ...], found: Bools) -> None:
        """Remember that."""
        entry = season.entries[number]
        self._passed[task, season.year, entry.ensemble_member, region] = entry.state, np.asarray(found, bool)

    def _lacking(self, year: Label, there: Iterable[int]) -> str:
        have = f"choose from {spans(there)}, or from the other years"
        return f"{self.folder}: {year} has no result of these members; {have}"
