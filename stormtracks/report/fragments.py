"""The pieces of HTML of a page. Everything that comes from elsewhere is escaped here."""

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any, TypeAlias

from stormtracks import label
from stormtracks.label import Label
from stormtracks.pyro_cluster.journal import runs
from stormtracks.pyro_cluster.journal.grid import legend
from stormtracks.pyro_cluster.journal.report import found
from stormtracks.pyro_cluster.journal.runs import RunState
from stormtracks.pyro_cluster.pyro_task import STATUSES, Status
from stormtracks.readable import duration
from stormtracks.report.outline import Outline
from stormtracks.science.findings import findings
from stormtracks.science.summary import (
    LIST_BY,
    LeadSkill,
    ListSummary,
    Summary,
    lead_table,
    list_table,
    storm_table,
    table,
)
from stormtracks.table import Table

_NAMES = {sign: name for name, sign in STATUSES.items()}
# A number as the tables have it: "12", "0.91 (0.85-0.97)", "4 of 5", and "-" where there is none.
_NUMBER = re.compile(r"-|[-+]?[\d.,]+( \([\d.,–-]+\))?( of \d+)?")
Rows: TypeAlias = Sequence[Sequence[object]]
Picture: TypeAlias = tuple[str, str, str]
"""Title, description for anyone who does not see it, data address."""
_RANK: tuple[Status, ...] = ("failure", "timeout", "working", "complete", "outstanding")


def created(version: str) -> str:
    """When the page was created, and by what."""
    return f"Created {_moment(time.time())} by stormtracks {version}"


def run(outline: Outline) -> str:
    """What was run: facts, and its progress."""
    facts = list(_facts(outline))
    items = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(str(value))}</dd></div>" for name, value in facts)
    return f'<dl class="facts">{items}</dl>'


def grid(outline: Outline) -> str:
    """Counts, a bar, and a table with one row of signs per year."""
    schedule = outline.schedule
    if schedule is None:
        return '<p class="note">There are no results yet.</p>'
    counts = schedule.counts()
    signs = "".join(
        f'<li class="{name}">{escape(STATUSES[name])} {counts[name]:,} {name}</li>'
        for name in _RANK
        if counts[name] or name == "complete"
    )
    bar = f'<progress max="{len(schedule)}" value="{counts["complete"]}" aria-label="Complete tasks"></progress>'
    rows = "".join(
        _grid_row(year, schedule.get_progress_for_year(year, include_year=False)) for year in _years_shown(outline)
    )
    return (
        f'<ul class="counts">{signs}</ul>{bar}<div class="scroll" tabindex="0" role="region" '
        f'aria-label="Tasks by {outline.line.lower()}"><table><thead><tr><th scope="col">{outline.line}</th>'
        '<th scope="col">Members, from 0</th>'
        f'<th scope="col">Summary</th></tr></thead><tbody>{rows}</tbody></table></div>{_steps(outline)}'
    )


def failures(outline: Outline) -> str:
    """What failed or timed out, with its reason; and the latest events."""
    if outline.state is None:
        return (
            '<p class="note">This page was made from the results alone. Without the journal of a run, failures are not '
            "known, and a task without a result counts as outstanding.</p>"
        )
    problems = outline.state.problems
    columns = [outline.line, "Member", "Status", "Worker", "Attempts", "Reason"]
    rows = [[p["year"], p["member"], p["status"], p["worker"] or "", p["attempts"], p["error"] or ""] for p in problems]
    if len(outline.state.tasks) > 1:
        columns.insert(2, "Task")
        for row, problem in zip(rows, problems, strict=True):
            row.insert(2, problem["task"])
    part = "<h3>Failures</h3>" + html_table(columns, rows, "Failures with their reasons")
    events = [(_moment(when), text) for when, text in outline.state.events[::-1]]
    if events:
        happened = html_table(("Time", "Event"), events, "Events")
        part += f"<details><summary>Latest events</summary>{happened}</details>"
    return part


