"""`inv plot`: figures of all years and members together, where tracks begin and end, strength, lifetime, season."""

import dataclasses
import math
from collections.abc import Callable
from typing import TypeAlias

from stormtracks.console.figures import origin
from stormtracks.console.figures.chosen import Figure, Options, list_text
from stormtracks.console.local_paths import best_tracks_file
from stormtracks.console.terminal import progress
from stormtracks.console.years import years as years_of
from stormtracks.errors import BadValue
from stormtracks.label import Label
from stormtracks.science import plots, results
from stormtracks.science.climatology.of_folder import population
from stormtracks.science.climatology.population import Population
from stormtracks.science.summary.list_reliability import MEAN, list_reliability

Drawing: TypeAlias = Callable[..., Figure]


def of_population(draw: Drawing, months: bool = False) -> Callable[[Options], Figure]:
    """A kind of figure that `draw` makes of a `Population`, of which it may ask what months the seasons cover."""

    def made(options: Options) -> Figure:
        found = _population(options, months)
        options["said"].extend(found.remarks)
        return draw(found, options.get("list"), printed=options["printed"])

    return made


def of_ends(which: str, end: str) -> Callable[[Options], Figure]:
    """A map of where tracks begin ("genesis") or end ("lysis"), with the best tracks' own places."""

    def made(options: Options) -> Figure:
        found = _population(options)
        options["said"].extend(found.remarks)
        values, grid = found.density(which, options["region"])
        lat, lon = found.observed_ends(which)
        marks = plots.Marks(lat, lon, f"IBTrACS, {end} points ({len(lat):,})") if len(lat) else None
        label = f"{end} points per 10$^6$ km$^2$ and {found.each}"
        title = f"{which.title()}{list_text(options)}: {found.seasons}"
        return plots.density(
            values, grid, options["region"], title, label=label, marks=marks, printed=options["printed"]
        )

    return made


def reliability(options: Options) -> Figure:
    """How far the probabilities of a folder's lists of tropical cyclones can be believed."""
    if options.get("list") == "etc":
        raise BadValue("--kind reliability is of tropical cyclones, which best tracks know; leave --list out")
    asked = options["filter"]
    if asked.matched is not None:
        raise BadValue("--kind reliability compares storms that are observed with those that are not; ask for both")
    with progress("comparing lists") as report:
        found = list_reliability(
            options["results"],
            years_of(options["years"]),
            options["members"],
            recipes=options["recipes"],
            keep=(lambda storms: asked.keeps(storms.heads, storms.tracks)) if asked else None,
            progress=report,
        )
    options["said"].extend(found.remarks)
    if not found.made.number.sum():
        raise BadValue("no storm is left whose probability could be judged; ask for less, or for other basins")
    made, first, last = found.made, found.years[0], found.years[-1]
    when = f"{first}" if first == last else f"{first} to {last}"
    than = f", skill {made.skill:.2f}" if math.isfinite(made.skill) else ""
    skill = f"Brier score {made.brier:.3f} (climatology {made.climatology:.3f}{than})"
    data = _data(options, first)
    of = f", storms that {asked.describe()}" if asked else ""
    title = f"List tc: {data}, {when}, {found.members} members{of}; {made.number.sum():,} storms, {skill}"
    label = "mean probability over the members" if found.said_by == MEAN else found.said_by
    return plots.reliability_diagram(made, title, label=label, printed=options["printed"])


def _population(options: Options, months: bool = False) -> Population:
    with progress("reading results") as report:
        found = population(
            options["results"],
            years_of(options["years"]),
            options["members"],
            list=options.get("list"),
            asked=options["filter"],
            best_tracks=best_tracks_file(options["best_tracks"]),
            months=months,
            recipes=options["recipes"],
            progress=report,
        )
    return dataclasses.replace(found, data=_data(options, found.cells.years[0]))


def _data(options: Options, year: Label) -> str:
    """What the data of a year are called."""
    folder = options["results"]
    task = "vort_track" if year in results.years(folder, "vort_track") else "classify"
    return origin.data_of(results.path(folder, task, year, results.members(folder, year, task)[0]))


KINDS: dict[str, Callable[[Options], Figure]] = {
    "genesis": of_ends("genesis", "first"),
    "lysis": of_ends("lysis", "last"),
    "intensity": of_population(plots.intensity),
    "lifetime": of_population(plots.lifetime),
    "season": of_population(plots.season, months=True),
    "reliability": reliability,
}
"""These figures by their names; each can be of a list."""
