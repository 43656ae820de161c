"""`inv summary`: what the ensemble found, as tables or as JSON."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from stormtracks.console import list_summary
from stormtracks.console.local_paths import results_folder
from stormtracks.console.terminal import notes, output, progress, table
from stormtracks.console.years import years as years_of
from stormtracks.errors import BadValue
from stormtracks.label import Label
from stormtracks.science import results
from stormtracks.science import summary as summaries
from stormtracks.science.consensus import consensus, consensus_table, to_json
from stormtracks.strict_dataclass import unknown

CONSENSUS, CANDIDATES = "consensus", "candidates"


def summarise(
    by: str,
    folder: str | None = None,
    years: str | None = None,
    as_json: bool = False,
    top: int = 0,
    mixed: bool = False,
    of_list: Mapping[str, Any] | None = None,
) -> None:
    """Print a table of statistics over the members, or of consensus tracks, or all of it as one JSON object.

    `of_list` has what is asked of a list of storms: "list", "csv", "wind", "share", "against".
    """
    chosen = years_of(years)
    if top < 0:
        raise BadValue(f"--top must be a number of rows, or 0 for all, not {top}")
    asked = list_summary.asked(by, as_json, top, mixed, of_list or {})
    if asked is not None:
        list_summary.show(asked, results_folder(folder), chosen)
        return
    if by in (CONSENSUS, CANDIDATES):
        _show_consensus(results_folder(folder), chosen, by == CANDIDATES, as_json, top, mixed)
        return
    if by == summaries.LEAD:
        _show_skill_by_lead(results_folder(folder), chosen, as_json, mixed)
        return
    if by not in summaries.BY:
        raise BadValue(unknown(by, (*summaries.BY, CONSENSUS, CANDIDATES, summaries.LEAD), "table"))
    with progress("reading results") as report:
        counted = summaries.summarise(results_folder(folder), years=chosen, progress=report, mixed=mixed)
    if as_json:
        print(json.dumps(counted.to_json()))
    else:
        _show(summaries.table(counted, by))
        notes(counted.remarks)


def _show_skill_by_lead(folder: Path, years: Sequence[Label] | None, as_json: bool, mixed: bool) -> None:
    with progress("reading results") as report:
        skill = summaries.skill_by_lead(folder, years, progress=report, mixed=mixed)
    if as_json:
        print(json.dumps(skill.to_json()))
        return
    rows = summaries.lead_table(skill)
    _show(rows)
    output().print(rows.legend, soft_wrap=True)
    notes(skill.remarks)


def _show_consensus(
    folder: Path, years: Sequence[Label] | None, candidates_only: bool, as_json: bool, top: int, mixed: bool
) -> None:
    for year in results.choose(folder, "vort_track", years):
        recipes = results.Recipes()
        agreed = consensus(folder, year, recipes=recipes)
        remarks = recipes.remarks(folder, mixed)
        if as_json:
            print(json.dumps(to_json(agreed) | ({"remarks": [str(one) for one in remarks]} if remarks else {})))
        else:
            _show(consensus_table(agreed, candidates_only, top))
            notes(remarks)


def _show(rows: summaries.Table) -> None:
    shown = table(rows.title, rows.columns[0], *(f">{name}" for name in rows.columns[1:]))
    for row in rows.rows:
        shown.add_row(*row)
    output().print(shown)