def skill(summary: Summary | ListSummary | None) -> str:
    """POD and FAR by year, by class of intensity, by member; of a list also how many storms, where, how strong."""
    if summary is None:
        return '<p class="note">There are no results yet.</p>'
    if isinstance(summary, ListSummary):
        return "".join(_summary_table(list_table(summary, by)) for by in LIST_BY if by != "storm") + remarks(summary)
    note = (
        '<p class="note">POD (probability of detection): the fraction of the observed storms that were found, among '
        "those that could be found in the data. FAR (false alarm ratio): the fraction of the tracks that match no "
        "observed storm; a vortex that no agency called a storm counts as a false alarm. In brackets: the 5th to 95th "
        "percentile over the members.</p>"
    )
    tables = "".join(_summary_table(table(summary, by)) for by in ("year", "class", "member"))
    return note + tables + remarks(summary)


def skill_by_lead(skill: LeadSkill | str | None) -> str:
    """Skill of forecasts by lead, or why it is not known; nothing of years."""
    if skill is None:
        return ""
    if isinstance(skill, str):
        return f'<p class="note">Skill by lead is not known: {escape(skill)}</p>'
    return _summary_table(lead_table(skill))


def remarks(summary: Summary | ListSummary) -> str:
    """What was guessed, left out or found missing in the data; nothing where all was as it should be."""
    if not summary.remarks:
        return ""
    rows = [(remark.text, remark.results) for remark in summary.remarks]
    return "<h3>Notes on the data</h3>" + html_table(("Note", "Results"), rows, "Notes on the data")


def storms(summary: Summary | ListSummary | None) -> str:
    """The observed storms, each with a button that shows it on the map."""
    if summary is None or not summary.storms:
        return '<p class="note">There are no best tracks, or there is no observed storm in the seasons.</p>'
    listed = storm_table(summary.storms)
    texts = listed.texts()
    head = _head((*listed.headings, "map"), texts)
    buttons = [_show_button(row, storm.sid) for row, storm in zip(texts, summary.storms, strict=True)]
    rows = _body(texts, buttons)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="Observed storms"><table><thead><tr>{head}</tr>'
        f"</thead><tbody>{rows}</tbody></table></div>"
    )


def figures(pictures: Sequence[Picture], reason: str = "") -> str:
    """Pictures, or the reason why there are none."""
    if not pictures:
        return f'<p class="note">{escape(reason or "There are no figures.")}</p>'
    return f'<div class="figures">{"".join(_figure(*picture) for picture in pictures)}</div>'


def settings(provenance: Mapping[str, Any]) -> str:
    """Settings and inputs of a result."""
    if not provenance:
        return '<p class="note">There are no results yet.</p>'
    values = [(key, _value(value)) for key, value in provenance.get("settings", {}).items()]
    chosen = html_table(("Setting", "Value"), values, "Settings")
    inputs = [
        (f.get("path", ""), f"{f.get('size', 0):,}", _moment(f.get("mtime_ns", 0) / 1e9))
        for f in provenance.get("inputs", ())
    ]
    others = [(key, _value(value)) for key, value in provenance.items() if key not in ("settings", "inputs")]
    files = html_table(("File", "Bytes", "Last change"), inputs, "Inputs")
    how = html_table(("What", "Value"), others, "Provenance")
    return f"{chosen}<h3>Inputs of the first result</h3>{files}<h3>How the first result was made</h3>{how}"


def html_table(columns: Sequence[str], rows: Rows, label: str) -> str:
    """A table that scrolls by itself; `rows` of anything, numbers aligned to the right."""
    if not rows:
        return '<p class="note">None.</p>'
    head, body = _head(columns, rows), _body(rows)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(label)}"><table><thead><tr>{head}</tr>'
        f"</thead><tbody>{body}</tbody></table></div>"
    )


def _facts(outline: Outline) -> Iterator[tuple[str, object]]:
    if outline.state:
        run = outline.state.run
        yield "Run", run["name"]
        yield "State", _state_of(outline.state)
        yield "Started", _moment(run["started"])
    tasks = outline.state.tasks if outline.state else (outline.task,)
    yield "Tasks" if len(tasks) > 1 else "Task", ", ".join(tasks)
    if outline.schedule:
        schedule = outline.schedule
        first, last = (str(year) for year in (schedule.start_year, schedule.end_year))
        several = "Years" if outline.line == "Year" else "Starts" if outline.line == "Start" else "Years and starts"
        number = "" if outline.line == "Year" else f" ({len(schedule.years):,})"
        yield several, first if first == last else f"{first} to {last}{number}"
        yield "Ensemble members", schedule.num_ensemble_members
    yield "Results", f"{outline.number:,}"
    if outline.state:
        lines = [line for step in outline.state.steps for line in found(outline.state, step, findings)]
        yield "Found", "; ".join(lines)
        wall, cpu = duration(outline.state.seconds), duration(outline.state.cpu_seconds)
        yield "Time of all tasks", f"{wall} ({cpu} of CPU)"
        yield "stormtracks", outline.state.run["version"] or "unknown"
    yield "Folder", outline.folder


