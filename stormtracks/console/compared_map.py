"""`inv compare --dest`: the map of a comparison."""

from collections.abc import Mapping
from typing import Any

from stormtracks import paths
from stormtracks.console import printing
from stormtracks.console.compared_sides import place_of, remarks_of
from stormtracks.console.terminal import notes, output
from stormtracks.science import comparison as comparisons
from stormtracks.science import destination, plots
from stormtracks.science.comparison import Comparison, Side
from stormtracks.science.filters import Filter


def draw(sides: tuple[Side, Side], options: Mapping[str, Any], asked: Filter) -> None:
    """Draw consensus tracks, or those of the first pair of members, and say where they are."""
    place = destination.check(paths.expand(options["dest"], where="--dest"), options["overwrite"])
    found = comparisons.compare(*sides, agreed=options["consensus"], asked=asked, one_pair=True)
    remarks = remarks_of(sides, found, options["mixed"])
    names = [place_of(side).name or str(place_of(side)) for side in sides]
    told = ("A", "B") if names[0] == names[1] else (names[0], names[1])
    printed = printing.printed(options)
    tracks, title = comparisons.drawn(found, *sides), _title(found, options)
    figure = plots.compared_tracks(*tracks, told, asked.region, title, printed=printed)
    written = plots.save(figure, place, options["overwrite"], printed.dpi)
    output().print(f"{written}: {plots.headline(figure)}", soft_wrap=True)
    notes(remarks)


def _title(found: Comparison, options: Mapping[str, Any]) -> str:
    """Years, whose tracks, and what is asked of them."""
    years = [str(year) for year in found.years]
    when = years[0] if len(years) == 1 else f"{years[0]} to {years[-1]}"
    one, other = next(members for _, members in found.cells)
    whose = "consensus" if options["consensus"] else f"member {one}" if one == other else f"members {one} and {other}"
    of_list = f"list {options['list']}" if options["list"] else "tracks"
    return ", ".join(filter(None, (when, of_list, whose, found.asked.describe())))
