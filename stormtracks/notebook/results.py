"""A folder of results, opened in a notebook, and what of it is chosen."""

import dataclasses
import os
from pathlib import Path
from typing import Any

from stormtracks import paths
from stormtracks.errors import BadValue, NotThere
from stormtracks.label import Label, spans
from stormtracks.notebook.agreed import Agreed
from stormtracks.notebook.chosen import choice as choosing
from stormtracks.notebook.chosen.choice import Choice
from stormtracks.notebook.chosen.opened import Opened
from stormtracks.notebook.chosen.selection import Selection
from stormtracks.notebook.compared import Compared, check, same_tracks, side_of
from stormtracks.notebook.figures.plots import Plots
from stormtracks.notebook.matches import AllMatches
from stormtracks.notebook.tracks import MemberTracks
from stormtracks.science.consensus import candidate
from stormtracks.science.filters import given
from stormtracks.science.settings import TASKS
from stormtracks.science.shown import card, line_of


def open(  # noqa: A001 - it is called as stormtracks.open
    folder: str | os.PathLike[str] = "results", *, best_tracks: str | os.PathLike[str] | None = None
) -> "Results":
    """The results in a folder, for tables, data sets and figures; nothing is read before it is asked for.

    Parameters
    ----------
    folder : path_like
        Folder of all results (``TASK/YEAR/member_NNN.nc`` below it); the run need not have ended.
    best_tracks : path_like, optional
        File of observed tracks for figures; None: the one that the results were matched with, if it is still there.

    Returns
    -------
    Results

    Raises
    ------
    NotThere
        There are no results in it.

    Examples
    --------
    >>> import tempfile
    >>> import stormtracks
    >>> from stormtracks.science import pipeline
    >>> folder = tempfile.mkdtemp()
    >>> inputs = {"data": "sample/20crv2c_1987", "best_tracks": "sample/ibtracs/IBTrACS.NA.v04r00.nc"}
    >>> for member in (0, 1):
    ...     _ = pipeline.run_task(1987, member, "vort_track", {"results": folder, **inputs})
    >>> results = stormtracks.open(folder)
    >>> results.years, results.members, results.tasks
    ((1987,), (0, 1), ('vort_track',))
    >>> len(results.tracks), len(results.sel(storm="CINDY").tracks), len(results.filter(region="0,40,-100,-10").tracks)
    (348, 2, 35)
    """
    place = _absolute(folder, "the folder of results")
    observed = None if best_tracks is None else _absolute(best_tracks, "best_tracks")
    if observed is not None and not observed.exists():
        raise NotThere(f"{observed}: there is no such file of best tracks; give another one, or leave best_tracks out")
    return Results(_opened(place, observed), Choice())


