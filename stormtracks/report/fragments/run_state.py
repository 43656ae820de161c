"""What a run is doing: its facts, the grid of its tasks, what failed."""

import re
import time
from collections.abc import Iterable, Iterator

from stormtracks import label
from stormtracks.label import Label
from stormtracks.pyro_cluster.journal import runs
from stormtracks.pyro_cluster.journal.grid import legend
from stormtracks.pyro_cluster.journal.report import found
from stormtracks.pyro_cluster.journal.runs import RunState
from stormtracks.pyro_cluster.pyro_task import STATUSES, Status
from stormtracks.readable import duration
from stormtracks.report.fragments.shown import moment, shown
from stormtracks.report.fragments.table_html import html_table
from stormtracks.report.outline import Outline
from stormtracks.science.findings import findings

_NAMES = {sign: name for name, sign in STATUSES.items()}
_RANK: tuple[Status, ...] = ("failure", "timeout", "working", "complete", "outstanding")


def created(version: str) -> str:
    """When the page was created, and by what."""
    return f"Created {moment(time.time())} by stormtracks {version}"


def run(outline: Outline) -> str:
    """What was run: facts, and its progress."""
    facts = list(_facts(outline))
    items = "".join(f"<div><dt>{shown(name)}</dt><dd>{shown(value)}</dd></div>" for name, value in facts)
    return f'<dl class="facts">{items}</dl>'


def grid(outline: Outline) -> str:
    """Counts, a bar, and a table with one row of signs per year."""
    schedule = outline.schedule
    if schedule is None:
        return '<p class="note">There are no results yet.</p>'
    counts = schedule.counts()
    signs = "".join(
        f'<li class="{name}">{shown(STATUSES[name])} {counts[name]:,} {name}</li>'
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
    events = [(moment(when), text) for when, text in outline.state.events[::-1]]
    if events:
        happened = html_table(("Time", "Event"), events, "Events")
        part += f"<details><summary>Latest events</summary>{happened}</details>"
    return part


def _facts(outline: Outline) -> Iterator[tuple[str, object]]:
    if outline.state:
        run = outline.state.run
        yield "Run", run["name"]
        yield "State", _state_of(outline.state)
        yield "Started", moment(run["started"])
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
        yield "Found", "; ".join(lines) or "nothing yet"
        wall, cpu = duration(outline.state.seconds), duration(outline.state.cpu_seconds)
        yield "Time of all tasks", f"{wall} ({cpu} of CPU)"
        yield "stormtracks", outline.state.run["version"] or "unknown"


def _steps(outline: Outline) -> str:
    """Of a chain: what the numbers in the grid mean, and how far each of its tasks is."""
    if outline.state is None or len(outline.state.steps) < 2:
        return ""
    names: tuple[Status, ...] = ("complete", "working", "failure", "timeout", "outstanding")
    rows = [(step.task, *(f"{step.statuses[name]:,}" for name in names)) for step in outline.state.steps]
    meaning = f'<p class="note">{shown(legend(outline.state.schedule))}</p>'
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
    spans = "".join(f'<span class="{_NAMES.get(part[0], "partial")}">{shown(part)}</span>' for part in alike)
    numbers = [f"{signs.count(STATUSES[name])} {name}" for name in _RANK if STATUSES[name] in signs]
    numbers += [f"{signs.count(sign)} at {sign}" for sign in sorted(set(signs) - set(_NAMES))]
    counts = ", ".join(numbers)
    return f'<tr><th scope="row">{year}</th><td class="signs" aria-hidden="true">{spans}</td><td>{counts}</td></tr>'
