"""`inv plot --kind density`: how many tracks there are where, over all years and members."""

from collections.abc import Callable, Iterator, Sequence

from stormtracks.console.figures import origin
from stormtracks.console.figures.chosen import Figure, Options, asked_text, list_text, loaded, task_of
from stormtracks.console.terminal import progress
from stormtracks.console.years import years as years_of
from stormtracks.label import Label
from stormtracks.science import plots, results
from stormtracks.science.climatology import density
from stormtracks.science.filters import Tally
from stormtracks.science.records import Tracks


def track_density(options: Options) -> Figure:
    """Tracks per unit area and season, over all years and members."""
    folder = options["results"]
    found = results.choose(folder, task_of(options), years_of(options["years"]), options["members"])
    cells = [(year, member) for year, members in found.items() for member in members]
    span, tally = origin.Span(), Tally(options["filter"])
    with progress("reading results") as report:
        seen = (span.seen(tracks) for tracks in _seasons(cells, options, report, tally))
        values, grid = density.track_density(seen, region=options["region"])
    tally.check()
    data = origin.data_of(results.path(folder, task_of(options), *cells[0]))
    title = f"Track density{list_text(options)}: {data}, {span.text(list(found))}, {origin.members(found)}"
    title += asked_text(options)
    return plots.density(values, grid, options["region"], title, printed=options["printed"])


def _seasons(
    cells: Sequence[tuple[Label, int]], options: Options, report: Callable[[int, int], None], tally: Tally
) -> Iterator[Tracks]:
    for count, (year, member) in enumerate(cells, start=1):
        place = results.path(options["results"], task_of(options), year, member)
        found = loaded(options, place, tally)
        options["recipes"].add(year, member, found.header.provenance)
        yield found.tracks
        report(count, len(cells))
