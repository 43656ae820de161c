"""`inv summary --list`: what lists of storms say, as tables, as CSV or as JSON."""

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from stormtracks import paths
from stormtracks.console import tables
from stormtracks.console.filtering import EVERYTHING, Looked, kept_of, refuse_share, tally_of
from stormtracks.console.tables import PEOPLE, Form
from stormtracks.console.terminal import notes, output, progress
from stormtracks.errors import BadValue
from stormtracks.label import Label
from stormtracks.science import results
from stormtracks.science import summary as summaries
from stormtracks.science.consensus import ConsensusTracks, consensus, consensus_table, to_json
from stormtracks.science.filters import Filter
from stormtracks.science.lists import LISTS
from stormtracks.science.summary import agreement
from stormtracks.science.summary.trends import LEAST_YEARS
from stormtracks.strict_dataclass import unknown
from stormtracks.terminal_text import clean

CONSENSUS, CANDIDATES = "consensus", "candidates"
Shown: TypeAlias = tuple[tables.Table, list[str]]
"""A table, and what is remarked of it."""
_WIDTH = 80


@dataclass(frozen=True)
class Asked:
    """What is asked of lists: `share` is a fraction of the members."""

    list_name: str
    by: str = "year"
    form: Form = PEOPLE
    top: int = 0
    share: float | None = None
    wind: str = "data"
    against: str | None = None
    mixed: bool = False
    looked: Looked = EVERYTHING


def list_of(name: str | None) -> str | None:
    """The list that an option names, or None; BadValue for one that there is not."""
    if name and name not in LISTS:
        raise BadValue(unknown(name, LISTS, "list"))
    return name or None


def asked(
    by: str, form: Form, top: int, mixed: bool, options: Mapping[str, Any], looked: Looked = EVERYTHING
) -> Asked | None:
    """What the command's options ask of a list; None where no list is asked for.

    Raises
    ------
    BadValue
        Options that only lists have, without a list; a share that is not a fraction.
    """
    if options.get("list") is None:
        given = [key for key, value in options.items() if value]
        if given:
            raise BadValue(f"--{given[0]} is of lists of storms; name one with --list tc or --list etc")
        return None
    wind, against = options["wind"] or "data", options["against"]
    return Asked(options["list"], by, form, top, _share(options["share"]), wind, against, mixed, looked)


