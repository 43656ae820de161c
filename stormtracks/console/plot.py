"""`inv plot`: figures of results, as files."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from stormtracks import paths
from stormtracks.console import climatology_figures
from stormtracks.console.list_summary import list_of
from stormtracks.console.local_paths import best_tracks_file, data_folder, results_folder
from stormtracks.console.terminal import notes, output, progress
from stormtracks.console.years import years as years_of
from stormtracks.errors import BadValue
from stormtracks.label import Label
from stormtracks.science import calendars, ibtracs, maxima, plots, reanalysis, results, summary, vorticity
from stormtracks.science.climatology import density
from stormtracks.science.consensus import ConsensusStorms, ConsensusTracks, consensus
from stormtracks.science.records import BestTracks, Matches, Tracks
from stormtracks.science.region import Region, check_region
from stormtracks.science.settings import Settings
from stormtracks.strict_dataclass import unknown

TASK = "vort_track"
Options: TypeAlias = Mapping[str, Any]
Figure: TypeAlias = Any  # matplotlib's, which `plots` alone imports


def plot(kind: str, dest: str | None, options: Options) -> None:
    """Draw one figure and say where it is."""
    if kind not in KINDS:
        raise BadValue(unknown(kind or "", KINDS, "figure"))
    _check_list(kind, options.get("list"))
    recipes = results.Recipes()
    options = {**options, "results": results_folder(options["results"]), "region": _region(options["region"])}
    options["recipes"] = recipes
    figure = KINDS[kind](options)
    remarks = recipes.remarks(options["results"], options["mixed"])
    written = plots.save(figure, paths.expand(dest or f"{kind}.png", where="--dest"), options["overwrite"])
    headline = plots.headline(figure)
    output().print(f"{written}{': ' if headline else ''}{headline}", soft_wrap=True, markup=False)
    notes(remarks)


def _check_list(kind: str, name: str | None) -> None:
    if list_of(name) is not None and kind not in OF_LISTS:
        raise BadValue(f"--kind {kind} is not of a list of storms; leave --list out, or draw {', '.join(OF_LISTS)}")


def _task(options: Options) -> str:
    """The task whose results are drawn."""
    return TASK if options.get("list") is None else "classify"


def _tracks(options: Options) -> Figure:
    """Tracks of a member, or the consensus, of a year with the best tracks; all of them, or those of a list."""
    folder, year, member = options["results"], _year(options), options["member"]
    of_list = f", list {options['list']}" if options.get("list") else ""
    if member is None:
        agreed = consensus(folder, year, list=options.get("list"), recipes=options["recipes"])
        made_from = results.path(folder, _task(options), year, agreed.members[0])
        tracks, known, title = _shown(agreed), agreed.sid != "", f"{year}: consensus of {len(agreed.members)} members"
    else:
        made_from = results.path(folder, _task(options), year, member)
        tracks, matches = _of_member(options, made_from)
        known, title = matches.storm_of_track >= 0, f"{year}, member {member}"
    title += of_list
    best = _best_tracks(options, tracks, made_from)
    return plots.year_tracks(tracks, best, known, options["region"], title)


def _shown(agreed: ConsensusTracks) -> Tracks:
    """The mean paths as they are drawn: those of lists smoothed in time."""
    if not isinstance(agreed, ConsensusStorms):
        return agreed.tracks
    return dataclasses.replace(agreed.tracks, lat=agreed.lat_smooth, lon=agreed.lon_smooth)


def _of_member(options: Options, place: Path) -> tuple[Tracks, Matches]:
    if options.get("list") is None:
        return results.load_matched(place)
    storms = results.load_list(place)[1].of(options["list"])
    return storms.tracks, storms.matches


def _storm(options: Options) -> Figure:
    """One storm in all its members, with the consensus."""
    folder, year, wanted = options["results"], _year(options), options["storm"]
    if not wanted:
        raise BadValue("--storm is missing; give the name or sid of a storm (`inv summary --by consensus` lists them)")
    agreed = consensus(folder, year, list=options.get("list"), recipes=options["recipes"])
    numbers = {str(sid): number for number, sid in enumerate(agreed.sid) if sid}
    numbers |= {str(name): number for number, name in enumerate(agreed.name) if name}
    if wanted.upper() not in numbers:
        least = "a quarter of the members" if _task(options) == TASK else "half of the lists"
        raise BadValue(f"--storm: {unknown(wanted, numbers, 'storm')} (only storms in at least {least} of {year})")
    places = [results.path(folder, _task(options), year, member) for member in agreed.members]
    ensemble = [_of_member(options, place)[0] for place in places]
    best = _best_tracks(options, agreed.tracks, places[0])
    return plots.storm_members(agreed, numbers[wanted.upper()], ensemble, best, options["region"])


def _density(options: Options) -> Figure:
    """Tracks per unit area and season, over all years and members."""
    folder = options["results"]
    found = results.choose(folder, _task(options), years_of(options["years"]))
    cells = [(year, member) for year, members in found.items() for member in members]
    with progress("reading results") as report:
        values, grid = density.track_density(_seasons(cells, options, report), region=options["region"])
    return plots.density(values, grid, options["region"], f"Track density, {len(cells)} seasons")


def _seasons(
    cells: Sequence[tuple[Label, int]], options: Options, report: Callable[[int, int], None]
) -> Iterator[Tracks]:
    for count, (year, member) in enumerate(cells, start=1):
        place = results.path(options["results"], _task(options), year, member)
        if options.get("list") is None:
            header, tracks = results.load_headed_tracks(place)
        else:
            header, storms = results.load_list(place)
            tracks = storms.of(options["list"]).tracks
        options["recipes"].add(year, member, header.provenance)
        yield tracks
        report(count, len(cells))


def _field(options: Options) -> Figure:
    """Cyclonic vorticity at one time with its maxima, found as those of the result were."""
    year, member, wanted = _year(options), options["member"] or 0, options["time"]
    if not wanted:
        raise BadValue("--time is missing; give a time, such as --time 2005-08-28T18")
    place = results.path(options["results"], TASK, year, member)
    if not place.exists():
        raise BadValue(f"{place}: there is no such result, but the field needs its settings; run inv track first")
    settings = results.load_settings(place)
    with _season(options, place, settings) as season:
        calendar = season.axis.calendar
        step = int(np.argmin(np.abs(season.axis.times - calendars.of_text(wanted, calendar))))
        winds = [array[:, 0] for array in season.read(step, step + 1, [member])]
        field, grid, time = vorticity.cyclonic_from(winds, season.grid), season.grid, season.axis.times[step]
    title = f"{calendars.text(time, calendar, 'h')}Z, member {member}"
    found = maxima.find(field, grid, **settings.keywords(maxima.find))
    return plots.vorticity_field(field[0], grid, found, options["region"], title)


def _season(options: Options, place: Path, settings: Settings) -> reanalysis.Season:
    """The season that a result was made from."""
    header = results.load_header(place)
    chosen = settings.keywords(reanalysis.open_season) | {"dataset": header.provenance.get("dataset")}
    return reanalysis.open_season(
        data_folder(options["data"]), header.year, ensemble_member=header.ensemble_member, **chosen
    )


def _series(options: Options) -> Figure:
    """Storms per year beside the best tracks."""
    with progress("reading results") as report:
        chosen, mixed = years_of(options["years"]), options["mixed"]
        counted = summary.summarise(options["results"], years=chosen, progress=report, mixed=mixed)
    notes(counted.remarks)
    return plots.storms_per_year(counted)


KINDS: dict[str, Callable[[Options], Figure]] = {
    "tracks": _tracks,
    "storm": _storm,
    "density": _density,
    **climatology_figures.KINDS,
    "field": _field,
    "years": _series,
}
"""Every figure by its name."""
OF_LISTS = ("tracks", "storm", "density", *climatology_figures.KINDS)
"""Those that can be of a list of storms."""


def _region(text: str | None) -> Region | None:
    if not text:
        return None
    try:
        south, north, west, east = (float(edge) for edge in text.split(","))
    except ValueError:
        raise BadValue(f"--region must be south,north,west,east in degrees, not {text!r}") from None
    check_region((south, north, west, east), "--region")
    return south, north, west, east


def _year(options: Options) -> Label:
    chosen = years_of(options["years"]) or results.years(options["results"], _task(options))
    if len(chosen) != 1:
        raise BadValue("this figure shows one year, or one forecast; choose it with --years")
    return chosen[0]


def _best_tracks(options: Options, tracks: Tracks, made_from: Path) -> BestTracks | None:
    """The best tracks of the times of some tracks, read with the settings of a result."""
    path = best_tracks_file(options["best_tracks"])
    if path is None or not len(tracks) or calendars.has_own_dates(tracks.calendar):
        return None
    settings = results.load_settings(made_from)
    return ibtracs.load(path, tracks.time.min(), tracks.time.max(), **settings.keywords(ibtracs.load))
