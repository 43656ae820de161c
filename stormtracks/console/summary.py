"""`inv summary`: what the ensemble found, as tables, CSV or JSON."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from stormtracks.console import list_summary
from stormtracks.console.filtering import EVERYTHING, Looked, kept_of, refuse_share, tally_of
from stormtracks.console.list_summary import consensus_document, unnamed
from stormtracks.console.local_paths import results_folder
from stormtracks.console.tables import PEOPLE, Form, show, show_all_json, show_csv
from stormtracks.console.terminal import notes, progress
from stormtracks.console.years import years as years_of
from stormtracks.errors import BadValue
from stormtracks.label import Label
from stormtracks.science import results
from stormtracks.science import summary as summaries
from stormtracks.science.consensus import consensus, consensus_table
from stormtracks.strict_dataclass import unknown

CONSENSUS, CANDIDATES = "consensus", "candidates"


def summarise(
    by: str,
    folder: str | None = None,
    years: str | None = None,
    form: Form = PEOPLE,
    top: int = 0,
    mixed: bool = False,
    of_list: Mapping[str, Any] | None = None,
    looked: Looked = EVERYTHING,
) -> None:
    """Print a table of statistics over the members, or of consensus tracks, or all of it as JSON.

    `of_list` has what is asked of a list of storms: "list", "wind", "share", "against"; `looked` says
    which tracks are looked at.
    """
    chosen = years_of(years)
    if top < 0:
        raise BadValue(f"--top must be a number of rows, or 0 for all, not {top}")
    asked = list_summary.asked(by, form, top, mixed, of_list or {}, looked)
    if asked is not None:
        list_summary.show(asked, results_folder(folder), chosen)
        return
    if by in (CONSENSUS, CANDIDATES):
        _show_consensus(results_folder(folder), chosen, by == CANDIDATES, form, top, mixed, looked)
        return
    refuse_share(looked.asked, f"show them with --by {CONSENSUS} or --by {CANDIDATES}")
    if by == summaries.LEAD:
        _show_skill_by_lead(results_folder(folder), chosen, form, mixed, looked)
        return
    if by not in summaries.BY:
        if by in summaries.LIST_BY:
            raise BadValue(f"--by {by} is a table of a list of storms; name the list with --list tc or --list etc")
        raise BadValue(unknown(by, (*summaries.BY, CONSENSUS, CANDIDATES, summaries.LEAD), "table"))
    with progress("reading results") as report:
        how = {"years": chosen, "progress": report, "mixed": mixed, **vars(looked)}
        counted = summaries.summarise(results_folder(folder), **how)
    show(summaries.table(counted, by), form, counted.to_json())
    if form.for_people:
        notes(counted.remarks)


def _show_skill_by_lead(folder: Path, years: Sequence[Label] | None, form: Form, mixed: bool, looked: Looked) -> None:
    with progress("reading results") as report:
        skill = summaries.skill_by_lead(folder, years, progress=report, mixed=mixed, **vars(looked))
    show(summaries.lead_table(skill), form, skill.to_json())
    if form.for_people:
        notes(skill.remarks)


def _show_consensus(
    folder: Path,
    years: Sequence[Label] | None,
    candidates_only: bool,
    form: Form,
    top: int,
    mixed: bool,
    looked: Looked,
) -> None:
    documents, tally = [], tally_of(looked.asked, candidates_only)
    waiting: list[list_summary.Shown] = []
    for year in results.choose(folder, "vort_track", years, looked.members):
        recipes = results.Recipes()
        agreed = kept_of(consensus(folder, year, members=looked.members, recipes=recipes), tally)
        remarks = [str(one) for one in recipes.remarks(folder, mixed)]
        if form.for_people:
            table = consensus_table(agreed, candidates_only, top, looked.asked.describe())
            waiting.append((table, [*remarks, *unnamed(agreed)]))
            if tally.kept or not tally.asked:  # nothing is shown where nothing is left of any year
                list_summary.show_waiting(waiting, form)
        else:
            documents.append(consensus_document(agreed, looked.asked, remarks))
    tally.check()
    if form.json:
        show_all_json(documents)
    elif form.csv:
        show_csv(list_summary.flat(documents, candidates_only))