def _share(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise BadValue(f"--share must be a fraction from 0 to 1, not {text!r}")
    return share


def show(asked: Asked, folder: Path, years: list[Label] | None) -> None:
    """Print one table of a list, or what it is asked for instead."""
    list_of(asked.list_name)
    if asked.against and asked.looked != EVERYTHING:
        raise BadValue("--against compares whole lists; leave the filters out, or compare with inv compare")
    if asked.against:
        _agreement(asked, folder, years)
    elif asked.by in (CONSENSUS, CANDIDATES):
        _consensus(asked, folder, years)
    elif asked.by in summaries.LIST_BY:
        _statistics(asked, folder, years)
    else:
        if asked.by == summaries.LEAD:
            raise BadValue("--by lead is not a table of a list of storms; leave --list out")
        raise BadValue(unknown(asked.by, (*summaries.LIST_BY, CONSENSUS, CANDIDATES), "table of a list"))


def _statistics(asked: Asked, folder: Path, years: list[Label] | None) -> None:
    refuse_share(asked.looked.asked, f"show them with --by {CONSENSUS} or --by {CANDIDATES}")
    with progress("reading lists") as report:
        how = {"wind": asked.wind, "progress": report, "mixed": asked.mixed, **vars(asked.looked)}
        counted = summaries.summarise_list(folder, asked.list_name, years, **how)
    if asked.by == "trend" and len(counted.whole) < LEAST_YEARS:
        raise BadValue(f"--by trend needs lists of at least {LEAST_YEARS} years, not {len(counted.whole)}; make more")
    if asked.form.csv:  # with the columns that the table leaves out
        print(clean(summaries.to_csv(summaries.rows(counted, asked.by))), end="")
        return
    document = (
        summaries.to_plain(counted) if asked.form.json else None
    )  # all tables, most of which nobody else asks for
    tables.show(summaries.list_table(counted, asked.by), asked.form, document)
    if asked.form.for_people:
        if asked.by == "year" and asked.list_name == "tc":
            show_skill(counted)
        notes(counted.remarks)


def _agreement(asked: Asked, folder: Path, years: list[Label] | None) -> None:
    rows = agreement.compare(folder, paths.expand(asked.against or "", where="--against"), asked.list_name, years)
    if asked.form.csv:
        print(clean(summaries.to_csv(rows)), end="")
    else:
        tables.show(agreement.agreement_table(rows), asked.form, summaries.plain_rows(rows))


def _consensus(asked: Asked, folder: Path, years: list[Label] | None) -> None:
    thresholds: dict[str, Any] = {} if asked.share is None else {"min_share": asked.share}
    looked, documents = asked.looked, []
    waiting: list[Shown] = []
    tally = tally_of(looked.asked, asked.by == CANDIDATES)
    for year in results.choose(folder, "classify", years, looked.members):
        how = {"members": looked.members, "recipes": (recipes := results.Recipes()), **thresholds}
        agreed = kept_of(consensus(folder, year, list=asked.list_name, **how), tally)
        remarks = [str(one) for one in recipes.remarks(folder, asked.mixed)]
        if asked.form.for_people:
            table = consensus_table(agreed, asked.by == CANDIDATES, asked.top, looked.asked.describe())
            waiting.append((table, [*remarks, *unnamed(agreed)]))
            if tally.kept or not tally.asked:  # nothing is shown where nothing is left of any year
                show_waiting(waiting, asked.form)
        else:
            documents.append(consensus_document(agreed, looked.asked, remarks))
    tally.check()
    if asked.form.json:
        tables.show_all_json(documents)
    elif asked.form.csv:
        tables.show_csv(flat(documents, asked.by == CANDIDATES))


def show_waiting(waiting: list[Shown], form: Form) -> None:
    """Show the tables, and what is remarked of each, that have been held back until something is left."""
    for table, remarks in waiting:
        tables.show(table, form)
        notes(remarks)
    waiting.clear()


def consensus_document(agreed: ConsensusTracks, asked: Filter, remarks: list[str]) -> dict[str, Any]:
    """A consensus as plain values, with what of it was asked for."""
    of_filter = {"asked": asked.describe()} if asked else {}
    return to_json(agreed) | of_filter | ({"remarks": remarks} if remarks else {})


def unnamed(agreed: ConsensusTracks) -> list[str]:
    """A note where candidates have no names."""
    if not (agreed.candidate & (agreed.candidate_name == "")).any():
        return []
    return ["candidates have no names here: these are of the consensus of all members with the usual thresholds"]


def flat(documents: Iterable[Mapping[str, Any]], candidates_only: bool) -> list[dict[str, Any]]:
    """A row for each storm of consensus tracks, year after year: what it has once, and where it begins and ends."""
    return [
        _one_row({"year": of["year"], **storm})
        for of in documents
        for storm in of["storms"]
        if not (candidates_only and storm["sid"])
    ]


def _one_row(storm: Mapping[str, Any]) -> dict[str, Any]:
    """What a storm has once; the first and last time and place of what it has at each point."""
    places = [(name, end, at) for name in ("time", "lat", "lon") for end, at in (("first", 0), ("last", -1))]
    ends = {f"{name}_{end}": storm[name][at] for name, end, at in places}
    return {key: value for key, value in storm.items() if not isinstance(value, list)} | ends


def show_skill(counted: summaries.ListSummary) -> None:
    """Print POD and FAR of all years and intensities."""
    output().print(textwrap.fill(summaries.skill_line(counted), _WIDTH))
