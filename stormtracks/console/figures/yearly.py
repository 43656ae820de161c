"""`inv plot --kind years`: storms per year."""

from stormtracks.console.figures import origin
from stormtracks.console.figures.chosen import TASK, Figure, Options
from stormtracks.console.terminal import notes, progress
from stormtracks.console.years import years as years_of
from stormtracks.science import plots, results, summary


def storms_per_year(options: Options) -> Figure:
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
