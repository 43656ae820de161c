"""A run as lines and as plain values: the table at its end, and its state for `inv status`."""

import dataclasses
import re
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeAlias

from stormtracks.pyro_cluster.journal import extent, runs
from stormtracks.pyro_cluster.journal.grid import grid
from stormtracks.pyro_cluster.journal.runs import Problem, RunState, StepState, WorkingSlot
from stormtracks.pyro_cluster.pyro_task import Status
from stormtracks.readable import duration

SHOWN_PROBLEMS = 12
SHOWN_FOLDERS = 3
_UNDONE: tuple[Status, ...] = ("failure", "timeout", "outstanding")
_SHOWN: tuple[Status, ...] = ("complete", "working", *_UNDONE)

Tell: TypeAlias = Callable[[StepState, str], Sequence[str]]
"""What a task's counts mean, as lines; also given what each of several lines of the grid is, "year" or "forecast"."""


class Done(Protocol):
    """What one manager did, such as a `tally.Tally`."""

    done: int
    skipped: int  # of `done`, those whose result the worker found
    seconds: float
    cpu_seconds: float


def summary(state: RunState, elapsed: float = 0.0, done: Done | None = None, tell: Tell | None = None) -> list[str]:
    """The table at the end of a run.

    Parameters
    ----------
    state : RunState
    elapsed : float
        Wall seconds of what was done now.
    done : Done, optional
        What was done now; none: the table says nothing of it.
    tell : callable, optional
        See `Tell`; none: the mean per task of what was counted.
    """
    counts, schedule = state.schedule.counts(), state.schedule
    rows = [("tasks", f"{len(schedule):,}"), ("complete", f"{counts['complete']:,}{_before(counts['complete'], done)}")]
    rows += [(status, f"{counts[status]:,}") for status in _UNDONE if counts[status]]
    if len(state.steps) == 1:
        lines = found(state, state.steps[0], tell)
        rows += zip(["found", *[""] * len(lines)], lines, strict=False)
    if done is not None:
        rows.append(("wall time", duration(elapsed)))
        if done.done - done.skipped > 0:
            speed_up = f"{done.seconds / max(elapsed, 1e-6):.1f} times one slot"
            rows.append(
                ("speed-up", f"{speed_up} ({duration(done.seconds)} of work, {duration(done.cpu_seconds)} of CPU)")
            )
    wide = max(len(what) for what, _ in rows)
    lines = [f"  {what:{wide}}  {value}" for what, value in rows]
    if len(state.steps) > 1:
        lines += _steps(state, tell)
    return [*lines, *problems(state.problems), *(f"  {fault}" for fault in state.faults)]


def found(state: RunState, step: StepState, tell: Tell | None = None) -> list[str]:
    """What one task of a run counted, in lines; no sums, since a storm that each of many members finds is one storm."""
    if tell is None:
        return [f"{what}: {total / step.complete:,.1f} per task" for what, total in step.counts.items()]
    several = len(state.schedule.years) > 1
    return list(tell(step, "forecast" if "starts" in state.run else "year" if several else ""))


def problems(found: Iterable[Problem]) -> list[str]:
    """Lines about what failed: errors that differ in numbers only are one line, the most frequent comes first."""
    groups: dict[str, list[Problem]] = {}
    for problem in found:
        groups.setdefault(kind(problem["error"]), []).append(problem)
    ordered = sorted(groups.values(), key=len, reverse=True)
    lines = [_problem_line(group) for group in ordered[:SHOWN_PROBLEMS]]
    if len(ordered) > SHOWN_PROBLEMS:
        lines.append(f"and {len(ordered) - SHOWN_PROBLEMS} more kinds of failure")
    return lines


def kind(error: str | None) -> str:
    """What errors that are alike have in common: all but the numbers of the files, years and pids that they name."""
    return re.sub(r"\d+", "#", error or "no reason given")


def status(state: RunState, height: int = 40, width: int = 100, tell: Tell | None = None) -> list[str]:
    """The lines of `inv status`: who has the run, the grid, the workers' present tasks, the figures."""
    run, now = state.run, time.time()
    years = extent.between(run["start_year"], run["end_year"])
    head = f"run {run['name']}: {run['task']} {years}, {run['members']} members"
    lines = [f"{head}; {_who(state)}", *_where(state), *grid(state.schedule, height, width)]
    for slot in state.working:
        since = duration(now - slot["since"])
        what = f"{slot['year']} member {slot['member']}{_task_of(state, slot)}"
        lines.append(f"  {slot['worker']}/{slot['slot']}: {what} for {since}")
    lines += [f"  {line}" for line in state.aside]
    return lines + summary(state, tell=tell)