def _steps(outline: Outline) -> str:
    """Of a chain: what the numbers in the grid mean, and how far each of its tasks is."""
    if outline.state is None or len(outline.state.steps) < 2:
        return ""
    names: tuple[Status, ...] = ("complete", "working", "failure", "timeout", "outstanding")
    rows = [(step.task, *(f"{step.statuses[name]:,}" for name in names)) for step in outline.state.steps]
    meaning = f'<p class="note">{escape(legend(outline.state.schedule))}</p>'
    return meaning + html_table(("Task", *(name.capitalize() for name in names)), rows, "Tasks of the chain")


def _state_of(state: RunState) -> str:
    if state.managed:
        return state.run["state"] if runs.paused(state.run) else "running"
    return "not managed now" if runs.under_way(state.run) else state.run["state"]


def _years_shown(outline: Outline) -> Iterable[Label]:
    """Without a journal, years without results are left out."""
    return outline.state.schedule.years if outline.state else label.in_order(outline.results)


def _grid_row(year: Label, signs: str) -> str:
    alike = (found[0] for found in re.finditer(r"(.)\1*", signs))
    spans = "".join(f'<span class="{_NAMES.get(part[0], "partial")}">{escape(part)}</span>' for part in alike)
    numbers = [f"{signs.count(STATUSES[name])} {name}" for name in _RANK if STATUSES[name] in signs]
    numbers += [f"{signs.count(sign)} at {sign}" for sign in sorted(set(signs) - set(_NAMES))]
    counts = ", ".join(numbers)
    return f'<tr><th scope="row">{year}</th><td class="signs" aria-hidden="true">{spans}</td><td>{counts}</td></tr>'


def _figure(title: str, description: str, address: str) -> str:
    image = f'<img src="{escape(address)}" alt="{escape(description)}">'
    return f"<figure>{image}<figcaption>{escape(title)}</figcaption></figure>"


def _summary_table(rows: Table) -> str:
    legend = f'<p class="note">{escape(rows.legend)}</p>' if rows.legend else ""
    return f"<h3>{escape(rows.title)}</h3>" + html_table(rows.headings, rows.texts(), rows.title) + legend


def _show_button(row: Sequence[str], sid: str) -> str:
    label = f"Show {row[2] or 'unnamed'} {sid} on the map"
    return f'<td><button type="button" data-sid="{escape(sid)}" aria-label="{escape(label)}">Show</button></td>'


def _head(columns: Sequence[str], rows: Rows) -> str:
    """Headings; those of numbers are aligned to the right, as the numbers are."""
    numbers = [*_numeric(rows), *[False] * (len(columns) - len(rows[0]))]
    return "".join(
        f'<th scope="col"{_class(number)}>{escape(str(column))}</th>'
        for column, number in zip(columns, numbers, strict=True)
    )


def _body(rows: Rows, ends: Sequence[str] | None = None) -> str:
    """Rows of cells; `ends` is HTML for the end of each."""
    numbers = _numeric(rows)
    cells = ("".join(map(_cell, row, numbers)) for row in rows)
    return "".join(f"<tr>{row}{end}</tr>" for row, end in zip(cells, ends or [""] * len(rows), strict=True))


def _cell(value: object, number: bool) -> str:
    return f"<td{_class(number)}>{escape(str(value))}</td>"


def _numeric(rows: Rows) -> list[bool]:
    """Whether each column holds numbers only."""
    return [all(_NUMBER.fullmatch(str(value)) for value in column) for column in zip(*rows, strict=True)]


def _class(number: bool) -> str:
    return ' class="number"' if number else ""


def _value(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_value(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(_value(item) for item in value)
    return "none" if value is None else str(value)


def _moment(seconds: float | None) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC") if seconds else "unknown"