class Results:
    """What is chosen of a folder of results; `sel` and `filter` give another one, and leave this one as it is.

    Attributes
    ----------
    folder : Path
    tracks : MemberTracks
        Tracks of members; of a list, its storms.
    storms : MemberTracks
        Storms of the list that is chosen; of tropical cyclones, if none is.
    matches : AllMatches
        What became of each observed storm in each member.
    consensus, candidates : Agreed
        One track per storm over members; those that no best track knows.
    plot : Plots
        Figures: ``plot.storm("KATRINA")``.
    """

    def __init__(self, opened: Opened, choice: Choice) -> None:
        self._opened = opened
        self._choice = choice

    def __repr__(self) -> str:
        asked = self._choice.describe()
        try:
            what = f"{spans(self.years)}, members {spans(self.members)}, {', '.join(self.tasks)}"
        except NotThere:
            what = "nothing that is chosen is there any more"
        return f"<Results: {_shown(self.folder)}: {what}{' (' * bool(asked)}{asked}{')' * bool(asked)}>"

    @property
    def folder(self) -> Path:
        """Where they are."""
        return self._opened.folder

    @property
    def years(self) -> tuple[Label, ...]:
        """Years, and starts of forecasts, that are chosen and have results."""
        return tuple(self._selection.years())

    @property
    def members(self) -> tuple[int, ...]:
        """Members that are chosen and have a result of any of the years."""
        there = {member for year in self.years for member in self._opened.members(self._choice.task, year)}
        return tuple(sorted(there if self._choice.members is None else there.intersection(self._choice.members)))

    @property
    def tasks(self) -> tuple[str, ...]:
        """Tasks that have results of the years."""
        return tuple(task for task in TASKS if set(self._opened.years(task)).intersection(self.years))

    def sel(
        self,
        *,
        year: Any = None,
        member: Any = None,
        storm: str | None = None,
        list: str | None = None,  # noqa: A002
    ) -> "Results":
        """Some of the years and members, one storm, or a list.

        Parameters
        ----------
        year : int, str, range, slice or sequence, optional
            A year, or the start of a forecast; several of them; ``slice(2000, 2012)`` and "2000-2012" have both ends.
        member : int, str, range, slice or sequence, optional
            Counted from 0.
        storm : str, optional
            Name or sid of a best track, in any case; or the name of a candidate, such as "C2005-017".
        list : {'tc', 'etc'}, optional
            Storms of the members' lists instead of all tracks.

        Raises
        ------
        NotThere
            There is no result of that; the message says what there is, or has the nearest name.
        """
        chosen = dataclasses.replace(self._choice, list_name=choosing.list_name(list) or self._choice.list_name)
        if storm is not None:
            chosen = _of_storm(chosen, choosing.storm(storm))
        if chosen.task != self._choice.task and not self._opened.years(chosen.task):
            raise NotThere(f"{self.folder}: has no lists; make them with --task vort_track,field_collection,classify")
        if year is not None:
            years = choosing.years(year)
            choosing.known(years, Selection(self._opened, chosen).years(), "the year", self.folder)
            chosen = dataclasses.replace(chosen, years=years)
        if member is not None:
            members = choosing.members(member)
            choosing.known(members, Results(self._opened, chosen).members, "member", self.folder)
            chosen = dataclasses.replace(chosen, members=members)
        found = Selection(self._opened, chosen)
        if storm is not None:
            found.check_storm()
        return Results(self._opened, chosen)

    def filter(
        self,
        *,
        region: Any = None,
        basin: Any = None,
        months: Any = None,
        genesis_region: Any = None,
        min_peak: float | None = None,
        min_hours: float | None = None,
        min_distance: float | None = None,
        matched: bool | None = None,
        min_share: float | None = None,
    ) -> "Results":
        """Tracks that fulfil all of this; names and units are those of the options of commands.

        Parameters
        ----------
        region : tuple of float or str, optional
            South, north, west, east, degrees: a point of the track lies in it.
        basin : str or sequence of str, optional
            NA, EP, WP, NI, SI, SP, SA: the track begins in it.
        months : int, str or sequence of int, optional
            1 to 12, or "8-10": the track begins in one of them.
        genesis_region : tuple of float or str, optional
            The track begins in it.
        min_peak : float, optional
            Vorticity that it reaches, 1e-5 s-1.
        min_hours : float, optional
            How long it lasts.
        min_distance : float, optional
            From its first point to its last, km.
        matched : bool, optional
            Whether it is an observed storm.
        min_share : float, optional
            Share of the members that have it, 0 to 1; of `consensus` and `candidates` only.

        Examples
        --------
        >>> import stormtracks
        >>> hurricanes = stormtracks.open("results").filter(basin="NA", months="8-10", min_peak=20)  # doctest: +SKIP
        """
        asked = {name: value for name, value in locals().items() if name != "self"}
        return Results(
            self._opened, dataclasses.replace(self._choice, asked=given.filter_of(asked, self._choice.asked))
        )

    @property
    def tracks(self) -> MemberTracks:
        """Tracks of members."""
        return MemberTracks(self._selection)

    @property
    def storms(self) -> MemberTracks:
        """Storms of the list that is chosen, or of the tropical cyclones."""
        return (self if self._choice.list_name else self.sel(list="tc")).tracks

    @property
    def matches(self) -> AllMatches:
        """What became of each observed storm in each member."""
        return AllMatches(self._selection)

    @property
    def consensus(self) -> Agreed:
        """One track per storm over the members."""
        return Agreed(self._selection)

    @property
    def candidates(self) -> Agreed:
        """Storms of the consensus that no best track knows."""
        return Agreed(self._selection, candidates_only=True)

    @property
    def plot(self) -> Plots:
        """Figures."""
        return Plots(self._selection)

    def compare(
        self,
        other: "Results | str | os.PathLike[str]",
        *,
        consensus: bool = False,
        best_tracks: str | os.PathLike[str] | None = None,
    ) -> Compared:
        """How the chosen tracks compare with those of other results, or of another tracker.

        Parameters
        ----------
        other : Results or path_like
            Open results, a folder of results, or a file of tracks (or a folder with a file per member). The list and
            the filter that are chosen here are asked of both; so are the years and members, unless it chooses its own.
        consensus : bool
            Whether the consensus of one is compared with that of the other, instead of member with member.
        best_tracks : path_like, optional
            Observed storms that the tracks of a file are matched with.

        Returns
        -------
        Compared

        Raises
        ------
        BadValue
            Another list or filter is chosen in `other`, or one storm alone.
        InputError
            There is nothing at the path.

        Examples
        --------
        >>> import stormtracks
        >>> results = stormtracks.open("results")  # doctest: +SKIP
        >>> results.filter(basin="NA").compare("results/motion").only.to_dataframe()  # doctest: +SKIP
        """
        check(self._choice, consensus)
        place, choice = other, self._choice
        if isinstance(other, Results):
            place, choice = other.folder, same_tracks(self._choice, other._choice)
        return Compared(
            side_of(self.folder, self._choice), side_of(place, choice, best_tracks), self._choice, consensus
        )

    @property
    def _selection(self) -> Selection:
        return Selection(self._opened, self._choice)

    def _repr_html_(self) -> str:
        rows = []
        for year in self._selection.years_there():
            counts = [len(self._opened.members(task, year)) for task in TASKS]
            rows.append((year, *(number or "" for number in counts)))
        note = (
            ".sel(year=, member=, storm=, list=)  .filter(region=, basin=, months=, ...)  .tracks  .storms  .matches  "
        )
        note += ".consensus  .candidates  .plot  .compare()"
        return card(line_of(self), ("year", *(f"members with {task}" for task in TASKS)), rows, note, is_open=True)