def as_json(state: RunState) -> dict[str, Any]:
    """The same as plain values."""
    return {
        "run": state.run,
        "managed": state.managed,
        "places": state.places,
        "counts": state.schedule.counts(),
        "grid": {str(year): state.schedule.get_progress_for_year(year, False) for year in state.schedule.years},
        "working": state.working,
        "problems": state.problems,
        "totals": state.counts,
        "steps": [dataclasses.asdict(step) for step in state.steps],
        "seconds": state.seconds,
        "cpu_seconds": state.cpu_seconds,
        "aside": state.aside,
        "faults": state.faults,
        "events": [{"time": at, "text": text} for at, text in state.events],
    }


def _steps(state: RunState, tell: Tell | None) -> list[str]:
    """A line for each step of a chain, with its numbers of tasks, and what its tasks counted below it."""
    wide = max(len(step.task) for step in state.steps)
    lines = []
    for number, step in enumerate(state.steps, start=1):
        shown = ", ".join(f"{step.statuses[status]:,} {status}" for status in _SHOWN if step.statuses[status])
        lines.append(f"  {number} {step.task:{wide}}  {shown}")
        lines += [f"    {line}" for line in found(state, step, tell)]
    return lines


def _task_of(state: RunState, slot: WorkingSlot) -> str:
    """Which task of a chain a slot is doing, after a space."""
    return f" {state.schedule.get_task(slot['year'], slot['member']).task}" if len(state.steps) > 1 else ""


def _who(state: RunState) -> str:
    run = state.run
    if state.managed:
        managed = f"managed by pid {run['pid']} on {run['host']} since {_moment(run['started'])}"
        return f"{managed}; {run['state']}" if runs.paused(run) else managed
    if runs.under_way(run):  # it did not say how it ended
        last = f"pid {run['pid']} on {run['host']}, last active {_moment(run['heartbeat'])}"
        return f"its manager is gone ({last}); resume the run with 'inv manage'"
    return f"{run['state']}, not managed now"


def _where(state: RunState) -> list[str]:
    """The line that says which hosts.yaml and which results folder a run is of; none where that is not known."""
    folders: dict[str, list[str]] = {}
    for worker, places in state.places.items():
        folders.setdefault(places.get("results") or "none", []).append(worker)
    shown = [f"{folder} ({_workers(of)})" for folder, of in list(folders.items())[:SHOWN_FOLDERS]]
    if len(folders) > SHOWN_FOLDERS:
        shown.append(f"and {len(folders) - SHOWN_FOLDERS} more folders")
    hosts = [f"hosts file {state.run['hosts']}"] if state.run.get("hosts") else []
    results = [f"results in {', '.join(shown)}"] if shown else []
    return ["; ".join(hosts + results)] if hosts or results else []


def _workers(names: list[str]) -> str:
    return f"worker {names[0]}" if len(names) == 1 else f"{len(names):,} workers"


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))


def _before(complete: int, done: Done | None) -> str:
    """How many complete tasks were not worked on now, in brackets."""
    if done is None:
        return ""
    parts = [(complete - done.done, "from before"), (done.skipped, "already had a result")]
    text = ", ".join(f"{number:,} {what}" for number, what in parts if number > 0)
    return f" ({text})" if text else ""


def _problem_line(group: list[Problem]) -> str:
    cells = [f"{problem['year']}/{problem['member']}" for problem in group]
    tasks = ", ".join(dict.fromkeys(problem["task"] for problem in group if "task" in problem))
    shown = ", ".join(cells[:6]) + (f" and {len(cells) - 6:,} more" if len(cells) > 6 else "")
    workers = list(dict.fromkeys(name for p in group for name in (p["worker"] or "?").split(", ")))
    where = ", ".join(workers[:4]) + (f" and {len(workers) - 4} more" if len(workers) > 4 else "")
    of = f" of {tasks}" if tasks else ""
    return f"  {len(group):,} x {group[0]['status']}{of}: {group[0]['error']} ({shown}; on {where})"
