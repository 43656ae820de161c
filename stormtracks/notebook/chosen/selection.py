"""Which tracks are chosen: year after year, by the index, and by their points where nothing else can tell."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks import label
from stormtracks.errors import BadValue, NotThere
from stormtracks.label import Label, spans
from stormtracks.notebook.chosen.choice import Choice
from stormtracks.notebook.chosen.choice import known as known_years
from stormtracks.notebook.chosen.opened import Opened
from stormtracks.notebook.progress import Progress
from stormtracks.science import leads, results
from stormtracks.science.arrays import Bools, Ints, Texts
from stormtracks.science.consensus import candidate
from stormtracks.science.errors import ResultError
from stormtracks.science.filters import regions
from stormtracks.science.filters.observations import Observations
from stormtracks.science.heads import Heads
from stormtracks.science.index.season import Season
from stormtracks.science.lists import StormList
from stormtracks.science.lists.storm_list import in_list
from stormtracks.science.records import Tracks
from stormtracks.science.results import State
from stormtracks.strict_dataclass import unknown


@dataclass(frozen=True)
class Chosen:
    """Tracks of one year that are chosen: their rows in what the index knows, ascending."""

    season: Season
    rows: Ints

    @property
    def heads(self) -> Heads:
        """Of these tracks."""
        return self.season.heads.take(self.rows)


@dataclass(frozen=True)
class Piece:
    """Chosen tracks of one member and year, with their points.

    Attributes
    ----------
    year : int or str
    ensemble_member : int
    tracks : Tracks
    track_id : ndarray of int
        Their numbers among all tracks of the member.
    sid, name : ndarray of str
        The best track that each is; '' for none.
    start : datetime64 or None
        Start of the forecast that it is of.
    per_point : dict of str to ndarray, shape (npoints,)
        What a list has along them.
    """

    year: Label
    ensemble_member: int
    tracks: Tracks
    track_id: Ints
    sid: Texts
    name: Texts
    start: np.datetime64 | None
    per_point: Mapping[str, npt.NDArray[Any]]


class Selection:
    """What a choice means in an open folder, now."""

    def __init__(self, opened: Opened, choice: Choice) -> None:
        self.opened = opened
        self.choice = choice

    def years(self) -> list[Label]:
        """Years and starts that are chosen and have results.

        Raises
        ------
        NotThere
            There are none any more.
        """
        found = self.years_there()
        if not found:
            there = self.opened.years(self.choice.task)
            what = "no result" if not there else f"none of {spans(self.choice.years or ())}, but {spans(there)}"
            raise NotThere(f"{self.opened.folder}: has {what} of the task {self.choice.task} any more")
        return found

    def years_there(self) -> list[Label]:
        """The same, and none where there are none any more."""
        there = self.opened.years(self.choice.task)
        return [year for year in there if self.choice.years is None or year in self.choice.years]

    def nothing(self, what: str = "track", remedy: str = "ask for less") -> str:
        """The message where nothing is chosen."""
        asked = self.choice.describe()
        return f"no {what} is chosen{f' ({asked})' if asked else ''} of {spans(self.years())}; {remedy}"

    def seasons(self) -> Iterator[Season]:
        """What the index knows of each year, of the members that are chosen.

        Raises
        ------
        MixedResults
            They were made differently.
        """
        recipes = results.Recipes()
        for year in self.years():
            season = self.opened.season(self.choice.task, year, self._members_of(year))
            for entry in season.entries:
                recipes.add_traits(year, entry.ensemble_member, json.loads(entry.traits))
            recipes.remarks(self.opened.folder)
            yield season

    def chosen(self) -> Iterator[Chosen]:
        """The tracks of each year."""
        for season in self.seasons():
            yield Chosen(season, self._rows(season))

    def pieces(self) -> Iterator[Piece]:
        """The tracks of each member and year that has some, with their points."""
        with Progress("reading tracks") as progress:
            years = len(self.years())
            for number, chosen in enumerate(self.chosen()):
                for entry in range(len(chosen.season)):
                    rows = _within(chosen, entry)
                    progress(number * len(chosen.season) + entry, years * len(chosen.season))
                    if len(rows):
                        yield self._piece(chosen.season, entry, rows)

    def of_list(self, season: Season) -> Bools:
        """Which tracks are storms of the list that is chosen; all, if none is."""
        if self.choice.list_name is None:
            return np.ones(len(season.heads), bool)
        return in_list(season.heads.storm_class, self.choice.list_name)

    def about(self, season: Season) -> Bools | None:
        """Which rows of a season's matches the filter is about, as in summaries; None: all.

        Raises
        ------
        NotThere
            Where or when is asked, and the file of best tracks is not there.
        """
        observations = Observations(self.choice.asked, [season.year], self.opened.best_tracks)
        matched_with = season.entries[0].best_tracks
        rows = observations.rows(Path(matched_with) if matched_with else None, season.matches)
        for path in observations.lacking:
            raise NotThere(
                f"{self.opened.folder}: was matched with {path}, which is not there, and where observed storms were is "
                "asked; give their file: stormtracks.open(folder, best_tracks=FILE)"
            )
        return rows

    def check_storm(self) -> None:
        """Refuse a storm that no best track of the chosen years is, and a candidate of another list.

        Raises
        ------
        NotThere
            The message has the nearest name.
        """
        wanted, year = self.choice.storm, self._candidate_year()
        if year is not None:
            known_years((year,), self.years(), f"{wanted}, which is of", self.opened.folder)
        if wanted is None or year is not None:
            return
        known: set[str] = set()
        for season in self.seasons():
            known.update(season.matches.sid.tolist(), season.matches.name.tolist())
        if wanted not in known:
            raise NotThere(f"{unknown(wanted, known - {''}, 'storm')} (in {spans(self.years())})")

    def _members_of(self, year: Label) -> list[int] | None:
        if self.choice.members is None:
            return None
        there = self.opened.members(self.choice.task, year)
        return [one for one in self.choice.members if one in there]

    def _rows(self, season: Season) -> Ints:
        """Rows of the season's tracks that are chosen."""
        kept = self.choice.asked.may_keep(season.heads) & self.of_list(season)
        if self.choice.storm is not None:
            kept &= self._of_storm(season)
        if (region := self.choice.asked.region) is not None:
            sure = regions.surely_passes(season.heads, region)
            kept &= sure | self._passing(season, np.flatnonzero(kept & ~sure))
        return np.flatnonzero(kept)

    def _passing(self, season: Season, open_rows: Ints) -> Bools:
        """Which of some tracks pass the region, by their points; False for all others."""
        found = np.zeros(len(season.heads), bool)
        for number in range(len(season)):
            part = season.tracks_of(number)
            rows = open_rows[(open_rows >= part.start) & (open_rows < part.stop)]
            if len(rows):
                found[rows] = self._passing_of(season, number)[rows - part.start]
        return found

    def _passing_of(self, season: Season, number: int) -> Bools:
        task, region = self.choice.task, self.choice.asked.region
        assert region is not None
        known = self.opened.passed(task, season, number, region)
        if known is None:
            known = regions.passes(season.of(number).heads, self._read(season, number)[0], region)
            self.opened.keep_passed(task, season, number, region, known)
        return known

    def _of_storm(self, season: Season) -> Bools:
        """Which tracks are the storm that is asked for, or pieces of it; shape (ntracks,)."""
        wanted, year = self.choice.storm or "", self._candidate_year()
        if year is None:
            return season.heads.called(wanted)
        found = np.zeros(len(season.heads), bool)
        if season.year == year:
            agreed = self.opened.agreed(season.year, self.choice.list_name)
            numbers = np.flatnonzero(agreed.called(wanted))
            if not len(numbers):
                raise NotThere(f"{unknown(wanted, set(agreed.candidate_name.tolist()) - {''}, 'candidate')}")
            place = {member: one for one, member in enumerate(agreed.members.tolist())}
            counted = self.of_list(season)  # the consensus of lists counts the storms of its list only
            for number, entry in enumerate(season.entries):
                part = season.tracks_of(number)
                rows = part.start + np.flatnonzero(counted[part])
                storms = agreed.storm_of[place[entry.ensemble_member]] if entry.ensemble_member in place else rows[:0]
                if len(storms) != len(rows):
                    raise ResultError(
                        f"{self.opened.folder}: results of {season.year} changed while they were read; ask again"
                    )
                found[rows] = storms == numbers[0]
        return found

    def _candidate_year(self) -> Label | None:
        """The year of the candidate that is asked for; None where the storm is none."""
        wanted, chosen = self.choice.storm or "", self.choice.list_name
        named = candidate(wanted)
        if named is not None and named.list_name != chosen:
            of = f"the list {named.list_name}" if named.list_name else "all tracks"
            raise BadValue(f"{wanted} is a candidate of {of}, but {chosen or 'all tracks'} is chosen")
        return None if named is None else named.year

    def _piece(self, season: Season, number: int, rows: Ints) -> Piece:
        part, entry = season.tracks_of(number), season.entries[number]
        tracks, storms = self._read(season, number)
        own = rows - part.start
        along: dict[str, npt.NDArray[Any]] = {}
        if storms is not None:
            points = tracks.of_rows(own)
            along = {"tropical": storms.tropical[points]}
            along |= {name: values[points] for name, values in storms.fields.items()}
        return Piece(
            season.year,
            entry.ensemble_member,
            tracks.take(own),
            season.track_id[rows],
            season.heads.sid[rows],
            season.heads.name[rows],
            self._start(season.year, entry.ensemble_member, tracks.calendar),
            along,
        )

    def _start(self, year: Label, member: int, calendar: str) -> np.datetime64 | None:
        """The start of a member's own forecast, which may be another than the one that the forecast is called by."""
        if not label.is_start(year):
            return None
        header = results.load_header(results.path(self.opened.folder, self.choice.task, year, member))
        of = header.provenance.get(leads.KEY, {"start": year, "calendar": calendar})
        return leads.moment(of["start"], of["calendar"])

    def _read(self, season: Season, number: int) -> tuple[Tracks, StormList | None]:
        """All tracks of an entry, and the list that they are of, if any."""
        entry = season.entries[number]
        place = results.path(self.opened.folder, self.choice.task, season.year, entry.ensemble_member)
        storms = results.load_list(place)[1] if self.choice.list_name else None
        tracks = results.load_tracks(place) if storms is None else storms.tracks
        if _state(place) != entry.state:
            raise ResultError(f"{place}: changed while it was read; ask again")
        return tracks, storms


def _state(place: Path) -> State | None:
    """The state of a result's file now; None where there is none any more."""
    try:
        return State.of(place.stat())
    except OSError:
        return None


def _within(chosen: Chosen, number: int) -> Ints:
    part = chosen.season.tracks_of(number)
    return chosen.rows[(chosen.rows >= part.start) & (chosen.rows < part.stop)]