def _of_storm(choice: Choice, storm: str) -> Choice:
    """A choice of one storm; a candidate of a list chooses that list too."""
    named = candidate(storm)
    list_name = choice.list_name or (named.list_name if named else None)
    return dataclasses.replace(choice, storm=storm, list_name=list_name)


def _absolute(path: str | os.PathLike[str], where: str) -> Path:
    """A path that stays the same when the working folder is changed."""
    if not isinstance(path, str | os.PathLike):
        raise BadValue(f"{where} must be a path, not {path!r}")
    return paths.expand(path, where=where).absolute()


def _shown(place: Path) -> Path:
    """A path as short as it can be written here."""
    here = Path.cwd()
    return place.relative_to(here) if place.is_relative_to(here) else place


def _opened(place: Path, best_tracks: Path | None) -> Opened:
    """The folder, if there are results in it."""
    if not place.is_dir():
        raise NotThere(f"{place}: there is no such folder; give the one that inv track or inv manage wrote results to")
    opened = Opened(place, best_tracks)
    if opened.years(TASKS[0]):
        return opened
    above = next((folder for folder in (place.parent, place.parent.parent) if Opened(folder).years(TASKS[0])), None)
    hint = f"its folder above has some: open {above}" if above else "run inv track or inv manage first, or give another"
    raise NotThere(f"{place}: there are no results in it; {hint}")
