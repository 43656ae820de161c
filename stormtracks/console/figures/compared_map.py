"""`inv compare --dest`: the map of a comparison."""

from collections.abc import Mapping
from typing import Any

from stormtracks import paths
from stormtracks.console.figures import printing
from stormtracks.console.list_summary import list_of
from stormtracks.console.terminal import notes, output
from stormtracks.science import comparison as comparisons
from stormtracks.science import destination, plots
from stormtracks.science.comparison import Side
from stormtracks.science.filters import Filter


def draw(sides: tuple[Side, Side], options: Mapping[str, Any], asked: Filter) -> None:
    """Draw consensus tracks, or those of the first pair of members, and say where they are."""
    place = destination.check(paths.expand(options["dest"], where="--dest"), options["overwrite"])
    found = comparisons.compare(*sides, agreed=options["consensus"], asked=asked, one_pair=True)
    remarks = comparisons.remarks(found, *sides, mixed=options["mixed"])
    printed = printing.printed(options)
    title = comparisons.title(found, list_of(options["list"]))
    tracks, names = comparisons.drawn(found, *sides), comparisons.names(*sides)
    figure = plots.compared_tracks(*tracks, names, asked.region, title, printed=printed)
    written = plots.save(figure, place, options["overwrite"], printed.dpi)
    output().print(f"{written}: {plots.headline(figure)}", soft_wrap=True)
    notes(remarks)
