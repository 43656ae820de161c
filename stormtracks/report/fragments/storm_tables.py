"""The observed storms, and the candidates, each with a button that shows it on the map."""

from collections.abc import Iterator
from typing import Any

from stormtracks.label import Label
from stormtracks.readable import moment, position
from stormtracks.report.agreed import Agreed
from stormtracks.report.fragments.shown import shown
from stormtracks.report.fragments.table_html import html_table
from stormtracks.science.arrays import Texts
from stormtracks.science.climatology.energy import KNOT_M_S
from stormtracks.science.consensus import ConsensusStorms, ConsensusTracks
from stormtracks.science.summary import ListSummary, Summary, storm_table
from stormtracks.science.summary.values import figure

MOST_CANDIDATES = 500
"""Most candidates in the table, those first that most members have, then the strongest."""


def storms(summary: Summary | ListSummary | None) -> str:
    """The observed storms."""
    if summary is None or not summary.storms:
        return '<p class="note">No observed storm is known: there are no best tracks, or none in these seasons.</p>'
    listed = storm_table(summary.storms)
    buttons = [_button(f'data-sid="{shown(s.sid)}"', s.year, f"{s.name or 'unnamed'} {s.sid}") for s in summary.storms]
    years = [storm.year for storm in summary.storms]
    headings, rows = (*listed.headings, "map"), listed.texts()
    return html_table(headings, rows, "Table of observed storms", ends=buttons, years=years) + (
        '<p class="note">distance: of the members that found it from the best track; spread: standard deviation of it '
        "over them; lead: how long the track was there before the first observation.</p>"
    )


def candidates(agreed: Agreed) -> str:
    """Storms that so many of the members have and that no best track knows."""
    if not agreed.by_year:
        return '<p class="note">A candidate is a storm of several members: there is only one here.</p>'
    found = sorted(_candidates(agreed), key=lambda one: (-one["share"], -one["peak"]))
    if not found:
        return '<p class="note">None: the best tracks know every storm that so many of the members have.</p>'
    listed = found[:MOST_CANDIDATES]
    buttons = [_button(f'data-candidate="{shown(one["id"])}"', one["year"], one["id"]) for one in listed]
    winds = any("wind" in one for one in listed)
    columns = (
        "year", "candidate", "members", "from", "to", "first place", "last place", "spread (km)", "peak (1e-5 s-1)",
        *(("wind (kt)",) if winds else ()), "map",
    )  # fmt: skip
    rows = [(*one["cells"], *((one.get("wind", "-"),) if winds else ())) for one in listed]
    note = ""
    if len(listed) < len(found):
        note = (
            f'<p class="note">The {len(listed)} of {len(found):,} that most members have, then the strongest; '
            f"inv summary --by candidates --min-share {agreed.least:g} --top 0 lists all.</p>"
        )
    return note + html_table(columns, rows, "Table of candidates", ends=buttons, years=[one["year"] for one in listed])


def _candidates(agreed: Agreed) -> Iterator[dict[str, Any]]:
    for year, of_year in agreed.by_year.items():
        dates, peaks = of_year.tracks.dates, of_year.vorticity[of_year.peak]  # once for all: there may be thousands
        for number in map(int, agreed.candidates(year)):
            yield _candidate(of_year, number, agreed.name(year, number), dates, float(peaks[number]))


def _candidate(agreed: ConsensusTracks, number: int, name: str, dates: Texts, peak: float) -> dict[str, Any]:
    rows = agreed.points(number)
    first, last = rows.start, rows.stop - 1
    held, of = int(agreed.held_by[number].sum()), len(agreed.members)
    found: dict[str, Any] = {
        "id": name,
        "year": agreed.year,
        "share": held / of,
        "peak": peak,
        "cells": (
            agreed.year, name, f"{held} of {of}", moment(dates[first]), moment(dates[last]),
            position(agreed.lat[first], agreed.lon[first]), position(agreed.lat[last], agreed.lon[last]),
            f"{agreed.spread_km[rows].mean():.0f}", f"{peak * 1e5:.1f}",
        ),
    }  # fmt: skip
    if isinstance(agreed, ConsensusStorms):
        found["wind"] = figure(float(agreed.intensity_max[number]) / KNOT_M_S, 0)
    return found


def _button(data: str, year: Label, what: str) -> str:
    label = shown(f"Show {what} on the map")
    button = f'<button type="button" {data} data-of="{shown(year)}" aria-label="{label}">Show</button>'
    return f'<td class="to-map">{button}</td>'
