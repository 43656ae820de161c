"""What the run found, in a sentence: what a page opens with."""

from collections.abc import Iterator, Sequence

import numpy as np

from stormtracks import label
from stormtracks.report.agreed import Agreed
from stormtracks.report.compared import Compared
from stormtracks.report.fragments.comparison import compared_in_short
from stormtracks.report.fragments.shown import shown
from stormtracks.report.outline import Outline
from stormtracks.science.summary import ListSummary, Summary
from stormtracks.science.summary.statistics import StormStatistics

_LISTED = {"tc": "tropical cyclones", "etc": "extratropical cyclones"}


def finding(
    outline: Outline, summary: Summary | ListSummary | None, agreed: Agreed, compared: Compared | None = None
) -> str:
    """The finding, what it is of, what it is compared with, and what stands in its way."""
    if summary is None:
        return '<p class="finding">There are no results yet.</p>'
    parts = [part for part in _parts(outline, summary, agreed) if part]
    of = f"<b>Only {shown(outline.restriction)}.</b> " if outline.restriction else ""
    warning = _warning(outline, agreed)
    return (
        f'<p class="finding">{shown("; ".join(parts))}.</p><p class="of">{of}{shown(_what(outline, agreed))}</p>'
        + _linked("of", compared_in_short(compared) if compared else "", "#comparison", "Comparison")
        + _linked("warning", warning, "#run", "What was run")
    )


def _linked(look: str, text: str, place: str, name: str) -> str:
    """A paragraph with a link to the section that says more; nothing without a text."""
    return f'<p class="{look}">{shown(text)} <a href="{place}">{name}</a></p>' if text else ""


def _parts(outline: Outline, summary: Summary | ListSummary, agreed: Agreed) -> Iterator[str]:
    members, when = _members(outline), _when(outline)
    storms = [storm for storm in summary.storms if storm.members]
    number = len({storm.sid for storm in storms})
    if not number:
        yield _without_storms(outline, agreed)
        if outline.storm_list != "etc":  # best tracks are of tropical cyclones
            yield "no observed storm is known: there are no best tracks, or none of these seasons"
        return
    yield f"{number} observed storm{'s' * (number != 1)} {when}, {found_text(storms, members)}"
    if distance := _distance(storms):
        yield f"mean distance {distance:.0f} km"
    if agreed.by_year:
        candidates = agreed.number_of_candidates
        yield f"{candidates:,} candidate{'s' * (candidates != 1)}" if candidates else "no candidates"


def _without_storms(outline: Outline, agreed: Agreed) -> str:
    """What members agree on, or how many there are."""
    members, when, number = _members(outline), _when(outline), agreed.number_of_candidates
    what = _LISTED.get(outline.storm_list or "", "storms")
    share = agreed.share_text.capitalize()
    if agreed.by_year and outline.storm_list:
        return f"{share} of the {members} members' lists have {number:,} {what} {when}"
    if agreed.by_year:
        return f"{share} of the {members} members agree on {number:,} {what} {when}"
    return f"{members} member{'s' * (members != 1)} {when}: the tracks are on the map"


def found_text(storms: Sequence[StormStatistics], members: int) -> str:
    """By how many members storms were found: "each found by all 8 members", "found by 6.5 of 8 members on average"."""
    found, seen = np.array([(storm.found, storm.members) for storm in storms]).T
    missed = int((found == 0).sum())
    if members == 1:
        number = len(storms) - missed
        return "found" if number == len(storms) == 1 else f"{number} of them found" if missed else "all found"
    if (found == seen).all():
        every = "both" if members == 2 else f"all {members}"
        return f"each found by {every} members" if (seen == members).all() else "each found by all members"
    if missed == len(storms):
        return "none of them found by any member"
    every = (
        f"found by {found.mean():.1f} of {members} members on average"
        if (seen == members).all()
        else f"found by {found.sum() / seen.sum():.0%} of the members on average"
    )
    return every + (f", {missed} by none" if missed else "")


def _distance(storms: Sequence[StormStatistics]) -> float:
    """Mean distance over storms and members, km; 0 where none was found."""
    found = [storm for storm in storms if storm.found]
    number = sum(storm.found for storm in found)
    return sum(storm.distance_km * storm.found for storm in found) / number if found else 0.0


def _members(outline: Outline) -> int:
    return len({member for members in outline.results.values() for member in members})


def _when(outline: Outline) -> str:
    labels = label.in_order(outline.results)
    first, last = str(labels[0]), str(labels[-1])
    if outline.line == "Year":
        return f"in {first}" if first == last else f"{first}–{last}"
    of = "forecast" if outline.line == "Start" else "season or forecast"
    return f"in the {of} from {first}" if first == last else f"in {len(labels):,} {of}s from {first} to {last}"


def _what(outline: Outline, agreed: Agreed) -> str:
    members, results = _members(outline), outline.number
    kind = f"the list of {_LISTED[outline.storm_list]}" if outline.storm_list else outline.task
    number = len(outline.results)
    line = outline.line.lower() if outline.line != "Year or start" else "label"
    spans = f"{number:,} {line}{'s' * (number != 1)}"
    candidates = (
        f" A candidate is a storm that {agreed.share_text} of the members have and that no best track knows."
        if members > 1
        else ""
    )
    return f"{members} member{'s' * (members != 1)}, {spans}, {results:,} result{'s' * (results != 1)} of {kind}." + (
        candidates
    )


def _warning(outline: Outline, agreed: Agreed) -> str:
    """What is missing, or left out; empty: nothing."""
    said = []
    if outline.schedule:
        counts = outline.schedule.counts()
        failed = counts["failure"] + counts["timeout"]
        rest = len(outline.schedule) - counts["complete"] - failed
        if failed:
            said.append(f"{failed:,} of {len(outline.schedule):,} tasks failed.")
        if rest:
            said.append(f"{rest:,} of {len(outline.schedule):,} tasks have no result yet.")
    if agreed.left_out:
        first, last = agreed.left_out[0], agreed.left_out[-1]
        said.append(f"Consensus and candidates leave out {first} to {last}: open those with --years.")
    return " ".join(said)
