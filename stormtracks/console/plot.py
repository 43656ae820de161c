"""`inv plot`: figures of results, as files."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from stormtracks import paths
from stormtracks.console.figures import climatology, moving, origin, storm_asked
from stormtracks.console.figures.printing import printed
from stormtracks.console.filtering import kept_of, looked_at, refuse_share
from stormtracks.console.list_summary import list_of
from stormtracks.console.local_paths import best_tracks_file, data_folder, results_folder
from stormtracks.console.terminal import notes, output, progress
from stormtracks.console.years import years as years_of
from stormtracks.errors import BadValue
from stormtracks.label import Label
from stormtracks.science import (
    best_tracks,
    calendars,
    chosen_tracks,
    heads,
    maxima,
    plots,
    reanalysis,
    results,
    summary,
    vorticity,
)
from stormtracks.science.arrays import Times
from stormtracks.science.climatology import density
from stormtracks.science.consensus import consensus
from stormtracks.science.filters import Filter, Tally
from stormtracks.science.records import BestTracks, Matches, Tracks
from stormtracks.science.region import Region
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
    _check_given(kind, options)
    if options.get("projection") is not None and kind in CHARTS:
        raise BadValue(f"--kind {kind} has no map; leave --projection out")
    recipes = results.Recipes()
    options = {**options, "results": results_folder(options["results"]), **_looked(kind, options)}
    options |= {"recipes": recipes, "printed": printed(options), "said": []}
    place = paths.expand(dest or f"{kind}.png", where="--dest")
    options["moving"] = moving.asked(kind, place, options["overwrite"])
    if not options["moving"]:
        plots.check_figure(place, options["overwrite"])
    drawn = KINDS[kind](options)
    remarks = recipes.remarks(options["results"], options["mixed"])
    if options["moving"]:
        written, figure = moving.save(drawn, place, options), drawn.figure
    else:
        written, figure = plots.save(drawn, place, options["overwrite"], options["printed"].dpi), drawn
    headline = plots.headline(figure)
    output().print(f"{written}{': ' if headline else ''}{headline}", soft_wrap=True, markup=False)
    if lacking := plots.lacking(headline):
        options["said"].append(f"the title has characters that the font of figures lacks, drawn as boxes: {lacking}")
    notes([*options["said"], *remarks])


def _check_given(kind: str, options: Options) -> None:
    """Refuse what a figure would not heed."""
    for name, kinds in OF_KINDS.items():
        given = options.get(name)
        if given is not None and given is not False and kind not in kinds:
            instead = "choose members with --members" if name == "member" else "leave it out, or draw that"
            raise BadValue(f"--{name} is for --kind {' or '.join(kinds)}, not for {kind}; {instead}")
    if options.get("members") is not None and (kind == "field" or options.get("member") is not None):
        raise BadValue("--members is for figures of several members; give --member alone for those of one")


def _check_list(kind: str, name: str | None) -> None:
    if list_of(name) is not None and kind not in OF_LISTS:
        raise BadValue(f"--kind {kind} is not of a list of storms; leave --list out, or draw {', '.join(OF_LISTS)}")


def _looked(kind: str, options: Options) -> dict[str, Any]:
    """Which tracks are drawn, of which members; and the region, which of maps is only what they show."""
    looked = looked_at({**options, "best_tracks": None})
    asked = replace(looked.asked, region=None) if kind in MAPS else looked.asked
    if asked and kind in WHOLE:
        more = " and --members" if kind == "storm" else ""
        raise BadValue(f"--kind {kind} takes no filter but --region{more}; leave the others out")
    if kind != "tracks" or options.get("member") is not None:
        refuse_share(asked, "draw them with --kind tracks, without --member")
    return {"region": looked.asked.region, "filter": asked, "members": looked.members}


def _asked_text(options: Options) -> str:
    """What of the tracks is drawn, for a title; not the region, which a map shows."""
    asked = replace(options["filter"], region=None)
    return f"; {'storms' if options.get('list') else 'tracks'} that {asked.describe()}" if asked else ""


def _task(options: Options) -> str:
    """The task whose results are drawn."""
    return TASK if options.get("list") is None else "classify"


def _tracks(options: Options) -> Figure:
    """Tracks of a member, or the consensus, of a year with the best tracks; all of them, or those of a list."""
    folder, year, member, tally = options["results"], _year(options), options["member"], Tally(options["filter"])
    if member is None:
        of = {"members": options["members"], "recipes": options["recipes"]}
        agreed = kept_of(consensus(folder, year, list=options.get("list"), **of), tally)
        made_from = results.path(folder, _task(options), year, agreed.members[0])
        tracks, known, whose = agreed.paths, agreed.sid != "", f"consensus of {_count(len(agreed.members))}"
        drawn = agreed.prominent()
        what = "observed storms, and tracks that half of the members have"
    else:
        made_from = results.path(folder, _task(options), year, member)
        found = _loaded(options, made_from, tally)
        tracks, matches = found.tracks, found.matches
        known, whose = matches.storm_of_track >= 0, f"member {member}"
        drawn, what = known, "observed storms"
    tally.check()
    title = f"{origin.title(year, tracks, made_from)}: {whose}{_of_list(options)}{_asked_text(options)}"
    best = _there(options["filter"], _best_tracks(options, tracks, made_from))
    draw = plots.year_film if options["moving"] else plots.year_tracks
    chosen = options["filter"].min_share is not None or options["filter"].matched is not None
    if options.get("list") or chosen or not drawn.any():
        drawn = np.ones(len(tracks), bool)
    if options.get("all") or not len(tracks):
        return draw(tracks, best, known, options["region"], title, printed=options["printed"])
    if not drawn.all():
        options["said"].append(f"{drawn.sum()} of {len(tracks)} tracks are drawn: {what}; --all draws all")
        title += f" ({what})"
    tracks, known = tracks.take(drawn), known[drawn]
    look = {"muted": not options.get("list"), "printed": options["printed"]}
    return draw(tracks, best, known, options["region"] or _around(tracks, best), title, **look)


def _count(members: int) -> str:
    return f"{members} member{'s' * (members > 1)}"


def _there(asked: Filter, best: BestTracks | None) -> BestTracks | None:
    """The best tracks that are where and when tracks are asked for."""
    place = replace(asked, region=None).of_place
    return best.take(place.keeps(heads.of_best_tracks(best), best)) if best is not None and place else best


def _of_list(options: Options) -> str:
    return f", list {options['list']}" if options.get("list") else ""


def _around(tracks: Tracks, best: BestTracks | None) -> Region:
    """Where the observed storms of the time are; where there are none, some tracks."""
    places: Tracks | BestTracks = tracks if best is None or not len(best) else best
    return plots.region_of(places.lat, places.lon)


def _of_member(options: Options, place: Path) -> tuple[Tracks, Matches]:
    found = _loaded(options, place, Tally(Filter()))
    return found.tracks, found.matches


def _loaded(options: Options, place: Path, tally: Tally) -> chosen_tracks.ChosenTracks:
    """The tracks of a member, or of its list, that are asked for."""
    return chosen_tracks.load(place, options.get("list")).kept(tally)


def _storm(options: Options) -> Figure:
    """One storm in all its members, with the consensus: all pieces that this has of it."""
    folder, wanted = options["results"], str(options["storm"] or "").upper()
    if not wanted:
        raise BadValue("--storm is missing; give the name or sid of a storm (`inv summary --by consensus` lists them)")
    options = {**options, "list": storm_asked.list_of(wanted, options.get("list"))}
    task = _task(options)
    there = years_of(options["years"]) or results.years(folder, task)
    year = storm_asked.year_of(wanted, there, lambda one: _first_matches(options, one))
    of = {"members": options["members"], "recipes": options["recipes"]}
    agreed = consensus(folder, year, list=options.get("list"), **of)
    rows = storm_asked.rows_of(agreed, wanted, "a quarter of the members" if task == TASK else "half of the lists")
    places = [results.path(folder, task, year, member) for member in agreed.members]
    ensemble = [_of_member(options, place)[0] for place in places]
    best = _best_tracks(options, agreed.tracks, places[0])
    whole = {"whole": bool(options.get("all")), "printed": options["printed"]}
    draw = plots.storm_film if options["moving"] else plots.storm_members
    return draw(agreed, rows, ensemble, best, options["region"], **whole)


def _first_matches(options: Options, year: Label) -> Matches:
    member = results.members(options["results"], year, _task(options))[0]
    return _of_member(options, results.path(options["results"], _task(options), year, member))[1]


def _density(options: Options) -> Figure:
    """Tracks per unit area and season, over all years and members."""
    folder = options["results"]
    found = results.choose(folder, _task(options), years_of(options["years"]), options["members"])
    cells = [(year, member) for year, members in found.items() for member in members]
    span, tally = origin.Span(), Tally(options["filter"])
    with progress("reading results") as report:
        seen = (span.seen(tracks) for tracks in _seasons(cells, options, report, tally))
        values, grid = density.track_density(seen, region=options["region"])
    tally.check()
    data = origin.data_of(results.path(folder, _task(options), *cells[0]))
    title = f"Track density{_of_list(options)}: {data}, {span.text(list(found))}, {origin.members(found)}"
    title += _asked_text(options)
    return plots.density(values, grid, options["region"], title, printed=options["printed"])


def _seasons(
    cells: Sequence[tuple[Label, int]], options: Options, report: Callable[[int, int], None], tally: Tally
) -> Iterator[Tracks]:
    for count, (year, member) in enumerate(cells, start=1):
        place = results.path(options["results"], _task(options), year, member)
        found = _loaded(options, place, tally)
        options["recipes"].add(year, member, found.header.provenance)
        yield found.tracks
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
        step = _step(season.axis.times, wanted, calendar)
        winds = [array[:, 0] for array in season.read(step, step + 1, [member])]
        field, grid, time = vorticity.cyclonic_from(winds, season.grid), season.grid, season.axis.times[step]
    header, tracks = results.load_headed_tracks(place)
    said = f"{calendars.text(time, calendar, 'h')}Z"
    if time != calendars.of_text(wanted, calendar):
        options["said"].append(f"there is no field of {wanted}; {said} is the nearest")
    title = f"{origin.data(header.provenance)}, {said}, member {member}"
    found = maxima.find(field, grid, **settings.keywords(maxima.find))
    return plots.vorticity_field(
        field[0],
        grid,
        found,
        options["region"],
        title,
        winds=(winds[0][0], winds[1][0]) if len(winds) == 2 else None,
        tracks=tracks,
        best=_best_tracks(options, tracks, place),
        time=time,
        printed=options["printed"],
    )


def _step(times: Times, wanted: str, calendar: str) -> int:
    """The number of the time that is nearest to the one wanted, which must not lie outside the season."""
    time = calendars.of_text(wanted, calendar)
    if not times[0] <= time <= times[-1]:
        first, last = (calendars.text(end, calendar, "h") for end in (times[0], times[-1]))
        raise BadValue(f"--time: {wanted} is not in the season, which is from {first} to {last}; choose a time of that")
    return int(np.argmin(np.abs(times - time)))


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
        of = {"members": options["members"], "asked": options["filter"]}
        counted = summary.summarise(options["results"], years=chosen, progress=report, mixed=mixed, **of)
    notes(counted.remarks)
    labels = [one.year for one in counted.years if one.year is not None]
    place = results.path(options["results"], TASK, labels[0], results.members(options["results"], labels[0])[0])
    title = plots.yearly_title(counted, origin.data_of(place))
    title += f"; of tracks that {counted.asked}" if counted.asked else ""
    return plots.storms_per_year(counted, title, printed=options["printed"])


KINDS: dict[str, Callable[[Options], Figure]] = {
    "tracks": _tracks,
    "storm": _storm,
    "density": _density,
    **climatology.KINDS,
    "field": _field,
    "years": _series,
}
"""Every figure by its name."""
OF_LISTS = ("tracks", "storm", "density", *climatology.KINDS)
"""Those that can be of a list of storms."""
OF_KINDS = {
    "member": ("tracks", "field"),
    "storm": ("storm",),
    "time": ("field",),
    "data": ("field",),
    "all": ("tracks", "storm"),
}
"""Options that not every figure heeds, and the figures that do."""
MAPS = ("storm", "density", "genesis", "lysis", "field")
"""Those in which --region is what the map shows: a track just outside adds to the density at its edge."""
CHARTS = ("intensity", "lifetime", "season", "reliability", "years")
"""Those that have no map."""
WHOLE = ("storm", "field")
"""Those that no filter is asked of."""


def _year(options: Options) -> Label:
    chosen = years_of(options["years"]) or results.years(options["results"], _task(options))
    if len(chosen) != 1:
        said = (
            f", of {chosen[0]} to {chosen[-1]}; choose it, as --years {chosen[-1]}"
            if chosen
            else "; choose it with --years"
        )
        raise BadValue(f"this figure shows one year, or one forecast{said}")
    return chosen[0]


def _best_tracks(options: Options, tracks: Tracks, made_from: Path) -> BestTracks | None:
    """The best tracks of the times of some tracks, read with the settings of a result."""
    file = best_tracks_file(options["best_tracks"])
    return best_tracks.beside(file, tracks, results.load_settings(made_from)) if file else None
