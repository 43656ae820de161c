"""The pieces of HTML of a page. Everything that comes from elsewhere is escaped here, and nowhere is it not."""

import re
import time
from datetime import UTC, datetime
from html import escape

from stormtracks.pyro_cluster.pyro_task import STATUSES
from stormtracks.science.summary import table

_NAMES = {sign: name for name, sign in STATUSES.items()}
_NUMBER = re.compile(r"-|[-+]?[\d.,]+( \([\d.,–-]+\))?( of \d+)?")
_RANK = ("failure", "timeout", "working", "complete", "outstanding")


def run(outline) -> str:
    """What was run: facts, and how far it is."""
    facts = list(_facts(outline))
    items = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(str(value))}</dd></div>" for name, value in facts)
    return f'<dl class="facts">{items}</dl>'


def grid(outline) -> str:
    """Counts, a bar, and a table with a line of signs for each year."""
    schedule = outline.schedule
    if schedule is None:
        return '<p class="note">Nothing is there yet.</p>'
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
        'aria-label="Tasks by year"><table><thead><tr><th scope="col">Year</th><th scope="col">Members, from 0</th>'
        f'<th scope="col">In words</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def failures(outline) -> str:
    """What failed or timed out, with its reason; and what happened last."""
    if outline.state is None:
        return (
            '<p class="note">Made from the results alone: without a journal nothing is known of failures, and '
            "what has no result counts as outstanding.</p>"
        )
    problems = outline.state.problems
    rows = [(p["year"], p["member"], p["status"], p["worker"] or "", p["attempts"], p["error"] or "") for p in problems]
    part = "<h3>Failures</h3>" + (
        html_table(("Year", "Member", "Status", "Worker", "Attempts", "Reason"), rows, "Failures with their reasons")
        if rows
        else "<p>None.</p>"
    )
    events = [(_moment(when), text) for when, text in outline.state.events[::-1]]
    if events:
        happened = html_table(("Time", "Event"), events, "Events")
        part += f"<details><summary>What happened last</summary>{happened}</details>"
    return part


def skill(summary) -> str:
    """POD and FAR by year, by class of intensity, by member."""
    if summary is None:
        return '<p class="note">There are no results yet.</p>'
    note = (
        '<p class="note">POD (probability of detection): observed storms found, of those that could have been. '
        "FAR (false alarm ratio): tracks that match no observed storm, of all tracks; a vortex that no agency "
        "called a storm counts as a false alarm. In brackets the 5th to 95th percentile over the members.</p>"
    )
    return note + "".join(_summary_table(table(summary, by)) for by in ("year", "class", "member"))


def storms(summary) -> str:
    """The observed storms, each with a button that shows it on the map."""
    if summary is None or not summary.storms:
        return '<p class="note">No observed storm was looked for, or none fell into the seasons.</p>'
    made = table(summary, "storm")
    head = _head((*made.columns, "map"), made.rows)
    buttons = [_show_button(row, storm.sid) for row, storm in zip(made.rows, summary.storms, strict=True)]
    rows = _body(made.rows, buttons)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="Observed storms"><table><thead><tr>{head}</tr>'
        f"</thead><tbody>{rows}</tbody></table></div>"
    )


def figures(pictures, reason="") -> str:
    """Pictures (title, words for who does not see them, data address), or the reason why there are none."""
    if not pictures:
        return f'<p class="note">{escape(reason or "There are no figures.")}</p>'
    return f'<div class="figures">{"".join(_figure(*picture) for picture in pictures)}</div>'


def settings(provenance) -> str:
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


def html_table(columns, rows, label) -> str:
    """A table that scrolls by itself; `rows` of anything, numbers on the right."""
    if not rows:
        return '<p class="note">None.</p>'
    head, body = _head(columns, rows), _body(rows)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(label)}"><table><thead><tr>{head}</tr>'
        f"</thead><tbody>{body}</tbody></table></div>"
    )


def _facts(outline):
    if outline.state:
        run = outline.state.run
        yield "Run", run["name"]
        yield "State", _state_in_words(outline.state)
        yield "Begun", _moment(run["started"])
    yield "Task", outline.task
    if outline.schedule:
        schedule = outline.schedule
        first, last = (str(year) for year in (schedule.start_year, schedule.end_year))
        yield "Years", first if first == last else f"{first} to {last}"
        yield "Ensemble members", schedule.num_ensemble_members
    yield "Results", f"{outline.number:,}"
    if outline.state:
        yield from ((f"{name.capitalize()} in all", f"{number:,}") for name, number in outline.state.counts.items())
        wall, cpu = _duration(outline.state.seconds), _duration(outline.state.cpu_seconds)
        yield "Time of the tasks", f"{wall}, of that CPU {cpu}"
        yield "stormtracks", outline.state.run["version"] or "unknown"
    yield "Folder", outline.folder


def _state_in_words(state):
    if state.managed:
        return "running"
    return "no manager runs it" if state.run["state"] == "running" else state.run["state"]


def _years_shown(outline):
    """Without a journal, years of which nothing is there are left out."""
    return outline.schedule.years if outline.state else sorted(outline.results)


def _grid_row(year, signs):
    alike = (found[0] for found in re.finditer(r"(.)\1*", signs))
    runs = "".join(f'<span class="{_NAMES[part[0]]}">{escape(part)}</span>' for part in alike)
    words = ", ".join(f"{signs.count(STATUSES[name])} {name}" for name in _RANK if STATUSES[name] in signs)
    return f'<tr><th scope="row">{year}</th><td class="signs" aria-hidden="true">{runs}</td><td>{words}</td></tr>'


def _figure(title, words, address):
    image = f'<img src="{escape(address)}" alt="{escape(words)}">'
    return f"<figure>{image}<figcaption>{escape(title)}</figcaption></figure>"


def _summary_table(made):
    return f"<h3>{escape(made.title)}</h3>" + html_table(made.columns, made.rows, made.title)


def _show_button(row, sid):
    label = f"Show {row[2] or 'unnamed'} {sid} on the map"
    return f'<td><button type="button" data-sid="{escape(sid)}" aria-label="{escape(label)}">Show</button></td>'


def _head(columns, rows):
    """Headings; those of numbers stand over them, on the right."""
    numbers = [*_numeric(rows), *[False] * (len(columns) - len(rows[0]))]
    return "".join(
        f'<th scope="col"{_class(number)}>{escape(str(column))}</th>'
        for column, number in zip(columns, numbers, strict=True)
    )


def _body(rows, ends=None):
    """Rows of cells; `ends` is what stands at the end of each, made already."""
    numbers = _numeric(rows)
    cells = ("".join(map(_cell, row, numbers)) for row in rows)
    return "".join(f"<tr>{row}{end}</tr>" for row, end in zip(cells, ends or [""] * len(rows), strict=True))


def _cell(value, number):
    return f"<td{_class(number)}>{escape(str(value))}</td>"


def _numeric(rows):
    return [all(_NUMBER.fullmatch(str(value)) for value in column) for column in zip(*rows, strict=True)]


def _class(number):
    return ' class="number"' if number else ""


def _value(value):
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_value(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(_value(item) for item in value)
    return "none" if value is None else str(value)


def _moment(seconds):
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC") if seconds else "unknown"


def _duration(seconds):
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def made(version) -> str:
    """When and by what."""
    return f"Made {_moment(time.time())} by stormtracks {version}"
