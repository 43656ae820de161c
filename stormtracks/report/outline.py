"""What a page says of a run: from its journal where there is one, and from the results that are there."""

import dataclasses
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from stormtracks import label
from stormtracks.label import Label
from stormtracks.pyro_cluster.journal import runs
from stormtracks.pyro_cluster.pyro_task import TASKS, PyroTaskSchedule
from stormtracks.science import chosen_tracks, results
from stormtracks.science.chosen_tracks import ChosenTracks
from stormtracks.science.errors import ResultError
from stormtracks.science.filters import Filter, Scope, Sieve
from stormtracks.science.records import Matches, Tracks
from stormtracks.science.settings import Settings

TASK = "vort_track"
LIST_TASK = "classify"
JournalOf: TypeAlias = runs.RunState | str | Path | None
"""A run's state, its name, or its journal (NAME.sqlite); None: what is known comes from the results alone."""


@dataclass(frozen=True)
class Outline:
    """What is known of a run without reading its tracks.

    Attributes
    ----------
    folder : Path
    task : str
        Whose results are shown.
    state : RunState or None
        What the journal says; None without one.
    schedule : PyroTaskSchedule or None
        With each task's status; None where nothing is there yet.
    results : dict of int or str to tuple of int
        Year, or start of a forecast -> members that have a result; years first, in order.
    storm_list : str or None
        The list whose storms are shown; None: all tracks.
    asked : Filter
        Which tracks are shown.
    chosen_members : tuple of int, optional
        Members that were asked for; None: all.
    chosen_years : tuple of int or str, optional
        Years that were asked for; None: all.
    """

    folder: Path
    task: str
    state: runs.RunState | None
    schedule: PyroTaskSchedule | None
    results: dict[Label, tuple[int, ...]]
    storm_list: str | None = None
    asked: Filter = Filter()  # noqa: RUF009 (it is frozen)
    chosen_members: tuple[int, ...] | None = None
    chosen_years: tuple[Label, ...] | None = None

    @property
    def restriction(self) -> str:
        """What the page is restricted to, in plain words; empty: nothing."""
        members = "" if self.chosen_members is None else f"members {', '.join(map(str, self.chosen_members))}"
        tracks = f"tracks that {self.asked.describe()}" if self.asked else ""
        return ", of ".join(part for part in (tracks, members) if part)

    @property
    def of_members(self) -> Filter:
        """What is asked of a member's tracks, which have no share of the members."""
        return dataclasses.replace(self.asked, min_share=None)

    @property
    def number(self) -> int:
        """How many results there are."""
        return sum(map(len, self.results.values()))

    @property
    def line(self) -> str:
        """What a line of its grid is: "Year", or "Start" where all are forecasts."""
        labels = self.schedule.years if self.schedule else ()
        starts = sum(map(label.is_start, labels))
        return "Year" if not starts else "Start" if starts == len(labels) else "Year or start"

    @property
    def version(self) -> tuple[int, int]:
        """What changes when results come or go: (number, time of the latest)."""
        paths = (self.path(year, members[-1]) for year, members in self.results.items())
        return self.number, max((path.stat().st_mtime_ns for path in paths if path.exists()), default=0)

    def path(self, year: Label, ensemble_member: int) -> Path:
        """Place of a result."""
        return results.path(self.folder, self.task, year, ensemble_member)

    def tracks(self, year: Label, ensemble_member: int) -> tuple[Tracks, Matches]:
        """A result's tracks, or the storms of its list, and which observed storms they are; whatever is asked."""
        found = self._loaded(year, ensemble_member)
        return found.tracks, found.matches

    def scope(self, year: Label, ensemble_member: int, sieve: Sieve) -> tuple[Tracks, Scope]:
        """The same tracks, and which of them and of the observed storms are shown."""
        found = self._loaded(year, ensemble_member)
        heads = None if found.storms is None else found.heads
        return found.tracks, sieve.scope(found.header, found.tracks, found.matches, heads)

    def kept(self, year: Label, ensemble_member: int) -> Tracks:
        """The tracks that are shown."""
        found = self._loaded(year, ensemble_member)
        if not self.of_members:
            return found.tracks
        return found.tracks.take(self.of_members.keeps(found.heads, found.tracks))

    def _loaded(self, year: Label, ensemble_member: int) -> ChosenTracks:
        return chosen_tracks.load(self.path(year, ensemble_member), self.storm_list)

    def settings(self, year: Label | None = None) -> Settings:
        """The settings that the results of a year were made with, or of the first year; those of its first member."""
        year = next(iter(self.results)) if year is None else year
        return results.load_settings(self.path(year, self.results[year][0]))


def outline_of(
    folder: str | Path,
    journal: JournalOf = None,
    years: Iterable[Label] | None = None,
    storm_list: str | None = None,
    members: Iterable[int] | None = None,
    asked: Filter | None = None,
) -> Outline:
    """Look at a results folder and a journal; no result is opened, so that this is quick and any thread may do it.

    Parameters
    ----------
    folder : path
        Folder of the results.
    journal : RunState, str, path or None
        See `JournalOf`.
    years : iterable of int or str, optional
        None: all that are there.
    storm_list : {'tc', 'etc'}, optional
        The list whose storms are shown; None: all tracks.
    members : iterable of int, optional
        Members that are shown; None: all.
    asked : Filter, optional
        Which tracks are shown; None: all.

    Raises
    ------
    ResultError
        The folder is not there.
    JournalRefused
        No such run, or a journal that cannot be read.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ResultError(f"{folder}: no such folder of results; give the folder of the run's results with --results")
    state = _state(journal)
    task = LIST_TASK if storm_list else _shown(state) if state else TASK
    wanted, some = tuple(years or ()) or None, None if members is None else tuple(members)
    there = {
        year: tuple(one for one in results.members(folder, year, task) if some is None or one in some)
        for year in results.years(folder, task)
        if wanted is None or year in wanted
    }
    there = {year: of for year, of in there.items() if of}
    schedule = state.schedule if state else _schedule(there, task)
    return Outline(folder, task, state, schedule, there, storm_list, asked or Filter(), some, wanted)


def provenance(outline: Outline) -> dict[str, Any]:
    """How the first of the results was made, in plain values; empty where there is none."""
    for year, members in outline.results.items():
        header = results.load_header(outline.path(year, members[0]))
        return json.loads(json.dumps(header.provenance, default=str))
    return {}


def _shown(state: runs.RunState) -> str:
    """The task whose results are shown: of what is built on tracks, that of the tracks."""
    return TASK if set(state.tasks) <= set(TASKS) else state.tasks[0]


def _state(journal: JournalOf) -> runs.RunState | None:
    if journal is None or isinstance(journal, runs.RunState):
        return journal
    path = Path(journal)
    if path.suffix == ".sqlite":
        return runs.read(path.stem, path.parent)
    return runs.read(str(journal))


def _schedule(there: dict[Label, tuple[int, ...]], task: str) -> PyroTaskSchedule | None:
    """What is there is complete; of the rest nothing is known."""
    if not there:
        return None
    members_in_all, labels = max(members[-1] for members in there.values()) + 1, label.in_order(there)
    years = [one for one in labels if not isinstance(one, str)]
    if years == labels:
        schedule = PyroTaskSchedule(years[0], years[-1], members_in_all, task)
    else:
        schedule = PyroTaskSchedule.of_starts(labels, members_in_all, task)
    for year, members in there.items():
        for member in members:
            schedule.get_task(year, member).status = "complete"
    return schedule
