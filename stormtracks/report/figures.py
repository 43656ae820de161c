"""The figures of a run as data addresses; without matplotlib and Cartopy a page has none, and says so."""

import base64
import tempfile
from pathlib import Path

import numpy as np

from stormtracks.science import density, ibtracs, results
from stormtracks.science.consensus import consensus

MOST_SEASONS = 60
"""Seasons that a map of density is made of; of more, so many are taken, evenly spread over the run."""
MOST_MEMBERS = 80
DOTS_PER_INCH = 120


def pictures(outline, summary, best_tracks=None):
    """The figures of a run's results.

    Parameters
    ----------
    outline : Outline
    summary : Summary or None
        Of the same results; None where there are none.
    best_tracks : path, optional
        IBTrACS file, drawn with the tracks.

    Returns
    -------
    pictures : list of (str, str, str)
        Title, words for who does not see it, data address.
    reason : str
        Why there are none, where there are none.
    """
    if summary is None:
        return [], "There are no results yet."
    try:
        from stormtracks.science import plots  # slow to import, and not needed where nothing is drawn
    except ImportError as error:
        return [], f"Figures need matplotlib and Cartopy: {error}."
    made = [_per_year(plots, summary), *_of_last_year(plots, outline, best_tracks), *_density(plots, outline)]
    return [picture for picture in made if picture], "No tracks to draw."


def _per_year(plots, summary):
    first, last = summary.years[0].year, summary.years[-1].year
    words = (
        f"Chart of the observed storms of {first} to {last}, of those that the members found, and of all tracks; "
        "its numbers are in the table of storms per year."
    )
    return "Storms per year, observed and found", words, _address(plots, plots.storms_per_year(summary), "svg")


def _of_last_year(plots, outline, best_tracks):
    """The tracks on which the members of the last year agree, and one storm of it with all its members."""
    year = max(outline.results)
    members = outline.results[year][:MOST_MEMBERS]
    ensemble = [results.load_tracks(results.path(outline.folder, outline.task, year, number)) for number in members]
    if not any(map(len, ensemble)):
        return
    agreed = consensus(outline.folder, year, task=outline.task, members=members)
    if not len(agreed):
        return
    best = _best(best_tracks, agreed.time)
    region = _region(agreed.lat, agreed.lon)
    title = f"{year}: consensus of {len(members)} members"
    figure = plots.year_tracks(agreed.tracks, best, agreed.sid != "", region, title)
    words = f"Map of the {len(agreed)} tracks that the members of {year} agree on, coloured by vorticity."
    yield f"Consensus tracks of {year}", words, _address(plots, figure, "png")
    number = _foremost(agreed)
    storm = agreed.name[number].title() or agreed.sid[number] or "a candidate"
    figure = plots.storm_members(agreed, number, ensemble, best)
    words = f"Map of {storm} in each member with the mean path and its spread, and below it the strength in time."
    yield f"{storm} of {year} in all its members", words, _address(plots, figure, "png")


def _density(plots, outline):
    seasons = [(year, member) for year, members in outline.results.items() for member in members]
    taken = [seasons[i] for i in np.unique(np.linspace(0, len(seasons) - 1, MOST_SEASONS).astype(int))]
    tracks = [results.load_tracks(results.path(outline.folder, outline.task, *season)) for season in taken]
    tracks = [one for one in tracks if len(one)]
    if not tracks:
        return
    region = _region(*(np.concatenate([getattr(one, name) for one in tracks]) for name in ("lat", "lon")))
    values, grid = density.track_density(tracks, region=region)
    of = f"{len(taken)} of {len(seasons)} seasons" if len(taken) < len(seasons) else f"{len(seasons)} seasons"
    words = f"Map of the tracks per million square kilometres and season; at most {values.max():.1f}."
    yield f"Density of tracks, {of}", words, _address(plots, plots.density(values, grid, region), "png")


def _foremost(agreed):
    """The strongest storm of those that a best track knows, or of all."""
    strength = agreed.vorticity[agreed.peak]
    return int(np.argmax(np.where(agreed.sid != "", strength + 1.0, strength)))


def _best(path, times):
    return None if path is None else ibtracs.load(path, times.min(), times.max())


def _region(lat, lon):
    from stormtracks.science.plots.maps import region_of

    south, north, west, east = region_of(lat, lon)
    return None if east - west >= 360 else (south, north, west, east)


def _address(plots, figure, kind):
    with tempfile.TemporaryDirectory() as folder:
        data = plots.save(figure, Path(folder, f"figure.{kind}"), dpi=DOTS_PER_INCH).read_bytes()
    mime = "image/svg+xml" if kind == "svg" else "image/png"
    return f"data:{mime};base64,{base64.b64encode(data).decode()}"
