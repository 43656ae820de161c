"""The figures of a run as data addresses; without matplotlib and Cartopy a page has none and says so."""

import base64
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from stormtracks import label
from stormtracks.label import Label
from stormtracks.readable import counted
from stormtracks.report.agreed import Agreed
from stormtracks.report.fragments import Picture
from stormtracks.report.outline import Outline
from stormtracks.science import best_tracks
from stormtracks.science.arrays import Floats
from stormtracks.science.climatology import density
from stormtracks.science.consensus import ConsensusTracks
from stormtracks.science.records import BestTracks, Tracks
from stormtracks.science.sphere import Region, wrap
from stormtracks.science.summary import ListSummary, Summary

MOST_SEASONS = 60
"""Most seasons in a map of density; of more, this many are taken, evenly spread over the run."""
MOST_YEARS = 4
"""Years that have pictures of their own, the latest: each takes seconds to draw, and some 300 kB of the page."""
DOTS_PER_INCH = 120


def pictures(
    outline: Outline,
    summary: Summary | ListSummary | None,
    agreed: Agreed,
    best_tracks: str | Path | None = None,
) -> tuple[list[Picture], str]:
    """The figures of a run's results.

    Parameters
    ----------
    outline : Outline
    summary : Summary or None
        Of the same results; None where there are none.
    agreed : Agreed
    best_tracks : path, optional
        IBTrACS file, drawn with the tracks.

    Returns
    -------
    pictures : list of Picture
    note : str
        What is left out; or why there are none.
    """
    if summary is None:
        return [], "There are no results yet."
    try:
        from stormtracks.science import plots  # slow to import, and not needed where nothing is drawn
    except ImportError as error:
        return [], f"Figures need matplotlib and Cartopy: {error}."
    per_year = [_per_year(plots, summary)] if isinstance(summary, Summary) and len(summary.years) > 1 else []
    years = label.in_order(agreed.by_year)[::-1]
    of_years = [one for year in years[:MOST_YEARS] for one in _of_year(plots, outline, agreed, year, best_tracks)]
    drawn = [*per_year, *of_years, *_density(plots, outline)]
    if not drawn:
        return [], "There are no tracks to draw."
    left_out = (
        f"Of {len(years)} years, the latest {MOST_YEARS} have pictures of their own; "
        "inv plot --kind tracks --years YEAR draws the others."
    )
    return drawn, left_out if len(years) > MOST_YEARS else ""


def _per_year(plots: Any, summary: Summary) -> Picture:
    first, last = summary.years[0].year, summary.years[-1].year
    description = (
        f"Chart of the observed storms of {first} to {last}, of those that the members found, and of all tracks; "
        "its numbers are in the table of storms per year."
    )
    address = address_of(plots, plots.storms_per_year(summary), "svg")
    return Picture("Storms per year, observed and found", description, address)


def _of_year(
    plots: Any, outline: Outline, agreed: Agreed, year: Label, best_tracks: str | Path | None
) -> Iterator[Picture]:
    """The tracks of a year on which half of the members agree, and one storm of it with all its members."""
    of_year, rows = agreed.by_year[year], agreed.shown(year)
    if not len(rows):
        return
    observed = ~of_year.candidate[rows]
    if observed.any():  # thousands of candidates hide them
        rows = rows[observed]
    tracks = of_year.tracks.take(rows)
    best = _best(outline, year, best_tracks, tracks)
    region = _region(tracks.lat, tracks.lon) if best is None or not len(best) else _region(best.lat, best.lon)
    known = ~of_year.candidate[rows]
    title = f"{year}: consensus of {len(of_year.members)} members"
    figure = plots.year_tracks(tracks, best, known, region, title, muted=True)
    description = (
        f"Map of the {len(tracks)} {'observed storms' if known.any() else 'storms'} of {year} on which the "
        f"{len(of_year.members)} members agree, coloured by vorticity."
    )
    yield Picture(f"Consensus tracks of {year}", description, address_of(plots, figure, "png"), year)
    number = _foremost(of_year)
    storm = of_year.name[number].title() or of_year.sid[number] or "a candidate"
    ensemble = [outline.tracks(year, int(member))[0] for member in of_year.members]
    pieces = np.flatnonzero(of_year.sid == of_year.sid[number]) if of_year.sid[number] else number
    figure = plots.storm_members(of_year, pieces, ensemble, best)
    description = (
        f"Map of {storm} in each member with the mean path and its spread, and below it the strength over time."
    )
    yield Picture(f"{storm} of {year} in all its members", description, address_of(plots, figure, "png"), year)


def _density(plots: Any, outline: Outline) -> Iterator[Picture]:
    seasons = [(year, member) for year, members in outline.results.items() for member in members]
    taken = [seasons[i] for i in np.unique(np.linspace(0, len(seasons) - 1, MOST_SEASONS).astype(int))]
    tracks = [found for season in taken if len(found := outline.kept(*season))]
    if not tracks:
        return
    region = _region(np.concatenate([one.lat for one in tracks]), np.concatenate([one.lon for one in tracks]))
    values, grid = density.track_density(tracks, region=region)
    years = len(outline.results)
    every = f"{len(seasons)} members' seasons of {counted(years, 'year')}"
    of = f"{len(taken)} of {every}" if len(taken) < len(seasons) else every
    description = f"Map of the tracks per million square kilometres and season; at most {values.max():.1f}."
    figure = plots.density(values, grid, region, f"Track density, {of}")
    yield Picture(f"Track density, {of}", description, address_of(plots, figure, "png"))


def _foremost(agreed: ConsensusTracks) -> int:
    """The strongest storm among those that a best track knows, or among all."""
    strength = agreed.vorticity[agreed.peak]
    return int(np.argmax(np.where(agreed.sid != "", strength + 1.0, strength)))  # vorticity is far below 1 s-1


def _best(outline: Outline, year: Label, path: str | Path | None, tracks: Tracks) -> BestTracks | None:
    return best_tracks.beside(path, tracks, outline.settings(year)) if path else None


def _region(lat: Floats, lon: Floats) -> Region | None:
    from stormtracks.science.plots.maps import region_of  # as above

    south, north, west, east = region_of(lat, lon)
    return None if east - west >= 360 else (south, north, west, float(wrap(east)))


def address_of(plots: Any, figure: Any, kind: str) -> str:
    """A figure as a data address; `plots` is the module that draws, imported late."""
    with tempfile.TemporaryDirectory() as folder:  # `plots.save` writes files only
        data = plots.save(figure, Path(folder, f"figure.{kind}"), dpi=DOTS_PER_INCH).read_bytes()
    mime = "image/svg+xml" if kind == "svg" else "image/png"
    return f"data:{mime};base64,{base64.b64encode(data).decode()}"
