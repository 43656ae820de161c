"""Figures of what is chosen, drawn by `science.plots`; a notebook shows them as pictures."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from stormtracks.errors import BadValue, NotThere
from stormtracks.label import Label, spans
from stormtracks.notebook.agreed import Agreed
from stormtracks.notebook.chosen.named_storm import agreed_of
from stormtracks.notebook.chosen.selection import Selection
from stormtracks.notebook.figures.observed import best_tracks, file_of
from stormtracks.notebook.figures.picture import Figure, pictured
from stormtracks.notebook.progress import Progress
from stormtracks.science import chosen_tracks, results
from stormtracks.science.arrays import Bools
from stormtracks.science.climatology import density
from stormtracks.science.records import Tracks


class Plots:
    """Figures of what is chosen.

    Each takes fields of `science.plots.Print` (``**printed``), such as ``width_mm=89, dpi=300, title="..."``.
    """

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
        wanted = (storm or self._selection.choice.storm or "").strip().upper()
        if not wanted:
            raise BadValue('which storm is not said; give its name or sid, as plot.storm("KATRINA")')
        agreed = agreed_of(self._selection, wanted)
        rows = np.flatnonzero(agreed.called(wanted)).tolist()
        ensemble = [self._all_tracks(agreed.year, member) for member in agreed.members.tolist()]
        best = best_tracks(self._selection, agreed.tracks, agreed.year)
        return pictured(plots.storm_members(agreed, rows, ensemble, best, printed=plots.Print(**printed)))

    def tracks(self, **printed: Any) -> Figure:
        """Map of the chosen tracks of one year: of one member, if one is chosen, else of the consensus.

        Without a filter the consensus is drawn as far as it is an observed storm, or half of the members have it.

        Parameters
        ----------
        **printed
            Fields of `science.plots.Print`.

        Returns
        -------
        matplotlib.figure.Figure
        """
        plots, year = _plots(), self._one_year()
        tracks, known, title = self._to_draw(year)
        best = best_tracks(self._selection, tracks, year)
        places = tracks if best is None or not len(best) else best
        region = self._selection.choice.asked.region or plots.region_of(places.lat, places.lon)
        return pictured(plots.year_tracks(tracks, best, known, region, title, printed=plots.Print(**printed)))

    def density(self, **printed: Any) -> Figure:
        """Chosen tracks per area and season, over all chosen years and members."""
        plots, choice = _plots(), self._selection.choice
        seasons = sum(map(len, self._selection.seasons()))
        values, grid = density.track_density(self._every_season(seasons), region=choice.asked.region)
        title = self._titled(f"Track density, {seasons} seasons")
        return pictured(plots.density(values, grid, choice.asked.region, title, printed=plots.Print(**printed)))

    def genesis(self, **printed: Any) -> Figure:
        """Where chosen tracks begin, per area and season, with the best tracks' own first points."""
        return self._of_ends("genesis", "first", printed)

    def lysis(self, **printed: Any) -> Figure:
        """Where chosen tracks end, per area and season, with the best tracks' own last points."""
        return self._of_ends("lysis", "last", printed)

    def intensity(self, **printed: Any) -> Figure:
        """How strong chosen tracks become, with the spread of the members."""
        return self._of_population("intensity", printed)

    def lifetime(self, **printed: Any) -> Figure:
        """How long chosen tracks last."""
        return self._of_population("lifetime", printed)

    def season(self, **printed: Any) -> Figure:
        """In which months chosen tracks begin."""
        return self._of_population("season", printed)

    def _to_draw(self, year: Label) -> tuple[Tracks, Bools, str]:
        """Tracks, which of them are observed storms, and a title."""
        choice = self._selection.choice
        if choice.members is not None and len(choice.members) == 1:
            pieces = self._some()
            known = np.concatenate([piece.sid != "" for piece in pieces])
            return (
                Tracks.joined([piece.tracks for piece in pieces]),
                known,
                self._titled(f"{year}, member {choice.members[0]}"),
            )
        agreed = Agreed(self._selection)[year]
        title = f"{year}: consensus of {len(agreed.members)} members"
        drawn = agreed.prominent()
        if not choice.describe() and drawn.any():
            agreed, title = agreed.take(drawn), f"{title} (observed storms, and tracks that half of the members have)"
        return agreed.paths, ~agreed.candidate, self._titled(title)

    def _of_population(self, name: str, printed: dict[str, Any]) -> Figure:
        plots = _plots()
        draw = getattr(plots, name)
        return pictured(
            draw(self._population(name == "season"), self._selection.choice.list_name, printed=plots.Print(**printed))
        )

    def _of_ends(self, which: str, end: str, printed: dict[str, Any]) -> Figure:
        plots, region = _plots(), self._selection.choice.asked.region
        found = self._population()
        values, grid = found.density(which, region)
        lat, lon = found.observed_ends(which)
        marks = plots.Marks(lat, lon, f"IBTrACS, {end} points ({len(lat):,})") if len(lat) else None
        label = f"{end} points per 10$^6$ km$^2$ and {found.each}"
        of_list = f", list {self._selection.choice.list_name}" if self._selection.choice.list_name else ""
        title = f"{which.title()}{of_list}, {found.seasons}"
        return pictured(
            plots.density(values, grid, region, title, label=label, marks=marks, printed=plots.Print(**printed))
        )

    def _population(self, months: bool = False) -> Any:
        """Heads of the chosen tracks, season by season, and the best tracks beside them."""
        from stormtracks.science.climatology.of_folder import population

        choice, years = self._selection.choice, self._selection.years()
        if choice.storm is not None:
            raise BadValue(f"this figure is of many storms, and {choice.storm} alone is chosen; leave the storm out")
        with Progress("reading results") as progress:
            return population(
                self._selection.opened.folder,
                years,
                choice.members,
                list=choice.list_name,
                asked=choice.asked or None,
                best_tracks=file_of(self._selection, years),
                months=months,
                progress=progress,
            )

    def _some(self) -> list[Any]:
        pieces = list(self._selection.pieces())
        if not pieces:
            raise NotThere(self._selection.nothing())
        return pieces

    def _every_season(self, seasons: int) -> Iterator[Tracks]:
        """The chosen tracks of each member and year, also of those that have none."""
        pieces = self._some()
        yield from (piece.tracks for piece in pieces)
        first = pieces[0].tracks
        nothing = first.take(np.zeros(len(first), bool))
        yield from (nothing for _ in range(seasons - len(pieces)))

    def _one_year(self) -> Label:
        years = self._selection.years()
        if len(years) != 1:
            raise BadValue(f"this figure shows one year, or one forecast, of {spans(years)}; choose it: .sel(year=...)")
        return years[0]

    def _titled(self, title: str) -> str:
        asked = self._selection.choice.describe()
        return f"{title}; {asked}" if asked else title

    def _all_tracks(self, year: Label, member: int) -> Tracks:
        """All tracks of a member, or of its list: the consensus counts those."""
        choice = self._selection.choice
        place = results.path(self._selection.opened.folder, choice.task, year, member)
        return chosen_tracks.load(place, choice.list_name).tracks


def _plots() -> Any:
    """`science.plots`; Matplotlib and Cartopy take a second to load."""
    from stormtracks.science import plots

    return plots
