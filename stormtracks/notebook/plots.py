"""Figures of what is chosen, drawn by `science.plots`; a notebook shows them as pictures."""

import functools
import io
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from stormtracks.errors import BadValue, NotThere
from stormtracks.label import Label
from stormtracks.notebook.agreed import Agreed
from stormtracks.notebook.choice import spans
from stormtracks.notebook.observed_file import observed_file
from stormtracks.notebook.selection import CANDIDATE, Selection
from stormtracks.notebook.tracks import joined
from stormtracks.science import calendars, ibtracs, results
from stormtracks.science.climatology import density
from stormtracks.science.consensus import ConsensusStorms, ConsensusTracks
from stormtracks.science.records import BestTracks, Tracks
from stormtracks.strict_dataclass import unknown

Figure = Any
"""Matplotlib's, which is loaded with the first figure."""


class Plots:
    """Figures of what is chosen. Each takes what `science.plots.Print` has: ``width_mm=89, dpi=300, title="..."``."""

    def __init__(self, selection: Selection) -> None:
        self._selection = selection

    def __repr__(self) -> str:
        names = [name for name in dir(type(self)) if not name.startswith("_")]
        return f"<Plots: {', '.join(f'.{name}()' for name in names)}>"

    def storm(self, storm: str | None = None, **printed: Any) -> Figure:
        """One storm in all its members, with the consensus and its spread, and the strength in time.

        Parameters
        ----------
        storm : str, optional
            Name or sid of a best track, or name of a candidate; None: the one that is chosen.
        **printed
            Fields of `science.plots.Print`.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        NotThere
            No consensus track is this storm; the message has the nearest name.
        BadValue
            It is in several of the years; or none is given.
        """
        plots = _plots()
        wanted = (storm or self._selection.choice.storm or "").upper()
        if not wanted:
            raise BadValue('which storm is not said; give its name or sid, as plot.storm("KATRINA")')
        agreed = self._year_of(wanted)
        numbers = np.flatnonzero(_is(agreed, wanted)).tolist()
        ensemble = [self._all_tracks(agreed.year, member) for member in agreed.members.tolist()]
        best = self._best_tracks(agreed.tracks, agreed.year)
        return _pictured(plots.storm_members(agreed, numbers, ensemble, best, printed=plots.Print(**printed)))

    def tracks(self, **printed: Any) -> Figure:
        """Map of the chosen tracks of one year: of one member, if one is chosen, else of the consensus.

        Parameters
        ----------
        **printed
            Fields of `science.plots.Print`.

        Returns
        -------
        matplotlib.figure.Figure
        """
        plots, choice, year = _plots(), self._selection.choice, self._one_year()
        asked = choice.describe()
        if choice.members is not None and len(choice.members) == 1:
            pieces = list(self._selection.pieces())
            if not pieces:
                raise NotThere(f"no track is chosen ({asked}); ask for less")
            tracks, known = joined(iter(pieces)), np.concatenate([piece.sid != "" for piece in pieces])
            title = f"{year}, member {choice.members[0]}"
        else:
            agreed = Agreed(self._selection)[year]
            tracks, known = _shown(agreed), ~agreed.candidate
            title = f"{year}: consensus of {len(agreed.members)} members"
        title += f"\n{asked}" * bool(asked)
        best = self._best_tracks(tracks, year)
        return _pictured(
            plots.year_tracks(tracks, best, known, choice.asked.region, title, printed=plots.Print(**printed))
        )

    def density(self, **printed: Any) -> Figure:
        """Chosen tracks per area and season, over all chosen years and members."""
        return self._density(lambda tracks: tracks, "Track density", printed)

    def genesis(self, **printed: Any) -> Figure:
        """Where chosen tracks begin, per area and season, over all chosen years and members."""
        return self._density(lambda tracks: tracks.beginnings, "Genesis density", printed)

    def _density(self, part: Callable[[Tracks], Tracks], title: str, printed: dict[str, Any]) -> Figure:
        plots, choice = _plots(), self._selection.choice
        seasons = sum(map(len, self._selection.seasons()))
        values, grid = density.track_density(map(part, self._every_season(seasons)), region=choice.asked.region)
        asked = choice.describe()
        title = f"{title}, {seasons} seasons" + f"\n{asked}" * bool(asked)
        return _pictured(plots.density(values, grid, choice.asked.region, title, printed=plots.Print(**printed)))

    def _every_season(self, seasons: int) -> Iterator[Tracks]:
        """The chosen tracks of each member and year, also of those that have none."""
        count = 0
        for piece in self._selection.pieces():
            count += 1
            yield piece.tracks
        if not count:
            raise NotThere(f"no track is chosen ({self._selection.choice.describe()}); ask for less")
        nothing = piece.tracks.take(np.zeros(len(piece.tracks), bool))
        for _ in range(seasons - count):
            yield nothing

    def _one_year(self) -> Label:
        years = self._selection.years()
        if len(years) != 1:
            raise BadValue(f"this figure shows one year, or one forecast, of {spans(years)}; choose it: .sel(year=...)")
        return years[0]

    def _year_of(self, wanted: str) -> ConsensusTracks:
        """The consensus of the year in which a storm is."""
        opened, choice = self._selection.opened, self._selection.choice
        candidate = CANDIDATE.fullmatch(wanted)
        found, known = [], set()
        for season in self._selection.seasons():
            names = {*season.matches.sid.tolist(), *season.matches.name.tolist()} - {""}
            known |= names
            if wanted in names or (candidate and candidate[2] == str(season.year)):
                found.append(season.year)
        if not found:
            raise NotThere(f"{unknown(wanted, known, 'storm')} (in {spans(self._selection.years())})")
        if len(found) > 1:
            raise BadValue(f"{wanted} is a storm of {spans(found)}; choose the year: .sel(year={found[0]})")
        agreed = opened.agreed(found[0], choice.list_name, choice.members)
        if not _is(agreed, wanted).any():
            raise NotThere(
                f"{wanted}: no consensus track of {found[0]} is this storm: too few members have it, or most of its "
                f'tracks belong to another one; the tracks that match it: .sel(storm="{wanted}").tracks'
            )
        return agreed

    def _all_tracks(self, year: Label, member: int) -> Tracks:
        """All tracks of a member, or of its list: the consensus counts those."""
        choice = self._selection.choice
        place = results.path(self._selection.opened.folder, choice.task, year, member)
        if choice.list_name is None:
            return results.load_tracks(place)
        return results.load_list(place)[1].of(choice.list_name).tracks

    def _best_tracks(self, tracks: Tracks, year: Label) -> BestTracks | None:
        """Observed tracks of the times of some tracks, where their file is known; as the results were matched."""
        opened, choice = self._selection.opened, self._selection.choice
        member = opened.members(choice.task, year)[0]
        header = results.load_header(results.path(opened.folder, choice.task, year, member))
        path = opened.best_tracks or observed_file(header.provenance)
        if path is None or not len(tracks) or calendars.has_own_dates(tracks.calendar):
            return None
        settings = results.load_settings(results.path(opened.folder, choice.task, year, member))
        return ibtracs.load(path, tracks.time.min(), tracks.time.max(), **settings.keywords(ibtracs.load))


def _plots() -> Any:
    """`science.plots`; Matplotlib and Cartopy take a second to load."""
    from stormtracks.science import plots

    return plots


def _is(agreed: ConsensusTracks, wanted: str) -> Any:
    return (agreed.sid == wanted) | (agreed.name == wanted) | (agreed.candidate_name == wanted)


def _shown(agreed: ConsensusTracks) -> Tracks:
    """The mean paths as they are drawn: those of lists smoothed in time."""
    if not isinstance(agreed, ConsensusStorms):
        return agreed.tracks
    tracks = agreed.tracks
    return Tracks(
        tracks.row_size,
        tracks.time,
        agreed.lat_smooth,
        agreed.lon_smooth,
        tracks.vorticity,
        tracks.maximum,
        tracks.calendar,
    )


def _pictured(figure: Figure) -> Figure:
    """A figure that a notebook shows as a picture, also where nobody has asked for Matplotlib's own way to do so."""
    figure._repr_png_ = functools.partial(_png, figure)
    return figure


def _png(figure: Figure) -> bytes:
    content = io.BytesIO()
    figure.savefig(content, format="png")
    return content.getvalue()
