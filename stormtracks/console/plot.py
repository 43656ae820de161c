"""`inv plot`: figures of results, as files."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from stormtracks import paths
from stormtracks.console.figures import climatology, density_map, field_map, moving, storm_map, year_map, yearly
from stormtracks.console.figures.chosen import Figure, Options
from stormtracks.console.figures.printing import printed
from stormtracks.console.filtering import looked_at, refuse_share
from stormtracks.console.list_summary import list_of
from stormtracks.console.local_paths import results_folder
from stormtracks.console.terminal import notes, output
from stormtracks.errors import BadValue
from stormtracks.science import plots, results
from stormtracks.strict_dataclass import unknown

KINDS: dict[str, Callable[[Options], Figure]] = {
    "tracks": year_map.tracks_of_year,
    "storm": storm_map.storm,
    "density": density_map.track_density,
    **climatology.KINDS,
    "field": field_map.field_at_time,
    "years": yearly.storms_per_year,
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
