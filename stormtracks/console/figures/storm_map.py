"""`inv plot --kind storm`: one storm in all members."""

from pathlib import Path

from stormtracks.console.figures import storm_asked
from stormtracks.console.figures.chosen import TASK, Figure, Options, best_tracks_of, loaded, task_of
from stormtracks.console.years import years as years_of
from stormtracks.errors import BadValue
from stormtracks.label import Label
from stormtracks.science import plots, results
from stormtracks.science.consensus import consensus
from stormtracks.science.filters import Filter, Tally
from stormtracks.science.records import Matches, Tracks


def storm(options: Options) -> Figure:
    """One storm in all its members, with the consensus: all pieces that this has of it."""
    folder, wanted = options["results"], str(options["storm"] or "").upper()
    if not wanted:
        raise BadValue("--storm is missing; give the name or sid of a storm (`inv summary --by consensus` lists them)")
    options = {**options, "list": storm_asked.list_of(wanted, options.get("list"))}
    task = task_of(options)
    there = years_of(options["years"]) or results.years(folder, task)
    year = storm_asked.year_of(wanted, there, lambda one: _first_matches(options, one))
    of = {"members": options["members"], "recipes": options["recipes"]}
    agreed = consensus(folder, year, list=options.get("list"), **of)
    rows = storm_asked.rows_of(agreed, wanted, "a quarter of the members" if task == TASK else "half of the lists")
    places = [results.path(folder, task, year, member) for member in agreed.members]
    ensemble = [_of_member(options, place)[0] for place in places]
    best = best_tracks_of(options, agreed.tracks, places[0])
    whole = {"whole": bool(options.get("all")), "printed": options["printed"]}
    draw = plots.storm_film if options["moving"] else plots.storm_members
    return draw(agreed, rows, ensemble, best, options["region"], **whole)


def _first_matches(options: Options, year: Label) -> Matches:
    member = results.members(options["results"], year, task_of(options))[0]
    return _of_member(options, results.path(options["results"], task_of(options), year, member))[1]


def _of_member(options: Options, place: Path) -> tuple[Tracks, Matches]:
    found = loaded(options, place, Tally(Filter()))
    return found.tracks, found.matches
