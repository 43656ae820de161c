"""`inv summary` and `inv export`: what the results say, and files of other tools."""

import json

from stormtracks.console.local_paths import local_path
from stormtracks.console.terminal import output, progress, table
from stormtracks.console.years import years as years_of
from stormtracks.errors import BadValue
from stormtracks.science import export as exports
from stormtracks.science import results, summary
from stormtracks.science.consensus import ConsensusSettings, consensus, consensus_table, to_json
from stormtracks.strict_dataclass import unknown

CONSENSUS, CANDIDATES = "consensus", "candidates"


def summarise(by, folder, years, as_json=False, top=0):
    """Print a table of statistics over the members, or of consensus tracks, or one JSON object of it all."""
    folder, chosen = local_path("results", folder), years_of(years)
    if by in (CONSENSUS, CANDIDATES):
        _consensus(folder, chosen, by == CANDIDATES, as_json, top)
        return
    if by not in summary.BY:
        raise BadValue(unknown(by, (*summary.BY, CONSENSUS, CANDIDATES), "table"))
    with progress("reading results") as report:
        made = summary.summarise(folder, years=chosen, progress=report)
    if as_json:
        print(json.dumps(made.to_json()))
    else:
        _show(summary.table(made, by))


def _consensus(folder, years, candidates_only, as_json, top):
    found = results.choose(folder, "vort_track", years)
    for year in found:
        made = consensus(folder, year)
        if as_json:
            print(json.dumps(to_json(made)))
        else:
            _show(consensus_table(made, candidates_only, top))


def _show(made):
    shown = table(made.title, made.columns[0], *(f">{name}" for name in made.columns[1:]))
    for row in made.rows:
        shown.add_row(*row)
    output().print(shown)


def export(file_format, dest, options):
    """Write tracks, or consensus tracks, in a format of other tools."""
    if not file_format or file_format not in exports.FORMATS:
        raise BadValue(unknown(file_format or "", exports.FORMATS, "format"))
    dest = dest or f"tracks{exports.FORMATS[file_format].suffix}"
    members = options["members"]
    selection = exports.Selection(
        years=_numbers(options["years"]),
        members=_numbers(members),
        consensus=ConsensusSettings() if options["consensus"] else None,
    )
    folder = local_path("results", options["results"])
    with progress("exporting") as report:
        written = exports.write(folder, dest, file_format, selection, options["overwrite"], report)
    output().print(f"{written}", soft_wrap=True, markup=False)


def _numbers(text):
    found = years_of(text)
    return None if found is None else tuple(found)
